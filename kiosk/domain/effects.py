"""Everything the kiosk wants from the world. Started only after its records are durable.

Each effect carries the id of the record that allows it (payment, claim or job), and each
brings exactly one event back: `PlatformReplied`, or `PrintFinished`, `PaperTakenBack`.
"""

from __future__ import annotations

from dataclasses import dataclass

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


PaperEffect = PrintReceipt | PrintSlip
Effect = PlatformCall | PaperEffect | TakeBackPaper
