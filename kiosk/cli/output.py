"""What commands say, and the codes they end with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console

from kiosk.paths import USUAL_SITE
from kiosk.settings import Settings, load

EXIT_FINDING = 1
EXIT_BAD_USE = 2
EXIT_BUG = 70
EXIT_INTERRUPTED = 130

out = Console(soft_wrap=True, highlight=False)
err = Console(stderr=True, soft_wrap=True, highlight=False)

SiteOption = Annotated[
    Path | None,
    typer.Option(
        "--site",
        help=f"The site file (TOML); without it {USUAL_SITE}, or where that is not there the "
        "shipped demo settings.",
    ),
]
NeededSiteOption = Annotated[
    Path | None, typer.Option("--site", help=f"The site file (TOML); without it {USUAL_SITE}.")
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON object instead of text for people.")
]


class BadUse(Exception):
    """What was asked for cannot be done as asked; exit 2."""


def not_written(path: Path, error: OSError, option: str) -> BadUse:
    """Why a file could not be written, and which option names another place."""
    if isinstance(error, FileExistsError):
        return BadUse(f"{path} exists already: name a new file")
    why = f"{path} cannot be written: {error.strerror}"
    return BadUse(f"{why}; name another place with {option}")


def site_or_usual(given: Path | None, usual: Path = USUAL_SITE) -> Path | None:
    """The given site file, else the installed kiosk's; None where neither is."""
    return given or (usual if usual.exists() else None)


def needed_site(given: Path | None, usual: Path = USUAL_SITE) -> Path:
    """As `site_or_usual`, for what no demonstration can do; raises BadUse."""
    site = site_or_usual(given, usual)
    if site is None:
        raise BadUse(f"there is no {usual}: name the site file, or let kiosk setup write it")
    return site


def settings_of(site: Path | None) -> Settings:
    """The settings of a site file; raises BadSettings, which ends the command with exit 2."""
    return load(site_or_usual(site))


def needed_settings(site: Path | None) -> Settings:
    """As `settings_of`, but never the demonstration's; raises BadUse, too."""
    return load(needed_site(site))


def print_json(values: Mapping[str, Any]) -> None:
    print(json.dumps(values, ensure_ascii=False))


def finish(*, found: bool) -> None:
    """End the command with exit 1 when something was found."""
    if found:
        leave(EXIT_FINDING)


def leave(code: int) -> NoReturn:
    raise typer.Exit(code)
