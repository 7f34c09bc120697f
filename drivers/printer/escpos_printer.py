"""The receipt printer behind any byte link: prints, and says only what is proven."""

from __future__ import annotations

import math
from dataclasses import dataclass

from drivers.api import (
    HARMLESS,
    Document,
    DriverError,
    PrinterCondition,
    PrinterStatus,
    PrintOutcome,
    PrintProof,
    PrintReport,
    PrintStage,
)
from drivers.clock import Clock, SystemClock
from drivers.printer.escpos import encode
from drivers.printer.lettering import LinePainter
from drivers.printer.profile import Clearing, Mouth, Profile
from drivers.printer.proof import Proof, proof_of
from drivers.printer.replies import (
    FULL_STATUS_QUESTION,
    QUESTIONS,
    FullStatus,
    ReplyReader,
    StatusByte,
    Unrecognised,
    conditions_from,
    conditions_from_full,
)
from drivers.transport.link import ByteLink, LinkLost

ASK_STATUS = b"\x10\x04"
# Empties the buffers at once, even off-line: the rest of a torn job must not come out
# behind the next visitor's back when someone refills the paper.
CLEAR_BUFFERS = {
    Clearing.DLE_DC4: b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08",
    Clearing.DLE_ENQ: b"\x10\x05\x02",
}
TAKE_BACK = b"\x1de\x02"
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
    look_every_s: float = 0.5  # while waiting for the proof, or for the paper to go in
    retract_timeout_s: float = 5.0


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
        self._replies = ReplyReader(link, self._clock, profile.mouth)
        self._retracted = False
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
        if self._profile.mouth is Mouth.FULL_STATUS:
            conditions |= self._full_status()
        if SILENT.conditions & conditions:
            return SILENT
        if self._retracted:
            conditions |= {PrinterCondition.RETRACTED}
        return self._seen(conditions)

    def _seen(self, conditions: frozenset[PrinterCondition]) -> PrinterStatus:
        return PrinterStatus(conditions, takes_back=self._profile.presenter)

    def _full_status(self) -> frozenset[PrinterCondition]:
        self._write_question(FULL_STATUS_QUESTION)
        deadline_s = self._clock.monotonic() + self._timing.answer_timeout_s
        for _ in range(MAX_REPLIES):
            reply = self._replies.next(deadline_s)
            if isinstance(reply, FullStatus):
                return conditions_from_full(reply)
            if reply is None:
                break
        return SILENT.conditions

    def take_back(self) -> PrinterStatus:
        """As `ReceiptPrinter.take_back`: it counts as retracted once the mouth is seen empty."""
        if not self._profile.presenter:
            raise DriverError("no_presenter", f"{self._profile.name} cannot take paper back")
        status = self.status()
        if PrinterCondition.PAPER_AT_MOUTH not in status.conditions:
            return status  # A hand was faster, or nobody knows: nothing moves.
        self._link.write(TAKE_BACK, self._timing.write_timeout_s)
        for _ in range(math.ceil(self._timing.retract_timeout_s / self._timing.look_every_s)):
            self._clock.sleep(self._timing.look_every_s)
            status = self.status()
            if PrinterCondition.PAPER_AT_MOUTH not in status.conditions and status.is_known:
                self._retracted = True
                return self.status()
        return status

    def print(self, document: Document, job_number: int) -> PrintReport:
        """As `ReceiptPrinter.print`. Raises ValueError for a document that cannot be printed."""
        job = encode(document, job_number, self._profile, self._painter)
        try:
            self._clear_buffers()
            status = self.status()
        except LinkLost as lost:
            return PrintReport(PrintOutcome.NOT_PRINTED, OFFLINE, lost.reason, PrintStage.QUEUED)
        if not status.can_print:
            reason = _reason(status)
            return PrintReport(PrintOutcome.NOT_PRINTED, status, reason, PrintStage.QUEUED)
        self._retracted = False
        try:
            self._link.write(job, self._timing.write_timeout_s)
        except LinkLost as lost:
            if lost.sent:
                return _doubt(OFFLINE, lost.reason)
            return PrintReport(PrintOutcome.NOT_PRINTED, OFFLINE, lost.reason, PrintStage.QUEUED)
        try:
            return self._wait_for_proof(proof_of(job_number, self._profile.proof))
        except LinkLost as lost:
            return _doubt(OFFLINE, lost.reason)

    def _wait_for_proof(self, proof: Proof) -> PrintReport:
        timing = self._timing
        deadline_s = self._clock.monotonic() + timing.proof_timeout_s
        status = SILENT
        for _ in range(math.ceil(timing.proof_timeout_s / timing.look_every_s)):
            now_s = self._clock.monotonic()
            found = self._hear_proof(proof, min(deadline_s, now_s + timing.look_every_s))
            if found is None:
                status, found = self._look(proof)
            if found is not None:
                return self._proven(found)
            if status.conditions & frozenset(JOB_ENDING):
                return self._give_up(status, _reason(status))
            if self._clock.monotonic() >= deadline_s:
                break
        return self._give_up(status, "no_proof")

    def _proven(self, found: PrintProof) -> PrintReport:
        try:
            status = self.status()
        except LinkLost:
            status = OFFLINE  # What is proven stays proven when the cable goes afterwards.
        return PrintReport(PrintOutcome.PRINTED, status, stage=PrintStage.CUT, proof=found)

    def _give_up(self, status: PrinterStatus, reason: str) -> PrintReport:
        self._clear_buffers()
        return _doubt(status, reason)

    def _hear_proof(self, proof: Proof, deadline_s: float) -> PrintProof | None:
        for _ in range(MAX_REPLIES):
            reply = self._replies.next(deadline_s)
            if reply is None:
                return None
            if found := proof.complete_with(reply):
                return found
        return None

    def _look(self, proof: Proof) -> tuple[PrinterStatus, PrintProof | None]:
        """Status while a job runs; the proof may come in between."""
        conditions: frozenset[PrinterCondition] = frozenset()
        for question in QUESTIONS:
            self._write_question(question)
            deadline_s = self._clock.monotonic() + self._timing.answer_timeout_s
            for _ in range(MAX_REPLIES):
                reply = self._replies.next(deadline_s)
                if reply is None:
                    return SILENT, None
                if isinstance(reply, StatusByte):
                    conditions |= conditions_from(question, reply)
                    break
                if found := proof.complete_with(reply):
                    return self._seen(conditions), found
        return self._seen(conditions), None

    def _ask(self, question: int) -> StatusByte | None:
        self._write_question(question)
        deadline_s = self._clock.monotonic() + self._timing.answer_timeout_s
        for _ in range(MAX_REPLIES):
            reply = self._replies.next(deadline_s)
            if isinstance(reply, StatusByte):
                return reply
            if reply is None:
                return None
            if isinstance(reply, Unrecognised) and len(reply.data) == 1:
                return None
        return None

    def _write_question(self, question: int) -> None:
        self._link.write(ASK_STATUS + bytes([question]), self._timing.write_timeout_s)

    def _clear_buffers(self) -> None:
        self._link.write(CLEAR_BUFFERS[self._profile.clear], self._timing.write_timeout_s)


def _doubt(status: PrinterStatus, reason: str) -> PrintReport:
    """A knife that fails comes after the last line: the head has done its part."""
    at_knife = PrinterCondition.CUTTER_ERROR in status.conditions
    stage = PrintStage.HEAD_IDLE if at_knife else PrintStage.SENT
    return PrintReport(PrintOutcome.UNKNOWN, status, reason, stage)


def _reason(status: PrinterStatus) -> str:
    """The most telling condition as a stable code."""
    for condition in (*JOB_ENDING, PrinterCondition.HEAD_ERROR, PrinterCondition.SILENT):
        if condition in status.conditions:
            return condition.value
    return min(status.conditions - HARMLESS).value
