"""SAM-A readers with a USB plug: bulk endpoints, or HID reports. Untried on hardware."""

from __future__ import annotations

from pydantic import Field

from drivers.api import DriverSpec, Role, Surroundings
from drivers.id_reader.sam_lines import SamSettings, reader_on
from drivers.id_reader.sam_reader import SamReader
from drivers.transport.hid_report import HidLink
from drivers.transport.usb_bulk import Mapping, UsbBulkLink, UsbId


class HidSettings(SamSettings):
    """The two numbers are what `lsusb` shows; `serial` tells two readers of a kind apart."""

    vendor_id: int = Field(default=0x0400, ge=1, le=0xFFFF)
    product_id: int = Field(default=0xC35A, ge=1, le=0xFFFF)
    serial: str = Field(default="", max_length=128)

    @property
    def usb_id(self) -> UsbId:
        return UsbId(self.vendor_id, self.product_id, self.serial)


class UsbSettings(HidSettings):
    # "native": a module's own four endpoints; "pair": one in, one out for whole frames
    mapping: Mapping = "native"


def connect_usb(settings: UsbSettings, _: Surroundings) -> SamReader:
    """Raises DriverError."""
    return reader_on(UsbBulkLink(settings.usb_id, settings.mapping), settings)


def connect_hid(settings: HidSettings, _: Surroundings) -> SamReader:
    """Raises DriverError."""
    return reader_on(HidLink(settings.usb_id), settings)


USB = DriverSpec(name="sam-usb", role=Role.ID_READER, settings=UsbSettings, connect=connect_usb)
HID = DriverSpec(name="sam-hid", role=Role.ID_READER, settings=HidSettings, connect=connect_hid)
