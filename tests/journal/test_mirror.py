"""The second copy follows its journal, tells of rollbacks, and never stops the kiosk."""

from __future__ import annotations

import shutil
import zlib

import pytest

from kiosk.journal.connection import FILE_NAME
from kiosk.journal.errors import JournalDamaged
from kiosk.journal.findings import Kind
from kiosk.journal.journal import Journal
from kiosk.journal.mirror import MIRROR_NAME, frame_of, mirrored_rows, torn_bytes
from kiosk.journal.verify import verify
from tests.support.broken_disk import BrokenDisk
from tests.support.journals import KEY, NOON, OTHER_KEY, abandon, ended, tamper


@pytest.fixture
def place(tmp_path):
    return tmp_path / "state"


@pytest.fixture
def mirror(tmp_path):
    return tmp_path / "mirror"


def written(place, mirror, rows=3, first=1):
    with Journal.open(place, KEY, mirror=mirror) as journal:
        for number in range(first, first + rows):
            journal.commit([ended(number)], NOON, 1.0)
        assert journal.mirror_trouble == ""


def found(place, mirror):
    return [(each.kind, each.seq) for each in verify(place, KEY, mirror=mirror).findings]


def kept(place):
    with Journal.open(place, KEY) as journal:
        return list(journal.records())


# --- following ------------------------------------------------------------------------------


def test_every_row_is_in_the_mirror_as_soon_as_it_is_acknowledged(place, mirror):
    journal = Journal.open(place, KEY, mirror=mirror)
    journal.commit([ended(1), ended(2)], NOON, 1.0)
    journal.commit([ended(3)], NOON, 2.0)
    assert list(mirrored_rows(mirror)) == list(journal.records())
    abandon(journal)


def test_a_sound_pair_has_no_findings(place, mirror):
    written(place, mirror)
    written(place, mirror, first=4)
    assert found(place, mirror) == []


def test_a_new_mirror_takes_the_rows_that_are_already_there(place, mirror):
    with Journal.open(place, KEY) as journal:
        journal.commit([ended(1)], NOON, 1.0)
    Journal.open(place, KEY, mirror=mirror).close()
    assert list(mirrored_rows(mirror)) == kept(place)


def test_rows_that_the_mirror_missed_are_caught_up_at_the_next_start(place, mirror):
    written(place, mirror)
    with Journal.open(place, KEY) as journal:
        journal.commit([ended(4), ended(5)], NOON, 2.0)
    assert found(place, mirror) == [(Kind.MIRROR_BEHIND, 3)]
    assert verify(place, KEY, mirror=mirror).is_sound
    Journal.open(place, KEY, mirror=mirror).close()
    assert list(mirrored_rows(mirror)) == kept(place)


def test_an_empty_journal_has_an_empty_mirror(place, mirror):
    Journal.open(place, KEY, mirror=mirror).close()
    assert (mirror / MIRROR_NAME).read_bytes() == b""
    assert found(place, mirror) == []


@pytest.mark.parametrize("cut", [1, 7, 8, 9, 60])
def test_a_torn_last_frame_is_cut_off_and_written_again(place, mirror, cut):
    written(place, mirror)
    file = mirror / MIRROR_NAME
    whole = file.read_bytes()
    file.write_bytes(whole[:-cut])
    assert torn_bytes(mirror) > 0
    assert [kind for kind, _ in found(place, mirror)] == [Kind.MIRROR_DAMAGED, Kind.MIRROR_BEHIND]
    Journal.open(place, KEY, mirror=mirror).close()
    assert file.read_bytes() == whole


def test_a_flipped_bit_in_any_byte_of_the_mirror_is_found_and_healed(place, mirror):
    written(place, mirror, rows=2)
    file = mirror / MIRROR_NAME
    whole = file.read_bytes()
    for offset in range(len(whole)):
        flipped = bytearray(whole)
        flipped[offset] ^= 1 << offset % 8
        file.write_bytes(flipped)
        assert found(place, mirror)[0][0] is Kind.MIRROR_DAMAGED
        Journal.open(place, KEY, mirror=mirror).close()
        assert file.read_bytes() == whole


