"""Commands about the kiosk's diary, for a kiosk that is not running."""

from __future__ import annotations

import sys
from collections import deque
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from kiosk import event_catalogue
from kiosk.cli.output import (
    BadUse,
    JsonOption,
    NeededSiteOption,
    SiteOption,
    finish,
    needed_settings,
    not_written,
    out,
    print_json,
    settings_of,
)
from kiosk.event_ids import EventId
from kiosk.journal import export, keys
from kiosk.journal.connection import FILE_NAME
from kiosk.journal.findings import Report
from kiosk.journal.mirror import MIRROR_NAME, has_mirror
from kiosk.journal.reader import Reader
from kiosk.journal.rebuild import rebuild
from kiosk.journal.verify import verify
from kiosk.maintenance.new_file import new_text_file

app = typer.Typer(
    no_args_is_help=True,
    help="Show, verify or export the kiosk's diary. Stop the kiosk first: only one process "
    "may hold it.",
)


class Format(StrEnum):
    JSON_LINES = "jsonl"
    CSV = "csv"


@app.command("show")
def show(
    site: SiteOption = None,
    last: Annotated[int, typer.Option(min=1, max=1_000_000, help="How many rows.")] = 50,
) -> None:
    """Show the newest rows, one a line, in the order they were written.

    Example: [bold]kiosk journal show --site site.toml --last 20[/bold]
    """
    with Reader(settings_of(site).storage_directory) as reader:
        for row in deque(reader.rows(), maxlen=last):
            out.print(export.line_of(row), markup=False)


@app.command("verify")
def verify_command(site: SiteOption = None, json: JsonOption = False) -> None:
    """Check every row against chain, key and mirror; exit 1 when anything is damaged.

    Example: [bold]kiosk journal verify --site site.toml[/bold]
    """
    settings = settings_of(site)
    directory = settings.storage_directory
    if not (directory / FILE_NAME).exists():
        raise BadUse(f"there is no journal in {directory}")
    key = keys.for_directory(directory).journal
    report = verify(directory, key, mirror=settings.mirror_directory)
    if json:
        print_json(_as_json(report))
    else:
        for finding in report.findings:
            word = "damage" if finding.is_damage else "note"
            out.print(f"{word}: {finding.kind}: {finding.message}", markup=False)
        for kind in dict.fromkeys(finding.kind for finding in report.findings):
            known = event_catalogue.entry(EventId(f"journal.{kind}"))
            out.print(f"{known.zh}。{known.advice('zh')}。 {known.advice('en')}", markup=False)
        verdict = "sound" if report.is_sound else "damaged"
        out.print(f"{report.rows} rows; the journal is {verdict}")
    finish(found=not report.is_sound)


@app.command("export")
def export_command(
    site: SiteOption = None,
    format: Annotated[Format, typer.Option("--format", help="JSON lines or CSV.")] = (
        Format.JSON_LINES
    ),
    to: Annotated[Path | None, typer.Option(help="A new file; left out: standard output.")] = None,
) -> None:
    """Write every row, unchecked, for other programs; verify the journal before.

    Example: [bold]kiosk journal export --site site.toml --format csv --to journal.csv[/bold]
    """
    write = export.export_csv if format is Format.CSV else export.export_json_lines
    with Reader(settings_of(site).storage_directory) as reader:
        if to is None:
            write(reader.rows(), sys.stdout)
            return
        try:
            with new_text_file(to) as file:
                count = write(reader.rows(), file)
        except OSError as error:
            raise not_written(to, error, "--to") from error
    out.print(f"{count} rows written to {to}", markup=False)


@app.command("rebuild")
def rebuild_command(site: NeededSiteOption = None) -> None:
    """Make a damaged journal anew from its mirror; the damaged files are put aside.

    Example: [bold]kiosk journal rebuild --site site.toml[/bold]
    """
    settings = needed_settings(site)
    if settings.mirror_directory is None:
        raise BadUse("the site file names no mirror_directory: there is nothing to rebuild from")
    if not has_mirror(settings.mirror_directory):
        raise BadUse(f"there is no {MIRROR_NAME} in {settings.mirror_directory}")
    directory = settings.storage_directory
    if not (directory / keys.KEY_NAME).exists():
        raise BadUse(f"{directory / keys.KEY_NAME} is missing: put the journal's key file back")
    key = keys.for_directory(directory).journal
    rebuilt = rebuild(directory, settings.mirror_directory, key)
    out.print(
        f"{rebuilt.rows} rows are back, {rebuilt.salvaged_rows} of them from the damaged "
        f"journal, which now lies in {rebuilt.put_aside}",
        markup=False,
    )
    if rebuilt.lost_rows:
        out.print(
            f"{rebuilt.lost_rows} rows that were committed after them are lost: compare the day "
            "with the platform's statement (kiosk reconcile)"
        )
    finish(found=rebuilt.lost_rows > 0)


def _as_json(report: Report) -> dict[str, object]:
    return {
        "sound": report.is_sound,
        "rows": report.rows,
        "findings": [
            {"kind": each.kind, "row": each.seq, "message": each.message}
            for each in report.findings
        ],
    }
