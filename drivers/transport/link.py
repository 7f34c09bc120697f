"""What every byte link offers, whatever cable it runs over."""

from __future__ import annotations

from typing import Protocol

from drivers.api import DeviceLost

MAX_STALE_READS = 64
STALE_READ_SIZE = 4096


class LinkLost(DeviceLost):
    """The link broke or blocked; it must be opened again.

    `sent` is the most bytes of the failed write that may have left: 0 is proof that
    none did, and anything else is doubt.
    """

    def __init__(self, reason: str, message: str = "", *, sent: int = 0) -> None:
        super().__init__(reason, message)
        self.sent = sent


class ByteLink(Protocol):
    def write(self, data: bytes, timeout_s: float) -> None:
        """Hand over all bytes within the time. Raises LinkLost."""

    def read(self, size: int, timeout_s: float) -> bytes:
        """1 … `size` bytes as soon as there are any; empty when the time is over.

        Raises LinkLost.
        """

    def close(self) -> None: ...


def drop_input(link: ByteLink) -> None:
    """Throw away what is already there, so that an old answer is not taken for a new one.

    Raises LinkLost, also when the device does not stop talking.
    """
    for _ in range(MAX_STALE_READS):
        if not link.read(STALE_READ_SIZE, timeout_s=0.0):
            return
    raise LinkLost("babbling", "the device keeps sending without being asked")
