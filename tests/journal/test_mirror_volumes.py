"""The mirror follows the volumes: a file for each, removed when its rows are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kiosk.domain.ledger import Ledger
from kiosk.domain.records import VolumeRemoved
from kiosk.journal.connection import FILE_NAME
from kiosk.journal.errors import JournalDamaged
from kiosk.journal.files import Disk
from kiosk.journal.findings import Kind
from kiosk.journal.journal import Journal
from kiosk.journal.mirror import (
    MIRROR_NAME,
    Mirror,
    frame_of,
    has_mirror,
    mirrored_rows,
    open_mirror,
    parts,
    torn_bytes,
)
from kiosk.journal.rebuild import rebuild
from kiosk.journal.verify import verify
from kiosk.journal.volumes import archived
from tests.support.journals import KEY, NOON, abandon, ended

SECOND, THIRD = "journal-0000000003.mirror", "journal-0000000006.mirror"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    return tmp_path / "mirror"


def lived(place: Path, volumes: int, mirror: Path | None = None, disk: Disk | None = None) -> None:
    """So many archived volumes: two rows of its own in each, after two that were carried."""
    with Journal.open(place, KEY, mirror=mirror, disk=disk or Disk()) as journal:
        journal.commit([ended(1)], NOON, 1.0)
        journal.commit([ended(2)], NOON, 1.0)
    for _ in range(volumes):
        with Journal.open(place, KEY, mirror=mirror, disk=disk or Disk()) as journal:
            journal.carry_forward(Ledger(open_visit="v"), NOON, 1.0)
        with Journal.open(place, KEY, mirror=mirror, disk=disk or Disk()) as journal:
            journal.commit([ended(3)], NOON, 1.0)


def without_oldest(place: Path, mirror: Path | None = None) -> VolumeRemoved:
    with Journal.open(place, KEY, mirror=mirror) as journal:
        record = journal.removable(2**62, frozenset())
        assert record is not None
        journal.commit([record], NOON, 1.0)
        journal.remove(record)
    return record


def names(mirror: Path) -> list[str]:
    return [each.path.name for each in parts(mirror)]


def found(place: Path, mirror: Path) -> list[Kind]:
    return [each.kind for each in verify(place, KEY, mirror=mirror).findings]


def numbers(mirror: Path) -> list[int]:
    return [row.seq for row in mirrored_rows(mirror)]


# --- following ------------------------------------------------------------------------------


def test_every_volume_has_a_file_that_is_named_by_its_first_row(place, mirror):
    lived(place, 2, mirror)
    assert names(mirror) == [MIRROR_NAME, SECOND, THIRD]
    assert [each.first for each in parts(mirror)] == [1, 3, 6]
    assert numbers(mirror) == list(range(1, 9))
    with Journal.open(place, KEY, mirror=mirror) as journal:
        assert list(mirrored_rows(mirror)) == list(journal.rows_from(1))
    assert found(place, mirror) == []


def test_other_files_beside_the_mirror_are_left_alone(place, mirror):
    lived(place, 1, mirror)
    mine = ("notes.txt", "journal-3.mirror", f"{SECOND}.old", SECOND.removesuffix("r"))
    for name in mine:
        (mirror / name).write_text("mine")
    assert names(mirror) == [MIRROR_NAME, SECOND]
    without_oldest(place, mirror)
    assert {each.name for each in mirror.iterdir()} == {*mine, SECOND}


def test_a_mirror_that_missed_volumes_copies_each_into_a_file_of_its_own(place, mirror):
    lived(place, 2)
    Journal.open(place, KEY, mirror=mirror).close()
    assert names(mirror) == [MIRROR_NAME, SECOND, THIRD]
    assert found(place, mirror) == []


def test_a_mirror_of_all_volumes_in_one_file_goes_on_in_another(place, mirror):
    lived(place, 1)
    mirror.mkdir()
    with Journal.open(place, KEY) as journal:
        rows = list(journal.rows_from(1))
    (mirror / MIRROR_NAME).write_bytes(b"".join(frame_of([row]) for row in rows))
    with Journal.open(place, KEY, mirror=mirror) as journal:
        journal.commit([ended(4)], NOON, 1.0)
        journal.carry_forward(Ledger(), NOON, 1.0)
    Journal.open(place, KEY, mirror=mirror).close()
    assert names(mirror) == [MIRROR_NAME, "journal-0000000007.mirror"]
    assert found(place, mirror) == []
    without_oldest(place, mirror)
    assert len(names(mirror)) == 2  # the file holds rows that the journal still has
    without_oldest(place, mirror)
    assert names(mirror) == ["journal-0000000007.mirror"]
    assert found(place, mirror) == []


def test_a_start_reads_the_newest_file_alone(place, mirror):
    lived(place, 2, mirror)
    (mirror / MIRROR_NAME).write_bytes(b"\xff" * 100)
    (mirror / SECOND).unlink()
    with Journal.open(place, KEY, mirror=mirror) as journal:
        assert journal.mirror_trouble == ""


# --- removal ------------------------------------------------------------------------------------


def test_what_the_journal_removes_goes_from_the_mirror_too(place, mirror):
    lived(place, 2, mirror)
    assert without_oldest(place, mirror).last_seq == 2
    assert names(mirror) == [SECOND, THIRD]
    assert found(place, mirror) == []
    assert numbers(mirror)[0] == 3
    without_oldest(place, mirror)
    assert names(mirror) == [THIRD]
    assert found(place, mirror) == []


def test_the_newest_file_is_never_removed(place, mirror):
    lived(place, 2, mirror)
    kept = open_mirror(mirror)
    kept.remove(4)
    assert names(mirror) == [SECOND, THIRD]
    kept.remove(10**9)
    assert names(mirror) == [THIRD]
    kept.close()


class CannotRemove(Disk):
    def __init__(self, place: Path) -> None:
        self.place = place

    def remove(self, path: Path) -> None:
        if path.parent == self.place:
            raise OSError(5, "disk error")
        super().remove(path)


def test_a_file_that_the_mirrors_disk_does_not_let_go_goes_with_the_next(place, mirror):
    lived(place, 2, mirror)
    with Journal.open(place, KEY, mirror=mirror, disk=CannotRemove(mirror)) as journal:
        record = journal.removable(2**62, frozenset())
        assert record is not None
        journal.commit([record], NOON, 1.0)
        journal.remove(record)
        assert "disk error" in journal.mirror_trouble
        journal.checkpoint()
        assert journal.mirror_trouble == ""  # it is written on
    assert names(mirror) == [MIRROR_NAME, SECOND, THIRD]
    Journal.open(place, KEY, mirror=mirror).close()
    assert found(place, mirror) == []  # more than the journal holds is no damage
    without_oldest(place, mirror)
    assert names(mirror) == [THIRD]


def test_a_mirror_that_is_away_when_a_volume_goes_loses_its_file_with_the_next(place, mirror):
    lived(place, 2, mirror)
    without_oldest(place)
    Journal.open(place, KEY, mirror=mirror).close()
    assert names(mirror) == [MIRROR_NAME, SECOND, THIRD]
    without_oldest(place, mirror)
    assert names(mirror) == [THIRD]
    assert found(place, mirror) == []


def test_a_new_mirror_of_a_journal_that_removed_volumes_begins_where_it_does(place, mirror):
    lived(place, 2)
    without_oldest(place)
    Journal.open(place, KEY, mirror=mirror).close()
    assert numbers(mirror)[0] == 3
    assert found(place, mirror) == []


def test_a_mirror_that_was_away_too_long_is_told_and_the_journal_opens(tmp_path, place, mirror):
    lived(place, 0, mirror)
    lived(place, 2)
    without_oldest(place)
    with Journal.open(place, KEY, mirror=mirror) as journal:
        assert re.search("ends at row 2, the journal begins at row 5", journal.mirror_trouble)
        assert journal.commit([ended(9)], NOON, 1.0) > 0
    with Journal.open(place, KEY, mirror=tmp_path / "another") as journal:
        assert journal.mirror_trouble == ""


# --- crashes and damage -----------------------------------------------------------------------


@pytest.mark.parametrize("left", [b"", b"\0\0\0", b"\0\0\0\x08torn frame"])
def test_a_file_that_a_crash_left_without_rows_is_made_anew(place, mirror, left):
    lived(place, 1, mirror)
    content = (mirror / SECOND).read_bytes()
    (mirror / SECOND).write_bytes(left)
    disk = NotingDisk()
    Journal.open(place, KEY, mirror=mirror, disk=disk).close()
    assert (mirror / SECOND).read_bytes() == content
    assert disk.names == {}
    assert found(place, mirror) == []


def test_what_a_crash_tore_before_a_file_without_rows_is_healed(place, mirror):
    lived(place, 1, mirror)
    whole = (mirror / MIRROR_NAME).read_bytes()
    (mirror / MIRROR_NAME).write_bytes(whole[:-3])
    (mirror / SECOND).write_bytes(b"")
    Journal.open(place, KEY, mirror=mirror).close()
    assert (mirror / MIRROR_NAME).read_bytes() == whole
    assert found(place, mirror) == []


def test_a_missing_file_in_the_middle_or_at_the_beginning_is_named(place, mirror):
    lived(place, 2, mirror)
    content = (mirror / SECOND).read_bytes()
    (mirror / SECOND).unlink()
    assert found(place, mirror) == [Kind.MIRROR_DIFFERS]
    (mirror / SECOND).write_bytes(content)
    assert found(place, mirror) == []
    (mirror / MIRROR_NAME).unlink()
    (finding,) = verify(place, KEY, mirror=mirror).findings
    assert (finding.kind, finding.seq) == (Kind.MIRROR_DIFFERS, 1)
    assert "holds row 3 in the place of row 1" in finding.message


def test_torn_bytes_of_every_file_count(place, mirror):
    lived(place, 1, mirror)
    for name in (MIRROR_NAME, SECOND):
        (mirror / name).write_bytes((mirror / name).read_bytes() + b"torn")
    assert torn_bytes(mirror) == 8
    assert found(place, mirror) == [Kind.MIRROR_DAMAGED]


def test_a_file_that_cannot_be_made_is_told_and_the_journal_goes_on(place, mirror):
    lived(place, 0, mirror)
    with Journal.open(place, KEY) as journal:
        journal.carry_forward(Ledger(), NOON, 1.0)
    (mirror / SECOND).symlink_to(mirror / "nowhere" / "at all")
    with Journal.open(place, KEY, mirror=mirror) as journal:
        assert journal.mirror_trouble
        assert journal.commit([ended(9)], NOON, 1.0) == 4
    (mirror / SECOND).unlink()
    Journal.open(place, KEY, mirror=mirror).close()
    assert found(place, mirror) == []


class ForgetfulDisk(Disk):
    """Fails where the names of the mirror's directory are made durable, after some times."""

    def __init__(self, place: Path, times: int) -> None:
        self.place, self.times = place, times
        self.open_files: set[int] = set()

    def open(self, path: Path, flags: int, mode: int = 0o600) -> int:
        if path == self.place:
            self.times -= 1
            if self.times < 0:
                raise OSError(5, "disk error")
        descriptor = super().open(path, flags, mode)
        self.open_files.add(descriptor)
        return descriptor

    def close(self, descriptor: int) -> None:
        super().close(descriptor)
        self.open_files.remove(descriptor)


