"""Byte link over TCP."""

from __future__ import annotations

import contextlib
import socket
import struct

from drivers.api import DeviceLost
from drivers.clock import Clock, SystemClock
from drivers.transport.link import LinkLost

LINGER_ZERO = struct.pack("ii", 1, 0)


class TcpLink:
    def __init__(
        self, host: str, port: int, *, connect_timeout_s: float, clock: Clock | None = None
    ) -> None:
        """Connect. Raises DeviceLost when nobody answers in time."""
        self._clock = clock or SystemClock()
        try:
            self._socket = socket.create_connection((host, port), timeout=connect_timeout_s)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            raise DeviceLost("no_connection", f"{host} port {port}: {error}") from error

    def write(self, data: bytes, timeout_s: float) -> None:
        try:
            self._send_all(data, self._clock.monotonic() + timeout_s)
        except LinkLost:
            self._abort()
            raise

    def _send_all(self, data: bytes, deadline_s: float) -> None:
        sent = 0
        while sent < len(data):
            remaining_s = deadline_s - self._clock.monotonic()
            if remaining_s <= 0:
                raise LinkLost("write_timeout", sent=sent)
            try:
                self._socket.settimeout(remaining_s)
                sent += self._socket.send(data[sent:])
            except TimeoutError as error:
                raise LinkLost("write_timeout", sent=sent) from error
            except OSError as error:
                raise LinkLost("link_lost", str(error), sent=sent) from error

    def read(self, size: int, timeout_s: float) -> bytes:
        try:
            self._socket.settimeout(timeout_s)
            data = self._socket.recv(size)
        except (TimeoutError, BlockingIOError):
            return b""
        except OSError as error:
            raise LinkLost("link_lost", str(error)) from error
        if not data:
            raise LinkLost("link_lost", "the device closed the connection")
        return data

    def _abort(self) -> None:
        """Close so that bytes still waiting in this machine are not delivered later."""
        with contextlib.suppress(OSError):
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_ZERO)
        self._socket.close()

    def close(self) -> None:
        self._socket.close()
