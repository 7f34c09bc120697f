"""A running sandbox and kiosks that speak with it over real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from kiosk.platform_api.client import PlatformClient
from kiosk.platform_api.transport import Timeouts
from kiosk.sandbox.seeding import reset
from kiosk.sandbox.server import SandboxServer
from tests.sandbox.driving import City
from tests.support.days import begin_well_before_midnight

Kiosk = Callable[..., PlatformClient]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxServer]:
    server = SandboxServer(tmp_path_factory.mktemp("sandbox"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def city(running: SandboxServer) -> Iterator[City]:
    """A freshly seeded platform; its link and faults are healed, its log is empty."""
    begin_well_before_midnight()
    running.sandbox.link.heal()
    running.sandbox.faults.clear()
    running.sandbox.served.clear()
    reset(running.store, running.sandbox.items)
    driven = City(running)
    yield driven
    driven.close()


@pytest.fixture
def kiosk(city: City) -> PlatformClient:
    return city.kiosk("K1")


IMPATIENT = Timeouts(connect_s=0.5, read_s=0.5, total_s=1.0)
