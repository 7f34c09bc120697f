"""Figures: what was measured, against which limit or peer of the same run."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table; times in ms, `limit` in the same unit as the value."""

    name: str
    unit: str
    samples: tuple[float, ...]
    peer: str  # what it is compared with
    peer_samples: tuple[float, ...]
    goal: str  # in words, from the reliability limits

    @property
    def p50(self) -> float:
        return statistics.median(self.samples)

    @property
    def p95(self) -> float:
        return percentile(self.samples, 95)

    @property
    def p99(self) -> float:
        return percentile(self.samples, 99)

    @property
    def peer_p50(self) -> float:
        return statistics.median(self.peer_samples) if self.peer_samples else 0.0

    @property
    def peer_p95(self) -> float:
        return percentile(self.peer_samples, 95) if self.peer_samples else 0.0

    @property
    def ratio(self) -> float:
        return self.p50 / self.peer_p50 if self.peer_p50 else 0.0


def percentile(samples: Sequence[float], percent: int) -> float:
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]
