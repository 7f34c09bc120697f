"""kill -9 of the real process at every commit of a visit, then a new start.

Real journal, real HTTP to a sandbox that lives on, real bytes to the printer. The
payment must end paid with its receipt, or closed with no money taken.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk.demo.sandbox_process import SandboxProcess
from kiosk.paths import config_directory

LAST_COMMIT = 17  # A visit with one bill has fewer: the last case must live to its end.
CHILD_TIMEOUT_S = 240


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with SandboxProcess(tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


def payer(sandbox: SandboxProcess, index: int) -> dict[str, Any]:
    """A resident of their own for every case, with exactly one more bill to pay."""
    residents = [person for person in sandbox.get("/sandbox/people") if person["kind"] == "person"]
    return dict(residents[20 + index])


def play(sandbox: SandboxProcess, order: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.crash.visit_process", json.dumps(order)],
        capture_output=True,
        text=True,
        timeout=CHILD_TIMEOUT_S,
        check=False,
        cwd=Path(__file__).parents[2],
    )


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("commit", range(1, LAST_COMMIT + 1))
def test_a_kiosk_killed_at_any_commit_ends_with_paid_and_receipt_or_closed_and_no_money(
    sandbox: SandboxProcess, tmp_path: Path, commit: int, when: str
) -> None:
    person = payer(sandbox, 2 * commit + (when == "after"))
    bill = sandbox.post(
        "/sandbox/bills",
        {"owner": person["number"], "item_code": first_item(), "amount_fen": 12300},
    )
    order = {
        "directory": str(tmp_path),
        "url": sandbox.url,
        "name": person["name"],
        "number": person["number"],
        "bill_no": bill["bill_no"],
        "commit": commit,
        "when": when,
        "recover": False,
    }
    before = {p["payment_id"] for p in sandbox.get("/sandbox/payments")}
    first = play(sandbox, order)
    assert first.returncode in ((0,) if commit == LAST_COMMIT else (0, -9)), first.stderr
    second = play(sandbox, order | {"commit": 0, "recover": True})
    assert second.returncode == 0, second.stderr
    account = json.loads(second.stdout.splitlines()[-1])
    theirs = {
        p["payment_id"]: p
        for p in sandbox.get("/sandbox/payments")
        if p["payment_id"] in account["payments"] or p["payment_id"] not in before
    }
    assert_books_agree(account, theirs)
    assert_receipts_are_right(sandbox, account, theirs, tmp_path)


def first_item() -> str:
    return tomllib.loads((config_directory() / "fee_items.toml").read_text())["fee_item"][0]["code"]


def assert_books_agree(account: dict[str, Any], theirs: dict[str, Any]) -> None:
    for payment_id, state in account["payments"].items():
        assert state in ("paid", "closed")
        assert theirs[payment_id]["state"] == state
    for payment_id, payment in theirs.items():
        if payment["state"] == "paid":
            assert account["payments"][payment_id] == "paid"


def assert_receipts_are_right(
    sandbox: SandboxProcess, account: dict[str, Any], theirs: dict[str, Any], place: Path
) -> None:
    paid_bills = {
        bill_no for p in theirs.values() if p["state"] == "paid" for bill_no in p["bills"]
    }
    receipts = [r for r in sandbox.get("/sandbox/receipts") if r["bill_no"] in paid_bills]
    assert len(receipts) == len(paid_bills)
    printed = {(no, copy) for no, copy, state in account["jobs"] if state == "printed"}
    doubtful = {(no, copy) for no, copy, state in account["jobs"] if state == "doubt"}
    for receipt in receipts:
        originals = [key for key in printed | doubtful if key == (receipt["receipt_no"], 1)]
        assert originals, "a paid bill has its original on paper, or perhaps on paper"
    strips = list((place / "strips").glob("*.png"))
    assert len(strips) <= len(printed) + len(doubtful)
