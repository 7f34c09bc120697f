"""One simulated kiosk of a fleet: the production's engine and client, made-up devices.

It has no thread of its own: `turn` lets its time pass, calls of the platform wait in a pool.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import UTC, datetime
from functools import partial

from drivers.api import (
    CardKind,
    IdCard,
    PrinterStatus,
    PrintOutcome,
    PrintReport,
    Role,
)
from kiosk.domain import events as e
from kiosk.domain.effects import Effect, PrintReceipt, PrintSlip
from kiosk.domain.kiosk import Kiosk, Link, Rules, Service
from kiosk.domain.platform import AnswerLost, NotSent, Outcome, PlatformCall, QueryPayment
from kiosk.domain.platform_upkeep import FetchNotices, RenewCertificate, SendHeartbeat
from kiosk.domain.visit import Choosing, Done, Paying, Trouble
from kiosk.engine.clock import SystemClock
from kiosk.engine.engine import TICK_S, Engine
from kiosk.engine.platform_link import Channel, channel_of
from kiosk.platform_api.breaker import Breaker
from kiosk.platform_api.client import PlatformClient
from kiosk.platform_api.transport import Timeouts
from kiosk.platform_api.upkeep import Upkeep
from kiosk.sandbox.people import Person
from kiosk.settings.model import PlatformSection
from tests.fleet.tally import Tally
from tests.support.playbook import MemoryDiary

USUAL = PlatformSection()
THINK_S = 1.0  # a resident looks at a page
PATIENCE_S = 20.0  # then leaves a page of trouble
FINE = PrinterStatus()
ROLES = frozenset({Role.ID_READER, Role.RECEIPT_PRINTER})


class FleetKiosk:
    """`pay` is a phone that pays at an address; it is called in the pool."""

    def __init__(
        self,
        number: int,
        base_url: str,
        window_s: float,
        pool: Executor,
        tally: Tally,
        pay: Callable[[str], None],
    ) -> None:
        kiosk_id = f"fleet-{number:04d}"
        rules = Rules(
            kiosk_id,
            kiosk_id.encode(),
            ROLES,
            heartbeat_s=USUAL.heartbeat_s,
            notices_s=USUAL.notices_s,
        )
        breaker = Breaker(window_s)
        self._pool, self._tally, self._pay = pool, tally, pay
        self._inbox: deque[e.Event] = deque()
        self._clients = {
            channel: PlatformClient(base_url, kiosk_id, Timeouts(), breaker=breaker)
            for channel in Channel
        }
        now = partial(datetime.now, UTC)
        chores = self._clients[Channel.CHORES]
        self._upkeep = Upkeep(kiosk_id, "fleet", chores.ask, None, now)
        self._turns = {channel: threading.Lock() for channel in Channel}
        self._engine = Engine(rules, MemoryDiary(), SystemClock(), self._start, self._seen)
        self._page_since_s = 0.0
        self._touched, self._has_acted = "", False
        self._tick_s = 0.0
        self.link_changes: list[tuple[float, Link]] = []
        self.hurt = False  # the resident of this visit met trouble
        self.kiosk: Kiosk = self._engine.kiosk
        for event in (
            e.Started(kiosk_id, "fleet"),
            *(e.DeviceUp(role) for role in ROLES),
            e.PrinterSeen(FINE),
        ):
            self._engine.handle(event)

    # --- the machine -------------------------------------------------------------------------

    def turn(self, now_s: float) -> None:
        while self._inbox:
            self._engine.handle(self._inbox.popleft())
        if now_s >= self._tick_s:
            self._engine.handle(e.Tick())
            self._tick_s = now_s + TICK_S
            self._act(now_s)

    def _seen(self, kiosk: Kiosk) -> None:
        if kiosk.link is not self.kiosk.link:
            self.link_changes.append((time.monotonic(), kiosk.link))
        self.kiosk = kiosk

    def _start(self, effect: Effect) -> None:
        if isinstance(effect, PrintReceipt | PrintSlip):
            report = PrintReport(PrintOutcome.PRINTED, FINE)
            self._inbox.append(e.PrintFinished(effect.job_id, report))
        else:
            self._pool.submit(self._ask, effect)

    def _ask(self, call: PlatformCall) -> None:
        channel = channel_of(call)
        with self._turns[channel]:
            began_s = time.monotonic()
            outcome = self._perform(self._clients[channel], call)
        took_s = time.monotonic() - began_s
        waited = isinstance(call, QueryPayment) and call.wait_s > 0
        trouble = outcome.reason if isinstance(outcome, NotSent | AnswerLost) else ""
        self._tally.note(type(call).__name__, began_s, took_s, trouble, waited=waited)
        self._inbox.append(e.PlatformReplied(call, outcome))

    def _perform(self, client: PlatformClient, call: PlatformCall) -> Outcome:
        if isinstance(call, SendHeartbeat | FetchNotices | RenewCertificate):
            return self._upkeep.perform(call)
        return client.perform(call)

    def close(self) -> None:
        for client in self._clients.values():
            client.close()

    # --- the resident ------------------------------------------------------------------------

    @property
    def is_free(self) -> bool:
        return self.kiosk.visit is None

    def welcome(self, person: Person) -> bool:
        """Somebody puts a card on the reader; False where the start page sends them away."""
        if self.kiosk.service is not Service.IN_SERVICE:
            return False
        self.hurt = False
        self._inbox.append(e.CardShown(IdCard(CardKind.RESIDENT, person.name, person.number)))
        return True

    def _act(self, now_s: float) -> None:
        visit = self.kiosk.visit
        key = type(visit.page).__name__ if visit is not None else ""
        if visit is None or key != self._touched:
            self._touched, self._page_since_s, self._has_acted = key, now_s, False
            return
        waited_s = now_s - self._page_since_s
        page = visit.page
        if waited_s > PATIENCE_S or isinstance(page, Trouble):
            self.hurt = True
        if waited_s < THINK_S:
            return
        match page:
            case Choosing() if page.chosen and not self._has_acted:
                self._has_acted = True
                self._inbox.append(e.PayTouched())
            case Paying() if page.qr_url and not self._has_acted:
                self._has_acted = True
                self._pool.submit(self._pay, page.qr_url)
            case Choosing() if not page.chosen:
                self._leave()
            case Done():
                self._tally.done(paid=bool(page.paid_fen))
                self._leave()
            case Trouble():
                self._leave()
            case _ if waited_s > PATIENCE_S:
                self._leave()

    def _leave(self) -> None:
        self._tally.left(hurt=self.hurt)
        self._touched = ""
        self._inbox.append(e.LeaveTouched())
