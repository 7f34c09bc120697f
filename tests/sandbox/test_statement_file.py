"""Statement files: the right one, and each of the twenty differences that a comparison must find."""

from __future__ import annotations

import pytest
import requests

from kiosk.platform_api.client import PlatformClient
from kiosk.sandbox.statement_file import Defect
from tests.sandbox.driving import PEOPLE, City, bills_of, opened

Line = list[str]


@pytest.fixture
def day(city: City, kiosk: PlatformClient) -> str:
    """Two payments at K1."""
    for payment_id, key in (("P1", "zhang"), ("P2", "wang")):
        bills = bills_of(kiosk, PEOPLE[key])
        city.phone().pay(opened(kiosk, payment_id, *bills).qr_url)
    return str(city.server.store.today())


def file_of(city: City, day: str, defect: Defect, kiosk_id: str = "K1") -> bytes:
    answer = requests.get(
        f"{city.direct_url}/sandbox/statements/{kiosk_id}/{day}",
        params={"defect": str(defect)},
        timeout=60,
    )
    assert answer.ok, answer.text
    return answer.content


def lines_of(text: bytes) -> list[Line]:
    return [line.split(",") for line in text.decode().splitlines()]


def adds_up(lines: list[Line]) -> bool:
    rows = [line for line in lines if line[0] == "P"]
    fen = [int(row[3]) for row in rows]
    voided = [int(row[3]) for row in rows if row[2] == "voided"]
    return lines[-1] == ["T", *map(str, (len(rows), sum(fen), len(voided), sum(voided)))]


def test_there_are_twenty_kinds() -> None:
    assert len(Defect) == 20


def test_the_right_file_has_header_rows_and_a_trailer_that_adds_up(city: City, day: str) -> None:
    lines = lines_of(file_of(city, day, Defect.MATCHED))
    assert lines[0] == ["H", "1", "K1", day, "2"]
    assert [line[1] for line in lines[1:-1]] == ["P1", "P2"]
    assert [len(line[8].split(";")) for line in lines[1:-1]] == [1, 3]
    assert adds_up(lines)


@pytest.mark.parametrize("defect", sorted(set(Defect) - {Defect.MATCHED, Defect.DOUBT_PAID}))
def test_every_difference_is_in_the_file_and_only_the_files_own_faults_break_its_sums(
    city: City, day: str, defect: Defect
) -> None:
    right, spoilt = file_of(city, day, Defect.MATCHED), file_of(city, day, defect)
    assert spoilt != right
    if defect not in (Defect.CUT_OFF, Defect.BROKEN_ROW):
        assert adds_up(lines_of(spoilt))


@pytest.mark.parametrize(
    ("defect", "column", "is_repeated"),
    [
        (Defect.PAID_TWICE, 1, True),
        (Defect.BILL_TWICE, 7, True),
        (Defect.RECEIPT_TWICE, 8, True),
        (Defect.OPEN_CODE_TWICE, 7, True),
        (Defect.OPEN_CODE_FOREIGN, 7, False),
        (Defect.PAYMENT_EXTRA, 1, False),
    ],
)
def test_what_is_there_twice_is_what_the_kind_says(
    city: City, day: str, defect: Defect, column: int, is_repeated: bool
) -> None:
    rows = lines_of(file_of(city, day, defect))[1:-1]
    values = [row[column] for row in rows]
    assert (len(set(values)) < len(values)) is is_repeated
    assert len(rows) == (4 if defect is Defect.OPEN_CODE_TWICE else 3)


def test_a_file_that_was_cut_off_has_no_trailer(city: City, day: str) -> None:
    assert b"\nT," not in file_of(city, day, Defect.CUT_OFF)


def test_a_broken_row_cannot_be_read_as_a_number(city: City, day: str) -> None:
    row = lines_of(file_of(city, day, Defect.BROKEN_ROW))[1]
    assert not row[3].isdecimal()


def test_a_day_without_payments_has_a_right_file_and_nothing_to_spoil(city: City) -> None:
    assert adds_up(lines_of(file_of(city, "2020-01-01", Defect.MATCHED)))
    answer = requests.get(
        f"{city.direct_url}/sandbox/statements/K1/2020-01-01?defect=paid_twice", timeout=60
    )
    assert answer.status_code == 409
