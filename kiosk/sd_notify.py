"""systemd's notification protocol (sd_notify(3)): one datagram of `NAME=value` lines.

The kiosk speaks it to its guardian, the guardian to systemd; without `NOTIFY_SOCKET`
nobody listens and nothing is sent.
"""

from __future__ import annotations

import os
import socket

READY = "READY=1"
WATCHDOG = "WATCHDOG=1"
UNSEEN = "X_UNSEEN=1"
"""The kiosk lives and draws nothing, though a screen is plugged in."""
VARIABLE = "NOTIFY_SOCKET"


def notify(*lines: str, address: str | None = None) -> bool:
    """Send one datagram; False where nobody listens or nobody takes it. Never blocks or raises."""
    target = os.environ.get(VARIABLE, "") if address is None else address
    if not target:
        return False
    if target.startswith("@"):  # an abstract socket
        target = "\0" + target[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as link:
        link.setblocking(False)
        try:
            link.sendto("\n".join(lines).encode(), target)
        except OSError:  # A listener that is gone or full will miss the sign of life by itself.
            return False
    return True
