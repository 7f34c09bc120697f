"""The composition root: the only module that names concrete classes.

`build` wires one kiosk without a screen, `screen` puts a window around it, `run` serves the
public with it. The demonstration is composed on top of these, in `kiosk.demo`.
"""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
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
from kiosk.domain.effects import (
    DeskEffect,
    Effect,
    PaperEffect,
    TakeBackPaper,
)
from kiosk.domain.events import Event
from kiosk.domain.kiosk import Kiosk, Rules
from kiosk.domain.platform import (
    FetchNotices,
    FetchOpenCodes,
    NotSent,
    Outcome,
    PlatformCall,
    ReadReserve,
    RenewCertificate,
    ReportOpenCodes,
    SendHeartbeat,
)
from kiosk.domain.records import BadRecord
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
from kiosk.engine.platform_link import Perform, PlatformLink
from kiosk.engine.worker import Worker
from kiosk.event_ids import EventId
from kiosk.journal import keys
from kiosk.journal.errors import JournalError, JournalInUse
from kiosk.journal.journal import Journal
from kiosk.maintenance.desk_service import DeskService
from kiosk.maintenance.desk_service import Surroundings as DeskSurroundings
from kiosk.maintenance.machine import Machine as Hardware
from kiosk.maintenance.office import Office
from kiosk.maintenance.places import places as places_of
from kiosk.maintenance.statements import fetch
from kiosk.maintenance.trouble import DeskTrouble
from kiosk.observability import configure_logging, install_crash_hooks
from kiosk.platform_api.breaker import Breaker
from kiosk.platform_api.client import PlatformClient
from kiosk.platform_api.cnnontax import Dialect
from kiosk.platform_api.cnnontax_client import CnnontaxClient
from kiosk.platform_api.open_code_reserve import OpenCodeReserve
from kiosk.platform_api.renewal import PlainDisk, Renewal, files_in_use
from kiosk.platform_api.signing import KioskKeys
from kiosk.platform_api.signing_keys import (
    Algorithm,
    KeyUnusable,
    secret_file,
    signing_key_file,
    verifying_key_file,
)
from kiosk.platform_api.transport import Timeouts
from kiosk.platform_api.upkeep import Upkeep
from kiosk.reconcile import Statement
from kiosk.sd_notify import notify
from kiosk.settings.fee_catalogue import shipped_catalogue
from kiosk.settings.model import Settings

if TYPE_CHECKING:  # Qt is loaded only where there is a screen, the simulation where it is used.
    from drivers.simulation import SimulatedWorld
    from kiosk.ui.core_bridge import CoreBridge
    from kiosk.ui.shell import Shell
    from kiosk.ui.viewmodels.maintenance_office import Places

log = structlog.get_logger(__name__)

VERSION = "0.1.0"
EXIT_BAD_USE = 2
STOP_S = 2.0
RESERVE_FILE = "open-codes"

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
        try:
            diary = open_diary() if open_diary else _diary_of(settings, secrets)
            return Engine(rules, diary, SystemClock(), start_effect, publish)
        except (JournalError, BadRecord) as error:
            log.error(EventId.JOURNAL_REFUSED, reason=str(error))
            engine = Engine(rules, NoDiary(), SystemClock(), start_effect, publish)
            engine.halt(str(error))
            return engine

    core = Core(make_engine, boot_id=uuid.uuid4().hex[:12], version=VERSION)
    surroundings = Surroundings(world, keyboard)
    supervisors = {} if maintenance_only else _supervisors(settings, core.post, surroundings)
    breaker = Breaker(settings.platform.reconnect_window_s)
    link = PlatformLink(lambda: _perform(settings, base_url, breaker), core.post)

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


def _diary_of(settings: Settings, secrets: keys.Keys) -> Diary:
    return journal_diary(
        settings.storage_directory,
        secrets,
        mirror=settings.mirror_directory,
        reserve_bytes=settings.reserve_bytes,
        volumes=Volumes(settings.volume_rows, settings.keep_years),
    )


