"""The identity card reader behind any SAM-A module.

What a module tells about presence is little: after a good read "find" answers "no card"
until the card has been lifted, whether it still lies there or not. Some modules let one
select a card again, some find it again although they have read it; which kind this one is
shows itself right after a read, and `Presence` remembers it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from drivers.api import CardEvent, CardRead, CardReadFailed, CardRemoved, DriverError, IdCard
from drivers.card_fields import BadCardText
from drivers.clock import Clock, SystemClock
from drivers.id_reader.card_text import parse
from drivers.id_reader.sam import Refused, Sam, Trouble

RETRY_AFTER_S = 1.0  # a card that was moving lies still by then
NO_SERIAL = bytes(8)

REASONS = {
    Trouble.NOT_AN_ID_CARD: "not_an_id_card",
    Trouble.DAMAGED: "damaged",
    Trouble.MOVED: "moved",
}


class Presence(Enum):
    """How this module tells that the card it has read is still there."""

    UNKNOWN = "unknown"  # not at all: only the next card shows that the last one has gone
    SELECT = "select"  # it can be selected again
    FIND = "find"  # it is found again, against the rule


class SwappedDuringRead(Exception):
    """The card that was read is not the card that lies there now."""


@dataclass(frozen=True, slots=True)
class Held:
    """The card that was read last and was not seen to leave."""

    serial: bytes


class SamReader:
    """Not thread-safe. Polls must be more than 300 ms apart, as the SAM document wants."""

    def __init__(self, sam: Sam, *, sam_id: str = "", clock: Clock | None = None) -> None:
        """Raises DriverError unless a working module (that very one, where named) answers."""
        self._sam = sam
        self._clock = clock or SystemClock()
        self._presence = Presence.UNKNOWN
        self._held: Held | None = None
        self._failure: CardReadFailed | None = None
        self._retry_at_s = 0.0
        sam.check()
        if sam_id and sam.sam_id() != sam_id:
            raise DriverError("wrong_sam", "another module answers than the site file names")

    def close(self) -> None:
        self._sam.close()

    def poll(self) -> CardEvent | None:
        try:
            found = self._sam.find()
        except Refused as refused:
            return self._failed(refused.trouble)
        if self._held is not None:
            return self._watch(self._held, found=found)
        if not found:
            self._failure = None
            return None
        if self._failure and self._clock.monotonic() < self._retry_at_s:
            return None
        try:
            card = self._transaction()
        except Refused as refused:
            return self._failed(refused.trouble)
        except BadCardText:
            return self._failed(Trouble.DAMAGED)
        except SwappedDuringRead:
            return self._failed(Trouble.MOVED)
        self._failure = None
        return CardRead(card)

    # --- one card, once ----------------------------------------------------------------------------

    def _transaction(self) -> IdCard:
        """Select, read, and make sure that it was one card from beginning to end.

        Raises Refused, BadCardText, SwappedDuringRead, DriverError.
        """
        serial = self._sam.select()
        text, card = self._read()
        if self._selected_again() not in (None, serial):
            raise SwappedDuringRead
        # Found after the read: a module that finds read cards too, or another card.
        if self._sam.find():
            if self._sam.select() != serial or self._sam.read_text() != text:
                raise SwappedDuringRead
            self._presence = Presence.FIND
        elif self._presence is Presence.UNKNOWN and self._selected_again() == serial:
            self._presence = Presence.SELECT
        self._held = Held(serial)
        return card

    def _read(self) -> tuple[bytes, IdCard]:
        """Noise can pass one checksum of one byte; it hardly passes twice."""
        text = self._sam.read_text()
        try:
            return text, parse(text)
        except BadCardText:
            text = self._sam.read_text()
            return text, parse(text)

    def _selected_again(self) -> bytes | None:
        try:
            return self._sam.select()
        except Refused:
            return None

    # --- afterwards ----------------------------------------------------------------------------------

    def _watch(self, held: Held, *, found: bool) -> CardEvent | None:
        if self._presence is Presence.FIND:
            gone = not found or self._selected_again() != held.serial
        elif self._presence is Presence.SELECT:
            gone = found or self._selected_again() != held.serial
        else:
            gone = found
        if not gone:
            return None
        self._held = None
        return CardRemoved()

    def _failed(self, trouble: Trouble) -> CardReadFailed | None:
        """Say a failure once for each time a card is put down."""
        if trouble is Trouble.UNSUPPORTED:
            raise DriverError("no_sam", "the device does not know the commands of a card reader")
        failure = CardReadFailed(REASONS.get(trouble, "moved"))
        self._retry_at_s = self._clock.monotonic() + RETRY_AFTER_S
        if failure == self._failure:
            return None
        self._failure = failure
        return failure
