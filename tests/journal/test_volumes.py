"""The journal in volumes: what the ledger knows is carried forward, the rest is archived."""

from __future__ import annotations

import json
from dataclasses import astuple, replace
from datetime import timedelta
from functools import partial

import apsw
import pytest

from kiosk.domain.ledger import Ledger, PrintJob, rebuild
from kiosk.domain.records import PrintState, VisitOpened
from kiosk.engine.diary import JournalDiary, Volumes
from kiosk.engine.engine import CommitUncertain
from kiosk.journal.carry import INSERT, assert_carries, beginning_anywhere
from kiosk.journal.chain import microseconds
from kiosk.journal.connection import FILE_NAME
from kiosk.journal.errors import CheckpointFailed, JournalDamaged, NotCarried
from kiosk.journal.files import Disk
from kiosk.journal.findings import Kind
from kiosk.journal.head import Head
from kiosk.journal.journal import Journal
from kiosk.journal.migrate import migrations
from kiosk.journal.mirror import frame_of, mirrored_rows
from kiosk.journal.reader import SLICE_ROWS, Reader
from kiosk.journal.rebuild import rebuild as rebuild_journal
from kiosk.journal.tail import TAIL_NAME, Tail
from kiosk.journal.verify import verify
from kiosk.journal.volumes import archived, removable
from tests.support.journals import KEY, NOON, ended, tamper


def carried(directory, volumes=1, mirror=None, rows=3):
    """A journal of that many archived volumes with `rows` own rows each, closed."""
    for number in range(volumes):
        with Journal.open(directory, KEY, mirror=mirror) as journal:
            for each in range(rows):
                journal.commit([ended(number * rows + each)], NOON, 1.0)
            journal.carry_forward(Ledger(open_visit="v"), NOON, 2.0)
    with Journal.open(directory, KEY, mirror=mirror) as journal:
        journal.commit([ended(99)], NOON, 3.0)


def test_a_carried_journal_begins_with_what_the_ledger_knows(tmp_path):
    with Journal.open(tmp_path, KEY) as journal:
        journal.commit([VisitOpened("v", "resident", "00" * 16)], NOON, 1.0)
        journal.carry_forward(Ledger(open_visit="v"), NOON, 2.0)
    with Journal.open(tmp_path, KEY) as journal:
        assert [row.kind for row in journal.records()] == ["CarriedForward", "Carried"]
        assert rebuild(row.record() for row in journal.records()) == Ledger(open_visit="v")
        assert journal.commit([ended(1)], NOON, 3.0) == 4
        assert [row.seq for row in journal.rows_from(1)] == [1, 2, 3, 4]
        assert [row.seq for row in journal.rows(1, 2)] == [1, 2]
    assert [(each.first, each.last) for each in archived(tmp_path)] == [(1, 1)]


def test_many_volumes_are_one_sound_chain_with_its_mirror(tmp_path):
    carried(tmp_path / "a", 3, tmp_path / "mirror")
    report = verify(tmp_path / "a", KEY, mirror=tmp_path / "mirror")
    assert report.findings == ()
    with Reader(tmp_path / "a") as reader:
        rows = list(reader.rows())
        assert [row.seq for row in rows] == list(range(1, report.rows + 1))
        assert sum(row.kind == "CarriedForward" for row in rows) == 3


def kinds(directory, mirror=None):
    return {finding.kind for finding in verify(directory, KEY, mirror=mirror).findings}


def test_a_missing_volume_is_named(tmp_path):
    carried(tmp_path, 3)
    archived(tmp_path)[1].path.unlink()
    assert kinds(tmp_path) == {Kind.VOLUME_MISSING}


def test_a_missing_first_volume_is_named_as_long_as_no_record_explains_it(tmp_path):
    carried(tmp_path, 2)
    archived(tmp_path)[0].path.unlink()
    (finding,) = verify(tmp_path, KEY).findings
    assert (finding.kind, finding.seq) == (Kind.VOLUME_MISSING, 1)


