"""What is taken away is whole and on the medium, or not there."""

import errno
import os
import resource

import pytest

from kiosk.maintenance.new_file import new_file, new_text_file
from kiosk.maintenance.trouble import WHY_NOT_WRITTEN, not_written


@pytest.fixture
def full():
    """The medium takes 4096 more bytes of a file; then the kernel says so, as when it is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_file_has_its_name_only_when_it_is_whole(tmp_path):
    path = tmp_path / "day.csv"
    with new_file(path) as file:
        file.write(b"half")
        file.flush()
        assert not path.exists()
    assert path.read_bytes() == b"half"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_writer_that_fails_leaves_nothing(tmp_path):
    with pytest.raises(ZeroDivisionError), new_file(tmp_path / "bundle.zip") as file:
        file.write(bytes(1 // (file.tell() - 0)))
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_kept_unless_it_may_be_replaced(tmp_path):
    path = tmp_path / "day.csv"
    path.write_text("old")
    with pytest.raises(FileExistsError), new_file(path):
        raise AssertionError("nothing is written")
    assert path.read_text() == "old"
    with new_text_file(path, replace=True) as file:
        file.write("new\r\n")
    assert path.read_bytes() == b"new\r\n"


def test_a_failed_replacement_keeps_the_file_before(tmp_path):
    path = tmp_path / "day.csv"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), new_file(path, replace=True):
        raise ZeroDivisionError
    assert path.read_text() == "old"


@pytest.mark.usefixtures("full")
def test_a_full_medium_is_told_and_left_as_it_was(tmp_path):
    with pytest.raises(OSError, match="too large") as told, new_text_file(tmp_path / "day") as file:
        file.write("row\n" * 10_000)
    assert not_written(told.value, tmp_path).code == "place_full"
    assert list(tmp_path.iterdir()) == []


def test_a_link_on_a_stick_leads_nowhere(tmp_path):
    journal = tmp_path / "journal"
    journal.write_text("ours")
    stick = tmp_path / "stick"
    stick.mkdir()
    for name in ("day.csv", "day.csv.part"):
        (stick / name).symlink_to(journal)
    with new_file(stick / "day.csv", replace=True) as file:
        file.write(b"table")
    assert journal.read_text() == "ours"
    assert (stick / "day.csv").read_text() == "table"
    assert not (stick / "day.csv").is_symlink()


def test_a_stick_that_was_pulled_out_is_told(tmp_path):
    with pytest.raises(FileNotFoundError) as told, new_file(tmp_path / "gone" / "day.csv"):
        raise AssertionError("nothing is written")
    assert not_written(told.value, tmp_path).code == "place_gone"


@pytest.mark.parametrize("number", [*WHY_NOT_WRITTEN, errno.EMFILE])
def test_why_it_failed_is_a_code_of_its_own_and_never_a_path_of_a_person(number, tmp_path):
    trouble = not_written(OSError(number, os.strerror(number)), tmp_path)
    assert trouble.code == WHY_NOT_WRITTEN.get(number, "cannot_write")
    assert os.strerror(number) in str(trouble)
