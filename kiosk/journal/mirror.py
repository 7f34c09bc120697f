"""The second copy of the journal, on another disk: a file for each volume, in it a frame for
each batch.

A file is named by the row that it begins with; the newest one grows. A frame is its payload's length (4 bytes), its CRC-32 (4 bytes), both big-endian, and the
payload: a JSON array of rows, each an array in the order of `chain.Row`, the mac in
hexadecimal digits. Only the last frame of the newest file can be torn by a crash.

A batch goes into the journal first and into the mirror next, so a mirror that holds rows
which its journal does not tells that an old copy of the journal was put back.
"""

from __future__ import annotations

import json
import os
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from pathlib import Path
from typing import BinaryIO

from kiosk.domain.records import CarriedForward
from kiosk.journal.chain import Row
from kiosk.journal.errors import JournalDamaged
from kiosk.journal.files import DISK, Disk, make_directories, sync_directory
from kiosk.journal.head import Head

MIRROR_NAME = "journal.mirror"  # of the first volume
LATER_NAME = re.compile(r"journal-([0-9]{10})\.mirror")
FRAME_HEAD_BYTES = 8
NO_ROWS = "a frame of the mirror does not hold rows"
MAX_PAYLOAD_BYTES = 64 * 1024 * 1024  # 512 records of 64 KiB, escaped


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """One file of the mirror, and the row that its name says it begins with."""

    first: int
    path: Path


def part(directory: Path, first: int) -> Part:
    """The file for the volume that begins with row `first`."""
    name = MIRROR_NAME if first == 1 else f"journal-{first:010}.mirror"
    return Part(first, directory / name)


def parts(directory: Path) -> tuple[Part, ...]:
    """The files of the mirror, oldest first; empty where there is none. Raises OSError."""
    names = [path.name for path in directory.iterdir()]
    later = (LATER_NAME.fullmatch(name) for name in names)
    found = [part(directory, int(name[1])) for name in later if name]
    if MIRROR_NAME in names:
        found.append(part(directory, 1))
    return tuple(sorted(found))


def has_mirror(directory: Path) -> bool:
    """Whether there is something to rebuild a journal from."""
    return directory.is_dir() and bool(parts(directory))


class Mirror:
    """An open mirror at its end, ready to take the batches that follow `last`."""

    def __init__(self, directory: Path, disk: Disk) -> None:
        """`last` is the last row when it was opened, None in an empty mirror."""
        self._directory = directory
        self._disk = disk
        make_directories(directory, disk)
        first, *later = _readable(directory)
        for each in reversed(later):
            self.last = self._open_end(each.path)
            if self.last is not None:
                return
            self.close()  # a crash cut it off before its first rows: they come again
        self.last = self._open_end(first.path)

    def append(self, rows: Iterable[Row]) -> None:
        """Make the batches of `rows` durable; raises OSError."""
        for _, batch in groupby(rows, key=lambda row: row.batch):
            frame = list(batch)
            if frame[0].kind == CarriedForward.__name__:
                self._begin(part(self._directory, frame[0].seq).path)
            self._disk.write(self._descriptor, frame_of(frame))
        self._disk.sync(self._descriptor)

    def remove(self, last_seq: int) -> None:
        """Remove the files, but the newest, whose rows all come up to `last_seq`.

        Raises OSError; what is left behind goes with the next removal.
        """
        for each, following in pairwise(parts(self._directory)):
            if following.first <= last_seq + 1:
                self._disk.remove(each.path)

    def close(self) -> None:
        self._disk.close(self._descriptor)

    def _open_end(self, path: Path) -> Head | None:
        """Open a file to append to it; the last row that it holds."""
        self._descriptor = self._opened(path)
        try:
            last, size = _end_of(path)
            if size < path.stat().st_size:
                self._disk.truncate(self._descriptor, size)  # what a crash tore
        except BaseException:
            self.close()
            raise
        return last

    def _begin(self, path: Path) -> None:
        """Go on in another file, once all that comes before it is durable."""
        self._disk.sync(self._descriptor)
        following = self._opened(path)
        self.close()
        self._descriptor = following

    def _opened(self, path: Path) -> int:
        descriptor = self._disk.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
        try:
            sync_directory(path.parent, self._disk)  # it may be new
        except BaseException:
            self._disk.close(descriptor)
            raise
        return descriptor


def open_mirror(directory: Path, disk: Disk = DISK) -> Mirror:
    """The mirror in `directory`, made when there is none; raises OSError or JournalDamaged."""
    return Mirror(directory, disk)


def frame_of(batch: Sequence[Row]) -> bytes:
    rows = [
        (row.seq, row.batch, row.at_us, row.mono_ms, row.kind, row.body, row.mac.hex())
        for row in batch
    ]
    payload = json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()
    return len(payload).to_bytes(4) + zlib.crc32(payload).to_bytes(4) + payload


def mirrored_rows(directory: Path) -> Iterator[Row]:
    """Every row of the mirror up to the first torn frame of each file, unchecked against the
    chain.

    Raises OSError, and JournalDamaged for a frame that is whole but holds no rows.
    """
    for each in _readable(directory):
        with each.path.open("rb") as file:
            for payload in _payloads(file):
                yield from _rows(payload)


def torn_bytes(directory: Path) -> int:
    """How many bytes at the ends of the mirror's files belong to no whole frame."""
    torn = 0
    for each in _readable(directory):
        with each.path.open("rb") as file:
            whole = sum(FRAME_HEAD_BYTES + len(payload) for payload in _payloads(file))
            torn += os.fstat(file.fileno()).st_size - whole
    return torn


def _readable(directory: Path) -> tuple[Part, ...]:
    """At least one file, so that an absent mirror cannot be opened rather than be empty."""
    return parts(directory) or (part(directory, 1),)


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
