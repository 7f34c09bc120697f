"""Receipts: issued once with numbers nobody gets again, handed out copy by copy."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from kiosk.domain.identifiers import mask_number
from kiosk.domain.platform import Refusal, Refused, SubjectKind
from kiosk.domain.receipt import Receipt, ReceiptHead
from kiosk.sandbox import bill_desk, ledger
from kiosk.sandbox.bill_desk import Party, owner_clause
from kiosk.sandbox.ledger import Claim, ClaimState
from kiosk.sandbox.store import Store, local_date

_FROM = "FROM receipts JOIN bills USING (bill_no) JOIN people ON people.number = bills.owner "
_SELECT = "SELECT receipts.*, bills.owner, people.name, people.kind " + _FROM
MAX_LISTED = 500


@dataclass(frozen=True, slots=True)
class Granted:
    claim: Claim
    receipt: Receipt


# --- issuing ----------------------------------------------------------------------------------


def issue(
    store: Store, bill_no: str, payment_id: str, *, channel: str, wallet: str, paid_s: float
) -> str:
    """Give a paid bill its receipt; inside a transaction. Returns the receipt's number."""
    issued_s = paid_s  # with the payment, wherever it was made
    year = local_date(issued_s).year % 100
    number = store.next_number("receipt")
    receipt_no = f"330102{year:02d}-{number:010d}"
    store.run(
        "INSERT INTO receipts VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)",
        (
            receipt_no,
            _check_code(receipt_no),
            bill_no,
            payment_id,
            channel,
            wallet,
            paid_s,
            issued_s,
        ),
    )
    return receipt_no


def of_payment(store: Store, payment_id: str) -> list[ReceiptHead]:
    found = store.rows(_SELECT + "WHERE payment_id = ? ORDER BY receipt_no", (payment_id,))
    return [_head(store, row) for row in found]


def of_party(store: Store, party: Party) -> list[ReceiptHead]:
    """Valid receipts of the last six months, newest first."""
    clause, values = owner_clause(party)
    found = store.rows(
        _SELECT + f"WHERE {clause} AND void = 0 ORDER BY paid_s DESC LIMIT {MAX_LISTED}", values
    )
    return [_head(store, row) for row in found if _in_window(store, row)]


def void_receipts(store: Store, payment_id: str) -> None:
    store.run("UPDATE receipts SET void = 1 WHERE payment_id = ?", (payment_id,))


# --- copies -------------------------------------------------------------------------------------


def claim(
    store: Store, claim_id: str, kiosk_id: str, receipt_no: str, *, reprint: bool, site: str
) -> Refused | Granted:
    """Take the right to print one copy, or repeat the answer given before.

    `site` is the public address that the receipt's verification code leads to.
    """
    with store.transaction():
        found = store.rows(_SELECT + "WHERE receipt_no = ?", (receipt_no,))
        existing = _claim(store, claim_id)
        if existing is not None:
            asked = (kiosk_id, receipt_no, reprint)
            if asked != (existing.kiosk_id, existing.receipt_no, existing.reprint):
                return Refused(Refusal.KEY_REUSED, "this claim id belongs to another request")
            if existing.state is ClaimState.RELEASED:
                return Refused(Refusal.INVALID, "the claim was released")
            return Granted(existing, _receipt(store, found[0], site))
        if store.rows("SELECT * FROM claim_tombstones WHERE claim_id = ?", (claim_id,)):
            return Refused(Refusal.INVALID, "the claim was released before it arrived")
        if not found:
            return Refused(Refusal.NOT_FOUND, f"no receipt {receipt_no}")
        copy_number = ledger.judge_claim(
            reprint=reprint,
            states=_states(store, receipt_no),
            void=bool(found[0]["void"]),
            in_window=_in_window(store, found[0]),
        )
        if isinstance(copy_number, Refused):
            return copy_number
        granted = Claim(
            claim_id, kiosk_id, receipt_no, reprint, copy_number, ClaimState.HELD, store.now_s()
        )
        add_claim(store, granted)
        return Granted(granted, _receipt(store, found[0], site))


def settle_claim(
    store: Store, claim_id: str, kiosk_id: str, wanted: ClaimState
) -> Refused | ClaimState:
    """Confirm, doubt or release a claim; asking again changes nothing.

    Releasing a claim that never arrived leaves a tombstone, so that a delayed claim cannot
    take the original for a kiosk that has given it up.
    """
    with store.transaction():
        existing = _claim(store, claim_id)
        if existing is None and wanted is ClaimState.RELEASED:
            store.run(
                "INSERT INTO claim_tombstones VALUES (?, ?) ON CONFLICT DO NOTHING",
                (claim_id, kiosk_id),
            )
            return wanted
        if existing is None or existing.kiosk_id != kiosk_id:
            return Refused(Refusal.NOT_FOUND, "this kiosk has no such claim")
        settled = ledger.judge_settling(existing.state, wanted)
        if isinstance(settled, Refused):
            return settled
        store.run("UPDATE claims SET state = ? WHERE claim_id = ?", (str(settled), claim_id))
        return settled


