"""The sandbox as a process: it says where it is, keeps its book, and dies with its parent."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from kiosk.domain.platform import PaymentSeen, QueryPayment
from kiosk.paths import CHECKOUT
from kiosk.platform_api.client import PlatformClient
from tests.sandbox.driving import PEOPLE, bills_of, creation

COMMAND = [sys.executable, "-m", "kiosk.sandbox"]


@contextmanager
def process(directory: Path, *more: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    running = subprocess.Popen(
        [*COMMAND, "--directory", str(directory), "--exit-with-stdin", *more],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=CHECKOUT,
    )
    assert running.stdin
    assert running.stdout
    with running:
        try:
            yield running, json.loads(running.stdout.readline())
        finally:
            running.stdin.close()
            running.wait(timeout=60)


def test_the_first_line_says_where_it_is_and_the_end_of_stdin_ends_it(tmp_path: Path) -> None:
    with process(tmp_path) as (running, addresses):
        assert addresses["pid"] == running.pid
        assert addresses["url"] != addresses["direct_url"]
        health = requests.get(
            addresses["url"] + "/v1/health", headers={"X-Request-Id": "0" * 32}, timeout=60
        )
        assert health.json()["status"] == "ok"
    assert running.returncode == 0


def test_a_killed_platform_comes_back_with_its_payments(tmp_path: Path) -> None:
    with process(tmp_path) as (running, addresses):
        client = PlatformClient(addresses["url"], "K1")
        call = creation("P1", *bills_of(client, PEOPLE["wang"]))
        first = client.perform(call)
        client.close()
        running.kill()
    with process(tmp_path) as (_, addresses):
        client = PlatformClient(addresses["url"], "K1")
        again = client.perform(call)
        asked = client.perform(QueryPayment("P1", call.amount_fen))
        client.close()
    assert isinstance(first, PaymentSeen)
    assert isinstance(again, PaymentSeen)
    assert isinstance(asked, PaymentSeen)
    assert asked.state == again.state == "open"
    assert again.qr_url.rsplit("/", 1)[1] == first.qr_url.rsplit("/", 1)[1]


def test_the_code_leads_to_the_public_address(tmp_path: Path) -> None:
    with process(tmp_path, "--public-base-url", "http://192.0.2.7:8080/") as (_, addresses):
        client = PlatformClient(addresses["url"], "K1")
        seen = client.perform(creation("P1", *bills_of(client, PEOPLE["zhang"])))
        client.close()
    assert isinstance(seen, PaymentSeen)
    assert seen.qr_url.startswith("http://192.0.2.7:8080/pay/")


def test_a_port_in_use_is_told_in_words(tmp_path: Path) -> None:
    with process(tmp_path) as (_, addresses):
        port = addresses["direct_url"].rsplit(":", 1)[1]
        second = subprocess.run(
            [*COMMAND, "--directory", str(tmp_path / "b"), "--direct-port", port],
            capture_output=True,
            text=True,
            timeout=120,
            cwd=CHECKOUT,
            check=False,
        )
    assert second.returncode == 2
    assert "cannot start" in second.stderr


def test_a_book_of_another_version_is_not_touched(tmp_path: Path) -> None:
    import apsw

    book = apsw.Connection(str(tmp_path / "platform.sqlite3"))
    book.execute("PRAGMA user_version = 99")
    book.close()
    second = subprocess.run(
        [*COMMAND, "--directory", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=CHECKOUT,
        check=False,
    )
    assert second.returncode == 2
    assert "version 99" in second.stderr
