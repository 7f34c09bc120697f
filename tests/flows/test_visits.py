"""Visits: who is here, what they are told, and that nothing of them stays."""

from __future__ import annotations

import pytest

from drivers.api import CardReadFailed, CardRemoved, Role
from kiosk.domain import events as e
from kiosk.domain import platform as p
from kiosk.domain.kiosk import Service
from kiosk.domain.payment import State
from kiosk.domain.records import VisitEnded
from kiosk.domain.visit import (
    Choosing,
    Done,
    EnteringCode,
    Notice,
    Paying,
    Searching,
    Trouble,
    TroubleKind,
)
from tests.support.people import WANG, ZHANG, bill
from tests.support.playbook import Playbook


@pytest.fixture
def play() -> Playbook:
    play = Playbook()
    play.platform.owe(bill(1))
    return play


def trouble(play: Playbook) -> TroubleKind:
    assert isinstance(play.page, Trouble)
    return play.page.kind


# --- cards -----------------------------------------------------------------------------------------


def test_a_card_shows_what_is_owed_with_everything_chosen(play: Playbook) -> None:
    play.tap(ZHANG)
    assert isinstance(play.page, Choosing)
    assert play.page.total_fen == 15000


def test_the_same_card_again_is_the_same_visit(play: Playbook) -> None:
    play.tap(ZHANG)
    visit_id = play.kiosk.visit.visit_id  # type: ignore[union-attr]
    play.tap(ZHANG)
    assert play.kiosk.visit is not None
    assert play.kiosk.visit.visit_id == visit_id
    assert play.kiosk.visit.swap is None


def test_another_card_is_asked_about_before_anything_changes(play: Playbook) -> None:
    play.tap(ZHANG)
    play.tap(WANG)
    assert play.kiosk.visit is not None
    assert play.kiosk.visit.swap is not None
    assert play.kiosk.visit.subject is not None
    assert play.kiosk.visit.subject.number == ZHANG.number


def test_accepting_the_swap_closes_the_first_payment_and_begins_the_second_visit(
    play: Playbook,
) -> None:
    play.tap(ZHANG)
    payment_id = play.pay()
    play.tap(WANG)
    play.send(e.SwapAnswered(accept=True))
    assert play.kiosk.ledger.payments[payment_id].state is State.CLOSED
    assert play.kiosk.visit is not None
    assert play.kiosk.visit.subject is not None
    assert play.kiosk.visit.subject.number == WANG.number


def test_declining_the_swap_goes_on_as_before(play: Playbook) -> None:
    play.tap(ZHANG)
    play.pay()
    play.tap(WANG)
    play.send(e.SwapAnswered(accept=False))
    assert isinstance(play.page, Paying)
    assert play.kiosk.visit is not None
    assert play.kiosk.visit.swap is None


def test_an_unanswered_swap_question_goes_away(play: Playbook) -> None:
    play.tap(ZHANG)
    play.pay()
    play.tap(WANG)
    play.tick(37)
    assert play.kiosk.visit is not None
    assert play.kiosk.visit.swap is None


def test_a_payment_goes_on_behind_the_swap_question(play: Playbook) -> None:
    play.tap(ZHANG)
    play.pay()
    play.tap(WANG)
    play.wallet_pays()
    assert isinstance(play.page, Done)


def test_after_the_last_page_the_next_card_needs_no_question(play: Playbook) -> None:
    play.tap(ZHANG)
    play.pay()
    play.wallet_pays()
    play.tap(WANG)
    assert play.kiosk.visit is not None
    assert play.kiosk.visit.swap is None


@pytest.mark.parametrize(
    ("reason", "notice"),
    [
        ("moved", Notice.CARD_UNREADABLE),
        ("damaged", Notice.CARD_UNREADABLE),
        ("not_an_id_card", Notice.CARD_NOT_ACCEPTED),
    ],
)
def test_a_card_that_cannot_be_read_is_explained_on_the_start_page(
    play: Playbook, reason: str, notice: Notice
) -> None:
    play.send(CardReadFailed(reason))
    assert play.kiosk.notice is notice


