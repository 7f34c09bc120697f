"""A kiosk with its window, and serving the public with it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from drivers.api import (
    Role,
)
from drivers.discovery import is_a_screen_plugged_in
from drivers.keyboard import Keyboard
from kiosk.bootstrap.machine import Machine, build, diary_of, rules_of
from kiosk.bootstrap.platform import performer, statement_of, statement_version_of
from kiosk.domain.events import Event
from kiosk.domain.kiosk import Kiosk
from kiosk.event_ids import EventId
from kiosk.journal import keys
from kiosk.journal.errors import JournalError, JournalInUse
from kiosk.maintenance.desk_service import DeskService
from kiosk.maintenance.desk_service import Surroundings as DeskSurroundings
from kiosk.maintenance.machine import Machine as Hardware
from kiosk.maintenance.places import places as places_of
from kiosk.observability import configure_logging, install_crash_hooks
from kiosk.platform_api.signing_keys import (
    KeyUnusable,
)
from kiosk.sd_notify import notify
from kiosk.settings.fee_catalogue import shipped_catalogue
from kiosk.settings.model import Settings
from kiosk.version import VERSION

if TYPE_CHECKING:  # Qt is loaded only where there is a screen, the simulation where it is used.
    from kiosk.ui.core_bridge import CoreBridge
    from kiosk.ui.shell import Shell
    from kiosk.ui.viewmodels.maintenance_office import Places

log = structlog.get_logger(__name__)

EXIT_BAD_USE = 2
STOP_S = 2.0


def desk_of(settings: Settings, machine: Machine, base_url: str = "") -> DeskService:
    """The operator's desk of a running machine; its thread begins with `start`."""
    return DeskService(
        DeskSurroundings(
            settings,
            VERSION,
            machine.core.ask,
            partial(statement_of, settings, base_url=base_url),
            partial(statement_version_of, settings, base_url=base_url),
            Hardware(),
        )
    )


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
        diary_of(settings, keys.for_directory(settings.storage_directory)).close()
    except JournalInUse as error:
        log.error(EventId.JOURNAL_IN_USE, reason=str(error))
        return EXIT_BAD_USE
    except OSError as error:
        log.error(EventId.KIOSK_STORAGE_REFUSED, reason=str(error))
        return EXIT_BAD_USE
    except JournalError as error:
        log.error(EventId.JOURNAL_REFUSED, reason=str(error))  # The screen will say so.
    try:
        performer(settings, "")
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
        pulse = Pulse(shell.window, lambda: machine.core.beats, notify, is_a_screen_plugged_in)
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
    from kiosk.ui.viewmodels.look import Look  # noqa: PLC0415

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
        usual=Look.of(settings.kiosk.language, wanted.text_size_px, wanted.contrast),
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
