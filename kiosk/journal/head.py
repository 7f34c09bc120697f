"""The head anchor: a small file beside the journal that says how far it had grown.

A chain alone cannot tell that its last rows are gone. The head is written when the kiosk
is idle and when it stops, always after the rows it names are durable, so a journal that
ends before its head was cut. For rows newer than the head see `tail`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from pathlib import Path

from kiosk.journal.errors import JournalDamaged, WrongKey
from kiosk.journal.files import DISK, Disk, write_atomically

HEAD_NAME = "head.json"
MAX_HEAD_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Head:
    """The last row that was durable when the head was written; seq 0 before the first."""

    seq: int
    mac: bytes


def write_head(directory: Path, key: bytes, head: Head, disk: Disk = DISK) -> None:
    write_atomically(directory / HEAD_NAME, encode_head(key, head), disk=disk)


def encode_head(key: bytes, head: Head) -> bytes:
    content = {"seq": head.seq, "mac": head.mac.hex(), "seal": _seal(key, head)}
    return json.dumps(content).encode()


def read_head(directory: Path, key: bytes) -> Head | None:
    """The head, or None when there is no file; raises JournalDamaged or WrongKey."""
    try:
        with (directory / HEAD_NAME).open("rb") as file:
            content = file.read(MAX_HEAD_BYTES)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise JournalDamaged(f"{HEAD_NAME} cannot be read: {error.strerror}") from error
    return decode_head(key, content)


def decode_head(key: bytes, content: bytes) -> Head:
    """What `encode_head` wrote; raises JournalDamaged or WrongKey."""
    try:
        values = json.loads(content)
        head = Head(int(values["seq"]), bytes.fromhex(values["mac"]))
        seal = str(values["seal"])
    except (ValueError, KeyError, TypeError, RecursionError, OverflowError) as error:
        raise JournalDamaged(f"{HEAD_NAME} does not hold what was written to it") from error
    if not hmac.compare_digest(seal.encode(), _seal(key, head).encode()):
        raise WrongKey(
            f"{HEAD_NAME} was written with another key, or was changed: "
            "put the key file back that belongs to this journal"
        )
    return head


def _seal(key: bytes, head: Head) -> str:
    message = b"kiosk journal head %d " % head.seq + head.mac
    return hmac.digest(key, message, hashlib.sha256).hex()
