"""Both units' commands, with weston and Wayland, in a window as large as the screen."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
from contextlib import ExitStack
from pathlib import Path

from tests.package.bare import BareDebian
from tests.package.guarded import SETTLED_S, Guarded
from tests.package.installed import SCREEN_UNIT, Installed
from tests.package.looks import SIZE
from tests.package.street import Street, say, wait_for


class Compositor:
    """Weston in a window on the street's screen: what is checked is what a screen shows."""

    def __init__(
        self, system: BareDebian, installed: Installed, stack: ExitStack, log: Path
    ) -> None:
        self._system, self._installed, self._stack, self._log = system, installed, stack, log

    def try_it(self, guarded: Guarded, street: Street, protected_within_s: float) -> None:
        """Shown, killed, protected, shown again; all ends with the compositor."""
        weston = self._start(guarded.display)
        guarded.spawn(guarded.command(), self._environment())
        wait_for("the kiosk under weston", guarded.pid)
        street.wait_until_idle()
        street.rest(SETTLED_S)
        street.keep("weston-kiosk")
        pid = guarded.pid()
        os.kill(pid, signal.SIGKILL)
        wait_for("the protective screen under weston", guarded.is_protected, protected_within_s)
        street.keep("weston-protective")
        wait_for("a new kiosk under weston", lambda: guarded.pid() not in (0, pid))
        street.wait_until_idle()
        weston.terminate()
        guarded.see_it_end()
        say("under weston: start page, killed, protective screen, start page; all ended with it")

    def _start(self, display: str) -> subprocess.Popen[bytes]:
        user = self._installed.service("User", SCREEN_UNIT)
        folder = f"/run/{self._installed.service('RuntimeDirectory', SCREEN_UNIT)}"
        self._system.run("install", "-d", "-o", user, "-m", "0700", folder)
        command = shlex.split(self._installed.service("ExecStart", SCREEN_UNIT))
        width, height = SIZE
        window = ["--backend=x11-backend.so", f"--width={width}", f"--height={height}"]
        environment = {"DISPLAY": display, "XDG_RUNTIME_DIR": folder}
        with self._log.open("ab") as log:
            weston = subprocess.Popen(
                self._system.command(["runuser", "-u", user, "--", *command, *window], environment),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        self._stack.callback(weston.kill)
        socket = f"{folder}/wayland"
        wait_for("weston's socket", lambda: self._system.exists(socket))
        return weston

    def _environment(self) -> dict[str, str]:
        lines = re.findall(r"^Environment=(.+)$", self._installed.unit_text(), re.MULTILINE)
        of_unit = dict(pair.split("=", 1) for line in lines for pair in line.split())
        self._system.run(
            "install", "-d", "-o", self._installed.service("User"), "-m", "0700",
            of_unit["XDG_RUNTIME_DIR"],
        )  # fmt: skip
        return of_unit
