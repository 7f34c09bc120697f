"""What the payment platform can say, and the only facts that matter when it does not."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from kiosk.domain.bill import Bill
from kiosk.domain.open_code import Block
from kiosk.domain.platform_upkeep import NoticesFetched, UpkeepCall
from kiosk.domain.receipt import Receipt, ReceiptHead

# --- facts about a call that brought no usable answer ----------------------------------------


@dataclass(frozen=True, slots=True)
class NotSent:
    """No byte of the request left the kiosk: nothing can have happened."""

    reason: str


@dataclass(frozen=True, slots=True)
class AnswerLost:
    """The request may have been acted on. Also every answer that cannot be trusted:
    HTML, half JSON, a wrong id or amount, 5xx, 200 with an error."""

    reason: str


class Refusal(StrEnum):
    """Stable codes of problem+json answers."""

    ALREADY_PAID = "already_paid"
    AMOUNT_CHANGED = "amount_changed"
    LEASED = "leased"  # the bill is being paid at another terminal
    PAYMENT_CLOSED = "payment_closed"  # create after a tombstone
    KEY_REUSED = "key_reused"  # same id, other bills or amount
    NOT_FOUND = "not_found"
    ALREADY_PRINTED = "already_printed"  # the original is out: only a marked copy is left
    CLAIMED_ELSEWHERE = "claimed_elsewhere"  # another terminal is printing this receipt
    WINDOW_PASSED = "window_passed"  # older than six months
    RECEIPT_VOID = "receipt_void"
    RATE_LIMITED = "rate_limited"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Refused:
    """The platform said no, in its own words: nothing happened and nothing will."""

    code: Refusal
    detail: str = ""


class Offer(StrEnum):
    """What a platform may have or not have; bills by payment code are what every one has."""

    OWNERS = "owners"  # bills of a person or an enterprise
    PAYMENTS = "payments"
    RECEIPTS = "receipts"


EVERYTHING = frozenset(Offer)
NOT_OFFERED = "not_offered"  # why a call was not sent to a platform that does not know it


# --- answers -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BillsFound:
    bills: tuple[Bill, ...]


@dataclass(frozen=True, slots=True)
class ReceiptsFound:
    """Paid within six months, through any channel."""

    receipts: tuple[ReceiptHead, ...]


class PlatformState(StrEnum):
    """The platform's view of a payment."""

    OPEN = "open"  # waiting for a wallet
    USER_PAYING = "user_paying"  # a wallet has it open
    PAID = "paid"
    CLOSED = "closed"
    VOIDED = "voided"
    NOT_FOUND = "not_found"  # never created here (so far!)


@dataclass(frozen=True, slots=True)
class PaymentSeen:
    """One payment as the platform sees it now; id and amount were checked by the client."""

    payment_id: str
    state: PlatformState
    amount_fen: int
    qr_url: str = ""
    expires_in_s: float = 0.0  # of the QR code, by the platform's clock
    paid_at: datetime | None = None
    wallet: str = ""
    transaction_no: str = ""  # the channel's serial number (TraNoBus)


@dataclass(frozen=True, slots=True)
class ReceiptsIssued:
    payment_id: str
    receipts: tuple[ReceiptHead, ...]


@dataclass(frozen=True, slots=True)
class ClaimGranted:
    """The right to print one copy; `copy_number` 1 is the original, above it is 补打."""

    claim_id: str
    copy_number: int
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Done as asked (claim confirmed or released, link alive)."""


@dataclass(frozen=True, slots=True)
class ReserveRead:
    """The open codes that are sealed here; `trouble` says why it is not all of them."""

    blocks: tuple[Block, ...]
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class OpenCodesFetched:
    """A block, checked and sealed in the reserve before this was said."""

    block: Block


class CodeState(StrEnum):
    """The platform's view of an open code."""

    UNUSED = "unused"
    HANDED_OUT = "handed_out"  # may still be paid
    SETTLED = "settled"
    EXPIRED = "expired"  # not paid, and no longer payable
    VOIDED = "voided"  # not paid, and taken back
    UNKNOWN = "unknown"  # not of this platform, or not of this kiosk


@dataclass(frozen=True, slots=True)
class CodeSeen:
    code: str
    state: CodeState
    paid_fen: int = 0
    receipt_no: str = ""


@dataclass(frozen=True, slots=True)
class OpenCodesSeen:
    """What became of the codes that were asked about, in the same order."""

    codes: tuple[CodeSeen, ...]


Answer = (
    BillsFound
    | ReceiptsFound
    | PaymentSeen
    | ReceiptsIssued
    | ClaimGranted
    | Acknowledged
    | ReserveRead
    | OpenCodesFetched
    | OpenCodesSeen
    | NoticesFetched
)
Outcome = Answer | NotSent | AnswerLost | Refused


# --- calls ---------------------------------------------------------------------------------


class SubjectKind(StrEnum):
    PERSON = "person"  # by a card that was on the reader
    ENTERPRISE = "enterprise"  # by unified social credit code
    PAYMENT_CODE = "payment_code"  # one bill, by its 缴款码


