"""What is not known is asked about until it is: schedules, restarts, statements, cases."""

from __future__ import annotations

import itertools

import pytest

from kiosk.domain import events as e
from kiosk.domain import platform as p
from kiosk.domain.payment import State
from kiosk.domain.records import EvidenceKept, PaymentMoved
from kiosk.domain.visit import Choosing, Done, Trouble, TroubleKind
from tests.support.people import ZHANG, bill
from tests.support.playbook import Playbook

DAY_S = 86400.0


@pytest.fixture
def play() -> Playbook:
    play = Playbook()
    play.platform.owe(bill(1))
    return play


def unknown(play: Playbook) -> str:
    """A payment whose QR was shown and whose close nobody answered; the resident left."""
    play.tap(ZHANG)
    payment_id = play.pay()
    play.network(up=False)
    play.send(e.BackTouched())
    play.tick(16)
    play.send(e.LeaveTouched())
    assert state_of(play, payment_id) is State.UNKNOWN
    return payment_id


def state_of(play: Playbook, payment_id: str) -> State:
    return play.kiosk.ledger.payments[payment_id].state


def evidence_kept(play: Playbook) -> int:
    return sum(isinstance(record, EvidenceKept) for record in play.diary.records())


# --- schedules ---------------------------------------------------------------------------------


def test_an_unknown_payment_is_asked_about_at_the_janitors_times(play: Playbook) -> None:
    unknown(play)
    play.performed.clear()
    asked_at: list[float] = []
    began_s = play.now_s
    for _ in range(600):
        before = len(play.performed_of(p.QueryPayment))
        play.tick(1)
        if len(play.performed_of(p.QueryPayment)) > before:
            asked_at.append(round(play.now_s - began_s))
    gaps = [later - earlier for earlier, later in itertools.pairwise(asked_at)]
    assert gaps[-3:] == pytest.approx([40, 80, 300], abs=2)


def test_a_flapping_link_makes_no_case_of_a_fresh_payment(play: Playbook) -> None:
    payment_id = unknown(play)
    for _ in range(40):
        play.network(up=True)
        play.link.faults = [(p.QueryPayment, "answer_lost"), (p.ClosePayment, "answer_lost")] * 2
        play.tick(6)
        play.network(up=False)
        play.tick(37)
    assert state_of(play, payment_id) is State.UNKNOWN


def test_daily_restarts_do_not_keep_a_payment_from_becoming_a_case(play: Playbook) -> None:
    payment_id = unknown(play)
    for _ in range(9):
        play.tick(DAY_S)
        play.restart()
    play.tick(DAY_S / 2)
    assert state_of(play, payment_id) is State.CASE


def test_a_payment_of_six_days_is_not_a_case_yet(play: Playbook) -> None:
    payment_id = unknown(play)
    for _ in range(6):
        play.tick(DAY_S)
        play.restart()
    play.tick(DAY_S / 2)
    assert state_of(play, payment_id) is State.UNKNOWN


@pytest.mark.parametrize("paid", [True, False], ids=["paid", "not-paid"])
def test_a_case_ends_by_itself_when_the_platform_answers_after_all(
    play: Playbook, paid: bool
) -> None:
    payment_id = unknown(play)
    play.tick(9 * DAY_S)
    assert state_of(play, payment_id) is State.CASE
    if paid:
        play.platform.wallet_pays(payment_id)
    play.network(up=True)
    play.tick(60)
    assert state_of(play, payment_id) is (State.PAID if paid else State.CLOSED)


def test_not_found_leads_to_a_tombstone_before_anything_ends(play: Playbook) -> None:
    payment_id = unknown(play)
    del play.platform.payments[payment_id]
    play.performed.clear()
    play.network(up=True)
    play.tick(60)
    assert play.performed_of(p.ClosePayment)
    assert state_of(play, payment_id) is State.CLOSED
    assert play.platform.payments[payment_id].state is p.PlatformState.CLOSED


# --- what else may have become of it -------------------------------------------------------------


def test_a_payment_voided_while_unknown_ends_voided(play: Playbook) -> None:
    payment_id = unknown(play)
    play.platform.wallet_pays(payment_id)
    play.platform.payments[payment_id].state = p.PlatformState.VOIDED
    play.network(up=True)
    play.tick(60)
    assert state_of(play, payment_id) is State.VOIDED


def test_a_payment_voided_while_its_page_is_up_is_called_doubtful(play: Playbook) -> None:
    play.tap(ZHANG)
    payment_id = play.pay()
    play.platform.payments[payment_id].state = p.PlatformState.VOIDED
    play.tick(3)
    assert state_of(play, payment_id) is State.VOIDED
    assert isinstance(play.page, Trouble)
    assert play.page.kind is TroubleKind.MONEY_IN_DOUBT


