"""Commands that serve: the kiosk itself, its demonstration and the embedded platform."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kiosk.cli.output import BadUse, NeededSiteOption, leave, needed_site, out, print_json
from kiosk.paths import state_directory
from kiosk.settings import BadSettings, Fault, load, missing_for_service


def add_to(app: typer.Typer) -> None:
    app.command("run")(run)
    app.command("demo")(demo)
    app.command("tour")(tour)
    app.command("sandbox")(sandbox)
    app.command("openapi")(openapi)


MaintenanceOption = Annotated[
    bool, typer.Option("--maintenance-only", help="Take no money and touch no device.")
]


def run(site: NeededSiteOption = None, maintenance_only: MaintenanceOption = False) -> None:
    """Serve the public with the devices and the platform of a site file.

    Example: [bold]kiosk run --site /etc/public-payment-kiosk/site.toml[/bold]

    Unfinished payments and prints of the time before are asked about first. A bug ends the
    kiosk with exit 70; let the guardian start it again
    (python -m kiosk.guardian).
    """
    file = needed_site(site)
    settings = load(file)
    missing = missing_for_service(settings)
    if not missing and not settings.platform.base_url:
        words = "is empty: kiosk demo brings its own sandbox, kiosk sandbox starts one for run"
        missing = (Fault("platform.base_url", 0, words),)
    if missing:
        raise BadSettings(file.name, missing)
    from kiosk import bootstrap

    leave(bootstrap.run(settings, maintenance_only=maintenance_only))


def demo(
    host: Annotated[
        str,
        typer.Option(help="Address the sandbox listens on; 0.0.0.0 lets phones scan and pay."),
    ] = "127.0.0.1",
) -> None:
    """Try the whole kiosk: embedded platform, simulated devices, its screen and a dock.

    Example: [bold]kiosk demo[/bold], then put a card on the reader in the dock.

    Example: [bold]kiosk demo --host 0.0.0.0[/bold] and pay with a phone on the same network.
    """
    try:
        from kiosk.demo.show import show
    except ModuleNotFoundError as error:
        raise _no_demonstration(error) from error
    leave(show(host))


def tour(
    out_directory: Annotated[
        Path, typer.Option("--out", help="Where pictures, receipt and journal are left.")
    ] = Path("out/tour"),
) -> None:
    """Play two visits without a display, and leave pictures, receipts and journal.

    Example: [bold]kiosk tour --out out/tour[/bold]
    """
    try:
        from kiosk.demo.tour_run import run_tour
    except ModuleNotFoundError as error:
        raise _no_demonstration(error) from error
    leave(run_tour(out_directory))


def sandbox(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 0,
    directory: Annotated[
        Path | None,
        typer.Option(help="Where the platform keeps its book; else with the user's state."),
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    database: Annotated[
        str, typer.Option(help="postgresql://user@host:port/name keeps the book there instead.")
    ] = "",
) -> None:
    """Run the embedded payment platform alone, until Ctrl-C.

    Example: [bold]kiosk sandbox --port 8080[/bold], then set base_url to its address.

    Its people, bills and money are made up; nothing leaves this machine.
    """
    try:
        from kiosk.sandbox.database import StoreError
        from kiosk.sandbox.server import Addresses, serve
    except ModuleNotFoundError as error:
        raise _no_demonstration(error) from error

    def tell(addresses: Addresses) -> None:
        out.print(f"platform for the kiosk (base_url): {addresses.url}")
        out.print(f"cashier and switches (browser):    {addresses.direct_url}")

    try:
        place = directory or state_directory() / "sandbox"
        serve(port, place, host, ready=tell, database_url=database)
    except (OSError, StoreError) as error:
        raise BadUse(f"the sandbox cannot start: {error}") from error


def openapi() -> None:
    """Print the platform's interface as an OpenAPI 3.1 document (JSON).

    Example: [bold]kiosk openapi > platform.json[/bold]
    """
    from kiosk.platform_api.openapi import openapi_document

    print_json(openapi_document())


def _no_demonstration(error: ModuleNotFoundError) -> BadUse:
    """A kiosk in service is installed without it."""
    return BadUse(
        f"the demonstration is not installed ({error.name} is missing): "
        "apt install public-payment-kiosk-demo, or pip install 'public-payment-kiosk[sandbox]'"
    )
