"""A bad line between kiosk and platform: a TCP forwarder that can fail on command.

It works on bytes, so a fault here looks to the kiosk exactly as it would in the field.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MAX_CONNECTIONS = 256
MAX_ARMED = 100
_CHUNK_BYTES = 65536
_COMMAND_TIMEOUT_S = 5.0


class LinkMode(StrEnum):
    UP = "up"
    DOWN = "down"  # connections are refused, existing ones cut
    BLACK_HOLE = "black_hole"  # connections are accepted and nothing moves


class OneShotKind(StrEnum):
    REQUEST_LOST = "request_lost"  # cut before the platform hears of it
    ANSWER_LOST = "answer_lost"  # forwarded, acted on, answer cut
    ANSWER_TORN = "answer_torn"  # only the first `keep_bytes` of the answer arrive
    GARBAGE = "garbage"  # forwarded, but `payload` comes back instead of the answer


@dataclass(frozen=True, slots=True)
class OneShot:
    """A fault of the next request whose first line contains `match` (any, where empty)."""

    kind: OneShotKind
    match: str = ""
    payload: bytes = b""
    keep_bytes: int = 40


@dataclass(frozen=True, slots=True)
class LinkState:
    mode: LinkMode
    delay_s: float
    armed: tuple[OneShot, ...]
    connections: int


class _Connection:
    def __init__(self, client: asyncio.StreamWriter) -> None:
        self.client = client
        self.server: asyncio.StreamWriter | None = None
        self.fault: OneShot | None = None

    def cut(self) -> None:
        for writer in (self.client, self.server):
            if writer is not None:
                writer.transport.abort()


class FaultyLink:
    """Forwards `host:port` to `target`; started and stopped explicitly, steered by any thread.

    While the link is down its port stays reserved, so that nobody else takes it.
    """

    def __init__(self, target: tuple[str, int], *, host: str = "127.0.0.1", port: int = 0) -> None:
        """Raises OSError where the port cannot be had."""
        self._target = target
        self._reserved = _bound_socket(host, port)
        self.host, self.port = self._reserved.getsockname()[:2]
        self._mode = LinkMode.UP
        self._delay_s = 0.0
        self._armed: list[OneShot] = []
        self._connections: set[_Connection] = set()
        self._serving: set[asyncio.Task[Any]] = set()
        self._listener: asyncio.Server | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._flowing = asyncio.Event()
        self._stopping = asyncio.Event()
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://{reachable_host(self.host)}:{self.port}"

    # --- from any thread -----------------------------------------------------------------------

    def start(self) -> None:
        ready = threading.Event()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._run(ready)), name="faulty-link", daemon=True
        )
        self._thread.start()
        if not ready.wait(_COMMAND_TIMEOUT_S):
            raise RuntimeError("the link did not start")

    def stop(self) -> None:
        if self._loop is not None and self._thread is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join(_COMMAND_TIMEOUT_S)
        self._reserved.close()

    def set_mode(self, mode: LinkMode) -> None:
        self._command(lambda: self._change_mode(mode))

    def set_delay(self, delay_s: float) -> None:
        """Every piece of data waits so long, in both directions."""
        self._delay_s = delay_s

    def arm(self, fault: OneShot) -> None:
        """Raises ValueError when too many faults are armed."""
        if len(self._armed) >= MAX_ARMED:
            raise ValueError(f"{MAX_ARMED} faults are armed already")
        self._armed.append(fault)

    def heal(self) -> None:
        """Back to a good line."""
        self._armed.clear()
        self._delay_s = 0.0
        self.set_mode(LinkMode.UP)

    def state(self) -> LinkState:
        return LinkState(self._mode, self._delay_s, tuple(self._armed), len(self._connections))

    def _command(self, action: Callable[[], Coroutine[Any, Any, None]]) -> None:
        if self._loop is None:
            raise RuntimeError("the link is not started")
        asyncio.run_coroutine_threadsafe(action(), self._loop).result(_COMMAND_TIMEOUT_S)

    # --- inside the link's own thread ------------------------------------------------------------

    async def _run(self, ready: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        await self._change_mode(LinkMode.UP)
        ready.set()
        await self._stopping.wait()
        await self._change_mode(LinkMode.DOWN)
        if self._serving:
            await asyncio.wait(tuple(self._serving), timeout=_COMMAND_TIMEOUT_S / 2)

    async def _change_mode(self, mode: LinkMode) -> None:
        self._mode = mode
        if mode is LinkMode.BLACK_HOLE:
            self._flowing.clear()
        else:
            self._flowing.set()
        if mode is LinkMode.DOWN:
            if self._listener is not None:
                self._listener.close()
                self._listener = None
            for connection in tuple(self._connections):
                connection.cut()
        elif self._listener is None:
            listening = _bound_socket(self.host, self.port)
            self._listener = await asyncio.start_server(self._serve, sock=listening)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = _Connection(writer)
        if len(self._connections) >= MAX_CONNECTIONS:
            connection.cut()
            return
        self._connections.add(connection)
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)
        try:
            await self._flowing.wait()
            try:
                server_reader, connection.server = await asyncio.open_connection(*self._target)
            except OSError:  # The platform itself is gone; the caller sees a cut line.
                return
            await _until_one_ends(
                self._carry_requests(reader, connection),
                self._carry_answers(server_reader, connection),
            )
        finally:
            connection.cut()
            self._connections.discard(connection)

    async def _carry_requests(self, reader: asyncio.StreamReader, connection: _Connection) -> None:
        assert connection.server is not None
        while piece := await reader.read(_CHUNK_BYTES):
            await self._travel()
            if connection.fault is None:
                connection.fault = self._take(piece)
            if connection.fault is not None and connection.fault.kind is OneShotKind.REQUEST_LOST:
                return
            connection.server.write(piece)
            await connection.server.drain()

    async def _carry_answers(self, reader: asyncio.StreamReader, connection: _Connection) -> None:
        while piece := await reader.read(_CHUNK_BYTES):
            await self._travel()
            fault = connection.fault
            if fault is None:
                connection.client.write(piece)
                await connection.client.drain()
                continue
            if fault.kind is OneShotKind.GARBAGE:
                await _say_last(connection.client, fault.payload)
            elif fault.kind is OneShotKind.ANSWER_TORN:
                await _say_last(connection.client, piece[: fault.keep_bytes])
            return
        await _say_last(connection.client, b"")

    async def _travel(self) -> None:
        if self._delay_s:
            await asyncio.sleep(self._delay_s)
        await self._flowing.wait()

    def _take(self, piece: bytes) -> OneShot | None:
        first_line = piece.split(b"\r\n", 1)[0].decode("latin-1")
        for index, fault in enumerate(self._armed):
            if fault.match in first_line:
                return self._armed.pop(index)
        return None


async def _until_one_ends(*ways: Coroutine[Any, Any, None]) -> None:
    """Run both directions; a broken line in one of them is the end of the other."""
    tasks = [asyncio.ensure_future(way) for way in ways]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        endings = await asyncio.gather(*tasks, return_exceptions=True)
    for ending in endings:
        if isinstance(ending, Exception) and not isinstance(ending, OSError):
            raise ending


async def _say_last(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(data)
    await writer.drain()
    writer.close()
    await writer.wait_closed()


def reachable_host(host: str) -> str:
    """Where this machine finds a server that listens on `host`: "every address" is none."""
    return "127.0.0.1" if ipaddress.ip_address(socket.gethostbyname(host)).is_unspecified else host


def _bound_socket(host: str, port: int) -> socket.socket:
    """A bound socket that does not listen yet; two of them may share the port."""
    # asyncio turns Nagle's delay off only where the protocol is named: 40 ms an answer.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound
