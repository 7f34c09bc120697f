"""The journal in forms for other programs and for people."""

from __future__ import annotations

import csv
import io
import json

import pytest

from kiosk.domain.records import EvidenceKept
from kiosk.journal.chain import Row
from kiosk.journal.errors import JournalDamaged
from kiosk.journal.export import export_csv, export_json_lines, line_of
from kiosk.journal.journal import Journal
from kiosk.journal.reader import Reader
from tests.support.journals import KEY, NOON, tamper, written

TRICKY = EvidenceKept("pay-1", {"note": '逗号, "引号"\n换行'})


@pytest.fixture
def rows(tmp_path):
    with Journal.open(tmp_path, KEY) as journal:
        journal.commit([TRICKY], NOON, 1.5, "batch-1")
        return list(journal.records())


def test_json_lines_carry_every_column(rows):
    out = io.StringIO()
    assert export_json_lines(rows, out) == 1
    entry = json.loads(out.getvalue())
    assert entry == {
        "seq": 1,
        "at": "2026-11-21T04:00:00+00:00",
        "mono_ms": 1500,
        "batch": "batch-1",
        "kind": "EvidenceKept",
        "body": {"payment_id": "pay-1", "evidence": {"note": '逗号, "引号"\n换行'}},
        "mac": rows[0].mac.hex(),
    }


def test_csv_survives_commas_quotes_and_line_breaks(rows):
    out = io.StringIO(newline="")
    assert export_csv(rows, out) == 1
    header, line = csv.reader(io.StringIO(out.getvalue(), newline=""))
    assert header == ["seq", "at", "batch", "kind", "body", "mac"]
    assert json.loads(line[4])["evidence"]["note"] == '逗号, "引号"\n换行'


def test_a_body_that_is_no_object_stops_the_export_in_words():
    row = Row(4, "b", 0, 0, "VisitEnded", "[1]", b"")
    with pytest.raises(
        JournalDamaged, match="row 4 holds no JSON object: run kiosk journal verify"
    ):
        export_json_lines([row], io.StringIO())


def test_people_see_local_time_kind_and_fields_on_one_line(rows):
    line = line_of(rows[0])
    assert line.startswith("      1  2026-11-21 12:00:00  EvidenceKept")
    assert "payment_id=pay-1" in line
    assert "\n" not in line


def test_long_and_unreadable_bodies_stay_on_one_line():
    long = Row(1, "b", 0, 0, "LinkChanged", json.dumps({"reason": "x" * 500}), b"")
    broken = Row(2, "b", 0, 0, "LinkChanged", "{", b"")
    assert len(line_of(long)) < 210
    assert line_of(long).endswith("…")
    assert line_of(broken).endswith("unreadable: {")


def test_the_reader_gives_rows_unchecked_for_inspection(tmp_path):
    written(tmp_path, 2)
    tamper(tmp_path, "UPDATE entry SET kind = 'Edited' WHERE seq = 2")
    with Reader(tmp_path) as reader:
        assert [row.kind for row in reader.rows()] == ["VisitEnded", "Edited"]


def test_the_reader_tells_text_that_is_no_text_as_damage(tmp_path):
    written(tmp_path, 1)
    tamper(tmp_path, "UPDATE entry SET kind = CAST(x'ff' AS TEXT)")
    with Reader(tmp_path) as reader, pytest.raises(JournalDamaged, match="cannot be read"):
        list(reader.rows())


NEVER = Row(7, "b", 2**62, 0, "VisitEnded", "{}", b"")


@pytest.mark.parametrize("export", [export_json_lines, export_csv])
def test_a_time_that_is_none_stops_the_export_in_words(export):
    with pytest.raises(JournalDamaged, match="row 7 holds no time: run kiosk journal verify"):
        export([NEVER], io.StringIO())


def test_people_see_that_a_time_is_none_and_the_rest_of_the_row():
    assert line_of(NEVER).startswith("      7  unreadable time      VisitEnded")


@pytest.mark.parametrize("body", [r'{"reason":"\ud800"}', r'{"reason":["\uDFff"]}'])
def test_half_a_character_stops_the_export_in_words(body):
    row = Row(8, "b", 0, 0, "VisitEnded", body, b"")
    with pytest.raises(JournalDamaged, match="row 8 holds half a character"):
        export_json_lines([row], io.StringIO())


def test_a_character_of_two_halves_is_whole():
    row = Row(8, "b", 0, 0, "VisitEnded", r'{"reason":"\ud83d\ude00"}', b"")
    assert row.values == {"reason": "\N{GRINNING FACE}"}


def test_what_commands_a_terminal_is_shown_as_a_mark():
    row = Row(9, "b", 0, 0, "Visit\x1bEnded", '{"reason":"\\u001b[2J"}', b"")
    assert "\x1b" not in line_of(row)
    assert "Visit\N{REPLACEMENT CHARACTER}Ended" in line_of(row)


def test_the_reader_gives_the_newest_rows_oldest_of_them_first(tmp_path):
    Journal.open(tmp_path / "empty", KEY).close()
    with Reader(tmp_path / "empty") as reader:
        assert reader.last_seq == 0
        assert reader.last_rows(2) == []
    written(tmp_path / "three", 3)
    with Reader(tmp_path / "three") as reader:
        assert reader.last_seq == 3
        assert [row.seq for row in reader.last_rows(2)] == [2, 3]


def test_newest_rows_that_cannot_be_read_are_damage(tmp_path):
    written(tmp_path, 2)
    tamper(tmp_path, "UPDATE entry SET kind = CAST(x'ff' AS TEXT) WHERE seq = 2")
    with Reader(tmp_path) as reader, pytest.raises(JournalDamaged, match="cannot be read"):
        reader.last_rows(1)
