"""What doctor says about open codes: how many are left, and which need somebody."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from kiosk.domain.open_code import Event, State
from kiosk.domain.records import (
    OpenCodeHandedOut,
    OpenCodeMoved,
    OpenCodesKept,
    OpenCodesMissed,
    OpenCodesWanted,
    Record,
)
from kiosk.journal import keys
from kiosk.journal.journal import Journal
from kiosk.maintenance.open_codes import open_codes
from kiosk.maintenance.verdicts import Check, Verdict
from kiosk.settings.load import load

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
WEEK_S = 7 * 86400
FETCHED: list[Record] = [
    OpenCodesWanted("B1", "103050101", 20000, 5),
    OpenCodesKept("B1", 5, int(NOW.timestamp()) + WEEK_S),
]


def handed_out(serial: int) -> OpenCodeHandedOut:
    code = f"3301052638{serial:010d}"
    now_s = int(NOW.timestamp())
    return OpenCodeHandedOut(code, "B1", serial, "V", "103050101", 20000, now_s + WEEK_S, now_s)


def checks(directory: Path, records: list[Record], now: datetime = NOW) -> list[Check]:
    site = directory / "site.toml"
    site.write_text(
        'schema = 1\n[storage]\ndirectory = "data"\n[[open_codes.reserve]]\n'
        'item = "103050101"\namount_fen = 20000\ncount = 5\n'
    )
    data = directory / "data"
    with Journal.open(data, keys.for_directory(data).journal) as journal:
        journal.commit(records, NOW, 1.0)
    return list(open_codes(load(site), now))


def test_a_full_reserve_is_good(tmp_path: Path) -> None:
    (check,) = checks(tmp_path, FETCHED)
    assert (check.verdict, check.message) == (Verdict.OK, "5 left of 5")


def test_a_low_reserve_is_a_warning_that_says_why(tmp_path: Path) -> None:
    given: list[Record] = [handed_out(serial) for serial in range(1, 5)]
    missed = OpenCodesMissed("B2", "forged_code", for_good=False)
    check, waiting = checks(tmp_path, [*FETCHED, *given, missed])
    assert check.verdict is Verdict.WARNING
    assert check.message == "1 left of 5; the last block did not come: forged_code"
    assert waiting.message == "4 handed out and not settled yet"


def test_codes_that_have_expired_count_for_nothing(tmp_path: Path) -> None:
    later = datetime.fromtimestamp(NOW.timestamp() + WEEK_S, UTC)
    (check,) = checks(tmp_path, FETCHED, later)
    assert check.message == "0 left of 5"


def test_a_code_that_differs_is_named(tmp_path: Path) -> None:
    one = handed_out(1)
    moved = OpenCodeMoved(one.code, Event.AMOUNT_DIFFERS, State.CASE, {"paid_fen": 1})
    _, case = checks(tmp_path, [*FETCHED, one, moved])
    assert case.verdict is Verdict.WARNING
    assert one.code in case.message
    assert "paid_fen" in case.message


def test_a_site_without_open_codes_is_not_asked(tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    site.write_text('schema = 1\n[storage]\ndirectory = "data"\n')
    assert list(open_codes(load(site), NOW)) == []
