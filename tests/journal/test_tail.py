"""Rows that were committed since the last checkpoint cannot vanish unseen."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.journal.connection import FILE_NAME, LOG_SUFFIX
from kiosk.journal.errors import CommitFailed, JournalDamaged
from kiosk.journal.findings import Kind
from kiosk.journal.journal import Journal
from kiosk.journal.rebuild import rebuild
from kiosk.journal.tail import SECTOR_BYTES, TAIL_NAME, Tail, read_tail
from kiosk.journal.verify import verify
from tests.support.broken_disk import BrokenDisk
from tests.support.journals import KEY, NOON, OTHER_KEY, abandon, ended, read_back, written


def killed_with_rows_in_the_log(directory: Path, mirror: Path | None = None) -> Path:
    """Two rows in the file, two more in the log alone; the path of the log."""
    written(directory, 2)
    journal = Journal.open(directory, KEY, mirror=mirror)
    for number in (3, 4):
        journal.commit([ended(number)], NOON, float(number))
    abandon(journal)
    return directory / (FILE_NAME + LOG_SUFFIX)


def kinds(directory: Path) -> set[Kind]:
    return {finding.kind for finding in verify(directory, KEY).findings}


def test_a_deleted_log_is_refused_and_found(tmp_path: Path) -> None:
    killed_with_rows_in_the_log(tmp_path).unlink()
    assert kinds(tmp_path) == {Kind.TRUNCATION}
    with pytest.raises(JournalDamaged, match="rows were cut off"):
        Journal.open(tmp_path, KEY)


def test_a_damaged_log_is_refused_and_found(tmp_path: Path) -> None:
    log = killed_with_rows_in_the_log(tmp_path)
    content = bytearray(log.read_bytes())
    content[40] ^= 1
    log.write_bytes(content)
    assert kinds(tmp_path) == {Kind.TRUNCATION}
    with pytest.raises(JournalDamaged, match="rows were cut off"):
        Journal.open(tmp_path, KEY)


def test_a_killed_process_leaves_a_sound_journal(tmp_path: Path) -> None:
    killed_with_rows_in_the_log(tmp_path)
    assert not kinds(tmp_path)
    assert len(read_back(tmp_path)) == 4


def test_the_tail_names_the_last_row_after_every_commit(tmp_path: Path) -> None:
    with Journal.open(tmp_path, KEY) as journal:
        for number in (1, 2, 3):
            journal.commit([ended(number)], NOON, float(number))
            known = read_tail(tmp_path, KEY)
            assert known is not None
            assert known.seq == number
    assert (tmp_path / "journal.tail").stat().st_size == SECTOR_BYTES == 512


@pytest.mark.parametrize("content", [b"", b"\0" * 512, b"{}", b'{"seq": 9}'])
def test_a_torn_tail_proves_nothing(tmp_path: Path, content: bytes) -> None:
    killed_with_rows_in_the_log(tmp_path)
    (tmp_path / TAIL_NAME).write_bytes(content)
    assert not kinds(tmp_path)
    assert len(read_back(tmp_path)) == 4
    assert read_tail(tmp_path, KEY) is not None


def test_a_journal_from_before_the_tail_gets_one(tmp_path: Path) -> None:
    written(tmp_path, 2)
    (tmp_path / TAIL_NAME).unlink()
    assert not kinds(tmp_path)
    assert len(read_back(tmp_path)) == 2
    assert read_tail(tmp_path, KEY) is not None


def test_an_old_tail_is_no_damage(tmp_path: Path) -> None:
    written(tmp_path, 1)
    old = (tmp_path / TAIL_NAME).read_bytes()
    with Journal.open(tmp_path, KEY) as journal:
        journal.commit([ended(2)], NOON, 2.0)
    (tmp_path / TAIL_NAME).write_bytes(old)
    assert not kinds(tmp_path)
    assert len(read_back(tmp_path)) == 2


def test_a_tail_of_another_journal_of_this_key_is_refused(tmp_path: Path) -> None:
    written(tmp_path / "one", 2)
    with Journal.open(tmp_path / "two", KEY) as journal:
        journal.commit([ended(7), ended(8)], NOON, 1.0)
    (tmp_path / "one" / TAIL_NAME).write_bytes((tmp_path / "two" / TAIL_NAME).read_bytes())
    with pytest.raises(JournalDamaged, match=TAIL_NAME):
        Journal.open(tmp_path / "one", KEY)


def test_a_tail_of_another_key_proves_nothing(tmp_path: Path) -> None:
    written(tmp_path, 2)
    assert read_tail(tmp_path, OTHER_KEY) is None


def test_a_tail_that_cannot_be_written_makes_the_commit_doubtful(tmp_path: Path) -> None:
    disk = BrokenDisk()
    journal = Journal.open(tmp_path, KEY, disk=disk)
    disk.refused.add("write_at")
    with pytest.raises(CommitFailed) as failed:
        journal.commit([ended(1)], NOON, 1.0)
    disk.refused.clear()
    with pytest.raises(AssertionError, match="reopened first"):
        journal.commit([ended(2)], NOON, 1.0)
    journal.close()
    with Journal.open(tmp_path, KEY, disk=disk) as again:
        assert again.has_batch(failed.value.batch_id)


def test_a_start_that_cannot_write_the_tail_leaves_the_journal_free(tmp_path: Path) -> None:
    written(tmp_path, 1)
    disk = BrokenDisk()
    disk.refused.add("write_at")
    before = set(Path("/proc/self/fd").iterdir())
    with pytest.raises(OSError, match="Input/output") as failed:
        Journal.open(tmp_path, KEY, disk=disk, mirror=tmp_path / "copy")
    assert set(Path("/proc/self/fd").iterdir()) == before
    assert failed.value.__traceback__ is not None  # what it holds is still alive
    assert len(read_back(tmp_path)) == 1


def test_the_mirror_brings_back_what_a_deleted_log_took(tmp_path: Path) -> None:
    mirror = tmp_path / "mirror"
    killed_with_rows_in_the_log(tmp_path / "state", mirror).unlink()
    assert rebuild(tmp_path / "state", mirror, KEY).rows == 4
    assert len(read_back(tmp_path / "state")) == 4


def test_a_rebuild_says_how_many_rows_nothing_holds_any_more(tmp_path: Path) -> None:
    mirror, state = tmp_path / "mirror", tmp_path / "state"
    log = killed_with_rows_in_the_log(state, mirror)
    with (mirror / "journal.mirror").open("r+b") as file:
        file.truncate(file.seek(0, 2) - 5)
    log.unlink()
    rebuilt = rebuild(state, mirror, KEY)
    assert (rebuilt.rows, rebuilt.lost_rows) == (3, 1)
    assert len(read_back(state)) == 3
    assert (rebuilt.put_aside / TAIL_NAME).exists()


def test_a_new_tail_whose_name_cannot_be_made_durable_leaves_no_file_open(tmp_path: Path) -> None:
    disk = BrokenDisk()
    disk.refused.add("sync")
    before = set(Path("/proc/self/fd").iterdir())
    with pytest.raises(OSError, match="Input/output") as failed:
        Tail(tmp_path, KEY, disk)
    assert set(Path("/proc/self/fd").iterdir()) == before
    assert failed.value.__traceback__ is not None  # what it holds is still alive


def test_the_name_of_a_tail_that_is_there_is_durable_already(tmp_path: Path) -> None:
    Tail(tmp_path, KEY).close()
    disk = BrokenDisk()
    disk.refused.add("sync")
    Tail(tmp_path, KEY, disk).close()


def test_without_a_tail_the_head_still_tells_of_rows_that_were_cut_off(tmp_path: Path) -> None:
    written(tmp_path, 2)
    old = (tmp_path / FILE_NAME).read_bytes()
    with Journal.open(tmp_path, KEY) as journal:
        journal.commit([ended(3)], NOON, 3.0)
    (tmp_path / FILE_NAME).write_bytes(old)
    (tmp_path / (FILE_NAME + LOG_SUFFIX)).unlink()
    (tmp_path / TAIL_NAME).unlink()
    with pytest.raises(JournalDamaged, match="ends at row 2, but row 3 was committed"):
        Journal.open(tmp_path, KEY)
