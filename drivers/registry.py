"""Which driver answers to which name in the site file."""

from __future__ import annotations

from importlib import import_module

from drivers.api import BadSettings, DriverSpec, Role

# A driver's module is imported when it is first asked for: a kiosk without a PC/SC reader
# needs no PC/SC library.
DRIVERS: dict[tuple[Role, str], str] = {
    (Role.CARD_READER, "pcsc"): "drivers.card_reader.pcsc:DRIVER",
    (Role.ID_READER, "sam-serial"): "drivers.id_reader.sam_lines:SERIAL",
    (Role.ID_READER, "sam-tcp"): "drivers.id_reader.sam_lines:TCP",
    (Role.ID_READER, "sam-usb"): "drivers.id_reader.sam_usb:USB",
    (Role.ID_READER, "sam-hid"): "drivers.id_reader.sam_usb:HID",
    (Role.ID_READER, "simulated"): "drivers.id_reader.simulated:DRIVER",
    (Role.SCANNER, "keyboard-wedge"): "drivers.scanner.wedge:DRIVER",
    (Role.SCANNER, "serial-scanner"): "drivers.scanner.serial_scanner:DRIVER",
    (Role.SCANNER, "simulated"): "drivers.scanner.simulated:DRIVER",
    (Role.RECEIPT_PRINTER, "escpos-network"): "drivers.printer.network:DRIVER",
    (Role.RECEIPT_PRINTER, "escpos-serial"): "drivers.printer.serial_line:DRIVER",
    (Role.RECEIPT_PRINTER, "escpos-usb"): "drivers.printer.usb:DRIVER",
    (Role.RECEIPT_PRINTER, "simulated"): "drivers.printer.simulated:DRIVER",
}

# What to install where a driver's own library is missing.
INSTALL = {
    "smartcard": "pyscard: apt-get install pcscd gcc swig libpcsclite-dev python3-dev, "
    "then pip install 'public-payment-kiosk[pcsc]'",
    "usb": "pyusb: apt-get install libusb-1.0-0, then pip install 'public-payment-kiosk[usb]'",
    "hid": "hidapi: pip install 'public-payment-kiosk[usb]'",
}


def names(role: Role) -> tuple[str, ...]:
    """The drivers there are for this role, sorted."""
    return tuple(sorted(name for each, name in DRIVERS if each is role))


def find(role: Role, name: str) -> DriverSpec:
    """Raises BadSettings where there is no such driver, or its library is not installed."""
    place = DRIVERS.get((role, name))
    if place is None:
        known = ", ".join(names(role)) or "none yet"
        raise BadSettings("unknown_driver", f"no {role} driver is called {name!r}; known: {known}")
    module_name, attribute = place.split(":")
    try:
        module = import_module(module_name)
    except ImportError as error:
        package = (error.name or str(error)).split(".")[0]
        words = INSTALL.get(package, f"the Python package {package!r}")
        raise BadSettings("missing_library", f"the {name!r} driver needs {words}") from error
    spec = getattr(module, attribute)
    if not isinstance(spec, DriverSpec) or (spec.role, spec.name) != (role, name):
        raise TypeError(f"{place} is not the {role} driver {name!r}")
    return spec
