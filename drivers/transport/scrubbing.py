"""What of a link may be written down: the dialogue, never a person.

A scrubber keeps the number of bytes, so that a recorded dialogue can be played again.
"""

from __future__ import annotations

from typing import Protocol

from drivers.api import CardKind, IdCard
from drivers.id_reader.card_text import compose
from drivers.id_reader.frames import HEADER_SIZE, PREAMBLE, frame
from drivers.id_reader.sam import OK, PHOTO_SIZE, READ_HEADER

# The synthetic person in whose place everybody is recorded (born 1900, region 330199).
NOBODY = IdCard(CardKind.RESIDENT, "张三", "330199190001010010", long_term=True)
NOBODYS_FRAME = frame(OK + READ_HEADER + compose(NOBODY) + bytes(PHOTO_SIZE))
SHORT_REPLY = 0x14  # up to the module's own id nothing is a person's
NO_SERIAL = frame(OK + bytes(8))
PRINTER_COMMAND_SIZE = 16  # a question or a clearing; anything longer may be a receipt
LINE_ENDS = b"\r\n"
LENGTH_SIZE = 2


class Scrubber(Protocol):
    def sent(self, data: bytes) -> bytes:
        """What to write down of bytes to the device."""

    def received(self, data: bytes) -> bytes:
        """What to write down of bytes from the device."""


class SamScrubber:
    """Every card becomes NOBODY's, byte by byte, however the answer was cut into pieces."""

    def __init__(self) -> None:
        self._place = 0  # in the frame
        self._length = 0

    def sent(self, data: bytes) -> bytes:
        return data

    def received(self, data: bytes) -> bytes:
        return bytes(self._byte(byte) for byte in data)

    def _byte(self, byte: int) -> int:
        place = self._place
        if place < len(PREAMBLE):
            return self._preamble(byte)
        self._place += 1
        if place < HEADER_SIZE:
            self._length = self._length << 8 | byte
            return byte
        if self._place == HEADER_SIZE + self._length or not self._length:
            self._place = 0
        if self._length <= SHORT_REPLY and HEADER_SIZE + self._length != len(NO_SERIAL):
            return byte
        if HEADER_SIZE + self._length == len(NO_SERIAL):
            return NO_SERIAL[place]
        return NOBODYS_FRAME[place] if place < len(NOBODYS_FRAME) else 0

    def _preamble(self, byte: int) -> int:
        if byte == PREAMBLE[self._place]:
            self._place += 1
            self._length = 0
            return byte
        if byte == PREAMBLE[0]:  # A fourth AA: the last three may begin a frame.
            self._place = min(self._place, 3) if self._place == 3 else 1
            return byte
        self._place = 0
        return 0  # Noise may be a piece of somebody.


class PrinterScrubber:
    """Receipts become zeros; questions and answers stay."""

    def sent(self, data: bytes) -> bytes:
        return data if len(data) <= PRINTER_COMMAND_SIZE else bytes(len(data))

    def received(self, data: bytes) -> bytes:
        return data


class ScannerScrubber:
    """Every character becomes a zero digit; line ends stay."""

    def sent(self, data: bytes) -> bytes:
        return data

    def received(self, data: bytes) -> bytes:
        return bytes(byte if byte in LINE_ENDS else ord("0") for byte in data)
