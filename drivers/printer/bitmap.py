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


def from_columns(data: bytes, bytes_per_column: int, wide: int, high: int) -> tuple[Bitmap, int]:
    """A picture sent column by column, topmost dot in the highest bit, and its width in dots.

    Each of its dots becomes `wide` × `high` dots. What is left of a torn column is dropped.
    """
    columns = len(data) // bytes_per_column
    width_bytes = (columns * wide + 7) // 8
    rows = []
    for row in range(8 * bytes_per_column):
        place, bit = row // 8, 0x80 >> row % 8
        dots = "".join(
            ("1" if data[column * bytes_per_column + place] & bit else "0") * wide
            for column in range(columns)
        )
        rows += [
            int(dots.ljust(width_bytes * 8, "0") or "0", 2).to_bytes(width_bytes, "big")
        ] * high
    return Bitmap(width_bytes, len(rows), b"".join(rows)), columns * wide


def cropped(bitmap: Bitmap, width: int) -> Bitmap:
    """Its leftmost dots, filled up to whole bytes with white."""
    width_bytes = (width + 7) // 8
    mask = (0xFF << width_bytes * 8 - width) & 0xFF
    rows = []
    for start in range(0, len(bitmap.data), bitmap.width_bytes):
        row = bytearray(bitmap.data[start : start + width_bytes])
        row[-1] &= mask
        rows.append(bytes(row))
    return Bitmap(width_bytes, bitmap.rows, b"".join(rows))
