"""Verification names what was done to a journal, and misses no byte that holds data."""

from __future__ import annotations

import json
from datetime import timedelta

import apsw
import pytest

from kiosk.domain.records import KioskStarted
from kiosk.journal.connection import FILE_NAME
from kiosk.journal.errors import JournalError, JournalInUse
from kiosk.journal.findings import Kind
from kiosk.journal.journal import Journal
from kiosk.journal.reader import Reader
from kiosk.journal.verify import verify
from kiosk.journal.walk import MAX_NOTES, MAX_SUSPECTS
from tests.support.journals import (
    KEY,
    NOON,
    OTHER_KEY,
    abandon,
    ended,
    head_of,
    tamper,
    written,
)

WAL_NAME = FILE_NAME + "-wal"


def found(directory, key=KEY):
    return [(finding.kind, finding.seq) for finding in verify(directory, key).findings]


def test_a_journal_nobody_touched_is_sound(tmp_path):
    written(tmp_path, 10)
    report = verify(tmp_path, KEY)
    assert (report.rows, report.findings, report.is_sound) == (10, (), True)


def test_an_empty_journal_is_sound(tmp_path):
    Journal.open(tmp_path, KEY).close()
    assert found(tmp_path) == []


def test_rows_still_in_the_log_of_a_killed_kiosk_are_verified_too(tmp_path):
    journal = Journal.open(tmp_path, KEY)
    journal.commit([ended(1), ended(2)], NOON, 1.0)
    abandon(journal)
    report = verify(tmp_path, KEY)
    assert (report.rows, report.findings) == (2, ())


def test_verification_changes_no_byte(tmp_path):
    journal = Journal.open(tmp_path, KEY)
    journal.commit([ended(1), ended(2)], NOON, 1.0)
    abandon(journal)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    verify(tmp_path, KEY)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_file_held_by_a_foreign_program_is_told_as_in_use(tmp_path):
    written(tmp_path, 1)
    foreign = apsw.Connection(str(tmp_path / FILE_NAME))
    foreign.execute("SELECT count(*) FROM entry").fetchall()
    with pytest.raises(JournalInUse):
        verify(tmp_path, KEY)
    foreign.close()
    assert found(tmp_path) == []


def test_a_lock_that_cannot_be_opened_is_told_with_its_cause(tmp_path):
    written(tmp_path, 1)
    (tmp_path / "journal.lock").unlink()
    (tmp_path / "journal.lock").mkdir()
    with pytest.raises(JournalError, match=r"journal\.lock cannot be opened: Is a directory"):
        verify(tmp_path, KEY)


def test_a_running_kiosk_is_left_alone(tmp_path):
    with Journal.open(tmp_path, KEY), pytest.raises(JournalInUse):
        verify(tmp_path, KEY)


def test_a_directory_without_a_journal_is_an_error(tmp_path):
    with pytest.raises(JournalError, match="there is no journal"):
        verify(tmp_path, KEY)


# --- every kind of finding -------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        "body = replace(body, 'done', 'idle')",
        "kind = 'VisitOpened'",
        "batch = 'another'",
        "at_us = at_us + 1",
        "mono_ms = mono_ms - 1",
        "mac = zeroblob(32)",
    ],
)
def test_an_edited_column_is_reported_as_that_row(tmp_path, change):
    written(tmp_path, 5)
    tamper(tmp_path, f"UPDATE entry SET {change} WHERE seq = 3")
    assert found(tmp_path) == [(Kind.EDITED_ROW, 3)]


def test_text_moved_between_two_columns_is_an_edit(tmp_path):
    written(tmp_path, 3)
    tamper(tmp_path, "UPDATE entry SET batch = batch || 'V', kind = substr(kind, 2) WHERE seq = 2")
    assert found(tmp_path) == [(Kind.EDITED_ROW, 2)]


def test_a_missing_row_is_a_gap(tmp_path):
    written(tmp_path, 5)
    tamper(tmp_path, "DELETE FROM entry WHERE seq IN (2, 3)")
    report = verify(tmp_path, KEY)
    assert [finding.kind for finding in report.findings] == [Kind.GAP]
    assert report.findings[0].message == "rows 2 to 3 are missing"


