"""The composition root: the only module that names concrete classes.

`build` wires one kiosk without a screen; `run`, `demo` and `tour` put a screen and, where
wanted, a sandbox around it.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from drivers.api import PrintReport, ReceiptPrinter, Role, Surroundings
from kiosk.domain.effects import Effect, PrintReceipt
from kiosk.domain.events import Event
from kiosk.domain.kiosk import Kiosk, Rules
from kiosk.engine.clock import SystemClock
from kiosk.engine.devices import (
    AnySupervisor,
    PrinterSupervisor,
    ReaderSupervisor,
    ScannerSupervisor,
)
from kiosk.engine.diary import JournalDiary
from kiosk.engine.engine import Core, Diary, Engine
from kiosk.engine.platform_link import Perform, PlatformLink
from kiosk.journal import keys
from kiosk.journal.journal import FILE_NAME, Journal
from kiosk.platform_api.client import PlatformClient
from kiosk.platform_api.transport import Timeouts
from kiosk.receipts import compose
from kiosk.settings.model import Settings

VERSION = "0.1.0"
STOP_S = 2.0
KEY_FILE = "journal.key"

Publish = Callable[[Kiosk], None]
OpenDiary = Callable[[], Diary]


@dataclass(frozen=True, slots=True)
class Machine:
    """A running kiosk without its screen."""

    core: Core
    link: PlatformLink
    supervisors: Mapping[Role, AnySupervisor]
    initial: Kiosk

    def start(self) -> None:
        self.core.start()
        self.link.start()
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
) -> Machine:
    """Wire a kiosk; nothing runs until `start`.

    `world` is the SimulatedWorld of a demonstration, `base_url` takes the place of the
    settings' platform, and `open_diary` lets a test watch every commit. Raises JournalError
    or OSError where key or storage cannot be used, BadSettings for an impossible device.
    """
    secrets = load_keys(settings)
    rules = settings.rules(secrets.digest)
    core = Core(
        lambda: Engine(
            rules,
            open_diary() if open_diary else journal_diary(settings.storage_directory, secrets),
            SystemClock(),
            start_effect,
            publish,
        ),
        boot_id=uuid.uuid4().hex[:12],
        version=VERSION,
    )
    supervisors = _supervisors(settings, core.post, world)
    link = PlatformLink(lambda: _perform(settings, base_url), core.post)

    def start_effect(effect: Effect) -> None:
        if isinstance(effect, PrintReceipt):
            printer = supervisors[Role.RECEIPT_PRINTER]
            assert isinstance(printer, PrinterSupervisor)
            printer.put(effect)
        else:
            link.put(effect)

    return Machine(core, link, supervisors, Kiosk(rules=rules))


def load_keys(settings: Settings) -> keys.Keys:
    """The kiosk's keys, made at its first start; never made anew beside an old journal."""
    directory = settings.storage_directory
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    journal_exists = (directory / FILE_NAME).exists()
    return keys.load_or_create(directory / KEY_FILE, may_create=not journal_exists)


def journal_diary(directory: Path, secrets: keys.Keys) -> Diary:
    return JournalDiary(Journal.open(directory, secrets.journal))


def _perform(settings: Settings, base_url: str) -> Perform:
    platform = settings.platform
    certificate = (
        (platform.certificate_file, platform.certificate_key_file)
        if platform.certificate_file
        else None
    )
    client = PlatformClient(
        base_url or platform.base_url,
        settings.kiosk.id,
        Timeouts(platform.connect_timeout_s, platform.read_timeout_s, platform.total_timeout_s),
        proxy=platform.proxy or None,
        ca_file=platform.ca_file or None,
        certificate=certificate,
    )
    return client.perform


def _supervisors(
    settings: Settings, post: Callable[[Event], None], world: Any
) -> Mapping[Role, AnySupervisor]:
    supervisors: dict[Role, AnySupervisor] = {}
    for role, device in settings.devices.items():
        connect = partial(device.driver.connect, device.options, Surroundings(world))
        match role:
            case Role.RECEIPT_PRINTER:
                print_receipt = partial(_print_receipt, settings)
                supervisors[role] = PrinterSupervisor(connect, print_receipt, post)
            case Role.SCANNER:
                supervisors[role] = ScannerSupervisor(role, connect, post)
            case Role.ID_READER | Role.CARD_READER:
                supervisors[role] = ReaderSupervisor(role, connect, post)
    return supervisors


def _print_receipt(settings: Settings, printer: ReceiptPrinter, job: PrintReceipt) -> PrintReport:
    document = compose(
        job.receipt,
        job.copy_number,
        printer.columns,
        datetime.now(UTC),
        settings.kiosk.id,
        settings.kiosk.help_phone,
    )
    return printer.print(document, job_number_of(job.job_id))


def job_number_of(job_id: str) -> int:
    """The process id (0 … 9999) that the printer must echo for this job."""
    return int.from_bytes(job_id.encode()[-4:]) % 10000


def open_device(settings: Settings, role: Role, world: Any = None) -> Any:
    """One device of the site, for the command line. Raises KeyError where there is none."""
    device = settings.devices[role]
    return device.driver.connect(device.options, Surroundings(world))


def rules_of(settings: Settings) -> Rules:
    return settings.rules(load_keys(settings).digest)


def exit_on_bug() -> None:
    """A bug in any thread ends the process with code 70; the supervisor starts it again."""
    from kiosk.observability import install_crash_hooks

    install_crash_hooks()
    assert threading.excepthook is not threading.__excepthook__
