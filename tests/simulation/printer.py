"""The paper end of one kiosk: a printer that can fail, under the production's supervision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from drivers.api import (
    DeviceLost,
    Document,
    PrinterCondition,
    PrinterStatus,
    PrintOutcome,
    PrintReport,
)
from kiosk.domain.effects import PaperEffect, PrintReceipt, TakeBackPaper
from kiosk.domain.events import Event
from kiosk.domain.receipt import InquirySlip
from kiosk.engine.devices import PrinterSupervisor
from tests.simulation.scheduler import Scheduler

PRINT_S = 2.5
TAKEN_S = (0.5, 3.0, 20.0, 29.0, 31.0, 90.0)  # a forgotten strip is drawn in after 30 s
OFFLINE = PrinterStatus(frozenset({PrinterCondition.OFFLINE}))
SILENT = PrinterStatus(frozenset({PrinterCondition.SILENT}))


@dataclass(frozen=True, slots=True)
class Strip:
    """Paper that came out, whole or torn."""

    receipt_no: str
    copy_number: int
    whole: bool
    at_s: float


class Trouble:
    """What can happen to one job; the names are those of the fault catalogue."""

    NONE = "none"
    OUT_MID_RECEIPT = "out_mid_receipt"
    LOST_BEFORE_BYTES = "lost_before_bytes"
    LOST_AFTER_BYTES = "lost_after_bytes"
    SILENT_PRINTED = "silent_printed"
    SILENT_NOTHING = "silent_nothing"
    VERY_SLOW = "very_slow"  # longer than anybody waits
    ALL = (OUT_MID_RECEIPT, LOST_BEFORE_BYTES, LOST_AFTER_BYTES, SILENT_PRINTED,
           SILENT_NOTHING, VERY_SLOW)  # fmt: skip


class SimPrinter:
    """The machine itself: survives crashes of the kiosk, keeps its paper."""

    columns = 48

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self.strips: list[Strip] = []
        self.slips: list[str] = []
        self.proven: set[tuple[str, int]] = set()
        self.status_now = PrinterStatus()
        self.plugged = True
        self.next_trouble = Trouble.NONE
        self.busy_until_s = 0.0
        self.on_paper: Callable[[str, int], None] = lambda receipt_no, copy_number: None
        self.has_presenter = False  # it sees its mouth, and can draw in what hangs there
        self.at_mouth = self.retracted = self.is_stuck = False
        self.retractions = 0
        self.takers = 0.7  # of the strips that many are taken by somebody
        self.on_mouth: Callable[[], None] = lambda: None

    # --- ReceiptPrinter ------------------------------------------------------------------------

    def status(self) -> PrinterStatus:
        if not self.plugged:
            raise DeviceLost("cable")
        return self._seen()

    def _seen(self) -> PrinterStatus:
        if not self.has_presenter:
            return self.status_now
        here = set(self.status_now.conditions)
        if self.at_mouth:
            here.add(PrinterCondition.PAPER_AT_MOUTH)
        if self.retracted:
            here.add(PrinterCondition.RETRACTED)
        return PrinterStatus(frozenset(here), takes_back=True)

    def take_back(self) -> PrinterStatus:
        if not self.plugged:
            raise DeviceLost("cable")
        if self.at_mouth and not self.is_stuck:
            self._scheduler.tell("paper", "drawn in")
            self.at_mouth, self.retracted = False, True
            self.retractions += 1
        return self._seen()

    def _take(self) -> None:
        """A hand at the mouth."""
        if self.at_mouth:
            self._scheduler.tell("paper", "taken")
            self.at_mouth = False
            self.on_mouth()

    def print(self, document: Document, job_number: int) -> PrintReport:
        raise AssertionError("the simulation prints receipts, not documents")

    def print_paper(self, job: PaperEffect) -> PrintReport:
        trouble, self.next_trouble = self.next_trouble, Trouble.NONE
        if not self.plugged or trouble == Trouble.LOST_BEFORE_BYTES:
            self.plugged = False
            return PrintReport(PrintOutcome.NOT_PRINTED, OFFLINE, "cable")
        if not self.status_now.can_print:
            return PrintReport(PrintOutcome.NOT_PRINTED, self._seen(), "not_ready")
        duration_s = PRINT_S * (40 if trouble == Trouble.VERY_SLOW else 1)
        self.busy_until_s = max(self.busy_until_s, self._scheduler.now_s) + duration_s
        match trouble:
            case Trouble.OUT_MID_RECEIPT:
                self.status_now = PrinterStatus(frozenset({PrinterCondition.PAPER_OUT}))
                self._feed(job, whole=False)
                return PrintReport(PrintOutcome.UNKNOWN, self._seen(), "paper_out")
            case Trouble.LOST_AFTER_BYTES:
                self.plugged = False
                self._feed(job, whole=True)
                return PrintReport(PrintOutcome.UNKNOWN, OFFLINE, "cable")
            case Trouble.SILENT_PRINTED:
                self._feed(job, whole=True)
                return PrintReport(PrintOutcome.UNKNOWN, SILENT, "no_proof")
            case Trouble.SILENT_NOTHING:
                return PrintReport(PrintOutcome.UNKNOWN, SILENT, "no_proof")
        self._feed(job, whole=True)
        if isinstance(job, PrintReceipt):
            self.proven.add((job.receipt.receipt_no, job.copy_number))
        return PrintReport(PrintOutcome.PRINTED, self._seen())

    def _feed(self, job: PaperEffect, *, whole: bool) -> None:
        torn = "" if whole else ", torn"
        if self.has_presenter:
            self.at_mouth, self.retracted = True, False
            if self._scheduler.chance(self.takers):
                self._scheduler.after(PRINT_S + self._scheduler.random.choice(TAKEN_S), self._take)
        if not isinstance(job, PrintReceipt):
            slip = job.slip
            words = slip.inquiry_code if isinstance(slip, InquirySlip) else slip.code
            self._scheduler.tell("paper", f"slip {words}{torn}")
            self.slips.append(words)
            return
        key = (job.receipt.receipt_no, job.copy_number)
        self._scheduler.tell("paper", f"{key[0]} copy {key[1]}{torn}")
        self.strips.append(Strip(*key, whole, self._scheduler.now_s))
        self.on_paper(*key)

    def close(self) -> None:
        """Nothing is held open."""

    # --- what people do with it ----------------------------------------------------------------

    def mend(self) -> None:
        self.plugged = True
        self.status_now = PrinterStatus()
        self.next_trouble = Trouble.NONE
        self.is_stuck = False


class PrinterDesk:
    """Runs the production supervisor without its thread: a round whenever there is something.

    What it reports comes to the kiosk when the printer is done, not when it began.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        printer: SimPrinter,
        post: Callable[[Event], None],
        sent: Callable[[PaperEffect | TakeBackPaper], None],
    ) -> None:
        self._scheduler = scheduler
        self._printer = printer
        self._post = post
        self._sent = sent
        self.dead = False
        self._supervisor = PrinterSupervisor(self._connect, self._print, self._report)
        self._round_at_s = -1.0
        printer.on_mouth = self.look
        self.look()

    def put(self, job: PaperEffect | TakeBackPaper) -> None:
        self._sent(job)
        self._supervisor.put(job)
        self.look()

    def look(self, delay_s: float = 0.0) -> None:
        """Another round of the supervisor, as soon as the printer is free."""
        free_s = self._printer.busy_until_s - self._scheduler.now_s
        delay_s = max(delay_s, free_s, 0.0)
        self._round_at_s = self._scheduler.now_s + delay_s
        self._scheduler.after(delay_s, self._round, self._round_at_s)

    def _round(self, at_s: float) -> None:
        if self.dead or at_s != self._round_at_s:
            return
        self._supervisor.turn()
        # Without a printer the next round comes with it (`mend_printer`), or with a job.
        if self._printer.plugged and self._printer.busy_until_s > self._scheduler.now_s:
            self.look()

    def _connect(self) -> SimPrinter:
        if not self._printer.plugged:
            raise DeviceLost("cable")
        return self._printer

    def _print(self, printer: SimPrinter, job: PaperEffect) -> PrintReport:
        return printer.print_paper(job)

    def _report(self, event: Event) -> None:
        delay_s = max(0.0, self._printer.busy_until_s - self._scheduler.now_s)
        self._scheduler.after(delay_s, self._deliver, event)

    def _deliver(self, event: Event) -> None:
        if not self.dead:
            self._post(event)