def test_a_volume_under_anothers_name_is_named(tmp_path):
    carried(tmp_path, 2)
    first, second = archived(tmp_path)
    content = first.path.read_bytes()
    first.path.write_bytes(second.path.read_bytes())
    second.path.write_bytes(content)
    assert Kind.VOLUME_SWAPPED in kinds(tmp_path)


@pytest.mark.parametrize(
    ("statements", "kind"),
    [
        (("DROP TRIGGER entry_is_never_changed", "UPDATE entry SET body = '{}' WHERE seq = 2"),
         Kind.EDITED_ROW),
        (("DROP TRIGGER entry_is_never_deleted", "DELETE FROM entry WHERE seq = 3"),
         Kind.TRUNCATION),
        (("DROP TRIGGER entry_is_never_deleted", "DELETE FROM entry WHERE seq = 2"), Kind.GAP),
    ],
)  # fmt: skip
def test_a_changed_volume_is_named_by_its_kind(tmp_path, statements, kind):
    carried(tmp_path, 2)
    connection = apsw.Connection(str(archived(tmp_path)[0].path))
    for statement in statements:
        connection.execute(statement)
    connection.close()
    assert kind in kinds(tmp_path)


def test_a_file_in_the_archive_that_is_no_volume_is_named(tmp_path):
    carried(tmp_path)
    archived(tmp_path)[0].path.write_bytes(b"no database" * 1000)
    assert Kind.CORRUPT_FILE in kinds(tmp_path)


def test_an_archived_volume_put_back_as_the_journal_is_refused(tmp_path):
    carried(tmp_path)
    (tmp_path / FILE_NAME).write_bytes(archived(tmp_path)[0].path.read_bytes())
    (tmp_path / (FILE_NAME + "-wal")).unlink()
    with pytest.raises(JournalDamaged, match="ends at row 3"):
        Journal.open(tmp_path, KEY)
    assert archived(tmp_path)[0].path.exists()


def test_nothing_is_switched_when_the_new_volume_would_not_give_the_ledger(tmp_path):
    wrong = Ledger(owed={("a", "b"): "no JSON gives a pair back"})
    with Journal.open(tmp_path, KEY) as journal:
        journal.commit([ended(1)], NOON, 1.0)
        with pytest.raises(NotCarried):
            journal.carry_forward(wrong, NOON, 2.0)
        assert journal.commit([ended(2)], NOON, 3.0) == 2
    assert archived(tmp_path) == ()
    assert not list(tmp_path.glob("journal.next*"))
    assert kinds(tmp_path) == set()


def test_an_empty_journal_has_nothing_to_carry(tmp_path):
    with Journal.open(tmp_path, KEY) as journal, pytest.raises(NotCarried, match="empty"):
        journal.carry_forward(Ledger(), NOON, 1.0)


def test_a_journal_in_volumes_is_rebuilt_from_its_mirror(tmp_path):
    carried(tmp_path / "a", 2, tmp_path / "mirror")
    (tmp_path / "a" / FILE_NAME).write_bytes(b"damaged" * 1000)
    rebuilt = rebuild_journal(tmp_path / "a", tmp_path / "mirror", KEY)
    assert rebuilt.salvaged_rows == 0
    assert kinds(tmp_path / "a", tmp_path / "mirror") == set()
    with Journal.open(tmp_path / "a", KEY, mirror=tmp_path / "mirror") as journal:
        assert next(journal.records()).kind == "CarriedForward"


def test_a_volume_that_nothing_follows_any_more_is_taken_back_by_a_rebuild(tmp_path):
    with Journal.open(tmp_path / "a", KEY, mirror=tmp_path / "mirror") as journal:
        journal.commit([ended(1)], NOON, 1.0)
        journal.carry_forward(Ledger(), NOON, 2.0)  # the mirror has not heard of it
    (tmp_path / "a" / FILE_NAME).write_bytes(b"damaged" * 1000)
    assert rebuild_journal(tmp_path / "a", tmp_path / "mirror", KEY).rows == 1
    assert kinds(tmp_path / "a", tmp_path / "mirror") == set()
    assert archived(tmp_path / "a") == ()


