"""Byte link over the bulk endpoints of a USB device, by pyusb and libusb.

Tried on a stand-in below pyusb, not on a device.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import usb.core
import usb.util

from drivers.api import BadSettings, DeviceLost
from drivers.clock import Clock, SystemClock
from drivers.transport.access import not_opened
from drivers.transport.link import LinkLost

Mapping = Literal["native", "pair"]
PACKET_SIZE = 512  # a read must take whole packets: of a shorter one the rest is lost
# A SAM-A module's own USB: the head of a frame (preamble and length) and its body use
# endpoints of their own.
HEAD_SIZE = 7
HEAD_OUT, BODY_OUT, HEAD_IN, BODY_IN = 0x02, 0x06, 0x81, 0x85
MAX_BODY = 0x1000


@dataclass(frozen=True, slots=True)
class UsbId:
    vendor: int
    product: int
    serial: str = ""  # empty: the only one of its kind

    def __str__(self) -> str:
        return f"USB {self.vendor:04x}:{self.product:04x} {self.serial}".rstrip()

    @property
    def udev_match(self) -> str:
        """How a udev rule knows a device file of this device, the bus's or its reports'."""
        ids = (
            f'ATTRS{{idVendor}}=="{self.vendor:04x}"',
            f'ATTRS{{idProduct}}=="{self.product:04x}"',
        )
        return ", ".join(('SUBSYSTEM=="usb|hidraw"', *ids))


class UsbBulkLink:
    """`mapping` "pair" uses the first bulk endpoint of each direction for everything."""

    def __init__(
        self, wanted: UsbId, mapping: Mapping, *, backend: Any = None, clock: Clock | None = None
    ) -> None:
        """Raises DeviceLost where it is not there, BadSettings for several of its kind."""
        self._clock = clock or SystemClock()
        self._device = _find(wanted, backend)
        self._native = mapping == "native"
        self._pending = bytearray()
        self._body_left = 0
        try:
            self._out, self._in = self._claimed()
        except (usb.core.USBError, NotImplementedError) as error:
            self.close()
            raise not_opened(_file_of(self._device), error, match=wanted.udev_match) from error

    def _claimed(self) -> tuple[int, int]:
        device = self._device
        with contextlib.suppress(NotImplementedError):  # not on every system
            if device.is_kernel_driver_active(0):
                device.detach_kernel_driver(0)
        device.set_configuration()
        usb.util.claim_interface(device, 0)
        bulk = [
            endpoint.bEndpointAddress
            for endpoint in device.get_active_configuration()[0, 0]
            if usb.util.endpoint_type(endpoint.bmAttributes) == usb.util.ENDPOINT_TYPE_BULK
        ]
        needed = {HEAD_OUT, BODY_OUT, HEAD_IN, BODY_IN} if self._native else set()
        outs, ins = ([each for each in bulk if bool(each & 0x80) is side] for side in (False, True))
        if not (outs and ins and needed <= set(bulk)):
            found = ", ".join(f"{each:02x}" for each in bulk) or "none"
            raise usb.core.USBError(f"has other bulk endpoints than its mapping needs: {found}")
        return outs[0], ins[0]

    def write(self, data: bytes, timeout_s: float) -> None:
        pieces = [(self._out, data)]
        if self._native:
            pieces = [(HEAD_OUT, data[:HEAD_SIZE]), (BODY_OUT, data[HEAD_SIZE:])]
        deadline_s, sent = self._clock.monotonic() + timeout_s, 0
        for endpoint, piece in pieces:
            left_ms = int((deadline_s - self._clock.monotonic()) * 1000)
            try:
                taken = self._device.write(endpoint, piece, max(left_ms, 1))
            except usb.core.USBTimeoutError as error:
                raise LinkLost("write_timeout", sent=sent + len(piece)) from error
            except usb.core.USBError as error:
                raise LinkLost("link_lost", str(error), sent=sent + len(piece)) from error
            sent += taken
            if taken < len(piece):
                raise LinkLost("write_timeout", sent=sent)

    def read(self, size: int, timeout_s: float) -> bytes:
        if not self._pending:
            self._pending += self._receive(timeout_s)
        taken = bytes(self._pending[:size])
        del self._pending[:size]
        return taken

    def _receive(self, timeout_s: float) -> bytes:
        endpoint = self._in
        if self._native:
            endpoint = BODY_IN if self._body_left else HEAD_IN
        try:
            # libusb takes 0 for "for ever".
            wait_ms = max(int(timeout_s * 1000), 1)
            data = bytes(self._device.read(endpoint, PACKET_SIZE, wait_ms))
        except usb.core.USBTimeoutError:
            return b""
        except usb.core.USBError as error:
            raise LinkLost("link_lost", str(error)) from error
        if self._native:
            self._count(data)
        return data

    def _count(self, data: bytes) -> None:
        """After a head comes a body as long as it says; anything else is read as a head again."""
        if self._body_left:
            self._body_left = max(0, self._body_left - len(data))
        elif len(data) == HEAD_SIZE:
            length = int.from_bytes(data[-2:], "big")
            self._body_left = length if length <= MAX_BODY else 0

    def close(self) -> None:
        usb.util.dispose_resources(self._device)


def _file_of(device: Any) -> Path:
    """Linux: Documentation/driver-api/usb/usb.rst, "The usbfs"."""
    return Path(f"/dev/bus/usb/{device.bus or 0:03d}/{device.address or 0:03d}")


def _find(wanted: UsbId, backend: Any) -> Any:
    try:
        found = list(
            usb.core.find(
                find_all=True, backend=backend, idVendor=wanted.vendor, idProduct=wanted.product
            )
        )
        fitting = [each for each in found if wanted.serial in ("", _serial_of(each))]
    except usb.core.NoBackendError as error:
        raise BadSettings("missing_library", "libusb is missing: install libusb-1.0-0") from error
    except usb.core.USBError as error:
        raise DeviceLost("no_connection", f"{wanted}: {error}") from error
    if not fitting:
        raise DeviceLost("no_connection", f"{wanted} is not there")
    if len(fitting) > 1:
        raise BadSettings("several_readers", f"{wanted}: there are {len(fitting)}; name a serial")
    return fitting[0]


def _serial_of(device: Any) -> str:
    try:
        return str(device.serial_number or "")
    except ValueError:  # It tells no strings at all, or not to this user.
        return ""
