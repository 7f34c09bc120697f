"""When a kiosk holds its tongue: after failures in a row, and when the platform asks for quiet.

Many kiosks lose the platform at the same moment and would all come back at the same moment.
So each waits a random part of a window before it asks again, then of a window twice as wide,
and so on (full jitter). A resident at the screen is never held back by that: residents come
one by one, they are no herd.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from random import Random, SystemRandom

FAILURES = 5
WITHIN_S = 30.0
MAX_WINDOWS = 20  # the widest window, in first windows …
MAX_WINDOW_S = 600.0  # … and in seconds
STABLE_S = 60.0  # of good answers, then the next outage begins with the first window again
MAX_HOLD_S = 120.0  # no Retry-After silences a kiosk for longer
PROBE_S = 60.0  # a probe that brings no result counts as lost after this


class Breaker:
    """Shared by all channels of one kiosk; any thread.

    `window_s` is the first window, 0 never holds anything back after failures; `clock` is
    monotonic, in seconds.
    """

    def __init__(
        self,
        window_s: float,
        clock: Callable[[], float] = time.monotonic,
        random: Random | None = None,
    ) -> None:
        self._window_s = window_s
        self._clock = clock
        self._random = random or SystemRandom()
        self._turn = threading.Lock()
        self._failed_s: deque[float] = deque(maxlen=FAILURES)
        self._outages = 0  # in a row, without a stable time between them
        self._open_until_s: float | None = None
        self._probe_until_s = 0.0
        self._quiet_until_s = 0.0
        self._good_since_s: float | None = None

    def holds(self, *, urgent: bool) -> str:
        """Why a call must not be made now, as a stable code; empty where it may.

        Whoever gets an empty answer makes the call and says with `note` how it ended.
        """
        with self._turn:
            now_s = self._clock()
            if now_s < self._quiet_until_s:
                return "asked_to_wait"
            if self._open_until_s is None or urgent:
                return ""
            if now_s < max(self._open_until_s, self._probe_until_s):
                return "held_back"
            self._probe_until_s = now_s + PROBE_S  # one goes ahead, the others wait for it
            return ""

    def note(self, *, failed: bool) -> None:
        with self._turn:
            now_s = self._clock()
            if failed:
                self._note_failure(now_s)
            else:
                self._note_success(now_s)

    def be_quiet(self, retry_after_s: float) -> None:
        """The platform said when to come back: not before, and not all at once."""
        with self._turn:
            wait_s = min(retry_after_s, MAX_HOLD_S)
            wait_s += self._random.uniform(0, max(wait_s, self._window_s))
            self._quiet_until_s = max(self._quiet_until_s, self._clock() + wait_s)

    @property
    def is_open(self) -> bool:
        return self._open_until_s is not None

    def _note_failure(self, now_s: float) -> None:
        self._good_since_s = None
        self._failed_s.append(now_s)
        row = len(self._failed_s) == FAILURES and now_s - self._failed_s[0] <= WITHIN_S
        was_probe = self._open_until_s is not None and now_s >= self._open_until_s
        if self._window_s and (was_probe or (row and self._open_until_s is None)):
            widest_s = min(self._window_s * MAX_WINDOWS, MAX_WINDOW_S)
            window_s = min(self._window_s * 2.0**self._outages, widest_s)
            self._outages = min(self._outages + 1, 30)
            self._open_until_s = now_s + self._random.uniform(0, window_s)
            self._probe_until_s = 0.0

    def _note_success(self, now_s: float) -> None:
        self._failed_s.clear()
        self._open_until_s = None
        self._probe_until_s = 0.0
        if self._good_since_s is None:
            self._good_since_s = now_s
        elif now_s - self._good_since_s >= STABLE_S:
            self._outages = 0
