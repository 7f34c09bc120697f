"""A failed commit is UNKNOWN: after a reopen its batch is wholly there, or not at all."""

from __future__ import annotations

import itertools

import apsw
import pytest

from kiosk.journal.errors import CheckpointFailed, CommitFailed
from kiosk.journal.journal import Journal
from kiosk.journal.verify import verify
from tests.support.failing_disk import Operation, failing_disk
from tests.support.journals import KEY, NOON, ended, read_back

MOST_OPERATIONS = 60
BATCH = [ended(10), ended(11), ended(12)]


def is_cut(journal):
    """Commit the batch and tell whether that failed."""
    try:
        journal.commit(BATCH, NOON, 2.0, "cut")
    except CommitFailed as failure:
        return failure.batch_id == "cut"
    return False


@pytest.mark.parametrize("operation", [Operation.WRITE, Operation.TORN_WRITE, Operation.SYNC])
@pytest.mark.parametrize("error", [apsw.FullError, apsw.IOError])
def test_a_batch_cut_by_a_disk_error_is_whole_or_absent(tmp_path, operation, error):
    for nth in itertools.count(1):
        assert nth < MOST_OPERATIONS, "a commit needs fewer operations than this"
        directory = tmp_path / f"{nth}"
        with failing_disk() as disk:
            journal = Journal.open(directory, KEY, vfs=disk.name)
            journal.commit([ended(1)], NOON, 1.0)
            disk.fail(operation, nth, error)
            if not is_cut(journal):
                disk.mend()
                journal.close()
                assert nth > 1, "no such operation is part of a commit"
                return
            journal.close()
        with Journal.open(directory, KEY) as journal:
            present = [row.record() for row in journal.records()]
            assert present == [ended(1), *(BATCH if journal.has_batch("cut") else ())]
            journal.commit([ended(99)], NOON, 3.0)
        assert verify(directory, KEY).is_sound


def test_after_a_failed_commit_the_journal_takes_nothing_more(tmp_path):
    with failing_disk() as disk:
        journal = Journal.open(tmp_path, KEY, vfs=disk.name)
        disk.fail(Operation.WRITE, 1, apsw.FullError)
        with pytest.raises(CommitFailed, match="unknown outcome"):
            journal.commit([ended(1)], NOON, 1.0)
        with pytest.raises(AssertionError, match="reopened first"):
            journal.commit([ended(2)], NOON, 2.0)
        journal.close()
    assert read_back(tmp_path) == []


def test_a_disk_that_stays_full_lets_every_acknowledged_row_survive(tmp_path):
    with failing_disk() as disk:
        journal = Journal.open(tmp_path, KEY, vfs=disk.name)
        for number in range(1, 6):
            journal.commit([ended(number)], NOON, float(number))
        disk.fail(Operation.WRITE, 1, apsw.FullError, for_ever=True)
        with pytest.raises(CheckpointFailed):
            journal.close()
    assert read_back(tmp_path) == [ended(number) for number in range(1, 6)]


def test_a_disk_error_while_opening_is_an_error_not_an_empty_journal(tmp_path):
    with Journal.open(tmp_path, KEY) as journal:
        journal.commit([ended(1)], NOON, 1.0)
    with failing_disk() as disk:
        disk.fail(Operation.READ, 1, apsw.IOError, for_ever=True)
        with pytest.raises(Exception, match="is refused"):
            Journal.open(tmp_path, KEY, vfs=disk.name)
    assert read_back(tmp_path) == [ended(1)]


def test_a_disk_error_while_opening_is_not_tried_again(tmp_path):
    with Journal.open(tmp_path, KEY) as journal:
        journal.commit([ended(1)], NOON, 1.0)
    with failing_disk() as disk:
        disk.fail(Operation.READ, 1, apsw.IOError)
        with pytest.raises(Exception, match="is refused"):
            Journal.open(tmp_path, KEY, vfs=disk.name)
    assert read_back(tmp_path) == [ended(1)]
