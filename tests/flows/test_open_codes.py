"""Open codes: kept in reserve, handed out while there is no network, settled afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from drivers.api import PrinterCondition, PrinterStatus
from kiosk.domain import events as e
from kiosk.domain import open_codes
from kiosk.domain import operator as o
from kiosk.domain import platform as p
from kiosk.domain.hours import Span
from kiosk.domain.kiosk import Link
from kiosk.domain.open_code import OpenCodeRules, Reserve, State
from kiosk.domain.receipt import CodeSlip
from kiosk.domain.records import (
    OpenCodeHandedOut,
    OpenCodePractised,
    OpenCodesMissed,
    OpenCodesWanted,
    VisitEnded,
)
from kiosk.domain.visit import ChoosingFee, Notice, ShowingCode
from tests.support.playbook import START, MemoryDiary, Playbook, PowerCut

FINE, RENT = "103050101", "103070601"
RULES = OpenCodeRules((Reserve(FINE, 20000, 5), Reserve(FINE, 5000, 5), Reserve(RENT, 8000, 5)))


def playing(rules: OpenCodeRules = RULES, diary: MemoryDiary | None = None) -> Playbook:
    book = Playbook(open_codes=rules, diary=diary)
    book.platform.codes.now_s = lambda: START.timestamp() + book.now_s
    book.tick(2)
    return book


def cut(book: Playbook) -> None:
    book.network(up=False)
    book.tick(37)
    assert book.kiosk.link is Link.DOWN


def back(book: Playbook) -> None:
    book.network(up=True)
    book.tick(10)
    assert book.kiosk.link is Link.UP


def take(book: Playbook, item: str = RENT, amount_fen: int = 8000) -> ShowingCode:
    book.send(e.OpenCodeWanted(), e.FeeChosen(item), e.FeeAmountChosen(amount_fen))
    book.send(e.HandOutTouched())
    assert isinstance(book.page, ShowingCode)
    return book.page


def outage(rules: OpenCodeRules = RULES, diary: MemoryDiary | None = None) -> Playbook:
    book = playing(rules, diary)
    cut(book)
    return book


def handed_out(book: Playbook) -> list[OpenCodeHandedOut]:
    return [each for each in book.diary.records() if isinstance(each, OpenCodeHandedOut)]


def log_in(book: Playbook) -> None:
    technician = o.AccountRole.TECHNICIAN
    book.send(e.Ordered(o.KeepAccount("100", technician, "$argon2id$made-up")))
    book.send(e.AccountSaved("100", technician, dropped=False))
    book.send(e.Ordered(o.LogIn("100", right=True)))
    assert book.kiosk.desk.session is not None


def state_of(book: Playbook, page: ShowingCode) -> State:
    return book.kiosk.ledger.code_book.codes[page.code].state


# --- the reserve -----------------------------------------------------------------------------------


def test_the_reserve_is_fetched_while_there_is_a_network() -> None:
    book = playing()
    assert [open_codes.left(book.kiosk, each, at_s=0) for each in RULES.reserves] == [5, 5, 5]
    assert len(book.platform.codes.blocks) == 3
    book.tick(3600)
    assert len(book.platform.codes.blocks) == 3


def test_a_low_reserve_is_filled_up_when_the_network_is_back() -> None:
    book = outage()
    for _ in range(2):
        for _ in range(2):
            take(book)
            book.send(e.LeaveTouched())
    assert open_codes.left(book.kiosk, RULES.reserves[2], at_s=0) == 1
    back(book)
    assert open_codes.left(book.kiosk, RULES.reserves[2], at_s=0) == 6


def test_a_lost_block_is_asked_for_again_under_its_id_also_after_a_restart() -> None:
    book = Playbook(open_codes=RULES)
    book.platform.codes.now_s = lambda: START.timestamp() + book.now_s
    book.link.faults = [(p.FetchOpenCodes, "answer_lost")] * 9
    book.restart()
    book.tick(2)
    assert book.link.reserve == {}
    book.link.faults = []
    book.restart()
    book.tick(2)
    assert len(book.platform.codes.blocks) == len(book.link.reserve) == 3
    wanted = [each for each in book.diary.records() if isinstance(each, OpenCodesWanted)]
    assert len(wanted) == 3


def test_a_refused_block_is_asked_for_under_another_id() -> None:
    book = playing(replace(RULES, reserves=RULES.reserves[:1]))
    book.platform.codes.refuses = p.Refusal.KEY_REUSED
    cut(book)
    for _ in range(4):
        take(book, FINE, 20000)
        book.send(e.LeaveTouched())
    back(book)
    assert book.kiosk.ledger.code_book.trouble == "key_reused"
    book.platform.codes.refuses = None
    book.tick(120)
    assert book.kiosk.ledger.code_book.trouble == ""
    missed = {x.block_id for x in book.diary.records() if isinstance(x, OpenCodesMissed)}
    assert missed
    assert not missed & set(book.link.reserve)


def test_an_answer_about_another_block_is_not_believed() -> None:
    book = playing(replace(RULES, reserves=RULES.reserves[:1]))
    block = next(iter(book.link.reserve.values()))
    call = p.FetchOpenCodes("B9", FINE, 20000, 5)
    assert p.believable(call, p.OpenCodesFetched(block)) == p.AnswerLost("about_something_else")


# --- handing out ------------------------------------------------------------------------------------


def test_open_codes_are_offered_only_without_a_network() -> None:
    book = playing()
    assert not open_codes.is_offered(book.kiosk)
    book.send(e.OpenCodeWanted())
    assert book.page is None
    cut(book)
    assert open_codes.is_offered(book.kiosk)
    book.send(e.OpenCodeWanted())
    assert book.page == ChoosingFee()


def test_a_kiosk_that_is_out_of_service_or_at_work_offers_no_codes_but_ends_what_was_begun() -> (
    None
):
    book = playing()
    log_in(book)
    cut(book)
    assert not open_codes.is_offered(book.kiosk)
    book.send(e.OpenCodeWanted())
    assert book.page is None
    book.send(e.Ordered(o.TakeOutOfService(o.ClosedBecause.REPAIR)), e.Ordered(o.LogOut()))
    book.send(e.OpenCodeWanted())
    assert book.page is None


def test_a_choice_that_was_begun_before_the_closing_hour_is_not_cut_off() -> None:
    book = outage()
    book.send(e.OpenCodeWanted(), e.FeeChosen(RENT))
    rules = replace(book.kiosk.rules, opening_hours=(Span(frozenset(), 0, 1),))
    book.engine.kiosk = replace(book.kiosk, rules=rules)
    book.send(e.HandOutTouched())
    assert isinstance(book.page, ShowingCode)


def test_a_code_that_was_handed_out_before_is_not_shown_again_from_another_block() -> None:
    book = playing(replace(RULES, reserves=RULES.reserves[2:]))
    cut(book)
    first = take(book).code
    book.send(e.LeaveTouched())
    block = next(iter(book.kiosk.reserve or ()))
    repeated = replace(block, block_id="B-again")
    book.engine.kiosk = replace(book.kiosk, reserve=(repeated,))
    assert take(book).code != first
    assert len({each.code for each in handed_out(book)}) == 2


def test_codes_are_handed_out_in_order_each_once_across_restarts() -> None:
    book, seen = outage(), []
    for _ in range(5):
        seen.append(take(book).code)
        book.restart()
        book.tick(37)
    assert seen == sorted(set(seen))
    assert [each.serial for each in handed_out(book)] == [1, 2, 3, 4, 5]
    book.send(e.OpenCodeWanted(), e.FeeChosen(RENT), e.HandOutTouched())
    assert book.page == ChoosingFee()


def test_a_code_is_durable_before_it_is_shown() -> None:
    diary = MemoryDiary()
    book = outage(diary=diary)
    book.send(e.OpenCodeWanted(), e.FeeChosen(RENT))
    diary.cut_before = diary.commits + 1
    with pytest.raises(PowerCut):
        book.send(e.HandOutTouched())
    assert not any(k.visit and isinstance(k.visit.page, ShowingCode) for k in book.published)
    book.restart()
    book.tick(37)
    assert take(book).code == handed_out(book)[0].code


def test_a_code_whose_commit_was_the_last_thing_is_never_shown_again() -> None:
    diary = MemoryDiary()
    book = outage(diary=diary)
    book.send(e.OpenCodeWanted(), e.FeeChosen(RENT))
    diary.cut_after = diary.commits + 1
    with pytest.raises(PowerCut):
        book.send(e.HandOutTouched())
    book.restart()
    book.tick(37)
    first = handed_out(book)[0].code
    assert take(book).code != first
    back(book)
    assert first in book.kiosk.ledger.code_book.codes


def test_an_amount_is_asked_for_only_where_there_are_several() -> None:
    book = outage()
    book.send(e.OpenCodeWanted(), e.FeeChosen(RENT))
    assert book.page == ChoosingFee(RENT, 8000)
    book.send(e.BackTouched(), e.FeeChosen(FINE))
    assert book.page == ChoosingFee(FINE, 0)
    book.send(e.HandOutTouched())
    assert book.page == ChoosingFee(FINE, 0)
    book.send(e.FeeAmountChosen(777), e.HandOutTouched())
    assert handed_out(book) == []
    book.send(e.BackTouched(), e.BackTouched())
    assert book.page is None


@pytest.mark.parametrize(
    ("rules", "allowed"),
    [
        (replace(RULES, per_visit=2), 2),
        (replace(RULES, per_day_fen=8000 * 3), 3),
        (replace(RULES, per_outage_fen=8000), 1),
        (replace(RULES, max_code_fen=7999), 0),
    ],
)
def test_caps_hold(rules: OpenCodeRules, allowed: int) -> None:
    book = outage(rules)
    book.send(e.OpenCodeWanted())
    for _ in range(5):
        book.send(e.FeeChosen(RENT), e.HandOutTouched(), e.AnotherFeeTouched())
    assert len(handed_out(book)) == allowed


def test_a_kiosk_that_lost_its_clock_hands_out_nothing() -> None:
    book = outage()
    assert open_codes.is_offered(book.kiosk)
    book.clock_off = datetime(1970, 1, 2, tzinfo=UTC) - START
    book.tick(1)
    assert not open_codes.is_offered(book.kiosk)


def test_the_caps_of_an_outage_survive_a_restart_and_end_with_it() -> None:
    book = outage(replace(RULES, per_outage_fen=8000))
    take(book)
    book.restart()
    book.tick(37)
    assert all(each.item_code != RENT for each in open_codes.offers(book.kiosk))
    back(book)
    cut(book)
    assert any(each.item_code == RENT for each in open_codes.offers(book.kiosk))


def test_codes_close_to_their_end_are_not_handed_out() -> None:
    book = outage()
    book.tick(7 * 86400 - 3 * 3600)
    assert open_codes.is_offered(book.kiosk)
    book.tick(2 * 3600)
    assert not open_codes.is_offered(book.kiosk)


def test_the_network_coming_back_ends_the_choice_with_a_word() -> None:
    book = outage()
    book.send(e.OpenCodeWanted())
    book.network(up=True)
    book.tick(6)
    assert book.page is None
    assert book.kiosk.notice is Notice.LINK_BACK


def test_a_code_stays_on_the_screen_when_the_network_comes_back_and_until_its_time() -> None:
    book = outage()
    page = take(book)
    back(book)
    assert book.page == page
    book.tick(RULES.show_s)
    assert book.page is None
    assert state_of(book, page) is State.OPEN


def test_the_slip_carries_code_and_qr_and_no_printer_is_no_obstacle() -> None:
    book = outage()
    page = take(book)
    slip = book.paper.slips[-1]
    assert isinstance(slip, CodeSlip)
    assert (slip.code, slip.qr_url, slip.amount_fen) == (page.code, page.qr_url, 8000)
    assert not book.kiosk.ledger.open_slips
    book.set_printer(PrinterStatus(frozenset({PrinterCondition.PAPER_OUT})))
    book.send(e.AnotherFeeTouched())
    book.send(e.FeeChosen(RENT), e.HandOutTouched())
    assert isinstance(book.page, ShowingCode)
    assert len(book.paper.slips) == 1


# --- settling ----------------------------------------------------------------------------------------


def test_a_code_paid_by_phone_is_settled_when_the_network_is_back() -> None:
    book = outage()
    page = take(book)
    assert book.platform.codes.pay(page.code)
    assert state_of(book, page) is State.OPEN
    back(book)
    assert state_of(book, page) is State.SETTLED
    known = book.kiosk.ledger.code_book.codes[page.code]
    assert known.receipt_no == book.platform.codes.codes[page.code].receipt_no
    assert book.ledger_of_journal() == book.kiosk.ledger


def test_a_code_is_asked_about_until_it_is_paid_or_has_expired() -> None:
    book = outage()
    early, late = take(book), None
    book.send(e.AnotherFeeTouched())
    late = take(book)
    back(book)
    assert state_of(book, early) is state_of(book, late) is State.OPEN
    assert book.platform.codes.pay(late.code)
    book.tick(2 * 86400)
    assert (state_of(book, early), state_of(book, late)) == (State.OPEN, State.SETTLED)
    book.tick(7 * 86400)
    assert state_of(book, early) is State.EXPIRED


def test_a_withdrawn_code_is_voided_unless_it_was_paid() -> None:
    book = outage()
    kept = take(book)
    book.send(e.WithdrawTouched())
    assert book.page == ChoosingFee(given=1, notice=Notice.CODE_WITHDRAWN)
    paid = take(book)
    assert book.platform.codes.pay(paid.code)
    book.send(e.WithdrawTouched(), e.LeaveTouched())
    back(book)
    assert (state_of(book, kept), state_of(book, paid)) == (State.VOIDED, State.SETTLED)
    assert not book.platform.codes.pay(kept.code)


@pytest.mark.parametrize("paid", [True, False])
def test_a_code_whose_end_is_known_cannot_be_given_back_any_more(*, paid: bool) -> None:
    book = outage()
    page = take(book)
    if paid:
        assert book.platform.codes.pay(page.code)
    else:
        book.platform.codes.codes[page.code].voided = True
    back(book)
    before = state_of(book, page)
    book.send(e.WithdrawTouched())
    assert book.page == page
    assert state_of(book, page) is before is (State.SETTLED if paid else State.VOIDED)


def test_a_code_that_was_paid_with_another_amount_stays_a_case_when_the_word_changes() -> None:
    book = outage()
    page = take(book)
    assert book.platform.codes.pay(page.code)
    book.platform.codes.codes[page.code].paid_fen = 1
    back(book)
    book.platform.codes.codes[page.code].paid_fen = 0
    book.tick(9 * 86400)
    assert state_of(book, page) is State.CASE
    assert book.kiosk.ledger.code_book.codes[page.code].evidence["paid_fen"] == 1
    book.platform.codes.codes[page.code].paid_fen = page.amount_fen
    book.tick(2 * 86400)
    assert state_of(book, page) is State.SETTLED


def test_a_code_that_the_platform_does_not_know_and_another_amount_are_cases() -> None:
    book = outage()
    foreign = take(book)
    book.send(e.AnotherFeeTouched())
    other = take(book)
    known = book.platform.codes.codes.pop(foreign.code)
    assert book.platform.codes.pay(other.code)
    book.platform.codes.codes[other.code].paid_fen = 1
    back(book)
    assert state_of(book, foreign) is state_of(book, other) is State.CASE
    book.platform.codes.codes[foreign.code] = known
    assert book.platform.codes.pay(foreign.code)
    book.tick(2 * 86400)
    assert state_of(book, foreign) is State.SETTLED


def test_a_code_without_a_verdict_long_after_its_end_is_a_case_and_is_asked_about() -> None:
    book = outage()
    page = take(book)
    book.link.faults = [(p.ReportOpenCodes, "answer_lost")] * 1000
    back(book)
    book.tick(15 * 86400)
    assert state_of(book, page) is State.CASE
    book.link.faults = []
    book.tick(2 * 86400)
    assert state_of(book, page) is State.EXPIRED


def test_a_verdict_that_contradicts_an_earlier_one_is_a_case() -> None:
    book = outage()
    page = take(book)
    assert book.platform.codes.pay(page.code)
    back(book)
    call = p.ReportOpenCodes((p.CodeReport(page.code, 0, withdrawn=False),))
    seen = p.OpenCodesSeen((p.CodeSeen(page.code, p.CodeState.EXPIRED),))
    book.send(e.PlatformReplied(call, seen))
    assert state_of(book, page) is State.CASE


# --- practice ----------------------------------------------------------------------------------------


def test_a_drill_uses_no_code_and_counts_nothing() -> None:
    book = playing(replace(RULES, drill=True))
    page = take(book)
    assert page.drill
    assert page.code not in book.platform.codes.codes
    assert handed_out(book) == []
    assert any(isinstance(each, OpenCodePractised) for each in book.diary.records())
    slip = book.paper.slips[-1]
    assert isinstance(slip, CodeSlip)
    assert slip.drill
    book.send(e.WithdrawTouched(), e.LeaveTouched())
    assert book.kiosk.ledger.code_book.outage_fen == book.kiosk.ledger.code_book.day_fen == 0
    assert not any(isinstance(each, VisitEnded) for each in book.diary.records())
