"""A link that writes down what passes, and a link that plays it again.

A trace is JSON lines: first {"trace": 1}, then {"at_ms", "out": hex}, {"at_ms", "in": hex} or
{"at_ms", "lost": reason, "sent": bytes}. It is scrubbed before it is written.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TextIO

from drivers.api import BadSettings
from drivers.clock import Clock, SystemClock
from drivers.transport.link import ByteLink, LinkLost
from drivers.transport.scrubbing import Scrubber

FORMAT = {"trace": 1}
MAX_TRACE_CHARS = 16 * 1024 * 1024


class Pen:
    """Writes entries with their time, until the trace is full."""

    def __init__(self, file: TextIO, clock: Clock | None = None) -> None:
        self._file = file
        self._clock = clock or SystemClock()
        self._began_s = self._clock.monotonic()
        self._written = 0
        self._write(FORMAT)

    def note(self, entry: dict[str, Any]) -> None:
        at_ms = round((self._clock.monotonic() - self._began_s) * 1000)
        self._write({"at_ms": at_ms, **entry})

    def _write(self, entry: dict[str, Any]) -> None:
        line = json.dumps(entry) + "\n"
        self._written += len(line)
        if self._written <= MAX_TRACE_CHARS and not self._file.closed:
            self._file.write(line)
            self._file.flush()

    def close(self) -> None:
        self._file.close()


class RecordingLink:
    """The link itself, seen by a pen. The trace ends when it is full; the link goes on."""

    def __init__(
        self, link: ByteLink, file: TextIO, scrubber: Scrubber, clock: Clock | None = None
    ) -> None:
        self._link = link
        self._pen = Pen(file, clock)
        self._scrubber = scrubber

    def write(self, data: bytes, timeout_s: float) -> None:
        try:
            self._link.write(data, timeout_s)
        except LinkLost as lost:
            self._note_lost(lost)
            raise
        self._pen.note({"out": self._scrubber.sent(data).hex()})

    def read(self, size: int, timeout_s: float) -> bytes:
        try:
            data = self._link.read(size, timeout_s)
        except LinkLost as lost:
            self._note_lost(lost)
            raise
        if data:
            self._pen.note({"in": self._scrubber.received(data).hex()})
        return data

    def _note_lost(self, lost: LinkLost) -> None:
        self._pen.note({"lost": lost.reason, "sent": lost.sent})

    def close(self) -> None:
        self._link.close()
        self._pen.close()


def recorded(link: ByteLink, trace: str, scrubber: Scrubber) -> ByteLink:
    """The link, recorded into the file `trace`; itself where that is empty. Raises BadSettings."""
    if not trace:
        return link
    try:
        return RecordingLink(link, begun(trace), scrubber)
    except BadSettings:
        link.close()
        raise


def begun(trace: str) -> TextIO:
    """The file of a trace, begun anew and its owner's alone. Raises BadSettings."""
    try:
        file = os.open(trace, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise BadSettings("no_trace", f"{trace}: {error.strerror}") from error
    return os.fdopen(file, "w", encoding="ascii")


class ReplayLink:
    """The device's part of a trace, for a driver that plays the kiosk's part again."""

    def __init__(self, entries: Iterable[dict[str, Any]], clock: Clock) -> None:
        self._entries = [entry for entry in entries if entry != FORMAT]
        self._clock = clock
        self._next = 0

    @classmethod
    def from_file(cls, path: Path, clock: Clock) -> ReplayLink:
        """Raises ValueError for a file that is no trace."""
        lines = path.read_text("ascii").splitlines()
        if not lines or json.loads(lines[0]) != FORMAT:
            raise ValueError(f"{path.name} is not a trace")
        return cls(map(json.loads, lines), clock)

    @property
    def is_over(self) -> bool:
        return self._next == len(self._entries)

    def write(self, data: bytes, timeout_s: float) -> None:  # noqa: ARG002
        """Raises LinkLost where it was lost, or where the driver says something else."""
        while not self.is_over and "in" in self._entries[self._next]:
            self._next += 1  # What the driver did not wait for this time.
        entry = self._take()
        if "lost" in entry:
            raise LinkLost(entry["lost"], sent=entry["sent"])
        if len(entry.get("out", "")) != 2 * len(data):
            raise LinkLost("diverged", "the driver does not say what it said when recorded")

    def read(self, size: int, timeout_s: float) -> bytes:
        if self.is_over or "out" in self._entries[self._next]:
            self._clock.sleep(timeout_s)
            return b""
        entry = self._take()
        if "lost" in entry:
            raise LinkLost(entry["lost"], sent=entry["sent"])
        data = bytes.fromhex(entry["in"])
        if len(data) > size:
            self._next -= 1
            self._entries[self._next] = {**entry, "in": data[size:].hex()}
        return data[:size]

    def _take(self) -> dict[str, Any]:
        if self.is_over:
            raise LinkLost("diverged", "the trace is over")
        self._next += 1
        return self._entries[self._next - 1]

    def close(self) -> None:
        self._next = len(self._entries)
