"""Every single fault at every step of a paid visit breaks nothing."""

from __future__ import annotations

import pytest

from tests.simulation.crash_case import Point, reference
from tests.simulation.single_faults import FAULTS, play


def test_the_matrix_has_a_cell_for_every_fault_and_step() -> None:
    assert len(FAULTS) * len(Point) == 980
    assert set(reference().moments) == set(Point)


@pytest.mark.parametrize("point", list(Point), ids=str)
@pytest.mark.parametrize("fault", list(FAULTS))
def test_one_fault_at_one_step_breaks_nothing(fault: str, point: Point) -> None:
    play(fault, point)
