"""A full disk is seen before it is full, and what was begun can still be recorded."""

from __future__ import annotations

import errno
from functools import partial

import apsw
import pytest

from kiosk.engine.diary import JournalDiary
from kiosk.engine.engine import CommitUncertain
from kiosk.journal.errors import CheckpointFailed, CommitFailed, JournalDamaged
from kiosk.journal.journal import Journal
from kiosk.journal.space import AMPLE_BYTES, LOW_BYTES, RESERVE_NAME, Space, is_full
from tests.support.broken_disk import BrokenDisk
from tests.support.failing_disk import Operation, failing_disk
from tests.support.journals import KEY, NOON, ended, read_back

SIZE = 1_000_000
MOST_WRITES = 60


def held(directory):
    path = directory / RESERVE_NAME
    return path.exists() and path.stat().st_size == SIZE


def test_the_reserve_takes_its_blocks_from_the_disk(tmp_path):
    with Journal.open(tmp_path, KEY, reserve_bytes=SIZE):
        assert held(tmp_path)
        assert (tmp_path / RESERVE_NAME).stat().st_blocks * 512 >= SIZE


def test_no_reserve_is_kept_where_none_is_wanted(tmp_path):
    with Journal.open(tmp_path, KEY) as journal:
        assert not (tmp_path / RESERVE_NAME).exists()
        assert journal.space().is_reserve_whole


@pytest.mark.parametrize(
    ("space", "is_low"),
    [
        (Space(LOW_BYTES, True), False),
        (Space(LOW_BYTES - 1, True), True),
        (Space(LOW_BYTES * 10, False), True),
    ],
)
def test_space_is_low_with_little_left_or_the_reserve_in_use(space, is_low):
    assert space.is_low is is_low


@pytest.mark.parametrize(
    ("space", "is_ample"),
    [
        (Space(AMPLE_BYTES, True), True),
        (Space(AMPLE_BYTES - 1, True), False),
        (Space(AMPLE_BYTES, False), False),
    ],
)
def test_to_begin_again_takes_more_room_than_to_go_on(space, is_ample):
    assert space.is_ample is is_ample


def test_the_reserve_comes_back_with_the_room_though_nothing_is_written(tmp_path):
    disk = BrokenDisk(free=LOW_BYTES)
    with Journal.open(tmp_path, KEY, disk=disk, reserve_bytes=SIZE) as journal:
        assert journal.space().is_low
        disk.free = AMPLE_BYTES + SIZE
        assert journal.space().is_ample
        assert held(tmp_path)


def test_the_diary_needs_more_room_to_begin_again(tmp_path):
    disk = BrokenDisk(free=LOW_BYTES)
    diary = JournalDiary(partial(Journal.open, tmp_path, KEY, disk=disk))
    assert not diary.look(was_low=False).low
    assert diary.look(was_low=True).low
    disk.free = AMPLE_BYTES
    assert not diary.look(was_low=True).low
    diary.close()


def test_the_diary_says_why_there_is_no_mirror(tmp_path):
    (tmp_path / "file").write_text("no directory")
    mirror = tmp_path / "file"
    diary = JournalDiary(partial(Journal.open, tmp_path / "journal", KEY, mirror=mirror))
    assert "directory" in diary.look(was_low=False).mirror_trouble
    diary.close()


def test_a_disk_that_does_not_say_how_full_it_is_is_doubted(tmp_path):
    disk = BrokenDisk()
    diary = JournalDiary(partial(Journal.open, tmp_path, KEY, disk=disk))
    disk.refused.add("free_bytes")
    with pytest.raises(CommitUncertain, match="does not answer"):
        diary.look(was_low=False)
    disk.refused.clear()
    diary.close()


def test_the_journal_tells_what_the_disk_tells(tmp_path):
    disk = BrokenDisk(free=5_000_000_000)
    with Journal.open(tmp_path, KEY, disk=disk, reserve_bytes=SIZE) as journal:
        assert journal.space() == Space(5_000_000_000, True)
        disk.free = 1
        assert journal.space() == Space(1, True)


@pytest.mark.parametrize(
    ("free", "is_taken"), [(SIZE + LOW_BYTES, True), (SIZE + LOW_BYTES - 1, False)]
)
def test_the_reserve_is_taken_only_while_as_much_stays_free(tmp_path, free, is_taken):
    with Journal.open(tmp_path, KEY, disk=BrokenDisk(free=free), reserve_bytes=SIZE) as journal:
        assert held(tmp_path) is is_taken
        assert journal.space().is_low is not is_taken


def test_an_allocation_that_meets_a_full_disk_leaves_no_piece_behind(tmp_path):
    disk = BrokenDisk(number=errno.ENOSPC)
    disk.refused = {"allocate"}
    with Journal.open(tmp_path, KEY, disk=disk, reserve_bytes=SIZE) as journal:
        assert not (tmp_path / RESERVE_NAME).exists()
        assert journal.space().is_low