def test_a_mirror_that_missed_a_volume_copies_it_from_the_archive(tmp_path):
    carried(tmp_path / "a", 2)
    with Journal.open(tmp_path / "a", KEY, mirror=tmp_path / "mirror") as journal:
        assert journal.mirror_trouble == ""
    assert kinds(tmp_path / "a", tmp_path / "mirror") == set()


# --- how long volumes are kept -------------------------------------------------------------


def kept_for(directory, ledger, years, at, mirror=None):
    """A diary that began its volumes at noon and carries forward at `at`."""
    carried(directory, 1, mirror)
    diary = JournalDiary(
        partial(Journal.open, directory, KEY, mirror=mirror), Volumes(rows=1, keep_years=years)
    )
    assert diary.carry(ledger, at, 9.0)
    diary.close()
    return [each.first for each in archived(directory)]


SIXTEEN_YEARS = NOON + timedelta(days=16 * 366)


def test_a_volume_past_its_time_is_removed_and_a_row_says_so(tmp_path):
    mirror = tmp_path / "mirror"
    assert kept_for(tmp_path / "a", Ledger(), 15, SIXTEEN_YEARS, mirror) == [4]
    assert {k for k in kinds(tmp_path / "a", mirror) if k is not Kind.CLOCK_JUMP} == set()
    with Reader(tmp_path / "a") as reader:
        assert [row.kind for row in reader.rows()].count("VolumeRemoved") == 1


def test_a_volume_is_kept_for_ever_where_no_years_are_set(tmp_path):
    assert kept_for(tmp_path, Ledger(), 0, SIXTEEN_YEARS) == [1, 4]


def test_a_volume_is_kept_until_its_time_has_passed(tmp_path):
    assert kept_for(tmp_path, Ledger(), 15, NOON + timedelta(days=14 * 365)) == [1, 4]


def test_a_volume_that_tells_of_something_open_is_never_removed(tmp_path):
    job = PrintJob("visit-1", "c", "r", 0, PrintState.INTENDED)
    assert kept_for(tmp_path, Ledger(jobs={"visit-1": job}), 15, SIXTEEN_YEARS) == [1, 4]


def test_a_damaged_volume_is_not_removed(tmp_path):
    carried(tmp_path)
    archived(tmp_path)[0].path.write_bytes(b"no database" * 1000)
    diary = JournalDiary(partial(Journal.open, tmp_path, KEY), Volumes(rows=1, keep_years=15))
    assert diary.carry(Ledger(), SIXTEEN_YEARS, 9.0)
    diary.close()
    assert [each.first for each in archived(tmp_path)] == [1, 4]


@pytest.mark.parametrize(("rows", "days", "begins"), [(9, 1, False), (5, 1, True), (9, 366, False)])
def test_a_volume_begins_by_its_rows_and_by_its_age_only_where_there_are_many(
    tmp_path, rows, days, begins
):
    carried(tmp_path)  # three rows of its own: the beginning, the ledger, one more
    with Journal.open(tmp_path, KEY) as journal:
        journal.commit([ended(1), ended(2)], NOON, 4.0)
    diary = JournalDiary(partial(Journal.open, tmp_path, KEY), Volumes(rows=rows))
    assert diary.carry(Ledger(), NOON + timedelta(days=days), 9.0) is begins
    diary.close()


def test_a_diary_that_could_not_carry_asks_again_a_day_later(tmp_path):
    carried(tmp_path)
    diary = JournalDiary(partial(Journal.open, tmp_path, KEY), Volumes(rows=1))
    wrong = Ledger(owed={("a", "b"): "no JSON gives a pair back"})
    assert not diary.carry(wrong, NOON, 10.0)
    assert not diary.carry(Ledger(), NOON, 86400.0)
    assert diary.carry(Ledger(), NOON, 86411.0)
    diary.close()


# --- damage and crashes --------------------------------------------------------------------


