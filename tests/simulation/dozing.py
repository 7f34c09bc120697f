"""Checks of the link that nobody would notice: an idle kiosk in calm weather sleeps through them.

Such a check finds the link up as it was and leaves nothing but the time of the next one.
`test_sleeping_through_checks_of_the_link_changes_no_story` holds this against waking for each.
"""

from __future__ import annotations

import math

from kiosk.domain.kiosk import Kiosk, Link
from kiosk.domain.peripherals import own_moment_s
from kiosk.engine.engine import TICK_S

ROUNDING = 1e-4  # of a tick: far more than what is lost in sums of seconds


def tick_after_s(due_s: float) -> float:
    """The first tick, of those every quarter second, that comes after `due_s`."""
    return (math.floor(due_s / TICK_S + ROUNDING) + 1) * TICK_S


def is_idle(kiosk: Kiosk) -> bool:
    """Nobody is there, and the last answer was the platform's."""
    return (
        kiosk.visit is None
        and kiosk.notice is None
        and kiosk.link is Link.UP
        and not kiosk.forged_answers
        and not kiosk.halted
    )


def slept_through(kiosk: Kiosk, now_s: float) -> tuple[float, float]:
    """The tick of the last check before `now_s`, and when the next one is due; the kiosk's clock.

    Each check was answered at once, and the next is planned as `peripherals` does it.
    """
    rules, last_s, next_s = kiosk.rules, kiosk.now_s, kiosk.link_check_at_s
    while (tick_s := tick_after_s(max(next_s, last_s))) < now_s:
        last_s = tick_s
        next_s = own_moment_s(rules.kiosk_id, tick_s + rules.link_check_s / 2, rules.link_check_s)
    return last_s, next_s
