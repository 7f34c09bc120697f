"""Dialogues with chip cards, written down without a person in them, and played again.

A trace is JSON lines as in `recording`: {"at_ms", "slot": [present, mute, changes]} when that
changes, {"at_ms", "out": hex, "in": hex} for a command and its reply, {"at_ms", "gone": true}
for a card torn out, {"at_ms", "lost": reason}.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import astuple
from typing import Any, Protocol, TextIO

from drivers.api import DeviceLost
from drivers.transport.pcsc import CardGone, Slot
from drivers.transport.recording import FORMAT, Pen
from drivers.transport.scrubbing import NOBODY

Entries = Iterable[dict[str, Any]]
FILE_INFORMATION, FILE_NAME = 0x6F, 0x84
VERSION, ISSUED, VALID_UNTIL, NUMBER, NAME = 0x03, 0x05, 0x06, 0x08, 0x09
# What a card of NOBODY's says, in the records that the driver reads.
NOBODYS = {
    ISSUED: bytes.fromhex("20240101"),
    VALID_UNTIL: bytes.fromhex("20340101"),
    NUMBER: NOBODY.number.encode("ascii"),
    NAME: NOBODY.name.encode("gb18030"),
}


class CardLine(Protocol):
    def transmit(self, command: bytes) -> bytes: ...


class Terminal(Protocol):
    """What a driver needs of a card reader; `Pcsc` is the real one."""

    def slot(self, reader: str) -> Slot: ...

    def card(self, reader: str) -> AbstractContextManager[CardLine]: ...

    def close(self) -> None: ...


def scrubbed(reply: bytes) -> bytes:
    """The reply with every value that may be a person's replaced, as long as it was."""
    data, status = reply[:-2], reply[-2:]
    if len(data) < 2:
        return bytes(len(data)) + status
    tag, value = data[0], data[2:]
    if tag == FILE_INFORMATION and value[:1] == bytes([FILE_NAME]) and len(value) > 1:
        known = 2 + value[1]  # the name of the application; what follows may be a card's number
        return data[:2] + value[:known] + bytes(len(value[known:])) + status
    if tag == VERSION:
        return reply
    shown = NOBODYS.get(tag, b"")[: len(value)]
    return data[:2] + shown.ljust(len(value), b"\0") + status


class RecordingTerminal:
    """The terminal itself, seen by a pen."""

    def __init__(self, terminal: Terminal, file: TextIO) -> None:
        self._terminal = terminal
        self._pen = Pen(file)
        self._last: Slot | None = None

    def slot(self, reader: str) -> Slot:
        slot = self._noting_loss(lambda: self._terminal.slot(reader))
        if slot != self._last:
            self._last = slot
            self._pen.note({"slot": list(astuple(slot))})
        return slot

    @contextmanager
    def card(self, reader: str) -> Iterator[CardLine]:
        with self._noting_gone(), self._terminal.card(reader) as line:
            yield RecordedCard(line, self._pen)

    @contextmanager
    def _noting_gone(self) -> Iterator[None]:
        try:
            yield
        except CardGone:
            self._pen.note({"gone": True})
            raise

    def _noting_loss(self, ask: Callable[[], Slot]) -> Slot:
        try:
            return ask()
        except DeviceLost as lost:
            self._pen.note({"lost": lost.reason})
            raise

    def close(self) -> None:
        self._terminal.close()
        self._pen.close()


class RecordedCard:
    def __init__(self, line: CardLine, pen: Pen) -> None:
        self._line = line
        self._pen = pen

    def transmit(self, command: bytes) -> bytes:
        reply = self._line.transmit(command)
        self._pen.note({"out": command.hex(), "in": scrubbed(reply).hex()})
        return reply


class ReplayTerminal:
    """The card's part of a trace, for a driver that plays the kiosk's part again."""

    def __init__(self, entries: Entries) -> None:
        self._entries = [entry for entry in entries if entry != FORMAT]
        self._next = 0
        self._slot = Slot(present=False, mute=False, changes=0)

    @property
    def is_over(self) -> bool:
        return self._next == len(self._entries)

    def slot(self, reader: str) -> Slot:  # noqa: ARG002
        """The next one that was seen, else as before."""
        entry = {} if self.is_over else self._entries[self._next]
        if "lost" in entry:
            self._next += 1
            raise DeviceLost(entry["lost"])
        if "slot" in entry:
            self._next += 1
            present, mute, changes = entry["slot"]
            self._slot = Slot(present=present, mute=mute, changes=changes)
        return self._slot

    @contextmanager
    def card(self, reader: str) -> Iterator[CardLine]:  # noqa: ARG002
        yield self

    def transmit(self, command: bytes) -> bytes:
        """Raises CardGone where it was torn out, DeviceLost for another command than then."""
        entry = {} if self.is_over else self._entries[self._next]
        self._next += not self.is_over
        if "gone" in entry:
            raise CardGone
        if entry.get("out") != command.hex():
            raise DeviceLost("diverged", "the driver does not say what it said when recorded")
        return bytes.fromhex(entry["in"])

    def close(self) -> None:
        self._next = len(self._entries)
