"""What the maintenance screen shows: plain data, ready to be drawn.

Wherever a text belongs, `words` says it in both languages; the screen takes the one it
shows. Amounts are fen, times UTC; nothing here names a resident.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from drivers.api import Role
from kiosk.domain import open_code, payment
from kiosk.domain.operator import AccountRole


@dataclass(frozen=True, slots=True)
class Words:
    """One text in both languages."""

    zh: str
    en: str

    def of(self, language: str) -> str:
        """`language` is "zh" or "en"."""
        return self.zh if language == "zh" else self.en


# --- home ----------------------------------------------------------------------------------------


class Light(StrEnum):
    GOOD = "good"
    LOOK = "look"  # it serves, but somebody should look
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the kiosk: how it is, and what to do about it (empty when good)."""

    code: str  # id_reader, card_reader, scanner, receipt_printer, paper, link, disk, journal,
    #            clock, version, hours, service, open_codes
    name: Words
    light: Light
    state: Words
    todo: Words


@dataclass(frozen=True, slots=True)
class MoneyInDoubt:
    payment_id: str  # or an open code
    inquiry_code: str  # or the open code again
    amount_fen: int
    state: payment.State | open_code.State
    words: Words


@dataclass(frozen=True, slots=True)
class Revised:
    """A closed day of which the platform has published another statement since."""

    day: date
    closed_by: str  # the name of the statement that closed it
    published: str  # the name of the other; without its digest until it was compared


@dataclass(frozen=True, slots=True)
class Home:
    takes_money: bool
    why_not: tuple[Words, ...]  # empty when it does
    parts: tuple[Part, ...]
    in_doubt: tuple[MoneyInDoubt, ...]  # whose money is in doubt, oldest first
    receipts_owed: int
    hands: tuple[Part, ...]  # the parts that need a hand, worst first
    unclosed: tuple[date, ...] = ()  # days before today without a closing, oldest first
    revised: tuple[Revised, ...] = ()  # closed days to be closed again, oldest first


# --- visits and payments -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wanted:
    """A search. All that is given must fit; nothing given finds the newest.

    `code`: inquiry code, payment id, payment code (缴款码), receipt number, transaction
    number or visit id, as a whole; case, spaces and dashes do not matter.
    """

    code: str = ""
    since: datetime | None = None
    until: datetime | None = None
    amount_fen: int | None = None


@dataclass(frozen=True, slots=True)
class PaymentLine:
    payment_id: str
    inquiry_code: str
    intended_at: datetime
    amount_fen: int
    state: payment.State | open_code.State
    words: Words
    wallet: str = ""
    transaction_no: str = ""
    bill_nos: tuple[str, ...] = ()
    receipt_nos: tuple[str, ...] = ()
    receipts_fen: tuple[int, ...] = ()  # of each of them


@dataclass(frozen=True, slots=True)
class VisitLine:
    visit_id: str
    opened_at: datetime
    ended_at: datetime | None
    end: Words  # how it ended
    payments: tuple[PaymentLine, ...]


@dataclass(frozen=True, slots=True)
class VisitPage:
    """Some visits, newest first."""

    visits: tuple[VisitLine, ...]
    has_more: bool


class Side(StrEnum):
    """Who says it: the evidence of both sides stays apart."""

    KIOSK = "kiosk"
    PLATFORM = "platform"
    PRINTER = "printer"
    OPERATOR = "operator"
    STATEMENT = "statement"


@dataclass(frozen=True, slots=True)
class StoryLine:
    """One thing that happened, from one row of the journal."""

    seq: int
    at: datetime
    side: Side
    words: Words
    evidence: tuple[tuple[str, str], ...] = ()  # field and value, as recorded


@dataclass(frozen=True, slots=True)
class Story:
    visit: VisitLine
    lines: tuple[StoryLine, ...]
    is_whole: bool  # False: more rows than a story holds


class ActOn(StrEnum):
    """What an operator may lawfully do about a payment, a receipt or a doubtful paper."""

    ASK_AGAIN = "ask_again"
    CORRECT_PAID = "correct_paid"  # the day's statement has it
    CORRECT_ABSENT = "correct_absent"  # the day's statement does not have it
    NOTE = "note"
    PRINT_COPY = "print_copy"
    PAPER_WHOLE = "paper_whole"
    PAPER_NOT_WHOLE = "paper_not_whole"


class Who(StrEnum):
    """Who acts next about money in doubt."""

    KIOSK = "kiosk"  # it asks the platform by itself
    OFFICE = "office"
    NOBODY_YET = "nobody_yet"  # in maintenance only: the kiosk asks once it serves again


@dataclass(frozen=True, slots=True)
class Next:
    """Who acts next; the kiosk's next question, and when it becomes the office's case."""

    who: Who
    again_at: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class PaidFor:
    """A part of a payment; `payee` is empty where the journal does not say."""

    item: Words
    payee: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A payment or open code whose end is not known, with only the acts that are lawful now."""

    payment_id: str  # or an open code
    inquiry_code: str  # or the open code again
    visit_id: str
    amount_fen: int
    intended_at: datetime
    state: payment.State | open_code.State
    words: Words
    todo: Words
    acts: tuple[ActOn, ...]
    statement_days: tuple[date, ...]  # a correction needs the statement of one of these days
    next: Next


@dataclass(frozen=True, slots=True)
class OwedReceipt:
    """A receipt that was paid for here and is not proven on paper."""

    receipt_no: str
    payment_id: str
    inquiry_code: str
    amount_fen: int  # of the payment
    intended_at: datetime  # when it was paid for
    is_original: bool  # what would be printed now; else a copy, marked 补打
    doubtful_job_id: str  # the print that nobody knows of; empty: none
    words: Words
    acts: tuple[ActOn, ...]


# --- the day ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference between journal and statement."""

    kind: str  # of `kiosk.reconcile.Kind`
    payment_id: str
    ours_fen: int | None  # None: not in the journal
    theirs_fen: int | None  # None: not in the statement
    words: Words  # what it is
    who: Words  # who acts
    what: Words  # what they do
    is_ours: bool  # the office or the kiosk acts, nobody elsewhere
    acts: tuple[ActOn, ...]  # what can be done about it here


@dataclass(frozen=True, slots=True)
class TotalLine:
    label: Words
    count: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Day:
    """A date's journal beside the platform's statement."""

    day: date
    statement: str  # its name; empty: none could be had
    trouble: Words | None  # why there is no statement, or why it is not believed
    matched: int
    ours_count: int
    ours_fen: int
    theirs_count: int
    theirs_fen: int
    differences: tuple[Difference, ...]
    by_item: tuple[TotalLine, ...]
    by_agency: tuple[TotalLine, ...]
    by_wallet: tuple[TotalLine, ...]
    closed_at: datetime | None  # by an earlier day close of the same statement
    can_close: bool  # it is over, the statement is whole; each difference needs a case reference
    closed_by: str = ""  # the other statement, published before this one, that closed the day


# --- service and accounts ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LevelNow:
    """`percent` None: not on this machine, and `words` says why."""

    percent: int | None
    words: Words


@dataclass(frozen=True, slots=True)
class AccountLine:
    account_id: str
    role: AccountRole
    is_held: bool
    held_for_s: float


@dataclass(frozen=True, slots=True)
class DeviceLine:
    role: Role
    name: Words
    last_result: Words  # never tested, or the last recorded pass or fail with its time
