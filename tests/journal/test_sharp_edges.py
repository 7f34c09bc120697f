"""Names, limits and orders that only matter on the day something has gone wrong."""

from __future__ import annotations

import errno
import os
import resource
import zlib
from datetime import timedelta
from io import StringIO
from pathlib import Path

import apsw
import pytest

from kiosk.domain.records import DeviceChanged, KioskStarted
from kiosk.journal import chain, keys
from kiosk.journal.connection import (
    FILE_NAME,
    LOG_SUFFIX,
    connect,
    connect_to_archive,
    connect_to_read,
)
from kiosk.journal.errors import JournalDamaged, JournalInUse
from kiosk.journal.export import export_json_lines
from kiosk.journal.files import Disk
from kiosk.journal.findings import Kind
from kiosk.journal.journal import Journal
from kiosk.journal.migrate import migrations
from kiosk.journal.mirror import MIRROR_NAME
from kiosk.journal.reader import Reader
from kiosk.journal.rebuild import REBUILT_NAME, rebuild
from kiosk.journal.space import Space
from kiosk.journal.verify import verify
from kiosk.journal.walk import MAX_SUSPECTS
from tests.support.journals import (
    KEY,
    NOON,
    OTHER_KEY,
    abandon,
    ended,
    read_back,
    tamper,
    written,
)

NEXT = (*migrations(), "CREATE TABLE extra (note TEXT) STRICT")


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def kinds(directory: Path, key: bytes = KEY) -> list[Kind]:
    return [finding.kind for finding in verify(directory, key).findings]


# --- names and limits ----------------------------------------------------------------------------


def test_the_files_of_a_kiosk_keep_their_names_for_ever(tmp_path):
    key = keys.for_directory(tmp_path / "state").journal
    with Journal.open(
        tmp_path / "state", key, mirror=tmp_path / "mirror", reserve_bytes=4096
    ) as journal:
        journal.commit([ended(1)], NOON, 1.0)
    names = {each.name for each in (tmp_path / "state").iterdir()}
    assert names - {"journal.sqlite3-wal"} == {
        *("journal.sqlite3", "journal.key", "journal.lock", "journal.reserve", "head.json"),
        "journal.tail",
    }
    assert {each.name for each in (tmp_path / "mirror").iterdir()} == {"journal.mirror"}


def test_every_file_of_a_journal_is_its_owners_alone(tmp_path):
    keys.for_directory(tmp_path / "state")
    with Journal.open(tmp_path / "state", KEY, reserve_bytes=4096) as journal:
        journal.commit([ended(1)], NOON, 1.0)
        modes = {each.name: each.stat().st_mode & 0o777 for each in (tmp_path / "state").iterdir()}
    assert set(modes.values()) == {0o600}, modes


def test_space_is_low_below_sixty_four_mebibytes():
    assert Space((64 << 20) - 1, is_reserve_whole=True).is_low
    assert not Space(64 << 20, is_reserve_whole=True).is_low
    assert not Space((80 << 20) - 1, is_reserve_whole=True).is_ample
    assert Space(80 << 20, is_reserve_whole=True).is_ample


def test_a_journal_without_a_mirror_has_no_trouble_with_it(tmp_path):
    with Journal.open(tmp_path, KEY) as journal:
        assert journal.mirror_trouble == ""


def test_a_clock_step_of_five_seconds_is_told_from_a_jump(tmp_path):
    with Journal.open(tmp_path, KEY) as journal:
        journal.commit([ended(1)], NOON, 0.0)
        journal.commit([ended(2)], NOON + timedelta(seconds=5), 0.0)
        journal.commit([ended(3)], NOON + timedelta(seconds=10.001), 0.0)
    (jump,) = verify(tmp_path, KEY).findings
    assert (jump.kind, jump.seq) == (Kind.CLOCK_JUMP, 3)


def test_exported_words_stay_readable(tmp_path):
    with Journal.open(tmp_path, KEY) as journal:
        journal.commit([DeviceChanged("receipt_printer", "纸")], NOON, 1.0)
        out = StringIO()
        export_json_lines(journal.records(), out)
    assert "纸" in out.getvalue()


# --- the file itself -----------------------------------------------------------------------------


