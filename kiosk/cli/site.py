"""Commands about one site: is its file right, is the kiosk ready."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from kiosk.cli.output import (
    EXIT_FINDING,
    BadUse,
    JsonOption,
    NeededSiteOption,
    SiteOption,
    finish,
    leave,
    needed_settings,
    needed_site,
    out,
    print_json,
    settings_of,
    site_or_usual,
)
from kiosk.maintenance.readiness import as_json, examine
from kiosk.maintenance.verdicts import Check, Verdict
from kiosk.paths import USUAL_SITE
from kiosk.settings import load, missing_for_service

DEMONSTRATION = f"the shipped demo settings; there is no {USUAL_SITE} (kiosk setup writes it)"
SIGNS = {Verdict.OK: "[green]ok[/]", Verdict.WARNING: "[yellow]warning[/]"}


def add_to(app: typer.Typer) -> None:
    app.command("check-settings")(check_settings)
    app.command("doctor")(doctor)
    app.command("renew-certificate")(renew_certificate)


def check_settings(
    file: Annotated[
        Path | None, typer.Argument(help=f"The site file (TOML); without it {USUAL_SITE}.")
    ] = None,
) -> None:
    """List every fault of a site file with its line; exit 2 when there is one.

    Exit 1: the file is right, but lacks something that a kiosk in service must have.

    Example: [bold]kiosk check-settings site.toml[/bold]
    """
    site = needed_site(file)
    settings = load(site)
    missing = missing_for_service(settings)
    for fault in missing:
        out.print(f"{site.name}: {fault}", markup=False)
    if missing:
        leave(EXIT_FINDING)
    devices = ", ".join(f"{role}: {each.driver.name}" for role, each in settings.devices.items())
    out.print(f"{site.name} is right ({settings.environment}; {devices})", markup=False)


def doctor(site: SiteOption = None, json: JsonOption = False) -> None:
    """Examine a kiosk: devices, platform, disk, journal, clock and fonts, one by one.

    Stop a running kiosk first, it holds the devices. Exit 1 when anything is not
    in order; each finding says what to do. At the end stands what is plugged in,
    by the names that a site file takes.

    Example: [bold]kiosk doctor --site site.toml[/bold]
    """
    from drivers.discovery import everything
    from kiosk import bootstrap

    settings = settings_of(site)
    checks = examine(settings, bootstrap.open_device, bootstrap.ask_platform)
    if json:
        print_json(as_json(checks) | {"plugged_in": [asdict(each) for each in everything()]})
    else:
        out.print(f"examined: {site_or_usual(site) or DEMONSTRATION}", markup=False)
        _show(checks)
        for each in everything():
            out.print(f"plugged in: {each.kind} {each.place} {each.words}".rstrip(), markup=False)
    finish(found=any(check.verdict is Verdict.FAILED for check in checks))


def renew_certificate(
    site: NeededSiteOption = None,
    now: Annotated[bool, typer.Option("--now", help="Also before two thirds of its life.")] = False,
) -> None:
    """Renew the kiosk's certificate, once two thirds of its life are over; for a daily timer.

    A running kiosk signs in with it from its next connection on. Exit 1 where the platform
    gave none; the next call asks again with the same key.

    Example: [bold]kiosk renew-certificate --site site.toml[/bold]
    """
    from kiosk import bootstrap
    from kiosk.platform_api.signing_keys import KeyUnusable
    from kiosk.platform_api.tls import CertificateUnusable, Life

    moment = datetime.now(UTC)
    try:
        renewal = bootstrap.renewal_of(needed_settings(site))
        if renewal is None:
            raise BadUse("platform.certificate_file names no certificate to renew")
        life = renewal.life
        if not now and not life.is_due(moment):
            out.print(f"not due before {life.renew_at:%Y-%m-%d}; good until {life.until:%Y-%m-%d}")
            return
        renewed = renewal.renew(moment)
    except (CertificateUnusable, KeyUnusable, OSError) as error:
        raise BadUse(f"the certificate cannot be renewed: {error}") from error
    if not isinstance(renewed, Life):
        out.print(f"not renewed: {renewed}", markup=False)
        finish(found=True)
        return
    out.print(f"renewed: good until {renewed.until:%Y-%m-%d}")


def _show(checks: tuple[Check, ...]) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("what", "verdict", "found", "what to do"):
        table.add_column(heading, overflow="fold")
    for check in checks:
        sign = SIGNS.get(check.verdict, "[red]not ok[/]")
        table.add_row(check.name, sign, check.message, check.advice)
    out.print(table)