def test_a_missing_first_row_is_a_gap(tmp_path):
    written(tmp_path, 3)
    tamper(tmp_path, "DELETE FROM entry WHERE seq = 1")
    assert found(tmp_path) == [(Kind.GAP, 1)]


SWAP = (
    "UPDATE entry SET seq = -1 WHERE seq = {0}",
    "UPDATE entry SET seq = {0} WHERE seq = {1}",
    "UPDATE entry SET seq = {1} WHERE seq = -1",
)


@pytest.mark.parametrize("pair", [(2, 3), (2, 5), (1, 6)])
def test_swapped_rows_are_reported_as_a_reorder(tmp_path, pair):
    written(tmp_path, 7)
    tamper(tmp_path, *(statement.format(*pair) for statement in SWAP))
    report = verify(tmp_path, KEY)
    assert [(each.kind, each.seq) for each in report.findings] == [
        (Kind.REORDER, pair[0]),
        (Kind.REORDER, pair[1]),
    ]
    assert f"committed as row {pair[1]}" in report.findings[0].message


def test_rows_cut_off_at_the_end_are_a_truncation(tmp_path):
    written(tmp_path, 5)
    tamper(tmp_path, "DELETE FROM entry WHERE seq > 3")
    assert found(tmp_path) == [(Kind.TRUNCATION, 3)]


def test_a_journal_emptied_of_every_row_is_a_truncation(tmp_path):
    written(tmp_path, 2)
    tamper(tmp_path, "DELETE FROM entry")
    assert found(tmp_path) == [(Kind.TRUNCATION, 0)]


def test_another_key_is_told_from_edited_rows(tmp_path):
    written(tmp_path, 3)
    kinds = {finding.kind for finding in verify(tmp_path, OTHER_KEY).findings}
    assert kinds == {Kind.WRONG_KEY}


def test_every_row_edited_under_the_right_key_is_not_a_wrong_key(tmp_path):
    written(tmp_path, 2)
    tamper(tmp_path, "UPDATE entry SET body = '{}'")
    assert found(tmp_path) == [(Kind.EDITED_ROW, 1), (Kind.EDITED_ROW, 2)]


def test_more_edits_than_can_be_compared_are_counted(tmp_path):
    written(tmp_path, MAX_SUSPECTS + 11)
    tamper(tmp_path, "UPDATE entry SET body = '{}' WHERE seq > 1")
    findings = verify(tmp_path, KEY).findings
    assert len(findings) == MAX_SUSPECTS + 1
    assert findings[-1].message == "10 more rows are not what was committed"


def test_a_missing_head_is_reported(tmp_path):
    written(tmp_path, 2)
    (tmp_path / "head.json").unlink()
    assert found(tmp_path) == [(Kind.HEAD_MISSING, 0)]


@pytest.mark.parametrize("change", [{"seq": 1}, {"mac": "00" * 32}, {"seal": "00" * 32}])
def test_a_changed_head_is_reported(tmp_path, change):
    written(tmp_path, 2)
    (tmp_path / "head.json").write_text(json.dumps(head_of(tmp_path) | change))
    assert found(tmp_path) == [(Kind.HEAD_CHANGED, 0)]


def test_a_head_that_cannot_be_read_is_reported(tmp_path):
    written(tmp_path, 2)
    (tmp_path / "head.json").write_bytes(b"\x00")
    assert found(tmp_path) == [(Kind.HEAD_CHANGED, 0)]


def test_the_head_of_another_time_line_is_reported(tmp_path):
    """Two journals of one key, as after a restored disk image, do not fit each other's head."""
    written(tmp_path / "a", 3)
    with Journal.open(tmp_path / "b", KEY) as other:
        other.commit([ended(7)], NOON, 1.0)
    (tmp_path / "a" / "head.json").write_bytes((tmp_path / "b" / "head.json").read_bytes())
    assert found(tmp_path / "a") == [(Kind.HEAD_CHANGED, 1)]


def test_a_removed_trigger_is_a_changed_schema(tmp_path):
    written(tmp_path, 2)
    tamper(tmp_path, "CREATE TRIGGER extra AFTER INSERT ON entry BEGIN SELECT 1; END")
    assert found(tmp_path) == [(Kind.CHANGED_SCHEMA, 0)]


