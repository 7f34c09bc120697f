"""The identity card reader of the simulated world."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from drivers.api import (
    CardEvent,
    CardRead,
    CardReadFailed,
    CardRemoved,
    DriverSpec,
    Role,
    Surroundings,
)
from drivers.simulated.cards import CardSlot, PlacedCard, ReadFault
from drivers.simulation import require_world


class Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SimulatedIdReader:
    """Reads a card once; it must be lifted before it is read again, as on real readers."""

    def __init__(self, slot: CardSlot) -> None:
        """Raises DeviceLost while the reader is unplugged."""
        self._slot = slot
        self._connection = slot.cable.connect()
        self._seen: PlacedCard | None = None

    def poll(self) -> CardEvent | None:
        self._slot.cable.check(self._connection)
        placed = self._slot.placed
        if self._seen is not None:
            if self._seen == placed:
                return None
            self._seen = None
            return CardRemoved()
        if placed is None:
            return None
        self._seen = placed
        return self._read(placed)

    def _read(self, placed: PlacedCard) -> CardEvent:
        if placed.fault is ReadFault.NONE:
            return CardRead(placed.card)
        if placed.fault is ReadFault.MOVED:
            self._slot.snatch(placed)
        return CardReadFailed(placed.fault.value)

    def close(self) -> None:
        """Nothing is held open."""


def connect(_: Settings, surroundings: Surroundings) -> SimulatedIdReader:
    """Raises BadSettings outside a simulated world, DeviceLost while unplugged."""
    return SimulatedIdReader(require_world(surroundings.world).id_reader)


DRIVER = DriverSpec(
    name="simulated", role=Role.ID_READER, settings=Settings, connect=connect, simulated=True
)
