"""SAM-A frames: built, and found again in whatever a line delivers.

    AA AA AA 96 69 | LEN (2, big-endian) | body | CHK

LEN counts the body and CHK; CHK is the XOR of LEN and body. The body of a request is a
command, the body of a reply three status bytes and data.
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers.clock import Clock
from drivers.transport.link import ByteLink

PREAMBLE = b"\xaa\xaa\xaa\x96\x69"
HEADER_SIZE = len(PREAMBLE) + 2
# The shortest reply is a bare status, the longest is text, photo and two fingerprints.
REPLY_LENGTHS = range(4, 0x0910 + 1)
REQUEST_LENGTHS = range(2, 64)
MAX_PENDING = 2 * (HEADER_SIZE + REPLY_LENGTHS[-1])
READ_SIZE = 4096
MAX_READS_PER_FRAME = 8192


@dataclass(frozen=True, slots=True, repr=False)
class Reply:
    """`status` is SW1 SW2 SW3; `data` may be a person's: it stays out of tracebacks."""

    status: bytes
    data: bytes

    def __repr__(self) -> str:
        return f"Reply({self.status.hex()}, {len(self.data)} bytes)"


def frame(body: bytes) -> bytes:
    """The frame around a body; also for emulators and golden vectors."""
    counted = (len(body) + 1).to_bytes(2, "big") + body
    return PREAMBLE + counted + bytes([checksum(counted)])


def checksum(data: bytes | bytearray) -> int:
    """XOR of all bytes, by folding one large number: a photo takes microseconds."""
    value, size = int.from_bytes(data, "big"), 1 << max(len(data) - 1, 0).bit_length()
    while size > 1:
        size //= 2
        value = (value >> 8 * size) ^ (value & ((1 << 8 * size) - 1))
    return value


class FrameFinder:
    """Finds frames in a stream with noise before, between and inside them.

    A preamble whose frame does not hold (length, checksum) is skipped by one byte, so that
    a whole frame behind it is still found.
    """

    def __init__(self, lengths: range) -> None:
        self._lengths = lengths
        self._pending = bytearray()

    def feed(self, data: bytes) -> None:
        """Take more bytes; what is too old to become a frame is dropped."""
        self._pending += data
        del self._pending[:-MAX_PENDING]

    def clear(self) -> None:
        self._pending.clear()

    def next_body(self) -> bytes | None:
        """The body of the next whole frame, or None while there is none."""
        start = 0
        while (start := self._pending.find(PREAMBLE, start)) >= 0:
            end = self._end_of_frame(start)
            if end is not None and end <= len(self._pending):
                counted = self._pending[start + len(PREAMBLE) : end]
                if checksum(counted) == 0:
                    del self._pending[:end]
                    return bytes(counted[2:-1])
            start += 1
        return None

    def _end_of_frame(self, start: int) -> int | None:
        header = self._pending[start + len(PREAMBLE) : start + HEADER_SIZE]
        if len(header) < 2:
            return None
        length = int.from_bytes(header, "big")
        return start + HEADER_SIZE + length if length in self._lengths else None


class ReplyReader:
    """Replies from a link, each within its time."""

    def __init__(self, link: ByteLink, clock: Clock) -> None:
        self._link = link
        self._clock = clock
        self._finder = FrameFinder(REPLY_LENGTHS)

    def clear(self) -> None:
        self._finder.clear()

    def next(self, deadline_s: float) -> Reply | None:
        """The next whole reply, or None at the deadline (by the clock). Raises LinkLost."""
        for _ in range(MAX_READS_PER_FRAME):
            body = self._finder.next_body()
            if body is not None:
                return Reply(body[:3], body[3:])
            remaining_s = deadline_s - self._clock.monotonic()
            if remaining_s <= 0:
                return None
            self._finder.feed(self._link.read(READ_SIZE, remaining_s))
        return None
