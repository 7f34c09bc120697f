"""ID readers with a USB plug: the real pyusb over a stand-in for libusb, and HID reports."""

from __future__ import annotations

import errno
import os
from array import array
from pathlib import Path
from types import SimpleNamespace

import pytest
import usb.core
from usb.backend import IBackend

from drivers.api import BadSettings, DeviceLost
from drivers.id_reader.card_text import parse
from drivers.id_reader.sam import Sam
from drivers.id_reader.sam_emulator import SamEmulator
from drivers.id_reader.sam_reader import SamReader
from drivers.transport.hid_report import REPORT_SIZE, HidLink, nodes_of
from drivers.transport.link import LinkLost
from drivers.transport.usb_bulk import UsbBulkLink, UsbId
from tests.drivers.bench import FakeClock
from tests.drivers.contract import IdReaderContract
from tests.drivers.sams import RESIDENT, SECOND, Table, card

READER = UsbId(0x0400, 0xC35A)
NATIVE, PAIR = (0x02, 0x06, 0x81, 0x85), (0x01, 0x82)


class Usb(IBackend):
    """One or more devices on the bus, each a module behind bulk endpoints."""

    def __init__(self, sam, endpoints=NATIVE, serials=("A1",)):
        self._sam, self._endpoints, self._serials = sam, endpoints, serials
        self._waiting = {}
        self._heard = b""
        self.unplugged = False
        self.blocked = False
        self.denied = False
        self.kernel_driver = True

    def enumerate_devices(self):
        return () if self.unplugged else range(len(self._serials))

    def get_device_descriptor(self, dev):
        return SimpleNamespace(
            bLength=18, bDescriptorType=1, bcdUSB=0x0110, bDeviceClass=0, bDeviceSubClass=0,
            bDeviceProtocol=0, bMaxPacketSize0=8, idVendor=0x0400, idProduct=0xC35A, bcdDevice=1,
            iManufacturer=0, iProduct=0, iSerialNumber=1, bNumConfigurations=1, address=dev + 1,
            bus=1, port_number=None, port_numbers=None, speed=None,
        )  # fmt: skip

    def get_configuration_descriptor(self, dev, config):
        if config:
            raise IndexError(config)
        return SimpleNamespace(
            bLength=9, bDescriptorType=2, wTotalLength=0, bNumInterfaces=1, bConfigurationValue=1,
            iConfiguration=0, bmAttributes=0x80, bMaxPower=50, extra_descriptors=[],
        )  # fmt: skip

    def get_interface_descriptor(self, dev, intf, alt, config):
        if intf or alt:
            raise IndexError(intf)
        return SimpleNamespace(
            bLength=9, bDescriptorType=4, bInterfaceNumber=0, bAlternateSetting=0,
            bNumEndpoints=len(self._endpoints), bInterfaceClass=0xFF, bInterfaceSubClass=0,
            bInterfaceProtocol=0, iInterface=0, extra_descriptors=[],
        )  # fmt: skip

    def get_endpoint_descriptor(self, dev, ep, intf, alt, config):
        return SimpleNamespace(
            bLength=7, bDescriptorType=5, bEndpointAddress=self._endpoints[ep], bmAttributes=2,
            wMaxPacketSize=64, bInterval=0, bRefresh=0, bSynchAddress=0, extra_descriptors=[],
        )  # fmt: skip

    def open_device(self, dev):
        if self.denied:
            raise usb.core.USBError("Access denied (insufficient permissions)", errno=errno.EACCES)
        return dev

    def close_device(self, dev_handle):
        """Nothing is held open."""

    def set_configuration(self, dev_handle, config_value):
        """There is one."""

    def get_configuration(self, dev_handle):
        return 1

    def claim_interface(self, dev_handle, intf):
        if self.kernel_driver:
            raise usb.core.USBError("Resource busy", errno=16)

    def release_interface(self, dev_handle, intf):
        """Nobody else wants it."""

    def is_kernel_driver_active(self, dev_handle, intf):
        return self.kernel_driver

    def detach_kernel_driver(self, dev_handle, intf):
        self.kernel_driver = False

    def ctrl_transfer(self, dev_handle, bmRequestType, bRequest, wValue, wIndex, data, timeout):
        """String descriptors: the languages, then the serial number."""
        text = self._serials[dev_handle].encode("utf-16-le") if wValue & 0xFF else b"\x09\x04"
        answer = bytes([len(text) + 2, 3]) + text
        data[: len(answer)] = array("B", answer)
        return len(answer)

    def bulk_write(self, dev_handle, ep, intf, data, timeout):
        self._check()
        if self.blocked:
            raise usb.core.USBTimeoutError("Operation timed out", errno=110)
        self._heard += data.tobytes()
        if len(self._endpoints) == 2 or ep == 0x06:
            answer, self._heard = self._sam.receive(self._heard), b""
            self._put(answer)
        return len(data)

    def _put(self, answer):
        pieces = {self._endpoints[-1]: answer}
        if len(self._endpoints) == 4:
            pieces = {0x81: answer[:7], 0x85: answer[7:]}
        for endpoint, piece in pieces.items():
            self._waiting[endpoint] = self._waiting.get(endpoint, b"") + piece

    def bulk_read(self, dev_handle, ep, intf, buff, timeout):
        self._check()
        waiting = self._waiting.get(ep, b"")
        if not waiting:
            raise usb.core.USBTimeoutError("Operation timed out", errno=110)
        taken = waiting[:64]
        self._waiting[ep] = waiting[64:]
        buff[: len(taken)] = array("B", taken)
        return len(taken)

    def _check(self):
        if self.unplugged:
            raise usb.core.USBError("No such device", errno=19)


