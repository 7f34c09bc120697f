"""Smart cards through PC/SC, by pyscard's lowest layer (`smartcard.scard`).

Its monitors and observers are not used: they start threads, and here one thread asks when it
is its turn. Installed by the extra `pcsc`; no wheel exists for Linux, so it needs a compiler.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from smartcard import scard

from drivers.api import DeviceLost

ANY_PROTOCOL: int = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
ERROR_BITS = 0xFFFFFFFF  # results are signed or not, as the platform's long is
NO_READERS = scard.SCARD_E_NO_READERS_AVAILABLE & ERROR_BITS
TIMED_OUT = scard.SCARD_E_TIMEOUT & ERROR_BITS
# What a card that was taken away, fell silent or was reset by others leads to.
CARD_GONE = frozenset(
    code & ERROR_BITS
    for code in (
        scard.SCARD_E_NO_SMARTCARD,
        scard.SCARD_E_PROTO_MISMATCH,
        scard.SCARD_E_NOT_TRANSACTED,
        scard.SCARD_W_UNRESPONSIVE_CARD,
        scard.SCARD_W_UNPOWERED_CARD,
        scard.SCARD_W_RESET_CARD,
        scard.SCARD_W_REMOVED_CARD,
    )
)


class CardGone(Exception):
    """The card was taken away, or does not answer."""


def _check(name: str, result: int) -> None:
    """Raises CardGone, DeviceLost for everything but success and a time-out."""
    code = result & ERROR_BITS
    if code in (scard.SCARD_S_SUCCESS, TIMED_OUT):
        return
    if code in CARD_GONE:
        raise CardGone
    reason = "no_reader" if code == NO_READERS else "no_pcsc"
    raise DeviceLost(reason, f"{name}: PC/SC error 0x{code:08X}; is pcscd running?")


@dataclass(frozen=True, slots=True)
class Slot:
    """`changes` counts cards put in and taken out, so that none goes unnoticed."""

    present: bool
    mute: bool
    changes: int


class Pcsc:
    """A connection to pcscd. Not thread-safe."""

    def __init__(self) -> None:
        """Raises DeviceLost without pcscd."""
        result, self._context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
        _check("SCardEstablishContext", result)

    def close(self) -> None:
        # Says nothing that matters: a daemon that is gone has released the context itself.
        scard.SCardReleaseContext(self._context)

    def readers(self) -> tuple[str, ...]:
        """Their names. Raises DeviceLost, also where there is none."""
        result, names = scard.SCardListReaders(self._context, [])
        _check("SCardListReaders", result)
        return tuple(names)

    def slot(self, reader: str) -> Slot:
        """How it is now. Raises DeviceLost where the reader is gone."""
        return self._slot(reader, scard.SCARD_STATE_UNAWARE, 0.0)

    def wait_for_change(self, reader: str, seen: Slot, timeout_s: float) -> Slot:
        """How it is after the next change, or after the time. Raises DeviceLost."""
        presence = scard.SCARD_STATE_PRESENT if seen.present else scard.SCARD_STATE_EMPTY
        return self._slot(reader, seen.changes << 16 | presence, timeout_s)

    def _slot(self, reader: str, known: int, timeout_s: float) -> Slot:
        result, states = scard.SCardGetStatusChange(
            self._context, int(timeout_s * 1000), [(reader, known)]
        )
        _check("SCardGetStatusChange", result)
        _, event, _ = states[0]
        if event & scard.SCARD_STATE_UNKNOWN:
            raise DeviceLost("no_reader", f"the reader {reader!r} is gone")
        return Slot(
            present=bool(event & scard.SCARD_STATE_PRESENT),
            mute=bool(event & scard.SCARD_STATE_MUTE),
            changes=event >> 16,
        )

    @contextmanager
    def card(self, reader: str) -> Iterator[Card]:
        """The card in the reader, for us alone until the end. Raises CardGone, DeviceLost."""
        result, handle, protocol = scard.SCardConnect(
            self._context, reader, scard.SCARD_SHARE_SHARED, ANY_PROTOCOL
        )
        _check("SCardConnect", result)
        try:
            _check("SCardBeginTransaction", scard.SCardBeginTransaction(handle))
            yield Card(handle, protocol)
        finally:
            # A reset, so that the next reader of this card starts from nothing.
            scard.SCardEndTransaction(handle, scard.SCARD_LEAVE_CARD)
            scard.SCardDisconnect(handle, scard.SCARD_RESET_CARD)


class Card:
    def __init__(self, handle: Any, protocol: int) -> None:
        self._handle = handle
        self._protocol = protocol

    def transmit(self, command: bytes) -> bytes:
        """The reply with its two status bytes at the end. Raises CardGone, DeviceLost."""
        result, reply = scard.SCardTransmit(self._handle, self._protocol, list(command))
        _check("SCardTransmit", result)
        if len(reply) < 2:
            raise CardGone  # A card torn out in the middle answers nothing, without an error.
        return bytes(reply)
