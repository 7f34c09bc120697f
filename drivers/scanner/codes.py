"""Scanned codes: when one is over, and what of it may be believed.

A code is data from a stranger. Only printable text leaves the driver; a code with control
characters, too long or in no encoding becomes one U+FFFD: something was scanned, and it
says nothing, so that the resident can be told.
"""

from __future__ import annotations

from collections import deque

MAX_CODE_CHARS = 512
MAX_CODE_BYTES = 4 * MAX_CODE_CHARS
MAX_WAITING_CODES = 16  # what nobody fetches is lost, oldest first
UNREADABLE = "\N{REPLACEMENT CHARACTER}"
ENDS = frozenset(b"\r\n")
ENCODINGS = ("utf-8", "gb18030")


def decoded(code: bytes) -> str:
    """UTF-8, else GB 18030 as older Chinese scanners send it, else UNREADABLE."""
    for encoding in ENCODINGS:
        try:
            return believable(code.decode(encoding))
        except UnicodeDecodeError:
            continue
    return UNREADABLE


def believable(text: str) -> str:
    """The text itself, or UNREADABLE."""
    return text if len(text) <= MAX_CODE_CHARS and text.isprintable() else UNREADABLE


class CodeAssembler:
    """Cuts what a scanner sends into codes: at CR or LF, or where it falls silent."""

    def __init__(self, quiet_s: float) -> None:
        """`quiet_s` of silence ends a code of a scanner that sends no line end."""
        self._quiet_s = quiet_s
        self._pending = bytearray()
        self._heard_s = 0.0
        self._codes: deque[str] = deque(maxlen=MAX_WAITING_CODES)

    def feed(self, data: bytes, now_s: float) -> None:
        for byte in data:
            if byte in ENDS:
                self._finish()
            elif len(self._pending) <= MAX_CODE_BYTES:  # One more than allowed: too long.
                self._pending.append(byte)
        if data:
            self._heard_s = now_s

    def next(self, now_s: float) -> str | None:
        if self._pending and now_s - self._heard_s >= self._quiet_s:
            self._finish()
        return self._codes.popleft() if self._codes else None

    def _finish(self) -> None:
        code = bytes(self._pending).strip(b" ")
        self._pending.clear()
        if code:
            self._codes.append(decoded(code))
