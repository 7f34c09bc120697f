"""After a life: the journals, the platform's book and the paper must tell the same story."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.domain.ledger import rebuild
from kiosk.domain.open_code import State as CodeState
from kiosk.domain.payment import State
from kiosk.domain.records import OpenCodeHandedOut, PaymentIntended, PaymentMoved, ReceiptOwed
from kiosk.sandbox.ledger import ClaimState
from tests.simulation.watch import Broken

if TYPE_CHECKING:
    from tests.simulation.life import Life
    from tests.simulation.machine import SimKiosk

PAID_STATES = (State.PAID, State.VOIDED)
FREE_STATES = (State.CLOSED, State.REFUSED)


def need(holds: bool, invariant: str, words: str) -> None:
    if not holds:
        raise Broken(invariant, words)


def uncollected(life: Life, owner: str) -> list[str]:
    """Receipts of one person whose original is still to be had."""
    return [
        number
        for number in life.platform.receipts_of.get(owner, ())
        if not life.platform.receipts[number].void
        and not life.platform.copies(life.platform.receipts[number])
    ]


def check_books(life: Life) -> None:
    for bill_no, bill in life.platform.bills.items():
        need(bill.charges <= 1, "I1", f"{bill_no} was charged {bill.charges} times")
    for machine in life.machines:
        _check_kiosk(life, machine)
    _check_paper(life)


def _check_kiosk(life: Life, machine: SimKiosk) -> None:
    ledger, name = machine.kiosk.ledger, machine.name
    records = machine.disk.history()
    need(rebuild(records) == ledger, "I7", f"the ledger of {name} is not its journal's")
    need(not ledger.open_payments, "I10", f"{name} never settles {ledger.open_payments}")
    need(not ledger.open_claims, "I10", f"{name} never settles {ledger.open_claims}")
    need(not ledger.open_jobs, "I10", f"{name} never settles {ledger.open_jobs}")
    drawn_in = machine.printer.retractions
    need(machine.disk.retracted <= drawn_in, "I7", f"{name} says of paper that it was drawn in")
    need(not ledger.open_slips, "I10", f"{name} never settles {ledger.open_slips}")
    states: dict[str, State] = {}
    amounts: dict[str, int] = {}
    owed: dict[str, int] = {}
    for record in records:
        if isinstance(record, PaymentIntended):
            states[record.payment_id] = State.INTENT
            amounts[record.payment_id] = record.amount_fen
        elif isinstance(record, PaymentMoved):
            states[record.payment_id] = record.state
        elif isinstance(record, ReceiptOwed):
            owed[record.payment_id] = owed.get(record.payment_id, 0) + record.amount_fen
    _compare(life, name, states, amounts)
    _check_codes(life, machine)
    for payment_id, state in states.items():
        if state is State.PAID:
            right = owed.get(payment_id) == amounts[payment_id]
            need(right, "I6", f"{payment_id} is paid and its receipts are not owed in {name}")
    rows = "\n".join(machine.disk.rows)
    for card in life.people:
        need(card.number not in rows and card.name not in rows, "I8", f"a person is in {name}")


def _check_codes(life: Life, machine: SimKiosk) -> None:
    """Every open code left the reserve once, in order, and its end is the platform's."""
    book, last = machine.kiosk.ledger.code_book, dict[str, int]()
    need(not book.open, "O3", f"{machine.name} never settles {book.open}")
    for record in machine.disk.history():
        if not isinstance(record, OpenCodeHandedOut):
            continue
        right = record.serial == last.get(record.block_id, 0) + 1
        need(right, "O2", f"{record.code} left the reserve out of its order")
        last[record.block_id] = record.serial
        theirs = life.platform.codes.codes[record.code]
        need(theirs.payments <= 1, "O3", f"{record.code} was paid {theirs.payments} times")
        known = book.codes.get(record.code)
        paid = known is None or (known.state is CodeState.SETTLED) == bool(theirs.paid_fen)
        need(paid, "O3", f"{record.code} is {known}, paid at the platform: {theirs.paid_fen}")


def _compare(life: Life, name: str, states: dict[str, State], amounts: dict[str, int]) -> None:
    ours = theirs = 0
    for payment_id, state in states.items():
        known = life.platform.payments.get(payment_id)
        paid = known is not None and known.was_paid
        broken = paid and life.watch.was_broken(payment_id)
        paid_states = (*PAID_STATES, State.CONFLICT) if broken else PAID_STATES
        right = state in paid_states if paid else state in FREE_STATES
        need(right, "I2", f"{payment_id} is {state} at {name}, paid at the platform: {paid}")
        ours += amounts[payment_id] if state in paid_states else 0
    for known in life.platform.payments.values():
        if known.kiosk == name and known.was_paid:
            theirs += known.amount_fen
            need(known.payment_id in states, "I2", f"{known.payment_id} is in no journal")
    need(ours == theirs, "I4", f"{name} counts {ours} fen, the platform {theirs}")


def _check_paper(life: Life) -> None:
    whole = {
        strip.receipt_no for machine in life.machines for strip in machine.printer.strips
        if strip.whole
    }  # fmt: skip
    for number, receipt in life.platform.receipts.items():
        copies = life.platform.copies(receipt)
        need(
            number in whole or copies > 0 or receipt.void,
            "I6",
            f"{number} is not on paper and nobody came to it",
        )
        held = [c for c in receipt.claims if life.platform.state_of(c) is ClaimState.HELD]
        need(not held, "I10", f"{number} is held for ever by {held}")
        untold = [c for c in receipt.claims if not c.told]
        need(not untold, "I6", f"nobody says what became of {untold}")
        for strip_copies in _unmarked(life, number):
            need(strip_copies <= 1, "I5", f"{strip_copies} unmarked originals of {number}")


def _unmarked(life: Life, number: str) -> list[int]:
    strips = [s for m in life.machines for s in m.printer.strips if s.receipt_no == number]
    return [sum(strip.copy_number == 1 for strip in strips)]
