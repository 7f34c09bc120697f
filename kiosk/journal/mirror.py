"""The second copy of the journal, on another disk: one frame for each batch.

A frame is its payload's length (4 bytes), its CRC-32 (4 bytes), both big-endian, and the
payload: a JSON array of rows, each an array in the order of `chain.Row`, the mac in
hexadecimal digits. Only the last frame can be torn by a crash.

A batch goes into the journal first and into the mirror next, so a mirror that holds rows
which its journal does not tells that an old copy of the journal was put back.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import BinaryIO

from kiosk.journal.chain import Row
from kiosk.journal.errors import JournalDamaged
from kiosk.journal.files import DISK, Disk, make_directories, sync_directory
from kiosk.journal.head import Head

MIRROR_NAME = "journal.mirror"
FRAME_HEAD_BYTES = 8
NO_ROWS = "a frame of the mirror does not hold rows"
MAX_PAYLOAD_BYTES = 64 * 1024 * 1024  # 512 records of 64 KiB, escaped


class Mirror:
    """An open mirror at its end, ready to take the batches that follow `last`."""

    def __init__(self, path: Path, disk: Disk) -> None:
        """`last` is the last row when it was opened, None in an empty mirror."""
        self._disk = disk
        make_directories(path.parent, disk)
        self._descriptor = disk.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
        try:
            sync_directory(path.parent, disk)  # it may be new
            self.last, size = _end_of(path)
            if size < path.stat().st_size:
                disk.truncate(self._descriptor, size)  # what a crash tore
        except BaseException:
            self.close()
            raise

    def append(self, rows: Iterable[Row]) -> None:
        """Make the batches of `rows` durable; raises OSError."""
        for _, batch in groupby(rows, key=lambda row: row.batch):
            self._disk.write(self._descriptor, frame_of(list(batch)))
        self._disk.sync(self._descriptor)

    def close(self) -> None:
        self._disk.close(self._descriptor)


def open_mirror(directory: Path, disk: Disk = DISK) -> Mirror:
    """The mirror in `directory`, made when there is none; raises OSError or JournalDamaged."""
    return Mirror(directory / MIRROR_NAME, disk)


def frame_of(batch: Sequence[Row]) -> bytes:
    rows = [
        (row.seq, row.batch, row.at_us, row.mono_ms, row.kind, row.body, row.mac.hex())
        for row in batch
    ]
    payload = json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()
    return len(payload).to_bytes(4) + zlib.crc32(payload).to_bytes(4) + payload


def mirrored_rows(directory: Path) -> Iterator[Row]:
    """Every row of the mirror up to its first torn frame, unchecked against the chain.

    Raises OSError, and JournalDamaged for a frame that is whole but holds no rows.
    """
    with (directory / MIRROR_NAME).open("rb") as file:
        for payload in _payloads(file):
            yield from _rows(payload)


def torn_bytes(directory: Path) -> int:
    """How many bytes at the mirror's end belong to no whole frame."""
    with (directory / MIRROR_NAME).open("rb") as file:
        whole = sum(FRAME_HEAD_BYTES + len(payload) for payload in _payloads(file))
        return os.fstat(file.fileno()).st_size - whole


def _payloads(file: BinaryIO) -> Iterator[bytes]:
    while len(head := file.read(FRAME_HEAD_BYTES)) == FRAME_HEAD_BYTES:
        size = int.from_bytes(head[:4])
        if not 0 < size <= MAX_PAYLOAD_BYTES:
            return
        payload = file.read(size)
        if len(payload) < size or zlib.crc32(payload) != int.from_bytes(head[4:]):
            return
        yield payload


def _rows(payload: bytes) -> list[Row]:
    try:
        rows = [
            Row(seq, batch, at_us, mono_ms, kind, body, bytes.fromhex(mac))
            for seq, batch, at_us, mono_ms, kind, body, mac in json.loads(payload)
        ]
    except (ValueError, TypeError, RecursionError) as error:
        raise JournalDamaged(NO_ROWS) from error
    if not rows:
        raise JournalDamaged(NO_ROWS)
    return rows


def _end_of(path: Path) -> tuple[Head | None, int]:
    """The last row of the mirror and where its last whole frame ends."""
    size, last = 0, b""
    with path.open("rb") as file:
        for payload in _payloads(file):
            size += FRAME_HEAD_BYTES + len(payload)
            last = payload
    if not last:
        return None, 0
    *_, row = _rows(last)
    return Head(row.seq, row.mac), size
