"""Journals to test with: records without any person in them, and ways to tamper."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apsw

from kiosk.domain.records import Record, VisitEnded
from kiosk.journal.connection import FILE_NAME
from kiosk.journal.journal import Journal
from kiosk.journal.migrate import migrations

KEY = bytes(range(32))
OTHER_KEY = bytes(32)
NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
TRIGGERS = ("entry_is_gapless", "entry_is_never_changed", "entry_is_never_deleted")


def ended(number: int) -> VisitEnded:
    return VisitEnded(f"visit-{number}", "done")


def written(directory: Path, rows: int) -> list[Record]:
    """Write a journal of one-record batches, one second apart, and close it."""
    records: list[Record] = [ended(number) for number in range(1, rows + 1)]
    with Journal.open(directory, KEY) as journal:
        for number, record in enumerate(records):
            journal.commit([record], NOON + timedelta(seconds=number), float(number))
    return records


def read_back(directory: Path, key: bytes = KEY) -> list[Record]:
    with Journal.open(directory, key) as journal:
        return [row.record() for row in journal.records()]


def abandon(journal: Journal) -> None:
    """Leave a journal as a killed process does: no checkpoint, no head."""
    journal._copy.close()
    journal._tail.close()
    journal._connection.close(True)
    journal._lock.release()


def tamper(directory: Path, *statements: str) -> None:
    """Change the file as somebody with the tools and without the key would."""
    connection = apsw.Connection(str(directory / FILE_NAME))
    for trigger in TRIGGERS:
        connection.execute(f"DROP TRIGGER {trigger}")
    for statement in statements:
        connection.execute(statement)
    for part in migrations()[0].split("\nCREATE TRIGGER")[1:]:
        connection.execute("CREATE TRIGGER" + part)
    connection.close()


def head_of(directory: Path) -> dict[str, object]:
    content: dict[str, object] = json.loads((directory / "head.json").read_text())
    return content


def seqs(records: Sequence[Record]) -> list[str]:
    return [record.visit_id for record in records if isinstance(record, VisitEnded)]
