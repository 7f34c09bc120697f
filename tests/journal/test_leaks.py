"""Whatever fails, no descriptor stays open."""

from __future__ import annotations

from pathlib import Path

import apsw
import pytest

from kiosk.journal.connection import connect
from kiosk.journal.errors import JournalDamaged
from kiosk.journal.journal import Journal
from kiosk.journal.mirror import MIRROR_NAME
from tests.support.broken_disk import BrokenDisk
from tests.support.failing_disk import Operation, failing_disk
from tests.support.journals import KEY, NOON, ended, written

TAIL = 1  # stays open as long as the journal


class CountingDisk(BrokenDisk):
    """Knows how many of its descriptors are open."""

    def __init__(self) -> None:
        super().__init__()
        self.left_open = 0

    def open(self, path, flags, mode=0o600):
        descriptor = super().open(path, flags, mode)
        self.left_open += 1
        return descriptor

    def close(self, descriptor) -> None:
        super().close(descriptor)
        self.left_open -= 1


def test_a_mirror_that_fails_while_writing_is_closed(tmp_path):
    disk = CountingDisk()
    journal = Journal.open(tmp_path / "state", KEY, mirror=tmp_path / "mirror", disk=disk)
    assert disk.left_open == TAIL + 1
    disk.refused = {"write"}
    journal.commit([ended(1)], NOON, 1.0)
    assert disk.left_open == TAIL
    disk.refused = set()
    journal.close()
    assert disk.left_open == 0


def test_a_mirror_that_cannot_be_caught_up_is_closed(tmp_path):
    written(tmp_path / "state", 1)
    (tmp_path / "mirror").mkdir()
    disk = CountingDisk()
    disk.refused = {"write"}
    journal = Journal.open(tmp_path / "state", KEY, mirror=tmp_path / "mirror", disk=disk)
    assert journal.mirror_trouble
    assert disk.left_open == TAIL
    disk.refused = set()
    journal.close()


def test_a_mirror_that_is_refused_is_closed(tmp_path):
    with Journal.open(tmp_path / "long", KEY, mirror=tmp_path / "mirror") as journal:
        journal.commit([ended(1)], NOON, 1.0)
    disk = CountingDisk()
    with pytest.raises(JournalDamaged, match="its mirror holds row 1"):
        Journal.open(tmp_path / "short", KEY, mirror=tmp_path / "mirror", disk=disk)
    assert disk.left_open == 0


def test_a_mirror_that_holds_no_rows_is_closed(tmp_path):
    Journal.open(tmp_path / "state", KEY, mirror=tmp_path / "mirror").close()
    (tmp_path / "mirror" / MIRROR_NAME).write_bytes(b"\x00\x00\x00\x02\xa3\x05\x05\x45[]")
    disk = CountingDisk()
    with Journal.open(tmp_path / "state", KEY, mirror=tmp_path / "mirror", disk=disk):
        assert disk.left_open <= TAIL + 1
    assert disk.left_open == 0


def test_the_reserve_is_closed_once_it_is_taken(tmp_path):
    disk = CountingDisk()
    with Journal.open(tmp_path, KEY, disk=disk, reserve_bytes=4096):
        assert disk.left_open == TAIL
    assert Path(tmp_path / "journal.reserve").stat().st_size == 4096


def test_a_connection_that_cannot_be_set_up_is_closed_before_anybody_hears_of_it(tmp_path):
    with failing_disk() as disk:
        disk.fail(Operation.SYNC, 1, apsw.IOError, for_ever=True)
        with pytest.raises(apsw.IOError) as error:
            connect(tmp_path / "journal.sqlite3", disk.name)
        assert error.tb  # which holds the frame that the connection was made in
        assert not open_below(tmp_path)


def open_below(directory: Path) -> list[str]:
    """Files of this process under a directory."""
    links = [each for each in Path("/proc/self/fd").iterdir() if each.is_symlink()]
    return [str(each.readlink()) for each in links if directory in each.readlink().parents]
