"""The guardian's loop: signs of life in, starts and kills out, a watchdog for systemd.

systemd's watchdog is fed from this loop alone, so systemd sees to the guardian, and the
guardian to the kiosk. The kiosk feeds by the same protocol, on a socket made for it.
"""

from __future__ import annotations

import os
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from kiosk import sd_notify
from kiosk.guardian import history
from kiosk.guardian.child import Child
from kiosk.guardian.policy import Act, Limits, Policy
from kiosk.guardian.words import Situation

MAINTENANCE_ONLY = "--maintenance-only"
TICK_MS = 200
MAX_NOTICES = 64  # read in one tick; a kiosk that sends more is heard at the next
MAX_NOTICE_BYTES = 4096
EXIT_NOT_STARTED = 127


class Guardian:
    """`tick` it five times a second; `on_change` hears how it stands when the kiosk ended.

    `renew_screen` is called when the kiosk lives on a screen that shows none of it: then the
    guardian ends, and systemd starts both anew.
    """

    def __init__(
        self,
        command: Sequence[str],
        state: Path,
        limits: Limits,
        on_change: Callable[[Situation], None],
        renew_screen: Callable[[], None],
    ) -> None:
        self._command = tuple(command)
        self._state = state
        self._on_change = on_change
        self._renew_screen = renew_screen
        self._saved = history.load(state)
        self._policy = Policy(limits, self._saved, time.monotonic())
        self._child: Child | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="kiosk-guardian-")
        self._address = str(Path(self._folder.name) / "notify")
        self._notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        self._notices.setblocking(False)
        self._notices.bind(self._address)
        sd_notify.notify(sd_notify.READY)

    def tick(self) -> None:
        sd_notify.notify(sd_notify.WATCHDOG)
        now_s = time.monotonic()
        self._hear(now_s)
        code = self._child.end() if self._child else None
        if code is not None:
            self._child = None
            self._ended(now_s, code)
        match self._policy.tick(now_s):
            case Act.START:
                self._start(now_s)
            case Act.KILL if self._child:
                _say(f"no sign of life for too long: pid {self._child.pid} is killed")
                self._child.kill()
            case Act.RENEW_SCREEN:
                _say("the kiosk lives, the screen shows nothing of it: both are started anew")
                self._renew_screen()
        self._keep_history()

    def stop(self) -> None:
        """End the kiosk and leave; for the end of the machine's day."""
        if self._child:
            self._child.stop()
        self._notices.close()
        self._folder.cleanup()

    def _hear(self, now_s: float) -> None:
        for _ in range(MAX_NOTICES):
            try:
                lines = self._notices.recv(MAX_NOTICE_BYTES).split(b"\n")
            except BlockingIOError:
                break
            if sd_notify.WATCHDOG.encode() in lines:
                unseen = sd_notify.UNSEEN.encode() in lines
                self._policy.on_sign_of_life(now_s, unseen=unseen)

    def _start(self, now_s: float) -> None:
        command = list(self._command)
        if self._policy.maintenance_only:
            command.append(MAINTENANCE_ONLY)
        environment = os.environ | {sd_notify.VARIABLE: self._address}
        self._policy.on_started(now_s)
        try:
            self._child = Child(command, environment)
        except OSError as error:
            _say(f"{command[0]} cannot be started: {error.strerror}")
            self._ended(now_s, EXIT_NOT_STARTED)
            return
        _say(f"started as pid {self._child.pid}: {' '.join(command)}")

    def _ended(self, now_s: float, code: int) -> None:
        self._policy.on_end(now_s, time.time(), code)
        self._keep_history()  # before the next start: what it begins with is on the disk
        found = self._policy.history
        _say(
            f"the kiosk ended with {code}; failed starts in a row: {found.failed_starts}, "
            f"ends within the hour: {found.ends}"
        )
        if self._policy.maintenance_only:
            _say("maintenance only: no money is taken until a technician restarts the kiosk")
        out_of_order = self._policy.maintenance_only
        self._on_change(Situation.OUT_OF_ORDER if out_of_order else Situation.RETURNING)

    def _keep_history(self) -> None:
        if self._policy.history != self._saved:
            self._saved = self._policy.history
            if not history.save(self._state, self._saved):
                _say(f"{self._state / history.FILE_NAME} cannot be written")


def forget(state: Path) -> None:
    """Count anew: the next start is an ordinary one."""
    with suppress(FileNotFoundError):
        (state / history.FILE_NAME).unlink()


def _say(line: str) -> None:
    """For systemd's journal; never a person's data, the guardian has none."""
    with suppress(OSError):  # Nobody reads any more: guarding goes on.
        sys.stderr.write(f"guardian: {line}\n")
        sys.stderr.flush()
