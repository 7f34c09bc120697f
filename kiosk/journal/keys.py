"""The kiosk's own secret: one key file, from which every key in use is derived."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path

from kiosk.journal.connection import FILE_NAME
from kiosk.journal.errors import KeyRefused
from kiosk.journal.files import DISK, Disk, make_directories, write_atomically

KEY_NAME = "journal.key"
SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Keys:
    """`journal` seals the chain, `digest` turns people's numbers into digests, `reserve`
    seals the open codes that wait for an outage."""

    journal: bytes = field(repr=False)
    digest: bytes = field(repr=False)
    reserve: bytes = field(repr=False)


def load_or_create(path: Path, *, may_create: bool = True, disk: Disk = DISK) -> Keys:
    """The keys of the file at `path`, made with a fresh secret when there is none.

    Raises KeyRefused when the file is missing and may not be created (a journal written
    with a lost key cannot be continued), open to others, owned by others, or no key.
    """
    if not path.exists():
        if not may_create:
            raise KeyRefused(
                f"{path} is missing, but a journal written with it exists: put the key file "
                "back, or move the journal away to begin a new one"
            )
        write_atomically(path, secrets.token_hex(SECRET_BYTES).encode() + b"\n", disk=disk)
    return _derive(_read(path))


def for_directory(directory: Path, disk: Disk = DISK) -> Keys:
    """The keys of the kiosk that keeps its journal in `directory`, made at its first start.

    Never made anew beside a journal: raises KeyRefused when that journal's key is lost.
    """
    make_directories(directory, disk)
    may_create = not (directory / FILE_NAME).exists()
    return load_or_create(directory / KEY_NAME, may_create=may_create, disk=disk)


def _read(path: Path) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise KeyRefused(f"{path} cannot be read: {error.strerror}") from error
    try:
        status = os.fstat(descriptor)
        refuse_shared(path, status)
        text = os.read(descriptor, 4 * SECRET_BYTES)
    finally:
        os.close(descriptor)
    try:
        secret = bytes.fromhex(text.decode("ascii").strip())
    except ValueError as error:
        raise KeyRefused(f"{path} holds no key: expected 64 hexadecimal digits") from error
    if len(secret) != SECRET_BYTES:
        raise KeyRefused(f"{path} holds no key: expected 64 hexadecimal digits")
    return secret


def refuse_shared(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise KeyRefused(f"{path} is not a regular file")
    if status.st_uid != os.geteuid():
        raise KeyRefused(
            f"{path} belongs to user {status.st_uid}, the kiosk runs as {os.geteuid()}: "
            f"chown it to the kiosk's user"
        )
    mode = stat.S_IMODE(status.st_mode)
    if mode & 0o077:
        raise KeyRefused(f"{path} is open to others (mode {mode:04o}): run chmod 600 {path}")


def _derive(secret: bytes) -> Keys:
    # Labels keep them apart: whoever may compute digests cannot seal rows.
    return Keys(
        journal=hmac.digest(secret, b"kiosk journal chain, version 1", hashlib.sha256),
        digest=hmac.digest(secret, b"kiosk subject digest, version 1", hashlib.sha256),
        reserve=hmac.digest(secret, b"kiosk open codes, version 1", hashlib.sha256),
    )
