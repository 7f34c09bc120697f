"""What the desk could not do."""

from __future__ import annotations

import errno
from pathlib import Path


class DeskTrouble(Exception):
    """It could not be done; the message is a sentence for people, in English, and `code` a
    stable one: halted, accounts_refused, no_such_visit, statement_not_had,
    not_compared, cannot_write, place_full, place_gone, place_read_only."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


WHY_NOT_WRITTEN = {
    errno.ENOSPC: "place_full",
    errno.EDQUOT: "place_full",
    errno.EFBIG: "place_full",
    errno.EROFS: "place_read_only",
    errno.EACCES: "place_read_only",
    errno.EPERM: "place_read_only",
    errno.ENOENT: "place_gone",
    errno.ENODEV: "place_gone",
    errno.ENXIO: "place_gone",
    errno.EIO: "place_gone",
}
OTHERWISE_NOT_WRITTEN = "cannot_write"


def not_written(error: OSError, place: Path) -> DeskTrouble:
    """Why a file could not be taken away: what the operator can do about it depends on that."""
    code = WHY_NOT_WRITTEN.get(error.errno or 0, OTHERWISE_NOT_WRITTEN)
    return DeskTrouble(code, f"{place}: {error.strerror}")