@pytest.mark.parametrize("times", [0, 1])
def test_a_name_that_cannot_be_made_durable_leaves_no_file_open(place, mirror, times):
    lived(place, 0, mirror)
    with Journal.open(place, KEY) as journal:
        journal.carry_forward(Ledger(), NOON, 1.0)
    disk = ForgetfulDisk(mirror, times)
    with Journal.open(place, KEY, mirror=mirror, disk=disk) as journal:
        assert "disk error" in journal.mirror_trouble
        assert len(disk.open_files) == 1  # the tail
    assert disk.open_files == set()


class NotingDisk(Disk):
    """Notes which files are made durable, and which are made, in which order."""

    def __init__(self) -> None:
        self.names: dict[int, str] = {}
        self.noted: list[str] = []

    def open(self, path: Path, flags: int, mode: int = 0o600) -> int:
        descriptor = super().open(path, flags, mode)
        self.names[descriptor] = path.name
        if path.name.endswith(".mirror"):
            self.noted.append(f"open {path.name}")
        return descriptor

    def sync(self, descriptor: int) -> None:
        super().sync(descriptor)
        self.noted.append(f"sync {self.names[descriptor]}")

    def close(self, descriptor: int) -> None:
        super().close(descriptor)
        del self.names[descriptor]


def test_a_file_begins_only_when_all_before_it_is_durable(place, mirror):
    lived(place, 1)
    disk = NotingDisk()
    with Journal.open(place, KEY) as journal:
        copy = Mirror(mirror, disk)
        disk.noted.clear()
        copy.append(journal.rows_from(1))
        copy.close()
    assert disk.noted == [
        f"sync {MIRROR_NAME}",
        f"open {SECOND}",
        "sync mirror",
        f"sync {SECOND}",
    ]
    assert disk.names == {}


