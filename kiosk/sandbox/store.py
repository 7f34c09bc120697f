"""The book itself: one database, one connection, one clock, transactions that are whole."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from kiosk.domain.hours import CHINA
from kiosk.sandbox.database import Database, SqliteDatabase, StoreError, Values
from kiosk.sandbox.ledger import LateWallet
from kiosk.sandbox.schema import SCHEMA


class Store:
    """Opens or makes the book in `directory`, or at `url` where one is given; transactions of
    several threads take turns.

    `clock` is seconds since the epoch; `late` and the shift of the clock are switches of
    the demo and kept in the book, so that a restarted sandbox goes on as it was.
    """

    def __init__(self, directory: Path, clock: Callable[[], float], url: str = "") -> None:
        self._clock = clock
        self._turn = threading.RLock()
        self._listeners: list[Callable[[], None]] = []
        self._db = _database(directory, url)
        try:
            self.is_new = self._db.prepare(SCHEMA)
        except BaseException:
            self._db.close()
            raise

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
            self.run(
                "INSERT INTO policy VALUES (?, ?)"
                " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (name, value),
            )

    # --- reading and writing ---------------------------------------------------------------------

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside happens or nothing does; those who wait for changes are told."""
        with self._turn:
            if self._is_busy():  # part of a bigger one, which decides
                yield
                return
            self._db.rows("BEGIN")
            try:
                yield
                self._db.rows("COMMIT")
            except BaseException:
                if self._is_busy():
                    self._db.rows("ROLLBACK")
                raise
        for listener in self._listeners:
            listener()

    def _is_busy(self) -> bool:
        return self._db.in_transaction

    def run(self, sql: str, values: Values = ()) -> None:
        self.rows(sql, values)

    def rows(self, sql: str, values: Values = ()) -> list[dict[str, Any]]:
        with self._turn:
            return self._db.rows(sql, values)

    def value(self, sql: str, values: Values = ()) -> Any:
        """The first column of the first row, or None."""
        with self._turn:
            found = self.rows(sql, values)
            return next(iter(found[0].values())) if found else None

    def next_number(self, counter: str) -> int:
        """Counts up from 1 and never gives a number twice; inside a transaction only."""
        self.run(
            "INSERT INTO counters VALUES (?, 1)"
            " ON CONFLICT (name) DO UPDATE SET value = counters.value + 1",
            (counter,),
        )
        return int(self.value("SELECT value FROM counters WHERE name = ?", (counter,)))

    def on_change(self, listener: Callable[[], None]) -> None:
        """`listener` is called after every commit, in the thread that committed."""
        self._listeners.append(listener)


def _database(directory: Path, url: str) -> Database:
    if not url:
        return SqliteDatabase(directory)
    if not url.startswith(("postgresql://", "postgres://")):
        raise StoreError("expected postgresql://user@host:port/database")
    try:
        from kiosk.sandbox.postgres import PostgresDatabase  # noqa: PLC0415 an extra of its own
    except ImportError as error:
        raise StoreError(
            "a book in PostgreSQL needs: pip install 'public-payment-kiosk[postgres]'"
        ) from error
    return PostgresDatabase(url)


def local_date(seconds: float) -> date:
    """The day in Hangzhou."""
    return datetime.fromtimestamp(seconds, CHINA).date()


def new_token() -> str:
    """Names a payment in its cashier URL without saying anything about it."""
    return secrets.token_urlsafe(18)
