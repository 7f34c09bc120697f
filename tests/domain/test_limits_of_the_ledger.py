"""How much the ledger remembers, in figures."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from kiosk.domain.ledger import MAX_UNSETTLED, Ledger, rebuild
from kiosk.domain.payment import State
from kiosk.domain.records import CaseKind, CaseOpened, ReceiptOwed
from tests.support.turns import payment


def test_the_newest_4096_receipts_are_remembered_as_owed() -> None:
    owed = {f"R{number}": "P" for number in range(4096)}
    ledger = replace(
        Ledger(),
        payments=MappingProxyType({"P": payment(State.PAID)}),
        owed=MappingProxyType(owed),
    )
    after = ledger.apply(ReceiptOwed("P", "new", "B1", 60))
    assert list(after.owed) == [*list(owed)[1:], "new"]


def test_the_newest_256_cases_are_remembered() -> None:
    ledger = rebuild(CaseOpened(f"C{n}", "R", CaseKind.COPY_AGAIN, {}) for n in range(258))
    assert list(ledger.cases) == [f"C{n}" for n in range(2, 258)]


def test_a_start_recovers_all_that_is_unsettled_in_one_batch_of_512_records() -> None:
    records_each = 2  # a print and its claim, a payment and its question
    assert records_each * 2 * MAX_UNSETTLED == 512
