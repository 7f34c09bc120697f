"""The catalogue of faults names only what exists, and leaves nothing out."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields

import pytest

from tests.simulation import life, mishaps, network, people
from tests.simulation.people import Nature
from tests.simulation.printer import Trouble
from tests.simulation.single_faults import FAULTS
from tests.support.fault_catalogue import catalogue, known_tests

ROWS = catalogue()
LETTERS = {"A": 10, "B": 7, "C": 22, "D": 19, "E": 12, "F": 8}
OUTAGES = {"down", "silent", "status_down", "forged"}  # mishaps of their own bring these


def test_every_fault_of_the_design_has_its_row() -> None:
    numbers = [f"{letter}{n + 1}" for letter, count in LETTERS.items() for n in range(count)]
    assert list(ROWS) == numbers


@pytest.mark.parametrize("number", ROWS)
def test_a_row_says_where_the_fault_is_met_or_why_it_is_not(number: str) -> None:
    row = ROWS[number]
    assert row.fault
    assert row.lives or row.cells or row.tests or row.outside


@pytest.mark.parametrize("number", ROWS)
def test_every_test_that_a_row_names_exists(number: str) -> None:
    assert set(ROWS[number].tests) <= known_tests()


def test_every_way_into_a_life_exists_and_every_mishap_has_a_row() -> None:
    ways = set(mishaps.KINDS)
    ways |= {f"weather.{name}" for name in network.FAULTS}
    ways |= {f"printer.{each}" for each in Trouble.ALL}
    ways |= {f"people.{each.name}" for each in fields(Nature)}
    ways |= {f"people.{name}" for name in vars(people) if name.isupper()}
    ways |= {
        f"world.{name}" for module in (life, mishaps) for name in vars(module) if name.isupper()
    }
    named = {way for row in ROWS.values() for way in row.lives}
    assert named <= ways
    must = set(mishaps.KINDS) | {f"printer.{each}" for each in Trouble.ALL}
    must |= {f"weather.{name}" for name in network.FAULTS if name not in OUTAGES}
    assert must <= named


def test_every_single_fault_stands_in_the_catalogue() -> None:
    cells = Counter(cell for row in ROWS.values() for cell in row.cells)
    assert set(cells) == set(FAULTS)
