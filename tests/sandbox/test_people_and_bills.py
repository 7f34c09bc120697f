"""The synthetic population: valid numbers, nobody real, every fee item, the same each time."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from pydantic import ValidationError

from drivers.api import CardKind
from kiosk.domain import identifiers
from kiosk.domain.platform import SubjectKind
from kiosk.paths import config_directory
from kiosk.sandbox.ledger import within_window
from kiosk.sandbox.people import demo_people, everybody
from kiosk.sandbox.population import PATTERNS, Owed, population
from kiosk.settings.fee_catalogue import load_catalogue, shipped_catalogue

TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def owed() -> list[Owed]:
    return list(population(shipped_catalogue(), TODAY))


def test_there_are_two_hundred_residents_and_twenty_enterprises_besides_the_named_ones() -> None:
    kinds = Counter(person.kind for person in everybody()[len(demo_people()) :])
    assert kinds == {SubjectKind.PERSON: 200, SubjectKind.ENTERPRISE: 20}
    assert len({person.number for person in everybody()}) == 227


def test_every_number_is_valid_and_none_can_be_a_living_persons() -> None:
    for person in everybody():
        if person.kind is SubjectKind.ENTERPRISE:
            assert identifiers.is_uscc(person.number)
        elif person.card is CardKind.RESIDENT:
            assert identifiers.is_resident_id(person.number)
            assert person.number.startswith("3301991900")
        else:
            assert person.number in {"810000190001010018", "933000190001010018", "ZZZ330100010101"}


def test_some_names_hold_characters_that_old_fonts_lack() -> None:
    names = "".join(person.name for person in everybody())
    assert "䶮" in names
    assert "𬱖" in names


def test_a_persons_repr_does_not_name_the_person() -> None:
    for entry in demo_people():
        assert entry.person.number not in repr(entry)
        assert entry.person.name not in repr(entry.person)


def test_the_population_is_the_same_each_time_on_the_same_day(owed: list[Owed]) -> None:
    again = list(population(shipped_catalogue(), TODAY))
    assert [one.bill for one in again] == [one.bill for one in owed]


def test_all_eighteen_items_are_owed_by_somebody_and_have_a_pattern(owed: list[Owed]) -> None:
    codes = {item.code for item in shipped_catalogue()}
    assert len(codes) == 18
    assert codes == set(PATTERNS)
    assert {one.bill.lines[0].item_code for one in owed if one.history is None} == codes


def test_only_enterprises_owe_what_only_enterprises_can_owe(owed: list[Owed]) -> None:
    for one in owed:
        if one.owner.kind is SubjectKind.ENTERPRISE:
            item = next(i for i in shipped_catalogue() if i.code == one.bill.lines[0].item_code)
            assert item.enterprise


def test_bills_have_valid_codes_and_sums_that_add_up(owed: list[Owed]) -> None:
    assert len({one.bill.bill_no for one in owed}) == len(owed)
    for one in owed:
        bill = one.bill
        assert identifiers.is_payment_code(bill.bill_no)
        assert bill.bill_no.startswith("330105")
        assert bill.amount_fen == sum(line.amount_fen for line in bill.lines) + bill.late_fee_fen
        assert all(line.amount_fen == line.quantity * line.standard_fen for line in bill.lines)


def test_some_bills_are_overdue_and_a_late_fee_never_exceeds_what_was_due(
    owed: list[Owed],
) -> None:
    late = [one.bill for one in owed if one.bill.late_fee_fen]
    assert len(late) > 20
    for bill in late:
        assert bill.due_on is not None
        assert bill.due_on < TODAY
        assert bill.late_fee_fen <= bill.principal_fen


def test_the_past_holds_unprinted_printed_and_too_old_receipts(owed: list[Owed]) -> None:
    past = [one.history for one in owed if one.history is not None]
    assert len(past) > 150
    assert any(history.copies == 0 for history in past)
    assert any(history.copies > 0 for history in past)
    too_old = [
        history
        for history in past
        if not within_window(date.fromordinal(TODAY.toordinal() - history.days_ago), TODAY)
    ]
    assert 20 < len(too_old) < len(past) / 2


def test_every_fault_of_a_catalogue_is_told_at_once(tmp_path) -> None:
    broken = (config_directory() / "fee_items.toml").read_text("utf-8")
    broken = broken.replace('icon = "dog"', 'icon = "../dog"').replace("schema = 1", "schema = 7")
    (tmp_path / "fee_items.toml").write_text(broken, "utf-8")
    with pytest.raises(ValidationError) as caught:
        load_catalogue(tmp_path / "fee_items.toml")
    assert caught.value.error_count() == 2


def test_as_many_people_as_a_test_bench_wants_all_different_and_the_first_ones_the_same() -> None:
    many = everybody(10_000)
    assert len({person.number for person in many}) == len(many) == 10_027
    assert all(
        person.number.startswith("3301991900") and identifiers.is_resident_id(person.number)
        for person in many
        if person.card is CardKind.RESIDENT
    )
    assert many[:207] == everybody()[:207]
    owed = list(population(shipped_catalogue(), TODAY, 10_000))
    assert len(owed) > 30_000
    assert len({one.bill.bill_no for one in owed}) == len(owed)


@pytest.mark.parametrize("residents", [-1, 100_001])
def test_more_people_than_there_are_numbers_for_are_refused(residents: int) -> None:
    with pytest.raises(ValueError, match="residents"):
        everybody(residents)