# --- rollback ------------------------------------------------------------------------------


def test_an_old_copy_of_the_whole_journal_is_refused(tmp_path, place, mirror):
    """Journal, head and key all fit each other: only the mirror knows of what came later."""
    written(place, mirror)
    shutil.copytree(place, tmp_path / "old")
    written(place, mirror, first=4)
    shutil.rmtree(place)
    shutil.copytree(tmp_path / "old", place)
    with pytest.raises(JournalDamaged, match="ends at row 3, but its mirror holds row 6"):
        Journal.open(place, KEY, mirror=mirror)
    assert found(place, mirror) == [(Kind.MIRROR_AHEAD, 4)]
    assert not verify(place, KEY, mirror=mirror).is_sound


def test_an_old_copy_that_was_continued_is_refused(tmp_path, place, mirror):
    written(place, mirror)
    shutil.copytree(place, tmp_path / "old")
    written(place, mirror, first=4)
    shutil.rmtree(place)
    shutil.copytree(tmp_path / "old", place)
    with Journal.open(place, KEY) as journal:
        for number in range(10, 20):
            journal.commit([ended(number)], NOON, 1.0)
    with pytest.raises(JournalDamaged, match="row 6 is another one in the mirror"):
        Journal.open(place, KEY, mirror=mirror)
    assert found(place, mirror) == [(Kind.MIRROR_DIFFERS, 4)]


def test_the_mirror_of_another_journal_is_refused(tmp_path, place, mirror):
    written(place, mirror)
    with Journal.open(tmp_path / "other", OTHER_KEY) as other:
        for number in range(5):
            other.commit([ended(number)], NOON, 1.0)
    with pytest.raises(JournalDamaged, match="row 3 is another one"):
        Journal.open(tmp_path / "other", OTHER_KEY, mirror=mirror)


def test_a_refused_pair_can_be_opened_once_the_mirror_is_put_back(tmp_path, place, mirror):
    written(place, mirror)
    shutil.copytree(mirror, tmp_path / "aside")
    (mirror / MIRROR_NAME).write_bytes(
        (mirror / MIRROR_NAME).read_bytes()
        + frame_of([row for row in kept(place) if row.seq == 3][:1]).replace(b"[[3,", b"[[4,")
    )
    content = (mirror / MIRROR_NAME).read_bytes()
    payload = content[content.rindex(b"[[4,") :]
    fixed = content[: -len(payload) - 4] + zlib.crc32(payload).to_bytes(4) + payload
    (mirror / MIRROR_NAME).write_bytes(fixed)
    with pytest.raises(JournalDamaged, match="mirror holds row 4"):
        Journal.open(place, KEY, mirror=mirror)
    shutil.rmtree(mirror)
    shutil.copytree(tmp_path / "aside", mirror)
    written(place, mirror, first=4)
    assert found(place, mirror) == []


# --- trouble -------------------------------------------------------------------------------


def test_a_mirror_that_cannot_be_written_is_told_and_the_commit_stands(place, mirror):
    disk = BrokenDisk()
    with Journal.open(place, KEY, mirror=mirror, disk=disk) as journal:
        journal.commit([ended(1)], NOON, 1.0)
        disk.refused = {"sync"}
        journal.commit([ended(2)], NOON, 2.0)
        assert "Input/output error" in journal.mirror_trouble
        disk.refused = set()
        journal.commit([ended(3)], NOON, 3.0)
        assert journal.last_seq == 3
        assert [row.seq for row in mirrored_rows(mirror)][:1] == [1]
    assert len(kept(place)) == 3


