"""Reads a stream of ESC/POS bytes: which command comes next, and where it ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

DLE, ESC, FS, GS = 0x10, 0x1B, 0x1C, 0x1D
PREFIX_NAMES = {ESC: "ESC", FS: "FS", GS: "GS"}
CONTROL_NAMES = {0x09: "HT", 0x0A: "LF", 0x0C: "FF", 0x0D: "CR", 0x18: "CAN"}

# Number of parameter bytes of the commands that have a fixed number.
FIXED_SIZES: dict[bytes, int] = {
    b"\x1b@": 0,
    b"\x1b2": 0,
    **dict.fromkeys((b"\x1b" + bytes([c]) for c in b"! -3ERJadtGMV{"), 1),
    **dict.fromkeys((b"\x1b" + bytes([c]) for c in b"$\\"), 2),
    b"\x1c&": 0,
    b"\x1c.": 0,
    **dict.fromkeys((b"\x1c" + bytes([c]) for c in b"!-WC"), 1),
    b"\x1cS": 2,
    **dict.fromkeys((b"\x1d" + bytes([c]) for c in b"!BaIbr"), 1),
    **dict.fromkeys((b"\x1d" + bytes([c]) for c in b"LPW"), 2),
}
CUTS_WITH_FEED = frozenset(b"ABabgh")
MAX_TABS = 32
UNKNOWN_SEQUENCE = "unknown sequence"
ASCII_TEXT = range(0x20, 0x7F)
LEAD_BYTES, TRAIL_BYTES, FOUR_BYTE_SECONDS = range(0x81, 0xFF), range(0x40, 0xFF), range(0x30, 0x3A)

Bytes = bytes | bytearray


@dataclass(frozen=True, slots=True)
class Command:
    """`size` bytes of the stream.

    `name` is as in the manuals ("ESC @"), or "text", "ignored", "unknown" (one byte), or
    UNKNOWN_SEQUENCE, which goes on to the next control byte, maybe beyond this stream.
    """

    name: str
    parameters: bytes
    size: int


def next_command(stream: Bytes, *, hanzi: bool) -> Command | None:
    """The command that begins the stream, or None while it is incomplete.

    An unknown sequence takes with it everything up to the next control byte, so that its
    parameters are never printed as text.
    """
    if not stream:
        return None
    first = stream[0]
    if first in PREFIX_NAMES:
        return _escape_sequence(stream)
    if first in ASCII_TEXT:
        return Command("text", bytes([first]), 1)
    if hanzi and first in LEAD_BYTES:
        return _hanzi(stream)
    if first in CONTROL_NAMES:
        return Command(CONTROL_NAMES[first], b"", 1)
    return Command("ignored" if first == 0 else "unknown", bytes([first]), 1)


def _hanzi(stream: Bytes) -> Command | None:
    if len(stream) == 1:
        return None
    if stream[1] in TRAIL_BYTES:
        return Command("text", bytes(stream[:2]), 2)
    if stream[1] in FOUR_BYTE_SECONDS:
        return Command("text", bytes(stream[:4]), 4) if len(stream) >= 4 else None
    return Command("unknown", bytes(stream[:1]), 1)


def _escape_sequence(stream: Bytes) -> Command | None:
    if len(stream) == 1:
        return None
    prefix = bytes(stream[:2])
    if prefix in FIXED_SIZES:
        return _command(stream, FIXED_SIZES[prefix])
    if prefix[1] == ord("("):
        return _with_length(stream)
    if prefix == b"\x1dV":
        return _cut(stream)
    if prefix == b"\x1de":
        return _ejector(stream)
    if prefix == b"\x1dv":
        return _raster(stream)
    if prefix == b"\x1b*":
        return _column_picture(stream)
    if prefix == b"\x1bD":
        return _tabs(stream)
    return _unknown(stream)


def _command(stream: Bytes, parameters: int) -> Command | None:
    if len(stream) < 2 + parameters:
        return None
    name = f"{PREFIX_NAMES[stream[0]]} {chr(stream[1])}"
    return Command(name, bytes(stream[2 : 2 + parameters]), 2 + parameters)


def _with_length(stream: Bytes) -> Command | None:
    """GS ( k pL pH … and its family."""
    header = 5
    if len(stream) < header:
        return None
    size = header + int.from_bytes(stream[3:5], "little")
    if len(stream) < size:
        return None
    name = f"{PREFIX_NAMES[stream[0]]} ( {chr(stream[2])}"
    return Command(name, bytes(stream[header:size]), size)


def _cut(stream: Bytes) -> Command | None:
    if len(stream) < 3:
        return None
    return _command(stream, 2 if stream[2] in CUTS_WITH_FEED else 1)


def _ejector(stream: Bytes) -> Command | None:
    """GS e n, and GS e 3 m (how far the ticket is presented)."""
    if len(stream) < 3:
        return None
    return _command(stream, 2 if stream[2] == 3 else 1)


def _raster(stream: Bytes) -> Command | None:
    """GS v 0 m xL xH yL yH data."""
    header = 8
    if len(stream) < 3:
        return None
    if stream[2] != ord("0"):
        return _unknown(stream)
    if len(stream) < header:
        return None
    width, rows = int.from_bytes(stream[4:6], "little"), int.from_bytes(stream[6:8], "little")
    return _command(stream, header - 2 + width * rows)


def _column_picture(stream: Bytes) -> Command | None:
    """ESC * m nL nH data."""
    header = 5
    if len(stream) < header:
        return None
    bytes_per_column = 3 if stream[2] in (32, 33) else 1
    return _command(stream, header - 2 + int.from_bytes(stream[3:5], "little") * bytes_per_column)


def _tabs(stream: Bytes) -> Command | None:
    end = stream.find(0, 2, 2 + MAX_TABS + 1)
    if end >= 0:
        return _command(stream, end - 1)
    return None if len(stream) <= 2 + MAX_TABS else _unknown(stream)


def _unknown(stream: Bytes) -> Command:
    end = 2 + parameters_of_unknown(stream[2:])
    return Command(UNKNOWN_SEQUENCE, bytes(stream[:end]), end)


def parameters_of_unknown(stream: Bytes) -> int:
    """How many bytes there are before the next control byte."""
    return next((i for i, byte in enumerate(stream) if byte < ASCII_TEXT.start), len(stream))


@dataclass(frozen=True, slots=True)
class RealTime:
    """A command that a printer executes on reception: DLE EOT n, DLE ENQ n, DLE DC4 fn …"""

    kind: int
    parameters: bytes


EOT, ENQ, DC4 = 0x04, 0x05, 0x14
CLEAR_BUFFERS = 8
DC4_SIZES = {1: 2, 2: 2, 3: 3, 7: 1, CLEAR_BUFFERS: 7}


class RealTimeSplitter:
    """Takes real-time commands out of a stream, wherever they are and however it is cut."""

    def __init__(self) -> None:
        self._pending = bytearray()

    def split(self, data: bytes) -> Iterator[bytes | RealTime]:
        """Ordinary bytes and real-time commands in their order."""
        self._pending += data
        while self._pending:
            start = self._pending.find(DLE)
            if start != 0:
                yield self._take(len(self._pending) if start < 0 else start)
                continue
            size = _real_time_size(self._pending)
            if size is None or size > len(self._pending):
                return
            taken = self._take(max(size, 1))
            yield RealTime(taken[1], taken[2:]) if size else taken

    def _take(self, size: int) -> bytes:
        taken = bytes(self._pending[:size])
        del self._pending[:size]
        return taken


def _real_time_size(pending: bytearray) -> int | None:
    """Bytes of the command that begins here; 0 where it is none, None while undecided."""
    if len(pending) == 1:
        return None
    if pending[1] in (EOT, ENQ):
        return 3
    if pending[1] != DC4:
        return 0
    if len(pending) == 2:
        return None
    parameters = DC4_SIZES.get(pending[2])
    return 0 if parameters is None else 3 + parameters
