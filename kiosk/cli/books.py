"""Commands about the day's books and for the support, for a kiosk that is not running."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress
from rich.table import Table

from kiosk.cli.output import (
    BadUse,
    JsonOption,
    NeededSiteOption,
    finish,
    needed_settings,
    not_written,
    out,
    print_json,
)
from kiosk.domain.hours import CHINA
from kiosk.domain.money import yuan
from kiosk.domain.record_rows import BadRecord
from kiosk.engine.engine import Entry
from kiosk.journal.errors import JournalError
from kiosk.journal.reader import Reader
from kiosk.maintenance.day import ACTORS, words_of
from kiosk.maintenance.new_file import new_text_file
from kiosk.maintenance.readiness import examine
from kiosk.maintenance.statements import NoStatement, read_file
from kiosk.maintenance.support_bundle import Sources, bundle_name, newest, write_bundle
from kiosk.maintenance.trouble import DeskTrouble
from kiosk.reconcile import Comparison, Ours, Statement, compare
from kiosk.reconcile.export import export_csv
from kiosk.reconcile.ours import KINDS
from kiosk.reconcile.statement import version_in
from kiosk.settings import Settings


def add_to(app: typer.Typer) -> None:
    app.command("reconcile")(reconcile)
    app.command("support-bundle")(support_bundle)


def reconcile(
    date: Annotated[
        datetime, typer.Option("--date", formats=["%Y-%m-%d"], help="The business day in China.")
    ],
    site: NeededSiteOption = None,
    statement: Annotated[
        Path | None,
        typer.Option(help="The platform's statement file; left out: asked of the platform."),
    ] = None,
    export: Annotated[
        Path | None, typer.Option("--export", help="A new CSV file for spreadsheets.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Compare a day of the journal with the platform's statement; exit 1 on differences.

    Example: [bold]kiosk reconcile --site site.toml --date 2026-11-20 --statement day.csv[/bold]
    """
    settings, day = needed_settings(site), date.date()
    with Progress(console=out, transient=True, disable=json) as bar:
        theirs = _statement(settings, statement, date, bar)
        ours = _ours(settings, bar)
        task = bar.add_task("comparing", total=max(len(theirs.lines), 1))
        compared = compare(
            ours,
            theirs,
            settings.kiosk.id,
            day,
            lambda done, of: bar.update(task, completed=done, total=max(of, 1)),
        )
    if export is not None:
        _export(compared, export)
    if json:
        print_json(_as_json(compared))
    else:
        _show(compared, is_file=statement is not None)
    finish(found=bool(compared.differences))


def _statement(settings: Settings, path: Path | None, date: datetime, bar: Progress) -> Statement:
    task = bar.add_task("reading the statement", total=None)
    try:
        if path is not None:
            return read_file(path, lambda rows: bar.update(task, completed=rows))
        from kiosk import bootstrap

        return bootstrap.statement_of(settings, date.date())
    except OSError as error:
        raise BadUse(f"{path} cannot be read: {error.strerror}") from error
    except NoStatement as error:
        raise BadUse(f"{path} is no statement: {error}") from error
    except DeskTrouble as error:
        raise BadUse(str(error)) from error


def _ours(settings: Settings, bar: Progress) -> Ours:
    ours = Ours()
    with Reader(settings.storage_directory) as reader:
        task = bar.add_task("reading the journal", total=reader.last_seq)
        for row in reader.rows():
            if row.kind in KINDS:
                ours.take(row.at, row.kind, row.values)
            if row.seq % 5000 == 0:
                bar.update(task, completed=row.seq)
    return ours


def _export(compared: Comparison, path: Path) -> None:
    try:
        with new_text_file(path, "utf-8-sig") as file:
            export_csv(compared, file)
    except OSError as error:
        raise not_written(path, error, "--export") from error


