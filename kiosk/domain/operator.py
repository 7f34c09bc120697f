"""What an operator of the street office or a technician can order, as plain data.

An order reaches `step` inside the event `Ordered`; `step` records it under the operator's
account before anything follows from it, or refuses it with a `Refused…` reason. Nothing
here holds free text: a typed sentence could hold a resident's name, and the journal must not.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from drivers.api import Role
from kiosk.domain import open_code, payment
from kiosk.domain.hours import Week


class AccountRole(StrEnum):
    OFFICE = "office"  # the street office's operator: paper, residents, the day
    TECHNICIAN = "technician"  # also devices, service and accounts


class NotDone(StrEnum):
    """Why an order was refused; nothing of it happened, the refusal is in the journal."""

    NOT_LOGGED_IN = "not_logged_in"
    NOT_YOUR_ROLE = "not_your_role"
    VISIT_GOING_ON = "visit_going_on"  # a resident is at the kiosk
    WRONG_PIN = "wrong_pin"  # or no such account: which of the two is not said
    HELD = "held"  # too many wrong PINs: `Desk.held_until_s`
    NO_SUCH_ACCOUNT = "no_such_account"
    LAST_TECHNICIAN = "last_technician"  # somebody must be able to make accounts
    TOO_MANY_ACCOUNTS = "too_many_accounts"
    BUSY = "busy"  # a paper change, test or copy is going on
    NOT_IN_THIS_STATE = "not_in_this_state"  # it moved since it was shown: look again
    NOT_LAWFUL = "not_lawful"  # the table has no such edge
    EVIDENCE_MISSING = "evidence_missing"  # both sides' evidence is needed, and must agree
    DAY_NOT_OVER = "day_not_over"  # money may still come in on it
    UNKNOWN_THING = "unknown_thing"  # no such payment, receipt or job here
    PRINTER_NOT_READY = "printer_not_ready"
    NOTHING_PROVEN = "nothing_proven"  # a test passes only on what the device itself showed
    LOOKS_PERSONAL = "looks_personal"  # a reference that could be a person's number
    HOURS_IMPOSSIBLE = "hours_impossible"  # they end before they begin, or it never opens
    MAINTENANCE_ONLY = "maintenance_only"  # nobody is asked until the program serves again
    HALTED = "halted"  # the journal cannot be written: nothing can be ordered


class ClosedBecause(StrEnum):
    """The message on the out-of-service page."""

    REPAIR = "repair"
    PAPER = "paper"
    NETWORK = "network"
    CLEANING = "cleaning"
    OFFICE_CLOSED = "office_closed"
    OTHER = "other"


class CopyReason(StrEnum):
    """Why the office prints one more copy."""

    TORN = "torn"
    UNREADABLE = "unreadable"
    NOT_PRINTED = "not_printed"
    LOST = "lost"
    OTHER = "other"


class NoteKind(StrEnum):
    """What an operator notes on a case."""

    RESIDENT_CALLED = "resident_called"
    RESIDENT_CAME = "resident_came"
    RESIDENT_SHOWED_PAID = "resident_showed_paid"  # a wallet that says it was paid
    RESIDENT_INFORMED = "resident_informed"
    TOLD_FINANCE = "told_finance"
    TOLD_PLATFORM = "told_platform"
    REFUND_ASKED = "refund_asked"
    RESOLVED_ELSEWHERE = "resolved_elsewhere"


class Level(StrEnum):
    VOLUME = "volume"
    BRIGHTNESS = "brightness"


class Restart(StrEnum):
    APPLICATION = "application"
    MACHINE = "machine"


class Taking(StrEnum):
    """Acts that only leave a trace: something was taken out of the kiosk."""

    DAY_EXPORTED = "day_exported"
    SUPPORT_BUNDLE = "support_bundle"


class Act(StrEnum):
    """What the journal calls an order."""

    LOG_IN = "log_in"
    LOG_OUT = "log_out"
    KEEP_ACCOUNT = "keep_account"
    DROP_ACCOUNT = "drop_account"
    TAKE_OUT_OF_SERVICE = "take_out_of_service"
    PUT_IN_SERVICE = "put_in_service"
    BEGIN_PAPER_CHANGE = "begin_paper_change"
    PRINT_TEST = "print_test"
    END_PAPER_CHANGE = "end_paper_change"
    BEGIN_DEVICE_TEST = "begin_device_test"
    END_DEVICE_TEST = "end_device_test"
    ASK_AGAIN = "ask_again"
    CORRECT_PAYMENT = "correct_payment"
    PRINT_COPY = "print_copy"
    JUDGE_PAPER = "judge_paper"
    WRITE_NOTE = "write_note"
    CLOSE_DAY = "close_day"
    TAKE_AWAY = "take_away"
    SET_LEVEL = "set_level"
    SET_HOURS = "set_hours"
    RESTART = "restart"


# --- orders ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LogIn:
    """A PIN was typed and compared; `right` never decides while the account is held."""

    account_id: str
    right: bool


@dataclass(frozen=True, slots=True)
class LogOut:
    pass


@dataclass(frozen=True, slots=True)
class StillThere:
    """Any touch of the maintenance screen: the 60 s begin again."""


@dataclass(frozen=True, slots=True)
class KeepAccount:
    """Make an account, or give one a new PIN. The very first needs nobody to be logged in."""

    account_id: str
    role: AccountRole
    pin_hash: str  # argon2id; goes to the accounts file, never to the journal

    def __repr__(self) -> str:
        return f"KeepAccount({self.account_id}, {self.role}, …)"


@dataclass(frozen=True, slots=True)
class DropAccount:
    account_id: str


@dataclass(frozen=True, slots=True)
class TakeOutOfService:
    because: ClosedBecause


@dataclass(frozen=True, slots=True)
class PutInService:
    pass


@dataclass(frozen=True, slots=True)
class BeginPaperChange:
    pass


@dataclass(frozen=True, slots=True)
class PrintTest:
    """The sample strip: a step of the paper change, or the printer's test."""


