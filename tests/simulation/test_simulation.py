"""A tenth of the hunt: 20,000 visits of the production's kiosk, and the hunter's own honesty."""

from __future__ import annotations

import pytest

from tests.simulation.life import live

VISITS_EACH = 1000
BLOCKS = range(20)  # 20,000 visits; `make hunt` plays 200,000 others


@pytest.mark.parametrize("block", BLOCKS)
def test_a_thousand_visits_break_no_invariant(block: int) -> None:
    seed, visits = 1_000_000 * (block + 1), 0
    while visits < VISITS_EACH:
        outcome = live(seed)
        assert not outcome.broken, (
            f"{outcome.broken}\n    python -m tests.simulation --seed {seed} --story"
        )
        visits += outcome.sessions
        seed += 1


@pytest.mark.parametrize("seed", [3, 11, 42, 137])
def test_ticks_left_out_would_have_changed_nothing(seed: int) -> None:
    assert not live(seed, every_tick=True, visits=6).broken


@pytest.mark.parametrize("seed", [4, 5, 16, 32, 350])
def test_sleeping_through_checks_of_the_link_changes_no_story(seed: int) -> None:
    asleep, awake = live(seed, tells=True), live(seed, tells=True, sleeps=False)
    assert asleep.story == awake.story
    assert asleep.virtual_s == awake.virtual_s


def test_the_same_seed_gives_the_same_life() -> None:
    first, second = live(7, tells=True), live(7, tells=True)
    assert first.story == second.story
    assert len(first.story) > 100


def test_telling_the_story_changes_nothing() -> None:
    told, untold = live(19, tells=True), live(19)
    assert (told.virtual_s, told.paid) == (untold.virtual_s, untold.paid)
