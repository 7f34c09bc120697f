"""Commands about one site: is its file right, is the kiosk ready."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from kiosk.cli.output import (
    EXIT_FINDING,
    JsonOption,
    SiteOption,
    finish,
    leave,
    out,
    print_json,
    settings_of,
)
from kiosk.maintenance.readiness import as_json, examine
from kiosk.maintenance.verdicts import Check, Verdict
from kiosk.settings import missing_for_service

SIGNS = {Verdict.OK: "[green]ok[/]", Verdict.WARNING: "[yellow]warning[/]"}


def add_to(app: typer.Typer) -> None:
    app.command("check-settings")(check_settings)
    app.command("doctor")(doctor)


def check_settings(
    file: Annotated[Path, typer.Argument(help="The site file (TOML).", show_default=False)],
) -> None:
    """List every fault of a site file with its line; exit 2 when there is one.

    Exit 1: the file is right, but lacks something that a kiosk in service must have.

    Example: [bold]kiosk check-settings site.toml[/bold]
    """
    settings = settings_of(file)
    missing = missing_for_service(settings)
    for fault in missing:
        out.print(f"{file.name}: {fault}", markup=False)
    if missing:
        leave(EXIT_FINDING)
    devices = ", ".join(f"{role}: {each.driver.name}" for role, each in settings.devices.items())
    out.print(f"{file.name} is right ({settings.environment}; {devices})", markup=False)


def doctor(site: SiteOption = None, json: JsonOption = False) -> None:
    """Examine a kiosk: devices, platform, disk, journal, clock and fonts, one by one.

    Stop a running kiosk first, it holds the devices. Exit 1 when anything is not in order;
    each finding says what to do.

    Example: [bold]kiosk doctor --site site.toml[/bold]
    """
    from kiosk import bootstrap

    settings = settings_of(site)
    checks = examine(settings, bootstrap.open_device, bootstrap.ask_platform)
    if json:
        print_json(as_json(checks))
    else:
        _show(checks)
    finish(found=any(check.verdict is Verdict.FAILED for check in checks))


def _show(checks: tuple[Check, ...]) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("what", "verdict", "found", "what to do"):
        table.add_column(heading, overflow="fold")
    for check in checks:
        sign = SIGNS.get(check.verdict, "[red]not ok[/]")
        table.add_row(check.name, sign, check.message, check.advice)
    out.print(table)
