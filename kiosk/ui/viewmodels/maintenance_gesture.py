"""The hidden way to the maintenance screen: taps on the two upper corners, in order, in time.

Upper left twice, upper right twice, upper left once. The corners hold no control, so the
taps do nothing else; each must follow the one before within two seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

CORNER_PART = 0.12
"""Of the screen's shorter side: how large a corner is."""
GAP_S = 2.0


class Corner(StrEnum):
    LEFT = "left"
    RIGHT = "right"


ORDER = (Corner.LEFT, Corner.LEFT, Corner.RIGHT, Corner.RIGHT, Corner.LEFT)


def corner_of(x: float, y: float, width: float, height: float) -> Corner | None:
    """Which upper corner a press at (x, y) is in; all in px of the stage."""
    side = CORNER_PART * min(width, height)
    if y > side:
        return None
    if x <= side:
        return Corner.LEFT
    return Corner.RIGHT if x >= width - side else None


@dataclass(frozen=True, slots=True)
class Gesture:
    """How much of the order was tapped so far."""

    done: int = 0
    last_s: float = float("-inf")

    @property
    def is_complete(self) -> bool:
        return self.done == len(ORDER)

    def tap(self, corner: Corner | None, now_s: float) -> Gesture:
        """After one more press anywhere; a wrong or late one begins anew."""
        in_time = now_s - self.last_s <= GAP_S and not self.is_complete
        done = self.done if in_time else 0
        if corner is ORDER[done]:
            return Gesture(done + 1, now_s)
        return Gesture(int(corner is ORDER[0]), now_s)
