"""The receipt printer behind any byte link: prints, and says only what is proven."""

from __future__ import annotations

import math
from dataclasses import dataclass

from drivers.api import (
    HARMLESS,
    Document,
    PrinterCondition,
    PrinterStatus,
    PrintOutcome,
    PrintReport,
)
from drivers.clock import Clock, SystemClock
from drivers.printer.escpos import encode
from drivers.printer.lettering import LinePainter
from drivers.printer.profile import Profile
from drivers.printer.replies import (
    QUESTIONS,
    ProcessId,
    ReplyReader,
    StatusByte,
    Unrecognised,
    conditions_from,
)
from drivers.transport.link import ByteLink, LinkLost

ASK_STATUS = b"\x10\x04"
# DLE DC4 8 empties the buffers at once, even off-line: the rest of a torn job must not
# come out behind the next visitor's back when someone refills the paper.
CLEAR_BUFFERS = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
MAX_REPLIES = 64
STATUS_ATTEMPTS = 2  # The tail of an older answer may spoil the first.

SILENT = PrinterStatus(frozenset({PrinterCondition.SILENT}))
OFFLINE = PrinterStatus(frozenset({PrinterCondition.OFFLINE}))
# Conditions that end a job; an over-heated head recovers within the time for the proof.
JOB_ENDING = (
    PrinterCondition.PAPER_OUT,
    PrinterCondition.COVER_OPEN,
    PrinterCondition.CUTTER_ERROR,
    PrinterCondition.PAPER_JAM,
)


@dataclass(frozen=True, slots=True)
class Timing:
    answer_timeout_s: float = 0.6
    write_timeout_s: float = 10.0
    proof_timeout_s: float = 20.0
    look_every_s: float = 0.5  # while waiting for the proof


class EscPosPrinter:
    """Not thread-safe: one caller at a time."""

    def __init__(
        self,
        link: ByteLink,
        profile: Profile,
        painter: LinePainter,
        *,
        timing: Timing | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Empties the printer's buffers of what an earlier visit left. Raises LinkLost."""
        self._link = link
        self._profile = profile
        self._painter = painter
        self._timing = timing or Timing()
        self._clock = clock or SystemClock()
        self._replies = ReplyReader(link, self._clock)
        self._clear_buffers()

    @property
    def columns(self) -> int:
        return self._profile.columns

    def close(self) -> None:
        self._link.close()

    def status(self) -> PrinterStatus:
        """Ask all four questions; one unanswered or strange answer is SILENT.

        Raises LinkLost.
        """
        for _ in range(STATUS_ATTEMPTS):
            status = self._status_once()
            if status != SILENT:
                return status
        return SILENT

    def _status_once(self) -> PrinterStatus:
        self._replies.drop()
        conditions: frozenset[PrinterCondition] = frozenset()
        for question in QUESTIONS:
            answer = self._ask(question)
            if answer is None:
                return SILENT
            conditions |= conditions_from(question, answer)
        return PrinterStatus(conditions)

    def print(self, document: Document, job_number: int) -> PrintReport:
        """As `ReceiptPrinter.print`. Raises ValueError for a document that cannot be printed."""
        job = encode(document, job_number, self._profile, self._painter)
        try:
            self._clear_buffers()
            status = self.status()
        except LinkLost as lost:
            return PrintReport(PrintOutcome.NOT_PRINTED, OFFLINE, lost.reason)
        if not status.can_print:
            return PrintReport(PrintOutcome.NOT_PRINTED, status, _reason(status))
        try:
            self._link.write(job, self._timing.write_timeout_s)
        except LinkLost as lost:
            outcome = PrintOutcome.UNKNOWN if lost.sent else PrintOutcome.NOT_PRINTED
            return PrintReport(outcome, OFFLINE, lost.reason)
        try:
            return self._wait_for_proof(f"{job_number:04d}".encode("ascii"))
        except LinkLost as lost:
            return PrintReport(PrintOutcome.UNKNOWN, OFFLINE, lost.reason)

    def _wait_for_proof(self, identifier: bytes) -> PrintReport:
        timing = self._timing
        deadline_s = self._clock.monotonic() + timing.proof_timeout_s
        status = SILENT
        for _ in range(math.ceil(timing.proof_timeout_s / timing.look_every_s)):
            now_s = self._clock.monotonic()
            if self._was_echoed(identifier, min(deadline_s, now_s + timing.look_every_s)):
                return PrintReport(PrintOutcome.PRINTED, self._status_after_proof())
            status, echoed = self._look(identifier)
            if echoed:
                return PrintReport(PrintOutcome.PRINTED, self._status_after_proof())
            if status.conditions & frozenset(JOB_ENDING):
                return self._give_up(status, _reason(status))
            if self._clock.monotonic() >= deadline_s:
                break
        return self._give_up(status, "no_proof")

    def _status_after_proof(self) -> PrinterStatus:
        try:
            return self.status()
        except LinkLost:
            return OFFLINE  # What is proven stays proven when the cable goes afterwards.

    def _give_up(self, status: PrinterStatus, reason: str) -> PrintReport:
        self._clear_buffers()
        return PrintReport(PrintOutcome.UNKNOWN, status, reason)

    def _was_echoed(self, identifier: bytes, deadline_s: float) -> bool:
        for _ in range(MAX_REPLIES):
            reply = self._replies.next(deadline_s)
            if reply is None:
                return False
            if reply == ProcessId(identifier):
                return True
        return False

    def _look(self, identifier: bytes) -> tuple[PrinterStatus, bool]:
        """Status while a job runs; the echo may come in between."""
        conditions: frozenset[PrinterCondition] = frozenset()
        for question in QUESTIONS:
            self._link.write(ASK_STATUS + bytes([question]), self._timing.write_timeout_s)
            deadline_s = self._clock.monotonic() + self._timing.answer_timeout_s
            for _ in range(MAX_REPLIES):
                reply = self._replies.next(deadline_s)
                if reply == ProcessId(identifier):
                    return PrinterStatus(conditions), True
                if reply is None:
                    return SILENT, False
                if isinstance(reply, StatusByte):
                    conditions |= conditions_from(question, reply)
                    break
        return PrinterStatus(conditions), False

    def _ask(self, question: int) -> StatusByte | None:
        self._link.write(ASK_STATUS + bytes([question]), self._timing.write_timeout_s)
        deadline_s = self._clock.monotonic() + self._timing.answer_timeout_s
        for _ in range(MAX_REPLIES):
            reply = self._replies.next(deadline_s)
            if isinstance(reply, StatusByte):
                return reply
            if reply is None or (isinstance(reply, Unrecognised) and len(reply.data) == 1):
                return None
        return None

    def _clear_buffers(self) -> None:
        self._link.write(CLEAR_BUFFERS, self._timing.write_timeout_s)


def _reason(status: PrinterStatus) -> str:
    """The most telling condition as a stable code."""
    for condition in (*JOB_ENDING, PrinterCondition.HEAD_ERROR, PrinterCondition.SILENT):
        if condition in status.conditions:
            return condition.value
    return min(status.conditions - HARMLESS).value
