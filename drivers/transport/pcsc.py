"""Smart cards through PC/SC: pcsc-lite's client library by ctypes.

No binding: pyscard has no wheels for Linux, so it would bring a compiler, swig and headers to
every kiosk, for the dozen functions that are declared here (winscard.h of pcsc-lite).
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import POINTER, byref, c_char_p, c_long, c_ubyte, c_ulong, c_void_p
from dataclasses import dataclass
from functools import cache
from typing import Any

from drivers.api import BadSettings, DeviceLost

LIBRARY = "libpcsclite.so.1"
SCOPE_SYSTEM, SHARE_SHARED, ANY_PROTOCOL = 2, 2, 3
LEAVE_CARD, RESET_CARD = 0, 1
STATE_UNAWARE, STATE_UNKNOWN, STATE_PRESENT, STATE_MUTE = 0x0, 0x4, 0x20, 0x200
MAX_REPLY = 65538
NO_READERS, TIMED_OUT = 0x8010002E, 0x8010000A
# What a card that was taken away, fell silent or was reset by others leads to.
CARD_GONE = frozenset(
    {0x8010000C, 0x8010000F, 0x80100016, 0x80100066, 0x80100067, 0x80100068, 0x80100069}
)


class CardGone(Exception):
    """The card was taken away, or does not answer."""


class _ReaderState(ctypes.Structure):
    _fields_ = (
        ("reader", c_char_p),
        ("user_data", c_void_p),
        ("current", c_ulong),
        ("event", c_ulong),
        ("atr_size", c_ulong),
        ("atr", c_ubyte * 33),
    )


class _IoRequest(ctypes.Structure):
    _fields_ = (("protocol", c_ulong), ("size", c_ulong))


@cache
def _library() -> Any:
    try:
        library = ctypes.CDLL(LIBRARY)
    except OSError as error:
        raise BadSettings("missing_library", f"{LIBRARY} is missing: install pcscd") from error
    signatures: dict[str, list[Any]] = {
        "SCardEstablishContext": [c_ulong, c_void_p, c_void_p, POINTER(c_long)],
        "SCardReleaseContext": [c_long],
        "SCardListReaders": [c_long, c_char_p, c_char_p, POINTER(c_ulong)],
        "SCardGetStatusChange": [c_long, c_ulong, POINTER(_ReaderState), c_ulong],
        "SCardConnect": [
            c_long, c_char_p, c_ulong, c_ulong, POINTER(c_long), POINTER(c_ulong),
        ],
        "SCardDisconnect": [c_long, c_ulong],
        "SCardBeginTransaction": [c_long],
        "SCardEndTransaction": [c_long, c_ulong],
        "SCardTransmit": [
            c_long, POINTER(_IoRequest), c_char_p, c_ulong, c_void_p, c_char_p, POINTER(c_ulong),
        ],
    }  # fmt: skip
    for name, types in signatures.items():
        function = getattr(library, name)
        function.argtypes, function.restype = types, c_long
    return library


def _call(name: str, *arguments: Any) -> int:
    """The result; 0 is success. Raises CardGone, DeviceLost for everything but a time-out."""
    result = int(getattr(_library(), name)(*arguments)) & 0xFFFFFFFF
    if result in (0, TIMED_OUT):
        return result
    if result in CARD_GONE:
        raise CardGone
    reason = "no_reader" if result == NO_READERS else "no_pcsc"
    raise DeviceLost(reason, f"{name}: PC/SC error 0x{result:08X}; is pcscd running?")


@dataclass(frozen=True, slots=True)
class Slot:
    """`changes` counts cards put in and taken out, so that none goes unnoticed."""

    present: bool
    mute: bool
    changes: int


class Pcsc:
    """A connection to pcscd. Not thread-safe."""

    def __init__(self) -> None:
        """Raises DeviceLost without pcscd, BadSettings without its library."""
        context = c_long()
        _call("SCardEstablishContext", SCOPE_SYSTEM, None, None, byref(context))
        self._context = context.value

    def close(self) -> None:
        # Says nothing that matters: a daemon that is gone has released the context itself.
        _library().SCardReleaseContext(self._context)

    def readers(self) -> tuple[str, ...]:
        """Their names. Raises DeviceLost, also where there is none."""
        size = c_ulong(0)
        _call("SCardListReaders", self._context, None, None, byref(size))
        names = ctypes.create_string_buffer(size.value)
        _call("SCardListReaders", self._context, None, names, byref(size))
        found = names.raw[: size.value].split(b"\0")
        return tuple(name.decode("utf-8", "replace") for name in found if name)

    def slot(self, reader: str) -> Slot:
        """How it is now. Raises DeviceLost where the reader is gone."""
        return self._slot(reader, STATE_UNAWARE, 0.0)

    def wait_for_change(self, reader: str, seen: Slot, timeout_s: float) -> Slot:
        """How it is after the next change, or after the time. Raises DeviceLost."""
        known = seen.changes << 16 | (STATE_PRESENT if seen.present else 0x10)
        return self._slot(reader, known, timeout_s)

    def _slot(self, reader: str, known: int, timeout_s: float) -> Slot:
        state = _ReaderState(reader=reader.encode(), current=known)
        _call("SCardGetStatusChange", self._context, int(timeout_s * 1000), byref(state), 1)
        if state.event & STATE_UNKNOWN:
            raise DeviceLost("no_reader", f"the reader {reader!r} is gone")
        return Slot(
            present=bool(state.event & STATE_PRESENT),
            mute=bool(state.event & STATE_MUTE),
            changes=state.event >> 16,
        )

    @contextmanager
    def card(self, reader: str) -> Iterator[Card]:
        """The card in the reader, for us alone until the end. Raises CardGone, DeviceLost."""
        handle, protocol = c_long(), c_ulong()
        name = reader.encode()
        _call(
            "SCardConnect", self._context, name, SHARE_SHARED, ANY_PROTOCOL,
            byref(handle), byref(protocol),
        )  # fmt: skip
        try:
            _call("SCardBeginTransaction", handle.value)
            yield Card(handle.value, protocol.value)
        finally:
            # A reset, so that the next reader of this card starts from nothing.
            _library().SCardEndTransaction(handle.value, LEAVE_CARD)
            _library().SCardDisconnect(handle.value, RESET_CARD)


class Card:
    def __init__(self, handle: int, protocol: int) -> None:
        self._handle = handle
        self._request = _IoRequest(protocol, ctypes.sizeof(_IoRequest))

    def transmit(self, command: bytes) -> bytes:
        """The reply with its two status bytes at the end. Raises CardGone, DeviceLost."""
        reply, size = ctypes.create_string_buffer(MAX_REPLY), c_ulong(MAX_REPLY)
        _call(
            "SCardTransmit", self._handle, byref(self._request), command, len(command), None,
            reply, byref(size),
        )  # fmt: skip
        if size.value < 2:
            raise CardGone  # A card torn out in the middle answers nothing, without an error.
        return reply.raw[: size.value]
