"""What only a book in PostgreSQL can do wrong: `make postgres`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from kiosk.domain.platform import AnswerLost, CheckLink, PaymentSeen, QueryPayment, SubjectKind
from kiosk.platform_api.client import PlatformClient
from kiosk.sandbox import bill_desk
from kiosk.sandbox.bill_desk import Party
from kiosk.sandbox.database import StoreError
from kiosk.sandbox.server import SandboxServer
from kiosk.sandbox.store import Store
from tests.sandbox.driving import PEOPLE, City, bills_of, opened
from tests.sandbox.postgres.server import postgres


@pytest.fixture(autouse=True)
def _alone(city: City) -> None:
    """Each test begins with a freshly seeded book."""


def test_a_second_sandbox_is_told_that_the_book_is_in_use(
    running: SandboxServer, database_url: str, tmp_path: Path
) -> None:
    with pytest.raises(StoreError, match="another sandbox uses postgresql://127.0.0.1/postgres"):
        Store(tmp_path, lambda: 0.0, database_url)


def test_a_database_that_is_not_there_is_named_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be used") as refused:
        Store(tmp_path, lambda: 0.0, "postgresql://me:secret-word@127.0.0.1:1/bench")
    assert "secret-word" not in str(refused.value)


def test_another_kind_of_url_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="expected postgresql://"):
        Store(tmp_path, lambda: 0.0, "mysql://127.0.0.1/bench")


def test_a_number_with_a_nul_finds_nobody(running: SandboxServer) -> None:
    assert bill_desk.open_bills(running.store, Party(SubjectKind.PERSON, "33\0" + "0" * 10)) == []


def test_a_transaction_that_fails_leaves_nothing(running: SandboxServer) -> None:
    store = running.store
    before = store.value("SELECT count(*) FROM people")

    def the_same_person_twice() -> None:
        with store.transaction():
            store.run("INSERT INTO people VALUES ('x', 'person', 'x', '')")
            store.run("INSERT INTO people VALUES ('x', 'person', 'x', '')")

    with pytest.raises(psycopg.errors.UniqueViolation):
        the_same_person_twice()
    assert store.value("SELECT count(*) FROM people") == before


def test_a_lost_connection_is_made_anew_and_costs_one_answer(
    running: SandboxServer, city: City, kiosk: PlatformClient, database_url: str
) -> None:
    bill = bills_of(kiosk, PEOPLE["wang"])[0]
    opened(kiosk, "P1", bill)
    with psycopg.connect(database_url, autocommit=True) as operator:
        operator.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND datname = 'postgres'"
        )
    lost = kiosk.perform(QueryPayment("P1", bill.amount_fen))
    assert lost == AnswerLost("status_500")
    seen = city.kiosk("K1").perform(QueryPayment("P1", bill.amount_fen))
    assert isinstance(seen, PaymentSeen)
    assert seen.state == "open"


def test_the_command_keeps_its_book_there_and_finds_it_again(tmp_path: Path) -> None:
    with postgres() as url:
        for expected in (True, False):
            server = SandboxServer(tmp_path, database_url=url)
            assert server.store.is_new is expected
            server.start()
            client = PlatformClient(server.addresses.url, "K1")
            assert client.perform(CheckLink())
            client.close()
            server.stop()
        assert not (tmp_path / "platform.sqlite3").exists()


def test_a_bad_url_ends_the_command_with_a_sentence() -> None:
    command = [sys.executable, "-m", "kiosk", "sandbox", "--database", "mysql://x"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 2
    assert "expected postgresql://" in done.stderr
