"""What a bill says of itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.domain.bill import is_fine
from kiosk.domain.money import capital
from tests.support.people import bill


def test_the_principal_is_the_amount_without_the_late_fee() -> None:
    assert bill(1, 15000, late_fen=400).principal_fen == 14600


@pytest.mark.parametrize(("code", "fine"), [("1030501", True), ("10305", True), ("10304", False)])
def test_a_bill_is_a_fine_by_the_code_of_any_of_its_lines(code: str, fine: bool) -> None:
    (line,) = bill(1).lines
    assert is_fine((line, replace(line, item_code=code))) is fine


def test_no_line_is_no_fine() -> None:
    assert is_fine(()) is False


def test_the_largest_amount_with_a_capital_form_is_below_a_hundred_thousand_million() -> None:
    assert capital(10**13 - 1).startswith("玖佰玖拾玖亿")
    with pytest.raises(ValueError, match="has no capital form"):
        capital(10**13)
