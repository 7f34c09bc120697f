"""The whole command of the unit, with cage and Wayland, on a screen that nobody sees."""

from __future__ import annotations

import os
import re
import shlex
import signal
from pathlib import Path

from PIL import Image

from tests.package.bare import BareDebian
from tests.package.guarded import SETTLED_S, Guarded
from tests.package.installed import Installed
from tests.package.looks import ALIKE, difference, protective_pictures
from tests.package.street import Street, say, wait_for

RUNTIME = "/run/kiosk-trial"
CAGE = "/usr/bin/cage"


class Compositor:
    """Cage without a screen; its picture is taken by grim."""

    def __init__(self, system: BareDebian, installed: Installed, pictures: Path) -> None:
        self._system, self._installed, self._pictures = system, installed, pictures

    def try_it(self, guarded: Guarded, street: Street, protected_within_s: float) -> None:
        """Shown, killed, protected, shown again; all ends with cage."""
        self._system.run("apt-get", "install", "-q", "-y", "--no-install-recommends", "grim")
        user = self._installed.service("User")
        self._system.run("install", "-d", "-o", user, "-m", "0700", RUNTIME)
        guarded.spawn(self._command(), self._environment())
        wait_for("cage's picture", self._picture)
        wait_for("the kiosk under cage", lambda: guarded.pid() and not self._is_protected())
        street.rest(SETTLED_S)
        self._keep("cage-kiosk")
        pid = guarded.pid()
        os.kill(pid, signal.SIGKILL)
        wait_for("the protective screen under cage", self._is_protected, protected_within_s)
        self._keep("cage-protective")
        wait_for("a new kiosk under cage", lambda: guarded.pid() not in (0, pid))
        guarded.terminate(CAGE)
        say("under cage: kiosk shown, killed, protective screen seen, all ended with cage")

    def _command(self) -> list[str]:
        return shlex.split(self._installed.service("ExecStart").replace("$CAGE_OPTIONS", ""))

    def _environment(self) -> dict[str, str]:
        lines = re.findall(r"^Environment=(.+)$", self._installed.unit_text(), re.MULTILINE)
        of_unit = dict(pair.split("=", 1) for line in lines for pair in line.split())
        headless = {"WLR_BACKENDS": "headless", "WLR_LIBINPUT_NO_DEVICES": "1"}
        return of_unit | headless | {"XDG_RUNTIME_DIR": RUNTIME}

    def _picture(self) -> Image.Image | None:
        user = self._installed.service("User")
        grab = ["runuser", "-u", user, "--", "env", f"XDG_RUNTIME_DIR={RUNTIME}"]
        grab += ["WAYLAND_DISPLAY=wayland-0", "grim", f"{RUNTIME}/now.png"]
        if self._system.run(*grab, check=False).returncode != 0:
            return None
        return Image.open(self._system.path / RUNTIME[1:] / "now.png").convert("RGB")

    def _is_protected(self) -> bool:
        shown = self._picture()
        return shown is not None and any(
            difference(shown, each) < ALIKE for each in protective_pictures(shown.size)
        )

    def _keep(self, name: str) -> None:
        shown = self._picture()
        assert shown is not None
        shown.save(self._pictures / f"{name}.png")
