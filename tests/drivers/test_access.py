"""A device file that is there and may not be used is no cable trouble."""

import errno
import grp
import os
from pathlib import Path

import pytest

from drivers.transport.access import User, not_opened

DENIED = PermissionError(errno.EACCES, os.strerror(errno.EACCES))
NOBODY = User("kiosk-pay", frozenset())


@pytest.fixture
def port(tmp_path):
    path = tmp_path / "ttyUSB0"
    path.touch()
    path.chmod(0o660)
    if os.geteuid() == 0:  # its group is root's, which is never advised
        os.chown(path, -1, grp.getgrnam("tty").gr_gid)
    return path


def group_of(path):
    return grp.getgrgid(path.stat().st_gid).gr_name


def test_a_port_of_another_group_names_the_group_and_the_command(port):
    lost = not_opened(port, DENIED, NOBODY)
    assert lost.reason == "no_permission"
    assert f"usermod -aG {group_of(port)} kiosk-pay" in str(lost)
    assert str(port) in str(lost)


def test_a_port_that_its_group_may_not_use_tells_its_rights_instead(port):
    port.chmod(0o600)
    lost = not_opened(port, DENIED, NOBODY)
    assert lost.reason == "no_permission"
    assert "-rw-------" in str(lost)
    assert "usermod" not in str(lost)


def test_being_in_the_group_already_is_not_advised_again(port):
    lost = not_opened(port, DENIED, User("kiosk-pay", frozenset({port.stat().st_gid})))
    assert "usermod" not in str(lost)


def test_nobody_is_put_into_the_group_of_root_for_a_device():
    path = Path("/dev/full")  # of root and its group: mode 0666
    assert path.stat().st_gid == 0
    lost = not_opened(path, DENIED, NOBODY, match='SUBSYSTEM=="usb"')
    assert "usermod" not in str(lost)
    assert 'SUBSYSTEM=="usb", GROUP="kiosk-pay", MODE="0660"' in str(lost)


def test_what_is_denied_and_cannot_be_looked_at_is_still_a_right(tmp_path):
    lost = not_opened(tmp_path / "gone", DENIED, NOBODY)
    assert lost.reason == "no_permission"


def test_what_is_not_there_is_no_connection(tmp_path):
    path = tmp_path / "ttyUSB9"
    missing = FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
    assert not_opened(path, missing).reason == "no_connection"


def test_the_user_of_this_process_is_in_its_own_group():
    assert os.getegid() in User.of_this_process().groups