def test_no_statement_can_rewrite_the_schema_behind_the_triggers(tmp_path):
    written(tmp_path, 1)
    connection = connect(tmp_path / FILE_NAME)
    try:
        connection.pragma("writable_schema", 1)
        with pytest.raises(apsw.SQLError, match="may not be modified"):
            connection.execute("DELETE FROM sqlite_schema WHERE type = 'trigger'")
    finally:
        connection.close(True)


@pytest.mark.parametrize("opened", [connect, connect_to_read, connect_to_archive])
def test_every_connection_is_hardened_against_what_somebody_put_into_the_file(tmp_path, opened):
    written(tmp_path, 1)
    connection = opened(tmp_path / FILE_NAME)
    assert connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, -1) == 1
    assert connection.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, -1) == 0
    assert connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, -1) == 1
    assert connection.pragma("cell_size_check") == 1
    connection.close(True)


def test_the_log_that_a_killed_kiosk_left_is_written_anew_before_it_is_read(tmp_path):
    journal = Journal.open(tmp_path / "state", KEY)
    journal.commit([ended(1)], NOON, 1.0)
    abandon(journal)
    log = tmp_path / "state" / (FILE_NAME + LOG_SUFFIX)
    with log.open("rb") as left:
        disk = NotingDisk()
        Journal.open(tmp_path / "state", KEY, disk=disk).close()
        assert not os.path.samestat(os.fstat(left.fileno()), log.stat())
    written_anew = disk.synced.index(f"{log.name}.new")
    assert disk.synced[written_anew + 1] == "state"


def test_a_journal_can_be_closed_while_it_is_being_read(tmp_path):
    written(tmp_path, 3)
    journal = Journal.open(tmp_path, KEY)
    rows = journal.records()
    next(rows)
    journal.close()
    assert len(read_back(tmp_path)) == 3


def test_a_reader_gives_the_file_back_in_the_middle_of_reading(tmp_path):
    written(tmp_path, 3)
    reader = Reader(tmp_path)
    with reader:
        rows = reader.rows()
        next(rows)
    assert len(read_back(tmp_path)) == 3


class OnceBroken(Disk):
    """Refuses the first write with an error that is no want of room."""

    def __init__(self) -> None:
        self.is_mended = False

    def write(self, descriptor, content):
        if not self.is_mended:
            self.is_mended = True
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        super().write(descriptor, content)


def test_only_a_full_disk_is_tried_again(tmp_path):
    with pytest.raises(OSError, match="Input/output"):
        Journal.open(tmp_path, KEY, disk=OnceBroken(), reserve_bytes=4096)


def test_a_journal_in_use_is_refused_without_leaving_a_file_open(tmp_path):
    with Journal.open(tmp_path, KEY):
        before = open_files()
        with pytest.raises(JournalInUse) as refused:
            Journal.open(tmp_path, KEY)
        assert open_files() == before
        assert refused.value.__traceback__ is not None  # what it holds is still alive


def test_a_journal_that_is_refused_leaves_no_file_open(tmp_path):
    written(tmp_path, 2)
    (tmp_path / "head.json").unlink()
    before = open_files()
    with pytest.raises(JournalDamaged) as refused:
        Journal.open(tmp_path, KEY)
    assert open_files() == before
    assert refused.value.__traceback__ is not None  # what it holds is still alive


# --- upgrades and rebuilds -------------------------------------------------------------------------


class NotingDisk(Disk):
    """Notes what is made durable, by name, and which descriptors are given back."""

    def __init__(self) -> None:
        self.names: dict[int, str] = {}
        self.synced: list[str] = []

    def open(self, path, flags, mode=0o600):
        descriptor = super().open(path, flags, mode)
        self.names[descriptor] = path.name
        return descriptor

    def sync(self, descriptor):
        super().sync(descriptor)
        self.synced.append(self.names[descriptor])

    def close(self, descriptor):
        super().close(descriptor)
        del self.names[descriptor]


def test_the_copy_made_before_an_upgrade_is_durable_with_its_name(tmp_path):
    written(tmp_path / "state", 2)
    disk = NotingDisk()
    Journal.open(tmp_path / "state", KEY, steps=NEXT, disk=disk).close()
    copied = disk.synced.index("journal.v1.sqlite3")
    assert disk.synced[copied + 1] == "state"
    assert not disk.names


