"""A process that has everything imported but the code under test, and forks for each run.

Run in a copy of the tree. Takes one JSON array of pytest arguments a line, and answers
each with one line: pytest's exit code, or -1 when the run took too long.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import time

IMPORTED = (
    "apsw", "pydantic", "requests", "structlog", "pytest", "PySide6.QtTest",
    "hypothesis.strategies", "pytestqt.plugin", "pytest_cov.plugin", "pytest_timeout",
)  # fmt: skip
MOST_S = 90.0
POLL_S = 0.005


def main() -> None:
    for name in IMPORTED:
        importlib.import_module(name)
    # Only the first run, of the unchanged code, leaves compiled modules behind: later ones
    # find them, but none of a mutant.
    sys.dont_write_bytecode = False
    for line in sys.stdin:
        print(exit_code(json.loads(line)), flush=True)
        sys.dont_write_bytecode = True


def exit_code(arguments: list[str]) -> int:
    child = os.fork()
    if child == 0:
        run(arguments)
    deadline_s = time.monotonic() + MOST_S
    while time.monotonic() < deadline_s:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(POLL_S)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return -1


def run(arguments: list[str]) -> None:
    """In the child: never returns."""
    code = 70
    try:
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nothing, descriptor)
        pytest = importlib.import_module("pytest")
        code = int(pytest.main(arguments))
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
