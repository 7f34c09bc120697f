"""When a printer has proven that a job is on paper and cut."""

from __future__ import annotations

from typing import Protocol

from drivers.printer.escpos import PAPER_STATUS_ANSWERS
from drivers.printer.replies import PAPER_OUT_BITS, PaperStatus, ProcessId, Reply


class Proof(Protocol):
    def is_complete_with(self, reply: Reply) -> bool:
        """Whether this reply, after those before it, proves the job."""


class EchoedNumber:
    """The printer echoes the number of this very job."""

    def __init__(self, job_number: int) -> None:
        self._wanted = ProcessId(f"{job_number:04d}".encode("ascii"))

    def is_complete_with(self, reply: Reply) -> bool:
        return reply == self._wanted


class PaperToldThrice:
    """The printer, done with all before it, says three times alike that it has paper.

    Weaker than a number: nothing in the answers names the job. That no older job is
    meant follows from the buffers being empty when this one is sent.
    """

    def __init__(self) -> None:
        self._told: list[int] = []

    def is_complete_with(self, reply: Reply) -> bool:
        if not isinstance(reply, PaperStatus):
            return False
        if self._told and self._told[-1] != reply.bits:
            self._told.clear()
        self._told.append(reply.bits)
        return len(self._told) >= PAPER_STATUS_ANSWERS and not reply.bits & PAPER_OUT_BITS
