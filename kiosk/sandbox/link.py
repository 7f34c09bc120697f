"""A bad line between kiosk and platform: a TCP forwarder that can fail on command.

It works on bytes, so a fault here looks to the kiosk exactly as it would in the field.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
import struct
import threading
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Any

from kiosk.sandbox.line import Line

MAX_CONNECTIONS = 4096  # six of each kiosk, for a fleet of some hundreds
MAX_ARMED = 100
MAX_RECORDED = 200
MAX_ANSWER_BYTES = 1 << 20
_CHUNK_BYTES = 65536
_COMMAND_TIMEOUT_S = 30.0


class LinkMode(StrEnum):
    UP = "up"
    DOWN = "down"  # connections are refused, existing ones cut
    BLACK_HOLE = "black_hole"  # connections are accepted and nothing moves
    RESET = "reset"  # connections are accepted and reset at once, existing ones too


class OneShotKind(StrEnum):
    REQUEST_LOST = "request_lost"  # cut before the platform hears of it
    ANSWER_LOST = "answer_lost"  # forwarded, acted on, answer cut
    ANSWER_TORN = "answer_torn"  # only the first `keep_bytes` of the answer arrive
    GARBAGE = "garbage"  # forwarded, but `payload` comes back instead of the answer
    CORRUPT = "corrupt"  # one bit of the answer's byte `keep_bytes` is flipped
    REPLAY = "replay"  # forwarded, but the recorded answer to an earlier such request comes back
    FORGE = "forge"  # `find` in the answer becomes `payload`, headers and all


@dataclass(frozen=True, slots=True)
class OneShot:
    """A fault of the next request whose first line contains `match` (any, where empty)."""

    kind: OneShotKind
    match: str = ""
    payload: bytes = b""
    keep_bytes: int = 40
    find: bytes = b""


@dataclass(frozen=True, slots=True)
class LinkState:
    mode: LinkMode
    line: Line
    armed: tuple[OneShot, ...]
    connections: int


class _Connection:
    def __init__(self, client: asyncio.StreamWriter) -> None:
        self.client = client
        self.server: asyncio.StreamWriter | None = None
        self.fault: OneShot | None = None
        self.asked = ""  # first line of the latest request
        self.answer = b""  # to it, as it came
        self.answered_bytes = 0

    def cut(self) -> None:
        for writer in (self.client, self.server):
            if writer is not None:
                writer.transport.abort()

    def reset(self) -> None:
        """The peer's stack says "connection reset" instead of an end."""
        found = self.client.get_extra_info("socket")
        if found is not None:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.cut()


