"""The journal keeps what was committed, and refuses everything that is not a journal."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain import payment
from kiosk.domain.platform import BillToPay
from kiosk.domain.records import (
    ClaimMoved,
    ClaimState,
    DeviceChanged,
    EvidenceKept,
    KioskStarted,
    LinkChanged,
    PaymentIntended,
    PaymentMoved,
    PrintMoved,
    PrintState,
    ReceiptOwed,
    Record,
    VisitEnded,
    VisitOpened,
)
from kiosk.journal import keys
from kiosk.journal.connection import FILE_NAME, assert_sqlite_is_safe, connect
from kiosk.journal.errors import (
    CheckpointFailed,
    JournalDamaged,
    JournalError,
    JournalInUse,
    WrongKey,
)
from kiosk.journal.journal import MAX_BATCH_RECORDS, Journal
from kiosk.journal.tail import read_tail
from kiosk.journal.verify import verify
from tests.support.broken_disk import BrokenDisk
from tests.support.journals import (
    KEY,
    NOON,
    OTHER_KEY,
    abandon,
    ended,
    head_of,
    read_back,
    tamper,
    written,
)

EVERY_KIND: tuple[Record, ...] = (
    KioskStarted("boot-1", "0.1.0"),
    VisitOpened("visit-1", "resident", "0f" * 16),
    PaymentIntended(
        "pay-1", "visit-1", "0f" * 16, "ABCD-2345", (BillToPay("33" * 10, "v1", 120),), 120, False
    ),
    PaymentMoved("pay-1", payment.Event.CREATED, payment.State.SHOWN, {"expires_in_s": 180}),
    EvidenceKept("pay-1", {"state": "paid", "note": "晚到的成功"}),
    ReceiptOwed("pay-1", "0000000001", "33" * 10, 120),
    ClaimMoved("claim-1", "0000000001", "visit-1", ClaimState.GRANTED, False, 1),
    PrintMoved("job-1", "claim-1", "0000000001", 1, PrintState.PRINTED, "ab" * 32),
    DeviceChanged("scanner", "down"),
    LinkChanged(True),
    VisitEnded("visit-1", "done"),
)


# --- keeping -----------------------------------------------------------------------------


def test_every_kind_of_record_is_read_back_as_it_was_committed(tmp_path):
    with Journal.open(tmp_path, KEY) as journal:
        journal.commit(EVERY_KIND, NOON, 1.5)
    assert read_back(tmp_path) == list(EVERY_KIND)


def test_rows_are_numbered_without_gaps_across_batches_and_restarts(tmp_path):
    written(tmp_path, 3)
    with Journal.open(tmp_path, KEY) as journal:
        assert journal.last_seq == 3
        assert journal.commit([ended(4), ended(5)], NOON, 9.0) == 5
        assert [row.seq for row in journal.records()] == [1, 2, 3, 4, 5]


def test_a_row_carries_its_batch_its_times_and_its_kind(tmp_path):
    with Journal.open(tmp_path, KEY) as journal:
        journal.commit([ended(1)], NOON, 12.345, "batch-7")
        (row,) = journal.records()
    assert (row.batch, row.at, row.mono_ms, row.kind) == ("batch-7", NOON, 12345, "VisitEnded")


def test_rows_of_a_process_that_was_killed_are_all_there(tmp_path):
    journal = Journal.open(tmp_path, KEY)
    journal.commit([ended(1)], NOON, 1.0)
    journal.commit([ended(2)], NOON, 2.0)
    abandon(journal)
    assert read_back(tmp_path) == [ended(1), ended(2)]


def test_a_batch_can_be_looked_up_by_its_id(tmp_path):
    with Journal.open(tmp_path, KEY) as journal:
        journal.commit([ended(1)], NOON, 1.0, "first")
        assert journal.has_batch("first")
        assert not journal.has_batch("second")


def test_the_head_names_the_last_row_after_a_checkpoint(tmp_path):
    with Journal.open(tmp_path, KEY) as journal:
        journal.commit([ended(1), ended(2)], NOON, 1.0)
        assert head_of(tmp_path)["seq"] == 0
        journal.checkpoint()
        assert head_of(tmp_path)["seq"] == 2


def test_a_checkpoint_empties_the_write_ahead_log(tmp_path):
    with Journal.open(tmp_path, KEY) as journal:
        journal.commit([ended(1)], NOON, 1.0)
        log = tmp_path / (FILE_NAME + "-wal")
        assert log.stat().st_size > 0
        journal.checkpoint()
        assert log.stat().st_size == 0


def test_closing_twice_does_no_harm(tmp_path):
    journal = Journal.open(tmp_path, KEY)
    journal.close()
    journal.close()
    assert read_back(tmp_path) == []


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
RECORDS = st.one_of(
    st.builds(VisitEnded, TEXTS, TEXTS),
    st.builds(KioskStarted, TEXTS, TEXTS),
    st.builds(LinkChanged, st.booleans(), TEXTS),
    st.builds(
        EvidenceKept,
        TEXTS,
        st.dictionaries(TEXTS, TEXTS | st.integers(-(2**63), 2**63), max_size=4),
    ),
)


@given(st.lists(st.lists(RECORDS, min_size=1, max_size=5), max_size=5))
def test_any_batches_of_any_text_are_read_back_unchanged(batches):
    with tempfile.TemporaryDirectory() as name:
        with Journal.open(Path(name), KEY) as journal:
            for batch in batches:
                journal.commit(batch, NOON, 1.0)
        assert read_back(Path(name)) == [record for batch in batches for record in batch]


# --- append only ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET body = '{}' WHERE seq = 1",
        "DELETE FROM entry WHERE seq = 2",
        "INSERT INTO entry SELECT 9, batch, at_us, mono_ms, kind, body, mac FROM entry LIMIT 1",
        "INSERT OR REPLACE INTO entry SELECT * FROM entry WHERE seq = 1",
    ],
)
def test_the_file_itself_refuses_to_change_what_is_written(tmp_path, statement):
    written(tmp_path, 2)
    connection = connect(tmp_path / FILE_NAME)
    with pytest.raises(apsw.ConstraintError, match="journal rows are"):
        connection.execute(statement)
    connection.close()


def test_the_file_refuses_values_of_the_wrong_type(tmp_path):
    written(tmp_path, 1)
    connection = connect(tmp_path / FILE_NAME)
    with pytest.raises(apsw.ConstraintError, match="cannot store TEXT"):
        connection.execute("INSERT INTO entry VALUES (2, 'b', 'now', 0, 'k', '{}', zeroblob(32))")
    connection.close()


def test_sqlite_is_set_up_to_lose_nothing_and_to_trust_nothing(tmp_path):
    expected = {
        "journal_mode": "wal",
        "synchronous": 3,
        "locking_mode": "exclusive",
        "trusted_schema": 0,
        "cell_size_check": 1,
        "mmap_size": 0,
        "foreign_keys": 1,
        "temp_store": 2,
        "wal_autocheckpoint": 4096,
    }
    connection = connect(tmp_path / FILE_NAME)
    found = {name: connection.pragma(name) for name in expected}
    connection.close()
    assert found == expected


def test_an_sqlite_that_can_corrupt_its_log_is_refused():
    with pytest.raises(
        JournalError, match=r"SQLite 3\.51\.2 can corrupt a WAL; install 3\.51\.3 or"
    ):
        assert_sqlite_is_safe("3.51.2")
    assert_sqlite_is_safe("3.51.3")


# --- batches that cannot be stored ---------------------------------------------------------


@pytest.mark.parametrize(
    ("records", "at", "batch"),
    [
        ([], NOON, "b"),
        ([ended(1)] * (MAX_BATCH_RECORDS + 1), NOON, "b"),
        ([ended(1)], datetime(2026, 11, 21), "b"),  # noqa: DTZ001 - the fault
        ([ended(1)], NOON, "no spaces"),
        ([ended(1)], NOON, ""),
        ([EvidenceKept("pay-1", {"ratio": float("nan")})], NOON, "b"),  # type: ignore[dict-item]
        ([VisitEnded("v", "x" * 70000)], NOON, "b"),
        ([VisitEnded("v", "\ud800")], NOON, "b"),
    ],
)
def test_a_batch_that_cannot_be_stored_is_refused_and_nothing_is_written(
    tmp_path, records, at, batch
):
    with Journal.open(tmp_path, KEY) as journal:
        with pytest.raises(ValueError, match="batch|record|time zone|JSON|surrogates"):
            journal.commit(records, at, 1.0, batch)
        assert list(journal.records()) == []
        assert journal.commit([ended(1)], NOON, 1.0) == 1


def body_of(size):
    """A record whose stored body has that many bytes."""
    bare = len('{"reason":"","visit_id":"v"}')
    return VisitEnded("v", "x" * (size - bare))


def test_the_limits_of_a_batch_are_what_they_say(tmp_path):
    with Journal.open(tmp_path, KEY) as journal:
        assert journal.commit([ended(1)] * 512, NOON, 1.0, "b" * 64) == 512
        assert journal.commit([body_of(65536)], NOON, 1.0) == 513
        for records, batch in (
            ([ended(1)] * 513, "a"),
            ([body_of(65537)], "b"),
            ([ended(1)], "b" * 65),
            ([ended(1)], "b?"),
        ):
            with pytest.raises(ValueError, match="batch|too long"):
                journal.commit(records, NOON, 1.0, batch)


USES = {
    "commit": lambda journal: journal.commit([ended(1)], NOON, 1.0),
    "has_batch": lambda journal: journal.has_batch("b"),
    "records": lambda journal: list(journal.records()),
    "checkpoint": lambda journal: journal.checkpoint(),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_a_closed_journal_is_not_used(tmp_path, use):
    journal = Journal.open(tmp_path, KEY)
    journal.close()
    with pytest.raises(AssertionError, match="the journal is closed"):
        use(journal)


def test_a_checkpoint_without_news_writes_nothing(tmp_path):
    with Journal.open(tmp_path, KEY) as journal:
        journal.commit([ended(1)], NOON, 1.0)
        journal.checkpoint()
        head = (tmp_path / "head.json").stat().st_ino
        journal.checkpoint()
        assert (tmp_path / "head.json").stat().st_ino == head
    Journal.open(tmp_path, KEY).close()
    assert (tmp_path / "head.json").stat().st_ino == head


def test_every_file_of_a_journal_is_its_owners_alone(tmp_path):
    with Journal.open(tmp_path / "state", KEY, mirror=tmp_path / "mirror") as journal:
        journal.commit([ended(1)], NOON, 1.0)
        for place in ("state", "mirror"):
            assert (tmp_path / place).stat().st_mode & 0o777 == 0o700
            for path in (tmp_path / place).iterdir():
                assert path.stat().st_mode & 0o777 == 0o600, path.name


def test_a_closed_journal_leaves_no_descriptor_open(tmp_path):
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(3):
        with Journal.open(tmp_path / "state", KEY, mirror=tmp_path / "mirror") as journal:
            journal.commit([ended(1)], NOON, 1.0)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_reading_and_keys_leave_no_descriptor_open(tmp_path):
    written(tmp_path, 1)
    keys.load_or_create(tmp_path / keys.KEY_NAME)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(3):
        verify(tmp_path, KEY)
        keys.load_or_create(tmp_path / keys.KEY_NAME)
    (tmp_path / FILE_NAME).write_bytes(b"no database" * 1000)
    assert not verify(tmp_path, KEY).is_sound
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_refused_journal_leaves_no_descriptor_open(tmp_path):
    written(tmp_path, 1)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(3):
        with pytest.raises(WrongKey):
            Journal.open(tmp_path, OTHER_KEY)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_another_thread_may_not_use_the_journal(tmp_path):
    caught = []

    def intrude():
        try:
            journal.commit([ended(1)], NOON, 1.0)
        except AssertionError as error:
            caught.append(str(error))

    with Journal.open(tmp_path, KEY) as journal:
        thread = threading.Thread(target=intrude)
        thread.start()
        thread.join()
        assert caught == ["the journal belongs to another thread"]
        assert journal.last_seq == 0


# --- who may open it -----------------------------------------------------------------------


def test_a_second_instance_in_the_same_process_is_refused(tmp_path):
    with Journal.open(tmp_path, KEY):
        with pytest.raises(JournalInUse, match="in use by another process"):
            Journal.open(tmp_path, KEY)
    assert read_back(tmp_path) == []


def test_a_second_process_is_refused_in_words(tmp_path):
    program = (
        "import sys; from pathlib import Path; from kiosk.journal.journal import Journal\n"
        "try: Journal.open(Path(sys.argv[1]), bytes(range(32)))\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    with Journal.open(tmp_path, KEY):
        done = subprocess.run(
            [sys.executable, "-c", program, str(tmp_path)],
            capture_output=True,
            text=True,
            check=True,
            timeout=240,
        )
    assert done.stdout.startswith("JournalInUse the journal in")
    assert "stop the other one first" in done.stdout


def test_a_foreign_process_that_holds_the_file_open_is_told_as_in_use(tmp_path):
    written(tmp_path, 1)
    foreign = apsw.Connection(str(tmp_path / FILE_NAME))
    foreign.execute("SELECT count(*) FROM entry").fetchall()
    with pytest.raises(JournalInUse):
        Journal.open(tmp_path, KEY)
    foreign.close()
    assert read_back(tmp_path) == [ended(1)]


def test_another_key_is_refused(tmp_path):
    written(tmp_path, 1)
    with pytest.raises(WrongKey, match="put the key file back"):
        Journal.open(tmp_path, OTHER_KEY)


def test_an_empty_journal_is_bound_to_its_key_too(tmp_path):
    Journal.open(tmp_path, KEY).close()
    with pytest.raises(WrongKey):
        Journal.open(tmp_path, OTHER_KEY)


def test_a_refused_journal_can_be_opened_once_the_cause_is_gone(tmp_path):
    written(tmp_path, 1)
    with pytest.raises(WrongKey):
        Journal.open(tmp_path, OTHER_KEY)
    assert read_back(tmp_path) == [ended(1)]


# --- damage that is seen at the start --------------------------------------------------------


def test_a_journal_that_lost_its_last_rows_is_refused(tmp_path):
    written(tmp_path, 3)
    tamper(tmp_path, "DELETE FROM entry WHERE seq = 3")
    with pytest.raises(JournalDamaged, match="ends at row 2, but row 3 was committed"):
        Journal.open(tmp_path, KEY)


def test_a_journal_file_that_vanished_is_not_begun_anew(tmp_path):
    written(tmp_path, 2)
    (tmp_path / FILE_NAME).unlink()
    with pytest.raises(JournalDamaged, match="ends at row 0, but row 2 was committed"):
        Journal.open(tmp_path, KEY)


def test_a_journal_without_its_head_is_refused(tmp_path):
    written(tmp_path, 2)
    (tmp_path / "head.json").unlink()
    with pytest.raises(JournalDamaged, match=r"head\.json is missing beside a journal of 2 rows"):
        Journal.open(tmp_path, KEY)


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'{"seq": "x"}', b"\xff", b"[" * 4000])
def test_a_head_that_is_no_head_is_refused(tmp_path, content):
    written(tmp_path, 1)
    (tmp_path / "head.json").write_bytes(content)
    with pytest.raises(JournalDamaged, match=r"head\.json does not hold"):
        Journal.open(tmp_path, KEY)


def test_a_last_row_that_was_replaced_is_refused(tmp_path):
    written(tmp_path, 2)
    tamper(tmp_path, "UPDATE entry SET mac = zeroblob(32) WHERE seq = 2")
    with pytest.raises(JournalDamaged, match="row 2 is not the one"):
        Journal.open(tmp_path, KEY)


def test_an_edited_row_is_found_while_reading(tmp_path):
    written(tmp_path, 3)
    tamper(tmp_path, "UPDATE entry SET body = replace(body, 'done', 'dont') WHERE seq = 2")
    with Journal.open(tmp_path, KEY) as journal:
        with pytest.raises(JournalDamaged, match="row 2 is not what was committed"):
            list(journal.records())
        assert journal.last_seq == 3


def test_text_that_is_no_text_is_damage_not_a_bug(tmp_path):
    written(tmp_path, 2)
    tamper(tmp_path, "UPDATE entry SET body = CAST(x'ff' AS TEXT) WHERE seq = 1")
    with Journal.open(tmp_path, KEY) as journal:
        with pytest.raises(JournalDamaged, match="cannot be read"):
            list(journal.records())
        assert journal.last_seq == 2


def test_a_last_row_without_its_mac_is_damage_not_a_bug(tmp_path):
    """As a page that never reached the disk can leave it."""
    written(tmp_path, 2)
    nullable = "replace(sql, 'NOT NULL CHECK (length(mac) = 32)', '')"
    tamper(
        tmp_path,
        "PRAGMA writable_schema = ON",
        f"UPDATE sqlite_schema SET sql = {nullable} WHERE name = 'entry'",
        "PRAGMA writable_schema = RESET",
        "UPDATE entry SET mac = NULL WHERE seq = 2",
    )
    with pytest.raises(JournalDamaged, match="row 2 is no row"):
        Journal.open(tmp_path, KEY)


def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / FILE_NAME).write_bytes(b"not a database, but long enough to be looked at " * 100)
    with pytest.raises(JournalDamaged, match="is refused"):
        Journal.open(tmp_path, KEY)


def test_a_database_of_another_program_is_refused(tmp_path):
    connection = apsw.Connection(str(tmp_path / FILE_NAME))
    connection.execute("CREATE TABLE entry (seq)")
    connection.close()
    with pytest.raises(JournalDamaged, match="not a kiosk journal"):
        Journal.open(tmp_path, KEY)


def test_a_directory_that_cannot_be_made_is_an_os_error(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OSError, match="Not a directory|File exists"):
        Journal.open(tmp_path / "file" / "journal", KEY)


def test_a_head_that_cannot_be_written_is_reported_and_the_rows_are_safe(tmp_path):
    journal = Journal.open(tmp_path, KEY)
    journal.commit([ended(1)], NOON, 1.0)
    (tmp_path / "head.json.new").mkdir()
    with pytest.raises(CheckpointFailed, match="cannot be tidied"):
        journal.close()
    (tmp_path / "head.json.new").rmdir()
    assert read_back(tmp_path) == [ended(1)]


def test_records_are_equal_only_if_every_field_is(tmp_path):
    written(tmp_path, 1)
    assert read_back(tmp_path) != [replace(ended(1), reason="idle")]


def test_a_commit_names_its_last_row_in_the_tail(tmp_path):
    with Journal.open(tmp_path, KEY) as journal:
        journal.commit([ended(1), ended(2)], NOON, 1.0)
        known = read_tail(tmp_path, KEY)
        assert known is not None
        assert known.seq == 2


def test_a_checkpoint_takes_up_a_mirror_that_was_lost(tmp_path):
    disk = BrokenDisk()
    with Journal.open(tmp_path / "state", KEY, mirror=tmp_path / "mirror", disk=disk) as journal:
        disk.refused = {"write"}
        journal.commit([ended(1)], NOON, 1.0)
        assert journal.mirror_trouble
        disk.refused = set()
        journal.checkpoint()
        assert journal.mirror_trouble == ""
