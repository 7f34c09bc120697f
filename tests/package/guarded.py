"""The guardian and the kiosk below it, started as the unit starts them, seen from outside."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.package.bare import BareDebian
from tests.package.installed import Installed
from tests.package.looks import ALIKE, difference, protective_pictures
from tests.package.street import Street, say, wait_for

GUARDIAN = "/usr/bin/kiosk-guardian"
SETTLED_S = 7.0  # a kiosk that is killed earlier counts as a failed start


class Guarded:
    """On the X screen `display`; `log` gets what guardian and kiosk say."""

    def __init__(
        self,
        system: BareDebian,
        installed: Installed,
        street: Street,
        display: str,
        log: Path,
        stack: ExitStack,
    ) -> None:
        self._system, self._installed, self._street = system, installed, street
        self.display, self._log, self._stack = display, log, stack
        self._process: subprocess.Popen[bytes] | None = None
        self._began_s = 0.0
        self._protective = protective_pictures()

    def start(self, *, first: bool = False) -> None:
        """What the unit starts, under Xvfb; as the unit's user."""
        screen = self._street.screen
        began_s = time.monotonic()
        self.spawn(self.command(), {"DISPLAY": self.display, "QT_QPA_PLATFORM": "xcb"})
        wait_for("the first picture", lambda: screen.picture().getbbox(), 20)
        picture_s = time.monotonic() - began_s
        wait_for("the kiosk's window", lambda: self.pid() and not self.is_protected())
        self._began_s = time.monotonic()
        say(
            f"start: first picture after {picture_s:.1f} s, "
            f"the kiosk after {self._began_s - began_s:.1f} s"
        )
        if first:
            self._street.rest(SETTLED_S)
            self._street.this_is_idle()
        self._street.wait_until_idle()

    def command(self) -> list[str]:
        """The guardian; an earlier unit names a compositor before it."""
        words = shlex.split(self._installed.service("ExecStart"))
        return words[words.index(GUARDIAN) :]

    def spawn(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        user = ["runuser", "-u", self._installed.service("User"), "--"]
        usual = {"QT_QUICK_BACKEND": "software"}
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._system.command([*user, *command], usual | dict(environment)),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        self._stack.callback(self._process.kill)

    def stop(self) -> None:
        """The guardian's end must be the kiosk's."""
        for pid, words in self._system.processes().items():
            if "kiosk.guardian" in words:
                os.kill(pid, signal.SIGTERM)
        self.see_it_end()

    def see_it_end(self) -> None:
        assert self._process is not None
        self._process.wait(30)
        wait_for("the kiosk's end", lambda: not self.pid(), 10)

    def pid(self) -> int:
        """The kiosk's own, 0 while none runs."""
        for pid, words in self._system.processes().items():
            if "run" in words and "kiosk" in words and "-m" in words:
                return pid
        return 0

    def is_protected(self) -> bool:
        picture = self._street.screen.picture()
        return any(difference(picture, each) < ALIKE for each in self._protective)

    def settle(self) -> None:
        """Wait until an end is no failed start any more."""
        settled_s = self._began_s + SETTLED_S
        wait_for("a settled start", lambda: time.monotonic() >= settled_s)

    def strike(self, blow: signal.Signals, name: str, within_s: float) -> None:
        """Kill or freeze the kiosk; the protective screen and a new kiosk must come by itself."""
        pid = self.pid()
        os.kill(pid, blow)
        struck_s = time.monotonic()
        self._street.lift_card()
        wait_for("the protective screen", self.is_protected, within_s)
        seen_s = time.monotonic() - struck_s
        self._street.keep(name)
        wait_for("a new kiosk", lambda: self.pid() not in (0, pid))
        wait_for("the kiosk's window", lambda: not self.is_protected())
        self._began_s = time.monotonic()
        back_s = self._began_s - struck_s
        self._street.wait_until_idle()
        say(f"{name}: protective screen after {seen_s:.2f} s, the kiosk after {back_s:.1f} s")
