"""A file that is taken away: on the medium as a whole, or not there at all."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, TextIO

PART = ".part"


@contextmanager
def new_file(path: Path, *, replace: bool = False) -> Iterator[BinaryIO]:
    """Write a file of mode 0600; when the block has ended, it and its name are on the medium.

    A stick may be pulled out then. Where the block or the medium fails, nothing is left of it.
    Raises OSError, FileExistsError for one that is there unless it may be replaced.
    """
    if not replace and path.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    part = path.with_name(path.name + PART)
    part.unlink(missing_ok=True)  # of a try that was cut, or a link that somebody laid
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        _sync_folder(path.parent)
    except BaseException:
        with suppress(OSError):  # the medium may be gone with it
            part.unlink()
        raise


@contextmanager
def new_text_file(
    path: Path, encoding: str = "utf-8", *, replace: bool = False
) -> Iterator[TextIO]:
    """As `new_file`, for text whose line ends are the writer's own."""
    with new_file(path, replace=replace) as file:
        text = io.TextIOWrapper(file, encoding, newline="", write_through=True)
        try:
            yield text
        finally:
            text.detach()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