def test_a_changed_version_is_a_changed_schema(tmp_path):
    written(tmp_path, 1)
    tamper(tmp_path, "PRAGMA user_version = 7")
    report = verify(tmp_path, KEY)
    assert [each.message for each in report.findings] == [
        "the file's user_version is 7, expected 1"
    ]


def test_an_edited_mac_of_the_last_row_is_an_edit_not_a_changed_head(tmp_path):
    written(tmp_path, 3)
    tamper(tmp_path, "UPDATE entry SET mac = zeroblob(32) WHERE seq = 3")
    assert found(tmp_path) == [(Kind.EDITED_ROW, 3)]


def test_the_number_of_listed_gaps_is_bounded(tmp_path):
    with Journal.open(tmp_path, KEY) as journal:
        for _ in range(3):
            journal.commit([ended(1)] * 512, NOON, 1.0)
    tamper(tmp_path, "DELETE FROM entry WHERE seq % 2 = 1")
    assert len(found(tmp_path)) == MAX_NOTES


def test_a_record_of_an_unknown_kind_is_reported(tmp_path):
    class FromTheFuture(KioskStarted):
        pass

    with Journal.open(tmp_path, KEY) as journal:
        journal.commit([FromTheFuture("boot", "9")], NOON, 1.0)
    assert found(tmp_path) == [(Kind.UNREADABLE_RECORD, 1)]


@pytest.mark.parametrize("jump_s", [-3600, 86400])
def test_a_jump_of_the_wall_clock_is_a_note_not_damage(tmp_path, jump_s):
    with Journal.open(tmp_path, KEY) as journal:
        journal.commit([ended(1)], NOON, 10.0)
        journal.commit([ended(2)], NOON + timedelta(seconds=jump_s), 11.0)
    report = verify(tmp_path, KEY)
    assert [(each.kind, each.seq) for each in report.findings] == [(Kind.CLOCK_JUMP, 2)]
    assert report.is_sound


def test_a_restart_is_no_jump_of_the_clock(tmp_path):
    with Journal.open(tmp_path, KEY) as journal:
        journal.commit([ended(1)], NOON, 90000.0)
        journal.commit([KioskStarted("boot-2", "1")], NOON + timedelta(hours=9), 3.0)
        journal.commit([ended(2)], NOON + timedelta(hours=9, seconds=1), 4.0)
    assert found(tmp_path) == []


def test_a_file_that_is_no_database_is_a_corrupt_file(tmp_path):
    written(tmp_path, 1)
    (tmp_path / FILE_NAME).write_bytes(b"x" * 8192)
    first, *_ = verify(tmp_path, KEY).findings
    assert first.kind is Kind.CORRUPT_FILE
    assert "file is not a database" in first.message


def test_a_file_cut_in_the_middle_is_a_corrupt_file(tmp_path):
    written(tmp_path, 60)
    content = (tmp_path / FILE_NAME).read_bytes()
    (tmp_path / FILE_NAME).write_bytes(content[: len(content) // 2])
    assert Kind.CORRUPT_FILE in {finding.kind for finding in verify(tmp_path, KEY).findings}


# --- bit rot -----------------------------------------------------------------------------------


def rows_of(directory):
    with Reader(directory) as reader:
        return list(reader.rows())


def test_no_flipped_bit_changes_a_row_unseen(tmp_path):
    """Every byte of the file, each with one bit flipped: a finding, or the same rows.

    Bytes whose change goes unseen are those that hold nothing: free space, counters.
    """
    written(tmp_path, 3)
    file = tmp_path / FILE_NAME
    sound, rows = file.read_bytes(), rows_of(tmp_path)
    unseen = 0
    for offset in range(len(sound)):
        damaged = bytearray(sound)
        damaged[offset] ^= 1 << offset % 8
        file.write_bytes(damaged)
        (tmp_path / WAL_NAME).unlink(missing_ok=True)
        if verify(tmp_path, KEY).is_sound:
            unseen += 1
            assert rows_of(tmp_path) == rows, f"byte {offset} changed a row, and nobody saw it"
    used = len(b"".join(row.body.encode() + row.mac + row.batch.encode() for row in rows))
    assert used < len(sound) - unseen < len(sound)
