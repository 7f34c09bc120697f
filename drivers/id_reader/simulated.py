"""The real SAM-A driver on a module in this process."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from drivers.api import DeviceLost, DriverSpec, Role, Surroundings
from drivers.clock import Clock
from drivers.id_reader.card_text import compose
from drivers.id_reader.sam import Sam
from drivers.id_reader.sam_emulator import CardOnSam, SamEmulator
from drivers.id_reader.sam_reader import SamReader
from drivers.simulated.cards import CardSlot, ReadFault
from drivers.simulation import require_world
from drivers.transport.link import LinkLost

SELECT, READ = b"\x20\x02", b"\x30\x01"
REFUSALS = {
    ReadFault.NONE: {},
    ReadFault.MOVED: {READ: 0x41},
    ReadFault.NOT_AN_ID_CARD: {SELECT: 0x40},
    ReadFault.DAMAGED: {READ: 0x33},
}


class Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SimulatedSamLink:
    """A cable to the simulated reader, which takes its power from it."""

    def __init__(self, slot: CardSlot, clock: Clock) -> None:
        """Raises DeviceLost while the reader is unplugged."""
        self._slot = slot
        self._clock = clock
        self._connection = slot.cable.connect()
        self._emulator = SamEmulator(self._card, after=self._on_command)
        self._answers = bytearray()

    def write(self, data: bytes, timeout_s: float) -> None:  # noqa: ARG002
        self._check()
        self._answers += self._emulator.receive(data)

    def read(self, size: int, timeout_s: float) -> bytes:
        self._check()
        if not self._answers:
            self._clock.sleep(timeout_s)
            return b""
        taken = bytes(self._answers[:size])
        del self._answers[:size]
        return taken

    def _card(self) -> CardOnSam | None:
        placed = self._slot.placed
        if placed is None:
            return None
        refusals = REFUSALS[placed.fault]
        return CardOnSam(placed.number, compose(placed.card), refusals=refusals)

    def _on_command(self, command: bytes) -> None:
        placed = self._slot.placed
        if placed and placed.fault is ReadFault.MOVED and command == READ:
            self._slot.snatch(placed)

    def _check(self) -> None:
        try:
            self._slot.cable.check(self._connection)
        except DeviceLost as lost:
            raise LinkLost(lost.reason, str(lost)) from lost

    def close(self) -> None:
        """Nothing is held open."""


def connect(_: Settings, surroundings: Surroundings) -> SamReader:
    """Raises BadSettings outside a simulated world, DeviceLost while unplugged."""
    world = require_world(surroundings.world)
    link = SimulatedSamLink(world.id_reader, world.clock)
    return SamReader(Sam(link, world.clock), clock=world.clock)


DRIVER = DriverSpec(
    name="simulated", role=Role.ID_READER, settings=Settings, connect=connect, simulated=True
)
