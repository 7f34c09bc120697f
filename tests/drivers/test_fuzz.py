"""A taste of the fuzzing that `make hunt` and `make fuzz` do at length."""

from __future__ import annotations

import pytest

from tests.drivers import fuzz


@pytest.mark.parametrize("name", fuzz.PARSERS)
def test_hostile_input_is_survived(name):
    assert fuzz.run(name, 3000, seed=7) < fuzz.SLOWEST_S


def test_a_failure_shows_its_input():
    def judge(chance, data):
        raise ValueError("broken")

    broken = {"broken": (lambda chance: b"\xab", judge)}
    with pytest.raises(AssertionError, match="broken, seed 3, input 0: "):
        fuzz.run("broken", 2, seed=3, parsers=broken)
