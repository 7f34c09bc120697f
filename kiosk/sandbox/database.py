"""Where the sandbox's book is kept: one SQL dialect, SQLite by default, PostgreSQL by URL.

Statements are written so that both understand them; `postgres` changes the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import apsw

Values = tuple[Any, ...] | Mapping[str, Any]
VERSION = 1


class StoreError(Exception):
    """The book cannot be used; says what to do."""


class Database(Protocol):
    """One connection; its caller sees to turns between threads.

    Placeholders are `?` or `:name`. Rows come in the order they were written by `rowid`.
    """

    @property
    def name(self) -> str:
        """For people; without a password."""

    @property
    def in_transaction(self) -> bool: ...

    def prepare(self, schema: str) -> bool:
        """Make the tables of a new book; True where it is one. Raises StoreError."""

    def rows(self, sql: str, values: Values = ()) -> list[dict[str, Any]]: ...

    def close(self) -> None: ...


class SqliteDatabase:
    """The book in one file of `directory`."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.name = str(directory / "platform.sqlite3")
        self._db = apsw.Connection(self.name)
        self._db.set_busy_timeout(2000)
        self._db.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA foreign_keys = ON")
        self._db.row_trace = _as_mapping

    @property
    def in_transaction(self) -> bool:
        return self._db.in_transaction

    def prepare(self, schema: str) -> bool:
        version = int(self.rows("PRAGMA user_version")[0]["user_version"])
        if version not in (0, VERSION):
            raise StoreError(f"{self.name} has version {version}; remove it to start afresh")
        if version == 0:
            with self._db:
                self._db.execute(schema + f"PRAGMA user_version = {VERSION}")
        return version == 0

    def rows(self, sql: str, values: Values = ()) -> list[dict[str, Any]]:
        return list(self._db.execute("BEGIN IMMEDIATE" if sql == "BEGIN" else sql, values))

    def close(self) -> None:
        self._db.close()


def _as_mapping(cursor: apsw.Cursor, row: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip((column[0] for column in cursor.get_description()), row, strict=True))
