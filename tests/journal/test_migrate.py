"""Upgrades go forward, whole, and leave a copy of what was there before."""

from __future__ import annotations

import apsw
import pytest

from kiosk.journal.connection import FILE_NAME
from kiosk.journal.errors import JournalDamaged, JournalNewer
from kiosk.journal.journal import Journal
from kiosk.journal.migrate import APPLICATION_ID, migrations
from tests.support.journals import KEY, NOON, ended, read_back, written

NEXT = (*migrations(), "CREATE TABLE extra (note TEXT) STRICT")
BROKEN = (*migrations(), "CREATE TABLE extra (note TEXT) STRICT; SELECT no_such_thing()")


def tables(path):
    connection = apsw.Connection(str(path))
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema")]
    version = connection.pragma("user_version")
    connection.close()
    return version, "extra" in names


def test_a_new_journal_has_the_newest_version_and_no_copy(tmp_path):
    written(tmp_path, 1)
    assert tables(tmp_path / FILE_NAME) == (len(migrations()), False)
    assert list(tmp_path.glob("journal.v*")) == []
    read_back(tmp_path)
    assert list(tmp_path.glob("journal.v*")) == []


def test_an_upgrade_keeps_the_rows_and_a_copy_of_the_old_file(tmp_path):
    records = written(tmp_path, 3)
    with Journal.open(tmp_path, KEY, steps=NEXT) as journal:
        assert [row.record() for row in journal.records()] == records
    assert tables(tmp_path / FILE_NAME) == (2, True)
    assert tables(tmp_path / "journal.v1.sqlite3") == (1, False)


def test_the_copy_is_a_journal_that_can_be_put_back(tmp_path):
    records = written(tmp_path, 3)
    Journal.open(tmp_path, KEY, steps=NEXT).close()
    (tmp_path / "journal.v1.sqlite3").replace(tmp_path / FILE_NAME)
    assert read_back(tmp_path) == records


def test_a_newer_file_is_refused_and_left_alone(tmp_path):
    written(tmp_path, 1)
    Journal.open(tmp_path, KEY, steps=NEXT).close()
    with pytest.raises(JournalNewer, match="version 2, this kiosk knows versions up to 1"):
        Journal.open(tmp_path, KEY)
    assert tables(tmp_path / FILE_NAME) == (2, True)


def test_an_upgrade_that_fails_changes_nothing_and_can_be_made_again(tmp_path):
    written(tmp_path, 2)
    with pytest.raises(JournalDamaged, match="no_such_thing"):
        Journal.open(tmp_path, KEY, steps=BROKEN)
    assert tables(tmp_path / FILE_NAME) == (1, False)
    with Journal.open(tmp_path, KEY, steps=NEXT) as journal:
        assert journal.commit([ended(3)], NOON, 1.0) == 3


@pytest.mark.parametrize(
    ("application", "version"), [(APPLICATION_ID, 0), (APPLICATION_ID + 1, 1), (0, 1)]
)
def test_a_file_with_half_the_marks_of_a_journal_is_refused(tmp_path, application, version):
    written(tmp_path, 1)
    connection = apsw.Connection(str(tmp_path / FILE_NAME))
    connection.pragma("application_id", application)
    connection.pragma("user_version", version)
    connection.close()
    with pytest.raises(JournalDamaged, match="not a kiosk journal"):
        Journal.open(tmp_path, KEY)
