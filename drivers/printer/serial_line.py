"""ESC/POS printers on a serial line, or on a USB port that shows as one."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from drivers.api import DriverSpec, Role, Surroundings
from drivers.fields import DevicePath, PathText
from drivers.printer.escpos_printer import EscPosPrinter
from drivers.printer.glyphs import GlyphSource
from drivers.printer.lettering import LinePainter
from drivers.printer.profile import ProfileName, loading_of, profile_named
from drivers.transport.recording import recorded
from drivers.transport.scrubbing import PrinterScrubber
from drivers.transport.serial_port import FlowControl, SerialLink


class Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    port: DevicePath
    baud: int = Field(default=115200, ge=1200, le=921600)
    flow_control: FlowControl = "none"
    profile: ProfileName = "default"
    trace: PathText = ""  # a file: record the dialogue, scrubbed


def connect(settings: Settings, _: Surroundings) -> EscPosPrinter:
    """Raises BadSettings for an unknown profile, DeviceLost where the port cannot be opened."""
    profile = profile_named(settings.profile)
    port = SerialLink(settings.port, settings.baud, flow_control=settings.flow_control)
    link = recorded(port, settings.trace, PrinterScrubber())
    return EscPosPrinter(link, profile, LinePainter(GlyphSource))


DRIVER = DriverSpec(
    name="escpos-serial",
    role=Role.RECEIPT_PRINTER,
    settings=Settings,
    connect=connect,
    paper_loading=loading_of,
)