def test_an_allocation_that_fails_otherwise_is_an_error(tmp_path):
    disk = BrokenDisk(number=errno.EIO)
    disk.refused = {"allocate"}
    with pytest.raises(OSError, match="Input/output error"):
        Journal.open(tmp_path, KEY, disk=disk, reserve_bytes=SIZE)
    assert read_back(tmp_path) == []


def test_a_reserve_of_another_size_is_made_whole(tmp_path):
    (tmp_path / RESERVE_NAME).write_bytes(b"short")
    with Journal.open(tmp_path, KEY, reserve_bytes=SIZE):
        assert held(tmp_path)


def test_a_commit_on_a_full_disk_gives_the_reserve_up_and_the_next_start_takes_outcomes(tmp_path):
    with failing_disk() as disk:
        journal = Journal.open(tmp_path, KEY, vfs=disk.name, reserve_bytes=SIZE)
        journal.commit([ended(1)], NOON, 1.0)
        disk.fail(Operation.WRITE, 1, apsw.FullError, for_ever=True)
        with pytest.raises(CommitFailed):
            journal.commit([ended(2)], NOON, 2.0, "outcome")
        assert not (tmp_path / RESERVE_NAME).exists()
        disk.mend()  # the reserve's blocks are free now
        journal.close()
    poor = BrokenDisk(free=SIZE)
    with Journal.open(tmp_path, KEY, disk=poor, reserve_bytes=SIZE) as journal:
        assert journal.space().is_low
        assert not journal.has_batch("outcome")
        journal.commit([ended(2)], NOON, 3.0, "again")
    assert read_back(tmp_path) == [ended(1), ended(2)]


def test_another_disk_error_keeps_the_reserve(tmp_path):
    with failing_disk() as disk:
        journal = Journal.open(tmp_path, KEY, vfs=disk.name, reserve_bytes=SIZE)
        disk.fail(Operation.WRITE, 1, apsw.IOError, for_ever=True)
        with pytest.raises(CommitFailed):
            journal.commit([ended(1)], NOON, 1.0)
        assert held(tmp_path)
        journal.close()


def test_a_checkpoint_on_a_full_disk_gives_the_reserve_up(tmp_path):
    with failing_disk() as disk:
        journal = Journal.open(tmp_path, KEY, vfs=disk.name, reserve_bytes=SIZE)
        journal.commit([ended(1)], NOON, 1.0)
        disk.fail(Operation.WRITE, 1, apsw.FullError, for_ever=True)
        with pytest.raises(CheckpointFailed):
            journal.checkpoint()
        assert not (tmp_path / RESERVE_NAME).exists()
        journal.close()


def test_a_start_on_a_full_disk_uses_the_reserve(tmp_path):
    """Recovery writes: with the disk full it succeeds in the room that was kept back."""
    with Journal.open(tmp_path, KEY, reserve_bytes=SIZE) as journal:
        journal.commit([ended(1)], NOON, 1.0)
        journal._copy.close()
        journal._tail.close()
        journal._connection.close(True)
        journal._lock.release()
        journal._closed = True
    with failing_disk() as disk:
        disk.fail(Operation.WRITE, 1, apsw.FullError)  # once: then there is room
        with Journal.open(
            tmp_path, KEY, vfs=disk.name, disk=BrokenDisk(free=SIZE), reserve_bytes=SIZE
        ) as journal:
            assert not (tmp_path / RESERVE_NAME).exists()
            assert journal.last_seq == 1


def test_a_start_on_a_full_disk_without_a_reserve_is_refused_in_words(tmp_path):
    with failing_disk() as disk:
        disk.fail(Operation.WRITE, 1, apsw.FullError, for_ever=True)
        with pytest.raises(JournalDamaged, match="is refused"):
            Journal.open(tmp_path, KEY, vfs=disk.name)
    assert read_back(tmp_path) == []


def test_the_reserve_is_taken_again_when_there_is_room(tmp_path):
    disk = BrokenDisk(free=1)
    with Journal.open(tmp_path, KEY, disk=disk, reserve_bytes=SIZE) as journal:
        assert not held(tmp_path)
        disk.free = 10**9
        journal.commit([ended(1)], NOON, 1.0)
        journal.checkpoint()
        assert held(tmp_path)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (OSError(errno.ENOSPC, ""), True),
        (OSError(errno.EDQUOT, ""), True),
        (OSError(errno.EIO, ""), False),
        (apsw.FullError(""), True),
        (apsw.IOError(""), False),
    ],
)
def test_a_full_disk_is_told_from_a_broken_one(error, says):
    assert is_full(error) is says
