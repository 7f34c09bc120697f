"""Offline verification: names every way in which a journal is not what was committed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import apsw

from kiosk.domain.records import CarriedForward
from kiosk.journal.chain import Row
from kiosk.journal.connection import connect_to_archive
from kiosk.journal.errors import JournalDamaged, WrongKey
from kiosk.journal.findings import Finding, Kind, Report
from kiosk.journal.head import HEAD_NAME, Head, read_head
from kiosk.journal.migrate import APPLICATION_ID, Migrations, migrations
from kiosk.journal.mirror import mirrored_rows, torn_bytes
from kiosk.journal.reader import Reader
from kiosk.journal.tail import read_tail
from kiosk.journal.volumes import Volume, archived
from kiosk.journal.walk import StoredRow, Walk

IMMUTABLE = "delete"  # what SQLite says of a file that it takes for unchangeable
ROW_BYTES = (
    "SELECT seq, CAST(batch AS BLOB), at_us, mono_ms, CAST(kind AS BLOB), "
    "CAST(body AS BLOB), CAST(mac AS BLOB), concat_ws(' ', typeof(seq), typeof(batch), typeof(at_us), "
    "typeof(mono_ms), typeof(kind), typeof(body), typeof(mac)) FROM entry ORDER BY seq"
)


def verify(
    directory: Path, key: bytes, *, mirror: Path | None = None, steps: Migrations | None = None
) -> Report:
    """Check the journal in `directory` against its key, its chain and its head.

    Raises JournalInUse while a kiosk runs on it and JournalError when there is none;
    every kind of damage is a finding. The chain covers every row; that rows were cut off
    at the end is seen up to the row that the head names. `mirror` is the directory of the
    second copy, which is compared too; `steps` replaces the shipped migrations, for tests.
    """
    scripts = migrations() if steps is None else steps
    try:
        with Reader(directory) as reader:
            findings = list(_file_findings(reader.connection, scripts, "wal"))
            anchor, doubt = _anchor(directory, key)
            walk = Walk(key, anchor, read_tail(directory, key))
            archives = archived(directory)
            for volume in archives:
                findings += _volume_findings(walk, volume, scripts)
            findings += _walk_findings(walk, reader.connection)
            findings += walk.findings()
            if mirror is not None:
                findings += _mirror_findings(mirror, walk.last_seq, archives, reader.connection)
    except JournalDamaged as error:
        return Report(0, (Finding(Kind.CORRUPT_FILE, str(error)),))
    if doubt is not None and doubt.kind is Kind.WRONG_KEY and walk.sound_rows:
        doubt = Finding(Kind.HEAD_CHANGED, f"{HEAD_NAME} is not what was written")
    if doubt is not None and doubt not in findings:
        findings.append(doubt)
    return Report(walk.rows, tuple(findings))


def _walk_findings(walk: Walk, connection: apsw.Connection) -> Iterator[Finding]:
    try:
        for values in connection.execute(ROW_BYTES):
            walk.take(StoredRow(*values))
    except (apsw.Error, UnicodeDecodeError) as error:
        yield Finding(Kind.CORRUPT_FILE, f"rows cannot be read: {error}")


def _volume_findings(walk: Walk, volume: Volume, scripts: Migrations) -> Iterator[Finding]:
    """What is wrong with a file of the archive; its rows go on with the walk."""
    name, before = volume.path.name, walk.last_seq
    try:
        connection = connect_to_archive(volume.path)
    except apsw.Error as error:
        yield Finding(Kind.CORRUPT_FILE, f"{name} cannot be opened: {error}", volume.first)
        return
    try:
        first, last = next(connection.execute("SELECT min(seq), max(seq) FROM entry"))
        if first is None or first <= before or first != volume.first or last > volume.last:
            text = f"{name} holds the rows {first} to {last}: it is another volume"
            yield Finding(Kind.VOLUME_SWAPPED, text, volume.first)
            return
        if last < volume.last:
            text = f"{name} ends at row {last}: rows were cut off"
            yield Finding(Kind.TRUNCATION, text, last)
        # An older version may have written it.
        version = min(len(scripts), max(1, int(connection.pragma("user_version"))))
        yield from _file_findings(connection, scripts[:version], IMMUTABLE)
        yield from _walk_findings(walk, connection)
    except (apsw.Error, UnicodeDecodeError) as error:
        yield Finding(Kind.CORRUPT_FILE, f"{name} cannot be read: {error}", volume.first)
    finally:
        connection.close(True)


def _mirror_findings(
    mirror: Path, last_seq: int, archives: Sequence[Volume], connection: apsw.Connection
) -> Iterator[Finding]:
    number = 0
    stored = _stored_rows(archives, connection)
    seq, ours = next(stored, (1, None))
    first = seq  # earlier rows were removed lawfully, or the walk has told of it
    try:
        for row in mirrored_rows(mirror):
            opens = not number and row.kind == CarriedForward.__name__ and row.seq <= first
            number = row.seq if opens else number + 1
            if row.seq != number:
                text = f"the mirror holds row {row.seq} in the place of row {number}"
                yield Finding(Kind.MIRROR_DIFFERS, text, number)
                return
            if number > last_seq:
                text = f"the mirror holds row {number}, the journal ends at row {last_seq}"
                yield Finding(Kind.MIRROR_AHEAD, f"{text}: rows were cut off there", number)
                return
            while seq < number:
                seq, ours = next(stored, (number, None))
            if number >= first and (seq, ours) != (number, row):
                text = f"row {number} is another one in the mirror"
                yield Finding(Kind.MIRROR_DIFFERS, text, number)
                return
        if torn := torn_bytes(mirror):
            text = f"{torn} bytes after row {number} of the mirror are torn or changed"
            yield Finding(Kind.MIRROR_DAMAGED, text, number)
    except (OSError, JournalDamaged) as error:
        yield Finding(Kind.MIRROR_DAMAGED, f"after row {number} of the mirror: {error}", number)
    if number < last_seq:
        text = f"the mirror ends at row {number}, the journal at row {last_seq}"
        yield Finding(Kind.MIRROR_BEHIND, text, number)


def _stored_rows(
    archives: Sequence[Volume], live: apsw.Connection
) -> Iterator[tuple[int, Row | None]]:
    """Number and row of every volume; None for a row that the walk has told of."""
    for volume in archives:
        try:
            connection = connect_to_archive(volume.path)
        except apsw.Error:
            continue
        try:
            yield from _decoded_rows(connection)
        finally:
            connection.close(True)
    yield from _decoded_rows(live)


def _decoded_rows(connection: apsw.Connection) -> Iterator[tuple[int, Row | None]]:
    try:
        for values in connection.execute(ROW_BYTES):
            row = StoredRow(*values)
            try:
                yield row.seq, row.decoded() if row.is_typed else None
            except UnicodeDecodeError:
                yield row.seq, None
    except apsw.Error:
        return


def _anchor(directory: Path, key: bytes) -> tuple[Head | None, Finding | None]:
    try:
        anchor = read_head(directory, key)
    except WrongKey as error:
        return None, Finding(Kind.WRONG_KEY, str(error))
    except JournalDamaged as error:
        return None, Finding(Kind.HEAD_CHANGED, str(error))
    if anchor is None:
        text = f"{HEAD_NAME} is missing: rows cut off at the end would not be seen"
        return None, Finding(Kind.HEAD_MISSING, text)
    return anchor, None


def _file_findings(
    connection: apsw.Connection, scripts: Migrations, mode: str
) -> Iterator[Finding]:
    try:
        for (answer,) in connection.execute("PRAGMA integrity_check(100)"):
            if answer != "ok":
                yield Finding(Kind.CORRUPT_FILE, str(answer))
        for name, expected in (
            ("journal_mode", mode),
            ("encoding", "UTF-8"),
            ("application_id", APPLICATION_ID),
            ("user_version", len(scripts)),
        ):
            if (found := connection.pragma(name)) != expected:
                text = f"the file's {name} is {found!r}, expected {expected!r}"
                yield Finding(Kind.CHANGED_SCHEMA, text)
        if _schema(connection) != _expected_schema(scripts):
            yield Finding(Kind.CHANGED_SCHEMA, "tables or triggers are not those of a journal")
    except (apsw.Error, UnicodeDecodeError) as error:
        yield Finding(Kind.CORRUPT_FILE, f"SQLite refuses the file: {error}")


def _schema(connection: apsw.Connection) -> list[tuple[object, ...]]:
    select = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name"
    return list(connection.execute(select))


def _expected_schema(scripts: Migrations) -> list[tuple[object, ...]]:
    connection = apsw.Connection(":memory:")
    try:
        for step in scripts:
            connection.execute(step)
        return _schema(connection)
    finally:
        connection.close()
