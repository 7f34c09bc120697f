"""The code scanner of the simulated world."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from drivers.api import DriverSpec, Role, Surroundings
from drivers.simulated.codes import CodeWindow
from drivers.simulation import require_world


class Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SimulatedScanner:
    def __init__(self, window: CodeWindow) -> None:
        """Raises DeviceLost while the scanner is unplugged."""
        self._window = window
        self._connection = window.cable.connect()

    def poll(self) -> str | None:
        self._window.cable.check(self._connection)
        return self._window.fetch()

    def close(self) -> None:
        """Nothing is held open."""


def connect(_: Settings, surroundings: Surroundings) -> SimulatedScanner:
    """Raises BadSettings outside a simulated world, DeviceLost while unplugged."""
    return SimulatedScanner(require_world(surroundings.world).scanner)


DRIVER = DriverSpec(
    name="simulated", role=Role.SCANNER, settings=Settings, connect=connect, simulated=True
)
