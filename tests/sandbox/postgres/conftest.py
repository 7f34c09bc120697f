"""The sandbox's own tests, over a book in PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kiosk.sandbox.server import SandboxServer
from tests.sandbox.postgres.server import postgres


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    with postgres() as url:
        yield url


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Iterator[SandboxServer]:
    server = SandboxServer(tmp_path_factory.mktemp("sandbox"), database_url=database_url)
    server.start()
    yield server
    server.stop()
