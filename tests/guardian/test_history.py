"""The guardian's one file: survives everything, and a bad one counts nothing."""

import json

import pytest

from kiosk.guardian.history import FILE_NAME, History, load, save


def test_what_was_saved_is_loaded(tmp_path):
    history = History(3, 7, 1_800_000_000.5, 2)
    assert save(tmp_path, history)
    assert load(tmp_path) == history
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'{"failed_starts": "many", "ends": 0, "hour_began_s": 0}',
        b'{"failed_starts": -1, "ends": 0, "hour_began_s": 0}',
        b'{"failed_starts": 1, "ends": 0, "hour_began_s": 0, "more": 1}',
        b'{"failed_starts": NaN, "ends": 0, "hour_began_s": 0}',
        b'{"failed_starts": Infinity, "ends": 0, "hour_began_s": 0}',
        b"[" * 5000,
    ],
)
def test_a_file_that_is_none_of_ours_counts_nothing(tmp_path, content):
    (tmp_path / FILE_NAME).write_bytes(content)
    assert load(tmp_path) == History()


def test_no_file_counts_nothing(tmp_path):
    assert load(tmp_path) == History()


def test_a_directory_that_is_not_there_is_told(tmp_path):
    assert not save(tmp_path / "gone", History(1, 1, 0.0))


def test_an_earlier_builds_file_is_understood_and_ours_by_it_where_the_screen_is_well(tmp_path):
    earlier = b'{"failed_starts": 5, "ends": 6, "hour_began_s": 1800000000.5}'
    (tmp_path / FILE_NAME).write_bytes(earlier)
    found = load(tmp_path)
    assert found == History(5, 6, 1_800_000_000.5)
    assert save(tmp_path, found)
    assert json.loads((tmp_path / FILE_NAME).read_bytes()) == json.loads(earlier)
