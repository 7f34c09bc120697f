"""The surface of the identity card reader, with at most one card on it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from drivers.api import IdCard
from drivers.simulated.cable import Cable


class ReadFault(StrEnum):
    """Why a card cannot be read; values are the reasons of `CardReadFailed`."""

    NONE = ""
    MOVED = "moved"  # taken away while it was read
    NOT_AN_ID_CARD = "not_an_id_card"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class PlacedCard:
    """`number` tells two placements of the same card apart."""

    number: int
    card: IdCard
    fault: ReadFault


class CardSlot:
    """Thread-safe."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self.cable = Cable(changed)
        self._changed = changed
        self._lock = threading.Lock()
        self._placements = 0
        self._placed: PlacedCard | None = None

    @property
    def placed(self) -> PlacedCard | None:
        return self._placed

    def place(self, card: IdCard, fault: ReadFault = ReadFault.NONE) -> None:
        """Put a card down, in place of one that lies there (the reader notices the swap)."""
        with self._lock:
            self._placements += 1
            self._placed = PlacedCard(self._placements, card, fault)
        self._changed()

    def remove(self) -> None:
        with self._lock:
            self._placed = None
        self._changed()

    def snatch(self, placed: PlacedCard) -> None:
        """Remove this placement, unless another card lies there by now."""
        with self._lock:
            if self._placed == placed:
                self._placed = None
        self._changed()