@pytest.mark.parametrize("body", ["{}", "no JSON", '{"part":"x"}'])
def test_a_beginning_that_does_not_say_what_it_continues_is_refused_and_named(tmp_path, body):
    carried(tmp_path)
    tamper(tmp_path, f"UPDATE entry SET body = '{body}' WHERE seq = 4")
    with pytest.raises(JournalDamaged, match="does not say which row it continues"):
        Journal.open(tmp_path, KEY)
    assert Kind.EDITED_ROW in kinds(tmp_path)
    archived(tmp_path)[0].path.unlink()
    assert Kind.EDITED_ROW in kinds(tmp_path)


@pytest.mark.parametrize("last_seq", [2, 3])
def test_a_beginning_that_names_another_row_is_refused(tmp_path, last_seq):
    carried(tmp_path)
    said = json.dumps({"volume": "v", "last_seq": last_seq, "last_mac": "00" * 32, "carried": 1})
    tamper(tmp_path, f"UPDATE entry SET body = '{said}' WHERE seq = 4")
    with (
        pytest.raises(JournalDamaged, match=r"not what was committed|not the one that .* names"),
        Journal.open(tmp_path, KEY) as journal,
    ):
        list(journal.records())
    archived(tmp_path)[0].path.unlink()
    assert Kind.EDITED_ROW in kinds(tmp_path)


def test_a_row_of_other_types_in_a_volume_is_damage(tmp_path):
    carried(tmp_path, 2)
    oldest = archived(tmp_path)[0]
    connection = apsw.Connection(str(oldest.path))
    connection.execute("DROP TRIGGER entry_is_never_changed")
    connection.execute("PRAGMA ignore_check_constraints = 1")
    connection.execute("UPDATE entry SET body = CAST(x'ff' AS TEXT) WHERE seq = 2")
    connection.close()
    with pytest.raises(JournalDamaged, match="cannot be read"):
        list(oldest.rows())
    assert Kind.EDITED_ROW in kinds(tmp_path)


def test_a_volume_that_is_a_directory_is_named(tmp_path):
    mirror = tmp_path / "mirror"
    carried(tmp_path / "a", 1, mirror)
    path = archived(tmp_path / "a")[0].path
    path.unlink()
    path.mkdir()
    assert {Kind.CORRUPT_FILE, Kind.VOLUME_MISSING} <= kinds(tmp_path / "a", mirror)


def test_a_volume_without_its_last_row_or_with_a_row_that_is_no_json_is_not_removed(tmp_path):
    carried(tmp_path)
    path = archived(tmp_path)[0].path
    assert removable(tmp_path, 2**62, frozenset()).last_seq == 3
    connection = apsw.Connection(str(path))
    connection.execute("DROP TRIGGER entry_is_never_changed")
    connection.execute("DROP TRIGGER entry_is_never_deleted")
    connection.execute("UPDATE entry SET body = 'no JSON' WHERE seq = 2")
    connection.close()
    with pytest.raises(JournalDamaged, match="no JSON"):
        removable(tmp_path, 2**62, frozenset())
    connection = apsw.Connection(str(path))
    connection.execute("DELETE FROM entry WHERE seq = 3")
    connection.close()
    with pytest.raises(JournalDamaged, match="lacks its last row"):
        removable(tmp_path, 2**62, frozenset())


class Failing(Disk):
    """Fails at one kind of call, from the moment it is told to."""

    fails = ""

    def link(self, old, new):
        self._check("link")
        super().link(old, new)

    def replace(self, old, new):
        self._check("replace")
        super().replace(old, new)

    def remove(self, path):
        self._check("remove")
        super().remove(path)

    def _check(self, call):
        if call == self.fails:
            raise OSError(5, "disk error")


@pytest.mark.parametrize("call", ["link", "replace", "remove"])
def test_a_change_of_volumes_that_fails_is_taken_back_by_the_next_start(tmp_path, call):
    disk = Failing()
    diary = JournalDiary(partial(Journal.open, tmp_path, KEY, disk=disk), Volumes(rows=1))
    diary.commit([ended(1)], NOON, 1.0, "a")
    disk.fails = call
    with pytest.raises(CommitUncertain, match="disk error"):
        diary.carry(Ledger(), NOON, 2.0)
    disk.fails = ""
    assert diary.reopen() == (ended(1),)
    assert archived(tmp_path) == ()
    assert not list(tmp_path.glob("journal.next*"))
    assert not diary.carry(Ledger(), NOON, 3.0)
    assert diary.carry(Ledger(), NOON + timedelta(days=1), 86403.0)
    diary.close()
    assert kinds(tmp_path) <= {Kind.CLOCK_JUMP}


