"""A SAM-A module in software: bytes in, bytes out, with a card on it or not.

It keeps the rules of the document (find, select, read in this order; a card that was read
is not found again until it was lifted), and can be told to be one of the modules that do
not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from drivers.id_reader.frames import REQUEST_LENGTHS, FrameFinder, frame
from drivers.id_reader.sam import FOUND, OK, PHOTO_SIZE, READ_HEADER

NO_CARD, SELECT_FAILED, READ_FAILED = b"\x00\x00\x80", b"\x00\x00\x81", b"\x00\x00\x41"
NO_CONTENT, BAD_COMMAND = b"\x00\x00\x91", b"\x00\x00\x21"
PHOTO = b"WLf\x00~\x00".ljust(PHOTO_SIZE, b"\0")
DEMO_SAM_ID = bytes.fromhex("05000300 25023301 87D61200 15CD5B07")


@dataclass(frozen=True, slots=True)
class CardOnSam:
    """`placement` tells two placements of the same card apart.

    `refusals` are status bytes by the two bytes of the command that fails.
    """

    placement: int
    text: bytes = field(repr=False)
    serial: bytes = bytes(8)
    refusals: Mapping[bytes, int] = field(default_factory=dict)
    newest_address: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Manners:
    """How a module deviates from the one that keeps every rule."""

    finds_read_cards: bool = False
    selects_only_found_cards: bool = False
    reads_any_card: bool = False  # whichever lies there now, not the one selected


class SamEmulator:
    """Not thread-safe: one caller at a time."""

    def __init__(
        self,
        card: Callable[[], CardOnSam | None],
        *,
        manners: Manners | None = None,
        sam_id: bytes = DEMO_SAM_ID,
        status: int = OK[2],
        after: Callable[[bytes], None] = lambda _: None,
    ) -> None:
        """`card` is asked what lies there; `after` hears each command when it is answered."""
        self._card = card
        self._manners = manners or Manners()
        self._sam_id = sam_id
        self._status = status
        self._after = after
        self._finder = FrameFinder(REQUEST_LENGTHS)
        self._found: int | None = None
        self._selected: int | None = None
        self._finished: int | None = None  # read, or failed to: must be lifted

    def receive(self, data: bytes) -> bytes:
        """Take bytes, return the answers to the commands that became whole."""
        self._finder.feed(data)
        answers = b""
        while (command := self._finder.next_body()) is not None:
            answers += frame(self._answer(command))
            self._after(command)
        return answers

    def _answer(self, command: bytes) -> bytes:
        card = self._card()
        if card and command in card.refusals:
            self._finished = card.placement
            return b"\x00\x00" + bytes([card.refusals[command]])
        match command:
            case b"\x10\xff" | b"\x11\xff":
                return b"\x00\x00" + bytes([self._status])
            case b"\x12\xff":
                return OK + self._sam_id
            case b"\x20\x01":
                return self._find(card)
            case b"\x20\x02":
                return self._select(card)
            case b"\x30\x01":
                return self._read(card)
            case b"\x30\x03":
                return OK + card.newest_address if card and card.newest_address else NO_CONTENT
            case _:
                return BAD_COMMAND

    def _find(self, card: CardOnSam | None) -> bytes:
        read_already = card is not None and card.placement == self._finished
        if card is None or (read_already and not self._manners.finds_read_cards):
            self._found = None
            return NO_CARD
        self._found = card.placement
        return FOUND + bytes(4)

    def _select(self, card: CardOnSam | None) -> bytes:
        strict = self._manners.selects_only_found_cards
        if card is None or (strict and card.placement != self._found):
            self._selected = None
            return SELECT_FAILED
        self._selected = card.placement
        return OK + card.serial

    def _read(self, card: CardOnSam | None) -> bytes:
        if card is None:
            return READ_FAILED
        if card.placement != self._selected and not self._manners.reads_any_card:
            self._finished = card.placement
            return READ_FAILED
        self._finished = card.placement
        return OK + READ_HEADER + card.text + PHOTO
