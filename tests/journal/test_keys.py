"""The key file is the kiosk's own: made once, closed to others, never silently replaced."""

from __future__ import annotations

import os
import stat

import pytest

from kiosk.journal import keys
from kiosk.journal.errors import KeyRefused
from kiosk.journal.journal import Journal


def test_the_first_start_makes_a_key_only_its_owner_can_read(tmp_path):
    first = keys.for_directory(tmp_path / "new")
    path = tmp_path / "new" / keys.KEY_NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert keys.for_directory(tmp_path / "new") == first


def test_two_kiosks_have_different_keys(tmp_path):
    assert keys.for_directory(tmp_path / "a") != keys.for_directory(tmp_path / "b")


def test_the_two_derived_keys_differ_and_are_not_the_secret(tmp_path):
    made = keys.for_directory(tmp_path)
    secret = bytes.fromhex((tmp_path / keys.KEY_NAME).read_text())
    assert len({made.journal, made.digest, secret}) == 3


def test_keys_do_not_show_in_a_traceback(tmp_path):
    assert repr(keys.for_directory(tmp_path)) == "Keys()"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o777])
def test_a_key_open_to_others_is_refused_with_the_command_that_closes_it(tmp_path, mode):
    keys.for_directory(tmp_path)
    (tmp_path / keys.KEY_NAME).chmod(mode)
    with pytest.raises(KeyRefused, match=r"open to others \(mode 0\d{3}\): run chmod 600"):
        keys.for_directory(tmp_path)


def test_a_key_of_another_user_is_refused(tmp_path):
    keys.for_directory(tmp_path)
    status = list((tmp_path / keys.KEY_NAME).stat())
    status[4] = os.geteuid() + 1
    with pytest.raises(KeyRefused, match="belongs to user"):
        keys.refuse_shared(tmp_path / keys.KEY_NAME, os.stat_result(status))


@pytest.mark.parametrize("content", [b"", b"00" * 31, b"00" * 33, b"zz" * 32, b"\xff" * 64])
def test_a_file_that_holds_no_key_is_refused(tmp_path, content):
    path = tmp_path / keys.KEY_NAME
    path.touch(0o600)
    path.write_bytes(content)
    with pytest.raises(KeyRefused, match="expected 64 hexadecimal digits"):
        keys.for_directory(tmp_path)


def test_a_link_in_place_of_the_key_is_refused(tmp_path):
    (tmp_path / "elsewhere").write_text("00" * 32)
    (tmp_path / keys.KEY_NAME).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(KeyRefused, match="cannot be read"):
        keys.for_directory(tmp_path)


def test_a_directory_in_place_of_the_key_is_refused(tmp_path):
    (tmp_path / keys.KEY_NAME).mkdir(mode=0o700)
    with pytest.raises(KeyRefused, match="not a regular file"):
        keys.for_directory(tmp_path)


def test_a_lost_key_is_not_replaced_beside_its_journal(tmp_path):
    Journal.open(tmp_path, keys.for_directory(tmp_path).journal).close()
    (tmp_path / keys.KEY_NAME).unlink()
    with pytest.raises(KeyRefused, match="put the key file back"):
        keys.for_directory(tmp_path)
    assert not (tmp_path / keys.KEY_NAME).exists()


def test_the_key_of_a_journal_lies_beside_it_under_the_name_that_was_published(tmp_path):
    keys.for_directory(tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["journal.key"]
