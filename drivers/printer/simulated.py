"""The real ESC/POS driver on a printer in this process."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from drivers.api import DeviceLost, DriverSpec, PaperLoading, Role, Surroundings
from drivers.printer.escpos_printer import EscPosPrinter
from drivers.printer.glyphs import GlyphSource
from drivers.printer.lettering import LinePainter
from drivers.printer.profile import Profile, ProfileName, profile_named
from drivers.simulated.paper_printer import PaperPrinter
from drivers.simulation import require_world
from drivers.transport.link import LinkLost

LISTEN_STEP_S = 0.05


class Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    profile: ProfileName = "default"
    speed_mm_per_s: float = Field(default=0.0, ge=0.0, le=500.0)  # 0: at once


class SimulatedPrinterLink:
    """A cable to the simulated printer; bytes arrive at once, paper takes its time."""

    def __init__(self, body: PaperPrinter, profile: Profile) -> None:
        """Raises DeviceLost while the printer has no power or no cable."""
        self._body = body
        self._connection = body.cable.connect()
        self._emulator = body.emulator(profile)
        self._answers = bytearray()

    def write(self, data: bytes, timeout_s: float) -> None:  # noqa: ARG002
        self._check()
        carried = self._body.carry_bytes(len(data))
        self._hear(self._emulator.receive(data[:carried]))
        if carried < len(data):
            raise LinkLost("unplugged", sent=carried)

    def read(self, size: int, timeout_s: float) -> bytes:
        clock = self._body.clock
        deadline_s = clock.monotonic() + timeout_s
        while True:
            self._hear(self._emulator.resume())
            if self._answers:
                taken = bytes(self._answers[:size])
                del self._answers[:size]
                return taken
            self._check()
            remaining_s = deadline_s - clock.monotonic()
            if remaining_s <= 0:
                return b""
            clock.sleep(min(remaining_s, LISTEN_STEP_S))

    def _hear(self, answers: bytes) -> None:
        self._answers += answers[: self._body.carry_answers(len(answers))]

    def _check(self) -> None:
        try:
            self._body.cable.check(self._connection)
        except DeviceLost as lost:
            raise LinkLost(lost.reason, str(lost)) from lost

    def close(self) -> None:
        """Nothing is held open."""


def connect(settings: Settings, surroundings: Surroundings) -> EscPosPrinter:
    """Raises BadSettings outside a simulated world, DeviceLost while unplugged."""
    body = require_world(surroundings.world).printer
    profile = profile_named(settings.profile)
    body.speed_mm_per_s = settings.speed_mm_per_s
    link = SimulatedPrinterLink(body, profile)
    return EscPosPrinter(link, profile, LinePainter(GlyphSource), clock=body.clock)


DRIVER = DriverSpec(
    name="simulated",
    role=Role.RECEIPT_PRINTER,
    settings=Settings,
    connect=connect,
    simulated=True,
    paper_loading=lambda _: PaperLoading.CLAMSHELL,
)
