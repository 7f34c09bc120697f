"""Changed copies of frozen values: the same as the standard library makes."""

from __future__ import annotations

import dataclasses

import pytest

from kiosk.domain.frozen import replace
from kiosk.domain.kiosk import Chore, Kiosk, Link
from kiosk.domain.ledger import Ledger
from kiosk.domain.visit import EnteringCode, Visit
from tests.support.turns import RULES


@pytest.mark.parametrize(
    ("value", "fields"),
    [
        (Kiosk(RULES), {"link": Link.DOWN, "now_s": 7.0}),
        (Ledger(), {"open_visit": "V"}),
        (Visit("V", EnteringCode(), touched_s=1.0), {"touched_s": 2.0}),
        (Chore(3, 4.0), {}),
    ],
)
def test_a_changed_copy_is_the_one_that_the_standard_library_makes(value, fields) -> None:
    before = dataclasses.replace(value)
    copy = replace(value, **fields)
    assert copy == dataclasses.replace(value, **fields)
    assert type(copy) is type(value)
    assert copy is not value
    assert value == before


def test_a_field_that_there_is_not_is_refused() -> None:
    with pytest.raises(AttributeError):
        replace(Chore(), dues_s=1.0)


def test_a_value_that_checks_itself_is_not_copied_past_its_checks() -> None:
    @dataclasses.dataclass(frozen=True, slots=True)
    class Checked:
        low: int
        high: int

        def __post_init__(self) -> None:
            assert self.low < self.high

    with pytest.raises(AssertionError, match="Checked"):
        replace(Checked(1, 2), high=0)
