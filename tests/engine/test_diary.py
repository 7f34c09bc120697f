"""The journal as the engine sees it: every way to fail is one kind of bad news."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import apsw
import pytest
from structlog.testing import capture_logs

from kiosk.domain.events import DiskSeen
from kiosk.domain.ledger import Ledger, PrintJob
from kiosk.domain.records import PrintState
from kiosk.engine.diary import AGAIN_AFTER_S, JournalDiary, NoDiary, Volumes
from kiosk.engine.engine import CommitUncertain
from kiosk.event_ids import EventId
from kiosk.journal.carry import INSERT
from kiosk.journal.errors import JournalDamaged
from kiosk.journal.findings import Kind
from kiosk.journal.journal import Journal
from kiosk.journal.reader import Reader
from kiosk.journal.space import AMPLE_BYTES, LOW_BYTES
from kiosk.journal.verify import verify
from kiosk.journal.volumes import archived
from tests.support.broken_disk import BrokenDisk
from tests.support.failing_disk import Operation, failing_disk
from tests.support.journals import KEY, NOON, OTHER_KEY, ended, tamper, written


def opened(directory, **fields) -> JournalDiary:
    return JournalDiary(partial(Journal.open, directory, KEY, **fields))


def test_what_is_committed_is_read_back_and_known_by_its_batch(tmp_path):
    diary = opened(tmp_path)
    diary.commit([ended(1), ended(2)], NOON, 1.0, "one")
    assert diary.records() == (ended(1), ended(2))
    assert diary.has_batch("one")
    assert not diary.has_batch("two")
    assert diary.last_seq == 2
    diary.close()


def test_a_closed_diary_has_given_the_journal_back(tmp_path):
    opened(tmp_path).close()
    Journal.open(tmp_path, KEY).close()


def test_rows_are_given_in_pages_for_whoever_only_reads(tmp_path):
    diary = opened(tmp_path)
    diary.commit([ended(1), ended(2), ended(3)], NOON, 1.0, "one")
    (entry,) = diary.entries(2, 1)
    assert (entry.seq, entry.at, entry.kind) == (2, NOON, "VisitEnded")
    assert dict(entry.values) == {"visit_id": "visit-2", "reason": "done"}
    diary.close()


def test_a_failed_commit_is_uncertain_until_the_journal_is_opened_again(tmp_path):
    with failing_disk() as disk:
        diary = opened(tmp_path, vfs=disk.name)
        disk.fail(Operation.SYNC, 1, apsw.IOError)
        with pytest.raises(CommitUncertain, match="the disk says no"):
            diary.commit([ended(1)], NOON, 1.0, "one")
        disk.mend()
        assert diary.reopen() == diary.records()
        there = diary.has_batch("one")
        assert diary.records() == ((ended(1),) if there else ())
        diary.close()


def test_a_journal_that_cannot_be_opened_again_is_uncertain(tmp_path):
    keys = [KEY, OTHER_KEY]
    diary = JournalDiary(lambda: Journal.open(tmp_path, keys.pop(0)))
    with pytest.raises(CommitUncertain, match="another key"):
        diary.reopen()


def test_a_row_that_nobody_can_read_makes_a_reopened_journal_uncertain(tmp_path):
    written(tmp_path, 2)
    diary = opened(tmp_path)
    diary.close()
    tamper(tmp_path, "UPDATE entry SET body = '{}' WHERE seq = 2")
    with pytest.raises(CommitUncertain, match="row 2"):
        diary.reopen()


def test_a_damaged_journal_is_refused_at_the_start(tmp_path):
    written(tmp_path, 2)
    (tmp_path / "head.json").unlink()
    with pytest.raises(JournalDamaged):
        opened(tmp_path)


def test_a_row_that_is_no_record_is_uncertain_for_whoever_only_reads(tmp_path):
    diary = opened(tmp_path)
    diary._journal._connection.execute(INSERT, (1, "b", 0, 0, "VisitEnded", "no json", bytes(32)))
    with pytest.raises(CommitUncertain, match="holds no JSON"):
        diary.entries(1, 10)
    diary._journal._connection.close(True)
    diary._journal._lock.release()


def test_tidying_moves_the_rows_and_says_when_it_cannot(tmp_path):
    with failing_disk() as disk:
        diary = opened(tmp_path, vfs=disk.name)
        diary.commit([ended(1)], NOON, 1.0, "one")
        diary.tidy()
        diary.commit([ended(2)], NOON, 1.0, "two")
        disk.fail(Operation.WRITE, 1, apsw.IOError, for_ever=True)
        with pytest.raises(CommitUncertain, match="cannot be tidied"):
            diary.tidy()
        disk.mend()
        assert diary.reopen() == (ended(1), ended(2))
        diary.close()


def test_no_diary_knows_nothing_and_commits_nothing(tmp_path):
    diary = NoDiary(tmp_path)
    assert diary.records() == ()
    assert diary.has_batch("one") is False
    assert diary.last_seq == 0
    assert diary.look(was_low=True) == DiskSeen(low=True)
    assert diary.look(was_low=False) == DiskSeen(low=False)
    for attempt in (
        lambda: diary.commit([ended(1)], NOON, 1.0, "one"),
        diary.reopen,
        lambda: diary.entries(1, 1),
        lambda: diary.salvage(list),
    ):
        with pytest.raises(CommitUncertain, match="there is no journal"):
            attempt()
    assert diary.carry(Ledger(), NOON, 1.0) is False
    diary.tidy()
    diary.close()


@pytest.mark.parametrize(
    ("free", "was_low", "low"),
    [
        (LOW_BYTES, False, False),
        (LOW_BYTES - 1, False, True),
        (AMPLE_BYTES, True, False),
        (AMPLE_BYTES - 1, True, True),
    ],
)
def test_a_disk_is_low_below_its_limit_and_ample_above_another(tmp_path, free, was_low, low):
    disk = BrokenDisk(free=free)
    diary = opened(tmp_path, disk=disk)
    assert diary.look(was_low=was_low) == DiskSeen(low=low)
    diary.close()


def test_a_disk_that_does_not_answer_is_uncertain(tmp_path):
    disk = BrokenDisk()
    diary = opened(tmp_path, disk=disk)
    disk.refused = {"free_bytes"}
    with pytest.raises(CommitUncertain, match="the disk does not answer"):
        diary.look(was_low=False)
    disk.refused = set()
    diary.close()


# --- volumes -------------------------------------------------------------------------------------

YEAR = timedelta(days=365)
UNREADABLE = Ledger(owed={("a", "b"): "no JSON gives a pair back"})


def in_volumes(directory, **fields) -> JournalDiary:
    return JournalDiary(partial(Journal.open, directory, KEY), Volumes(**fields))


def first_rows(directory) -> list[int]:
    return [each.first for each in archived(directory)]


def filled(diary: JournalDiary, rows: int) -> None:
    for start in range(0, rows, 500):
        batch = [ended(start + number) for number in range(min(500, rows - start))]
        diary.commit(batch, NOON, 1.0, f"rows-{start}")


def test_a_volume_begins_with_exactly_as_many_rows_as_are_set(tmp_path):
    diary = in_volumes(tmp_path, rows=3)
    filled(diary, 2)
    assert diary.carry(Ledger(), NOON, 2.0) is False
    diary.commit([ended(3)], NOON, 1.0, "third")
    with capture_logs() as logs:
        assert diary.carry(Ledger(open_visit="v"), NOON, 2.0) is True
    assert first_rows(tmp_path) == [1]
    assert [(each["event"], each["rows"]) for each in logs] == [(EventId.JOURNAL_CARRIED, 5)]
    assert len(diary.records()) == 2  # the beginning, and what the ledger says
    diary.commit([ended(4)], NOON, 3.0, "fourth")
    assert diary.last_seq == 6
    diary.close()


@pytest.mark.parametrize(
    ("rows", "age", "begins"),
    [
        (1000, YEAR, False),
        (1000, YEAR + timedelta(microseconds=1), True),
        (999, 2 * YEAR, False),
    ],
)
def test_a_volume_older_than_a_year_ends_where_it_holds_a_thousand_rows(
    tmp_path, rows, age, begins
):
    diary = in_volumes(tmp_path)
    filled(diary, rows)
    assert diary.carry(Ledger(), NOON + age, 2.0) is begins
    diary.close()


def test_what_cannot_be_carried_is_logged_and_tried_a_day_later(tmp_path):
    diary = in_volumes(tmp_path, rows=1)
    filled(diary, 1)
    with capture_logs() as logs:
        assert diary.carry(UNREADABLE, NOON, 10.0) is False
    assert [each["event"] for each in logs] == [EventId.JOURNAL_NOT_CARRIED]
    assert "cannot read what was carried" in logs[0]["reason"]
    assert diary.carry(Ledger(), NOON, 9.0 + AGAIN_AFTER_S) is False
    assert first_rows(tmp_path) == []
    assert diary.carry(Ledger(), NOON, 10.0 + AGAIN_AFTER_S) is True
    assert first_rows(tmp_path) == [1]
    diary.close()


def test_a_day_passes_between_two_new_volumes(tmp_path):
    assert AGAIN_AFTER_S == 86400
    diary = in_volumes(tmp_path, rows=1)
    filled(diary, 1)
    assert diary.carry(Ledger(), NOON, 0.0) is True
    assert diary.carry(Ledger(), NOON, 86399.0) is False
    diary.close()


def test_a_disk_that_fails_during_the_change_makes_the_journal_uncertain(tmp_path):
    disk = BrokenDisk()
    diary = JournalDiary(partial(Journal.open, tmp_path, KEY, disk=disk), Volumes(rows=1))
    filled(diary, 1)
    diary.tidy()
    disk.refused = {"sync"}
    with capture_logs() as logs:
        assert diary.carry(Ledger(), NOON, 2.0) is False  # nothing was switched yet
    assert [each["event"] for each in logs] == [EventId.JOURNAL_NOT_CARRIED]
    disk.refused = set()
    diary.commit([ended(2)], NOON, 3.0, "two")
    disk.refused = {"sync"}
    with pytest.raises(CommitUncertain, match="cannot be tidied"):
        diary.carry(Ledger(), NOON, 3.0 + AGAIN_AFTER_S)
    disk.refused = set()
    assert diary.reopen() == (ended(0), ended(2))
    diary.close()


def old(directory, ledger=Ledger(), age=16 * YEAR, keep_years=15):  # noqa: B008
    """The first rows of what is archived after a second volume began at that age."""
    diary = in_volumes(directory, rows=1, keep_years=keep_years)
    filled(diary, 1)
    assert diary.carry(Ledger(), NOON, 2.0) is True
    with capture_logs() as logs:
        assert diary.carry(ledger, NOON + age, 3.0 + AGAIN_AFTER_S) is True
    diary.close()
    return first_rows(directory), [each["event"] for each in logs]


def test_a_volume_goes_when_its_years_have_passed_and_not_before(tmp_path):
    carried = [EventId.JOURNAL_CARRIED]
    # With the removal a row more: the rows 2 to 4 are the second volume.
    assert old(tmp_path / "past", age=15 * YEAR + timedelta(microseconds=1)) == ([2], carried)
    assert old(tmp_path / "not yet", age=15 * YEAR) == ([1, 2], carried)
    assert old(tmp_path / "for ever", keep_years=0) == ([1, 2], carried)
    assert Volumes() == Volumes(rows=200_000, keep_years=0)


def test_the_removal_of_a_volume_is_a_record_so_that_nobody_misses_it(tmp_path):
    assert old(tmp_path)[0] == [2]
    with Reader(tmp_path) as reader:
        kinds = [row.kind for row in reader.rows()]
    assert kinds == ["CarriedForward", "VolumeRemoved", "CarriedForward"]
    assert {each.kind for each in verify(tmp_path, KEY).findings} == {Kind.CLOCK_JUMP}


def test_a_volume_that_tells_of_something_open_stays(tmp_path):
    job = PrintJob("visit-0", "c", "r", 0, PrintState.INTENDED)
    assert old(tmp_path, Ledger(jobs={"visit-0": job}))[0] == [1, 2]


def test_a_damaged_volume_is_logged_and_stays(tmp_path):
    diary = in_volumes(tmp_path, rows=1, keep_years=15)
    filled(diary, 1)
    assert diary.carry(Ledger(), NOON, 2.0) is True
    archived(tmp_path)[0].path.write_bytes(b"no database" * 1000)
    with capture_logs() as logs:
        assert diary.carry(Ledger(), NOON + 16 * YEAR, 3.0 + AGAIN_AFTER_S) is True
    diary.close()
    assert first_rows(tmp_path) == [1, 2]
    assert [each["event"] for each in logs] == [
        EventId.JOURNAL_NOT_REMOVED,
        EventId.JOURNAL_CARRIED,
    ]
    assert "cannot be read" in logs[0]["reason"]


# --- what can still be read of a journal that failed -----------------------------------------------


def everything_in(directory):
    return {path.name: path.read_bytes() for path in directory.iterdir() if path.is_file()}


def subjects(entries):
    return [entry.values["visit_id"] for entry in entries]


def test_a_journal_that_failed_is_salvaged_without_a_changed_byte(tmp_path):
    with failing_disk() as disk:
        diary = opened(tmp_path, vfs=disk.name)
        diary.commit([ended(1), ended(2)], NOON, 1.0, "one")
        disk.fail(Operation.WRITE, 1, apsw.FullError, for_ever=True)
        with pytest.raises(CommitUncertain):
            diary.commit([ended(3)], NOON, 1.0, "two")
        before = everything_in(tmp_path)
        assert diary.salvage(subjects) == ["visit-2", "visit-1"]
        assert diary.salvage(subjects) == ["visit-2", "visit-1"], "and once more"
        assert everything_in(tmp_path) == before
        disk.mend()
        assert diary.reopen() == (ended(1), ended(2)), "nobody keeps the lock"
        diary.close()


def test_a_journal_in_order_is_salvaged_as_it_is_where_only_the_disk_was_silent(tmp_path):
    diary = opened(tmp_path)
    diary.commit([ended(number) for number in range(1, 401)], NOON, 1.0, "one")
    for batch in ("two", "three"):
        diary.commit([ended(number) for number in range(401, 801)], NOON, 1.0, batch)
    before = everything_in(tmp_path)
    found = diary.salvage(list)
    assert [entry.seq for entry in found] == list(range(1200, 0, -1))
    assert everything_in(tmp_path) == before
    diary.close()


def test_a_journal_that_was_refused_is_salvaged_as_far_as_it_can_be_read(tmp_path):
    written(tmp_path, 3)
    tamper(tmp_path, 'UPDATE entry SET body = \'{"visit_id": "x"}\' WHERE seq = 2')
    before = everything_in(tmp_path)
    assert [entry.seq for entry in NoDiary(tmp_path).salvage(list)] == [3, 2, 1]
    assert everything_in(tmp_path).items() >= before.items(), "no byte of what there was"


def test_a_journal_that_could_be_opened_before_it_was_refused_is_salvaged_through_its_owner(
    tmp_path,
):
    written(tmp_path, 3)
    tamper(tmp_path, "UPDATE entry SET at_us = at_us + 1 WHERE seq = 2")
    diary = opened(tmp_path)
    with pytest.raises(JournalDamaged):
        diary.records()
    assert [entry.seq for entry in NoDiary(tmp_path, diary).salvage(list)] == [3, 2, 1]
    diary.close()


def test_a_journal_that_is_no_file_of_sqlite_any_more_says_so(tmp_path):
    written(tmp_path, 3)
    (tmp_path / "journal.sqlite3").write_bytes(b"\0" * 8192)
    with pytest.raises(CommitUncertain):
        NoDiary(tmp_path).salvage(list)
