"""The hidden gesture: found by those who know it, never by chance."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.ui.viewmodels.maintenance_gesture import (
    GAP_S,
    ORDER,
    Corner,
    Gesture,
    corner_of,
)

CORNERS = st.sampled_from([*Corner, None])


def tapped(*taps):
    """A gesture after taps of (corner, seconds since the one before)."""
    gesture, now_s = Gesture(), 100.0
    for corner, gap_s in taps:
        now_s += gap_s
        gesture = gesture.tap(corner, now_s)
    return gesture


def test_the_order_in_time_completes_it():
    assert tapped(*((corner, GAP_S) for corner in ORDER)).is_complete


@pytest.mark.parametrize("late", range(1, len(ORDER)))
def test_one_late_tap_spoils_it(late):
    taps = [(corner, 2 * GAP_S if n == late else 0.5) for n, corner in enumerate(ORDER)]
    assert not tapped(*taps).is_complete


@pytest.mark.parametrize("place", range(len(ORDER)))
def test_a_press_elsewhere_spoils_it(place):
    taps = [(corner, 0.3) for corner in ORDER]
    taps.insert(place, (None, 0.3))
    assert tapped(*taps).is_complete is (place == 0)


@given(st.lists(CORNERS, max_size=12))
def test_only_the_exact_order_ever_completes_it(corners):
    gesture = Gesture()
    for number, corner in enumerate(corners):
        gesture = gesture.tap(corner, 100.0 + 0.1 * number)
        recent = tuple(corners[max(0, number + 1 - len(ORDER)) : number + 1])
        assert not gesture.is_complete or recent == ORDER


def test_a_child_that_drums_on_the_corners_seldom_finds_it():
    chance = random.Random(1)
    found = sum(
        tapped(*((chance.choice(list(Corner)), 0.2) for _ in ORDER)).is_complete
        for _ in range(2000)
    )
    assert found < 2000 * 0.06  # one of 2^5 orders


@pytest.mark.parametrize(
    ("x", "y", "corner"),
    [(5, 5, Corner.LEFT), (1075, 100, Corner.RIGHT), (540, 5, None), (5, 900, None),
     (1075, 1915, None)],
)  # fmt: skip
def test_only_the_two_upper_corners_count(x, y, corner):
    assert corner_of(x, y, 1080, 1920) is corner
