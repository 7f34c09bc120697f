"""Everything the kiosk wants from the world. Started only after its records are durable.

Each effect carries the id of the record that allows it (payment, claim or job), and each
call and print brings exactly one event back: `PlatformReplied`, `PrintFinished` or
`PaperTakenBack`.
"""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.domain.operator import AccountRole, Level, Restart
from kiosk.domain.platform import PlatformCall
from kiosk.domain.receipt import CodeSlip, InquirySlip, Receipt


@dataclass(frozen=True, slots=True)
class PrintReceipt:
    """Print one copy; the `PrintMoved(INTENDED)` record of `job_id` allows it."""

    job_id: str
    receipt: Receipt
    copy_number: int


@dataclass(frozen=True, slots=True)
class PrintSlip:
    """Print a slip; the `SlipMoved(INTENDED)` record of `job_id` allows it."""

    job_id: str
    slip: InquirySlip | CodeSlip


@dataclass(frozen=True, slots=True)
class TakeBackPaper:
    """Draw in a forgotten strip; the `PaperMoved(RECALLED)` record of `job_id` allows it."""

    job_id: str


@dataclass(frozen=True, slots=True)
class PrintSample:
    """Print the test strip; the `SampleMoved(INTENDED)` record of `job_id` allows it."""

    job_id: str


@dataclass(frozen=True, slots=True)
class SaveAccount:
    """Write an account to the accounts file; brings `AccountSaved` back."""

    account_id: str
    role: AccountRole
    pin_hash: str  # empty: the account is taken out of the file

    def __repr__(self) -> str:
        return f"SaveAccount({self.account_id}, …)"


@dataclass(frozen=True, slots=True)
class TidyAccounts:
    """Take out of the accounts file what is none of these; brings nothing back."""

    account_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangeLevel:
    """Set volume or brightness; brings nothing back, the machine is asked how it is."""

    level: Level
    percent: int


@dataclass(frozen=True, slots=True)
class RestartNow:
    """End the process, or the machine; the supervisor starts it again."""

    what: Restart


PaperEffect = PrintReceipt | PrintSlip | PrintSample
DeskEffect = SaveAccount | TidyAccounts | ChangeLevel | RestartNow
Effect = PlatformCall | PaperEffect | TakeBackPaper | DeskEffect
