"""The journal for other programs (JSON lines, CSV) and for people (a plain table)."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from typing import TextIO

from kiosk.domain.hours import CHINA
from kiosk.domain.record_rows import BadRecord
from kiosk.journal.chain import Row
from kiosk.journal.errors import JournalDamaged

CSV_COLUMNS = ("seq", "at", "batch", "kind", "body", "mac")
MAX_SHOWN_CHARS = 160


def export_json_lines(rows: Iterable[Row], out: TextIO) -> int:
    """Write one JSON object a row and return their number; `body` is nested.

    Raises JournalDamaged for a body that is no JSON object, or a time that is none.
    """
    count = 0
    for row in rows:
        try:
            body, at = dict(row.values), row.at.isoformat()
        except BadRecord as error:
            raise JournalDamaged(f"{error}: run kiosk journal verify") from error
        entry = {
            "seq": row.seq,
            "at": at,
            "mono_ms": row.mono_ms,
            "batch": row.batch,
            "kind": row.kind,
            "body": body,
            "mac": row.mac.hex(),
        }
        out.write(json.dumps(entry, ensure_ascii=False) + "\n")
        count += 1
    return count


def export_csv(rows: Iterable[Row], out: TextIO) -> int:
    """Write a header and one line a row (RFC 4180), return the number of rows.

    Raises JournalDamaged for a time that is none.
    """
    writer = csv.writer(out)
    writer.writerow(CSV_COLUMNS)
    count = 0
    for row in rows:
        try:
            at = row.at.isoformat()
        except BadRecord as error:
            raise JournalDamaged(f"{error}: run kiosk journal verify") from error
        writer.writerow((row.seq, at, row.batch, row.kind, row.body, row.mac.hex()))
        count += 1
    return count


def line_of(row: Row) -> str:
    """One line for people: number, local time, kind and what the record says."""
    try:
        at = row.at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
    except (BadRecord, OverflowError):
        at = "unreadable time    "
    try:
        said = " ".join(f"{name}={_short(value)}" for name, value in row.values.items())
    except BadRecord:
        said = f"unreadable: {row.body}"
    if len(said) > MAX_SHOWN_CHARS:
        said = said[: MAX_SHOWN_CHARS - 1] + "…"
    line = f"{row.seq:>7}  {at}  {row.kind[:MAX_SHOWN_CHARS]:<15}  {said}"
    # What was changed by somebody must not command the terminal.
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in line)


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text or "-"
