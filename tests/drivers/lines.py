"""The far ends of real links: a pseudo-terminal, a TCP port; what they answer is given."""

from __future__ import annotations

import os
import select
import socket
import threading
import tty
from contextlib import contextmanager


@contextmanager
def deaf_port():
    """The path of a serial line whose far end takes no byte."""
    far, near = os.openpty()
    tty.setraw(near)
    yield os.ttyname(near)
    os.close(far)
    os.close(near)


class PtyLine:
    """A serial line; `answer` is called with what arrives and returns what goes back."""

    def __init__(self, answer=lambda data: b""):
        self._far, self._near = os.openpty()
        tty.setraw(self._near)
        self.port = os.ttyname(self._near)
        self._answer = answer
        self._stop_out, self._stop_in = os.pipe()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self):
        while True:
            ready, _, _ = select.select([self._far, self._stop_out], [], [])
            if self._stop_out in ready:
                return
            answer = self._answer(os.read(self._far, 4096))
            if answer:
                os.write(self._far, answer)

    def send(self, data):
        os.write(self._far, data)

    def unplug(self):
        if self._thread.is_alive():
            os.write(self._stop_in, b"x")
            self._thread.join(timeout=60)
            os.close(self._far)
            os.close(self._near)

    def close(self):
        self.unplug()
        os.close(self._stop_in)
        os.close(self._stop_out)


class TcpLine:
    """Serves one connection after the other, as a serial-to-Ethernet box does.

    It hangs up where `answer` returns None.
    """

    def __init__(self, answer):
        self._answer = answer
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._connection = None
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self):
        while True:
            try:
                self._connection, _ = self._server.accept()
            except OSError:
                return
            with self._connection as connection:
                while data := _received(connection):
                    answer = self._answer(data)
                    if answer is None or not sent(connection, answer):
                        break

    def hang_up(self):
        if self._connection:
            _shut(self._connection)

    def close(self):
        # shutdown() wakes the blocked accept(); close() alone would not.
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self.hang_up()
        self._thread.join(timeout=60)
        assert not self._thread.is_alive()


def sent(connection, data):
    """False where the far end has hung up in the meantime."""
    try:
        connection.sendall(data)
    except OSError:
        return False
    return True


def _received(connection):
    try:
        return connection.recv(4096)
    except OSError:
        return b""


def _shut(connection):
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # It has hung up by itself.
