"""756 named interruptions of a paid visit: afterwards money and paper agree, always."""

from __future__ import annotations

import pytest

from tests.simulation.crash_case import Case, cases
from tests.simulation.crash_verdict import judge

ALL = list(cases())


def test_there_are_756_cases() -> None:
    assert len(ALL) == 756


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_after_an_interruption_money_and_paper_agree(case: Case) -> None:
    judge(case)
