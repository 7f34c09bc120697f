"""Chip cards written for the tests, and the virtual reader they are put into.

The cards are plain functions of bytes; `VirtualSlot` puts them into vpcd, the virtual reader
of vsmartcard, behind a real pcscd.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
from pathlib import Path

import pytest

from drivers.api import DeviceLost
from drivers.transport.pcsc import Pcsc
from tests.support.ports import free_ports

ENVIRONMENT = bytes.fromhex("7378312E73682EC9E7BBE1B1A3D5CF")
OK, NOT_FOUND, NO_RECORD, PROTECTED = b"\x90\x00", b"\x6a\x82", b"\x6a\x83", b"\x69\x82"
UNKNOWN = b"\x6d\x00"
READERS = Path("/etc/reader.conf.d/vpcd")
USUAL_PORT = 0x8C7B  # where vpcd listens by that file: any program may be given this one by chance
SLOTS = 2  # of vpcd, each on a port of its own
PACKAGES = "pcscd vsmartcard-vpcd"
WAIT_S = 60.0


def tlv(tag: int, value: bytes) -> bytes:
    return bytes([tag, len(value)]) + value


class SocialSecurityCard:
    """Version 1 to 3 of LD/T 32. `manner`: plain, 61 (data is fetched), 6C (length is
    corrected), select (records only of a selected file), protected (EF06 needs a key)."""

    def __init__(self, version="3.00", name="张三", number="330199190001010010", *,
                 manner="plain", extension=b"", valid_until="20340101"):  # fmt: skip
        encoded = name.encode("gb18030")
        sex = tlv(0x0A, b"1")
        self._manner = manner
        self._files = {
            5: [
                tlv(0x01, bytes.fromhex("330100D1560000051111111111111111")),
                tlv(0x02, b"3"),
                tlv(0x03, version.encode()),
                tlv(0x04, b"\x00" * 12),
                tlv(0x05, bytes.fromhex("20240101")),
                tlv(0x06, bytes.fromhex(valid_until)),
                tlv(0x07, b"A00000001"),
            ],
            6: [
                tlv(0x08, number.encode()),
                tlv(0x09, encoded[:30].ljust(30, b"\0")),
                sex if version.startswith("1") else tlv(0x4E, extension.ljust(20, b"\0")),
                sex,
            ],
        }
        self._entered = False
        self._selected = None
        self._waiting = b""

    def __call__(self, command: bytes) -> bytes:
        if command[:4] == b"\x00\xa4\x04\x00":
            self._entered = command[5:20] == ENVIRONMENT
            found = tlv(0x6F, tlv(0x84, ENVIRONMENT) + tlv(0xA5, b""))
            return self._give(found) if self._entered else NOT_FOUND
        if command[:2] == b"\x00\xc0":
            data, self._waiting = self._waiting[: command[4]], b""
            return data + OK
        if not self._entered:
            return NOT_FOUND
        if command[:2] == b"\x00\xa4" and command[4:6] == b"\x02\xef":
            if command[2] != (2 if self._manner != "select" else 0):
                return b"\x6a\x86"
            self._selected = command[6]
            return OK
        if command[:2] == b"\x00\xb2":
            return self._record(command)
        return UNKNOWN

    def _record(self, command: bytes) -> bytes:
        file = command[3] >> 3 or self._selected
        if self._manner == "select" and command[3] >> 3:
            return NOT_FOUND
        if self._manner == "protected" and file == 6:
            return PROTECTED
        records = self._files.get(file, [])
        if not 0 < command[2] <= len(records):
            return NO_RECORD
        record = records[command[2] - 1]
        if self._manner == "6C" and command[4] != 0xFF & (len(record) + 2):
            record += b"\0\0"
            if command[4] != len(record):
                return bytes([0x6C, len(record)])
        return self._give(record)

    def _give(self, data: bytes) -> bytes:
        if self._manner != "61":
            return data + OK
        self._waiting = data
        return bytes([0x61, len(data)])


def bank_card(command: bytes) -> bytes:
    """Knows its payment system and nothing else."""
    if command[:4] == b"\x00\xa4\x04\x00" and command[5:19] == b"1PAY.SYS.DDF01":
        return tlv(0x6F, tlv(0x84, b"1PAY.SYS.DDF01") + tlv(0xA5, b"\x88\x01\x01")) + OK
    return NOT_FOUND


def transit_card(command: bytes) -> bytes:
    """Answers any SELECT with its own application, as city cards do."""
    if command[:2] == b"\x00\xa4":
        return tlv(0x6F, tlv(0x84, b"PAY.TICL") + tlv(0xA5, b"")) + OK
    return tlv(0x08, b"330199190001010010") + OK if command[:2] == b"\x00\xb2" else UNKNOWN


def passport(command: bytes) -> bytes:
    """An ePassport: its one application opens, its files want a key."""
    if command[5:].startswith(bytes.fromhex("A0000002471001")):
        return OK
    return PROTECTED if command[:2] in (b"\x00\xb0", b"\x00\xb2") else NOT_FOUND


class VirtualSlot:
    """The slot of vpcd's reader: cards are put in and taken out."""

    ATR = bytes.fromhex("3B8F8001804F0CA000000306030001000000006A")

    def __init__(self, daemon: Daemon) -> None:
        self._address = ("127.0.0.1", daemon.port)
        self._socket = None
        self._thread = None

    def insert(self, card) -> None:
        self.eject()
        self._socket = socket.create_connection(self._address, WAIT_S)
        self._thread = threading.Thread(target=self._serve, args=(self._socket, card))
        self._thread.start()

    def eject(self) -> None:
        if self._socket is None:
            return
        _hang_up(self._socket)
        self._thread.join(WAIT_S)
        self._socket.close()
        self._socket = self._thread = None

    def _serve(self, connection, card) -> None:
        """Two bytes of length, then a command; one byte alone is a control message."""
        try:
            while True:
                size = int.from_bytes(self._receive(connection, 2), "big")
                message = self._receive(connection, size)
                if size > 1:
                    answer = card(message)
                elif message == b"\x04":
                    answer = self.ATR
                else:
                    continue
                connection.sendall(struct.pack(">H", len(answer)) + answer)
        except (EOFError, OSError):
            _hang_up(connection)  # ejected, or the daemon is gone

    @staticmethod
    def _receive(connection, size: int) -> bytes:
        data = b""
        while len(data) < size:
            # Without it every exchange waits for a delayed acknowledgement.
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            more = connection.recv(size - len(data))
            if not more:
                raise EOFError
            data += more
        return data