def test_the_refusal_of_a_repeated_create_still_leaves_a_tombstone(play: Playbook) -> None:
    play.tap(ZHANG)
    play.link.faults = [(p.CreatePayment, "request_lost")]
    play.pay()
    play.platform.owe(bill(1, 18000, version=2))
    first = play.performed_of(p.CreatePayment)[0]
    play.tick(3)
    payment_id = next(iter(play.kiosk.ledger.payments))
    assert state_of(play, payment_id) is State.CLOSED
    play.platform.owe(bill(1))
    assert play.platform.perform("K1", first) == p.Refused(p.Refusal.PAYMENT_CLOSED)  # type: ignore[arg-type]


def test_a_bill_whose_payment_is_in_doubt_is_not_paid_a_second_time_here(play: Playbook) -> None:
    payment_id = unknown(play)
    play.hold = (p.QueryPayment, p.ClosePayment)
    play.network(up=True)
    play.tick(6)
    play.tap(ZHANG)
    play.send(e.PayTouched())
    assert isinstance(play.page, Trouble)
    assert play.page.kind is TroubleKind.MONEY_IN_DOUBT
    assert play.page.inquiry_code == play.kiosk.ledger.payments[payment_id].inquiry_code
    assert list(play.kiosk.ledger.payments) == [payment_id]


def test_the_doubt_about_an_earlier_payment_ends_on_the_screen(play: Playbook) -> None:
    payment_id = unknown(play)
    play.hold = (p.QueryPayment, p.ClosePayment)
    play.network(up=True)
    play.tick(6)
    play.tap(ZHANG)
    play.send(e.PayTouched())
    play.platform.wallet_pays(payment_id)
    play.hold = ()
    play.settle()
    play.tick(2)
    assert isinstance(play.page, Done)
    assert play.page.late


def test_a_create_that_was_never_shown_does_not_lock_its_bill(play: Playbook) -> None:
    play.tap(ZHANG)
    play.link.faults = [(p.CreatePayment, "request_lost")] * 3
    play.pay()
    play.tick(10)
    play.send(e.RetryTouched())
    assert isinstance(play.page, Choosing)
    play.pay()
    play.wallet_pays()
    assert isinstance(play.page, Done)


# --- the day's statement -------------------------------------------------------------------------


def test_a_statement_settles_what_nobody_answered_as_paid_with_a_receipt_owed(
    play: Playbook,
) -> None:
    payment_id = unknown(play)
    play.platform.wallet_pays(payment_id)
    play.send(e.StatementSays(payment_id, 15000, "2026-11-21"))
    assert state_of(play, payment_id) is State.PAID
    play.network(up=True)
    play.tick(60)
    assert list(play.kiosk.ledger.owed.values()) == [payment_id]


def test_a_statement_settles_what_nobody_answered_as_closed(play: Playbook) -> None:
    payment_id = unknown(play)
    play.send(e.StatementSays(payment_id, 0, "2026-11-21"))
    assert state_of(play, payment_id) is State.CLOSED


def test_a_forced_correction_is_its_own_event_and_names_its_statement(play: Playbook) -> None:
    payment_id = unknown(play)
    play.send(e.StatementSays(payment_id, 0, "2026-11-21"))
    moved = [record for record in play.diary.records() if isinstance(record, PaymentMoved)]
    assert moved[-1].event == "recon_absent"
    assert moved[-1].evidence["statement"] == "2026-11-21"


def test_a_statement_that_contradicts_is_a_conflict(play: Playbook) -> None:
    play.tap(ZHANG)
    payment_id = play.pay()
    play.send(e.BackTouched())
    play.send(e.StatementSays(payment_id, 15000, "2026-11-21"))
    assert state_of(play, payment_id) is State.CONFLICT
    play.send(e.StatementSays(payment_id, 15000, "2026-11-21 again"))
    assert evidence_kept(play) == 1


def test_a_statement_with_another_amount_moves_nothing_and_is_kept(play: Playbook) -> None:
    payment_id = unknown(play)
    play.send(e.StatementSays(payment_id, 14999, "2026-11-21"))
    assert state_of(play, payment_id) is State.UNKNOWN
    assert evidence_kept(play) == 1


def test_a_statement_about_somebody_elses_payment_is_ignored(play: Playbook) -> None:
    before = play.kiosk.ledger
    play.send(e.StatementSays("K9-unknown", 15000, "2026-11-21"))
    assert play.kiosk.ledger == before


def test_a_statement_that_says_what_is_known_changes_nothing(play: Playbook) -> None:
    play.tap(ZHANG)
    payment_id = play.pay()
    play.wallet_pays()
    before = play.kiosk.ledger
    play.send(e.StatementSays(payment_id, 15000, "2026-11-21"))
    assert play.kiosk.ledger == before
