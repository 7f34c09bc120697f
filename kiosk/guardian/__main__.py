"""`python -m kiosk.guardian --site FILE`: guard `kiosk run --site FILE`."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication

from kiosk.guardian.guardian import TICK_MS, Guardian, forget
from kiosk.guardian.policy import Limits
from kiosk.guardian.screen import ProtectiveScreen, load_fonts
from kiosk.guardian.words import Situation, site_of, words
from kiosk.paths import assets_directory

EXIT_UNSEEN = 1  # systemd starts the guardian again, and the screen with it
USUAL_STATE = Path("/var/lib/public-payment-kiosk")


def main(arguments: list[str]) -> int:
    chosen = _options().parse_args(arguments)
    site = site_of(chosen.site)
    state = chosen.state or site.storage or USUAL_STATE
    if chosen.forget:
        forget(state)
        return 0
    command = chosen.command or _kiosk(chosen.site)
    app = QGuiApplication(sys.argv[:1])
    app.setQuitOnLastWindowClosed(False)
    load_fonts(assets_directory())
    screen = ProtectiveScreen(*words(Situation.STARTING, site.help_phone))
    screen.show_below()

    def say(situation: Situation) -> None:
        screen.say(*words(situation, site.help_phone))

    limits = Limits(silent_s=chosen.silent, unseen_s=chosen.unseen, retry_s=tuple(chosen.retry))
    guardian = Guardian(command, state, limits, say, lambda: app.exit(EXIT_UNSEEN))
    timer = QTimer()
    timer.timeout.connect(guardian.tick)
    timer.start(TICK_MS)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: app.quit())  # seen at the next tick
    code = app.exec()
    guardian.stop()
    return code


def _kiosk(site: Path) -> list[str]:
    """As isolated from the environment as the guardian itself."""
    isolated = ["-I"] if sys.flags.isolated else []
    return [sys.executable, *isolated, "-m", "kiosk", "run", "--site", str(site)]


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(prog="kiosk-guardian", description=__doc__)
    options.add_argument("--site", type=Path, required=True, help="The site file (TOML).")
    options.add_argument("--state", type=Path, help="Where failed starts are counted.")
    options.add_argument(
        "--silent", type=float, default=Limits().silent_s, help="Seconds without a sign of life."
    )
    options.add_argument(
        "--unseen", type=float, default=Limits().unseen_s,
        help="Seconds on a screen that shows nothing.",
    )  # fmt: skip
    options.add_argument(
        "--retry", type=float, nargs="+", default=Limits().retry_s, metavar="S",
        help="Seconds before the next start, after no, one, two … failed ones.",
    )  # fmt: skip
    options.add_argument(
        "--forget", action="store_true", help="Count failed starts anew, and leave."
    )
    options.add_argument("command", nargs="*", help="After --: instead of kiosk run.")
    return options


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
