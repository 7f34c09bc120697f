"""Scanners on a serial line, or on a USB port that shows as one (CDC)."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from drivers.api import DriverSpec, Role, Surroundings
from drivers.clock import Clock, SystemClock
from drivers.fields import DevicePath, PathText
from drivers.scanner.codes import CodeAssembler
from drivers.transport.link import ByteLink
from drivers.transport.recording import recorded
from drivers.transport.scrubbing import ScannerScrubber
from drivers.transport.serial_port import SerialLink

READ_SIZE = 4096
MAX_READS_PER_POLL = 8


class Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    port: DevicePath
    baud: int = Field(default=115200, ge=1200, le=921600)
    # A code is over after a line end, or after so long a silence.
    quiet_s: float = Field(default=0.1, ge=0.02, le=2.0)
    trace: PathText = ""  # a file: record the dialogue, scrubbed


class SerialScanner:
    """Not thread-safe."""

    def __init__(self, link: ByteLink, quiet_s: float, clock: Clock | None = None) -> None:
        self._link = link
        self._clock = clock or SystemClock()
        self._codes = CodeAssembler(quiet_s)

    def poll(self) -> str | None:
        for _ in range(MAX_READS_PER_POLL):
            data = self._link.read(READ_SIZE, timeout_s=0.0)
            self._codes.feed(data, self._clock.monotonic())
            if not data:
                break
        return self._codes.next(self._clock.monotonic())

    def close(self) -> None:
        self._link.close()


def connect(settings: Settings, _: Surroundings) -> SerialScanner:
    """Raises DeviceLost where the port cannot be opened."""
    link = SerialLink(settings.port, settings.baud)
    return SerialScanner(recorded(link, settings.trace, ScannerScrubber()), settings.quiet_s)


DRIVER = DriverSpec(name="serial-scanner", role=Role.SCANNER, settings=Settings, connect=connect)
