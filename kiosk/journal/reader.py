"""Reading a journal that no kiosk is running on, without changing a byte of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import apsw

from kiosk.journal.chain import Row
from kiosk.journal.connection import FILE_NAME, connect_to_read
from kiosk.journal.errors import JournalDamaged, JournalError, JournalInUse
from kiosk.journal.files import DirectoryLock
from kiosk.journal.volumes import SELECT, archived, row_of

SLICE_ROWS = 1000


class Reader:
    """A context manager around the read-only connection and the directory's lock.

    Raises JournalError when there is no journal, JournalInUse while a kiosk runs on it.
    """

    def __init__(self, directory: Path) -> None:
        if not (directory / FILE_NAME).is_file():
            raise JournalError(f"there is no journal in {directory}")
        self._directory = directory

    def __enter__(self) -> Self:
        self._lock = DirectoryLock(self._directory)
        try:
            self.connection = connect_to_read(self._directory / FILE_NAME)
        except apsw.BusyError as error:
            self._lock.release()
            raise JournalInUse(self._directory) from error
        except (apsw.Error, UnicodeDecodeError) as error:
            self._lock.release()
            raise _damaged(self._directory, error) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.connection.close(True)
        self._lock.release()

    @property
    def last_seq(self) -> int:
        """The number of the last row, 0 in an empty journal; raises JournalDamaged."""
        return max((row.seq for row in self.last_rows(1)), default=0)

    def last_rows(self, count: int) -> list[Row]:
        """The newest rows, oldest of them first, unchecked; raises JournalDamaged."""
        try:
            found = self.connection.execute(SELECT + "ORDER BY seq DESC LIMIT ?", (count,))
            return [Row(*values) for values in found][::-1]
        except (apsw.Error, UnicodeDecodeError) as error:
            raise _damaged(self._directory, error) from error

    def backward(self) -> Iterator[Row]:
        """Every row of every volume, newest first, unchecked; raises JournalDamaged."""
        try:
            for values in self.connection.execute(SELECT + "ORDER BY seq DESC"):
                yield row_of(values)
        except (apsw.Error, UnicodeDecodeError) as error:
            raise _damaged(self._directory, error) from error
        for volume in reversed(archived(self._directory)):
            for last in range(volume.last, volume.first - 1, -SLICE_ROWS):
                first = max(volume.first, last - SLICE_ROWS + 1)
                yield from reversed(list(volume.rows(first, last - first + 1)))

    def rows(self) -> Iterator[Row]:
        """Every row of every volume as it is stored, not checked against the chain.

        Raises JournalDamaged.
        """
        for volume in archived(self._directory):
            yield from volume.rows()
        yield from self.live_rows()

    def live_rows(self) -> Iterator[Row]:
        """The rows of the volume that is written to: the ledger is their fold."""
        try:
            for values in self.connection.execute(SELECT + "ORDER BY seq"):
                yield row_of(values)
        except (apsw.Error, UnicodeDecodeError) as error:
            raise _damaged(self._directory, error) from error


def _damaged(directory: Path, error: Exception) -> JournalDamaged:
    return JournalDamaged(f"the journal in {directory} cannot be read: {error}")
