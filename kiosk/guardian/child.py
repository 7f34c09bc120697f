"""The kiosk's process as its guardian holds it: never outlives it, always killed whole."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence

PR_SET_PDEATHSIG = 1
END_TIMEOUT_S = 5.0
LIBC = ctypes.CDLL(None)  # before any fork: the child may only call what is loaded


class Child:
    """Start it, ask it for its end, kill it; a process group of its own."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Raises OSError where the command cannot be started."""
        self._process = subprocess.Popen(
            command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_guardian,  # noqa: PLW1509 the guardian has one thread
        )
        self.pid = self._process.pid

    def end(self) -> int | None:
        """The exit code, negative for a signal; None while it lives."""
        code = self._process.poll()
        if code is not None:
            self._kill_group()  # What it started must not hold devices or the screen.
        return code

    def kill(self) -> None:
        """Now: it is silent, so it is not asked."""
        self._kill_group()

    def stop(self) -> None:
        """Ask first, for the machine is going down in order."""
        self._process.terminate()
        try:
            self._process.wait(END_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._kill_group()
            self._process.wait()

    def _kill_group(self) -> None:
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            return


def _die_with_guardian() -> None:
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
