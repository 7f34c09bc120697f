"""Ports of this machine that nobody else is given by chance."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

FIRST, LAST = 20_000, 32_000  # below those that the kernel gives to whoever asks for any


def free_ports(count: int = 1) -> int:
    """The first of so many in a row; each process looks at a place of its own first."""
    offset = os.getpid() * 16 % (LAST - FIRST)
    for step in range(LAST - FIRST):
        port = FIRST + (offset + step) % (LAST - FIRST)
        if all(_is_free(port + each) for each in range(count)):
            return port
    raise OSError("no port is free")


def _is_free(port: int) -> bool:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do
        try:
            trial.bind(("", port))
        except OSError:
            return False
    return True


@contextmanager
def refusing_port() -> Iterator[int]:
    """One of the loopback interface that refuses connections for as long as it is held."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))  # and does not listen
        yield holder.getsockname()[1]