def client_of(settings: Settings, base_url: str, breaker: Breaker | None = None) -> PlatformClient:
    """Raises KeyUnusable or OSError for a key or certificate file."""
    platform = settings.platform
    certificate = None
    if platform.certificate_file:
        configured = (platform.certificate_file, platform.certificate_key_file)
        certificate = partial(files_in_use, configured, settings.storage_directory)
    return PlatformClient(
        base_url or platform.base_url,
        settings.kiosk.id,
        Timeouts(platform.connect_timeout_s, platform.read_timeout_s, platform.total_timeout_s),
        proxy=platform.proxy or None,
        ca_file=platform.ca_file or None,
        certificate=certificate,
        crl_file=platform.crl_file or None,
        keys=platform_keys(settings),
        breaker=breaker,
    )


def renewal_of(settings: Settings) -> Renewal | None:
    """Of the kiosk's certificate; None where the site has none. Raises KeyUnusable, OSError."""
    return (
        _renewal(settings, client_of(settings, "")) if settings.platform.certificate_file else None
    )


def _renewal(settings: Settings, client: PlatformClient) -> Renewal | None:
    platform = settings.platform
    if not platform.certificate_file:
        return None
    return Renewal(
        settings.storage_directory,
        settings.kiosk.id,
        (platform.certificate_file, platform.certificate_key_file),
        client.ask,
        PlainDisk(),
    )


def _perform(settings: Settings, base_url: str, breaker: Breaker | None = None) -> Perform:
    if settings.platform.adapter == "cnnontax" and not base_url:
        return cnnontax_client(settings).perform
    client = client_of(settings, base_url, breaker)
    keys_in_use = platform_keys(settings)
    reserve = OpenCodeReserve(
        settings.storage_directory / RESERVE_FILE,
        lambda: keys.for_directory(settings.storage_directory).reserve,
        settings.kiosk.id,
        keys_in_use.platform if keys_in_use else None,
        client.ask,
    )

    now = partial(datetime.now, UTC)
    renewal = _renewal(settings, client)
    upkeep = Upkeep(settings.kiosk.id, VERSION, client.ask, renewal, now)

    def perform(call: PlatformCall) -> Outcome:
        if isinstance(call, ReadReserve | FetchOpenCodes | ReportOpenCodes):
            return reserve.perform(call)
        if isinstance(call, SendHeartbeat | FetchNotices | RenewCertificate):
            return upkeep.perform(call)
        return client.perform(call)

    return perform


def cnnontax_client(settings: Settings) -> CnnontaxClient:
    """The treasury's frames. Raises KeyUnusable for a token that cannot be used."""
    platform, site = settings.platform, settings.platform.cnnontax
    dialect = Dialect(
        token=secret_file(Path(site.token_file)),
        **site.model_dump(exclude={"host", "port", "token_file"}),
    )
    timeouts = Timeouts(
        platform.connect_timeout_s, platform.read_timeout_s, platform.total_timeout_s
    )
    return CnnontaxClient((site.host, site.port), dialect, timeouts)


