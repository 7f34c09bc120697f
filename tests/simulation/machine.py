"""One kiosk of the simulation: the production's engine and step on virtual hardware."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from drivers.api import Role
from kiosk.domain import events as e
from kiosk.domain import platform as p
from kiosk.domain.effects import DeskEffect, Effect, PaperEffect, TakeBackPaper
from kiosk.domain.kiosk import Kiosk, Link, Rules
from kiosk.domain.ledger import Ledger
from kiosk.domain.open_code import Block
from kiosk.domain.visit import Page
from kiosk.engine.engine import Engine
from tests.simulation.disk import Disk, PowerCut
from tests.simulation.dozing import is_idle, slept_through, tick_after_s
from tests.simulation.due import NEVER, RestDue, due_at_s, link_due_at_s
from tests.simulation.network import Network, Weather
from tests.simulation.platform import SimPlatform
from tests.simulation.printer import PrinterDesk, SimPrinter
from tests.simulation.scheduler import START, Scheduler
from tests.simulation.watch import Watch

READERS = (Role.ID_READER, Role.SCANNER)
HALTED_TICK_S = 120.0
MAX_BLOCKS = 50

Look = Callable[[Page | None], None]


class SimKiosk:
    """A `Clock` to its engine; `disk` and `printer` survive, everything else is a process."""

    def __init__(
        self,
        scheduler: Scheduler,
        platform: SimPlatform,
        watch: Watch,
        rules: Rules,
        *,
        name: str = "",
        every_tick: bool = False,
        sleeps: bool = False,
    ) -> None:
        self._scheduler = scheduler
        self._platform = platform
        self._watch = watch
        self._rules = rules
        self._every_tick = every_tick
        self._sleeps = sleeps and not every_tick
        self._is_asleep = False
        self._rest_due_at_s = RestDue()
        self.name = name or rules.kiosk_id
        self.disk = Disk()
        self.disk.on_record = watch.on_record
        self.sealed: dict[str, Block] = {}  # open codes, on the disk beside the journal
        self.weather = Weather(self._rouse)
        self.printer = SimPrinter(scheduler)
        self.printer.on_paper = watch.on_paper
        self._wall_offset_s = self._known_offset_s = 0.0
        self.on = False
        self.boots = 0
        self.visits = 0
        self.look: Look = lambda page: None
        self._effects_until_cut = 0
        self.polled_at_s = 0.0  # when somebody last asked about the payment on the screen
        self._fresh = (0, 0)  # the last millisecond with an id, and how many it has
        self._busy_until_s = 0.0
        self._wall_s, self._wall = 0.0, START
        self._mono_base_s = 0.0
        self._tick_at_s = NEVER
        self._shown: object = None
        self._judged: Ledger | None = None
        self._has_settled = False
        self.boot()

    # --- power -----------------------------------------------------------------------------

    def boot(self) -> None:
        if self.on:
            return
        self.on = True
        self.boots += 1
        self._mono_base_s = min(self._mono_base_s, self._scheduler.now_s)  # booted by hand
        self._scheduler.tell(self.name, "starts")
        self._busy_until_s = 0.0
        self.disk.power_back()
        self._tick_at_s = NEVER
        self._is_asleep = False
        self._shown = None
        self.network = Network(
            self._scheduler, self._platform, self.weather, self.name, self._answered, self._sent
        )
        self.desk = PrinterDesk(self._scheduler, self.printer, self.send, self._printing)
        self.engine = Engine(self._rules, self.disk, self, self._start_effect, self._publish)
        self.send(e.Started(f"boot{self.boots}", "sim"))
        for role in READERS:
            self.send(e.DeviceUp(role))

    def power_off(self, why: str, back_after_s: float, *, reboot: bool = True) -> None:
        """The process is gone; with `reboot` the clock since boot starts again, too."""
        if not self.on:
            return
        self._scheduler.tell(self.name, f"POWER OFF ({why}), back after {back_after_s:.0f} s")
        self.on = False
        self.network.dead = True
        self.desk.dead = True
        self._effects_until_cut = 0
        self._is_asleep = False
        if reboot:
            self._mono_base_s = self._scheduler.now_s + back_after_s
        self.look(None)
        self._scheduler.after(back_after_s, self.boot)

    def retire(self) -> None:
        """Switched off for good, with its diary to be read."""
        self._catch_up()
        self.on = self._is_asleep = False
        self.network.dead = True
        self.desk.dead = True

    # --- events ------------------------------------------------------------------------------

    @property
    def kiosk(self) -> Kiosk:
        self._catch_up()
        return self.engine.kiosk

    @property
    def wall_offset_s(self) -> float:
        """How far the clock on the wall is off."""
        return self._wall_offset_s

    @wall_offset_s.setter
    def wall_offset_s(self, offset_s: float) -> None:
        self._catch_up()
        self._wall_offset_s = offset_s
        self._rouse()

    @property
    def effects_until_cut(self) -> int:
        """The power goes as the effect of this number starts; 0: it does not."""
        return self._effects_until_cut

    @effects_until_cut.setter
    def effects_until_cut(self, count: int) -> None:
        self._effects_until_cut = count
        self._rouse()

    @property
    def has_settled(self) -> bool:
        """Nothing of the money and paper in its ledger is open."""
        ledger = self.engine.kiosk.ledger
        if ledger is not self._judged:
            self._judged, self._has_settled = ledger, _is_settled(ledger)
        return self._has_settled

    @property
    def page(self) -> Page | None:
        visit = self.engine.kiosk.visit
        return visit.page if self.on and visit else None

    @property
    def is_busy(self) -> bool:
        """A slow disk holds the next event up."""
        return self._busy_until_s > self._scheduler.now_s

    def send(self, event: e.Event) -> None:
        if not self.on:
            return
        if self.is_busy:
            wait_s = self._busy_until_s - self._scheduler.now_s
            self._scheduler.after(wait_s, self._send_to, self.boots, event)
            return
        if self._scheduler.story is not None and not isinstance(event, e.Tick | e.PlatformReplied):
            self._scheduler.tell(self.name, str(event))
        self._run(self.engine.handle, event)

    def _send_to(self, boot: int, event: e.Event) -> None:
        if boot == self.boots:
            self.send(event)

    def _run(self, turn: Callable[..., None], *args: e.Event) -> None:
        """Let the engine work; the power may go in the middle of it."""
        commits = self.disk.commits
        self._catch_up()
        self._is_asleep = False
        try:
            turn(*args)
        except PowerCut:
            self.power_off("in a turn", self._scheduler.random.choice((15.0, 40.0, 300.0)))
            return
        if self.disk.slow_s:
            took_s = self.disk.slow_s * (self.disk.commits - commits)
            self._busy_until_s = self._scheduler.now_s + took_s
        self._plan_tick()

    def disk_is(self, **how: bool | str | float) -> None:
        """The engine will see it when it looks."""
        self._catch_up()
        for name, value in how.items():
            setattr(self.disk, name, value)
        if self.on:
            self._plan_tick()

    def stamp(self) -> e.Stamp:
        now_s = self._scheduler.now_s
        self._known_offset_s = self._wall_offset_s
        wall_s = now_s + self._wall_offset_s
        if wall_s != self._wall_s:
            self._wall_s, self._wall = wall_s, START + timedelta(seconds=wall_s)
        now_ms, (last_ms, count) = int(now_s * 1000), self._fresh
        count = count + 1 if now_ms == last_ms else 0
        self._fresh = now_ms, count
        return e.Stamp(self._mono_s(), self._wall, f"{self.name}X{now_ms:09d}N{count}")

    def _mono_s(self) -> float:
        return self._scheduler.now_s - self._mono_base_s + 1.0

    def _answered(self, call: p.PlatformCall, outcome: p.Outcome) -> None:
        if self._scheduler.story is not None and not isinstance(call, p.CheckLink):
            self._scheduler.tell(self.name, f"{_words(call)} -> {_words(outcome)}")
        if isinstance(call, p.FetchOpenCodes) and isinstance(outcome, p.OpenCodesFetched):
            now_s = self.engine.kiosk.wall.timestamp()
            kept = {
                key: each
                for key, each in self.sealed.items()
                if key not in call.spent and each.expires_s > now_s
            }
            if len(kept) < MAX_BLOCKS:
                self.sealed = {**kept, outcome.block.block_id: outcome.block}
            else:
                outcome = p.AnswerLost("reserve_full")
        self.send(e.PlatformReplied(call, outcome))

    def _sent(self, call: p.PlatformCall) -> None:
        if isinstance(call, p.CreatePayment) or (isinstance(call, p.QueryPayment) and call.wait_s):
            self.polled_at_s = self._scheduler.now_s
        self._watch.on_sent(self, call)

    def _printing(self, job: PaperEffect | TakeBackPaper) -> None:
        self._watch.on_print(self, job)

    def _start_effect(self, effect: Effect) -> None:
        if self.effects_until_cut:
            self.effects_until_cut -= 1
            if not self.effects_until_cut:
                raise PowerCut
        assert not isinstance(effect, DeskEffect), "nobody logs in in these lives"
        if self.disk.slow_s:  # it starts when its records are durable
            self._scheduler.after(self.disk.slow_s, self._begin, effect, self.boots)
        else:
            self._begin(effect, self.boots)

    def _begin(self, effect: Effect, boot: int) -> None:
        if not self.on or boot != self.boots:
            return
        if isinstance(effect, PaperEffect | TakeBackPaper):
            self.desk.put(effect)
        elif isinstance(effect, p.ReadReserve):
            self._scheduler.after(0.01, self._reserve_read, effect, self.boots)
        elif isinstance(effect, p.CheckLink) and self._is_undisturbed(self.engine.kiosk):
            up = self.engine.kiosk.link is Link.UP
            outcome = p.Acknowledged() if up else p.NotSent("connection refused")
            self._scheduler.after(0.0, self._checked, e.PlatformReplied(effect, outcome), boot)
        else:
            self.network.put(effect)

    def _checked(self, reply: e.PlatformReplied, boot: int) -> None:
        """Nobody is there and the link is as it was: that is known at once."""
        if self.on and boot == self.boots:
            self.send(reply)

    def _reserve_read(self, call: p.ReadReserve, boot: int) -> None:
        if self.on and boot == self.boots:
            self.send(e.PlatformReplied(call, p.ReserveRead(tuple(self.sealed.values()))))

    def _publish(self, kiosk: Kiosk) -> None:
        visit = kiosk.visit
        if visit is self._shown:
            return
        self._shown = visit
        self._watch.on_screen(self, kiosk)
        self.look(visit.page if visit else None)

    # --- time --------------------------------------------------------------------------------

    def _plan_tick(self) -> None:
        """The first tick, of those every quarter second, that can matter."""
        now_s = self._mono_s()
        due_s = now_s if self._every_tick else self._due_s(self.engine.kiosk, now_s)
        if due_s == NEVER:
            return
        at_s = tick_after_s(max(due_s, now_s))
        if at_s == self._tick_at_s:
            return
        self._tick_at_s = at_s
        self._scheduler.after(at_s - now_s, self._tick, at_s, self.boots)

    def _due_s(self, kiosk: Kiosk, now_s: float) -> float:
        if kiosk.halted:
            return now_s + HALTED_TICK_S
        link_s, rest_s = link_due_at_s(kiosk), self._rest_due_at_s(kiosk)
        if self.disk.has_news(kiosk):
            return min(link_s, rest_s, self.engine.look_at_s)
        if link_s < rest_s and self._can_sleep(kiosk):
            self._is_asleep = True
            return rest_s
        return min(link_s, rest_s)

    # --- asleep: see `dozing` ------------------------------------------------------------------

    def _can_sleep(self, kiosk: Kiosk) -> bool:
        return (
            self._sleeps
            and not kiosk.link_check_in_flight
            and not self.disk.is_volume_full
            and self._known_offset_s == self._wall_offset_s
            and self._is_undisturbed(kiosk)
        )

    def _is_undisturbed(self, kiosk: Kiosk) -> bool:
        """A check of the link will find it as it was."""
        lasts = self.weather.is_calm if kiosk.link is Link.UP else self.weather.down
        return (
            is_idle(kiosk)
            and not self._effects_until_cut
            and not self.disk.slow_s
            and not self.is_busy
            and lasts
        )

    def _catch_up(self) -> None:
        """What the kiosk would know by now, had it been awake."""
        if not self._is_asleep:
            return
        engine = self.engine
        slept = slept_through(engine.kiosk, engine.look_at_s, self._mono_s())
        if slept.last_s == engine.kiosk.now_s:
            return
        wall_s = slept.last_s - 1.0 + self._mono_base_s + self._wall_offset_s
        engine.kiosk = replace(
            engine.kiosk,
            now_s=slept.last_s,
            wall=START + timedelta(seconds=wall_s),
            link_check_at_s=slept.link_check_at_s,
        )
        engine.look_at_s = slept.look_at_s

    def _rouse(self) -> None:
        """Something has changed around the kiosk: is the next check still one to sleep through?"""
        if self._is_asleep:
            self._catch_up()
            self._is_asleep = False
            self._plan_tick()

    def _tick(self, at_s: float, boot: int) -> None:
        if not self.on or boot != self.boots or at_s != self._tick_at_s:
            return
        if self.is_busy:
            wait_s = self._busy_until_s - self._scheduler.now_s
            self._scheduler.after(wait_s, self._tick, at_s, boot)
            return
        self._tick_at_s = NEVER
        before = self.engine.kiosk
        idle = self._every_tick and due_at_s(before) > self._mono_s() and not before.halted
        rows = len(self.disk.rows)
        self.send(e.Tick())
        if idle and self.on:
            after = self.engine.kiosk
            assert len(self.disk.rows) == rows, "a tick that was called idle made a record"
            assert after.visit == before.visit, "a tick that was called idle moved the visit"
            assert after.chores == before.chores, "a tick that was called idle did a chore"
        if self.on:
            self._run(self.engine.rest)


def _is_settled(ledger: Ledger) -> bool:
    return not (
        ledger.open_payments or ledger.open_claims or ledger.open_slips or ledger.code_book.open
    )


def _words(thing: object) -> str:
    text = str(thing)
    return text if len(text) < 160 else text[:160] + "…"
