"""`step` is total and pure: any event, in any state that events can lead to."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.api import (
    CardReadFailed,
    CardRemoved,
    PrinterCondition,
    PrinterStatus,
    PrintOutcome,
    Role,
)
from kiosk.domain import events as e
from kiosk.domain import platform as p
from kiosk.domain.ledger import rebuild
from kiosk.domain.payment import State
from kiosk.domain.step import step
from kiosk.domain.visit import Done, Printing
from tests.support.people import WANG, ZHANG, bill
from tests.support.playbook import Playbook

Move = Callable[[Playbook], None]


def wallet(play: Playbook) -> None:
    for payment_id in list(play.platform.payments):
        play.platform.wallet_pays(payment_id)
    play.settle()


def agency_changes_a_bill(play: Playbook) -> None:
    for known in list(play.platform.bills.values()):
        play.platform.owe(
            bill(int(known.bill_no[-4:]), known.amount_fen + 100, version=known.version + 1)
        )


def first_receipt(play: Playbook) -> str:
    return next(iter(play.platform.receipts), "none")


def touch(event: e.Event) -> Move:
    return lambda play: play.send(event)


def lose_next(kind: type, fault: str) -> Move:
    return lambda play: play.link.faults.append((kind, fault))


def printer(outcome: PrintOutcome) -> Move:
    return lambda play: setattr(play.paper, "outcome", outcome)


CALLS = (p.SearchBills, p.SearchReceipts, p.CreatePayment, p.QueryPayment, p.ClosePayment,
         p.IssueReceipts, p.ClaimReceipt, p.ConfirmClaim, p.ReleaseClaim)  # fmt: skip

MOVES: tuple[Move, ...] = (
    *(touch(event) for event in (
        e.CardShown(ZHANG), e.CardShown(WANG), CardReadFailed("moved"), CardRemoved(),
        e.EnterCodeTouched(), e.CodeSubmitted(bill(1).bill_no), e.CodeScanned("junk"),
        e.BillToggled(bill(1).bill_no), e.PayTouched(), e.PayTouched(), e.AgreeTouched(),
        e.CollectTouched(), e.BackTouched(), e.RetryTouched(), e.LeaveTouched(), e.Touched(),
        e.SwapAnswered(accept=True), e.SwapAnswered(accept=False),
        e.DeviceDown(Role.RECEIPT_PRINTER, "cable"), e.DeviceUp(Role.RECEIPT_PRINTER),
        e.DeviceDown(Role.ID_READER, "cable"),
        e.PrinterSeen(PrinterStatus()),
        e.PrinterSeen(PrinterStatus(frozenset({PrinterCondition.PAPER_OUT}))),
        e.PrinterSeen(PrinterStatus(frozenset({PrinterCondition.PAPER_AT_MOUTH}), takes_back=True)),
        e.PaperTakenBack("J-none", PrinterStatus(frozenset({PrinterCondition.RETRACTED}))),
    )),
    *(lose_next(call, fault) for call in CALLS for fault in ("answer_lost", "request_lost")),
    *(printer(outcome) for outcome in PrintOutcome),
    lambda play: setattr(play.paper, "has_presenter", not play.paper.has_presenter),
    lambda play: play.tick(1),
    lambda play: play.tick(5),
    lambda play: play.tick(61),
    lambda play: play.network(up=False),
    lambda play: play.network(up=True),
    lambda play: play.send(e.ReprintTouched(first_receipt(play))),
    lambda play: play.restart(),
    wallet,
    wallet,
    agency_changes_a_bill,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(MOVES), max_size=40))
def test_whatever_happens_money_and_paper_stay_right(moves: list[Move]) -> None:
    play = Playbook()
    play.platform.owe(bill(1), bill(2, 20000))
    play.platform.add_paid_receipt(bill(3))
    for move in moves:
        move(play)
        assert_screen_is_honest(play)
    play.network(up=True)
    play.link.faults.clear()
    play.paper.outcome = PrintOutcome.PRINTED
    play.tick(900)
    assert_books_agree(play)


def assert_screen_is_honest(play: Playbook) -> None:
    """No page says "paid" for a payment that the platform does not hold as paid."""
    page = play.page
    if isinstance(page, Done | Printing) and page.payment_id:
        theirs = play.platform.payments[page.payment_id]
        assert theirs.state is p.PlatformState.PAID


def assert_books_agree(play: Playbook) -> None:
    assert play.ledger_of_journal() == play.kiosk.ledger
    assert all(times == 1 for times in play.platform.charges.values())
    for payment in play.kiosk.ledger.payments.values():
        theirs = play.platform.payments.get(payment.payment_id)
        paid_there = theirs is not None and theirs.state is p.PlatformState.PAID
        assert (payment.state is State.PAID) == paid_there
    originals = [receipt_no for receipt_no, copy in play.paper.strips if copy == 1]
    assert len(originals) == len(set(originals))


def test_step_gives_the_same_answer_twice() -> None:
    play = Playbook()
    stamp = play.stamp()
    assert step(play.kiosk, e.CardShown(ZHANG), stamp) == step(
        play.kiosk, e.CardShown(ZHANG), stamp
    )


def test_the_ledger_is_the_fold_of_the_records() -> None:
    play = Playbook()
    play.platform.owe(bill(1))
    play.tap(ZHANG)
    play.pay()
    play.wallet_pays()
    assert rebuild(play.diary.records()) == play.kiosk.ledger
