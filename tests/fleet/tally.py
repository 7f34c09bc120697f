"""What a fleet did: every request with its time, every visit with its end."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass

from tests.bench.figures import percentile


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of one kiosk; times of the monotonic clock."""

    call: str
    began_s: float
    took_s: float
    trouble: str  # code of a call without an answer; empty where it had one
    waited: bool  # a long poll


class Tally:
    """Filled by many threads."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self.asked: list[Asked] = []
        self.paid = self.ended = self.hurt = 0

    def note(self, call: str, began_s: float, took_s: float, trouble: str, *, waited: bool) -> None:
        with self._turn:
            self.asked.append(Asked(call, began_s, took_s, trouble, waited))

    def done(self, *, paid: bool) -> None:
        with self._turn:
            self.paid += paid

    def left(self, *, hurt: bool) -> None:
        with self._turn:
            self.ended += 1
            self.hurt += hurt

    def between(self, start_s: float, end_s: float) -> list[Asked]:
        with self._turn:
            return [one for one in self.asked if start_s <= one.began_s < end_s]


def sent(asked: list[Asked]) -> list[Asked]:
    """What reached the network: the kiosk's own breaker holds back the rest."""
    return [one for one in asked if one.trouble not in ("held_back", "asked_to_wait")]


def latencies_ms(asked: list[Asked]) -> dict[str, float]:
    """Of answered calls without a long poll."""
    took = [one.took_s * 1000 for one in asked if not one.waited and not one.trouble]
    return {f"p{percent}": round(percentile(took, percent), 1) for percent in (50, 95, 99)}


def peak_per_s(asked: list[Asked]) -> int:
    return max(Counter(int(one.began_s) for one in sent(asked)).values(), default=0)
