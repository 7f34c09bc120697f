"""Scanners that type like a keyboard.

The screen hands every key to `Keyboard`; here bursts are told from fingers. A scanner
leaves under ten milliseconds between two keys, a person hardly ever under sixty.
"""

from __future__ import annotations

from collections import deque
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from drivers.api import BadSettings, DriverSpec, Role, Surroundings
from drivers.clock import Clock, SystemClock
from drivers.keyboard import Key, Keyboard
from drivers.scanner.codes import MAX_CODE_CHARS, MAX_WAITING_CODES, believable

ENTER = frozenset({"\r", "\n"})
MIN_CODE_CHARS = 6  # nothing a resident holds up is shorter; three quick keys are a finger


class Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    gap_s: float = Field(default=0.04, ge=0.005, le=0.5)
    # What ends a code: the Enter key, or, where the scanner sends none, a gap.
    end: Literal["enter", "gap"] = "enter"


class WedgeAssembler:
    """Codes from keys. Times are seconds on the keys' own clock."""

    def __init__(self, gap_s: float, *, gap_ends: bool = False) -> None:
        """A longer pause than `gap_s` begins anew; what came before is a code only if
        `gap_ends`."""
        self._gap_s = gap_s
        self._gap_ends = gap_ends
        self._pending: list[str] = []
        self._last_s = 0.0
        self._codes: deque[str] = deque(maxlen=MAX_WAITING_CODES)

    def feed(self, key: Key) -> None:
        """Take a key; one that types nothing (Shift) only keeps the burst alive."""
        self.rest(key.at_s)
        self._last_s = key.at_s
        for character in key.text:
            if character in ENTER:
                self._finish()
            elif len(self._pending) <= MAX_CODE_CHARS:  # One more than allowed: too long.
                self._pending.append(character)

    def rest(self, now_s: float) -> None:
        """Nothing was typed until now."""
        if self._pending and now_s - self._last_s > self._gap_s:
            if self._gap_ends:
                self._finish()
            self._pending.clear()

    def next(self) -> str | None:
        return self._codes.popleft() if self._codes else None

    def _finish(self) -> None:
        typed = "".join(self._pending)
        self._pending.clear()
        if len(typed) >= MIN_CODE_CHARS and typed.strip():
            self._codes.append(believable(typed.strip(" ")))


class WedgeScanner:
    """Not thread-safe; the keyboard is."""

    def __init__(self, keyboard: Keyboard, settings: Settings, clock: Clock | None = None) -> None:
        self._keyboard = keyboard
        self._clock = clock or SystemClock()
        self._codes = WedgeAssembler(settings.gap_s, gap_ends=settings.end == "gap")
        self._quiet_s = settings.gap_s
        self._heard_s = self._clock.monotonic()
        keyboard.take()  # What was typed before anybody listened is nobody's code.

    def poll(self) -> str | None:
        keys = self._keyboard.take()
        for key in keys:
            self._codes.feed(key)
        # The keys' clock may be another than ours: silence is measured by our own.
        now_s = self._clock.monotonic()
        if keys:
            self._heard_s = now_s
        elif now_s - self._heard_s > self._quiet_s:
            self._codes.rest(float("inf"))
        return self._codes.next()

    def close(self) -> None:
        """Nothing is held open."""


def connect(settings: Settings, surroundings: Surroundings) -> WedgeScanner:
    """Raises BadSettings without a screen: only a window receives keys."""
    if not isinstance(surroundings.keyboard, Keyboard):
        raise BadSettings("no_keyboard", "it types: try it on the kiosk's screen")
    return WedgeScanner(surroundings.keyboard, settings)


DRIVER = DriverSpec(
    name="keyboard-wedge", role=Role.SCANNER, settings=Settings, connect=connect, types=True
)
