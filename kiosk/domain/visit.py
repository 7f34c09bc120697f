"""What one resident is doing at the kiosk: a visit and the page it is on.

Pages hold only what the screen and the next step need. All of it is dropped when the
visit ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kiosk.domain.bill import Bill
from kiosk.domain.platform import Subject
from kiosk.domain.receipt import ReceiptHead


class Notice(StrEnum):
    """One sentence above a page, about what just happened."""

    CARD_UNREADABLE = "card_unreadable"  # put the card on the reader again
    CARD_NOT_ACCEPTED = "card_not_accepted"  # not an identity card
    WALLET_CODE = "wallet_code"  # this is your payment code: do not show it here
    USE_YOUR_CARD = "use_your_card"  # numbers of persons are never typed
    CODES_ONLY = "codes_only"  # the platform knows bills by their payment code alone
    CODE_UNKNOWN = "code_unknown"  # not a code of ours
    NOT_CHARGED = "not_charged"  # the payment was closed, no money was taken
    PAID_ELSEWHERE = "paid_elsewhere"  # a bill was settled elsewhere meanwhile
    RECEIPTS_UNAVAILABLE = "receipts_unavailable"  # bills shown, receipts not found out
    UNSTABLE_LINK = "unstable_link"  # still asking
    LINK_BACK = "link_back"  # the network is back: no open code is needed
    NO_CODES_LEFT = "no_codes_left"  # as many as the rules allow, or as there were
    CODE_WITHDRAWN = "code_withdrawn"
    TOO_MANY = "too_many"  # more than one payment can hold: pay these first


@dataclass(frozen=True, slots=True)
class EnteringCode:
    """A payment code or enterprise code is being typed or scanned."""

    notice: Notice | None = None


@dataclass(frozen=True, slots=True)
class Searching:
    """Bills and receipts are being looked up, at once, on two channels."""

    lookup_id: str
    started_s: float
    attempt: int = 1
    retry_at_s: float | None = None
    bills: tuple[Bill, ...] | None = None
    receipts: tuple[ReceiptHead, ...] | None = None
    receipts_failed: bool = False
    compare_with: tuple[Bill, ...] = ()  # what the resident had agreed to, if amounts changed
    notice: Notice | None = None


@dataclass(frozen=True, slots=True)
class Choosing:
    """Bills to pay (all chosen at first) and receipts to print."""

    bills: tuple[Bill, ...]
    receipts: tuple[ReceiptHead, ...]
    selected: frozenset[str]
    notice: Notice | None = None
    auto_collect_at_s: float | None = None  # nothing to pay: printing starts by itself

    @property
    def chosen(self) -> tuple[Bill, ...]:
        return tuple(bill for bill in self.bills if bill.bill_no in self.selected)

    @property
    def total_fen(self) -> int:
        return sum(bill.amount_fen for bill in self.chosen)

    @property
    def unprinted(self) -> tuple[ReceiptHead, ...]:
        return tuple(head for head in self.receipts if head.copies_printed == 0)


@dataclass(frozen=True, slots=True)
class AmountChange:
    bill_no: str
    title: str
    before_fen: int
    now_fen: int


@dataclass(frozen=True, slots=True)
class Confirming:
    """A second look before paying, only where something needs agreement."""

    choosing: Choosing  # to go back to, and what is paid
    changes: tuple[AmountChange, ...] = ()
    no_receipt_now: bool = False  # the printer cannot print: receipt collected later
    other_payer: bool = False  # found by code: make sure it is the right person


@dataclass(frozen=True, slots=True)
class Paying:
    """A payment was intended; the QR is shown as soon as the platform opened it."""

    payment_id: str
    choosing: Choosing
    bills: tuple[Bill, ...]
    amount_fen: int
    qr_url: str = ""  # empty until the platform opened the payment
    hide_at_s: float = 0.0  # some seconds before the platform's expiry
    valid_s: float = 0.0
    user_paying: bool = False  # a wallet has it open
    unstable_link: bool = False
    attempt: int = 1
    retry_at_s: float | None = None  # of the create call
    query_at_s: float | None = None  # of the next status call; None while one is out
    asked_at_s: float = 0.0


class CheckCause(StrEnum):
    CANCELLED = "cancelled"
    LEFT = "left"
    EXPIRED = "expired"
    CREATE_LOST = "create_lost"  # no QR was ever shown


@dataclass(frozen=True, slots=True)
class Checking:
    """The payment is being closed; until the platform answers it may be paid."""

    payment_id: str
    choosing: Choosing
    cause: CheckCause
    since_s: float
    amount_fen: int


class ItemState(StrEnum):
    WAITING = "waiting"
    CLAIMING = "claiming"
    PRINTING = "printing"
    PRINTED = "printed"
    DOUBT = "doubt"  # may be on paper, maybe incomplete
    LATER = "later"  # not printed; can be collected later, here or elsewhere
    ELSEWHERE = "elsewhere"  # another terminal is printing it, or it was printed before


@dataclass(frozen=True, slots=True)
class PrintItem:
    receipt_no: str
    title: str
    amount_fen: int
    reprint: bool = False
    state: ItemState = ItemState.WAITING
    claim_id: str = ""
    job_id: str = ""
    copy_number: int = 0
    attempt: int = 1
    retry_at_s: float | None = None
    deadline_s: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Printing:
    """Receipts come out one after the other."""

    items: tuple[PrintItem, ...]
    payment_id: str = ""  # empty when collecting
    paid_fen: int = 0
    since_s: float = 0.0
    late: bool = False  # the wallet was faster than our closing
    receipts: tuple[ReceiptHead, ...] = ()  # all known ones, for copies afterwards


@dataclass(frozen=True, slots=True)
class Done:
    """The end of a visit: what was paid, what is on paper, what can be collected later."""

    items: tuple[PrintItem, ...]
    payment_id: str = ""
    paid_fen: int = 0
    inquiry_code: str = ""
    nothing_due: bool = False
    late: bool = False
    until_s: float = 0.0  # then the screen returns to the start

    @property
    def later(self) -> tuple[PrintItem, ...]:
        return tuple(each for each in self.items if each.state is ItemState.LATER)

    @property
    def doubtful(self) -> tuple[PrintItem, ...]:
        return tuple(each for each in self.items if each.state is ItemState.DOUBT)


class TroubleKind(StrEnum):
    LOOKUP_FAILED = "lookup_failed"  # the platform did not answer
    CODE_NOT_FOUND = "code_not_found"
    RATE_LIMITED = "rate_limited"
    LEASED = "leased"  # this bill is being paid at another terminal
    NOT_PAID_EXPIRED = "not_paid_expired"  # closed, no money taken
    NOT_PAID_NETWORK = "not_paid_network"  # no QR was ever shown, no money taken
    NOT_PAID_REFUSED = "not_paid_refused"
    NO_SPACE = "no_space"  # the journal's disk is nearly full: no payment is begun
    QUERY_ONLY = "query_only"  # the platform takes no payments from kiosks
    NOT_GENUINE = "not_genuine"  # somebody answers in the platform's place: none is begun
    MONEY_IN_DOUBT = "money_in_doubt"  # 请勿重复支付
    PRINTER_NOT_READY = "printer_not_ready"  # collecting is not possible now


@dataclass(frozen=True, slots=True)
class Trouble:
    """What happened, what it means for the money, what to do now."""

    kind: TroubleKind
    choosing: Choosing | None = None  # to go back to
    payment_id: str = ""
    inquiry_code: str = ""
    amount_fen: int = 0
    reason: str = ""
    can_retry: bool = False


@dataclass(frozen=True, slots=True)
class ChoosingFee:
    """No network: which fee, and how much of it, an open code is wanted for."""

    item_code: str = ""
    amount_fen: int = 0
    given: int = 0  # codes in this visit so far
    notice: Notice | None = None


@dataclass(frozen=True, slots=True)
class ShowingCode:
    """An open code that was handed out; whether it is paid cannot be seen from here."""

    code: str
    qr_url: str
    item_code: str
    item_name: str
    agency_name: str
    amount_fen: int
    expires_s: int
    given: int
    drill: bool = False


Page = (
    EnteringCode
    | Searching
    | Choosing
    | Confirming
    | Paying
    | Checking
    | Printing
    | Done
    | Trouble
    | ChoosingFee
    | ShowingCode
)


@dataclass(frozen=True, slots=True)
class Visit:
    visit_id: str
    page: Page
    subject: Subject | None = None  # None while a code is being typed
    touched_s: float = 0.0
    swap: Subject | None = None  # another card was presented: ask, and hide everything
    swap_asked_s: float = 0.0
    unpaid: tuple[Bill, ...] = ()  # of the last search, as far as they were not paid since
