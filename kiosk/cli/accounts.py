"""When every PIN is forgotten: whoever may stop the kiosk and read its files begins anew."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Annotated

import typer

from kiosk.cli.output import BadUse, NeededSiteOption, needed_settings, out
from kiosk.domain.ledger import rebuild
from kiosk.domain.operator import Act
from kiosk.domain.records import AccountDropped, OperatorActed, Record
from kiosk.journal import keys
from kiosk.journal.connection import FILE_NAME
from kiosk.journal.journal import Journal
from kiosk.maintenance.accounts import FILE_NAME as ACCOUNTS_NAME


def add_to(app: typer.Typer) -> None:
    app.command("reset-accounts")(reset_accounts)


def reset_accounts(
    site: NeededSiteOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
) -> None:
    """Drop every account of the maintenance screen; its next opening makes the first one again.

    Stop the kiosk first. What was done is in the journal.

    Example: [bold]kiosk reset-accounts --site site.toml[/bold]
    """
    settings = needed_settings(site)
    directory = settings.storage_directory
    if not (directory / FILE_NAME).exists():
        raise BadUse(f"there is no journal in {directory}")
    if not yes:
        typer.confirm("Drop every account?", abort=True)
    secrets = keys.for_directory(directory)
    with Journal.open(directory, secrets.journal, mirror=settings.mirror_directory) as journal:
        accounts = rebuild(row.record() for row in journal.records()).office.accounts
        records: list[Record] = []
        for account_id in accounts:
            records.append(OperatorActed("", Act.DROP_ACCOUNT, account_id, detail={"why": "reset"}))
            records.append(AccountDropped(account_id))
        if records:
            journal.commit(records, datetime.now(UTC), time.clock_gettime(time.CLOCK_BOOTTIME))
    (directory / ACCOUNTS_NAME).unlink(missing_ok=True)
    out.print(f"{len(accounts)} accounts dropped; the next to open maintenance makes the first")
