"""What a bill says of itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.domain.bill import MAX_PARTS, Bill, is_fine, parts_of
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


# --- what a payment is for ---------------------------------------------------------------------------


def with_items(count: int, *, agency: str = "001", late_fen: int = 0) -> Bill:
    """A bill of so many different items of 10 fen each."""
    (line,) = bill(1).lines
    lines = tuple(
        replace(line, item_code=f"{agency}-{number}", amount_fen=10) for number in range(count)
    )
    amount_fen = 10 * count + late_fen
    return replace(
        bill(1), lines=lines, agency_code=agency, late_fee_fen=late_fen, amount_fen=amount_fen
    )


def test_items_of_one_agency_are_added_up_and_late_fees_stand_apart() -> None:
    paid = parts_of(
        [with_items(1, late_fen=3), with_items(1, late_fen=4), with_items(1, agency="2")]
    )
    name = bill(1).agency_name
    assert paid == (
        ("001", name, "001-0", 20),
        ("001", name, "late_fee", 7),
        ("2", name, "2-0", 10),
    )


@pytest.mark.parametrize(("count", "kept"), [(99, 99), (100, 100), (101, 100)])
def test_a_hundred_parts_are_kept_and_what_costs_nothing_takes_no_place(
    count: int, kept: int
) -> None:
    bills = [with_items(1, agency=f"{number}") for number in range(count)]
    parts = parts_of(bills)
    assert len(parts) == kept <= MAX_PARTS
    assert sum(fen for *_, fen in parts) == 10 * kept
