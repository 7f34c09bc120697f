"""The screen: start to first frame and memory against a bare QML window, touch to frame."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from tests.bench.figures import Figure

STARTS = 7
NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"


def measure() -> list[Figure]:
    _start("kiosk")  # leaves bytecode and compiled pages behind, as an installation does
    kiosk, bare = [], []
    for _ in range(STARTS):  # in turn: a busy moment of the machine is shared by both
        kiosk.append(_start("kiosk"))
        bare.append(_start("bare"))
    touch, drawn = _start("touch"), _start("list")
    return [
        Figure("start to first frame", "ms", _of(kiosk, "first_frame_ms"), "bare QML window",
               _of(bare, "first_frame_ms"), "≤ 500 ms here, ≤ 2000 ms on kiosk boards"),
        Figure("memory after the first frame", "MB", _of(kiosk, "rss_mb"), "bare QML window",
               _of(bare, "rss_mb"), "≤ 2 × the bare window"),
        Figure("touch to frame", "ms", tuple(touch["touch_ms"]), "one frame at 60 Hz",
               (16.7,), "p99 ≤ 16.7 ms"),
        Figure("500 bills drawn", "ms", tuple(drawn["long_ms"]), "20 bills",
               tuple(drawn["short_ms"]), "≤ 1.5 × (a page has 20)"),
    ]  # fmt: skip


def _of(runs: list[dict[str, float]], name: str) -> tuple[float, ...]:
    return tuple(run[name] for run in runs)


def _start(what: str) -> dict:  # type: ignore[type-arg]
    own = {"QT_QPA_PLATFORM": "offscreen", "QT_QUICK_BACKEND": "software"}
    ran = subprocess.run(
        [sys.executable, "-m", "tests.bench.screen_process", what],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        env={name: value for name, value in os.environ.items() if name != NO_BYTECODE} | own,
    )
    return dict(json.loads(ran.stdout.splitlines()[-1]))
