"""Pictures of every screen in every language, text size and contrast, with an index page."""

from __future__ import annotations

import argparse
import html
import itertools
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from kiosk.settings.fee_catalogue import shipped_catalogue
from kiosk.ui.core_bridge import CoreBridge
from kiosk.ui.sample_desk import SampleDesk, sample_places
from kiosk.ui.sample_maintenance import MAINTENANCE
from kiosk.ui.sample_screens import READY, SCREENS
from kiosk.ui.shell import Shell
from kiosk.ui.translations import Language
from kiosk.ui.viewmodels.look import CONTRASTS, TEXT_SIZES_PX, Look

PHONE, DISTRICT, SITE_NAME = "0571-0000 0000", "拱墅区", "湖墅街道便民服务中心"
THUMBNAIL_WIDTH = 540
NAMES = (*SCREENS, *MAINTENANCE)


def sample_shell(bridge: CoreBridge, size: tuple[int, int]) -> Shell:
    """A window with a synthetic site, and still: the same picture every time."""
    return Shell(
        bridge,
        size,
        help_phone=PHONE,
        district=DISTRICT,
        site_name=SITE_NAME,
        reduced_motion=True,
        fee_items=shipped_catalogue(),
        desk=SampleDesk(),
        places=sample_places,
    )


def show_sample(shell: Shell, bridge: CoreBridge, name: str) -> None:
    """Bring a sample screen onto the window: a resident's, or a maintenance page."""
    events = shell.app.processEvents
    shell.maintenance.go("")
    kiosk, steps = MAINTENANCE.get(name) or (SCREENS[name], ())
    bridge.publish(kiosk)
    events()
    for number, step in enumerate(steps):
        if number == 0:
            shell.maintenance.go(step)
        elif step == ".":
            shell.maintenance.actPrimary()
        elif step.startswith("="):
            for key in step[1:]:
                shell.maintenance.pressKey(key)
        else:
            shell.maintenance.act(step)
        events()


def looks() -> Iterable[Look]:
    """Every combination of language, text size and contrast."""
    for language, step, contrast in itertools.product(
        Language, range(len(TEXT_SIZES_PX)), CONTRASTS
    ):
        yield Look(language, step, contrast)


def file_name(screen: str, look: Look) -> str:
    return f"{screen}.{look.language}.{look.text_px}.{look.contrast}.png"


def paint(directory: Path, size: tuple[int, int], screens: Sequence[str], *, full: bool) -> int:
    """Write one picture per screen and look; returns how many."""
    directory.mkdir(parents=True, exist_ok=True)
    bridge = CoreBridge(lambda _event: None, READY)
    shell = sample_shell(bridge, size)
    count = 0
    for name in screens:
        bridge.publish(READY)
        shell.app.processEvents()
        show_sample(shell, bridge, name)
        for look in looks():
            shell.look.wear(look)
            shell.app.processEvents()
            image = shell.grab()
            if not full:
                image = image.scaledToWidth(THUMBNAIL_WIDTH)
            image.save(str(directory / file_name(name, look)))
            count += 1
    shell.close()
    return count


def index(screens: Sequence[str]) -> str:
    """One table per screen: looks across, so that differences catch the eye."""
    parts = [
        "<!doctype html><meta charset=utf-8><title>kiosk screens</title>",
        "<style>body{font:16px sans-serif;background:#ddd}img{width:270px;margin:4px}</style>",
    ]
    for name in screens:
        parts.append(f"<h2 id='{html.escape(name)}'>{html.escape(name)}</h2>")
        for look in looks():
            file = html.escape(file_name(name, look))
            parts.append(f"<a href='{file}'><img loading=lazy src='{file}' title='{file}'></a>")
    return "\n".join(parts)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out/gallery"))
    parser.add_argument("--size", default="1080x1920", help="WIDTHxHEIGHT of the screen, in px")
    parser.add_argument("--full", action="store_true", help="pictures in full size")
    parser.add_argument("screens", nargs="*", help=f"of {', '.join(NAMES)}; all without any")
    options = parser.parse_args(arguments)
    if unknown := set(options.screens) - set(NAMES):
        parser.error(f"no such screen: {', '.join(sorted(unknown))}")
    width, height = (int(part) for part in options.size.split("x"))
    screens = options.screens or list(NAMES)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    count = paint(options.out, (width, height), screens, full=options.full)
    (options.out / "index.html").write_text(index(screens), "utf-8")
    print(f"{count} pictures in {options.out}/index.html")  # noqa: T201
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
