"""A damaged journal comes back from its mirror, wholly or not at all."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kiosk.journal.connection import FILE_NAME
from kiosk.journal.errors import JournalDamaged, JournalError, JournalInUse, WrongKey
from kiosk.journal.journal import Journal
from kiosk.journal.mirror import MIRROR_NAME, frame_of
from kiosk.journal.rebuild import MAX_PUT_ASIDE, REBUILT_NAME, Rebuilt, rebuild
from kiosk.journal.verify import verify
from tests.support.journals import KEY, NOON, OTHER_KEY, ended, read_back, tamper

RECORDS = [ended(1), ended(2), ended(3)]


@pytest.fixture
def place(tmp_path):
    return tmp_path / "state"


@pytest.fixture
def mirror(tmp_path):
    return tmp_path / "mirror"


@pytest.fixture(autouse=True)
def pair(place, mirror):
    with Journal.open(place, KEY, mirror=mirror) as journal:
        for record in RECORDS:
            journal.commit([record], NOON, 1.0)


def unmirrored(place, *numbers):
    with Journal.open(place, KEY) as journal:
        for number in numbers:
            journal.commit([ended(number)], NOON, 2.0)


@pytest.mark.parametrize(
    "damage",
    [
        lambda place: (place / FILE_NAME).unlink(),
        lambda place: (place / FILE_NAME).write_bytes(b""),
        lambda place: (place / FILE_NAME).write_bytes(b"no database " * 1000),
        lambda place: (place / FILE_NAME).write_bytes((place / FILE_NAME).read_bytes()[:5000]),
        lambda place: tamper(place, "UPDATE entry SET body = '{}' WHERE seq = 2"),
        lambda place: tamper(place, "DELETE FROM entry WHERE seq > 1"),
        lambda place: (place / "head.json").unlink(),
        lambda place: (place / "head.json").write_bytes(b"{}"),
    ],
)
def test_a_journal_damaged_in_any_way_comes_back(place, mirror, damage):
    damage(place)
    rebuilt = rebuild(place, mirror, KEY)
    assert rebuilt == Rebuilt(3, 0, place / "damaged-1")
    assert verify(place, KEY, mirror=mirror).findings == ()
    assert read_back(place) == RECORDS


def test_the_rebuilt_journal_goes_on_with_its_mirror(place, mirror):
    (place / FILE_NAME).unlink()
    rebuild(place, mirror, KEY)
    with Journal.open(place, KEY, mirror=mirror) as journal:
        assert journal.commit([ended(4)], NOON, 1.0) == 4
    assert verify(place, KEY, mirror=mirror).findings == ()


def test_a_rollback_is_undone_from_the_mirror(tmp_path, place, mirror):
    shutil.copytree(place, tmp_path / "old")
    with Journal.open(place, KEY, mirror=mirror) as journal:
        journal.commit([ended(4)], NOON, 2.0)
    shutil.rmtree(place)
    shutil.copytree(tmp_path / "old", place)
    assert rebuild(place, mirror, KEY).rows == 4
    assert read_back(place) == [*RECORDS, ended(4)]


def test_the_damaged_files_are_kept(place, mirror):
    (place / FILE_NAME).write_bytes(b"evidence")
    rebuilt = rebuild(place, mirror, KEY)
    assert (rebuilt.put_aside / FILE_NAME).read_bytes() == b"evidence"
    (place / FILE_NAME).write_bytes(b"more evidence")
    assert rebuild(place, mirror, KEY).put_aside == place / "damaged-2"


def test_rows_beyond_the_mirror_are_salvaged(place, mirror):
    unmirrored(place, 4, 5)
    tamper(place, "UPDATE entry SET body = '{}' WHERE seq = 2")
    assert rebuild(place, mirror, KEY) == Rebuilt(5, 2, place / "damaged-1")
    assert read_back(place) == [*RECORDS, ended(4), ended(5)]


def test_a_salvage_stops_at_the_first_row_that_breaks_the_chain(place, mirror):
    unmirrored(place, 4, 5, 6)
    (place / "head.json").unlink()
    tamper(place, "UPDATE entry SET body = '{}' WHERE seq = 5")
    assert rebuild(place, mirror, KEY).salvaged_rows == 1
    assert read_back(place) == [*RECORDS, ended(4)]


def test_rows_known_to_be_committed_are_not_given_up(place, mirror):
    unmirrored(place, 4)
    (place / FILE_NAME).write_bytes(b"gone")
    before = (place / "head.json").read_bytes()
    with pytest.raises(JournalDamaged, match="end at row 3, but row 4 was committed"):
        rebuild(place, mirror, KEY)
    assert (place / FILE_NAME).read_bytes() == b"gone"
    assert (place / "head.json").read_bytes() == before
    assert not (place / "damaged-1").exists()


def test_a_damaged_mirror_is_refused(place, mirror):
    with Journal.open(place, KEY) as journal:
        rows = list(journal.records())
    (mirror / MIRROR_NAME).write_bytes(frame_of([rows[0], rows[2]]))
    with pytest.raises(JournalDamaged, match="row 2 of the mirror is not what was committed"):
        rebuild(place, mirror, KEY)
    assert read_back(place) == RECORDS


def test_the_mirror_of_another_key_is_refused(place, mirror):
    with pytest.raises(WrongKey, match="first row of the mirror does not fit the key"):
        rebuild(place, mirror, OTHER_KEY)
    assert read_back(place) == RECORDS


def test_a_missing_mirror_is_an_error(place, mirror):
    shutil.rmtree(mirror)
    with pytest.raises(FileNotFoundError):
        rebuild(place, mirror, KEY)
    assert read_back(place) == RECORDS


def test_a_running_kiosk_is_left_alone(place, mirror):
    with Journal.open(place, KEY), pytest.raises(JournalInUse):
        rebuild(place, mirror, KEY)


def test_an_interrupted_rebuild_can_be_made_again(place, mirror):
    for name in (REBUILT_NAME, REBUILT_NAME + "-wal", REBUILT_NAME + "-journal"):
        (place / name).write_bytes(b"left over")
    assert rebuild(place, mirror, KEY).rows == 3
    assert read_back(place) == RECORDS
    assert list(place.glob(REBUILT_NAME + "*")) == []


def test_a_rebuild_cut_before_the_new_file_is_in_place_is_refused_and_made_again(place, mirror):
    (place / FILE_NAME).unlink()
    with pytest.raises(JournalDamaged, match="ends at row 0, but row 3 was committed"):
        Journal.open(place, KEY)
    rebuild(place, mirror, KEY)
    assert read_back(place) == RECORDS


def test_damaged_journals_do_not_pile_up_without_end(place, mirror):
    assert MAX_PUT_ASIDE == 9
    for number in range(1, 9):
        (place / f"damaged-{number}").mkdir()
    assert rebuild(place, mirror, KEY).put_aside == place / "damaged-9"
    assert (place / "damaged-9").stat().st_mode & 0o777 == 0o700
    with pytest.raises(JournalError, match="move some away"):
        rebuild(place, mirror, KEY)
    assert read_back(place) == RECORDS


def test_an_empty_journal_comes_back_empty(tmp_path):
    place, mirror = tmp_path / "empty", tmp_path / "its-mirror"
    Journal.open(place, KEY, mirror=mirror).close()
    (place / "head.json").write_bytes(b"{}")
    assert rebuild(place, mirror, KEY).rows == 0
    (place / "head.json").unlink()
    assert rebuild(place, mirror, KEY).rows == 0
    assert read_back(place) == []


def test_a_rebuild_leaves_no_descriptor_open_and_no_lock(place, mirror):
    before = len(list(Path("/proc/self/fd").iterdir()))
    rebuild(place, mirror, KEY)
    with pytest.raises(WrongKey):
        rebuild(place, mirror, OTHER_KEY)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_rebuild_does_not_change_the_damaged_files(place, mirror):
    unmirrored(place, 4)
    tamper(place, "UPDATE entry SET body = '{}' WHERE seq = 2")
    before = (place / FILE_NAME).read_bytes()
    rebuilt = rebuild(place, mirror, KEY)
    assert (rebuilt.put_aside / FILE_NAME).read_bytes() == before
