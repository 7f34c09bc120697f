"""The real drivers on real links: TCP on loopback, a pseudo-terminal as serial line."""

from __future__ import annotations

import os
import select
import socket
import threading
import tty

import pytest

from drivers.api import BadSettings, DeviceLost, PrintOutcome, PrintProof, Role, Surroundings
from drivers.printer.emulator import EscPosEmulator, MechanismState
from drivers.printer.profile import profile_named
from drivers.registry import find
from drivers.transport.link import LinkLost
from drivers.transport.serial_port import SerialLink
from drivers.transport.tcp import TcpLink
from drivers.transport.usb_printer import UsbPrinterLink, find_printer
from tests.drivers.bench import DOCUMENT, read_back, texts
from tests.drivers.contract import PrinterContract
from tests.drivers.lines import sent


class Machine:
    """A printer at the far end: its emulator, and the state of its mechanism."""

    def __init__(self, profile="default"):
        self.strips = []
        self.now = MechanismState()
        model = profile_named(profile)
        self.emulator = EscPosEmulator(
            model.width_dots,
            self,
            self.strips.append,
            echoes_process_id=model.proof is not PrintProof.PAPER_STATUS,
            mouth=model.mouth,
        )
        self.answers_left = 10**9

    def state(self):
        return self.now

    def advance(self, dots):
        return dots

    def cut(self):
        return True

    def answer(self, data):
        answers = self.emulator.receive(data)[: self.answers_left]
        self.answers_left -= len(answers)
        return answers


class TcpPrinter:
    """Serves one connection after the other, as a print server does."""

    def __init__(self):
        self.machine = Machine()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._connection = None
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self):
        while True:
            try:
                self._connection, _ = self._server.accept()
            except OSError:
                return
            with self._connection as connection:
                while data := self._receive(connection):
                    answered = sent(connection, self.machine.answer(data))
                    if not answered or self.machine.answers_left == 0:
                        break

    @staticmethod
    def _receive(connection):
        try:
            return connection.recv(4096)
        except OSError:
            return b""

    def close(self):
        # shutdown() wakes the blocked accept(); close() alone would not.
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        if self._connection:
            self._hang_up(self._connection)
        self._thread.join(timeout=10)
        assert not self._thread.is_alive()

    @staticmethod
    def _hang_up(connection):
        try:
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # It has hung up by itself.


class PtyPrinter:
    """The far end of a serial line."""

    def __init__(self):
        self.machine = Machine()
        self._far, self._near = os.openpty()
        tty.setraw(self._near)
        self.port = os.ttyname(self._near)
        self._stop_out, self._stop_in = os.pipe()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self):
        while True:
            ready, _, _ = select.select([self._far, self._stop_out], [], [])
            if self._stop_out in ready:
                return
            os.write(self._far, self.machine.answer(os.read(self._far, 4096)))

    def unplug(self):
        if self._thread.is_alive():
            os.write(self._stop_in, b"x")
            self._thread.join(timeout=10)
            os.close(self._far)
            os.close(self._near)

    def close(self):
        self.unplug()
        os.close(self._stop_in)
        os.close(self._stop_out)


@pytest.fixture
def tcp_printer():
    server = TcpPrinter()
    yield server
    server.close()


@pytest.fixture
def pty_printer():
    line = PtyPrinter()
    yield line
    line.close()


def connect_tcp(port):
    spec = find(Role.RECEIPT_PRINTER, "escpos-network")
    return spec.connect(spec.settings(host="127.0.0.1", port=port), Surroundings())


def connect_serial(port):
    spec = find(Role.RECEIPT_PRINTER, "escpos-serial")
    return spec.connect(spec.settings(port=port), Surroundings())


class TestNetworkPrinter(PrinterContract):
    @pytest.fixture
    def printer(self, tcp_printer):
        printer = connect_tcp(tcp_printer.port)
        yield printer
        printer.close()


class TestSerialPrinter(PrinterContract):
    @pytest.fixture
    def printer(self, pty_printer):
        printer = connect_serial(pty_printer.port)
        yield printer
        printer.close()


def connect_usb(port):
    spec = find(Role.RECEIPT_PRINTER, "escpos-usb")
    return spec.connect(spec.settings(device=port), Surroundings())


class TestUsbPrinter(PrinterContract):
    """On a pseudo-terminal: it reads, writes and breaks as the kernel's printer file does."""

    @pytest.fixture
    def printer(self, pty_printer):
        printer = connect_usb(pty_printer.port)
        yield printer
        printer.close()


def test_a_pulled_usb_cable_is_a_lost_device(pty_printer):
    printer = connect_usb(pty_printer.port)
    pty_printer.unplug()
    with pytest.raises(DeviceLost):
        printer.status()
    assert printer.print(DOCUMENT, 7).outcome is PrintOutcome.NOT_PRINTED
    printer.close()


