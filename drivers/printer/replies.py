"""What an ESC/POS printer answers, told apart byte by byte."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.api import PrinterCondition
from drivers.clock import Clock
from drivers.transport.link import ByteLink, drop_input

READ_SIZE = 256
MAX_BLOCK = 64
MAX_REPLIES_PER_WAIT = 256

BLOCK_HEADER, PROCESS_ID_FLAG = 0x37, 0x22
# Every status byte has bits 0 and 7 clear and bits 1 and 4 set; a byte without them is
# noise, an automatic status or another protocol, and must not be read as "all is well".
FIXED_MASK, FIXED_BITS = 0b1001_0011, 0b0001_0010

OFFLINE, COVER_OPEN = PrinterCondition.OFFLINE, PrinterCondition.COVER_OPEN
QUESTIONS = (1, 2, 3, 4)
MEANINGS: dict[int, dict[int, PrinterCondition]] = {
    # Bit 2 is the drawer pin, bit 6 the feed button: neither matters here.
    1: {0x08: OFFLINE, 0x20: OFFLINE},
    # Bit 3: someone feeds paper by the button. Bit 6, "an error", is told by question 3.
    2: {0x04: COVER_OPEN, 0x08: OFFLINE, 0x20: PrinterCondition.PAPER_OUT, 0x40: OFFLINE},
    3: {
        0x04: PrinterCondition.PAPER_JAM,  # recoverable mechanical error
        0x08: PrinterCondition.CUTTER_ERROR,
        0x20: PrinterCondition.HEAD_ERROR,  # unrecoverable: head or voltage
        0x40: PrinterCondition.HEAD_ERROR,  # recovers by itself: head too hot
    },
    4: {
        0x04: PrinterCondition.PAPER_NEAR_END,
        0x08: PrinterCondition.PAPER_NEAR_END,
        0x20: PrinterCondition.PAPER_OUT,
        0x40: PrinterCondition.PAPER_OUT,
    },
}


@dataclass(frozen=True, slots=True)
class StatusByte:
    bits: int


@dataclass(frozen=True, slots=True)
class ProcessId:
    identifier: bytes


@dataclass(frozen=True, slots=True)
class Unrecognised:
    data: bytes


Reply = StatusByte | ProcessId | Unrecognised


def conditions_from(question: int, answer: StatusByte) -> frozenset[PrinterCondition]:
    """The meaning of one answer to DLE EOT `question`."""
    meanings = MEANINGS[question].items()
    return frozenset(condition for bit, condition in meanings if answer.bits & bit)


class ReplyReader:
    """Cuts what a link delivers into replies."""

    def __init__(self, link: ByteLink, clock: Clock) -> None:
        self._link = link
        self._clock = clock
        self._pending = bytearray()

    def drop(self) -> None:
        """Forget old answers. Raises LinkLost."""
        self._pending.clear()
        drop_input(self._link)

    def next(self, deadline_s: float) -> Reply | None:
        """The next reply, or None at the deadline (by the clock). Raises LinkLost."""
        for _ in range(MAX_REPLIES_PER_WAIT):
            reply = self._take()
            if reply is not None:
                return reply
            remaining_s = deadline_s - self._clock.monotonic()
            data = self._link.read(READ_SIZE, max(0.0, remaining_s))
            if not data:
                return None
            self._pending += data
        return None

    def _take(self) -> Reply | None:
        if not self._pending:
            return None
        if self._pending[0] == BLOCK_HEADER:
            return self._take_block()
        byte = self._pending.pop(0)
        if byte & FIXED_MASK == FIXED_BITS:
            return StatusByte(byte)
        return Unrecognised(bytes([byte]))

    def _take_block(self) -> Reply | None:
        end = self._pending.find(0)
        if end < 0:
            if len(self._pending) <= MAX_BLOCK:
                return None
            end = MAX_BLOCK
        block = bytes(self._pending[: end + 1])
        del self._pending[: end + 1]
        if block[1:2] == bytes([PROCESS_ID_FLAG]) and block[-1] == 0:
            return ProcessId(block[2:-1])
        return Unrecognised(block)
