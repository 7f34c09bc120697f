"""Everything that can happen to the kiosk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from drivers.api import (
    CardReadFailed,
    CardRemoved,
    IdCard,
    PrinterStatus,
    PrintReport,
    Role,
)
from kiosk.domain.operator import AccountRole, Order
from kiosk.domain.platform import Outcome, PlatformCall


@dataclass(frozen=True, slots=True)
class Stamp:
    """When an event happened, and a new unique id for whatever it gives rise to."""

    mono_s: float  # never jumps; all time-outs
    wall: datetime  # UTC; display and the journal's time column only
    fresh: str  # unique, made by the engine (26 characters)


# --- the engine ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Started:
    boot_id: str
    version: str


@dataclass(frozen=True, slots=True)
class DiskSeen:
    """How the journal's disks are: too full to begin a payment, and why no mirror is kept."""

    low: bool
    mirror_trouble: str = ""  # empty while the mirror is kept, or none is wanted


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passes; several a second."""


# --- the platform ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PlatformReplied:
    call: PlatformCall
    outcome: Outcome


# --- the operator ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StatementSays:
    """What the platform's statement of a finished day says about one payment."""

    payment_id: str
    paid_fen: int  # 0: no money was taken for it
    statement: str  # its name, such as 2026-11-20


@dataclass(frozen=True, slots=True)
class Ordered:
    """An order of the maintenance screen; whoever is logged in gave it."""

    order: Order


@dataclass(frozen=True, slots=True)
class AccountSaved:
    """The accounts file was written, or could not be."""

    account_id: str
    role: AccountRole
    dropped: bool
    failed: str = ""  # why not


# --- devices ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CardShown:
    """A card was read whole, in one transaction."""

    card: IdCard


@dataclass(frozen=True, slots=True)
class CodeScanned:
    text: str


@dataclass(frozen=True, slots=True)
class DeviceUp:
    role: Role


@dataclass(frozen=True, slots=True)
class DeviceDown:
    role: Role
    reason: str


@dataclass(frozen=True, slots=True)
class PrinterSeen:
    status: PrinterStatus


@dataclass(frozen=True, slots=True)
class PrintFinished:
    job_id: str
    report: PrintReport


@dataclass(frozen=True, slots=True)
class PaperTakenBack:
    """The printer was told to draw in the strip of this job, and is like this now."""

    job_id: str
    status: PrinterStatus


# --- the resident's touches --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Touched:
    """Any touch: somebody is still there."""


@dataclass(frozen=True, slots=True)
class EnterCodeTouched:
    """Start page: pay without a card."""


@dataclass(frozen=True, slots=True)
class CodeSubmitted:
    text: str


@dataclass(frozen=True, slots=True)
class BillToggled:
    bill_no: str


@dataclass(frozen=True, slots=True)
class PayTouched:
    """The one primary action of the bills page."""


@dataclass(frozen=True, slots=True)
class AgreeTouched:
    """Confirming: go on and pay."""


@dataclass(frozen=True, slots=True)
class CollectTouched:
    """Print every receipt that was not printed yet."""


@dataclass(frozen=True, slots=True)
class ReprintTouched:
    """One more copy of a receipt, marked 补打."""

    receipt_no: str


@dataclass(frozen=True, slots=True)
class PayRestTouched:
    """Last page: there are bills left, look them up afresh and pay."""


@dataclass(frozen=True, slots=True)
class BackTouched:
    """One step back; while paying: do not pay."""


@dataclass(frozen=True, slots=True)
class RetryTouched:
    """Trouble: try again."""


@dataclass(frozen=True, slots=True)
class LeaveTouched:
    """End the visit."""


@dataclass(frozen=True, slots=True)
class SwapAnswered:
    """Another card was presented: `accept` ends this visit and begins the other's."""

    accept: bool


@dataclass(frozen=True, slots=True)
class OpenCodeWanted:
    """No network: pay with an open code."""


@dataclass(frozen=True, slots=True)
class FeeChosen:
    """Which fee an open code is wanted for."""

    item_code: str


@dataclass(frozen=True, slots=True)
class FeeAmountChosen:
    amount_fen: int


@dataclass(frozen=True, slots=True)
class HandOutTouched:
    """The fee and the amount are right: hand the code out."""


@dataclass(frozen=True, slots=True)
class WithdrawTouched:
    """The code on the screen is not wanted any more."""


@dataclass(frozen=True, slots=True)
class AnotherFeeTouched:
    """One more open code in the same visit."""


Touch = (
    Touched
    | EnterCodeTouched
    | CodeSubmitted
    | BillToggled
    | PayTouched
    | AgreeTouched
    | CollectTouched
    | ReprintTouched
    | PayRestTouched
    | BackTouched
    | RetryTouched
    | LeaveTouched
    | SwapAnswered
    | OpenCodeWanted
    | FeeChosen
    | FeeAmountChosen
    | HandOutTouched
    | WithdrawTouched
    | AnotherFeeTouched
)

Event = (
    Started
    | DiskSeen
    | Tick
    | PlatformReplied
    | StatementSays
    | Ordered
    | AccountSaved
    | CardShown
    | CardReadFailed
    | CardRemoved
    | CodeScanned
    | DeviceUp
    | DeviceDown
    | PrinterSeen
    | PrintFinished
    | PaperTakenBack
    | Touch
)
