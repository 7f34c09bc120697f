"""The real drivers on real links: TCP on loopback, a pseudo-terminal as serial line."""

from __future__ import annotations

import socket

import pytest

from drivers.api import BadSettings, DeviceLost, PrintOutcome, Role, Surroundings
from drivers.printer.emulator import MechanismState
from drivers.registry import find
from drivers.transport.link import LinkLost
from drivers.transport.serial_port import SerialLink
from drivers.transport.tcp import TcpLink
from drivers.transport.usb_printer import UsbPrinterLink, find_printer
from tests.drivers.bench import DOCUMENT, read_back, texts
from tests.drivers.contract import PrinterContract
from tests.drivers.lines import deaf_port
from tests.drivers.machines import PtyPrinter, TcpPrinter
from tests.support.ports import refusing_port


@pytest.fixture
def tcp_printer():
    printer = TcpPrinter()
    yield printer
    printer.close()


@pytest.fixture
def pty_printer():
    printer = PtyPrinter()
    yield printer
    printer.close()


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
    with deaf_port() as port:
        link = UsbPrinterLink(port)
        with pytest.raises(LinkLost) as lost:
            link.write(b"\x00" * 1_000_000, timeout_s=0.2)
        link.close()
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
    with refusing_port() as port, pytest.raises(DeviceLost, match=f"127.0.0.1 port {port}"):
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
    with deaf_port() as port:
        link = SerialLink(port, 115200)
        with pytest.raises(LinkLost) as lost:
            link.write(b"\x00" * 1_000_000, timeout_s=0.2)
    assert lost.value.reason == "write_timeout"
    assert 0 < lost.value.sent < 1_000_000