def test_a_usb_printer_that_takes_no_bytes_is_lost_in_bounded_time():
    far, near = os.openpty()
    tty.setraw(near)
    link = UsbPrinterLink(os.ttyname(near))
    with pytest.raises(LinkLost) as lost:
        link.write(b"\x00" * 1_000_000, timeout_s=0.2)
    link.close()
    os.close(far)
    os.close(near)
    assert lost.value.reason == "write_timeout"
    assert 0 < lost.value.sent < 1_000_000


@pytest.fixture
def usb_classes(tmp_path):
    """What the kernel shows of two printers, one of them without a serial number."""
    for name, serial in (("lp0", "A1"), ("lp1", "")):
        interface = tmp_path / "devices" / name / "1-1:1.0"
        interface.mkdir(parents=True)
        if serial:
            (interface.parent / "serial").write_text(serial + "\n")
        (tmp_path / "class" / name).mkdir(parents=True)
        (tmp_path / "class" / name / "device").symlink_to(interface)
    return tmp_path / "class"


def test_a_usb_printer_is_found_by_its_serial_number(usb_classes, tmp_path):
    assert find_printer("A1", usb_classes, tmp_path) == tmp_path / "lp0"


def test_a_usb_printer_that_is_not_there_is_a_lost_device(usb_classes):
    with pytest.raises(DeviceLost, match="'B2'.*'A1'"):
        find_printer("B2", usb_classes)


def test_with_two_usb_printers_one_must_be_named(usb_classes):
    with pytest.raises(BadSettings, match="name one"):
        find_printer("", usb_classes)


def test_a_strip_comes_out_of_the_network_printer_whole(tcp_printer):
    printer = connect_tcp(tcp_printer.port)
    printer.print(DOCUMENT, 7)
    printer.close()
    assert [read_back(strip.text) for strip in tcp_printer.machine.strips] == [texts(DOCUMENT)]


def test_a_network_printer_that_hangs_up_before_the_proof_is_unknown(tcp_printer):
    printer = connect_tcp(tcp_printer.port)
    tcp_printer.machine.answers_left = 4 + 6
    report = printer.print(DOCUMENT, 7)
    assert (report.outcome, report.reason) == (PrintOutcome.UNKNOWN, "link_lost")
    with pytest.raises(DeviceLost):
        printer.status()
    printer.close()


def test_a_network_printer_without_paper_is_not_asked_to_print(tcp_printer):
    tcp_printer.machine.now = MechanismState(paper_out=True)
    printer = connect_tcp(tcp_printer.port)
    report = printer.print(DOCUMENT, 7)
    printer.close()
    assert (report.outcome, report.reason) == (PrintOutcome.NOT_PRINTED, "paper_out")


def test_nobody_at_the_address_is_a_lost_device():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(DeviceLost, match=f"127.0.0.1 port {port}"):
        connect_tcp(port)


def test_a_peer_that_takes_no_bytes_is_lost_in_bounded_time_and_some_bytes_are_in_doubt():
    with socket.create_server(("127.0.0.1", 0)) as server:
        link = TcpLink("127.0.0.1", server.getsockname()[1], connect_timeout_s=5)
        with pytest.raises(LinkLost) as lost:
            link.write(b"\x00" * 50_000_000, timeout_s=0.2)
    assert lost.value.reason == "write_timeout"
    assert 0 < lost.value.sent < 50_000_000


def test_a_strip_comes_out_of_the_serial_printer_whole(pty_printer):
    printer = connect_serial(pty_printer.port)
    report = printer.print(DOCUMENT, 7)
    printer.close()
    assert report.outcome is PrintOutcome.PRINTED
    assert [read_back(strip.text) for strip in pty_printer.machine.strips] == [texts(DOCUMENT)]


def test_a_serial_port_is_opened_for_one_alone(pty_printer):
    printer = connect_serial(pty_printer.port)
    with pytest.raises(DeviceLost, match=pty_printer.port):
        connect_serial(pty_printer.port)
    printer.close()


def test_a_pulled_serial_cable_is_a_lost_device(pty_printer):
    printer = connect_serial(pty_printer.port)
    pty_printer.unplug()
    with pytest.raises(DeviceLost):
        printer.status()
    assert printer.print(DOCUMENT, 7).outcome is PrintOutcome.NOT_PRINTED
    printer.close()


def test_a_serial_port_that_is_not_there_is_a_lost_device():
    with pytest.raises(DeviceLost, match="/dev/no-such-port"):
        connect_serial("/dev/no-such-port")


def test_a_line_that_takes_no_bytes_is_lost_in_bounded_time():
    far, near = os.openpty()
    tty.setraw(near)
    link = SerialLink(os.ttyname(near), 115200)
    with pytest.raises(LinkLost) as lost:
        link.write(b"\x00" * 1_000_000, timeout_s=0.2)
    os.close(far)
    os.close(near)
    assert lost.value.reason == "write_timeout"
    assert 0 < lost.value.sent < 1_000_000