def _as_json(compared: Comparison) -> dict[str, object]:
    return {
        "day": compared.day.isoformat(),
        "statement": compared.statement_name,
        "closed_by": compared.closed_by,
        "agrees": not compared.differences,
        "matched": compared.matched,
        "ours": {"count": compared.ours_count, "amount_fen": compared.ours_fen},
        "theirs": {"count": compared.theirs_count, "amount_fen": compared.theirs_fen},
        "differences": [
            {
                "kind": each.kind.value,
                "payment_id": each.payment_id,
                "ours_fen": each.ours_fen,
                "theirs_fen": each.theirs_fen,
                "detail": each.detail,
                "who": each.actor.value,
                "what": words_of(each.kind.value)[1].en,
            }
            for each in compared.differences
        ],
        "totals": {
            name: [
                {"code": t.code, "name": t.name, "count": t.count, "amount_fen": t.amount_fen}
                for t in totals
            ]
            for name, totals in (
                ("item", compared.by_item),
                ("agency", compared.by_agency),
                ("wallet", compared.by_wallet),
            )
        },
    }


def _is_closed_by_another(compared: Comparison, *, is_file: bool) -> bool:
    """Days are closed by what the network brought, and the digest of a file is another one:
    of its bytes, not of its rows. So of a file only the version tells."""
    closed_by, name = compared.closed_by, compared.statement_name
    if not closed_by:
        return False
    return version_in(closed_by) != version_in(name) if is_file else closed_by != name


def _show(compared: Comparison, *, is_file: bool) -> None:
    sides = (
        f"here {compared.ours_count} payments, {yuan(compared.ours_fen)} yuan; "
        f"statement {compared.theirs_count} payments, {yuan(compared.theirs_fen)} yuan; "
        f"{compared.matched} agree"
    )
    out.print(f"{compared.day} ({compared.statement_name}): {sides}", markup=False)
    if _is_closed_by_another(compared, is_file=is_file):
        out.print(f"the day was closed by another statement: {compared.closed_by}", markup=False)
    if compared.day >= datetime.now(CHINA).date():
        out.print("this day is not over: more may come in on it, compare it again tomorrow")
    for what, totals in (
        ("item", compared.by_item),
        ("agency", compared.by_agency),
        ("wallet", compared.by_wallet),
    ):
        for total in totals:
            name = total.name or total.code or "not recorded"
            said = f"{yuan(total.amount_fen)} yuan in {total.count} payments"
            out.print(f"  {what} {name}: {said}", markup=False)
    if not compared.differences:
        out.print("both sides agree")
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("what", "payment", "here", "there", "who acts", "what to do"):
        table.add_column(heading, overflow="fold")
    for each in compared.differences:
        words, todo = words_of(each.kind.value)
        sums = (_yuan(each.ours_fen), _yuan(each.theirs_fen))
        place = each.payment_id or each.detail
        table.add_row(words.en, place, *sums, ACTORS[each.actor].en, todo.en)
    out.print(table)


def _yuan(fen: int | None) -> str:
    return "–" if fen is None else yuan(fen)


def support_bundle(
    site: NeededSiteOption = None,
    to: Annotated[Path | None, typer.Option("--out", help="A new zip file.")] = None,
) -> None:
    """Write one file for the support: logs, journal, report, versions, settings.

    Everything personal is taken out, and so are PINs, keys and paths of credentials.

    Example: [bold]kiosk support-bundle --site site.toml --out bundle.zip[/bold]
    """
    from kiosk import bootstrap

    settings, now = needed_settings(site), datetime.now(UTC)
    checks = examine(settings, bootstrap.open_device, bootstrap.ask_platform)
    path = to or Path(bundle_name(settings.kiosk.id, now.astimezone(CHINA)))
    sources = Sources(
        settings,
        bootstrap.VERSION,
        _entries(settings),
        [(check.name, check.verdict.value) for check in checks],
        now,
    )
    try:
        write_bundle(path, sources)
    except OSError as error:
        raise not_written(path, error, "--out") from error
    out.print(f"written to {path}", markup=False)


def _entries(settings: Settings) -> list[Entry]:
    """The journal's end, from former volumes too; nothing where there is no journal that can be read."""
    try:
        with Reader(settings.storage_directory) as reader:
            rows = (Entry(row.seq, row.at, row.kind, row.values) for row in reader.backward())
            found, reading = newest(rows, JournalError, BadRecord)
            if reading != "whole":
                out.print("the journal is damaged: only what comes after the damage is in it")
            return found
    except (JournalError, BadRecord) as error:
        out.print(f"without the journal: {error}", markup=False)
        return []