def test_the_next_checkpoint_brings_a_mended_mirror_up_to_date(place, mirror):
    disk = BrokenDisk()
    with Journal.open(place, KEY, mirror=mirror, disk=disk) as journal:
        disk.refused = {"write"}
        journal.commit([ended(1)], NOON, 1.0)
        assert journal.mirror_trouble
        disk.refused = set()
        journal.checkpoint()
        assert journal.mirror_trouble == ""
        assert list(mirrored_rows(mirror)) == list(journal.records())


def test_a_mirror_that_cannot_be_caught_up_is_told_and_the_journal_opens(place, mirror):
    with Journal.open(place, KEY) as journal:
        journal.commit([ended(1)], NOON, 1.0)
    (mirror).mkdir()
    (mirror / MIRROR_NAME).touch()
    disk = BrokenDisk()
    disk.refused = {"write"}
    journal = Journal.open(place, KEY, mirror=mirror, disk=disk)
    assert "Input/output error" in journal.mirror_trouble
    assert journal.last_seq == 1
    disk.refused = set()
    journal.close()


def test_a_mirror_that_is_not_mounted_is_told_and_the_journal_opens(tmp_path, place):
    (tmp_path / "mirror").write_text("a file in the way")
    with Journal.open(place, KEY, mirror=tmp_path / "mirror") as journal:
        assert journal.mirror_trouble
        assert journal.commit([ended(1)], NOON, 1.0) == 1


def foreign_frame(payload: bytes) -> bytes:
    return len(payload).to_bytes(4) + zlib.crc32(payload).to_bytes(4) + payload


@pytest.mark.parametrize("payload", [b"{}", b"[1]", b"[]", b"\xff", b'[[1,"b",2,3,"k","{}","zz"]]'])
def test_a_whole_frame_that_holds_no_rows_is_told(place, mirror, payload):
    written(place, mirror, rows=1)
    file = mirror / MIRROR_NAME
    file.write_bytes(file.read_bytes() + foreign_frame(payload))
    assert (Kind.MIRROR_DAMAGED, 1) in found(place, mirror)
    with Journal.open(place, KEY, mirror=mirror) as journal:
        assert "does not hold rows" in journal.mirror_trouble


@pytest.mark.parametrize("length", [0, 2**32 - 1, 64 * 1024 * 1024 + 1])
def test_an_impossible_length_ends_the_mirror(place, mirror, length):
    written(place, mirror, rows=1)
    file = mirror / MIRROR_NAME
    whole = file.read_bytes()
    file.write_bytes(whole + length.to_bytes(4) + bytes(4))
    assert torn_bytes(mirror) == 8
    written(place, mirror, rows=1, first=2)
    assert len(list(mirrored_rows(mirror))) == 2


def test_frames_in_the_wrong_order_are_a_difference(place, mirror):
    written(place, mirror, rows=3)
    rows = kept(place)
    (mirror / MIRROR_NAME).write_bytes(b"".join(frame_of([rows[n]]) for n in (0, 2, 1)))
    assert found(place, mirror) == [(Kind.MIRROR_DIFFERS, 2)]


def test_a_missing_mirror_is_told_by_verification(place, mirror):
    written(place, mirror)
    shutil.rmtree(mirror)
    assert found(place, mirror) == [(Kind.MIRROR_DAMAGED, 0), (Kind.MIRROR_BEHIND, 0)]


def test_an_edited_row_is_told_from_its_mirror(place, mirror):
    written(place, mirror)
    tamper(place, "UPDATE entry SET body = CAST(x'ff' AS TEXT) WHERE seq = 2")
    assert (Kind.MIRROR_DIFFERS, 2) in found(place, mirror)


def test_a_missing_row_is_told_from_its_mirror(place, mirror):
    written(place, mirror)
    tamper(place, "DELETE FROM entry WHERE seq = 2")
    assert (Kind.MIRROR_DIFFERS, 2) in found(place, mirror)


def test_the_mirror_is_open_to_its_owner_alone(place, mirror):
    written(place, mirror)
    assert (mirror / MIRROR_NAME).stat().st_mode & 0o777 == 0o600
    assert (place / FILE_NAME).stat().st_mode & 0o777 == 0o600
