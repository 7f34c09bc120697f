"""What the sandbox's pages and operations share."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response

from kiosk.domain.fee_item import FeeItem
from kiosk.domain.platform import Refused
from kiosk.platform_api import wire
from kiosk.sandbox.authority import Authority
from kiosk.sandbox.faults import FaultBox
from kiosk.sandbox.link import FaultyLink
from kiosk.sandbox.people import RESIDENTS
from kiosk.sandbox.seal import Seal
from kiosk.sandbox.store import Store

KEPT_REQUESTS = 10_000

Result = wire.Answer | Refused


@dataclass(frozen=True, slots=True)
class Served:
    """One line of the access log: no headers, no bodies."""

    method: str
    target: str  # path and query
    status: int
    took_ms: float


class Changes:
    """Wakes everybody who waits for something in the book to change."""

    def __init__(self) -> None:
        self._signal = asyncio.Event()
        self._ended = False

    def signal(self) -> asyncio.Event:
        """Take it before reading the book, then wait on it: no change is missed."""
        return self._signal

    def announce(self) -> None:
        woken, self._signal = self._signal, asyncio.Event()
        if self._ended:
            self._signal.set()
        woken.set()

    def end(self) -> None:
        """Nobody waits any more: the server is going down."""
        self._ended = True
        self.announce()

    @property
    def ended(self) -> bool:
        return self._ended


@dataclass(slots=True)
class Sandbox:
    """`site` is the address phones and receipts are sent to, without a trailing slash."""

    store: Store
    items: tuple[FeeItem, ...]
    link: FaultyLink
    site: str
    seal: Seal
    residents: int = RESIDENTS
    authority: Authority = field(default_factory=Authority)
    faults: FaultBox = field(default_factory=FaultBox)
    changes: Changes = field(default_factory=Changes)
    served: deque[Served] = field(default_factory=lambda: deque(maxlen=KEPT_REQUESTS))
    remembered: dict[str, Response] = field(default_factory=dict)  # by operation, for replays


Handler = Callable[[Sandbox, Request, wire.Request | None], Awaitable[Result]]
