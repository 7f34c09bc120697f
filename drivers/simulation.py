"""The world around the simulated devices: cards, codes, paper and cables.

Tests, the demonstration's dock and fault switches change it from any thread; the
simulated drivers live in it. Nothing here waits for anybody.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from drivers.api import BadSettings, Role
from drivers.clock import Clock, SystemClock
from drivers.simulated.cards import CardSlot, PlacedCard, ReadFault
from drivers.simulated.codes import CodeWindow
from drivers.simulated.paper_printer import PaperPrinter, Strip

__all__ = ["PlacedCard", "ReadFault", "SimulatedWorld", "Strip"]

Listener = Callable[[Role], None]
MAX_LISTENERS = 64


class SimulatedWorld:
    """One reader, one scanner, one receipt printer, each with a cable to pull."""

    def __init__(
        self,
        strips: Path | None = None,
        on_strip: Callable[[Strip], None] | None = None,
        *,
        clock: Clock | None = None,
        fonts: Path | None = None,
    ) -> None:
        """`strips` is where pictures of printed strips go; without it they are only text.

        `on_strip` and the listeners are called by the thread that caused the change.
        """
        self._lock = threading.Lock()
        self._listeners: tuple[Listener, ...] = ()
        self.clock = clock or SystemClock()
        self.id_reader = CardSlot(lambda: self._tell(Role.ID_READER))
        self.scanner = CodeWindow(lambda: self._tell(Role.SCANNER))
        self.printer = PaperPrinter(
            lambda: self._tell(Role.RECEIPT_PRINTER),
            self.clock,
            strips,
            on_strip or (lambda _: None),
            fonts,
        )

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with the role of every device that changed; returns how to stop."""
        with self._lock:
            if len(self._listeners) >= MAX_LISTENERS:
                raise ValueError(f"more than {MAX_LISTENERS} listeners: one of them leaks")
            self._listeners = (*self._listeners, listener)
        return lambda: self._unsubscribe(listener)

    def _unsubscribe(self, listener: Listener) -> None:
        with self._lock:
            self._listeners = tuple(each for each in self._listeners if each != listener)

    def _tell(self, role: Role) -> None:
        for listener in self._listeners:
            listener(role)


def require_world(world: object) -> SimulatedWorld:
    """The world a simulated driver was given. Raises BadSettings where there is none."""
    if not isinstance(world, SimulatedWorld):
        raise BadSettings(
            "no_world", 'the "simulated" driver works only in the demonstration and in tests'
        )
    return world
