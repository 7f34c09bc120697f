"""When a printer has proven that a job is on paper and cut."""

from __future__ import annotations

from typing import Protocol, assert_never

from drivers.api import PrintProof
from drivers.printer.escpos import PAPER_STATUS_ANSWERS
from drivers.printer.replies import PAPER_OUT_BITS, PaperStatus, ProcessId, Reply


class Proof(Protocol):
    def complete_with(self, reply: Reply) -> PrintProof | None:
        """What this reply, after those before it, proves the job by; None: nothing yet."""


class EchoedNumber:
    """The printer echoes the number of this very job."""

    def __init__(self, job_number: int) -> None:
        self._wanted = ProcessId(f"{job_number:04d}".encode("ascii"))

    def complete_with(self, reply: Reply) -> PrintProof | None:
        return PrintProof.PROCESS_ID if reply == self._wanted else None


class PaperToldThrice:
    """The printer, done with all before it, says three times alike that it has paper.

    Weaker than a number: nothing in the answers names the job. That no older job is
    meant follows from the buffers being empty when this one is sent.
    """

    def __init__(self) -> None:
        self._told: list[int] = []

    def complete_with(self, reply: Reply) -> PrintProof | None:
        if not isinstance(reply, PaperStatus):
            return None
        if self._told and self._told[-1] != reply.bits:
            self._told.clear()
        self._told.append(reply.bits)
        if len(self._told) < PAPER_STATUS_ANSWERS or reply.bits & PAPER_OUT_BITS:
            return None
        return PrintProof.PAPER_STATUS


class Whichever:
    """Of a printer nobody has described: what it answers is what it can."""

    def __init__(self, job_number: int) -> None:
        self._proofs: tuple[Proof, ...] = (EchoedNumber(job_number), PaperToldThrice())

    def complete_with(self, reply: Reply) -> PrintProof | None:
        found = (proof.complete_with(reply) for proof in self._proofs)
        return next((each for each in found if each is not None), None)


def proof_of(job_number: int, wanted: PrintProof | None) -> Proof:
    match wanted:
        case PrintProof.PROCESS_ID:
            return EchoedNumber(job_number)
        case PrintProof.PAPER_STATUS:
            return PaperToldThrice()
        case None:
            return Whichever(job_number)
    assert_never(wanted)
