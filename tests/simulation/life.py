"""One life of a few kiosks from one seed: busy days, then quiet, then the books are compared."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from drivers.api import Role
from kiosk.domain.kiosk import Rules
from kiosk.domain.open_code import OpenCodeRules, Reserve
from kiosk.sandbox.ledger import LateWallet
from tests.simulation.books import check_books, uncollected
from tests.simulation.machine import SimKiosk
from tests.simulation.mishaps import KINDS, Climate, Mishaps
from tests.simulation.people import COLLECTOR, Nature, Phone, Resident, person
from tests.simulation.platform import SimPlatform
from tests.simulation.scheduler import Scheduler
from tests.simulation.watch import Broken, Watch

VISITS = 25  # visits begun in one life
SETTLE_S = 26 * 3600.0  # an UNKNOWN is settled within a day once faults stop
LATEST_WALLET_S = 4 * 3600.0
HOME_S = 600.0  # and every screen is back at the start within ten minutes
LATE = {
    LateWallet.REFUSED: 65,
    LateWallet.ACCEPTED_UNTIL_CLOSED: 30,
    LateWallet.ACCEPTED_AFTER_CLOSE: 5,  # a platform that breaks its word
}
GAPS_S = ((1.0, 4.0), (2.0, 30.0), (20.0, 300.0))
VOLUME_ROWS = (30, 100, 250)  # in a third of the lives; beyond what is carried
KIOSKS = (1, 1, 1, 2, 2, 3, 5)  # that share one platform
BILLS = (0, 1, 1, 1, 2, 3)  # that somebody finds, paid together or not at all
PRESENTERS = 4  # in a quarter of the lives, printers see their mouth
TWINS = 5  # in a fifth of the lives with several, two kiosks were set up with one id
CODES_OF = (("103050101", 20_000), ("103050101", 5_000), ("103070601", 8_000))
AMOUNTS_FEN = (1, 50, 15000, 20000, 999999)


@dataclass(frozen=True, slots=True)
class Outcome:
    seed: int
    sessions: int
    virtual_s: float
    paid: int
    broken: str = ""
    invariant: str = ""
    story: tuple[str, ...] = ()


class Life:
    def __init__(
        self,
        seed: int,
        *,
        tells: bool = False,
        every_tick: bool = False,
        sleeps: bool = True,
        visits: int = VISITS,
    ) -> None:
        self.seed = seed
        self.visits = visits
        self.scheduler = Scheduler(seed, tells=tells)
        random = self.scheduler.random
        late = random.choices(tuple(LATE), tuple(LATE.values()))[0]
        self.platform = SimPlatform(self.scheduler, late)
        self.watch = Watch(self.platform)
        self.phone = Phone(self.scheduler, self.platform, self.watch)
        self.climate = self._climate()
        count = random.choice(KIOSKS)
        self.machines = [
            SimKiosk(
                self.scheduler,
                self.platform,
                self.watch,
                self._rules("K1" if number == 1 and seed % TWINS == 0 else f"K{number + 1}"),
                name=f"K{number + 1}",
                every_tick=every_tick,
                sleeps=sleeps,
            )
            for number in range(count)
        ]
        if seed % 3 == 0:
            for machine in self.machines:
                machine.disk.volume_rows = VOLUME_ROWS[seed // 3 % len(VOLUME_ROWS)]
        if seed % PRESENTERS == 1:
            for machine in self.machines:
                machine.printer.has_presenter = True
        self._serving = 0
        self.mishaps = Mishaps(
            self.scheduler,
            self.platform,
            self.machines,
            self.climate,
            lambda: self._serving > 0,
            self._settled,
        )
        self.people = [person(number) for number in range(1 + random.randrange(6))]
        self.nature = random.choice((Nature(), Nature(), Nature(cancels=0.4, races=0.4)))
        self.gap_s = random.choice(GAPS_S)
        self.sessions = 0

    def _climate(self) -> Climate:
        random = self.scheduler.random
        kinds = tuple(random.sample(KINDS, random.randint(1, len(KINDS))))
        long = random.random() < 0.15
        every_s = random.choice((60.0, 300.0, 1800.0) if long else (0.0, 8.0, 20.0, 45.0, 90.0))
        return Climate(every_s, kinds, long, outages=random.random() < 0.3)

    def _rules(self, name: str) -> Rules:
        codes = self._open_codes()
        # Codes stay open for days: none of them needs a thousand checks of the link.
        paces = (
            (60.0,) if self.climate.long else (30.0, 60.0) if codes.reserves else (1.0, 3.0, 12.0)
        )
        pace = self.scheduler.random.choice(paces)
        return Rules(
            kiosk_id=name,
            digest_key=b"k" * 32,
            roles=frozenset({Role.ID_READER, Role.SCANNER, Role.RECEIPT_PRINTER}),
            link_check_s=20.0 * pace,
            link_retry_s=5.0 * pace,
            open_codes=codes,
            **self._janitor(),
        )

    def _open_codes(self) -> OpenCodeRules:
        """Small reserves that run out, with caps that are reached."""
        random = self.scheduler.random
        if random.random() < 0.3:
            return OpenCodeRules()
        reserves = tuple(
            Reserve(item, amount_fen, random.choice((1, 3, 8)))
            for item, amount_fen in random.sample(CODES_OF, random.randint(1, len(CODES_OF)))
        )
        return OpenCodeRules(
            reserves,
            per_visit=random.choice((1, 3)),
            per_outage_fen=random.choice((30_000, 2_000_000)),
            spare_s=600.0,
            renew_s=1800.0,
        )

    def _janitor(self) -> dict[str, Any]:
        """Mostly the shipped schedule; now and then one that reaches its end within a visit."""
        if self.scheduler.chance(0.7):
            return {}
        last_s = 3600.0 if self.climate.long else 300.0
        return {"janitor_s": (2.0, 5.0, 10.0, last_s), "give_up_s": 25.0}

    # --- the day ---------------------------------------------------------------------------

    def live(self) -> None:
        """Raises Broken, or the assertion of the kiosk that failed."""
        for machine in self.machines:
            self._next_visitor(machine)
        self.scheduler.run_until(1e9, lambda: self.sessions >= self.visits and not self._serving)
        self.scheduler.tell("world", "FAULTS STOP")
        self.mishaps.stop()
        self.scheduler.run_until(self.scheduler.now_s + HOME_S, self._quiet)
        self._all_home()
        self._collect()
        self.scheduler.run_until(self.scheduler.now_s + SETTLE_S, self._settled)
        self._retire()
        if not self.platform.keeps_its_word:
            self._read_statements()
        check_books(self)

    def _retire(self) -> None:
        """What wallets still try finds the kiosks silent."""
        for machine in self.machines:
            machine.retire()
        self.scheduler.run_until(self.scheduler.now_s + LATEST_WALLET_S)

    def _read_statements(self) -> None:
        """Only the statement tells of money that was taken after a close."""
        for machine in self.machines:
            machine.boot()
        self.scheduler.run_until(self.scheduler.now_s + HOME_S, self._quiet)
        for machine in self.machines:
            self.mishaps.statement(machine)
        self._collect()
        self.scheduler.run_until(self.scheduler.now_s + SETTLE_S, self._settled)

    def _next_visitor(self, machine: SimKiosk) -> None:
        if self.sessions >= self.visits:
            return
        gap_s = self.scheduler.random.uniform(*self.gap_s)
        if self.climate.long and self.scheduler.chance(0.1):
            gap_s = self.scheduler.random.choice((3600.0, 86400.0, 5 * 86400.0))
        self.scheduler.after(gap_s, self._visit, machine)

    def _visit(self, machine: SimKiosk) -> None:
        if self.sessions >= self.visits:
            return
        if not machine.on or machine.page is not None:
            self._next_visitor(machine)
            return
        random = self.scheduler.random
        card = random.choice(self.people)
        for _ in range(random.choice(BILLS)):
            self.platform.owe(card.number, random.choice(AMOUNTS_FEN))
        code = ""
        if random.random() < 0.1 and self.platform.bills:
            code = random.choice(list(self.platform.bills)[-6:])
        self.begin(machine, Resident(
            self.scheduler, machine, self.phone, card, self.nature,
            code=code, strangers=self.people,
        ))  # fmt: skip
        self._next_visitor_after(machine)

    def begin(self, machine: SimKiosk, resident: Resident) -> None:
        self.sessions += 1
        self.scheduler.tell("resident", f"comes to {machine.name}")
        resident.arrive()

    def _next_visitor_after(self, machine: SimKiosk) -> None:
        self._serving += 1
        self.mishaps.somebody_comes()
        self.scheduler.after(5.0, self._is_free, machine, 0)

    def _is_free(self, machine: SimKiosk, waited: int) -> None:
        """The next one comes when the screen is back at the start."""
        self.watch.on_wait(machine, self.scheduler.now_s)
        if machine.page is None or waited > 120:
            self._serving -= 1
            self._next_visitor(machine)
        else:
            self.scheduler.after(5.0, self._is_free, machine, waited + 1)

    # --- the quiet afterwards --------------------------------------------------------------

    def _all_home(self) -> None:
        for machine in self.machines:
            if machine.kiosk.halted:
                raise Broken("I10", f"{machine.name} stays halted: {machine.kiosk.halted}")
            if machine.kiosk.low_space:
                raise Broken("I10", f"{machine.name} does not see that there is room again")
            if machine.page is not None:
                raise Broken("I10", f"{machine.name} never leaves {machine.page}")
            if not machine.kiosk.can_print:
                raise Broken("I10", f"{machine.name} never prints again: {machine.kiosk.printer}")

    def _collect(self) -> None:
        """Everyone whose receipt is not on paper yet comes back for it."""
        for card in self.people:
            if not uncollected(self, card.number):
                continue
            machine = self.scheduler.random.choice(self.machines)
            self.begin(machine, Resident(self.scheduler, machine, self.phone, card, COLLECTOR))
            self.scheduler.run_until(
                self.scheduler.now_s + HOME_S, lambda m=machine: m.page is None
            )  # type: ignore[misc]
            self._all_home()

    def _quiet(self) -> bool:
        return self._settled() and all(
            machine.page is None
            and machine.kiosk.can_print
            and machine.kiosk.takes_visitors
            and not machine.is_busy
            for machine in self.machines
        )

    def _settled(self) -> bool:
        return all(machine.has_settled for machine in self.machines)


@contextmanager
def quiet_logs() -> Iterator[None]:
    before = structlog.get_config()
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL),
        cache_logger_on_first_use=False,
    )
    try:
        yield
    finally:
        structlog.configure(**before)


def live(
    seed: int,
    *,
    tells: bool = False,
    every_tick: bool = False,
    sleeps: bool = True,
    visits: int = VISITS,
) -> Outcome:
    """Play one life; whatever breaks is in the outcome."""
    broken = invariant = ""
    life: Life | None = None
    with quiet_logs():
        try:
            life = Life(seed, tells=tells, every_tick=every_tick, sleeps=sleeps, visits=visits)
            life.live()
        except Broken as error:
            broken, invariant = str(error), error.invariant
        except Exception as error:  # noqa: BLE001 - a bug of the kiosk is what we are here for
            where = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{Path(where.filename).name}:{where.lineno}"
            broken, invariant = f"{type(error).__name__} at {place}: {error}", "BUG"
    if life is None:
        return Outcome(seed, 0, 0.0, 0, broken, invariant)
    paid = sum(payment.was_paid for payment in life.platform.payments.values())
    story = tuple(life.scheduler.story or ())
    return Outcome(seed, life.sessions, life.scheduler.now_s, paid, broken, invariant, story)
