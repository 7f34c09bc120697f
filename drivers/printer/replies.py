"""What an ESC/POS printer answers, told apart byte by byte."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from drivers.api import PrinterCondition
from drivers.clock import Clock
from drivers.printer.profile import Mouth
from drivers.transport.link import ByteLink, drop_input

READ_SIZE = 256
MAX_BLOCK = 64
MAX_REPLIES_PER_WAIT = 256

BLOCK_HEADER, PROCESS_ID_FLAG = 0x37, 0x22
# Every status byte has bits 0 and 7 clear and bits 1 and 4 set; a byte without them is
# noise, an automatic status or another protocol, and must not be read as "all is well".
# (Which byte answers which command: Epson TM-T88III specification, appendix G.)
FIXED_MASK, FIXED_BITS = 0b1001_0011, 0b0001_0010
AUTOMATIC_MASK, AUTOMATIC_BITS, AUTOMATIC_SIZE = 0b1001_0011, 0b0001_0000, 4
IN_TURN_MASK = 0b1001_0000  # both clear in answers to GS r, and in what follows an ASB's first
PAPER_LOW_BITS, PAPER_OUT_BITS = 0b0000_0011, 0b0000_1100
# Some Chinese makers use bit 7 of the answer to DLE EOT 1: paper hangs in the mouth.
MOUTH_BIT, MOUTH_QUESTION = 0b1000_0000, 1
FULL_STATUS_QUESTION, FULL_STATUS_HEADER, FULL_STATUS_SIZE = 20, b"\x10\x0f", 6

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
class PaperStatus:
    """What GS r 1 is answered with; any other byte of that shape too."""

    bits: int


@dataclass(frozen=True, slots=True)
class AutomaticStatus:
    """Four bytes that a printer sends unasked (ASB); we ask, so they only must not confuse."""

    data: bytes


@dataclass(frozen=True, slots=True)
class FullStatus:
    """Custom's DLE EOT 20: paper, user, recoverable and unrecoverable bits."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Unrecognised:
    data: bytes


Reply = StatusByte | PaperStatus | AutomaticStatus | FullStatus | ProcessId | Unrecognised
# Custom KPM manuals. None: known, and no matter. A bit that is not here is not understood.
FULL_STATUS_MEANINGS: tuple[Mapping[int, PrinterCondition | None], ...] = (
    {
        0x01: PrinterCondition.PAPER_OUT,
        0x04: PrinterCondition.PAPER_NEAR_END,
        0x20: PrinterCondition.PAPER_AT_MOUTH,
        0x40: PrinterCondition.PAPER_NEAR_END,  # by the counted length
        0x80: None,  # no notch found: our paper has none
    },
    {
        0x01: COVER_OPEN,  # head up
        0x02: COVER_OPEN,
        0x04: None,  # it is printing
        0x08: None,  # its motor runs
        0x20: None,  # keys
        0x40: None,
    },
    {
        0x01: PrinterCondition.HEAD_ERROR,  # temperature
        0x02: OFFLINE,  # it received damaged bytes
        0x08: PrinterCondition.HEAD_ERROR,  # voltage
        0x20: None,  # it did not know a command
        0x40: PrinterCondition.PAPER_JAM,
    },
    {
        0x01: PrinterCondition.CUTTER_ERROR,
        0x02: COVER_OPEN,  # of the cutter
        0x04: OFFLINE,  # memory
        0x08: OFFLINE,
    },
)


def conditions_from(question: int, answer: StatusByte) -> frozenset[PrinterCondition]:
    """The meaning of one answer to DLE EOT `question`."""
    if answer.bits & MOUTH_BIT and question != MOUTH_QUESTION:
        return frozenset({PrinterCondition.SILENT})
    meanings = MEANINGS[question].items()
    conditions = frozenset(condition for bit, condition in meanings if answer.bits & bit)
    at_mouth = {PrinterCondition.PAPER_AT_MOUTH} if answer.bits & MOUTH_BIT else set()
    return conditions | at_mouth


def conditions_from_full(answer: FullStatus) -> frozenset[PrinterCondition]:
    """The meaning of Custom's four bytes; one bit nobody documents is SILENT."""
    conditions = set()
    for byte, meanings in zip(answer.data, FULL_STATUS_MEANINGS, strict=True):
        for bit in (1 << place for place in range(8)):
            if byte & bit:
                conditions.add(meanings.get(bit, PrinterCondition.SILENT))
    return frozenset(condition for condition in conditions if condition is not None)


class ReplyReader:
    """Cuts what a link delivers into replies."""

    def __init__(self, link: ByteLink, clock: Clock, mouth: Mouth = Mouth.NOT_TOLD) -> None:
        self._link = link
        self._clock = clock
        self._mouth = mouth
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
        first = self._pending[0]
        if first == BLOCK_HEADER:
            return self._take_block()
        if self._mouth is Mouth.FULL_STATUS and FULL_STATUS_HEADER.startswith(self._pending[:2]):
            return self._take_full_status()
        if first & AUTOMATIC_MASK == AUTOMATIC_BITS:
            return self._take_automatic()
        del self._pending[:1]
        known = FIXED_MASK & ~MOUTH_BIT if self._mouth is Mouth.BIT_7 else FIXED_MASK
        if first & known == FIXED_BITS:
            return StatusByte(first)
        return Unrecognised(bytes([first])) if first & IN_TURN_MASK else PaperStatus(first)

    def _take_full_status(self) -> Reply | None:
        if len(self._pending) < FULL_STATUS_SIZE:
            return None
        data = bytes(self._pending[:FULL_STATUS_SIZE])
        del self._pending[:FULL_STATUS_SIZE]
        return FullStatus(data[len(FULL_STATUS_HEADER) :])

    def _take_automatic(self) -> Reply | None:
        data = bytes(self._pending[:AUTOMATIC_SIZE])
        if any(byte & IN_TURN_MASK for byte in data[1:]):
            del self._pending[:1]
            return Unrecognised(data[:1])
        if len(data) < AUTOMATIC_SIZE:
            return None
        del self._pending[:AUTOMATIC_SIZE]
        return AutomaticStatus(data)

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
