"""`kiosk demo`: the kiosk's window and the dock's over an embedded platform."""

from __future__ import annotations

import socket
from pathlib import Path

from PySide6.QtGui import QWindow
from rich.console import Console

from drivers.simulation import SimulatedWorld
from kiosk import bootstrap, paths
from kiosk.demo.dock_actions import DemoActions
from kiosk.demo.sandbox_process import SandboxFailed, SandboxProcess
from kiosk.demo.settings import demo_settings
from kiosk.observability import configure_logging, install_crash_hooks
from kiosk.ui.application import NoDisplay, application, require_display
from kiosk.ui.dock.contract import DockFacts
from kiosk.ui.dock.window import Dock

CASHIER_PORT = 8766  # fixed where a phone must reach it, so that a firewall can let it through
STOP_S = 2.0
GAP_PX = 16
EXIT_BAD_USE = 2
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def show(host: str) -> int:
    """Run until the kiosk's window is closed; the exit code.

    `host` other than loopback lets phones of the same network pay: the QR code then says
    this machine's own address (or `host` itself where that is an address of it).
    """
    console = Console()
    try:
        require_display()
    except NoDisplay as error:
        console.print(f"The window cannot be opened: {error}")
        console.print("Without a display, kiosk tour plays the demonstration by itself.")
        return EXIT_BAD_USE
    place = state_directory()
    settings = demo_settings(place)
    configure_logging(place / "log")
    install_crash_hooks()
    world = SimulatedWorld(place / "receipts")
    try:
        sandbox = _sandbox(place, host)
    except SandboxFailed as failed:
        console.print(f"The demonstration cannot start: {failed}")
        return EXIT_BAD_USE
    app = application()
    with (
        sandbox,
        bootstrap.screen(sandbox.signed(settings), world=world, base_url=sandbox.url) as parts,
    ):
        shell, bridge, machine = parts
        docks: list[Dock] = []

        def publish(facts: DockFacts) -> None:
            for dock in docks:
                dock.publish(facts)

        actions = DemoActions(world, sandbox, publish)
        docks.append(Dock(actions, actions.facts))
        _side_by_side(shell.window, docks[0].window)
        bridge.kiosk_changed.connect(actions.see)
        shell.window.closing.connect(app.quit)
        actions.start()
        machine.start()
        console.print(f"cashier and control pages: {sandbox.direct_url}")
        code = app.exec()
        actions.stop(STOP_S)
        docks[0].close()
        return code


def _side_by_side(kiosk: QWindow, dock: QWindow) -> None:
    """The kiosk to the left, the dock beside it; a Wayland desktop decides by itself."""
    room = kiosk.screen().availableGeometry()
    kiosk.setPosition(room.left(), room.top())
    dock.setPosition(min(kiosk.width() + GAP_PX, room.right() - dock.width()), room.top())


def state_directory() -> Path:
    """Where the demonstration keeps its book, journal and receipts between two runs.

    Raises NoHome.
    """
    return paths.state_directory() / "demo"


def _sandbox(place: Path, host: str) -> SandboxProcess:
    if host in LOOPBACK:
        return SandboxProcess(place / "sandbox")
    address = own_address() if host in ("0.0.0.0", "::") else host  # noqa: S104 asked for
    return SandboxProcess(
        place / "sandbox",
        host=host,
        public_base_url=f"http://{address}:{CASHIER_PORT}",
        direct_port=CASHIER_PORT,
    )


def own_address() -> str:
    """This machine's address in its network; no packet is sent to find it out."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # TEST-NET-1: routed, never there
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])
