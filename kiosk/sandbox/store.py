"""The book itself: one SQLite file, one connection, one clock, transactions that are whole."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import apsw

from kiosk.sandbox.ledger import LateWallet
from kiosk.sandbox.schema import SCHEMA

BEIJING = timezone(timedelta(hours=8))
VERSION = 1


class StoreError(Exception):
    """The book on disk cannot be used; says what to do."""


class Store:
    """Opens or makes the book in `directory`; transactions of several threads take turns.

    `clock` is seconds since the epoch; `late` and the shift of the clock are switches of
    the demo and kept in the book, so that a restarted sandbox goes on as it was.
    """

    def __init__(self, directory: Path, clock: Callable[[], float]) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.path = directory / "platform.sqlite3"
        self._clock = clock
        self._turn = threading.RLock()
        self._listeners: list[Callable[[], None]] = []
        self._db = apsw.Connection(str(self.path))
        self._db.set_busy_timeout(2000)
        self._db.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA foreign_keys = ON")
        self._db.row_trace = _as_mapping
        self.is_new = self._prepare()

    def _prepare(self) -> bool:
        version = int(self.value("PRAGMA user_version"))
        if version not in (0, VERSION):
            raise StoreError(f"{self.path} has version {version}; remove it to start afresh")
        if version == 0:
            with self._db:
                self._db.execute(SCHEMA + f"PRAGMA user_version = {VERSION}")
        return version == 0

    def close(self) -> None:
        with self._turn:
            self._db.close()

    # --- time and switches ---------------------------------------------------------------------

    def now_s(self) -> float:
        return self._clock() + float(self._switch("shift_s", "0"))

    def today(self) -> date:
        return local_date(self.now_s())

    @property
    def late(self) -> LateWallet:
        return LateWallet(self._switch("late_wallet", LateWallet.REFUSED))

    def set_late(self, late: LateWallet) -> None:
        self._set_switch("late_wallet", late)

    def shift_clock(self, seconds: float) -> float:
        """Move the platform's clock by so much more; returns the whole shift."""
        with self.transaction():
            shift_s = float(self._switch("shift_s", "0")) + seconds
            self._set_switch("shift_s", repr(shift_s))
        return shift_s

    def _switch(self, name: str, default: str) -> str:
        value = self.value("SELECT value FROM policy WHERE name = ?", (name,))
        return default if value is None else str(value)

    def _set_switch(self, name: str, value: str) -> None:
        with self.transaction():
            self.run("INSERT OR REPLACE INTO policy VALUES (?, ?)", (name, value))

    # --- reading and writing ---------------------------------------------------------------------

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside happens or nothing does; those who wait for changes are told."""
        with self._turn:
            if self._is_busy():  # part of a bigger one, which decides
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._is_busy():
                    self._db.execute("ROLLBACK")
                raise
        for listener in self._listeners:
            listener()

    def _is_busy(self) -> bool:
        return self._db.in_transaction

    def run(self, sql: str, values: tuple[Any, ...] | dict[str, Any] = ()) -> None:
        with self._turn:
            self._db.execute(sql, values)

    def rows(self, sql: str, values: tuple[Any, ...] = ()) -> list[dict[str, Any]]:
        with self._turn:
            return list(self._db.execute(sql, values))

    def value(self, sql: str, values: tuple[Any, ...] = ()) -> Any:
        """The first column of the first row, or None."""
        with self._turn:
            found = self.rows(sql, values)
            return next(iter(found[0].values())) if found else None

    def next_number(self, counter: str) -> int:
        """Counts up from 1 and never gives a number twice; inside a transaction only."""
        self.run(
            "INSERT INTO counters VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1",
            (counter,),
        )
        return int(self.value("SELECT value FROM counters WHERE name = ?", (counter,)))

    def on_change(self, listener: Callable[[], None]) -> None:
        """`listener` is called after every commit, in the thread that committed."""
        self._listeners.append(listener)


def _as_mapping(cursor: apsw.Cursor, row: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip((column[0] for column in cursor.get_description()), row, strict=True))


def local_date(seconds: float) -> date:
    """The day in Hangzhou."""
    return datetime.fromtimestamp(seconds, BEIJING).date()


def new_token() -> str:
    """Names a payment in its cashier URL without saying anything about it."""
    return secrets.token_urlsafe(18)
