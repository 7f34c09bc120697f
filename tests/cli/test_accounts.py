"""`kiosk reset-accounts`: for the day when every PIN is forgotten."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from kiosk.cli.app import run
from kiosk.domain.ledger import rebuild
from kiosk.domain.operator import AccountRole
from kiosk.domain.records import AccountKept
from kiosk.journal import keys
from kiosk.journal.journal import Journal
from kiosk.maintenance.accounts import Account, Accounts

AT = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    file = tmp_path / "site.toml"
    file.write_text(f'schema = 1\n[storage]\ndirectory = "{tmp_path}/data"\n')
    return file


def journal_of(site: Path) -> Journal:
    directory = site.parent / "data"
    return Journal.open(directory, keys.for_directory(directory).journal)


def test_every_account_is_dropped_from_file_and_journal_and_the_journal_says_so(
    site: Path,
) -> None:
    with journal_of(site) as journal:
        journal.commit([AccountKept("901", AccountRole.TECHNICIAN)], AT, 1.0)
    accounts = Accounts(site.parent / "data")
    accounts.keep(Account(account_id="901", role=AccountRole.TECHNICIAN, pin_hash="$argon2id$salt"))
    assert run(["reset-accounts", "--site", str(site), "--yes"]) == 0
    assert accounts.load() == {}
    with journal_of(site) as journal:
        rows = list(journal.records())
        assert not rebuild(row.record() for row in rows).office.accounts
    assert [row.kind for row in rows[1:]] == ["OperatorActed", "AccountDropped"]


def test_a_running_kiosk_keeps_its_accounts(site: Path) -> None:
    with journal_of(site) as journal:
        journal.commit([AccountKept("901", AccountRole.TECHNICIAN)], AT, 1.0)
        assert run(["reset-accounts", "--site", str(site), "--yes"]) == 2


def test_without_a_journal_there_is_nothing_to_reset(site: Path) -> None:
    assert run(["reset-accounts", "--site", str(site), "--yes"]) == 2
