"""ESC/POS printers with a USB plug, through the kernel's printer class. Untried on hardware."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from drivers.api import DriverSpec, Role, Surroundings
from drivers.fields import PathText
from drivers.printer.escpos_printer import EscPosPrinter
from drivers.printer.glyphs import GlyphSource
from drivers.printer.lettering import LinePainter
from drivers.printer.profile import ProfileName, loading_of, profile_named
from drivers.transport.recording import recorded
from drivers.transport.scrubbing import PrinterScrubber
from drivers.transport.usb_printer import UsbPrinterLink, find_printer


class Settings(BaseModel):
    """`serial` binds to one printer wherever it is plugged in; `device` to one file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    serial: str = Field(default="", max_length=128)
    device: PathText = ""
    profile: ProfileName = "default"
    trace: PathText = ""  # a file: record the dialogue, scrubbed


def connect(settings: Settings, _: Surroundings) -> EscPosPrinter:
    """Raises BadSettings for an unknown profile, DeviceLost where there is no printer."""
    profile = profile_named(settings.profile)
    path = Path(settings.device) if settings.device else find_printer(settings.serial)
    link = recorded(UsbPrinterLink(path), settings.trace, PrinterScrubber())
    return EscPosPrinter(link, profile, LinePainter(GlyphSource))


DRIVER = DriverSpec(
    name="escpos-usb",
    role=Role.RECEIPT_PRINTER,
    settings=Settings,
    connect=connect,
    paper_loading=loading_of,
)