def test_taking_the_card_away_does_not_end_the_visit(play: Playbook) -> None:
    play.tap(ZHANG)
    play.pay()
    play.send(CardRemoved())
    assert isinstance(play.page, Paying)
    assert not play.kiosk.card_on_reader


def test_a_reader_unplugged_during_a_visit_keeps_the_visit(play: Playbook) -> None:
    play.tap(ZHANG)
    play.pay()
    play.send(e.DeviceDown(Role.ID_READER, "cable"))
    play.wallet_pays()
    assert isinstance(play.page, Done)


# --- codes -----------------------------------------------------------------------------------------


def test_a_payment_code_works_without_a_card(play: Playbook) -> None:
    play.send(e.EnterCodeTouched(), e.CodeSubmitted(bill(1).bill_no))
    assert isinstance(play.page, Choosing)


def test_a_code_inside_a_notice_url_is_found(play: Playbook) -> None:
    play.send(e.CodeScanned(f"http://pay.example/qrcode/billId={bill(1).bill_no}"))
    assert isinstance(play.page, Choosing)


@pytest.mark.parametrize(
    ("text", "notice"),
    [
        ("281234567890123456", Notice.WALLET_CODE),
        ("134567890123456789", Notice.WALLET_CODE),
        ("6212345678901234567", Notice.WALLET_CODE),
        (ZHANG.number, Notice.USE_YOUR_CARD),
        ("hello", Notice.CODE_UNKNOWN),
        ("x" * 600, Notice.CODE_UNKNOWN),
        ("\x1b[2J", Notice.CODE_UNKNOWN),
    ],
)
def test_what_is_no_bill_is_explained_and_not_looked_up(
    play: Playbook, text: str, notice: Notice
) -> None:
    play.send(e.CodeScanned(text))
    assert play.kiosk.notice is notice
    assert not play.performed_of(p.SearchBills)


def test_a_wrong_code_is_explained_on_the_code_page(play: Playbook) -> None:
    play.send(e.EnterCodeTouched(), e.CodeSubmitted("123"))
    assert play.page == EnteringCode(Notice.CODE_UNKNOWN)


def test_a_code_that_the_platform_does_not_know_says_so(play: Playbook) -> None:
    play.send(e.CodeScanned("33010526999999999999"))
    assert trouble(play) is TroubleKind.CODE_NOT_FOUND


def test_a_code_that_was_not_found_is_typed_again_in_one_touch(play: Playbook) -> None:
    play.send(e.CodeScanned("33010526999999999999"), e.RetryTouched())
    assert play.page == EnteringCode()


def test_a_scan_during_a_visit_is_ignored(play: Playbook) -> None:
    play.tap(ZHANG)
    play.pay()
    play.send(e.CodeScanned(bill(1).bill_no))
    assert isinstance(play.page, Paying)


# --- looking up ---------------------------------------------------------------------------------------


def test_a_failed_lookup_is_tried_again_by_itself(play: Playbook) -> None:
    play.link.faults = [(p.SearchBills, "answer_lost")]
    play.tap(ZHANG)
    assert isinstance(play.page, Searching)
    play.tick(2)
    assert isinstance(play.page, Choosing)


def test_a_lookup_that_keeps_failing_ends_in_words_and_a_retry(play: Playbook) -> None:
    play.link.faults = [(p.SearchBills, "answer_lost")] * 3
    play.tap(ZHANG)
    play.tick(5)
    assert trouble(play) is TroubleKind.LOOKUP_FAILED
    play.send(e.RetryTouched())
    assert isinstance(play.page, Choosing)


def test_bills_are_shown_even_when_the_receipts_cannot_be_found_out(play: Playbook) -> None:
    play.link.faults = [(p.SearchReceipts, "answer_lost")]
    play.tap(ZHANG)
    assert isinstance(play.page, Choosing)
    assert play.page.notice is Notice.RECEIPTS_UNAVAILABLE


