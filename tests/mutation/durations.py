"""A pytest plugin: writes how long each test took to the file that is named to it."""

from __future__ import annotations

import json
import os
from pathlib import Path

SECONDS: dict[str, float] = {}


def pytest_runtest_logreport(report) -> None:
    SECONDS[report.nodeid] = SECONDS.get(report.nodeid, 0.0) + report.duration


def pytest_sessionfinish() -> None:
    Path(os.environ["MUTATION_DURATIONS"]).write_text(json.dumps(SECONDS))