class Hid:
    """A HID reader as hidapi shows it."""

    def __init__(self, sam):
        self._sam = sam
        self._waiting = b""
        self.unplugged = False

    def open(self, vendor_id, product_id, serial):
        if self.unplugged:
            raise OSError("open failed")

    def write(self, data):
        if self.unplugged:
            return -1
        assert len(data) == REPORT_SIZE + 1
        self._waiting += self._sam.receive(data[1:])
        return len(data)

    def read(self, max_length, timeout_ms):
        if self.unplugged:
            raise OSError("read error")
        if not self._waiting:
            return []
        taken, self._waiting = self._waiting[:max_length], self._waiting[max_length:]
        return list(taken.ljust(max_length, b"\0"))

    def close(self):
        self._waiting = b""


@pytest.fixture
def table():
    return Table()


@pytest.fixture
def sam(table):
    return SamEmulator(lambda: table.lying)


class PluggedReaderContract(IdReaderContract):
    @pytest.fixture
    def card(self):
        return parse(RESIDENT)

    @pytest.fixture
    def other(self):
        return parse(SECOND)

    @pytest.fixture
    def place(self, table):
        texts = {parse(RESIDENT): RESIDENT, parse(SECOND): SECOND}
        return lambda shown: table.place(card(texts[shown]))

    @pytest.fixture
    def lift(self, table):
        return table.lift

    @pytest.fixture
    def reader(self, link):
        clock = FakeClock()
        reader = SamReader(Sam(link, clock), clock=clock)
        yield reader
        reader.close()


class TestNativeUsbReader(PluggedReaderContract):
    @pytest.fixture
    def link(self, sam):
        return UsbBulkLink(READER, "native", backend=Usb(sam))


class TestPairedUsbReader(PluggedReaderContract):
    @pytest.fixture
    def link(self, sam):
        return UsbBulkLink(READER, "pair", backend=Usb(sam, PAIR))


class TestHidReader(PluggedReaderContract):
    @pytest.fixture
    def link(self, sam):
        return HidLink(READER, make_device=lambda: Hid(sam))


def test_a_reader_that_is_not_there_is_a_lost_device(sam):
    bus, reports = Usb(sam), Hid(sam)
    bus.unplugged = reports.unplugged = True
    with pytest.raises(DeviceLost, match="0400:c35a"):
        UsbBulkLink(READER, "native", backend=bus)
    with pytest.raises(DeviceLost, match="0400:c35a"):
        HidLink(READER, make_device=lambda: reports)


def test_two_readers_of_a_kind_are_told_apart_by_their_serial_number(sam):
    bus = Usb(sam, serials=("A1", "B2"))
    with pytest.raises(BadSettings, match="name a serial"):
        UsbBulkLink(READER, "native", backend=bus)
    UsbBulkLink(UsbId(0x0400, 0xC35A, "B2"), "native", backend=bus).close()


def test_a_reader_with_other_endpoints_than_its_mapping_is_refused_with_those_it_has(sam):
    with pytest.raises(DeviceLost, match="01, 82"):
        UsbBulkLink(READER, "native", backend=Usb(sam, PAIR))


@pytest.mark.parametrize("make", [
    lambda sam: (bus := Usb(sam), UsbBulkLink(READER, "native", backend=bus)),
    lambda sam: (reports := Hid(sam), HidLink(READER, make_device=lambda: reports)),
])  # fmt: skip
def test_a_pulled_plug_is_a_lost_link_for_reads_and_writes(sam, make):
    far, link = make(sam)
    far.unplugged = True
    with pytest.raises(LinkLost):
        link.write(b"\xaa" * 10, timeout_s=1)
    with pytest.raises(LinkLost):
        link.read(100, timeout_s=0.01)


