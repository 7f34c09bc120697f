"""systemd's notification protocol, on real sockets."""

import os
import socket

import pytest

from kiosk.sd_notify import READY, WATCHDOG, notify


@pytest.fixture
def listener(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as link:
        link.bind(str(tmp_path / "notify"))
        link.settimeout(30)
        yield link


def test_lines_go_out_as_one_datagram(listener):
    assert notify(READY, WATCHDOG, address=listener.getsockname())
    assert listener.recv(100) == b"READY=1\nWATCHDOG=1"


def test_an_abstract_socket_is_reached():
    name = f"kiosk-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as link:
        link.bind("\0" + name)
        link.settimeout(30)
        assert notify(READY, address="@" + name)
        assert link.recv(100) == b"READY=1"


def test_nobody_listening_is_no_trouble(tmp_path):
    assert not notify(READY, address="")
    assert not notify(READY, address=str(tmp_path / "none"))


def test_a_listener_that_does_not_listen_blocks_nobody(listener):
    sent = 0
    while notify(WATCHDOG, address=listener.getsockname()):
        sent += 1
        assert sent < 100_000
    assert sent > 0