def test_a_volume_that_the_disk_does_not_let_go_stops_the_kiosk_and_is_tried_again(tmp_path):
    carried(tmp_path)
    disk = Failing()
    opened = partial(Journal.open, tmp_path, KEY, disk=disk)
    diary = JournalDiary(opened, Volumes(rows=1, keep_years=15))
    disk.fails = "remove"
    with pytest.raises(CommitUncertain, match="cannot be removed"):
        diary.carry(Ledger(), SIXTEEN_YEARS, 9.0)
    disk.fails = ""
    diary.reopen()
    assert diary.carry(Ledger(), SIXTEEN_YEARS, 86410.0)
    diary.close()
    assert [each.first for each in archived(tmp_path)] == [4]
    assert kinds(tmp_path) <= {Kind.CLOCK_JUMP}


def test_a_new_volume_that_finds_no_room_leaves_nothing_behind(tmp_path):
    with Journal.open(tmp_path, KEY) as journal:
        journal.commit([ended(1)], NOON, 1.0)
        (tmp_path / "journal.next.sqlite3").mkdir()
        with pytest.raises(NotCarried, match=r"Is a directory.*; .*Is a directory"):
            journal.carry_forward(Ledger(), NOON, 2.0)
        assert journal.commit([ended(2)], NOON, 3.0) == 2


def test_a_new_volume_must_hold_exactly_what_was_written_and_give_the_ledger(tmp_path):
    carried(tmp_path)
    with Reader(tmp_path) as reader:
        rows = list(reader.live_rows())
    ledger = rebuild(row.record() for row in rows)
    path = tmp_path / FILE_NAME
    assert_carries(path, rows, ledger)
    with pytest.raises(NotCarried, match="does not hold what was written"):
        assert_carries(path, rows[:-1], ledger)
    for other in (Ledger(open_visit="v"), Ledger(owed={"a": "p"})):
        with pytest.raises(NotCarried, match="does not give what the kiosk knows"):
            assert_carries(path, rows, other)


def test_the_order_of_what_the_ledger_holds_is_carried_too(tmp_path):
    ledger = Ledger(owed={"a": "p", "b": "p"})
    with Journal.open(tmp_path, KEY) as journal:
        journal.commit([ended(1)], NOON, 1.0)
        journal.carry_forward(ledger, NOON, 2.0)
    with Reader(tmp_path) as reader:
        rows = list(reader.live_rows())
    turned = Ledger(owed={"b": "p", "a": "p"})
    assert turned == ledger
    with pytest.raises(NotCarried, match="does not give what the kiosk knows"):
        assert_carries(tmp_path / FILE_NAME, rows, turned)


def test_the_second_name_that_a_cut_switch_left_is_taken_back(tmp_path):
    with Journal.open(tmp_path, KEY) as journal:
        journal.commit([ended(1)], NOON, 1.0)
        name = journal.volume.path
    name.parent.mkdir()
    name.hardlink_to(tmp_path / FILE_NAME)
    assert len(archived(tmp_path)) == 1
    disk = Ordered()
    with Journal.open(tmp_path, KEY, disk=disk) as journal:
        taken_back = disk.noted.index(f"remove {name.name}")
        assert disk.noted[taken_back + 1] == "sync archive"
        assert archived(tmp_path) == ()
        journal.commit([ended(2)], NOON, 1.0)
    assert kinds(tmp_path) == set()


def test_other_files_in_the_archive_are_no_volumes(tmp_path):
    carried(tmp_path)
    place = archived(tmp_path)[0].path.parent
    for name in ("journal-0000000001-0000000003.sqlite", "journal-1-3.sqlite3", "notes.txt"):
        (place / name).write_text("mine")
    assert len(archived(tmp_path)) == 1
    assert kinds(tmp_path) == set()