@dataclass(frozen=True, slots=True)
class EndPaperChange:
    """`confirmed`: the operator holds the strip and it is right. Lawful only after a print
    that the printer proved."""

    confirmed: bool


@dataclass(frozen=True, slots=True)
class BeginDeviceTest:
    role: Role


@dataclass(frozen=True, slots=True)
class EndDeviceTest:
    """`passed` is lawful only after the device has shown something; None: given up, no result."""

    passed: bool | None


@dataclass(frozen=True, slots=True)
class AskAgain:
    """Have the platform asked about doubtful money now, not by the schedule."""

    payment_id: str  # or an open code


@dataclass(frozen=True, slots=True)
class CorrectPayment:
    """Force an edge of the payment table with the day's statement (reliability.md 2.7).

    Both pieces of evidence: `seen_state` is what this kiosk holds, as the operator saw it;
    the rest is what the statement says. `paid_fen` 0: the statement does not have it.
    """

    payment_id: str  # or an open code that was handed out
    seen_state: payment.State | open_code.State
    paid_fen: int
    statement: str  # its name: day, version and digest
    statement_days: tuple[str, ...]  # ISO dates of the statements that were looked at
    transaction_no: str = ""


@dataclass(frozen=True, slots=True)
class PrintCopy:
    """One more copy of a receipt, its number from the platform; marked 补打 above 1."""

    receipt_no: str
    reason: CopyReason


@dataclass(frozen=True, slots=True)
class JudgePaper:
    """The operator's eyes on a doubtful print: whole and handed over, or not."""

    job_id: str
    whole: bool


@dataclass(frozen=True, slots=True)
class WriteNote:
    subject_id: str  # payment id, receipt number or visit id
    kind: NoteKind
    reference: str = ""  # a case number elsewhere: 1 to 32 of A-Z 0-9 - /


@dataclass(frozen=True, slots=True)
class CloseDay:
    """The day's comparison is accepted; every open difference has a case reference."""

    day: str  # ISO date
    statement: str
    payments: int
    amount_fen: int
    differences: int
    cases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Took:
    """Something leaves the kiosk (export, bundle); recorded before it is written."""

    what: Taking
    name: str = ""  # of the file, no path


@dataclass(frozen=True, slots=True)
class SetLevel:
    level: Level
    percent: int  # 0 … 100


@dataclass(frozen=True, slots=True)
class SetHours:
    """Opening hours in place of the site file's; `week` None: the site file's hold again."""

    week: Week | None


@dataclass(frozen=True, slots=True)
class AskRestart:
    what: Restart


Order = (
    LogIn
    | LogOut
    | StillThere
    | KeepAccount
    | DropAccount
    | TakeOutOfService
    | PutInService
    | BeginPaperChange
    | PrintTest
    | EndPaperChange
    | BeginDeviceTest
    | EndDeviceTest
    | AskAgain
    | CorrectPayment
    | PrintCopy
    | JudgePaper
    | WriteNote
    | CloseDay
    | Took
    | SetLevel
    | SetHours
    | AskRestart
)
