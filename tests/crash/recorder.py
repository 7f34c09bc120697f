"""Records every operation of a journal on its files, SQLite's and its own, and can fail them."""

from __future__ import annotations

import errno
import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

import apsw

from kiosk.journal.files import Disk
from tests.crash.disk_model import DIRECTORY, Image, Kind, Op

NUMBERS = itertools.count(1)
NEW_LOGS = apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_SUPER_JOURNAL | apsw.SQLITE_OPEN_WAL


class Call(StrEnum):
    """The calls that can be made to fail."""

    READ = "read"
    WRITE = "write"
    TORN_WRITE = "torn write"  # half of it is written
    SYNC = "sync"
    TRUNCATE = "truncate"
    OPEN = "open"
    REMOVE = "remove"


class Recorder(apsw.VFS):
    """An SQLite VFS over the real one, and a `Disk` over the real one, with one record."""

    def __init__(self, root: Path, image: Image, deaf_to: frozenset[Kind]) -> None:
        self.root = root
        self.ops: list[Op] = []
        self.deaf_to = deaf_to
        self.name = f"recorder-{next(NUMBERS)}"
        self.disk = RecordingDisk(self)
        self._call: Call | None = None
        self._left = 0
        self._is_full = False
        self.faults = 0  # that were met
        # Numbers as `DiskModel` gives them to the files of the same image.
        self._files = {
            name: DIRECTORY if content is None else number
            for number, (name, content) in enumerate(image.items(), start=1)
        }
        self._next = len(image) + 1
        super().__init__(self.name, base="")

    def fail(self, call: Call, nth: int, *, is_full: bool) -> None:
        """Let the n-th call fail, and every such call after it until `mend`."""
        self._call, self._left, self._is_full = call, nth, is_full

    def mend(self) -> None:
        self._call = None

    def note(self, op: Op) -> None:
        if op.kind not in self.deaf_to:
            self.ops.append(op)

    def is_due(self, call: Call) -> bool:
        if call is not self._call:
            return False
        self._left -= 1
        if self._left > 0:
            return False
        self.faults += 1
        return True

    def error(self) -> apsw.Error:
        return apsw.FullError("disk full") if self._is_full else apsw.IOError("disk error")

    def os_error(self) -> OSError:
        number = errno.ENOSPC if self._is_full else errno.EIO
        return OSError(number, os.strerror(number))

    def relative(self, path: str | Path) -> str:
        name = os.path.relpath(path, self.root)
        return "" if name == "." else name

    def file(self, name: str) -> int:
        """The number of the file of that name, which is made when there is none."""
        if name not in self._files:
            self._files[name] = self._next
            self._next += 1
            self.note(Op(Kind.NAME, name, self._files[name]))
        return self._files[name]

    def made_directory(self, name: str) -> None:
        self._files[name] = DIRECTORY
        self.note(Op(Kind.NAME, name))

    def renamed(self, old: str, new: str) -> None:
        self._files[new] = self._files.pop(old)
        self.note(Op(Kind.RENAME, old, self._files[new], new_name=new))

    def linked(self, old: str, new: str) -> None:
        self._files[new] = self._files[old]
        self.note(Op(Kind.LINK, new, self._files[new]))

    def removed(self, name: str) -> None:
        if self._files.pop(name, None) is not None:
            self.note(Op(Kind.REMOVE, name))

    def xOpen(self, name, flags):
        if self.is_due(Call.OPEN):
            raise apsw.CantOpenError("disk error")
        return _File(self, name, flags)

    def xDelete(self, filename, syncdir) -> None:
        if self.is_due(Call.REMOVE):
            raise self.error()
        super().xDelete(filename, syncdir)
        name = self.relative(filename)
        self.removed(name)
        if syncdir:
            self.note(Op(Kind.SYNC_NAMES, name.rpartition("/")[0]))


