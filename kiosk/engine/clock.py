"""Time and fresh ids, the two things the pure core is given instead of taking."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime
from typing import Protocol

from kiosk.domain.events import Stamp

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Clock(Protocol):
    def stamp(self) -> Stamp:
        """Now, and a unique id for whatever follows from the event being handled."""


class SystemClock:
    """CLOCK_BOOTTIME for every time-out (it never jumps and counts sleep), UTC for display."""

    def stamp(self) -> Stamp:
        wall = datetime.now(UTC)
        mono_s = time.clock_gettime(time.CLOCK_BOOTTIME)
        return Stamp(mono_s, wall, ulid(int(wall.timestamp() * 1000), secrets.randbits(80)))


def ulid(time_ms: int, random_bits: int) -> str:
    """26 characters, sortable by time: 48 bits of milliseconds and 80 random bits."""
    number = (time_ms & (2**48 - 1)) << 80 | random_bits
    characters = []
    for _ in range(26):
        number, index = divmod(number, 32)
        characters.append(CROCKFORD[index])
    return "".join(reversed(characters))
