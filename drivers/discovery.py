"""What is plugged in: serial ports, USB printers, card readers, screens, by names that stay.

For the person who writes a site file; nothing is opened that could disturb a device.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Any

from serial.tools.list_ports import comports

from drivers.api import DriverError
from drivers.transport.usb_printer import CLASS_DIRECTORY, serial_number_of

BY_ID = Path("/dev/serial/by-id")
PLUGS = Path("/sys/class/drm")
UNNAMED = "n/a"  # what pyserial says of a port that tells nothing


class Kind(StrEnum):
    SERIAL = "serial"
    USB_PRINTER = "usb_printer"
    SMART_CARD_READER = "smart_card_reader"
    SCREEN = "screen"


@dataclass(frozen=True, slots=True)
class Found:
    """`place` is what the site file says: a path, a serial number, a reader's name.

    A screen's is what screen.ini says.
    """

    kind: Kind
    place: str
    words: str


def serial_ports(
    ports: Callable[[], Iterable[Any]] = comports, by_id: Path = BY_ID
) -> tuple[Found, ...]:
    """Each port by its name in /dev/serial/by-id, which stays when cables change places."""
    names = {str(link.resolve()): str(link) for link in _links(by_id)}
    found = []
    for port in ports():
        words = "" if port.description in (UNNAMED, None) else str(port.description)
        found.append(Found(Kind.SERIAL, names.get(port.device, port.device), words))
    return tuple(sorted(found, key=lambda each: each.place))


def _links(by_id: Path) -> list[Path]:
    return sorted(by_id.iterdir()) if by_id.is_dir() else []


def usb_printers(classes: Path = CLASS_DIRECTORY) -> tuple[Found, ...]:
    """Printers of the USB printer class by their serial numbers; empty: it has none."""
    return tuple(
        Found(Kind.USB_PRINTER, serial_number_of(entry), f"/dev/usb/{entry.name}")
        for entry in sorted(classes.glob("lp*"))
    )


def smart_card_readers() -> tuple[Found, ...]:
    """Readers that pcscd knows; none without pcscd, or without the extra `pcsc`."""
    try:
        pcsc = import_module("drivers.transport.pcsc").Pcsc()
    except (ModuleNotFoundError, DriverError):
        return ()
    try:
        return tuple(Found(Kind.SMART_CARD_READER, name, "PC/SC") for name in pcsc.readers())
    except DriverError:
        return ()
    finally:
        pcsc.close()


def screens(plugs: Path = PLUGS) -> tuple[Found, ...]:
    """What hangs on the graphics card, by the plug's name, with its best mode."""
    return tuple(
        Found(Kind.SCREEN, name, mode)
        for name, status, mode in _plugs(plugs)
        if status != "disconnected"
    )


def is_a_screen_plugged_in(plugs: Path = PLUGS) -> bool:
    """Whether one surely is; of some plugs the kernel cannot tell."""
    return any(status == "connected" for _, status, _ in _plugs(plugs))


def _plugs(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Name, status and best mode of each plug of the graphics cards."""
    for plug in sorted(folder.glob("card*-*")):
        try:
            status = (plug / "status").read_text().strip()
            modes = (plug / "modes").read_text().split()
        except OSError:  # a plug of a dock that was pulled while we looked: ENOENT or ENODEV
            continue
        yield plug.name.partition("-")[2], status, "".join(modes[:1])


def everything() -> tuple[Found, ...]:
    return (*serial_ports(), *usb_printers(), *smart_card_readers(), *screens())
