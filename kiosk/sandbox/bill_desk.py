"""Bills in the book: looking them up, and what agencies do to them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from kiosk.domain.bill import Bill, BillLine
from kiosk.domain.identifiers import mask_name
from kiosk.domain.platform import Refusal, Refused, SubjectKind
from kiosk.platform_api.wire import MAX_FEN
from kiosk.sandbox.ledger import WAITING, BillNow, BillStatus
from kiosk.sandbox.payment_book import payments_of_bill
from kiosk.sandbox.people import Person
from kiosk.sandbox.store import Store

_SELECT = "SELECT bills.*, people.name FROM bills JOIN people ON people.number = bills.owner "


@dataclass(frozen=True, slots=True, repr=False)
class Party:
    """Whose bills are asked for: what a request's subject says."""

    kind: SubjectKind
    number: str
    name: str = ""


def owner_clause(party: Party) -> tuple[str, tuple[str, ...]]:
    """SQL that picks the party's bills out of `bills JOIN people`.

    A name that was given must be the name of the number's owner: a guessed number alone
    shows nothing where a card was read.
    """
    if party.kind is SubjectKind.PAYMENT_CODE:
        return "bills.bill_no = ?", (party.number,)
    clause, values = "people.number = ? AND people.kind = ?", (party.number, str(party.kind))
    if not party.name:
        return clause, values
    name = party.name.strip()
    return clause + " AND ? IN (people.name, people.other_name)", (*values, name)


def open_bills(store: Store, party: Party) -> list[Bill]:
    clause, values = owner_clause(party)
    found = store.rows(
        _SELECT + f"WHERE {clause} AND bills.status = 'open' ORDER BY due_on NULLS FIRST, bill_no",
        values,
    )
    return [_bill(row) for row in found]


def bill(store: Store, bill_no: str) -> Bill | None:
    found = store.rows(_SELECT + "WHERE bill_no = ?", (bill_no,))
    return _bill(found[0]) if found else None


def bill_now(store: Store, bill_no: str) -> BillNow | None:
    """The bill with its lease by the platform's clock."""
    found = store.rows("SELECT * FROM bills WHERE bill_no = ?", (bill_no,))
    if not found:
        return None
    waiting = [
        payment.payment_id
        for payment in payments_of_bill(store, bill_no)
        if payment.state in WAITING
    ]
    return BillNow(
        bill_no=bill_no,
        version=found[0]["version"],
        amount_fen=found[0]["amount_fen"],
        status=BillStatus(found[0]["status"]),
        leased_by=waiting[0] if waiting else None,
    )


def add_person(store: Store, person: Person) -> None:
    store.run(
        "INSERT INTO people VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (person.number, str(person.kind), person.name, person.other_name),
    )


def add_bill(store: Store, owner_number: str, new: Bill) -> None:
    lines = json.dumps([asdict(line) for line in new.lines], ensure_ascii=False)
    store.run(
        "INSERT INTO bills VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'open')",
        (
            new.bill_no,
            new.version,
            owner_number,
            new.title,
            new.agency_code,
            new.agency_name,
            lines,
            new.late_fee_fen,
            new.amount_fen,
            new.issued_on.isoformat(),
            new.due_on.isoformat() if new.due_on else None,
            new.note,
        ),
    )


def set_status(store: Store, bill_no: str, status: BillStatus) -> None:
    store.run("UPDATE bills SET status = ? WHERE bill_no = ?", (str(status), bill_no))


def change_amount(store: Store, bill_no: str, amount_fen: int) -> Refused | Bill:
    """The agency corrects a bill: one line with the new amount, no late fee, a new version.

    Refused while a kiosk is paying it: the lease freezes the bill.
    """
    if not 1 <= amount_fen <= MAX_FEN:
        return Refused(Refusal.INVALID, f"amount_fen must be between 1 and {MAX_FEN}")
    with store.transaction():
        state, old = bill_now(store, bill_no), bill(store, bill_no)
        if state is None or old is None:
            return Refused(Refusal.NOT_FOUND, f"no bill {bill_no}")
        if state.status is not BillStatus.OPEN:
            return Refused(Refusal.ALREADY_PAID, f"bill {bill_no} is {state.status}")
        if state.leased_by is not None:
            return Refused(Refusal.LEASED, f"bill {bill_no} is being paid")
        line = replace(old.lines[0], quantity=1, standard_fen=amount_fen, amount_fen=amount_fen)
        store.run(
            "UPDATE bills SET version = version + 1, late_fee_fen = 0, amount_fen = ?, lines = ?"
            " WHERE bill_no = ?",
            (amount_fen, json.dumps([asdict(line)], ensure_ascii=False), bill_no),
        )
        changed = bill(store, bill_no)
    assert changed is not None
    return changed


def _bill(row: dict[str, Any]) -> Bill:
    return Bill(
        bill_no=row["bill_no"],
        version=row["version"],
        title=row["title"],
        agency_code=row["agency_code"],
        agency_name=row["agency_name"],
        payer_name_masked=mask_name(row["name"]),
        lines=tuple(BillLine(**line) for line in json.loads(row["lines"])),
        late_fee_fen=row["late_fee_fen"],
        amount_fen=row["amount_fen"],
        issued_on=date.fromisoformat(row["issued_on"]),
        due_on=date.fromisoformat(row["due_on"]) if row["due_on"] else None,
        note=row["note"],
    )