class _File(apsw.VFSFile):
    def __init__(self, recorder: Recorder, name, flags) -> None:
        self._recorder = recorder
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        super().__init__("", name, flags)
        self._name = recorder.relative(path)
        self._file = recorder.file(self._name)
        # The real VFS makes the name of a new log durable with its first sync.
        self._syncs_name = bool(flags[0] & NEW_LOGS and flags[0] & apsw.SQLITE_OPEN_CREATE)

    def xRead(self, amount, offset):
        if self._recorder.is_due(Call.READ):
            raise apsw.IOError("disk error")
        return super().xRead(amount, offset)

    def xWrite(self, data, offset) -> None:
        if self._recorder.is_due(Call.WRITE):
            raise self._recorder.error()
        if self._recorder.is_due(Call.TORN_WRITE):
            self._write(bytes(data[: len(data) // 2]), offset)
            raise self._recorder.error()
        self._write(bytes(data), offset)

    def _write(self, data: bytes, offset: int) -> None:
        super().xWrite(data, offset)
        self._recorder.note(Op(Kind.WRITE, self._name, self._file, offset, data))

    def xTruncate(self, newsize) -> None:
        if self._recorder.is_due(Call.TRUNCATE):
            raise apsw.IOError("disk error")
        super().xTruncate(newsize)
        self._recorder.note(Op(Kind.TRUNCATE, self._name, self._file, newsize))

    def xSync(self, flags) -> None:
        if self._recorder.is_due(Call.SYNC):
            self._recorder.note(Op(Kind.FAILED_SYNC, self._name, self._file))
            raise apsw.IOError("disk error")
        super().xSync(flags)
        self._recorder.note(Op(Kind.SYNC, self._name, self._file))
        if self._syncs_name:
            self._syncs_name = False
            self._recorder.note(Op(Kind.SYNC_NAMES, self._name.rpartition("/")[0]))


class RecordingDisk(Disk):
    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._open: dict[int, tuple[str, int]] = {}  # name and position by descriptor

    def open(self, path: Path, flags: int, mode: int = 0o600) -> int:
        if self._recorder.is_due(Call.OPEN):
            raise self._recorder.os_error()
        descriptor = super().open(path, flags, mode)
        name = self._recorder.relative(path)
        position = os.fstat(descriptor).st_size if flags & os.O_APPEND else 0
        self._open[descriptor] = name, position
        if not flags & os.O_DIRECTORY:
            number = self._recorder.file(name)
            if flags & os.O_TRUNC:
                self._recorder.note(Op(Kind.TRUNCATE, name, number))
        return descriptor

    def write(self, descriptor: int, content: bytes) -> None:
        if self._recorder.is_due(Call.WRITE):
            raise self._recorder.os_error()
        if self._recorder.is_due(Call.TORN_WRITE):
            self._write(descriptor, content[: len(content) // 2])
            raise self._recorder.os_error()
        self._write(descriptor, content)

    def _write(self, descriptor: int, content: bytes) -> None:
        super().write(descriptor, content)
        name, position = self._open[descriptor]
        self._open[descriptor] = name, position + len(content)
        self._recorder.note(
            Op(Kind.WRITE, name, self._recorder.file(name), position, bytes(content))
        )

    def write_at(self, descriptor: int, content: bytes, offset: int) -> None:
        if self._recorder.is_due(Call.WRITE):
            raise self._recorder.os_error()
        torn = self._recorder.is_due(Call.TORN_WRITE)
        data = bytes(content[: len(content) // 2] if torn else content)
        super().write_at(descriptor, data, offset)
        name, _ = self._open[descriptor]
        self._recorder.note(Op(Kind.WRITE, name, self._recorder.file(name), offset, data))
        if torn:
            raise self._recorder.os_error()

    def truncate(self, descriptor: int, size: int) -> None:
        if self._recorder.is_due(Call.TRUNCATE):
            raise self._recorder.os_error()
        super().truncate(descriptor, size)
        name, _ = self._open[descriptor]
        self._open[descriptor] = name, size
        self._recorder.note(Op(Kind.TRUNCATE, name, self._recorder.file(name), size))

    def sync(self, descriptor: int) -> None:
        name, _ = self._open[descriptor]
        is_directory = (self._recorder.root / name).is_dir()
        if self._recorder.is_due(Call.SYNC):
            if not is_directory:
                self._recorder.note(Op(Kind.FAILED_SYNC, name, self._recorder.file(name)))
            raise self._recorder.os_error()
        super().sync(descriptor)
        if is_directory:
            self._recorder.note(Op(Kind.SYNC_NAMES, name))
        else:
            self._recorder.note(Op(Kind.SYNC, name, self._recorder.file(name)))

    def close(self, descriptor: int) -> None:
        super().close(descriptor)
        del self._open[descriptor]

    def replace(self, old: Path, new: Path) -> None:
        super().replace(old, new)
        self._recorder.renamed(self._recorder.relative(old), self._recorder.relative(new))

    def link(self, old: Path, new: Path) -> None:
        if self._recorder.is_due(Call.OPEN):
            raise self._recorder.os_error()
        super().link(old, new)
        self._recorder.linked(self._recorder.relative(old), self._recorder.relative(new))

    def remove(self, path: Path) -> None:
        if self._recorder.is_due(Call.REMOVE):
            raise self._recorder.os_error()
        super().remove(path)
        self._recorder.removed(self._recorder.relative(path))

    def make_directory(self, path: Path) -> None:
        super().make_directory(path)
        self._recorder.made_directory(self._recorder.relative(path))


@contextmanager
def recorded(
    root: Path, image: Image, deaf_to: frozenset[Kind] = frozenset()
) -> Iterator[Recorder]:
    """Put `image` under `root` and record what is done to it.

    Operations of the kinds in `deaf_to` never reach the disk: a journal that left them out,
    to prove that the search would see it.
    """
    put(root, image)
    recorder = Recorder(root, image, deaf_to)
    try:
        yield recorder
    finally:
        recorder.unregister()


def put(root: Path, image: Image) -> None:
    """Make `root` hold `image` and nothing else."""
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir()
    for name, content in image.items():
        if content is None:
            (root / name).mkdir(mode=0o700)
    for name, content in image.items():
        if content is not None:
            descriptor = os.open(root / name, os.O_WRONLY | os.O_CREAT, 0o600)
            os.write(descriptor, content)
            os.close(descriptor)
