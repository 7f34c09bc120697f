"""The sandbox's book in PostgreSQL, for a test bench that several people share."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import dict_row

from kiosk.sandbox.database import VERSION, StoreError, Values

CONNECT_TIMEOUT_S = 10
_LOCK = 7_341_001  # held by the one sandbox that uses the book
_TYPES = (
    (r"\bINTEGER\b", "BIGINT"),  # amounts are larger than 32 bits
    (r"\bREAL\b", "DOUBLE PRECISION"),
    (r"\) STRICT", ", rowid BIGSERIAL)"),  # SQLite has it in every table
)


class PostgresDatabase:
    """The book in the database of a `postgresql://` URL; a lost connection is made anew.

    What was under way when it was lost is undone, and its request answered with an error.
    Raises StoreError where it cannot be reached or another sandbox uses it.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.name = f"{parts.scheme}://{parts.hostname or ''}{parts.path}"
        self._url = url
        self._db = self._connected()

    def _connected(self) -> psycopg.Connection[dict[str, Any]]:
        try:
            db = psycopg.connect(
                self._url, autocommit=True, row_factory=dict_row, connect_timeout=CONNECT_TIMEOUT_S
            )
            mine = db.execute("SELECT pg_try_advisory_lock(%s) AS mine", (_LOCK,)).fetchone()
        except psycopg.Error as error:
            raise StoreError(f"{self.name} cannot be used: {str(error).strip()}") from error
        if mine is None or not mine["mine"]:
            db.close()
            raise StoreError(f"another sandbox uses {self.name}; name another database")
        return db

    @property
    def in_transaction(self) -> bool:
        return self._db.info.transaction_status in (
            TransactionStatus.INTRANS,
            TransactionStatus.INERROR,
        )

    def prepare(self, schema: str) -> bool:
        tables = _translated(schema)
        with self._db.transaction():
            self._db.execute("CREATE TABLE IF NOT EXISTS book (version INTEGER NOT NULL)")
            kept = self._db.execute("SELECT version FROM book").fetchone()
            if kept is None:
                self._db.execute(tables.encode())
                self._db.execute("INSERT INTO book VALUES (%s)", (VERSION,))
            elif kept["version"] != VERSION:
                raise StoreError(
                    f"{self.name} has version {kept['version']}; name an empty database"
                )
        return kept is None

    def rows(self, sql: str, values: Values = ()) -> list[dict[str, Any]]:
        if self._db.closed:
            self._db = self._connected()
        cursor = self._db.execute(_translated(sql).encode(), _storable(values) or None)
        if cursor.description is None:
            return []
        return [{name: row[name] for name in row if name != "rowid"} for row in cursor]

    def close(self) -> None:
        self._db.close()


def _translated(sql: str) -> str:
    """From the common dialect; no literal of the book's statements holds a mark."""
    for pattern, ours in _TYPES:
        sql = re.sub(pattern, ours, sql)
    sql = re.sub(r"(?<!:):(\w+)", r"%(\1)s", sql)
    return sql.replace("?", "%s")


def _storable(values: Values) -> Values:
    """PostgreSQL's texts cannot hold NUL; nothing that is looked up has one."""
    if isinstance(values, tuple):
        return tuple(_clean(value) for value in values)
    return {name: _clean(value) for name, value in values.items()}


def _clean(value: Any) -> Any:
    return value.replace("\0", "\ufffd") if isinstance(value, str) else value
