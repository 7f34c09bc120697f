"""Black-and-white pictures as a printer takes them."""

from __future__ import annotations

from dataclasses import dataclass

# A printer looks for these commands in everything it receives, pictures included
# (DLE EOT, DLE ENQ and DLE DC4 are executed on reception).
DLE = 0x10
REAL_TIME_SECONDS = frozenset({0x04, 0x05, 0x14})
EXTRA_DOT = 0x08


@dataclass(frozen=True, slots=True)
class Bitmap:
    """Rows from the top, each `width_bytes` bytes, high bit leftmost, 1 = black."""

    width_bytes: int
    rows: int
    data: bytes

    def __post_init__(self) -> None:
        if len(self.data) != self.width_bytes * self.rows:
            raise ValueError(
                f"{len(self.data)} bytes for {self.rows} rows of {self.width_bytes} bytes"
            )


def without_real_time_commands(bitmap: Bitmap) -> Bitmap:
    """The same picture with one dot more wherever two bytes look like a real-time command."""
    data = bytearray(bitmap.data)
    for index in range(len(data) - 1):
        if data[index] == DLE and data[index + 1] in REAL_TIME_SECONDS:
            data[index] |= EXTRA_DOT
    if data and data[-1] == DLE:  # What follows the picture is not ours to foresee.
        data[-1] |= EXTRA_DOT
    return Bitmap(bitmap.width_bytes, bitmap.rows, bytes(data))
