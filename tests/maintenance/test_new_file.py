"""What is taken away is whole and on the medium, or not there."""

import errno
import os
from pathlib import Path

import pytest

from kiosk.maintenance.new_file import new_file, new_text_file
from kiosk.maintenance.trouble import WHY_NOT_WRITTEN, not_written

FULL = Path("/dev/full")  # every write to it fails as on a full stick


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


def test_a_full_medium_is_told_and_left_as_it_was(tmp_path):
    (tmp_path / "day.csv.part").symlink_to(FULL)
    with (
        pytest.raises(OSError, match="No space left") as told,
        new_text_file(tmp_path / "day.csv") as file,
    ):
        file.write("row\n" * 10_000)
    assert told.value.errno == errno.ENOSPC
    assert list(tmp_path.iterdir()) == []


def test_a_stick_that_was_pulled_out_is_told(tmp_path):
    with pytest.raises(FileNotFoundError) as told, new_file(tmp_path / "gone" / "day.csv"):
        raise AssertionError("nothing is written")
    assert not_written(told.value, tmp_path).code == "place_gone"


@pytest.mark.parametrize("number", [*WHY_NOT_WRITTEN, errno.EMFILE])
def test_why_it_failed_is_a_code_of_its_own_and_never_a_path_of_a_person(number, tmp_path):
    trouble = not_written(OSError(number, os.strerror(number)), tmp_path)
    assert trouble.code == WHY_NOT_WRITTEN.get(number, "cannot_write")
    assert os.strerror(number) in str(trouble)
