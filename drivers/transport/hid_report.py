"""Byte link over the reports of a USB HID device, by hidapi.

Bytes travel in reports of 64, filled up with zeros. Tried on a stand-in for the library's
device, not on a device.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import hid

from drivers.api import DeviceLost
from drivers.transport.link import LinkLost
from drivers.transport.usb_bulk import UsbId

REPORT_SIZE = 64
NO_REPORT_ID = b"\x00"


class HidDevice(Protocol):
    """What of hidapi's device is used."""

    def open(self, vendor_id: int, product_id: int, serial: str | None) -> None: ...

    def write(self, data: bytes) -> int: ...

    def read(self, max_length: int, timeout_ms: int) -> list[int]: ...

    def close(self) -> None: ...


class HidLink:
    def __init__(self, wanted: UsbId, *, make_device: Callable[[], HidDevice] = hid.device) -> None:
        """Raises DeviceLost where it is not there."""
        self._device = make_device()
        self._pending = bytearray()
        try:
            self._device.open(wanted.vendor, wanted.product, wanted.serial or None)
        except OSError as error:
            raise DeviceLost("no_connection", f"{wanted} is not there: {error}") from error

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