def test_an_answer_to_an_older_lookup_is_ignored(play: Playbook) -> None:
    play.hold = (p.SearchBills,)
    play.tap(ZHANG)
    old = play.pending[0]
    assert isinstance(old, p.SearchBills)
    play.send(e.LeaveTouched())
    play.tap(WANG)
    play.send(e.PlatformReplied(old, p.BillsFound((bill(77),))))
    assert isinstance(play.page, Searching)
    assert play.page.bills is None


def test_someone_who_owes_nothing_is_told_so(play: Playbook) -> None:
    play.platform.bills.clear()
    play.tap(ZHANG)
    assert isinstance(play.page, Done)
    assert play.page.nothing_due


# --- leaving -------------------------------------------------------------------------------------------


def test_a_visit_nobody_touches_ends(play: Playbook) -> None:
    play.tap(ZHANG)
    play.tick(61)
    assert play.page is None


def test_a_touch_extends_the_visit(play: Playbook) -> None:
    play.tap(ZHANG)
    for _ in range(10):
        play.tick(50)
        play.send(e.Touched())
    assert isinstance(play.page, Choosing)


def test_a_page_that_appears_by_itself_gets_its_whole_reading_time(play: Playbook) -> None:
    play.tap(ZHANG)
    play.pay()
    play.tick(171)
    play.tick(50)
    assert trouble(play) is TroubleKind.NOT_PAID_EXPIRED


def test_the_last_page_returns_to_the_start_by_itself(play: Playbook) -> None:
    play.tap(ZHANG)
    play.pay()
    play.wallet_pays()
    play.tick(37)
    assert play.page is None


def test_nothing_personal_is_in_the_state_after_the_visit(play: Playbook) -> None:
    play.tap(ZHANG)
    play.pay()
    play.wallet_pays()
    play.send(e.LeaveTouched())
    assert "visit=None" in repr(play.kiosk)
    assert ZHANG.number not in repr_all(play)
    assert ZHANG.name not in repr_all(play)


def test_nothing_personal_is_in_the_journal(play: Playbook) -> None:
    play.tap(ZHANG)
    play.pay()
    play.wallet_pays()
    play.send(e.LeaveTouched())
    text = repr(play.diary.rows)
    assert ZHANG.number not in text
    assert ZHANG.name not in text


def repr_all(play: Playbook) -> str:
    return repr(play.kiosk) + repr(play.kiosk.ledger) + repr(play.pending)


def test_the_end_of_a_visit_is_recorded_with_its_reason(play: Playbook) -> None:
    play.tap(ZHANG)
    play.send(e.LeaveTouched())
    ended = [record for record in play.diary.records() if isinstance(record, VisitEnded)]
    assert [record.reason for record in ended] == ["left"]


# --- the start page --------------------------------------------------------------------------------------


def test_without_a_link_the_start_page_says_so(play: Playbook) -> None:
    play.network(up=False)
    play.tick(37)
    assert play.kiosk.service is Service.NO_LINK


def test_the_start_page_comes_back_when_the_link_does(play: Playbook) -> None:
    play.network(up=False)
    play.tick(37)
    play.network(up=True)
    play.tick(6)
    assert play.kiosk.service is Service.IN_SERVICE


def test_one_lost_answer_is_not_an_outage(play: Playbook) -> None:
    play.link.faults = [(p.SearchReceipts, "answer_lost")]
    play.tap(ZHANG)
    play.tick()
    assert play.kiosk.service is Service.IN_SERVICE


def test_a_touch_on_the_last_page_gives_its_time_again() -> None:
    book = Playbook()
    book.tap(ZHANG)
    assert isinstance(book.page, Done)
    book.tick(book.rules.done_s - 1)
    book.send(e.Touched())
    book.tick(book.rules.done_s - 1)
    assert isinstance(book.page, Done)
    book.tick(2)
    assert book.page is None