def add_claim(store: Store, new: Claim) -> None:
    store.run(
        "INSERT INTO claims VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            new.claim_id,
            new.kiosk_id,
            new.receipt_no,
            int(new.reprint),
            new.copy_number,
            str(new.state),
            new.claimed_s,
        ),
    )


def claims_of(store: Store, receipt_no: str) -> Sequence[Claim]:
    found = store.rows("SELECT * FROM claims WHERE receipt_no = ? ORDER BY rowid", (receipt_no,))
    return [_aged(store, row) for row in found]


# --- verifying ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Verified:
    """What anybody who holds the paper may learn."""

    head: ReceiptHead
    void: bool


def verify(store: Store, receipt_no: str, check_code: str) -> Verified | None:
    found = store.rows(
        _SELECT + "WHERE receipt_no = ? AND check_code = ?", (receipt_no, check_code)
    )
    return Verified(_head(store, found[0]), bool(found[0]["void"])) if found else None


def all_receipts(store: Store, limit: int) -> list[ReceiptHead]:
    found = store.rows(_SELECT + "ORDER BY receipts.rowid DESC LIMIT ?", (limit,))
    return [_head(store, row) for row in found]


# --- rows ---------------------------------------------------------------------------------------


def _states(store: Store, receipt_no: str) -> list[ClaimState]:
    return [entry.state for entry in claims_of(store, receipt_no)]


def _claim(store: Store, claim_id: str) -> Claim | None:
    found = store.rows("SELECT * FROM claims WHERE claim_id = ?", (claim_id,))
    return _aged(store, found[0]) if found else None


def _aged(store: Store, row: dict[str, Any]) -> Claim:
    kept = Claim(
        claim_id=row["claim_id"],
        kiosk_id=row["kiosk_id"],
        receipt_no=row["receipt_no"],
        reprint=bool(row["reprint"]),
        copy_number=row["copy_number"],
        state=ClaimState(row["state"]),
        claimed_s=row["claimed_s"],
    )
    return replace(kept, state=ledger.claim_now(kept, store.now_s()))


def _in_window(store: Store, row: dict[str, Any]) -> bool:
    return ledger.within_window(local_date(row["paid_s"]), store.today())


def _head(store: Store, row: dict[str, Any]) -> ReceiptHead:
    bill = bill_desk.bill(store, row["bill_no"])
    assert bill is not None  # a foreign key
    return ReceiptHead(
        receipt_no=row["receipt_no"],
        bill_no=row["bill_no"],
        title=bill.title,
        agency_name=bill.agency_name,
        amount_fen=bill.amount_fen,
        paid_at=datetime.fromtimestamp(row["paid_s"], UTC),
        channel=row["channel"],
        copies_printed=ledger.copies_used(_states(store, row["receipt_no"])),
        note=bill.note,
    )


def _receipt(store: Store, row: dict[str, Any], site: str) -> Receipt:
    bill = bill_desk.bill(store, row["bill_no"])
    assert bill is not None  # a foreign key
    code, number = row["receipt_no"].split("-")
    is_enterprise = row["kind"] == SubjectKind.ENTERPRISE  # whose code is public
    return Receipt(
        receipt_no=row["receipt_no"],
        code=code,
        number=number,
        check_code=row["check_code"],
        title=bill.title,
        bill_no=bill.bill_no,
        payment_id=row["payment_id"],
        payer_name=row["name"],
        payer_number_masked=row["owner"] if is_enterprise else mask_number(row["owner"]),
        agency_code=bill.agency_code,
        agency_name=bill.agency_name,
        lines=bill.lines,
        late_fee_fen=bill.late_fee_fen,
        amount_fen=bill.amount_fen,
        issued_on=local_date(row["issued_s"]),
        paid_at=datetime.fromtimestamp(row["paid_s"], UTC),
        wallet=row["wallet"],
        transaction_no=_transaction_no(store, row["payment_id"]),
        verify_url=f"{site}/v/{row['receipt_no']}/{row['check_code']}",
        note=bill.note,
    )


def _transaction_no(store: Store, payment_id: str) -> str:
    """The channel's serial number; another channel's payment is known by it alone."""
    found = store.rows("SELECT transaction_no FROM payments WHERE payment_id = ?", (payment_id,))
    return str(found[0]["transaction_no"]) if found else payment_id.removeprefix("X")


def _check_code(receipt_no: str) -> str:
    """Six letters or digits that cannot be worked out from the number alone would need a
    secret; a sandbox only needs them to look right and to differ."""
    return hashlib.sha256(f"check:{receipt_no}".encode()).hexdigest()[:6]