def test_without_an_archive_nothing_can_be_removed(tmp_path):
    with Journal.open(tmp_path, KEY) as journal:
        assert journal.removable(2**62, frozenset()) is None


def test_rows_of_the_archive_and_of_the_file_are_given_as_far_as_is_asked(tmp_path):
    carried(tmp_path, 2)  # rows 1-3, 4-8 and 9-11
    with Journal.open(tmp_path, KEY) as journal:
        assert [row.seq for row in journal.rows(2, 5)] == [2, 3, 4, 5, 6]
        assert [row.seq for row in journal.rows(9, 5)] == [9, 10, 11]
        assert [row.seq for row in journal.rows(8, 2)] == [8, 9]
        assert [row.seq for row in journal.rows(3, 1)] == [3]
        assert [row.seq for row in journal.rows_from(9)] == [9, 10, 11]


def test_what_an_earlier_try_left_behind_is_not_taken_for_the_new_volume(tmp_path):
    with Journal.open(tmp_path, KEY) as journal:
        journal.commit([ended(1)], NOON, 1.0)
        for suffix in ("", "-wal", "-journal"):
            (tmp_path / f"journal.next.sqlite3{suffix}").write_bytes(b"left over" * 100)
        journal.carry_forward(Ledger(), NOON, 2.0)
    assert kinds(tmp_path) == set()
    assert len(archived(tmp_path)) == 1
    assert not list(tmp_path.glob("journal.next*"))


def test_a_volume_begins_at_the_moment_it_is_told_and_knows_it(tmp_path):
    later = NOON + timedelta(seconds=9)
    with Journal.open(tmp_path, KEY) as journal:
        assert journal.begun_us == 0
        journal.commit([ended(1)], NOON, 1.0)
        journal.commit([ended(2)], later, 10.0)
        assert journal.begun_us == microseconds(NOON)
        journal.carry_forward(Ledger(), later, 10.25)
    with Journal.open(tmp_path, KEY) as journal:
        assert journal.begun_us == microseconds(later)
        (first,) = journal.records()
        assert (first.at, first.mono_ms) == (later, 10250)
        journal.commit([ended(3)], NOON, 1.0)
        assert journal.begun_us == microseconds(later)


def test_a_closed_journal_answers_nothing_about_its_volumes(tmp_path):
    carried(tmp_path)
    journal = Journal.open(tmp_path, KEY)
    record = journal.removable(2**62, frozenset())
    journal.close()
    for ask in (
        lambda: journal.removable(2**62, frozenset()),
        lambda: journal.remove(record),
        lambda: journal.rows(1, 1),
    ):
        with pytest.raises(AssertionError, match="the journal is closed"):
            ask()
    assert len(archived(tmp_path)) == 1


def test_after_a_removal_that_failed_the_journal_takes_nothing_more(tmp_path):
    carried(tmp_path)
    disk = Failing()
    journal = Journal.open(tmp_path, KEY, disk=disk)
    record = journal.removable(2**62, frozenset())
    disk.fails = "remove"
    with pytest.raises(CheckpointFailed, match="cannot be removed"):
        journal.remove(record)
    with pytest.raises(AssertionError, match="reopened first"):
        journal.commit([ended(1)], NOON, 1.0)
    journal.close()


class Ordered(Disk):
    """Notes what is done to names and what is made durable, in order."""

    def __init__(self):
        self.names = {}
        self.noted = []

    def open(self, path, flags, mode=0o600):
        descriptor = super().open(path, flags, mode)
        self.names[descriptor] = path.name
        return descriptor

    def sync(self, descriptor):
        super().sync(descriptor)
        self.noted.append(f"sync {self.names[descriptor]}")

    def link(self, old, new):
        super().link(old, new)
        self.noted.append("link")

    def replace(self, old, new):
        super().replace(old, new)
        self.noted.append(f"replace {new.name}")

    def remove(self, path):
        super().remove(path)
        self.noted.append(f"remove {path.name}")


