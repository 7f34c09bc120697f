"""Where the files that ship with the program are, in a checkout and in an installed wheel."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

PACKAGE = Path(str(files("kiosk")))
CHECKOUT = PACKAGE.parent


def assets_directory() -> Path:
    """Fonts, icons, sounds and pictures."""
    return _shipped("assets")


def config_directory() -> Path:
    """Default settings, the fee catalogue and the guides."""
    return _shipped("config")


def _shipped(name: str) -> Path:
    """Inside the package when installed, beside it in a checkout."""
    for place in (PACKAGE / "_shipped" / name, CHECKOUT / name):
        if place.is_dir():
            return place
    raise FileNotFoundError(
        f"the {name} directory is missing: looked in {PACKAGE / '_shipped'} and {CHECKOUT}"
    )
