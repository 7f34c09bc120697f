"""What a power cut can leave of a disk whose every operation was recorded.

Two models of a file system. In the strict one, POSIX to the letter, a name (made, removed,
renamed) is durable only when its directory was synced, and names that are not may survive
in any combination. In the ordered one, as ext4, any sync makes all earlier names durable,
and those after it survive in their order.

Contents are the same in both: what was written since the file's last sync may be there, or
not, or torn at sectors of 512 bytes, some of them garbage. Bytes beside a write are safe
(SQLite calls it powersafe overwrite). After a failed sync the kernel forgets that pages
are dirty: they are seen by every reader, and no later sync brings them to the disk.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from random import Random
from typing import NamedTuple

SECTOR_BYTES = 512
PAGE_BYTES = 4096
DIRECTORY = 0  # stands where a file's number stands

Image = Mapping[str, bytes | None]
"""Contents by name, relative to the disk's root; None is a directory."""


class Kind(StrEnum):
    NAME = "name"  # a file or directory was made
    WRITE = "write"
    TRUNCATE = "truncate"
    SYNC = "sync"
    FAILED_SYNC = "failed sync"
    LINK = "link"  # a second name for a file
    REMOVE = "remove"
    RENAME = "rename"
    SYNC_NAMES = "sync of names in"


class Op(NamedTuple):
    """One operation, with what its kind needs of the rest."""

    kind: Kind
    name: str
    file: int = DIRECTORY
    offset: int = 0  # of a write; the size of a truncation
    data: bytes = b""
    new_name: str = ""

    def __str__(self) -> str:
        size = f" {len(self.data)} bytes at {self.offset}" if self.kind is Kind.WRITE else ""
        to = f" to {self.new_name}" if self.new_name else ""
        cut = f" to {self.offset} bytes" if self.kind is Kind.TRUNCATE else ""
        return f"{self.kind} {self.name}{to}{size}{cut}"


class Cut(StrEnum):
    """What of the un-synced survives."""

    NONE = "none"
    ALL = "all"
    NAMES = "names, no data"
    DATA = "data, no names"
    TORN = "torn"


class _File:
    def __init__(self, content: bytes = b"") -> None:
        self.durable = bytearray(content)
        self.seen = bytearray(content)
        self.pending: list[tuple[int, bytes | None]] = []  # None: truncated to that size
        self.lost: set[int] = set()  # pages that a failed sync left behind

    def write(self, offset: int, data: bytes) -> None:
        _put(self.seen, offset, data)
        self.pending.append((offset, data))

    def truncate(self, size: int) -> None:
        _resize(self.seen, size)
        self.pending.append((size, None))

    def sync(self) -> None:
        dirty = self._dirty()
        _resize(self.durable, len(self.seen))
        for page in dirty:
            self._copy_page(self.durable, page)
        self.lost -= dirty
        self.pending.clear()

    def fail_to_sync(self) -> None:
        self.lost |= self._dirty()
        self.pending.clear()

    def torn(self, random: Random) -> bytes:
        """The durable content with a random part of the rest."""
        content = bytearray(self.durable)
        likely = random.choice((0.1, 0.5, 0.9))
        for page in sorted(self.lost):
            if random.random() < likely:
                self._copy_page(content, page)
        for offset, data in self.pending:
            if data is None:
                if random.random() < likely:
                    _resize(content, offset)
            else:
                _tear(content, offset, data, likely, random)
        return bytes(content)

    def _dirty(self) -> set[int]:
        return {
            page
            for offset, data in self.pending
            if data
            for page in range(offset // PAGE_BYTES, (offset + len(data) - 1) // PAGE_BYTES + 1)
        }

    def _copy_page(self, target: bytearray, page: int) -> None:
        start = page * PAGE_BYTES
        _put(target, start, self.seen[start : start + PAGE_BYTES])


class DiskModel:
    """Takes operations in order; says at any time what a cut may leave."""

    def __init__(self, image: Image, *, is_ordered: bool) -> None:
        self._is_ordered = is_ordered
        self._files: dict[int, _File] = {}
        self._durable: dict[str, int] = {}
        for number, (name, content) in enumerate(image.items(), start=1):
            self._durable[name] = DIRECTORY if content is None else number
            if content is not None:
                self._files[number] = _File(content)
        self._seen = dict(self._durable)
        self._pending: list[Op] = []  # operations on names

    def take(self, op: Op) -> None:
        match op.kind:
            case Kind.NAME | Kind.LINK | Kind.REMOVE | Kind.RENAME:
                if op.kind is Kind.NAME and op.file != DIRECTORY:
                    self._files[op.file] = _File()
                _rename(self._seen, op)
                self._pending.append(op)
            case Kind.WRITE:
                self._files[op.file].write(op.offset, op.data)
            case Kind.TRUNCATE:
                self._files[op.file].truncate(op.offset)
            case Kind.SYNC:
                self._files[op.file].sync()
                if self._is_ordered:
                    self._sync_names(None)
            case Kind.FAILED_SYNC:
                self._files[op.file].fail_to_sync()
            case Kind.SYNC_NAMES:
                self._sync_names(None if self._is_ordered else op.name)

    def after(self, cut: Cut, random: Random) -> dict[str, bytes | None]:
        """What the next start finds."""
        match cut:
            case Cut.NONE | Cut.DATA:
                names = self._durable
            case Cut.ALL | Cut.NAMES:
                names = self._seen
            case Cut.TORN:
                names = self._some_names(random)
        image: dict[str, bytes | None] = {}
        for name, number in names.items():
            if _directory_of(name) and _directory_of(name) not in names:
                continue  # its directory's own name did not survive
            if number == DIRECTORY:
                image[name] = None
                continue
            file = self._files[number]
            match cut:
                case Cut.NONE | Cut.NAMES:
                    image[name] = bytes(file.durable)
                case Cut.ALL | Cut.DATA:
                    image[name] = bytes(file.seen)
                case Cut.TORN:
                    image[name] = file.torn(random)
        return image

    def _sync_names(self, directory: str | None) -> None:
        left = []
        for op in self._pending:
            if directory is None or _directory_of(op.name) == directory:
                _rename(self._durable, op)
            else:
                left.append(op)
        self._pending = left

    def _some_names(self, random: Random) -> dict[str, int]:
        names = dict(self._durable)
        if self._is_ordered:
            survivors = self._pending[: random.randint(0, len(self._pending))]
        else:
            survivors = [op for op in self._pending if random.random() < 0.5]
        for op in survivors:
            _rename(names, op)
        return names


def _rename(names: dict[str, int], op: Op) -> None:
    if op.kind in (Kind.NAME, Kind.LINK):
        names[op.name] = op.file
        return
    names.pop(op.name, None)
    if op.kind is Kind.RENAME:
        names[op.new_name] = op.file


def _directory_of(name: str) -> str:
    return name.rpartition("/")[0]


def _put(content: bytearray, offset: int, data: bytes | bytearray) -> None:
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data


def _resize(content: bytearray, size: int) -> None:
    del content[size:]
    content.extend(bytes(size - len(content)))


def _tear(content: bytearray, offset: int, data: bytes, likely: float, random: Random) -> None:
    start = 0
    while start < len(data):
        end = min(len(data), start + SECTOR_BYTES - (offset + start) % SECTOR_BYTES)
        fate = random.random()
        if fate < likely * 0.9:
            _put(content, offset + start, data[start:end])
        elif fate < likely:
            _put(content, offset + start, random.randbytes(end - start))
        start = end