def test_a_reader_that_takes_no_bytes_is_a_lost_link(sam):
    bus = Usb(sam)
    link = UsbBulkLink(READER, "native", backend=bus)
    bus.blocked = True
    with pytest.raises(LinkLost) as lost:
        link.write(b"\xaa" * 10, timeout_s=0.1)
    assert lost.value.reason == "write_timeout"


@pytest.mark.parametrize("mapping, endpoints", [("native", NATIVE), ("pair", PAIR)])
def test_silence_is_no_bytes(sam, mapping, endpoints):
    link = UsbBulkLink(READER, mapping, backend=Usb(sam, endpoints))
    assert link.read(100, timeout_s=0.0) == b""


def denied(path):
    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))


def opens(path):
    """Nothing keeps anybody from opening it."""


def lost_hid(sam, *nodes, try_open, wanted=READER):
    reports = Hid(sam)
    reports.unplugged = True  # all that hidapi says of whatever does not open
    with pytest.raises(DeviceLost) as lost:
        HidLink(wanted, make_device=lambda: reports, nodes=lambda _: iter(nodes), try_open=try_open)
    return lost.value


def test_a_hid_reader_that_may_not_be_opened_is_a_missing_right_with_its_udev_rule(sam, tmp_path):
    node = tmp_path / "hidraw3"
    node.touch(0o600)
    lost = lost_hid(sam, node, try_open=denied)
    assert lost.reason == "no_permission"
    assert str(node) in str(lost)
    assert 'ATTRS{idVendor}=="0400", ATTRS{idProduct}=="c35a"' in str(lost)
    assert 'MODE="0660"' in str(lost)
    assert "/etc/udev/rules.d" in str(lost)


def test_a_hid_reader_that_nobody_lists_is_not_there(sam):
    lost = lost_hid(sam, try_open=denied)
    assert (lost.reason, str(lost)) == ("no_connection", "USB 0400:c35a is not there")


def test_a_hid_reader_that_could_be_opened_is_said_to_be_in_use(sam, tmp_path):
    lost = lost_hid(sam, tmp_path / "hidraw3", try_open=opens)
    assert lost.reason == "no_connection"
    assert "another program" in str(lost)


def test_a_hid_reader_pulled_while_it_is_looked_at_is_no_connection(sam, tmp_path):
    def gone(path):
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))

    assert lost_hid(sam, tmp_path / "hidraw3", try_open=gone).reason == "no_connection"


@pytest.fixture
def usb_tree(tmp_path):
    """Two readers of a kind, as the kernel tells of them."""
    for name, number, address, serial in (("1-2.3", 1, 7, "A1"), ("2-1", 2, 12, "B2")):
        place = tmp_path / name
        place.mkdir()
        for file, value in (("busnum", number), ("devnum", address), ("serial", serial)):
            (place / file).write_text(f"{value}\n")
    return tmp_path


def test_the_file_behind_a_place_on_the_bus_is_found(usb_tree):
    def listed(vendor, product):
        assert (vendor, product) == (0x0400, 0xC35A)
        return [{"path": b"1-2.3:1.0"}, {"path": b"2-1:1.0"}, {"path": b"9-9:1.0"}]

    found = list(nodes_of(READER, listed, usb_tree, Path("/dev/bus/usb")))
    assert found == [Path("/dev/bus/usb/001/007"), Path("/dev/bus/usb/002/012")]
    one = UsbId(0x0400, 0xC35A, "B2")
    assert list(nodes_of(one, listed, usb_tree, Path("/b"))) == [Path("/b/002/012")]


def test_a_place_on_the_bus_that_vanishes_while_it_is_read_is_not_there(usb_tree):
    (usb_tree / "1-2.3/devnum").unlink()
    (usb_tree / "1-2.3/devnum").symlink_to("/proc/self/mem")  # opens, and fails when read

    def listed(vendor, product):
        return [{"path": b"1-2.3:1.0"}, {"path": b"2-1:1.0"}]

    assert list(nodes_of(READER, listed, usb_tree, Path("/b"))) == [Path("/b/002/012")]


def test_a_file_that_the_library_names_is_taken_as_it_is(usb_tree):
    def listed(vendor, product):
        return [
            {"path": b"/dev/hidraw0", "serial_number": "A1"},
            {"path": b"/dev/hidraw1", "serial_number": "B2"},
        ]

    assert len(list(nodes_of(READER, listed, usb_tree))) == 2
    one = UsbId(0x0400, 0xC35A, "B2")
    assert list(nodes_of(one, listed, usb_tree)) == [Path("/dev/hidraw1")]


def test_a_bulk_reader_that_may_not_be_opened_is_a_missing_right(sam):
    bus = Usb(sam)
    bus.denied = True
    with pytest.raises(DeviceLost) as lost:
        UsbBulkLink(READER, "native", backend=bus)
    assert lost.value.reason == "no_permission"
