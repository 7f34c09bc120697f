"""The journal as the engine sees it: every way to fail is one kind of bad news."""

from __future__ import annotations

from functools import partial

import apsw
import pytest

from kiosk.domain.events import DiskSeen
from kiosk.engine.diary import JournalDiary, NoDiary
from kiosk.engine.engine import CommitUncertain
from kiosk.journal.carry import INSERT
from kiosk.journal.errors import JournalDamaged
from kiosk.journal.journal import Journal
from kiosk.journal.space import AMPLE_BYTES, LOW_BYTES
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


def test_no_diary_knows_nothing_and_commits_nothing():
    diary = NoDiary()
    assert diary.records() == ()
    assert diary.has_batch("one") is False
    assert diary.last_seq == 0
    assert diary.look(was_low=True) == DiskSeen(low=True)
    assert diary.look(was_low=False) == DiskSeen(low=False)
    for attempt in (
        lambda: diary.commit([ended(1)], NOON, 1.0, "one"),
        diary.reopen,
        lambda: diary.entries(1, 1),
    ):
        with pytest.raises(CommitUncertain, match="there is no journal"):
            attempt()
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
