"""A tenth of `make hunt`'s crash states: power cuts at every operation of random lives."""

from __future__ import annotations

import pytest

from tests.crash.enumerate import Tally, judge_life

STATES = 10_000
SHARES = 20  # small ones, so that parallel workers end together
MOST_LIVES = 100


@pytest.mark.parametrize("share", range(SHARES))
def test_no_power_cut_at_any_operation_breaks_a_promise(share):
    total = Tally(0, 0, 0.0, ())
    for number in range(MOST_LIVES):
        total += judge_life(f"suite-{share}.{number}", STATES // SHARES - total.states)
        assert total.failures == ()
        if total.states == STATES // SHARES:
            break
    assert total.states == STATES // SHARES
