"""One kiosk without a screen: engine, journal, devices, the link, the office."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from drivers.api import (
    CardKind,
    IdCard,
    Role,
    Surroundings,
)
from drivers.keyboard import Keyboard
from kiosk.bootstrap.platform import performer
from kiosk.domain.effects import (
    DeskEffect,
    Effect,
    PaperEffect,
    TakeBackPaper,
)
from kiosk.domain.events import Event
from kiosk.domain.kiosk import Kiosk, Rules
from kiosk.domain.record_rows import BadRecord
from kiosk.engine.clock import SystemClock
from kiosk.engine.devices import (
    AnySupervisor,
    PrinterSupervisor,
    ReaderSupervisor,
    ScannerSupervisor,
)
from kiosk.engine.diary import JournalDiary, NoDiary, Volumes
from kiosk.engine.engine import Core, Diary, Engine
from kiosk.engine.paper_work import print_paper
from kiosk.engine.platform_link import PlatformLink
from kiosk.engine.worker import Worker
from kiosk.event_ids import EventId
from kiosk.journal import keys
from kiosk.journal.errors import JournalError
from kiosk.journal.journal import Journal
from kiosk.maintenance.office import Office
from kiosk.platform_api.breaker import Breaker
from kiosk.settings.model import Settings
from kiosk.version import VERSION

if TYPE_CHECKING:  # Qt is loaded only where there is a screen, the simulation where it is used.
    from drivers.simulation import SimulatedWorld

log = structlog.get_logger(__name__)

STOP_S = 2.0

Publish = Callable[[Kiosk], None]
OpenDiary = Callable[[], Diary]


@dataclass(frozen=True, slots=True)
class Machine:
    """A running kiosk without its screen."""

    core: Core
    link: PlatformLink
    supervisors: Mapping[Role, AnySupervisor]
    office: Worker[DeskEffect]
    initial: Kiosk

    def start(self) -> None:
        self.core.start()
        self.link.start()
        self.office.start()
        for supervisor in self.supervisors.values():
            supervisor.start()

    def post(self, event: Event) -> None:
        self.core.post(event)

    def stop(self) -> None:
        """Devices first, so that nothing is printed that is not recorded."""
        for supervisor in self.supervisors.values():
            supervisor.stop(STOP_S)
        self.core.stop(STOP_S)


def build(
    settings: Settings,
    publish: Publish,
    *,
    world: Any = None,
    base_url: str = "",
    open_diary: OpenDiary | None = None,
    keyboard: Keyboard | None = None,
    maintenance_only: bool = False,
    leave: Callable[[int], None] = os._exit,
) -> Machine:
    """Wire a kiosk; nothing runs until `start`.

    `world` is the SimulatedWorld of a demonstration, `base_url` takes the place of the
    settings' platform, `keyboard` is what the screen's keys go to, and `open_diary` lets a
    test watch every commit. With `maintenance_only` no device is touched and no money taken:
    only operators are served.
    `leave` ends the process with this code when an operator wants a restart.
    Raises JournalError or OSError where key or storage cannot be used, BadSettings for an
    impossible device.
    """
    secrets = keys.for_directory(settings.storage_directory)
    rules = replace(settings.rules(secrets.digest), maintenance_only=maintenance_only)

    def make_engine() -> Engine:
        """On the core thread. A journal that is refused halts the kiosk, with a page that says so."""
        diary: Diary | None = None
        try:
            diary = open_diary() if open_diary else diary_of(settings, secrets)
            return Engine(rules, diary, SystemClock(), start_effect, publish)
        except (JournalError, BadRecord) as error:
            log.error(EventId.JOURNAL_REFUSED, reason=str(error))
            engine = Engine(
                rules,
                NoDiary(settings.storage_directory, diary),
                SystemClock(),
                start_effect,
                publish,
            )
            engine.halt(str(error))
            return engine

    core = Core(make_engine, boot_id=uuid.uuid4().hex[:12], version=VERSION)
    surroundings = Surroundings(world, keyboard)
    supervisors = {} if maintenance_only else _supervisors(settings, core.post, surroundings)
    breaker = Breaker(settings.platform.reconnect_window_s)
    link = PlatformLink(lambda: performer(settings, base_url, breaker), core.post)

    office = Worker("office", Office(settings.storage_directory, core.post, leave).serve)

    def start_effect(effect: Effect) -> None:
        if isinstance(effect, DeskEffect):
            office.put(effect)
        elif isinstance(effect, PaperEffect | TakeBackPaper):
            printer = supervisors[Role.RECEIPT_PRINTER]
            assert isinstance(printer, PrinterSupervisor)
            printer.put(effect)
        else:
            link.put(effect)

    return Machine(core, link, supervisors, office, Kiosk(rules=rules))


def journal_diary(
    directory: Path,
    secrets: keys.Keys,
    *,
    mirror: Path | None = None,
    reserve_bytes: int = 0,
    volumes: Volumes = Volumes(),  # noqa: B008
) -> Diary:
    open_journal = partial(Journal.open, directory, secrets.journal)
    return JournalDiary(partial(open_journal, mirror=mirror, reserve_bytes=reserve_bytes), volumes)


def diary_of(settings: Settings, secrets: keys.Keys) -> Diary:
    return journal_diary(
        settings.storage_directory,
        secrets,
        mirror=settings.mirror_directory,
        reserve_bytes=settings.reserve_bytes,
        volumes=Volumes(settings.volume_rows, settings.keep_years),
    )


def _supervisors(
    settings: Settings, post: Callable[[Event], None], surroundings: Surroundings
) -> Mapping[Role, AnySupervisor]:
    supervisors: dict[Role, AnySupervisor] = {}
    for role, device in settings.devices.items():
        connect = partial(device.driver.connect, device.options, surroundings)
        match role:
            case Role.RECEIPT_PRINTER:
                printing = partial(print_paper, settings)
                supervisors[role] = PrinterSupervisor(connect, printing, post)
            case Role.SCANNER:
                supervisors[role] = ScannerSupervisor(role, connect, post)
            case Role.ID_READER | Role.CARD_READER:
                supervisors[role] = ReaderSupervisor(role, connect, post)
    return supervisors


def open_device(settings: Settings, role: Role) -> Any:
    """One device of the site, for the command line. Raises KeyError where there is none.

    A simulated device lives in a world with paper in the printer and a synthetic card on
    the reader; what it prints is left as pictures in the storage directory.
    """
    device = settings.devices[role]
    world = _table_world(settings) if device.driver.simulated else None
    return device.driver.connect(device.options, Surroundings(world))


def _table_world(settings: Settings) -> SimulatedWorld:
    from drivers.simulation import SimulatedWorld  # noqa: PLC0415 not where devices are real

    world = SimulatedWorld(settings.storage_directory / "receipts")
    world.id_reader.place(
        IdCard(CardKind.RESIDENT, "张三", "330199190001010010", date(2020, 1, 1), long_term=True)
    )
    return world


def rules_of(settings: Settings) -> Rules:
    return settings.rules(keys.for_directory(settings.storage_directory).digest)
