"""Byte link over a serial port."""

from __future__ import annotations

import contextlib
import termios
from pathlib import Path
from typing import Literal

import serial

from drivers.clock import Clock, SystemClock
from drivers.transport.access import not_opened
from drivers.transport.link import LinkLost

# pyserial does not say how much of a failed write left the machine, so a write goes out in
# pieces: only the piece that failed is in doubt.
PIECE_SIZE = 64

FlowControl = Literal["none", "rts_cts", "dsr_dtr"]


class SerialLink:
    def __init__(
        self,
        port: str,
        baud: int,
        *,
        flow_control: FlowControl = "none",
        clock: Clock | None = None,
    ) -> None:
        """Open the port for this process alone. Raises DeviceLost."""
        self._clock = clock or SystemClock()
        try:
            self._port = serial.Serial(
                port,
                baud,
                exclusive=True,
                rtscts=flow_control == "rts_cts",
                dsrdtr=flow_control == "dsr_dtr",
            )
        except (OSError, termios.error) as error:
            raise not_opened(Path(port), error) from error

    def write(self, data: bytes, timeout_s: float) -> None:
        try:
            self._send_all(data, self._clock.monotonic() + timeout_s)
        except LinkLost:
            self._abort()
            raise

    def _send_all(self, data: bytes, deadline_s: float) -> None:
        for start in range(0, len(data), PIECE_SIZE):
            remaining_s = deadline_s - self._clock.monotonic()
            if remaining_s <= 0:
                raise LinkLost("write_timeout", sent=start)
            piece = data[start : start + PIECE_SIZE]
            try:
                self._port.write_timeout = remaining_s
                self._port.write(piece)
            except serial.SerialTimeoutException as error:
                raise LinkLost("write_timeout", sent=start + len(piece)) from error
            except (OSError, termios.error) as error:
                raise LinkLost("link_lost", str(error), sent=start + len(piece)) from error

    def read(self, size: int, timeout_s: float) -> bytes:
        try:
            self._port.timeout = timeout_s
            first = self._port.read(1)
            if not first:
                return b""
            waiting = min(self._port.in_waiting, size - 1)
            return bytes(first + self._port.read(waiting))
        except (OSError, TypeError, termios.error) as error:
            # pyserial raises TypeError when the port is closed under its read.
            raise LinkLost("link_lost", str(error)) from error

    def _abort(self) -> None:
        """Close so that bytes still waiting in this machine are not delivered later."""
        with contextlib.suppress(OSError, termios.error):
            self._port.reset_output_buffer()
        self._port.close()

    def close(self) -> None:
        self._port.close()
