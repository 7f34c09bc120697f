"""The ledger as records and back: nothing is lost, not even the order."""

from __future__ import annotations

import json
from dataclasses import fields
from types import MappingProxyType

import pytest

from kiosk.domain import open_code, payment
from kiosk.domain.carried import pieces, plain, with_piece
from kiosk.domain.code_book import CodeBook
from kiosk.domain.ledger import (
    Case,
    Claim,
    Ledger,
    Payment,
    PrintJob,
    Slip,
    open_ids,
    rebuild,
)
from kiosk.domain.office_book import Office, Sample
from kiosk.domain.open_code import HandedOut
from kiosk.domain.operator import AccountRole
from kiosk.domain.platform import BillToPay
from kiosk.domain.record_rows import BadRecord, from_row, to_row
from kiosk.domain.records import Carried, CaseKind, ClaimState, OpenCodesWanted, PrintState

BILLS = (BillToPay("1" * 20, "v1", 120), BillToPay("2" * 20, "v2", 5))
FULL = Ledger(
    payments={
        f"p{number}": Payment(
            f"p{number}", "v", "0f" * 16, "ABCD2345", BILLS, 125, True, 7, True, state, 1, True
        )
        for number, state in enumerate(payment.State)
    },
    claims={"c": Claim("c", "r", ClaimState.GRANTED, True, 2)},
    jobs={"j": PrintJob("j", "c", "r", 2, PrintState.INTENDED, "whole")},
    slips={"s": Slip("s", "p1", PrintState.INTENDED)},
    owed={f"r{number}": "p1" for number in range(20, 0, -1)},
    cases={"c": Case("c", "r", CaseKind.COPY_AGAIN, {"copy": 2, "said": "x"})},
    open_visit="v",
    code_book=CodeBook(
        codes={"k": HandedOut("k", "i", 5, 9, 8, evidence={"amount_fen": 4})},
        last_serials={"b": 3},
        wanted={("i", 5): OpenCodesWanted("b2", "i", 5, 10)},
        trouble="refused",
        day=3,
        day_fen=5,
        outage_fen=5,
    ),
    office=Office(
        accounts={"a": next(iter(AccountRole))},
        failures={"": 2},
        closed_because="paper",
        sample=Sample("s1", PrintState.DOUBT),
        tests={"scanner": (True, 12)},
        hours="mon 08:30-17:30",
        hours_set_s=4,
        closed_days={"2026-11-20": ("name", 3)},
    ),
)


def through_the_journal(ledger):
    rows = [json.loads(json.dumps(to_row(record))) for record in pieces(ledger)]
    return [from_row(kind, body) for kind, body in rows]


def test_every_part_of_a_ledger_comes_back_in_its_order():
    for whole in (FULL, FULL.code_book, FULL.office):
        assert all(getattr(whole, each.name) for each in fields(whole))  # nothing is left out
    again = rebuild(through_the_journal(FULL))
    assert again == FULL
    assert plain(again) == plain(FULL)


def test_what_comes_back_is_of_the_ledgers_own_types():
    again = rebuild(through_the_journal(FULL))
    assert again.payments["p1"].state in payment.State
    assert isinstance(again.payments["p1"].bills[0], BillToPay)
    assert again.code_book.codes["k"].state is open_code.State.OPEN
    assert isinstance(again.owed, MappingProxyType)


def test_a_new_ledger_needs_no_row():
    assert list(pieces(Ledger())) == []


def test_a_piece_that_is_there_already_changes_nothing():
    ledger = FULL
    for record in through_the_journal(FULL):
        ledger = ledger.apply(record)
    assert plain(ledger) == plain(FULL)


@pytest.mark.parametrize(
    "piece",
    [
        Carried("nowhere", []),
        Carried("office.nowhere", ""),
        Carried("claims", [["c"]]),
        Carried("claims", 5),
        Carried("office.tests", [["scanner", [True]]]),
        Carried("claims", [["c", {"state": "no state"}]]),
        Carried("open_visit.deeper", ""),
    ],
)
def test_a_piece_of_another_version_is_refused(piece):
    with pytest.raises(BadRecord, match="carried"):
        with_piece(Ledger(), piece)


def test_what_is_open_has_its_ids():
    assert {"c", "j", "s", "k"} <= open_ids(FULL)
    assert open_ids(Ledger()) == frozenset()


@pytest.mark.parametrize(
    "ledger",
    [
        Ledger(open_visit="v"),
        Ledger(code_book=CodeBook(outage_fen=5)),
        Ledger(office=Office(sample=Sample("s1", PrintState.DOUBT))),
        Ledger(office=Office(sample=None, closed_days={"2026-11-20": ("name", 3)})),
        Ledger(
            payments={
                f"p{n}": Payment(f"p{n}", "v", "d", "c", BILLS, 125, False) for n in range(20)
            }
        ),
    ],
)
def test_a_ledger_that_holds_a_single_thing_comes_back_too(ledger):
    assert rebuild(through_the_journal(ledger)) == ledger


def test_what_is_carried_is_made_of_the_plainest_types():
    def types_in(value):
        if isinstance(value, (list, dict)):
            inner = value.values() if isinstance(value, dict) else value
            return {type(value)}.union(*(types_in(each) for each in inner))
        return {type(value)}

    assert types_in(plain(FULL)) <= {str, int, bool, list, dict, type(None)}


def test_eight_entries_go_into_a_row():
    ledger = Ledger(owed={f"r{number}": "p" for number in range(20)})
    assert [len(record.value) for record in pieces(ledger)] == [8, 8, 4]
