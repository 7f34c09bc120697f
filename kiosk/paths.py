"""Where things are: what ships with the program, and what it keeps for its user."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path

PACKAGE = Path(str(files("kiosk")))
CHECKOUT = PACKAGE.parent
USUAL_SITE = Path("/etc/public-payment-kiosk/site.toml")
"""The site file of an installed kiosk: every command takes it that is given no other."""


def assets_directory() -> Path:
    """Fonts, icons, sounds and pictures."""
    return _shipped("assets")


def config_directory() -> Path:
    """Default settings, the fee catalogue and the guides."""
    return _shipped("config")


class NoHome(Exception):
    """This user has no home directory, so nothing can be kept there."""


def state_directory(
    environment: Mapping[str, str] = os.environ, home: Callable[[], Path] = Path.home
) -> Path:
    """Where a demonstration keeps its state (XDG base directories). Raises NoHome."""
    state = environment.get("XDG_STATE_HOME")
    try:
        base = Path(state) if state else home() / ".local" / "state"
    except RuntimeError as error:
        raise NoHome("this user has no home directory; set XDG_STATE_HOME or name one") from error
    return base / "public-payment-kiosk"


def make_private(directory: Path) -> None:
    """Make it and what is missing above it, its owner's alone. Raises OSError."""
    if not directory.is_dir():
        if directory.parent != directory:
            make_private(directory.parent)
        directory.mkdir(mode=0o700, exist_ok=True)


def _shipped(name: str) -> Path:
    """Inside the package when installed, beside it in a checkout."""
    for place in (PACKAGE / "_shipped" / name, CHECKOUT / name):
        if place.is_dir():
            return place
    raise FileNotFoundError(
        f"the {name} directory is missing: looked in {PACKAGE / '_shipped'} and {CHECKOUT}"
    )
