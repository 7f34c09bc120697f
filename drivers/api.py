"""Contracts between the kiosk and its hardware: plain data and protocols, no I/O.

Everything a driver says is one of these types; everything a driver cannot do is a
`DriverError`, which the engine turns into "device lost" (its state is then unknown
until it is read again).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Protocol


class Role(StrEnum):
    """What a device is for; also the key of its section in the site file."""

    ID_READER = "id_reader"
    CARD_READER = "card_reader"
    SCANNER = "scanner"
    RECEIPT_PRINTER = "receipt_printer"


# --- errors ------------------------------------------------------------------------------


class DriverError(Exception):
    """The device could not do what it was asked to do; `reason` is a stable code."""

    def __init__(self, reason: str, message: str = "") -> None:
        super().__init__(message or reason)
        self.reason = reason


class DeviceLost(DriverError):
    """The device is gone (cable, power, port): it must be opened again."""


class BadSettings(DriverError):
    """The device's section of the site file cannot work."""


# --- cards -------------------------------------------------------------------------------


class CardKind(StrEnum):
    RESIDENT = "resident"
    HK_MACAO_TAIWAN = "hk_macao_taiwan"
    FOREIGN_2017 = "foreign_2017"
    FOREIGN_2023 = "foreign_2023"
    SOCIAL_SECURITY = "social_security"


@dataclass(frozen=True, slots=True, repr=False)
class IdCard:
    """What the kiosk keeps of a card, in memory and for one visit only.

    `number` is the citizen or permit number (GB 11643 for residents). The photo and the
    address are dropped by the driver: paying a bill needs neither (PIPL art. 6).
    """

    kind: CardKind
    name: str
    number: str
    valid_from: date | None = None
    valid_until: date | None = None  # None with `long_term` or where the card has none
    long_term: bool = False

    def __repr__(self) -> str:  # Card data must not reach a log by way of a traceback.
        return f"IdCard({self.kind}, …)"


@dataclass(frozen=True, slots=True)
class CardRead:
    card: IdCard


@dataclass(frozen=True, slots=True)
class CardReadFailed:
    """A card is there but could not be read.

    `reason`: moved, not_an_id_card, damaged, use_id_card (it shows its data only elsewhere).
    """

    reason: str


@dataclass(frozen=True, slots=True)
class CardRemoved:
    pass


CardEvent = CardRead | CardReadFailed | CardRemoved


class IdReader(Protocol):
    def poll(self) -> CardEvent | None:
        """What happened since the last poll, or None. Raises DriverError."""

    def close(self) -> None: ...


# --- scanner -----------------------------------------------------------------------------


class Scanner(Protocol):
    def poll(self) -> str | None:
        """The text of one scanned code (1 to 512 printable characters), or None.

        A code that is longer, or holds control characters, is the one character U+FFFD: it
        was seen, and it says nothing.
        """

    def close(self) -> None: ...


# --- printer -----------------------------------------------------------------------------


class PrinterCondition(StrEnum):
    PAPER_NEAR_END = "paper_near_end"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    CUTTER_ERROR = "cutter_error"
    HEAD_ERROR = "head_error"
    PAPER_JAM = "paper_jam"
    PAPER_AT_MOUTH = "paper_at_mouth"
    RETRACTED = "retracted"
    OFFLINE = "offline"
    SILENT = "silent"  # no answer, or an answer whose bits we do not know: never "ok"


HARMLESS = frozenset(
    {
        PrinterCondition.PAPER_NEAR_END,
        PrinterCondition.PAPER_AT_MOUTH,
        PrinterCondition.RETRACTED,
    }
)


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """Conditions that hold now; none means ready."""

    conditions: frozenset[PrinterCondition] = frozenset()
    takes_back: bool = False  # it can draw in what hangs in its mouth

    @property
    def is_known(self) -> bool:
        unknown = {PrinterCondition.SILENT, PrinterCondition.OFFLINE}
        return not self.conditions & unknown

    @property
    def can_print(self) -> bool:
        return self.conditions <= HARMLESS

    @property
    def words(self) -> str:
        return ", ".join(sorted(self.conditions)) or "ok"