# --- rebuilding ---------------------------------------------------------------------------------


def test_there_is_a_mirror_where_any_of_its_files_is(place, mirror):
    assert not has_mirror(mirror)
    mirror.mkdir()
    assert not has_mirror(mirror)
    lived(place, 1, mirror)
    assert has_mirror(mirror)
    (mirror / MIRROR_NAME).unlink()
    assert has_mirror(mirror)


def damage(place: Path) -> None:
    (place / FILE_NAME).write_bytes(b"damaged" * 1000)


def test_a_journal_is_rebuilt_from_a_mirror_that_begins_with_a_later_volume(place, mirror):
    lived(place, 2, mirror)
    without_oldest(place, mirror)
    damage(place)
    rebuilt = rebuild(place, mirror, KEY)
    assert (rebuilt.rows, rebuilt.salvaged_rows) == (9, 0)
    assert [each.first for each in archived(place)] == [3]
    assert found(place, mirror) == []


def test_a_mirror_behind_the_archive_is_continued_by_it(place, mirror):
    lived(place, 0, mirror)
    with Journal.open(place, KEY) as journal:
        journal.commit([ended(5)], NOON, 1.0)
        journal.carry_forward(Ledger(open_visit="v"), NOON, 1.0)
    journal = Journal.open(place, KEY)
    journal.commit([ended(6)], NOON, 1.0)
    abandon(journal)
    rebuilt = rebuild(place, mirror, KEY)
    assert (rebuilt.rows, rebuilt.salvaged_rows) == (6, 3)
    assert [(each.first, each.last) for each in archived(place)] == [(1, 3)]
    Journal.open(place, KEY, mirror=mirror).close()
    assert found(place, mirror) == []


def test_a_mirror_behind_a_damaged_archive_rebuilds_nothing(place, mirror):
    lived(place, 0, mirror)
    with Journal.open(place, KEY) as journal:
        journal.commit([ended(5)], NOON, 1.0)
        journal.carry_forward(Ledger(open_visit="v"), NOON, 1.0)
    archived(place)[0].path.write_bytes(b"no database" * 1000)
    (place / "head.json").unlink()
    before = (place / FILE_NAME).read_bytes()
    with pytest.raises(JournalDamaged, match=r"ends at row 2, but the archive held .* up to 3"):
        rebuild(place, mirror, KEY)
    assert (place / FILE_NAME).read_bytes() == before


def test_a_mirror_whose_beginning_cannot_be_read_rebuilds_nothing(place, mirror):
    lived(place, 1, mirror)
    rows = list(mirrored_rows(mirror))
    (mirror / MIRROR_NAME).unlink()
    (first,) = [row for row in rows if row.seq == 3]
    broken = type(first)(3, first.batch, first.at_us, first.mono_ms, first.kind, "{}", first.mac)
    (mirror / SECOND).write_bytes(frame_of([broken]))
    with pytest.raises(JournalDamaged, match="does not say which row it continues"):
        rebuild(place, mirror, KEY)
