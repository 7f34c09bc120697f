"""The whole command of the unit, with cage and Wayland, in a window as large as the screen."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess

from tests.package.bare import BareDebian
from tests.package.guarded import SETTLED_S, Guarded
from tests.package.installed import Installed
from tests.package.looks import SIZE
from tests.package.street import Street, say, wait_for

RUNTIME = "/run/kiosk-trial"
CAGE = "/usr/bin/cage"
REPAINTED_S = 0.4  # what lay below was drawn before; the next kiosk takes longer


class Compositor:
    """Cage in a window on the street's screen: what is checked is what a screen shows.

    Not on its backend without a screen: there the client's buffer is handed through, and a
    picture taken of it shows only what moved last.
    """

    def __init__(self, system: BareDebian, installed: Installed) -> None:
        self._system, self._installed = system, installed

    def try_it(self, guarded: Guarded, street: Street, protected_within_s: float) -> None:
        """Shown, killed, protected, shown again; all ends with cage."""
        user = self._installed.service("User")
        self._system.run("install", "-d", "-o", user, "-m", "0700", RUNTIME)
        guarded.spawn(self._command(), self._environment(guarded.display))
        wait_for("cage's window", lambda: _fill_the_screen(guarded.display))
        wait_for("the kiosk under cage", guarded.pid)
        street.wait_until_idle()
        street.rest(SETTLED_S)
        street.keep("cage-kiosk")
        pid = guarded.pid()
        os.kill(pid, signal.SIGKILL)
        wait_for("the protective screen under cage", guarded.is_protected, protected_within_s)
        street.rest(REPAINTED_S)
        street.keep("cage-protective")
        wait_for("a new kiosk under cage", lambda: guarded.pid() not in (0, pid))
        street.wait_until_idle()
        guarded.terminate(CAGE)
        say("under cage: start page, killed, protective screen, start page; all ended with cage")

    def _command(self) -> list[str]:
        return shlex.split(self._installed.service("ExecStart").replace("$CAGE_OPTIONS", ""))

    def _environment(self, display: str) -> dict[str, str]:
        lines = re.findall(r"^Environment=(.+)$", self._installed.unit_text(), re.MULTILINE)
        of_unit = dict(pair.split("=", 1) for line in lines for pair in line.split())
        of_trial = {"WLR_BACKENDS": "x11", "DISPLAY": display, "XDG_RUNTIME_DIR": RUNTIME}
        return of_unit | of_trial


def _fill_the_screen(display: str) -> bool:
    """Cage opens its window at 1024 × 768 and takes every size it is given."""
    windows = _xdotool(display, "search", "--onlyvisible", "--name", ".*").split()[1:]
    for window in windows:  # the root window came first
        _xdotool(display, "windowsize", window, *(str(length) for length in SIZE))
    return bool(windows)


def _xdotool(display: str, *arguments: str) -> str:
    return subprocess.run(
        ["xdotool", *arguments], env=os.environ | {"DISPLAY": display},
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