class FaultyLink:
    """Forwards `host:port` to `target`; started and stopped explicitly, steered by any thread.

    While the link is down its port stays reserved, so that nobody else takes it.
    """

    def __init__(
        self, target: tuple[str, int], *, host: str = "127.0.0.1", port: int = 0, seed: int = 0
    ) -> None:
        """`seed` makes the jitter repeatable. Raises OSError where the port cannot be had."""
        self._target = target
        self._reserved = _bound_socket(host, port)
        self.host, self.port = self._reserved.getsockname()[:2]
        self._mode = LinkMode.UP
        self._line = Line()
        self._random = Random(seed)  # noqa: S311 jitter, not a secret
        self._armed: list[OneShot] = []
        self._recorded: OrderedDict[str, bytes] = OrderedDict()  # first line → answer
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
        """Every piece of data waits so long, in both directions; nothing else is bad."""
        self._line = Line(latency_s=delay_s)

    def set_line(self, line: Line) -> None:
        self._line = line

    def arm(self, fault: OneShot) -> None:
        """Raises ValueError when too many faults are armed."""
        if len(self._armed) >= MAX_ARMED:
            raise ValueError(f"{MAX_ARMED} faults are armed already")
        self._armed.append(fault)

    def heal(self) -> None:
        """Back to a good line."""
        self._armed.clear()
        self._line = Line()
        self.set_mode(LinkMode.UP)

    def state(self) -> LinkState:
        return LinkState(self._mode, self._line, tuple(self._armed), len(self._connections))

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
            return
        if mode is LinkMode.RESET:
            for connection in tuple(self._connections):
                connection.reset()
        if self._listener is None:
            listening = _bound_socket(self.host, self.port)
            self._listener = await asyncio.start_server(self._serve, sock=listening)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = _Connection(writer)
        if self._mode is LinkMode.RESET:
            connection.reset()
            return
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
            self._record(connection)
            connection.cut()
            self._connections.discard(connection)

    async def _carry_requests(self, reader: asyncio.StreamReader, connection: _Connection) -> None:
        assert connection.server is not None
        while piece := await reader.read(_CHUNK_BYTES):
            if connection.fault is None:
                self._record(connection)
                connection.asked = piece.split(b"\r\n", 1)[0].decode("latin-1")
                connection.answer = b""
                connection.fault = self._take(connection.asked)
            if connection.fault is not None and connection.fault.kind is OneShotKind.REQUEST_LOST:
                await self._travel()
                return
            await self._pass_on(piece, connection.server)

    async def _carry_answers(self, reader: asyncio.StreamReader, connection: _Connection) -> None:
        while piece := await reader.read(_CHUNK_BYTES):
            fault = connection.fault
            if fault is not None:
                answer = await _whole(reader, piece)
                await self._travel()
                await _say_last(connection.client, self._spoilt(fault, answer))
                return
            connection.answer += piece[: MAX_ANSWER_BYTES - len(connection.answer)]
            limit = self._line.limit_bytes
            left = limit - connection.answered_bytes if limit else len(piece)
            await self._pass_on(piece[: max(left, 0)], connection.client)
            connection.answered_bytes += len(piece)
            if left < len(piece):
                return
        await asyncio.sleep(self._line.slow_close_s)
        await _say_last(connection.client, b"")

    async def _pass_on(self, data: bytes, writer: asyncio.StreamWriter) -> None:
        for wait_s, piece in self._line.pieces(data, self._random):
            await asyncio.sleep(wait_s)
            await self._flowing.wait()
            writer.write(piece)
            await writer.drain()

    async def _travel(self) -> None:
        await asyncio.sleep(self._line.latency_s)
        await self._flowing.wait()

    def _spoilt(self, fault: OneShot, answer: bytes) -> bytes:
        match fault.kind:
            case OneShotKind.GARBAGE:
                return fault.payload
            case OneShotKind.ANSWER_TORN:
                return answer[: fault.keep_bytes]
            case OneShotKind.CORRUPT:
                place = min(fault.keep_bytes, len(answer) - 1)
                return answer[:place] + bytes([answer[place] ^ 1]) + answer[place + 1 :]
            case OneShotKind.FORGE:
                return answer.replace(fault.find, fault.payload)
            case OneShotKind.REPLAY:
                found = (kept for line, kept in self._recorded.items() if fault.match in line)
                return next(found, b"")
        return b""

    def _record(self, connection: _Connection) -> None:
        if connection.answer:
            self._recorded.setdefault(connection.asked, connection.answer)
        if len(self._recorded) > MAX_RECORDED:
            self._recorded.popitem(last=False)

    def _take(self, first_line: str) -> OneShot | None:
        for index, fault in enumerate(self._armed):
            if fault.match in first_line:
                return self._armed.pop(index)
        return None


async def _whole(reader: asyncio.StreamReader, answer: bytes) -> bytes:
    """Read on to the end of an answer that says its length, or as far as it comes."""
    while len(answer) < MAX_ANSWER_BYTES:
        head, found, body = answer.partition(b"\r\n\r\n")
        length = re.search(rb"\r\ncontent-length: *([0-9]{1,7})", head, re.IGNORECASE)
        if found and (length is None or len(body) >= int(length[1])):
            break
        piece = await reader.read(_CHUNK_BYTES)
        if not piece:
            break
        answer += piece
    return answer


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