@dataclass(frozen=True, slots=True, repr=False)
class Subject:
    """Whose bills are looked up. Personal data: memory only, request bodies only."""

    kind: SubjectKind
    number: str
    name: str = ""
    digest: str = ""  # keyed digest for the journal, never the number itself

    def __repr__(self) -> str:
        return f"Subject({self.kind}, …)"


@dataclass(frozen=True, slots=True)
class BillToPay:
    bill_no: str
    version: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class SearchBills:
    lookup_id: str
    subject: Subject


@dataclass(frozen=True, slots=True)
class SearchReceipts:
    lookup_id: str
    subject: Subject


AWAITED: bool = field(default=False, compare=False)
"""Somebody waits at the screen for this very answer; says how soon, not what, is asked."""


@dataclass(frozen=True, slots=True)
class CreatePayment:
    """`payment_id` is the idempotency key: the same in every retry. The bills are paid
    together or not at all (server-atomic basket)."""

    payment_id: str
    inquiry_code: str
    bills: tuple[BillToPay, ...]
    amount_fen: int
    valid_s: int  # how long the QR code should live


@dataclass(frozen=True, slots=True)
class QueryPayment:
    """Ask for the state; with `wait_s` the platform answers at the first change
    from `known_state` or after that time (long poll)."""

    payment_id: str
    amount_fen: int
    known_state: PlatformState = PlatformState.OPEN
    wait_s: float = 0.0
    awaited: bool = AWAITED


@dataclass(frozen=True, slots=True)
class ClosePayment:
    """Closes, or leaves a tombstone where the payment was never created, so that a
    delayed create cannot open it. Answers PAID when the wallet was faster."""

    payment_id: str
    amount_fen: int
    awaited: bool = AWAITED


@dataclass(frozen=True, slots=True)
class IssueReceipts:
    """Receipts of a paid payment, one for each bill; idempotent."""

    payment_id: str
    awaited: bool = AWAITED


@dataclass(frozen=True, slots=True)
class ClaimReceipt:
    """Take the right to print one copy; the same claim id gets the same answer."""

    claim_id: str
    receipt_no: str
    reprint: bool  # False: only the original, refused where it was printed before


@dataclass(frozen=True, slots=True)
class ConfirmClaim:
    """The copy is used up: proven on paper (`doubt` False) or perhaps on paper."""

    claim_id: str
    doubt: bool


@dataclass(frozen=True, slots=True)
class ReleaseClaim:
    """Proven not printed: the copy number is free again."""

    claim_id: str


@dataclass(frozen=True, slots=True)
class CheckLink:
    pass


@dataclass(frozen=True, slots=True)
class ReadReserve:
    """Open what is sealed on this kiosk's disk; asks nobody else."""


@dataclass(frozen=True, slots=True)
class FetchOpenCodes:
    """A block of open codes for one fee and amount; the same id brings the same codes."""

    block_id: str
    item_code: str
    amount_fen: int
    count: int
    spent: tuple[str, ...] = ()  # blocks of the reserve that are used up and make room


@dataclass(frozen=True, slots=True)
class CodeReport:
    code: str
    handed_out_s: int  # since 1970
    withdrawn: bool  # to be voided, unless it was paid


@dataclass(frozen=True, slots=True)
class ReportOpenCodes:
    """Which codes were handed out, and what became of them; asked again, nothing changes."""

    codes: tuple[CodeReport, ...]


PaymentCall = (
    SearchBills
    | SearchReceipts
    | CreatePayment
    | QueryPayment
    | ClosePayment
    | IssueReceipts
    | ClaimReceipt
    | ConfirmClaim
    | ReleaseClaim
    | CheckLink
)


ReserveCall = ReadReserve | FetchOpenCodes | ReportOpenCodes
PlatformCall = PaymentCall | ReserveCall | UpkeepCall


def believable(call: PlatformCall, outcome: Outcome) -> Outcome:
    """The outcome, or AnswerLost where it is about something else than was asked.

    The client checks the same on the wire; money is worth asking twice.
    """
    match call, outcome:
        case (CreatePayment() | QueryPayment() | ClosePayment(), PaymentSeen()):
            asked: tuple[str, int] = (call.payment_id, call.amount_fen)
            right = (outcome.payment_id, outcome.amount_fen) == asked
        case IssueReceipts(), ReceiptsIssued():
            right = outcome.payment_id == call.payment_id
        case ClaimReceipt(), ClaimGranted():
            granted = (outcome.claim_id, outcome.receipt.receipt_no)
            right = granted == (call.claim_id, call.receipt_no)
        case FetchOpenCodes(), OpenCodesFetched(block):
            about = (block.block_id, block.item_code, block.amount_fen)
            right = about == (call.block_id, call.item_code, call.amount_fen)
        case ReportOpenCodes(), OpenCodesSeen():
            right = [each.code for each in outcome.codes] == [each.code for each in call.codes]
        case _:
            right = True
    return outcome if right else AnswerLost("about_something_else")