def test_the_switch_makes_each_of_its_names_durable_before_the_next(tmp_path):
    place = tmp_path / "state"
    disk = Ordered()
    with Journal.open(place, KEY, disk=disk) as journal:
        journal.commit([ended(1)], NOON, 1.0)
        journal.carry_forward(Ledger(), NOON, 2.0)
    assert disk.noted[disk.noted.index("remove journal.sqlite3-wal") :] == [
        "remove journal.sqlite3-wal",
        "remove journal.next.sqlite3-wal",
        "remove journal.next.sqlite3-journal",
        "sync state",
        "link",
        "sync archive",
        "replace journal.sqlite3",
        "sync state",
    ]


def test_a_start_makes_the_switch_of_the_last_one_durable_before_anything_else(tmp_path):
    place = tmp_path / "state"
    carried(place)
    disk = Ordered()
    Journal.open(place, KEY, disk=disk).close()
    assert disk.noted[0] == "sync state"


@pytest.mark.parametrize("is_same", [True, False])
def test_a_tail_that_names_the_row_before_the_volume_must_name_it_right(tmp_path, is_same):
    carried(tmp_path)
    with Reader(tmp_path) as reader:
        before = next(row for row in reader.rows() if row.seq == 3)
    tail = Tail(tmp_path, KEY)
    tail.note(Head(3, before.mac if is_same else bytes(32)))
    tail.close()
    if is_same:
        Journal.open(tmp_path, KEY).close()
    else:
        with pytest.raises(JournalDamaged, match=r"row 3 is not the one that journal\.tail names"):
            Journal.open(tmp_path, KEY)


def test_a_rebuild_that_takes_a_volume_back_holds_its_rows_alone(tmp_path):
    place, mirror = tmp_path / "a", tmp_path / "mirror"
    carried(place, 1, mirror)
    with Journal.open(place, KEY, mirror=mirror) as journal:
        journal.carry_forward(Ledger(), NOON, 2.0)  # the mirror has not heard of it
    assert [each.first for each in archived(place)] == [1, 4]
    (place / FILE_NAME).write_bytes(b"damaged" * 1000)
    disk = Ordered()
    assert rebuild_journal(place, mirror, KEY, disk=disk).rows == 6
    assert [each.first for each in archived(place)] == [1]
    assert "sync archive" in disk.noted
    with Journal.open(place, KEY, mirror=mirror) as journal:
        assert [row.seq for row in journal.records()] == [4, 5, 6]
    assert kinds(place, mirror) == set()


def test_a_rebuild_without_a_tail_knows_of_nothing_lost(tmp_path):
    carried(tmp_path / "a", 1, tmp_path / "mirror")
    (tmp_path / "a" / TAIL_NAME).unlink()
    assert rebuild_journal(tmp_path / "a", tmp_path / "mirror", KEY).lost_rows == 0


@pytest.mark.parametrize("rows", [SLICE_ROWS - 1, SLICE_ROWS, SLICE_ROWS + 1, 2 * SLICE_ROWS])
def test_rows_are_read_backward_through_every_volume(tmp_path, rows):
    with Journal.open(tmp_path, KEY) as journal:
        for start in range(0, rows, 500):
            journal.commit([ended(n) for n in range(min(500, rows - start))], NOON, 1.0)
        journal.carry_forward(Ledger(open_visit="v"), NOON, 1.0)
    with Journal.open(tmp_path, KEY) as journal:
        journal.carry_forward(Ledger(open_visit="w"), NOON, 1.0)
    with Reader(tmp_path) as reader:
        forward = list(reader.rows())
        assert list(reader.backward()) == forward[::-1]
        assert [row.seq for row in forward] == list(range(1, rows + 5))


def test_rows_that_cannot_be_read_backward_are_damage(tmp_path):
    carried(tmp_path)
    tamper(tmp_path, "UPDATE entry SET kind = CAST(x'ff' AS TEXT) WHERE seq = 5")
    with Reader(tmp_path) as reader, pytest.raises(JournalDamaged, match="cannot be read"):
        list(reader.backward())


