"""Staff find what is in the archive; the doctor names the volumes."""

from __future__ import annotations

from concurrent.futures import Future
from datetime import timedelta
from functools import partial

import pytest

from kiosk.domain.ledger import Ledger
from kiosk.engine.diary import JournalDiary
from kiosk.engine.engine import Entry
from kiosk.journal.errors import JournalError
from kiosk.journal.journal import Journal
from kiosk.journal.reader import Reader
from kiosk.journal.volumes import archived
from kiosk.maintenance.diary_reader import DiaryReader
from kiosk.maintenance.support_bundle import MAX_ROWS, newest
from tests.support.journals import KEY, NOON, ended


def kept(directory, volumes):
    """Three visits in each volume, one volume a day."""
    for day in range(volumes):
        with Journal.open(directory, KEY) as journal:
            for number in range(3):
                at = NOON + timedelta(days=day, seconds=number)
                journal.commit([ended(10 * day + number)], at, 1.0)
            journal.carry_forward(Ledger(), NOON + timedelta(days=day, hours=1), 2.0)


@pytest.fixture
def reader(tmp_path):
    kept(tmp_path, 3)
    archived(tmp_path)[0].path.unlink()  # as after its time
    diary = JournalDiary(partial(Journal.open, tmp_path, KEY))

    def ask(question):
        answer = Future()
        answer.set_result(question(diary))
        return answer

    yield DiaryReader(ask)
    diary.close()


def visits(rows):
    return [row.values["visit_id"] for row in rows if row.kind == "VisitEnded"]


OLDEST_LAST = ["visit-22", "visit-21", "visit-20", "visit-12", "visit-11", "visit-10"]


def test_a_search_backward_goes_on_into_the_archive_and_ends_where_it_ends(reader):
    assert visits(reader.backward(reader.last_seq)) == OLDEST_LAST


def test_a_day_in_the_archive_is_found_by_its_time(reader):
    first = reader.first_at(NOON + timedelta(days=1))
    assert visits(reader.forward(first, 1000))[:3] == ["visit-10", "visit-11", "visit-12"]


def test_rows_are_read_forward_over_all_volumes_once_each(reader):
    assert visits(reader.forward(1, 1000)) == OLDEST_LAST[::-1]
    assert reader.first_seq == 4


def told(rows):
    return [entry.values["visit_id"] for entry in rows]


def test_a_bundle_made_right_after_a_new_volume_holds_what_went_before(reader):
    rows, reading = newest(reader.backward(reader.last_seq))
    assert told(rows) == OLDEST_LAST[::-1]
    assert reading == "whole"


def test_a_damaged_volume_ends_the_reading_and_not_the_bundle(tmp_path):
    kept(tmp_path, 2)
    archived(tmp_path)[0].path.write_bytes(b"no journal")
    with Reader(tmp_path) as reader:
        entries = (Entry(row.seq, row.at, row.kind, row.values) for row in reader.backward())
        rows, reading = newest(entries, JournalError)
    assert (told(rows), reading) == (["visit-10", "visit-11", "visit-12"], "cut_short")


def test_a_bundle_holds_the_newest_rows_alone():
    rows = [Entry(seq, NOON, "VisitEnded", {}) for seq in range(MAX_ROWS + 2, 0, -1)]
    assert [row.seq for row in newest(rows)[0]] == list(range(3, MAX_ROWS + 3))


def test_a_kiosk_that_stands_still_is_read_backward_over_all_its_volumes(tmp_path):
    kept(tmp_path, 2)
    with Reader(tmp_path) as reader:
        backward = [row.seq for row in reader.backward()]
        assert backward == [row.seq for row in reader.rows()][::-1]
        assert len(backward) > 6
