"""Runs the sandbox: the web server, and the faulty link in front of it."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from kiosk.platform_api.signing_keys import Algorithm
from kiosk.sandbox import service_desk
from kiosk.sandbox.app import build_app
from kiosk.sandbox.context import Sandbox
from kiosk.sandbox.link import FaultyLink, reachable_host
from kiosk.sandbox.people import RESIDENTS
from kiosk.sandbox.seal import Seal
from kiosk.sandbox.seeding import seed
from kiosk.sandbox.store import Store
from kiosk.settings.fee_catalogue import shipped_catalogue

START_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class Addresses:
    """`url` leads through the faulty link, `direct_url` past it: cashier and control pages."""

    url: str
    direct_url: str
    pid: int
    algorithm: str  # of the signatures
    platform_key_file: str  # public: what a kiosk believes
    kiosk_key_file: str  # private: what a demonstration kiosk signs with


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, sandbox: Sandbox, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._sandbox = sandbox
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._sandbox.changes.end()  # Long polls answer now instead of holding the door.
        await super().shutdown(sockets=sockets)


class SandboxServer:
    """One sandbox on two ports; `run` in this thread, or `start` and `stop` another one.

    `port` is the link's (what the kiosk is told), `direct_port` the cashier's; 0 picks free
    ones. `public_base_url` is how phones reach the cashier, where that is not this machine.
    With `must_sign` unsigned requests are refused; signed ones are always checked. A new book
    is filled with so many `residents`, and kept in `directory`, or at `database_url`.
    Raises OSError for a port in use, StoreError for a book that cannot be used.
    """

    def __init__(
        self,
        directory: Path,
        *,
        port: int = 0,
        direct_port: int = 0,
        host: str = "127.0.0.1",
        public_base_url: str | None = None,
        algorithm: Algorithm = Algorithm.ED25519,
        must_sign: bool = False,
        residents: int = RESIDENTS,
        database_url: str = "",
        clock: Callable[[], float] = time.time,
        ready: Callable[[Addresses], None] | None = None,
    ) -> None:
        self._socket = _listening(host, direct_port)
        direct_port = self._socket.getsockname()[1]
        reachable = reachable_host(host)
        direct_url = f"http://{reachable}:{direct_port}"
        try:
            self._link = FaultyLink((reachable, direct_port), host=host, port=port)
            self.store = Store(directory, clock, database_url)
        except BaseException:
            self._socket.close()
            raise
        items = shipped_catalogue()
        self.store.run(service_desk.TABLES)
        if self.store.is_new:
            seed(self.store, items, residents)
        site = (public_base_url or direct_url).rstrip("/")
        seal = Seal(directory / "keys", algorithm, clock, required=must_sign)
        for kiosk_id, key in service_desk.registered(self.store):
            seal.register(kiosk_id, key)
        self.sandbox = Sandbox(self.store, items, self._link, site, seal, residents)
        self.store.on_change(self.sandbox.changes.announce)
        self.addresses = Addresses(
            self._link.url,
            direct_url,
            os.getpid(),
            algorithm,
            str(seal.platform_key_file),
            str(seal.kiosk_key_file),
        )
        self._on_ready = ready
        self._started = threading.Event()
        self._thread: threading.Thread | None = None
        self._server = _Server(_config(self.sandbox), self.sandbox, self._tell_ready)

    def run(self) -> None:
        """Serve until told to stop (or until a signal, in the main thread)."""
        try:
            self._link.start()
            self._server.run(sockets=[self._socket])
        finally:
            self._link.stop()
            self._socket.close()
            self.store.close()

    def start(self) -> Addresses:
        """Serve in a thread of its own; returns when it answers."""
        self._thread = threading.Thread(target=self.run, name="sandbox", daemon=True)
        self._thread.start()
        if not self._started.wait(START_TIMEOUT_S):
            raise RuntimeError("the sandbox did not start")
        return self.addresses

    def stop(self) -> None:
        """Ask the server to end, and wait for the thread `start` made; from any thread."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(START_TIMEOUT_S)

    def _tell_ready(self) -> None:
        self._started.set()
        if self._on_ready is not None:
            self._on_ready(self.addresses)


def serve(
    port: int,
    directory: Path,
    host: str = "127.0.0.1",
    public_base_url: str | None = None,
    ready: Callable[[Addresses], None] | None = None,
    *,
    direct_port: int = 0,
    database_url: str = "",
) -> None:
    """Run a sandbox in this thread until a signal ends it; see SandboxServer."""
    SandboxServer(
        directory,
        port=port,
        direct_port=direct_port,
        host=host,
        public_base_url=public_base_url,
        database_url=database_url,
        ready=ready,
    ).run()


def _config(sandbox: Sandbox) -> uvicorn.Config:
    return uvicorn.Config(
        build_app(sandbox),
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        http="h11",
        timeout_keep_alive=60,
        timeout_graceful_shutdown=2,
        server_header=False,
        proxy_headers=False,
    )


def _listening(host: str, port: int) -> socket.socket:
    # asyncio turns Nagle's delay off only where the protocol is named: 40 ms an answer.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener
