"""Byte link over the reports of a USB HID device, by hidapi.

Bytes travel in reports of 64, filled up with zeros. Tried on a stand-in for the library's
device, not on a device. The library says of nothing why it did not open: its list names the
device file, and a try to open that one tells a missing right from a cable.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import hid

from drivers.api import DeviceLost
from drivers.transport.access import not_opened
from drivers.transport.link import LinkLost
from drivers.transport.usb_bulk import UsbId

REPORT_SIZE = 64
NO_REPORT_ID = b"\x00"
USB_DEVICES = Path("/sys/bus/usb/devices")
BUS = Path("/dev/bus/usb")
MAX_NODES = 16  # of one kind at one kiosk

List = Callable[[int, int], Sequence[dict[str, Any]]]


class HidDevice(Protocol):
    """What of hidapi's device is used."""

    def open(self, vendor_id: int, product_id: int, serial: str | None) -> None: ...

    def write(self, data: bytes) -> int: ...

    def read(self, max_length: int, timeout_ms: int) -> list[int]: ...

    def close(self) -> None: ...


class HidLink:
    def __init__(
        self,
        wanted: UsbId,
        *,
        make_device: Callable[[], HidDevice] = hid.device,
        nodes: Callable[[UsbId], Iterator[Path]] | None = None,
        try_open: Callable[[Path], None] | None = None,
    ) -> None:
        """Raises DeviceLost: `no_permission` where it is there and may not be opened."""
        self._device = make_device()
        self._pending = bytearray()
        try:
            self._device.open(wanted.vendor, wanted.product, wanted.serial or None)
        except OSError as error:
            raise _why_not(
                wanted, (nodes or nodes_of)(wanted), try_open or open_and_close
            ) from error

    def write(self, data: bytes, timeout_s: float) -> None:  # noqa: ARG002 hidapi has its own
        for start in range(0, len(data), REPORT_SIZE):
            piece = data[start : start + REPORT_SIZE]
            try:
                taken = self._device.write(NO_REPORT_ID + piece.ljust(REPORT_SIZE, b"\0"))
            except (OSError, ValueError) as error:
                raise LinkLost("link_lost", str(error), sent=start + len(piece)) from error
            if taken < 0:  # how hidapi says that a report was not taken
                raise LinkLost("link_lost", sent=start + len(piece))

    def read(self, size: int, timeout_s: float) -> bytes:
        if not self._pending:
            try:
                self._pending += bytes(
                    self._device.read(REPORT_SIZE, max(int(timeout_s * 1000), 1))
                )
            except (OSError, ValueError) as error:
                raise LinkLost("link_lost", str(error)) from error
        taken = bytes(self._pending[:size])
        del self._pending[:size]
        return taken

    def close(self) -> None:
        self._device.close()


def nodes_of(
    wanted: UsbId, listed: List = hid.enumerate, devices: Path = USB_DEVICES, bus: Path = BUS
) -> Iterator[Path]:
    """The device files that hidapi would open for this device, without opening any.

    hidapi's `path` is a file (hidraw), or bus and ports as the kernel names them: "1-2.3:1.0"
    (libusb; Linux: Documentation/ABI/stable/sysfs-bus-usb).
    """
    for each in listed(wanted.vendor, wanted.product)[:MAX_NODES]:
        path = os.fsdecode(each["path"])
        if path.startswith("/"):
            if wanted.serial in ("", each.get("serial_number")):
                yield Path(path)
            continue
        place = devices / path.partition(":")[0]
        if wanted.serial in ("", _read(place / "serial")):
            number, address = (_read(place / name) for name in ("busnum", "devnum"))
            if number.isdecimal() and address.isdecimal():
                yield bus / f"{int(number):03d}" / f"{int(address):03d}"


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace").strip()
    except OSError:  # not there, or pulled while we looked: ENOENT or ENODEV
        return ""


def open_and_close(path: Path) -> None:
    """As the library would. Raises OSError."""
    os.close(os.open(path, os.O_RDWR | os.O_CLOEXEC))


def _why_not(wanted: UsbId, nodes: Iterator[Path], try_open: Callable[[Path], None]) -> DeviceLost:
    opens = None
    for path in nodes:
        try:
            try_open(path)
        except OSError as error:
            return not_opened(path, error, match=wanted.udev_match)
        opens = path
    if opens is not None:
        words = f"{wanted} is there ({opens}) and does not open: does another program use it?"
        return DeviceLost("no_connection", words)
    return DeviceLost("no_connection", f"{wanted} is not there")
