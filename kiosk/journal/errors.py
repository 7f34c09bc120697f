"""What can be wrong with a journal, as seen by the process that opens it."""

from __future__ import annotations

from pathlib import Path


class JournalError(Exception):
    """A journal that cannot be used; the message says what to do."""


class JournalInUse(JournalError):
    """Another process owns the journal."""

    def __init__(self, directory: Path) -> None:
        super().__init__(
            f"the journal in {directory} is in use by another process; "
            "only one kiosk may run on it: stop the other one first"
        )


class JournalDamaged(JournalError):
    """The file or its chain does not hold what was committed."""


class JournalNewer(JournalError):
    """The file was written by a newer version of the kiosk."""


class WrongKey(JournalError):
    """The key is not the one this journal was written with."""


class KeyRefused(JournalError):
    """The key file is missing, open to others, or not a key."""


class CommitFailed(JournalError):
    """The outcome of a commit is UNKNOWN: the batch may or may not be on the disk.

    The journal takes no further commit. Close it, open it again and look the batch up
    with `has_batch(batch_id)`; only that answer counts.
    """

    def __init__(self, batch_id: str, reason: str) -> None:
        super().__init__(f"the commit of batch {batch_id} has an unknown outcome: {reason}")
        self.batch_id = batch_id
        self.reason = reason


class CheckpointFailed(JournalError):
    """The disk cannot be written; every committed row is still safe in the WAL."""


class NotCarried(JournalError):
    """A new volume could not be begun; the journal goes on as it is."""