def _hang_up(connection) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


class Daemon:
    """A pcscd of our own. There can be one on a machine, so it is locked between tests."""

    def __init__(self) -> None:
        if shutil.which("pcscd") is None or not READERS.exists():
            pytest.fail(f"the PC/SC tests need: apt-get install --no-install-recommends {PACKAGES}")
        self._lock = (Path(tempfile.gettempdir()) / "kiosk-tests-pcscd.lock").open("a+")
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        self._end_what_a_killed_run_left()
        self._process = None
        self.port = free_ports(SLOTS)
        self._config = tempfile.TemporaryDirectory(prefix="vpcd-")
        readers = READERS.read_text().replace(f"0x{USUAL_PORT:X}", f"0x{self.port:X}")
        (Path(self._config.name) / "vpcd").write_text(readers)

    def _end_what_a_killed_run_left(self) -> None:
        self._lock.seek(0)
        left = self._lock.read().strip()
        name = Path("/proc") / left / "comm"
        if left and name.exists() and name.read_text() == "pcscd\n":
            os.kill(int(left), signal.SIGKILL)
        self._lock.truncate(0)

    def start(self) -> None:
        Path("/run/pcscd").mkdir(exist_ok=True)
        self._process = subprocess.Popen(
            ["pcscd", "--foreground", "--config", self._config.name],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._lock.write(str(self._process.pid))
        self._lock.flush()
        until(self._serves, "pcscd did not come up: does another one run on this machine?")

    def _serves(self):
        try:
            pcsc = Pcsc()
        except DeviceLost:
            return False
        try:
            return pcsc.readers()
        except DeviceLost:
            return False
        finally:
            pcsc.close()

    def kill(self) -> None:
        if self._process:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(WAIT_S)
            self._process = None
            self._lock.truncate(0)
            for left in ("pcscd.comm", "pcscd.pid"):
                (Path("/run/pcscd") / left).unlink(missing_ok=True)

    def close(self) -> None:
        self.kill()
        self._lock.close()
        self._config.cleanup()


def until(condition, otherwise: str) -> None:
    """Ask again until it holds. Other processes tell us nothing, so they must be asked."""
    deadline = threading.Event()
    for _ in range(int(WAIT_S / 0.02)):
        if condition():
            return
        deadline.wait(0.02)
    pytest.fail(otherwise)
