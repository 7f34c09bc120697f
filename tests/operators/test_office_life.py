"""A share of the search; the whole of it is `make office-lives`."""

from __future__ import annotations

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.operators.office_life import OfficeLife


def test_no_sequence_of_operator_acts_hides_or_loses_an_open_payment() -> None:
    run_state_machine_as_test(
        OfficeLife, settings=settings(max_examples=60, stateful_step_count=50, deadline=None)
    )