def mirrored(tmp_path: Path) -> tuple[Path, Path]:
    place, mirror = tmp_path / "state", tmp_path / "mirror"
    with Journal.open(place, KEY, mirror=mirror) as journal:
        for number in (1, 2, 3):
            journal.commit([ended(number)], NOON, 1.0)
    return place, mirror


def test_what_is_put_aside_is_durable_before_the_new_journal_takes_its_place(tmp_path):
    place, mirror = mirrored(tmp_path)
    disk = NotingDisk()
    rebuild(place, mirror, KEY, disk=disk)
    assert "damaged-1" in disk.synced
    assert not disk.names


def test_a_rebuild_leaves_no_file_open(tmp_path):
    place, mirror = mirrored(tmp_path)
    journal = Journal.open(place, KEY)
    for number in (4, 5, 6):
        journal.commit([ended(number)], NOON, 1.0)
    abandon(journal)
    tamper(place, "UPDATE entry SET body = '{}' WHERE seq = 5")
    before = open_files()
    assert rebuild(place, mirror, KEY).salvaged_rows == 1
    assert open_files() == before


def test_logs_of_a_rebuild_that_was_cut_are_not_taken_for_those_of_the_next(tmp_path):
    place, mirror = mirrored(tmp_path)
    new = place / REBUILT_NAME
    cut = connect(new)
    cut.execute("CREATE TABLE entry (seq INTEGER)")
    log = new.with_name(new.name + "-wal").read_bytes()
    cut.close(True)
    new.unlink()
    new.with_name(new.name + "-wal").write_bytes(log)
    new.with_name(new.name + "-journal").write_bytes(b"left over")
    assert rebuild(place, mirror, KEY).rows == 3
    assert len(read_back(place)) == 3
    assert not list(place.glob(f"{REBUILT_NAME}*"))


def test_a_mirror_that_cannot_be_understood_is_not_kept_open(tmp_path):
    place, mirror = mirrored(tmp_path)
    (mirror / MIRROR_NAME).write_bytes(b"\0\0\0\2" + zlib.crc32(b"[]").to_bytes(4) + b"[]")
    disk = NotingDisk()
    journal = Journal.open(place, KEY, mirror=mirror, disk=disk)
    assert journal.mirror_trouble
    assert set(disk.names.values()) == {"journal.tail"}
    journal.close()


# --- verification ----------------------------------------------------------------------------------


def damage(directory: Path, offset: int, content: bytes) -> None:
    with (directory / FILE_NAME).open("r+b") as file:
        file.seek(offset)
        file.write(content)


def page_of(directory: Path, table: str) -> int:
    connection = apsw.Connection(str(directory / FILE_NAME))
    page = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).get
    size = connection.pragma("page_size")
    connection.close()
    return (page - 1) * size


def test_a_file_that_is_no_database_has_no_rows(tmp_path):
    written(tmp_path, 2)
    damage(tmp_path, 0, b"no database at all")
    report = verify(tmp_path, KEY)
    assert report.rows == 0
    assert [finding.kind for finding in report.findings] == [Kind.CORRUPT_FILE]


def test_what_the_integrity_check_says_is_passed_on(tmp_path):
    written(tmp_path, 2)
    damage(tmp_path, 36, b"\x00\x00\x00\x09")  # the count of free pages
    (finding,) = verify(tmp_path, KEY).findings
    assert finding.kind is Kind.CORRUPT_FILE
    assert "reelist" in finding.message


def test_rows_that_cannot_be_read_are_corruption(tmp_path):
    written(tmp_path, 2)
    damage(tmp_path, page_of(tmp_path, "entry"), b"\xff" * 64)
    messages = [finding.message for finding in verify(tmp_path, KEY).findings]
    assert any("rows cannot be read" in message for message in messages)


def test_a_schema_that_cannot_be_read_is_corruption(tmp_path):
    written(tmp_path, 2)
    damage(tmp_path, 100, b"\xff" * 64)
    messages = [finding.message for finding in verify(tmp_path, KEY).findings]
    assert any("SQLite refuses the file" in message for message in messages)


def test_another_journals_rows_without_a_head_are_told_by_the_key(tmp_path):
    written(tmp_path, 2)
    (tmp_path / "head.json").unlink()
    assert kinds(tmp_path, OTHER_KEY) == [Kind.WRONG_KEY, Kind.HEAD_MISSING]