def platform_keys(settings: Settings) -> KioskKeys | None:
    """What this kiosk signs with and whom it believes. Raises KeyUnusable."""
    platform = settings.platform
    if not platform.signing_key_file:
        return None
    algorithm = Algorithm(platform.signature_algorithm)
    return KioskKeys(
        signing_key_file(Path(platform.signing_key_file), algorithm),
        verifying_key_file(Path(platform.platform_key_file), algorithm),
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


def ask_platform(settings: Settings, call: PlatformCall) -> Outcome:
    """One call of the site's platform, for the command line."""
    try:
        return _perform(settings, "")(call)
    except (KeyUnusable, OSError) as error:  # a key or certificate file; nothing was sent
        return NotSent(str(error))


def statement_of(settings: Settings, day: date, base_url: str = "") -> Statement:
    """The platform's statement of a day. Raises DeskTrouble (statement_not_had)."""
    if not (base_url or settings.platform.base_url):
        raise DeskTrouble("statement_not_had", "the site file names no platform (base_url)")
    try:
        client = client_of(settings, base_url)
    except (KeyUnusable, OSError) as error:
        raise DeskTrouble("statement_not_had", str(error)) from error
    try:
        return fetch(client.ask, settings.kiosk.id, day)
    finally:
        client.close()


def desk_of(settings: Settings, machine: Machine, base_url: str = "") -> DeskService:
    """The operator's desk of a running machine; its thread begins with `start`."""
    return DeskService(
        DeskSurroundings(
            settings,
            VERSION,
            machine.core.ask,
            partial(statement_of, settings, base_url=base_url),
            Hardware(),
        )
    )


# --- with a screen ------------------------------------------------------------------------------


def run(settings: Settings, *, maintenance_only: bool = False) -> int:
    """Serve the public until the window is closed; the exit code.

    Who guards the process (kiosk.guardian, systemd) hears from it while frames and engine move.
    """
    from kiosk.ui.application import (  # noqa: PLC0415 Qt only where there is a screen
        NoDisplay,
        application,
        require_display,
    )
    from kiosk.ui.pulse import Pulse  # noqa: PLC0415

    try:
        configure_logging(settings.storage_directory / "log")
    except OSError as error:
        sys.stderr.write(f"The storage directory cannot be used: {error}\n")
        return EXIT_BAD_USE
    install_crash_hooks()
    try:
        _diary_of(settings, keys.for_directory(settings.storage_directory)).close()
    except JournalInUse as error:
        log.error(EventId.JOURNAL_IN_USE, reason=str(error))
        return EXIT_BAD_USE
    except OSError as error:
        log.error(EventId.KIOSK_STORAGE_REFUSED, reason=str(error))
        return EXIT_BAD_USE
    except JournalError as error:
        log.error(EventId.JOURNAL_REFUSED, reason=str(error))  # The screen will say so.
    try:
        _perform(settings, "")
    except (KeyUnusable, OSError) as error:
        log.error(EventId.PLATFORM_CREDENTIALS_REFUSED, reason=str(error))
        return EXIT_BAD_USE
    try:
        require_display()
    except NoDisplay as error:
        sys.stderr.write(f"The kiosk's window cannot be opened: {error}\n")
        return EXIT_BAD_USE
    app = application()
    with screen(settings, maintenance_only=maintenance_only) as (shell, _, machine):
        pulse = Pulse(shell.window, lambda: machine.core.beats, notify)
        machine.start()
        pulse.start()
        return app.exec()


@contextmanager
def screen(
    settings: Settings,
    *,
    world: Any = None,
    base_url: str = "",
    size: tuple[int, int] | None = None,
    maintenance_only: bool = False,
    places: Places | None = None,
) -> Iterator[tuple[Shell, CoreBridge, Machine]]:
    """A window over a machine that is not started yet; both end with the block.

    `places` says where operators may write files; sticks and a folder of ours without it.
    """
    from kiosk.ui.core_bridge import CoreBridge  # noqa: PLC0415 Qt only where there is a screen
    from kiosk.ui.shell import Shell  # noqa: PLC0415

    late: list[Machine] = []  # The bridge needs the machine, the machine the bridge.

    def post(event: Event) -> None:
        late[0].post(event)

    bridge = CoreBridge(post, Kiosk(rules=rules_of(settings)))
    keyboard = Keyboard()
    machine = build(
        settings,
        bridge.publish,
        world=world,
        base_url=base_url,
        keyboard=keyboard,
        maintenance_only=maintenance_only,
    )
    late.append(machine)
    desk = desk_of(settings, machine, base_url)
    desk.start()
    wanted = settings.screen
    shell = Shell(
        bridge,
        size or (wanted.width_px, wanted.height_px),
        settings.kiosk.name,
        settings.kiosk.help_phone,
        settings.kiosk.name,
        settings.kiosk.district,
        full_screen=wanted.full_screen,
        language=settings.kiosk.language,
        fee_items=shipped_catalogue(),
        press=keyboard.press if _has_typing_scanner(settings) else None,
        desk=desk,
        places=places or partial(places_of, settings.storage_directory),
    )
    try:
        yield shell, bridge, machine
    finally:
        desk.stop(STOP_S)
        machine.stop()
        shell.close()


def _has_typing_scanner(settings: Settings) -> bool:
    scanner = settings.devices.get(Role.SCANNER)
    return scanner is not None and scanner.driver.types
