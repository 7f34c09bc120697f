"""One run from the installation to the purge, told as it goes."""

from __future__ import annotations

import json
import re
import signal
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.package.bare import BareDebian
from tests.package.builds import Build
from tests.package.compositor import Compositor
from tests.package.guarded import Guarded
from tests.package.installed import Installed
from tests.package.stick import Stick
from tests.package.street import Platform, Screen, Street, say, wait_for
from tests.package.visits import STAGES, Visits

PROTECTED_WITHIN_S = 2.0
SILENT_S = 10.0
FINAL = {"PAID", "CLOSED"}
LAST_ROWS = 15
LAST_LINES = 20


class Trial:
    """`before` is what a kiosk had, `now` what is tried."""

    def __init__(
        self, system: BareDebian, stack: ExitStack, pictures: Path, before: Build, now: Build
    ) -> None:
        self._before, self._now, self._pictures = before, now, pictures
        self._log = pictures / "guardian.log"
        self._installed = Installed(system)
        self._compositor = Compositor(system, self._installed, stack, self._log)
        self._stick = Stick(system)
        self._installed.tell_size(now)
        self._installed.install(before)
        screen, platform = Screen(), Platform(system)
        stack.callback(screen.close)
        stack.callback(platform.close)
        self._street = Street(stack, pictures, screen, platform)
        self._guarded = Guarded(
            system, self._installed, self._street, screen.name, self._log, stack
        )
        self._visits = Visits(self._street)

    def play(self, kills: int) -> None:
        installed, guarded, visits = self._installed, self._guarded, self._visits
        installed.set_up(self._street)
        guarded.start(first=True)
        visits.whole()
        self._stop()
        installed.install(self._now)
        installed.examine_units()
        say("upgraded from the previous build")
        guarded.start()
        for number in range(kills):
            stage = STAGES[number % len(STAGES)]
            guarded.settle()
            visits.come_to(stage)
            guarded.strike(signal.SIGKILL, f"kill-{number + 1:02}-{stage}", PROTECTED_WITHIN_S)
        guarded.settle()
        guarded.strike(signal.SIGSTOP, "frozen", SILENT_S + PROTECTED_WITHIN_S)
        self._see_every_payment_end()
        self._stop()
        self._stick.try_it()
        self._compositor.try_it(guarded, self._street, PROTECTED_WITHIN_S)
        installed.install(self._before)
        guarded.start()
        visits.whole()
        self._stop()
        say("downgraded to the previous build, which reads the same journal")
        installed.remove_and_purge(self._now)

    def tell_what_went_wrong(self) -> None:
        """What stood on the screen, what the journal and the log said last."""
        self._street.keep("failed")
        say(f"the screen is in {self._pictures}; the log's end:")
        if self._log.exists():
            for line in self._log.read_text("utf-8", errors="replace").splitlines()[-LAST_LINES:]:
                say(line)
        if self._guarded.pid():
            self._guarded.stop()
            say("the journal's end:")
            say(self._installed.last_rows(LAST_ROWS))

    def _stop(self) -> None:
        self._guarded.stop()
        self._installed.verify_journal()

    def _see_every_payment_end(self) -> None:
        """Also what was interrupted; and no receipt has two originals."""

        def open_ones() -> list[Any]:
            payments = self._street.platform.get("/sandbox/payments")
            return [each for each in payments if each["state"].upper() not in FINAL]

        wait_for("the end of every payment", lambda: not open_ones(), 120)
        payments = self._street.platform.get("/sandbox/payments")
        states = [each["state"].upper() for each in payments]
        originals: dict[str, int] = {}
        for strip in self._street.printer.strips:
            number = re.search(r"票据号码\D*(\d+)", strip.text)
            if number and "补打" not in strip.text:
                originals[number[1]] = originals.get(number[1], 0) + 1
        assert originals, "no receipt was printed"
        assert all(count == 1 for count in originals.values()), originals
        counts = {state: states.count(state) for state in sorted(set(states))}
        say(f"payments: {json.dumps(counts)}; {len(originals)} originals, each printed once")