def test_edits_that_are_only_counted_name_the_first_of_them(tmp_path):
    written(tmp_path, MAX_SUSPECTS + 11)
    tamper(tmp_path, "UPDATE entry SET body = '{}' WHERE seq > 1")
    assert verify(tmp_path, KEY).findings[-1].seq == MAX_SUSPECTS + 2


def test_a_row_number_below_the_first_is_a_gap_in_words(tmp_path):
    written(tmp_path, 3)
    tamper(tmp_path, "DELETE FROM entry WHERE seq = 1")
    first = verify(tmp_path, KEY).findings[0]
    assert (first.kind, first.message) == (Kind.GAP, "rows 1 to 1 are missing")


def test_a_start_leaves_the_clock_unjudged(tmp_path):
    with Journal.open(tmp_path, KEY) as journal:
        journal.commit([ended(1)], NOON, 900.0)
        journal.commit([KioskStarted("b", "1")], NOON + timedelta(days=1), 0.0)
    assert kinds(tmp_path) == []


def test_the_first_mac_depends_on_the_key():
    assert chain.first_mac(KEY) != chain.first_mac(OTHER_KEY)


def test_a_log_that_a_killed_kiosk_left_is_renewed_without_leaving_a_file_open(tmp_path):
    journal = Journal.open(tmp_path, KEY)
    journal.commit([ended(1)], NOON, 1.0)
    abandon(journal)
    before = open_files()
    assert len(read_back(tmp_path)) == 1
    assert open_files() == before


# --- what is no file, no row, no room --------------------------------------------------------------


def test_a_head_that_is_a_directory_is_damage_in_words(tmp_path):
    written(tmp_path, 1)
    (tmp_path / "head.json").unlink()
    (tmp_path / "head.json").mkdir()
    with pytest.raises(JournalDamaged, match="head.json cannot be read: Is a directory"):
        Journal.open(tmp_path, KEY)
    assert kinds(tmp_path) == [Kind.HEAD_CHANGED]


def test_a_write_in_place_that_comes_short_is_an_error_of_the_disk(tmp_path):
    descriptor = os.open(tmp_path / "file", os.O_WRONLY | os.O_CREAT)
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300, most))  # the kernel writes what fits
    try:
        with pytest.raises(OSError, match="Input/output"):
            Disk().write_at(descriptor, b"x" * 512, 0)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        os.close(descriptor)
    assert (tmp_path / "file").stat().st_size == 300


def test_rows_of_a_page_that_is_damaged_are_damage_for_whoever_only_reads(tmp_path):
    written(tmp_path, 3)
    with Journal.open(tmp_path, KEY) as journal:
        assert [row.seq for row in journal.rows(2, 5)] == [2, 3]
    tamper(tmp_path, "UPDATE entry SET kind = CAST(x'ff' AS TEXT) WHERE seq = 2")
    with (
        Journal.open(tmp_path, KEY) as journal,
        pytest.raises(JournalDamaged, match="cannot be read"),
    ):
        journal.rows(1, 3)


def test_rows_that_cannot_be_read_are_not_compared_with_the_mirror(tmp_path):
    place, mirror = mirrored(tmp_path)
    damage(place, page_of(place, "entry"), b"\xff" * 64)
    found = {finding.kind for finding in verify(place, KEY, mirror=mirror).findings}
    assert {Kind.CORRUPT_FILE, Kind.MIRROR_AHEAD} <= found


def make_loose(path: Path) -> None:
    """Let columns hold any type, as bytes that somebody changed may."""
    connection = apsw.Connection(str(path))
    connection.pragma("writable_schema", 1)
    connection.execute("UPDATE sqlite_schema SET sql = replace(sql, ') STRICT', ')')")
    connection.close()


def test_a_value_of_another_type_is_an_edit_and_says_nothing_of_its_neighbours(tmp_path):
    written(tmp_path, 3)
    make_loose(tmp_path / FILE_NAME)
    tamper(tmp_path, "UPDATE entry SET at_us = 'noon' WHERE seq = 2")
    found = [(each.kind, each.seq) for each in verify(tmp_path, KEY).findings]
    assert (Kind.EDITED_ROW, 2) in found
    assert {kind for kind, _ in found} == {Kind.EDITED_ROW, Kind.CHANGED_SCHEMA}
    with (
        Reader(tmp_path) as reader,
        pytest.raises(JournalDamaged, match="place of row 2 is no row"),
    ):
        list(reader.rows())
