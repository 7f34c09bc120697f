"""How bad a line can be while it is up: slow, uneven, narrow, sliced, cut off, slow to close."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

_CHUNK_BYTES = 65536
_SMOOTH_S = 0.05  # a narrow line moves its bytes in pieces of this time


@dataclass(frozen=True, slots=True)
class Line:
    """Zero is perfect. Applies to both directions, `limit_bytes` to answers alone."""

    latency_s: float = 0.0  # every piece of data waits so long
    jitter_s: float = 0.0  # and at random up to so much longer
    bytes_per_s: float = 0.0
    slice_bytes: int = 0  # no piece is larger
    slice_gap_s: float = 0.0  # between two slices
    limit_bytes: int = 0  # then the connection is cut in the middle of the answer
    slow_close_s: float = 0.0  # the end of a connection arrives so much later

    def pieces(self, data: bytes, random: Random) -> Iterator[tuple[float, bytes]]:
        """What travels: seconds to wait, then the bytes that arrive."""
        wait_s = self.latency_s + random.uniform(0, self.jitter_s)
        size = self.slice_bytes or _CHUNK_BYTES
        if self.bytes_per_s:
            size = min(size, max(int(self.bytes_per_s * _SMOOTH_S), 1))
        for start in range(0, len(data), size):
            piece = data[start : start + size]
            if self.bytes_per_s:
                wait_s += len(piece) / self.bytes_per_s
            yield wait_s, piece
            wait_s = self.slice_gap_s
