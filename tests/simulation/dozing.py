"""Checks of the link that nobody would notice: an idle kiosk sleeps through them.

Such a check finds the link as it was, up in calm weather or down in an outage, and leaves nothing but the time of the next one.
`test_sleeping_through_checks_of_the_link_changes_no_story` holds this against waking for each.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from kiosk.domain.kiosk import Kiosk, Link
from kiosk.domain.peripherals import own_moment_s
from kiosk.engine.engine import LOOK_S, TICK_S

ROUNDING = 1e-4  # of a tick: far more than what is lost in sums of seconds


def tick_after_s(due_s: float) -> float:
    """The first tick, of those every quarter second, that comes after `due_s`."""
    return (math.floor(due_s / TICK_S + ROUNDING) + 1) * TICK_S


def is_idle(kiosk: Kiosk) -> bool:
    """Nobody is there, the link is known, and no answer was forged."""
    return (
        kiosk.visit is None
        and kiosk.notice is None
        and kiosk.link is not Link.UNKNOWN
        and not kiosk.forged_answers
        and not kiosk.halted
    )


@dataclass(frozen=True, slots=True)
class Slept:
    """The tick of the last check, and when the link and the disk are next looked at."""

    last_s: float
    link_check_at_s: float
    look_at_s: float


def slept_through(kiosk: Kiosk, look_at_s: float, now_s: float) -> Slept:
    """What checks before `now_s` have left; all by the kiosk's clock.

    Each was answered at once, and the next is planned as `peripherals` does it.
    """
    rules, last_s, next_s = kiosk.rules, kiosk.now_s, kiosk.link_check_at_s
    gap_s = rules.link_check_s if kiosk.link is Link.UP else rules.link_retry_s
    while (tick_s := tick_after_s(max(next_s, last_s))) < now_s:
        last_s = tick_s
        if tick_s >= look_at_s:
            look_at_s = tick_s + LOOK_S
        next_s = own_moment_s(rules.kiosk_id, tick_s + gap_s / 2, gap_s)
    return Slept(last_s, next_s, look_at_s)
