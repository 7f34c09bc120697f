"""Commands that try one device."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kiosk import event_catalogue
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
from kiosk.maintenance import devices

app = typer.Typer(
    no_args_is_help=True,
    help="Try one device: read a card, scan a code, print a sample, or ask how they are.",
)

TimeoutOption = Annotated[
    float, typer.Option("--timeout", min=0, max=3600, help="Seconds to wait for a person.")
]
PatienceOption = Annotated[
    float, typer.Option("--timeout", min=0, max=3600, help="Seconds to wait for the device.")
]


@app.command("read-card")
def read_card(
    site: SiteOption = None, json: JsonOption = False, timeout: TimeoutOption = 30.0
) -> None:
    """Wait for a card and print what it says; nothing of it is kept.

    Example: [bold]kiosk device read-card --site site.toml --json[/bold]
    """
    from kiosk import bootstrap

    settings = settings_of(site)
    if not json:
        out.print("Put a card on the reader …")
    _tell(devices.read_card(settings, bootstrap.open_device, timeout), json=json)


@app.command("scan")
def scan(site: SiteOption = None, json: JsonOption = False, timeout: TimeoutOption = 30.0) -> None:
    """Wait for a scanned code and print its text and what the kiosk takes it for.

    Example: [bold]kiosk device scan --site site.toml[/bold]
    """
    from kiosk import bootstrap

    settings = settings_of(site)
    if not json:
        out.print("Hold a code before the scanner …")
    _tell(devices.scan(settings, bootstrap.open_device, timeout), json=json)


PreviewOption = Annotated[
    Path | None,
    typer.Option("--preview", metavar="FILE.png", help="Draw it into a picture instead."),
]


@app.command("print-sample")
def print_sample(
    site: SiteOption = None,
    json: JsonOption = False,
    timeout: PatienceOption = 0.0,
    preview: PreviewOption = None,
) -> None:
    """Print and cut a sample; exit 0 only when the printer has proven it.

    Example: [bold]kiosk device print-sample --site site.toml[/bold]
    """
    from kiosk import bootstrap

    if preview is not None:
        try:
            drawn = devices.preview_sample(settings_of(site), preview)
        except OSError as error:
            _tell({"error": "no_file", "message": f"{preview}: {error.strerror}"}, json=json)
            return
        _tell(drawn, json=json)
        return
    answer = devices.print_sample(settings_of(site), bootstrap.open_device, timeout)
    _tell(answer, json=json, failed=answer["state"] != "printed")


@app.command("status")
def status(
    site: SiteOption = None, json: JsonOption = False, timeout: PatienceOption = 0.0
) -> None:
    """Open every device of the site and say how it is; exit 1 when one is not ready.

    Example: [bold]kiosk device status --site site.toml[/bold]
    """
    from kiosk import bootstrap

    answers = devices.status(settings_of(site), bootstrap.open_device, timeout)
    if json:
        print_json(answers)
    else:
        for role, answer in answers.items():
            said = f"{role}: {answer['state']} ({answer['driver']}) {answer['message']}"
            out.print(said.rstrip(), markup=False)
            for each in event_catalogue.describe("device", answer["reason"]):
                if answer["state"] != "untried":
                    out.print(f"    {each.zh}：{each.advice('zh')}", markup=False)
                    out.print(f"    {each.en}: {each.advice('en')}", markup=False)
    finish(found=not devices.all_well(answers))


def _tell(answer: devices.Answer, *, json: bool, failed: bool = False) -> None:
    if json:
        print_json(answer)
    else:
        for name, value in answer.items():
            out.print(f"{name}: {'-' if value is None else value}", markup=False)
    if failed or "error" in answer:
        leave(EXIT_FINDING)
