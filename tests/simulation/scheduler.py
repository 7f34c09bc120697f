"""Virtual time: what happens next, in the order of its due time, from one seed."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

START = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
MAX_HAPPENINGS = 2_000_000  # More in one life means that something never comes to rest.

Happening = Callable[..., None]


class Scheduler:
    """A heap of happenings; time jumps from one to the next."""

    def __init__(self, seed: int, *, tells: bool = False) -> None:
        self.random = Random(seed)
        self.now_s = 0.0
        self.story: list[str] | None = [] if tells else None
        self._heap: list[tuple[float, int, Happening, tuple[Any, ...]]] = []
        self._numbers = itertools.count()
        self._happened = 0

    def after(self, delay_s: float, happening: Happening, *args: Any) -> None:
        """Let something happen later; never before what is already due at that time."""
        entry = (self.now_s + delay_s, next(self._numbers), happening, args)
        heapq.heappush(self._heap, entry)

    def run_until(self, end_s: float, enough: Callable[[], bool] | None = None) -> None:
        """Let everything due until then happen; stop early as soon as `enough` says so."""
        heap = self._heap
        while heap and heap[0][0] <= end_s:
            due_s, _, happening, args = heapq.heappop(heap)
            self.now_s = max(self.now_s, due_s)
            self._happened += 1
            assert self._happened < MAX_HAPPENINGS, "the world never comes to rest"
            happening(*args)
            if enough is not None and enough():
                return
        self.now_s = max(self.now_s, end_s)

    def tell(self, who: str, what: str) -> None:
        """One line of the story; only where somebody reads it."""
        if self.story is not None:
            at = START + timedelta(seconds=self.now_s)
            self.story.append(
                f"{at:%m-%d %H:%M:%S}.{int(self.now_s % 1 * 1000):03d}  {who:<9} {what}"
            )

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability
