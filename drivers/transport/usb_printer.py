"""Byte link over the kernel's USB printer class (usblp: /dev/usb/lp0 …).

No USB library: the kernel does the transfers, and a kiosk's user only needs the group lp.
Tried on a pseudo-terminal, not on a printer.
"""

from __future__ import annotations

import os
import select
from pathlib import Path

from drivers.api import BadSettings, DeviceLost
from drivers.clock import Clock, SystemClock
from drivers.transport.access import not_opened
from drivers.transport.link import LinkLost

CLASS_DIRECTORY = Path("/sys/class/usbmisc")
DEVICE_DIRECTORY = Path("/dev/usb")


def find_printer(
    serial: str, classes: Path = CLASS_DIRECTORY, devices: Path = DEVICE_DIRECTORY
) -> Path:
    """The device file of the printer with this serial number; empty: of the only one.

    Raises DeviceLost where there is none, BadSettings where several could be meant.
    """
    found = {entry.name: serial_number_of(entry) for entry in sorted(classes.glob("lp*"))}
    fitting = [name for name, each in found.items() if serial in ("", each)]
    if not fitting:
        raise DeviceLost("no_printer", f"no USB printer with serial {serial!r}; there are {found}")
    if len(fitting) > 1:
        raise BadSettings("several_printers", f"name one by its serial: {found}")
    return devices / fitting[0]


def serial_number_of(entry: Path) -> str:
    """The USB device is the parent of the interface that usblp serves."""
    place = (entry / "device").resolve().parent / "serial"
    try:
        return place.read_text("utf-8", "replace").strip()
    except OSError:  # it has none, or was pulled while we looked: ENOENT or ENODEV
        return ""


class UsbPrinterLink:
    def __init__(self, path: Path, clock: Clock | None = None) -> None:
        """Open for reading and writing. Raises DeviceLost."""
        self._clock = clock or SystemClock()
        try:
            self._file = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY)
        except OSError as error:
            raise not_opened(path, error) from error

    def write(self, data: bytes, timeout_s: float) -> None:
        deadline_s, sent = self._clock.monotonic() + timeout_s, 0
        while sent < len(data):
            if not self._is_ready(select.POLLOUT, deadline_s - self._clock.monotonic()):
                raise LinkLost("write_timeout", sent=sent)
            try:
                sent += os.write(self._file, data[sent:])
            except BlockingIOError:
                continue
            except OSError as error:
                # What the kernel took of the piece that failed is not told.
                raise LinkLost("link_lost", error.strerror or "", sent=len(data)) from error

    def read(self, size: int, timeout_s: float) -> bytes:
        deadline_s = self._clock.monotonic() + timeout_s
        if not self._is_ready(select.POLLIN, deadline_s - self._clock.monotonic()):
            return b""
        try:
            # usblp reads as empty where the printer has nothing to say: that is no end.
            return os.read(self._file, size)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise LinkLost("link_lost", error.strerror or "") from error

    def _is_ready(self, event: int, timeout_s: float) -> bool:
        """Raises LinkLost where the cable is out."""
        poll = select.poll()
        try:
            poll.register(self._file, event)
            ready = poll.poll(max(0, int(timeout_s * 1000)))
        except (OSError, ValueError) as error:
            raise LinkLost("link_lost", "the printer was closed") from error
        found = ready[0][1] if ready else 0
        if found & (select.POLLERR | select.POLLHUP | select.POLLNVAL) and not found & event:
            raise LinkLost("link_lost", "the printer is gone")
        return bool(found & event)

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
