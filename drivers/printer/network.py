"""ESC/POS printers with an Ethernet port (raw TCP, usually port 9100)."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from drivers.api import DriverSpec, Role, Surroundings
from drivers.fields import Host, PathText
from drivers.printer.escpos_printer import EscPosPrinter
from drivers.printer.glyphs import GlyphSource
from drivers.printer.lettering import LinePainter
from drivers.printer.profile import ProfileName, loading_of, profile_named
from drivers.transport.recording import recorded
from drivers.transport.scrubbing import PrinterScrubber
from drivers.transport.tcp import TcpLink


class Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    host: Host
    port: int = Field(default=9100, ge=1, le=65535)
    profile: ProfileName = "default"
    trace: PathText = ""  # a file: record the dialogue, scrubbed
    connect_timeout_s: float = Field(default=3.0, gt=0, le=60)


def connect(settings: Settings, _: Surroundings) -> EscPosPrinter:
    """Raises BadSettings for an unknown profile, DeviceLost when nobody answers."""
    profile = profile_named(settings.profile)
    connection = TcpLink(settings.host, settings.port, connect_timeout_s=settings.connect_timeout_s)
    link = recorded(connection, settings.trace, PrinterScrubber())
    return EscPosPrinter(link, profile, LinePainter(GlyphSource))


DRIVER = DriverSpec(
    name="escpos-network",
    role=Role.RECEIPT_PRINTER,
    settings=Settings,
    connect=connect,
    paper_loading=loading_of,
)
