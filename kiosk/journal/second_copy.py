"""Keeps the mirror behind its journal, and never lets its trouble stop the kiosk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from kiosk.journal.chain import Row
from kiosk.journal.errors import JournalDamaged
from kiosk.journal.files import Disk
from kiosk.journal.mirror import Mirror, open_mirror


class Original(Protocol):
    """What is copied."""

    def rows_from(self, seq: int) -> Iterator[Row]:
        """The rows numbered `seq` and above, in order."""


class SecondCopy:
    """The mirror in `directory`, or nothing when there is none.

    `trouble` says why no batch is copied; empty while all is well. Rows that were missed
    are copied by the next `begin` that succeeds.
    """

    def __init__(self, directory: Path | None, disk: Disk) -> None:
        self._directory = directory
        self._disk = disk
        self._mirror: Mirror | None = None
        self.trouble = ""

    def begin(self, original: Original, last_seq: int) -> None:
        """Compare the mirror with the journal and copy what it lacks.

        Raises JournalDamaged when the mirror holds rows that the journal does not. A mirror
        that was away until the journal removed what should follow in it is a trouble.
        """
        if self._directory is None or self._mirror is not None:
            return
        try:
            mirror = open_mirror(self._directory, self._disk)
        except (OSError, JournalDamaged) as error:
            self.trouble = str(error)
            return
        try:
            self.trouble = _caught_up(mirror, original, last_seq)
        except JournalDamaged:
            mirror.close()
            raise
        except OSError as error:
            self.trouble = str(error)
        if self.trouble:
            mirror.close()
        else:
            self._mirror = mirror

    def append(self, batch: Sequence[Row]) -> None:
        """Copy a batch that the journal has committed; failing is a trouble, not an error."""
        if self._mirror is None:
            return
        try:
            self._mirror.append(batch)
        except OSError as error:
            self.close()
            self.trouble = str(error)

    def remove(self, last_seq: int) -> None:
        """Remove what the journal has removed up to that row; failing is a trouble."""
        if self._mirror is None:
            return  # the next removal takes it, too
        try:
            self._mirror.remove(last_seq)
        except OSError as error:
            self.close()
            self.trouble = str(error)

    def close(self) -> None:
        if self._mirror is not None:
            self._mirror.close()
            self._mirror = None


def _caught_up(mirror: Mirror, original: Original, last_seq: int) -> str:
    """Copy what the mirror lacks; the trouble where that cannot be."""
    last, next_seq = mirror.last, 1
    if last is not None:
        if last.seq > last_seq:
            raise JournalDamaged(
                f"the journal ends at row {last_seq}, but its mirror holds row {last.seq}: an "
                "old copy of the journal was put back, or rows were cut off; run kiosk journal "
                "rebuild to restore it from the mirror"
            )
        same = next(original.rows_from(last.seq))
        if same.seq > last.seq:
            return (
                f"the mirror ends at row {last.seq}, the journal begins at row {same.seq}: "
                "move the mirror's files away, then a new mirror is made"
            )
        if same.mac != last.mac:
            raise JournalDamaged(
                f"row {last.seq} is another one in the mirror: the mirror belongs to another "
                "journal, or an old copy of the journal was put back and continued"
            )
        next_seq = last.seq + 1
    if next_seq <= last_seq:
        mirror.append(original.rows_from(next_seq))
    return ""