class PrintOutcome(StrEnum):
    PRINTED = "printed"  # proven: the printer answered after the cut, see `PrintProof`
    NOT_PRINTED = "not_printed"  # proven: no byte of the document left the kiosk
    UNKNOWN = "unknown"  # anything else


class PrintProof(StrEnum):
    """What the printer answered, in its turn, after the cut."""

    PROCESS_ID = "process_id"  # the number of this very job
    PAPER_STATUS = "paper_status"  # three times that there is paper: weaker, names no job


class PrintStage(StrEnum):
    """How far a job is proven to have come."""

    QUEUED = "queued"  # no byte left
    SENT = "sent"  # some bytes did
    HEAD_IDLE = "head_idle"  # the printer has worked them off
    CUT = "cut"
    TAKEN = "taken"  # the mouth is empty again
    RETRACTED = "retracted"  # nobody took it


@dataclass(frozen=True, slots=True)
class PrintReport:
    outcome: PrintOutcome
    status: PrinterStatus
    reason: str = ""  # stable code, empty when printed
    stage: PrintStage | None = None  # None: no more than the outcome says
    proof: PrintProof | None = None  # of what is printed; None otherwise


class Align(StrEnum):
    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Text:
    """One printed line; it must already fit the printer's columns (hanzi count two)."""

    text: str
    align: Align = Align.LEFT
    scale: int = 1  # 1 or 2: both width and height
    bold: bool = False


@dataclass(frozen=True, slots=True)
class QrCode:
    data: str
    size_mm: int = 30


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the paper."""


@dataclass(frozen=True, slots=True)
class Feed:
    lines: int = 1


Block = Text | QrCode | Rule | Feed


@dataclass(frozen=True, slots=True)
class Document:
    """One strip of paper, cut at its end; knows nothing of any printer's commands."""

    blocks: tuple[Block, ...]


class ReceiptPrinter(Protocol):
    @property
    def columns(self) -> int:
        """Latin characters per line (80 mm paper: 48; 58 mm: 32); a hanzi takes two."""

    def status(self) -> PrinterStatus: ...

    def print(self, document: Document, job_number: int) -> PrintReport:
        """Print and cut; the report is `printed` only on the printer's own proof.

        `job_number` (0 … 9999) is the process id that the printer must echo.
        Never raises once a byte was sent: a cable torn mid-job is a report.
        """

    def take_back(self) -> PrinterStatus:
        """Draw in the paper that nobody took; how the printer is afterwards.

        Raises DriverError, also where the status says that it cannot.
        """

    def close(self) -> None: ...


# --- what a driver module offers -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What bootstrap hands to every driver.

    `world` is the SimulatedWorld or None; `keyboard` the `drivers.keyboard.Keyboard` that the
    screen types into, or None where there is no screen.
    """

    world: Any = None
    keyboard: Any = None


class PaperLoading(StrEnum):
    """How a new roll goes into a printer."""

    ANY = "any"  # not known: words that fit every printer
    CLAMSHELL = "clamshell"  # a lid, the roll lies under it
    LEVER = "lever"  # a lever lifts the head, the roll is on a holder
    FEED = "feed"  # the paper's end is put into a slot and drawn in


def _not_known(_settings: Any) -> PaperLoading:
    return PaperLoading.ANY


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverSpec:
    """One driver: `settings` is a frozen pydantic model (extra keys forbidden)."""

    name: str
    role: Role
    settings: type[Any]
    connect: Callable[[Any, Surroundings], Any]
    simulated: bool = False
    paper_loading: Callable[[Any], PaperLoading] = _not_known  # of a printer, by its settings
    types: bool = False  # like a keyboard: it needs `Surroundings.keyboard`


SectionValues = Mapping[str, Any]