def test_a_volume_that_begins_with_the_last_row_of_the_one_before_is_another(tmp_path):
    carried(tmp_path, 2)
    first, second = archived(tmp_path)
    (row,) = first.rows(first.last)
    overlapping = second.path.with_name("journal-0000000003-0000000008.sqlite3")
    overlapping.write_bytes(second.path.read_bytes())
    connection = apsw.Connection(str(overlapping))
    with beginning_anywhere(connection):
        connection.execute(INSERT, astuple(row))
    connection.close()
    ((kind, seq),) = {(each.kind, each.seq) for each in verify(tmp_path, KEY).findings}
    assert (kind, seq) == (Kind.VOLUME_SWAPPED, 3)


def test_a_volume_that_an_older_version_wrote_is_sound(tmp_path):
    carried(tmp_path)
    newer = (*migrations(), "CREATE TABLE extra (note TEXT) STRICT")
    Journal.open(tmp_path, KEY, steps=newer).close()
    assert verify(tmp_path, KEY, steps=newer).findings == ()


def test_a_volume_whose_triggers_are_gone_is_named(tmp_path):
    carried(tmp_path)
    connection = apsw.Connection(str(archived(tmp_path)[0].path))
    connection.execute("DROP TRIGGER entry_is_never_changed")
    connection.close()
    assert kinds(tmp_path) == {Kind.CHANGED_SCHEMA}


def test_a_removal_is_durable_before_the_mirror_forgets(tmp_path):
    mirror = tmp_path / "mirror"
    carried(tmp_path / "a", 1, mirror)
    disk = Ordered()
    with Journal.open(tmp_path / "a", KEY, mirror=mirror, disk=disk) as journal:
        record = journal.removable(2**62, frozenset())
        disk.noted.clear()
        journal.remove(record)
        assert disk.noted == [f"remove {record.volume}", "sync archive", "remove journal.mirror"]


def test_a_volume_is_removable_only_when_its_last_row_is_older(tmp_path):
    carried(tmp_path)
    assert removable(tmp_path, microseconds(NOON), frozenset()) is None
    assert removable(tmp_path, microseconds(NOON) + 1, frozenset()) is not None


def test_a_volume_of_nothing_but_its_beginning_is_of_this_key(tmp_path):
    with Journal.open(tmp_path, KEY) as journal:
        journal.commit([ended(1)], NOON, 1.0)
        journal.carry_forward(Ledger(), NOON, 2.0)
    archived(tmp_path)[0].path.unlink()
    (tmp_path / "head.json").unlink()
    (tmp_path / TAIL_NAME).unlink()
    assert kinds(tmp_path) == {Kind.VOLUME_MISSING, Kind.HEAD_MISSING}


def test_the_first_row_is_compared_with_the_mirror_too(tmp_path):
    mirror = tmp_path / "mirror"
    with Journal.open(tmp_path / "a", KEY, mirror=mirror) as journal:
        journal.commit([ended(1)], NOON, 1.0)
        journal.commit([ended(2)], NOON, 1.0)
        first, second = journal.records()
    frames = (frame_of([replace(first, body="{}")]), frame_of([second]))
    (mirror / "journal.mirror").write_bytes(b"".join(frames))
    (finding,) = verify(tmp_path / "a", KEY, mirror=mirror).findings
    assert (finding.kind, finding.seq) == (Kind.MIRROR_DIFFERS, 1)


def test_a_volume_that_cannot_be_opened_leaves_the_others_to_compare_with_the_mirror(tmp_path):
    mirror = tmp_path / "mirror"
    carried(tmp_path / "a", 2, mirror)
    path = archived(tmp_path / "a")[0].path
    path.unlink()
    path.mkdir()
    assert kinds(tmp_path / "a", mirror) == {Kind.CORRUPT_FILE, Kind.VOLUME_MISSING}
    file = mirror / "journal-0000000004.mirror"
    rows = [row for row in mirrored_rows(mirror) if 4 <= row.seq <= 8]
    changed = [replace(row, body="{}") if row.seq == 6 else row for row in rows]
    file.write_bytes(b"".join(frame_of([row]) for row in changed))
    findings = verify(tmp_path / "a", KEY, mirror=mirror).findings
    assert (Kind.MIRROR_DIFFERS, 6) in {(each.kind, each.seq) for each in findings}
