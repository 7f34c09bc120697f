"""The device commands as a technician runs them: another process, real links, our answers."""

from __future__ import annotations

import json
import subprocess
import sys
import threading

import pytest
from PIL import Image

from drivers.id_reader.sam_emulator import SamEmulator
from tests.drivers.chipcards import Daemon, SocialSecurityCard, VirtualSlot
from tests.drivers.lines import PtyLine, TcpLine
from tests.drivers.machines import Machine
from tests.drivers.sams import FOREIGN_2017, RESIDENT, Table, card

READ = {
    "kind": "resident",
    "name": "张三",
    "number": "330199190001010010",
    "valid_from": "2020-01-01",
    "valid_until": None,
    "long_term": True,
}


@pytest.fixture
def kiosk(tmp_path):
    """Runs `kiosk device …` with these devices; its exit code and its one JSON object."""

    def run(command, devices, *options):
        site = tmp_path / "site.toml"
        lines = ["schema = 1", 'environment = "demo"', f'[storage]\ndirectory = "{tmp_path}/s"']
        for role, keys in devices.items():
            lines.append(f"[devices.{role}]")
            lines += [f"{key} = {json.dumps(value)}" for key, value in keys.items()]
        site.write_text("\n".join(lines))
        done = subprocess.run(
            [sys.executable, "-m", "kiosk", "device", command, "--site", str(site), "--json",
             *options],
            capture_output=True, text=True, timeout=240, check=False,
        )  # fmt: skip
        assert done.stderr == ""
        return done.returncode, json.loads(done.stdout)

    return run


@pytest.fixture
def table():
    return Table()


@pytest.fixture
def sam(table):
    return SamEmulator(lambda: table.lying)


@pytest.fixture
def pty_line():
    lines = []

    def make(*answer):
        lines.append(PtyLine(*answer))
        return lines[-1]

    yield make
    for line in lines:
        line.close()


@pytest.fixture
def tcp_line():
    lines = []

    def make(answer):
        lines.append(TcpLine(answer))
        return lines[-1]

    yield make
    for line in lines:
        line.close()


def test_a_card_is_read_over_a_serial_line(kiosk, pty_line, sam, table):
    table.place(card(RESIDENT))
    line = pty_line(sam.receive)
    devices = {"id_reader": {"driver": "sam-serial", "port": line.port}}
    assert kiosk("read-card", devices) == (0, READ)


def test_a_card_is_read_over_tcp(kiosk, tcp_line, sam, table):
    table.place(card(FOREIGN_2017))
    line = tcp_line(sam.receive)
    devices = {"id_reader": {"driver": "sam-tcp", "host": "127.0.0.1", "port": line.port}}
    code, said = kiosk("read-card", devices)
    assert (code, said["kind"], said["number"]) == (0, "foreign_2017", "ZZZ330100010101")


def test_no_card_is_an_error_with_a_code(kiosk, pty_line, sam):
    line = pty_line(sam.receive)
    devices = {"id_reader": {"driver": "sam-serial", "port": line.port}}
    code, said = kiosk("read-card", devices, "--timeout", "0.5")
    assert (code, said["error"]) == (1, "no_card")


def test_a_reader_that_does_not_answer_is_an_error_with_a_code(kiosk, pty_line):
    devices = {"id_reader": {"driver": "sam-serial", "port": pty_line().port}}
    code, said = kiosk("read-card", devices)
    assert (code, said["error"]) == (1, "no_answer")


def test_a_social_security_card_is_read_through_pcscd(kiosk):
    daemon = Daemon()
    slot = VirtualSlot(daemon)
    try:
        daemon.start()
        slot.insert(SocialSecurityCard())
        devices = {"card_reader": {"driver": "pcsc", "reader": "Virtual PCD"}}
        code, said = kiosk("read-card", devices)
    finally:
        slot.eject()
        daemon.close()
    assert code == 0
    assert said == {
        "kind": "social_security",
        "name": "张三",
        "number": "330199190001010010",
        "valid_from": "2024-01-01",
        "valid_until": "2034-01-01",
        "long_term": False,
    }


def test_a_code_is_scanned_over_a_serial_line(kiosk, pty_line):
    line, done = pty_line(), threading.Event()

    def hold_up():
        """What came before the port was opened is dropped, so it is held up again and again."""
        while not done.wait(0.2):
            line.send(b"33010526300000000001\r")

    hand = threading.Thread(target=hold_up)
    hand.start()
    devices = {"scanner": {"driver": "serial-scanner", "port": line.port}}
    answer = kiosk("scan", devices)
    done.set()
    hand.join()
    assert answer == (0, {"text": "33010526300000000001", "kind": "payment_code"})


@pytest.mark.parametrize("profile", ["default", "custom-kpm", "58mm"])
def test_a_sample_is_printed_over_tcp(kiosk, tcp_line, profile):
    machine = Machine(profile)
    line = tcp_line(machine.answer)
    devices = {
        "receipt_printer": {
            "driver": "escpos-network", "host": "127.0.0.1", "port": line.port, "profile": profile,
        }
    }  # fmt: skip
    code, said = kiosk("print-sample", devices)
    assert (code, said["state"], said["status"]) == (0, "printed", "ok")
    assert "打印测试" in machine.strips[0].text


def test_a_printer_that_prints_and_proves_nothing_is_not_believed(kiosk, tcp_line):
    machine = Machine()
    machine.answers_left = 3 + 3 + 4 + 1  # cleared twice, status once, and half a word

    def answer(data):
        said = machine.answer(data)
        return said if machine.answers_left else None

    line = tcp_line(answer)
    devices = {
        "receipt_printer": {"driver": "escpos-network", "host": "127.0.0.1", "port": line.port}
    }
    code, said = kiosk("print-sample", devices)
    assert (code, said["state"]) == (1, "unknown")


def test_a_sample_is_drawn_without_a_printer(kiosk, tmp_path):
    picture = tmp_path / "sample.png"
    code, said = kiosk("print-sample", {}, "--preview", str(picture))
    assert (code, said["unknown_commands"]) == (0, [])
    with Image.open(picture) as drawn:
        assert drawn.width == 1280


def test_the_status_of_every_device_is_told(kiosk, pty_line, tcp_line, sam):
    devices = {
        "id_reader": {"driver": "sam-serial", "port": pty_line(sam.receive).port},
        "card_reader": {"driver": "none"},
        "scanner": {"driver": "serial-scanner", "port": "/dev/no-such-port"},
        "receipt_printer": {
            "driver": "escpos-network",
            "host": "127.0.0.1",
            "port": tcp_line(Machine().answer).port,
        },
    }
    code, said = kiosk("status", devices)
    assert code == 1
    assert {role: each["state"] for role, each in said.items()} == {
        "id_reader": "ready",
        "scanner": "lost",
        "receipt_printer": "ready",
    }
