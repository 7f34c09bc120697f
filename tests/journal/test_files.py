"""The small calls below everything: each does what it says to the real disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.journal.chain import Row
from kiosk.journal.errors import CommitFailed
from kiosk.journal.export import line_of
from kiosk.journal.files import DISK, make_directories, sync_directory, write_atomically
from tests.support.broken_disk import BrokenDisk

NOT_OPEN = 1_000_000


class Descriptors(BrokenDisk):
    """Knows which descriptors are open."""

    def __init__(self) -> None:
        super().__init__()
        self.left_open: set[int] = set()

    def open(self, path, flags, mode=0o600):
        descriptor = super().open(path, flags, mode)
        self.left_open.add(descriptor)
        return descriptor

    def close(self, descriptor) -> None:
        super().close(descriptor)
        self.left_open.remove(descriptor)


def test_a_sync_and_a_close_reach_the_kernel():
    with pytest.raises(OSError, match="Bad file descriptor"):
        DISK.sync(NOT_OPEN)
    with pytest.raises(OSError, match="Bad file descriptor"):
        DISK.close(NOT_OPEN)


def test_made_directories_are_their_owners_alone(tmp_path):
    make_directories(tmp_path / "a" / "b")
    for name in ("a", "a/b"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o700


def test_the_name_of_each_made_directory_is_synced(tmp_path):
    synced = []

    class Watched(Descriptors):
        def sync(self, descriptor) -> None:
            synced.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
            super().sync(descriptor)

    make_directories(tmp_path / "a" / "b", Watched())
    assert synced == [str(tmp_path), str(tmp_path / "a")]


def test_a_file_is_durable_before_it_takes_its_name_and_the_name_after(tmp_path):
    noted = []

    class Watched(Descriptors):
        def sync(self, descriptor) -> None:
            noted.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
            super().sync(descriptor)

        def replace(self, old, new) -> None:
            noted.append("replace")
            super().replace(old, new)

    write_atomically(tmp_path / "file", b"x", disk=Watched())
    assert noted == ["file.new", "replace", tmp_path.name]


def test_a_file_left_behind_with_another_mode_is_closed_to_others(tmp_path):
    (tmp_path / "file.new").touch(0o644)
    (tmp_path / "file.new").write_bytes(b"longer than what follows")
    write_atomically(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"new"
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600


def test_a_link_in_the_way_of_a_file_is_refused(tmp_path):
    (tmp_path / "elsewhere").write_bytes(b"untouched")
    (tmp_path / "file.new").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="Too many levels of symbolic links"):
        write_atomically(tmp_path / "file", b"new")
    assert (tmp_path / "elsewhere").read_bytes() == b"untouched"


@pytest.mark.parametrize("refused", [set(), {"write"}, {"sync"}])
def test_no_descriptor_is_left_open_whatever_happens(tmp_path, refused):
    disk = Descriptors()
    disk.refused = refused
    for act in (
        lambda: write_atomically(tmp_path / "file", b"new", disk=disk),
        lambda: sync_directory(tmp_path, disk),
    ):
        try:
            act()
        except OSError:
            assert refused
    assert disk.left_open == set()


def test_a_failed_write_leaves_the_old_content(tmp_path):
    write_atomically(tmp_path / "file", b"old")
    disk = BrokenDisk()
    disk.refused = {"sync"}
    with pytest.raises(OSError, match="Input/output error"):
        write_atomically(tmp_path / "file", b"new", disk=disk)
    assert (tmp_path / "file").read_bytes() == b"old"


def test_a_failed_commit_says_which_batch_and_why():
    failure = CommitFailed("b-1", "disk full")
    assert (failure.batch_id, failure.reason) == ("b-1", "disk full")
    assert str(failure) == "the commit of batch b-1 has an unknown outcome: disk full"


@pytest.mark.parametrize(
    ("length", "shown"), [(159, "x" * 159), (160, "x" * 160), (161, "x" * 159 + "…")]
)
def test_a_line_for_people_is_cut_after_160_characters(length, shown):
    body = f'{{"n":"{"x" * (length - 2)}"}}'
    line = line_of(Row(1, "b", 0, 0, "K", body, b""))
    assert line.partition("n=")[2] == shown[2:]


def test_empty_words_are_shown_as_a_dash_and_chinese_as_itself():
    row = Row(7, "b", 0, 0, "LinkChanged", '{"a":"","b":["元"],"c":true}', b"")
    assert line_of(row) == '      7  1970-01-01 08:00:00  LinkChanged      a=- b=["元"] c=true'
