"""SAM-A readers on a serial line and on a serial-to-Ethernet box."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from drivers.api import DriverError, DriverSpec, Role, Surroundings
from drivers.fields import DevicePath, Host, PathText
from drivers.id_reader.sam import Sam
from drivers.id_reader.sam_reader import SamReader
from drivers.transport.link import ByteLink
from drivers.transport.recording import recorded
from drivers.transport.scrubbing import SamScrubber
from drivers.transport.serial_port import SerialLink
from drivers.transport.tcp import TcpLink

SAM_ID = r"|\d{2}\.\d{2}-\d{8}-\d{10}-\d{10}"


class SamSettings(BaseModel):
    """`sam_id`, where given, is the only module that is trusted; it is printed on it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sam_id: str = Field(default="", pattern=f"^({SAM_ID})$")
    trace: PathText = ""  # a file: record the dialogue, scrubbed


class SerialSettings(SamSettings):
    port: DevicePath
    baud: int = Field(default=115200, ge=9600, le=921600)


class TcpSettings(SamSettings):
    host: Host
    port: int = Field(ge=1, le=65535)
    connect_timeout_s: float = Field(default=3.0, gt=0, le=60)


def reader_on(link: ByteLink, settings: SamSettings) -> SamReader:
    """The reader at the far end; the link is closed where there is none. Raises DriverError."""
    link = recorded(link, settings.trace, SamScrubber())
    try:
        return SamReader(Sam(link), sam_id=settings.sam_id)
    except DriverError:
        link.close()
        raise


def connect_serial(settings: SerialSettings, _: Surroundings) -> SamReader:
    """Raises DriverError."""
    return reader_on(SerialLink(settings.port, settings.baud), settings)


def connect_tcp(settings: TcpSettings, _: Surroundings) -> SamReader:
    """Raises DriverError."""
    link = TcpLink(settings.host, settings.port, connect_timeout_s=settings.connect_timeout_s)
    return reader_on(link, settings)


SERIAL = DriverSpec(
    name="sam-serial", role=Role.ID_READER, settings=SerialSettings, connect=connect_serial
)
TCP = DriverSpec(name="sam-tcp", role=Role.ID_READER, settings=TcpSettings, connect=connect_tcp)
