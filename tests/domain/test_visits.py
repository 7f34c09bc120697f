"""The pages of a visit, one turn at a time: who is let in, what is found, what times out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from drivers.api import PrinterCondition, PrinterStatus, Role
from kiosk.domain import visits
from kiosk.domain.identifiers import subject_digest
from kiosk.domain.kiosk import Presence
from kiosk.domain.payment import State
from kiosk.domain.platform import (
    AnswerLost,
    BillsFound,
    Offer,
    ReceiptsFound,
    Refusal,
    Refused,
    SearchBills,
    SearchReceipts,
    Subject,
    SubjectKind,
)
from kiosk.domain.records import FoundOnPaper, PaymentMoved, VisitEnded, VisitOpened
from kiosk.domain.turn import Turn
from kiosk.domain.visit import (
    AmountChange,
    CheckCause,
    Checking,
    Choosing,
    Confirming,
    Done,
    EnteringCode,
    ItemState,
    Notice,
    Page,
    Paying,
    Printing,
    PrintItem,
    Searching,
    Trouble,
    TroubleKind,
    Visit,
)
from kiosk.domain.visits import MAX_BASKET, MAX_PAYMENT_FEN
from tests.support.people import WANG, ZHANG, bill, head_of, receipt_of
from tests.support.turns import NOW_S, RULES, payment, turn_with

ME = Subject(
    SubjectKind.PERSON, ZHANG.number, ZHANG.name, subject_digest(RULES.digest_key, ZHANG.number)
)
OTHER = Subject(SubjectKind.PERSON, WANG.number, WANG.name, "other")
BILL, DEARER = bill(1), bill(1, 15500)
HEAD = head_of(receipt_of(bill(7)))
LOST = AnswerLost("time-out")
READY = {
    "presence": {Role.RECEIPT_PRINTER: Presence.UP, Role.ID_READER: Presence.UP},
    "printer": PrinterStatus(),
}


def visiting(page: Page, *, subject: Subject | None = ME, **fields: Any) -> dict[str, Any]:
    return {"visit": replace(Visit("V", page, subject, touched_s=NOW_S - 10), **fields)}


def searching(**fields: Any) -> Searching:
    return replace(Searching("L", NOW_S), **fields)


def choosing(*bills, receipts=(HEAD,), **fields: Any) -> Choosing:
    chosen = frozenset(each.bill_no for each in bills)
    return replace(Choosing(bills, receipts, chosen), **fields)


def visit_of(turn: Turn) -> Visit:
    assert turn.visit is not None
    return turn.visit


# --- coming in ---------------------------------------------------------------------------------


def test_a_card_opens_a_visit_with_both_searches() -> None:
    turn = turn_with(notice=Notice.CARD_UNREADABLE)
    visits.on_card(turn, ZHANG)
    assert turn.records == [VisitOpened("V-fresh", "person", ME.digest)]
    assert turn.effects == [SearchBills("L-fresh2", ME), SearchReceipts("L-fresh2", ME)]
    assert turn.visit == Visit("V-fresh", Searching("L-fresh2", NOW_S), ME, NOW_S)
    assert turn.kiosk.card_on_reader
    assert turn.kiosk.notice is None


@pytest.mark.parametrize("page", [EnteringCode(), Done(())])
def test_a_card_ends_a_page_that_nobody_needs_any_more(page: Page) -> None:
    turn = turn_with(**visiting(page))
    visits.on_card(turn, WANG)
    assert turn.records[0] == VisitEnded("V", "next")
    assert isinstance(visit_of(turn).page, Searching)


def test_the_same_card_is_a_touch_and_takes_the_question_away() -> None:
    turn = turn_with(**visiting(choosing(BILL), swap=OTHER))
    visits.on_card(turn, ZHANG)
    assert (visit_of(turn).touched_s, visit_of(turn).swap) == (NOW_S, None)
    assert not turn.records


def test_another_card_is_asked_about_and_the_page_stays() -> None:
    turn = turn_with(**visiting(choosing(BILL)))
    visits.on_card(turn, WANG)
    swap = visit_of(turn).swap
    assert swap is not None
    assert swap.number == WANG.number
    assert visit_of(turn).swap_asked_s == NOW_S
    assert visit_of(turn).page == choosing(BILL)


def test_a_card_while_a_code_is_looked_up_is_asked_about() -> None:
    code = Subject(SubjectKind.PAYMENT_CODE, BILL.bill_no, digest="code")
    turn = turn_with(**visiting(searching(), subject=code))
    visits.on_card(turn, ZHANG)
    assert visit_of(turn).swap is not None


def test_an_answer_to_a_question_nobody_asked_changes_nothing() -> None:
    turn = turn_with(**visiting(choosing(BILL)))
    visits.on_swap_answered(turn, accept=True)
    assert not turn.end()[1]
    turn = turn_with()
    visits.on_swap_answered(turn, accept=True)
    assert not turn.end()[1]


def test_a_declined_swap_goes_on_with_its_whole_time() -> None:
    turn = turn_with(**visiting(choosing(BILL), swap=OTHER))
    visits.on_swap_answered(turn, accept=False)
    assert (visit_of(turn).touched_s, visit_of(turn).swap) == (NOW_S, None)


def test_an_accepted_swap_ends_the_visit_and_begins_the_others() -> None:
    turn = turn_with(**visiting(choosing(BILL), swap=OTHER))
    visits.on_swap_answered(turn, accept=True)
    assert turn.records == [VisitEnded("V", "swap"), VisitOpened("V-fresh", "person", "other")]
    assert visit_of(turn).subject == OTHER


@pytest.mark.parametrize(
    ("text", "kind"),
    [(BILL.bill_no, SubjectKind.PAYMENT_CODE), ("91110000600037341L", SubjectKind.ENTERPRISE)],
)
def test_a_code_opens_a_visit_for_what_it_names(text: str, kind: SubjectKind) -> None:
    turn = turn_with()
    visits.on_code(turn, text)
    digest = subject_digest(RULES.digest_key, text)
    assert turn.records == [VisitOpened("V-fresh", kind.value, digest)]
    assert visit_of(turn).subject == Subject(kind, text, digest=digest)


@pytest.mark.parametrize("fields", [{"halted": "disk"}, {"low_space": True}])
def test_a_kiosk_that_takes_nobody_in_lets_nobody_in(fields: dict[str, Any]) -> None:
    turn = turn_with(**fields)
    visits.on_card(turn, ZHANG)
    visits.on_code(turn, BILL.bill_no)
    visits.on_enter_code(turn)
    assert turn.visit is None
    assert not turn.records


def test_typing_a_code_begins_a_visit_of_nobody_and_clears_the_sentence() -> None:
    turn = turn_with(notice=Notice.CARD_UNREADABLE)
    visits.on_enter_code(turn)
    assert turn.visit == Visit("V-fresh", EnteringCode(), touched_s=NOW_S)
    assert turn.kiosk.notice is None
    assert not turn.records


def test_typing_a_code_during_a_visit_is_a_finger_too_late() -> None:
    turn = turn_with(**visiting(choosing(BILL)))
    visits.on_enter_code(turn)
    assert visit_of(turn).page == choosing(BILL)


def test_a_sentence_stands_where_the_resident_looks_and_for_eight_seconds() -> None:
    turn = turn_with()
    visits.tell(turn, Notice.CODE_UNKNOWN)
    assert (turn.kiosk.notice, turn.kiosk.notice_until_s) == (Notice.CODE_UNKNOWN, NOW_S + 8)
    turn = turn_with(**visiting(EnteringCode(), subject=None))
    visits.tell(turn, Notice.CODE_UNKNOWN)
    assert visit_of(turn).page == EnteringCode(Notice.CODE_UNKNOWN)
    assert turn.kiosk.notice is None
    turn = turn_with(**visiting(choosing(BILL)))
    visits.tell(turn, Notice.CODE_UNKNOWN)
    assert not turn.end()[1]


# --- looking up --------------------------------------------------------------------------------


def found(turn: Turn, *bills) -> None:
    visits.on_bills_reply(turn, SearchBills("L", ME), BillsFound(bills))


@pytest.mark.parametrize("outcome", [BillsFound((BILL,)), LOST])
def test_bills_of_another_lookup_or_after_the_search_are_ignored(outcome) -> None:
    for page in (searching(lookup_id="other"), choosing(BILL)):
        turn = turn_with(**visiting(page))
        visits.on_bills_reply(turn, SearchBills("L", ME), outcome)
        assert not turn.end()[1]


@pytest.mark.parametrize("outcome", [ReceiptsFound((HEAD,)), LOST])
def test_receipts_of_another_lookup_or_after_the_search_are_ignored(outcome) -> None:
    for page in (searching(lookup_id="other"), choosing(BILL)):
        turn = turn_with(**visiting(page))
        visits.on_receipts_reply(turn, SearchReceipts("L", ME), outcome)
        assert not turn.end()[1]


def test_bills_alone_are_kept_until_the_receipts_are_known() -> None:
    turn = turn_with(**visiting(searching(retry_at_s=9999.0)))
    found(turn, BILL)
    assert visit_of(turn).page == searching(bills=(BILL,))


def test_receipts_alone_are_kept_until_the_bills_are_known() -> None:
    turn = turn_with(**visiting(searching()))
    visits.on_receipts_reply(turn, SearchReceipts("L", ME), ReceiptsFound((HEAD,)))
    assert visit_of(turn).page == searching(receipts=(HEAD,))


def test_receipts_that_cannot_be_found_out_are_said_beside_the_bills() -> None:
    turn = turn_with(**visiting(searching(bills=(BILL,))))
    visits.on_receipts_reply(turn, SearchReceipts("L", ME), LOST)
    assert visit_of(turn).page == choosing(BILL, receipts=(), notice=Notice.RECEIPTS_UNAVAILABLE)


def test_a_notice_of_the_search_is_not_covered_by_missing_receipts() -> None:
    page = searching(receipts_failed=True, notice=Notice.PAID_ELSEWHERE)
    turn = turn_with(**visiting(page))
    found(turn, BILL)
    assert visit_of(turn).page == choosing(BILL, receipts=(), notice=Notice.PAID_ELSEWHERE)


def test_who_owes_nothing_and_paid_nothing_is_told_so_for_a_while() -> None:
    turn = turn_with(**visiting(searching(receipts=())))
    found(turn)
    assert visit_of(turn).page == Done((), nothing_due=True, until_s=NOW_S + RULES.done_s)


@pytest.mark.parametrize("fields", [{"receipts": (HEAD,)}, {"receipts_failed": True}])
def test_nothing_due_is_said_only_when_all_is_known(fields: dict[str, Any]) -> None:
    turn = turn_with(**visiting(searching(**fields)))
    found(turn)
    assert isinstance(visit_of(turn).page, Choosing)


@pytest.mark.parametrize(
    ("code", "trouble"),
    [
        (Refusal.NOT_FOUND, Trouble(TroubleKind.CODE_NOT_FOUND, can_retry=True)),
        (Refusal.RATE_LIMITED, Trouble(TroubleKind.RATE_LIMITED)),
    ],
)
def test_a_refused_search_is_explained_at_once(code: Refusal, trouble: Trouble) -> None:
    turn = turn_with(**visiting(searching()))
    visits.on_bills_reply(turn, SearchBills("L", ME), Refused(code))
    assert visit_of(turn).page == trouble


@pytest.mark.parametrize("attempt", [1, 2])
def test_a_lost_search_is_made_again_after_its_pause(attempt: int) -> None:
    turn = turn_with(**visiting(searching(attempt=attempt)))
    visits.on_bills_reply(turn, SearchBills("L", ME), LOST)
    page = visit_of(turn).page
    assert page == searching(attempt=attempt, retry_at_s=NOW_S + RULES.lookup_retry_s)


def test_a_search_lost_for_the_third_time_offers_another() -> None:
    turn = turn_with(**visiting(searching(attempt=3)))
    visits.on_bills_reply(turn, SearchBills("L", ME), LOST)
    assert visit_of(turn).page == Trouble(TroubleKind.LOOKUP_FAILED, can_retry=True)


@pytest.mark.parametrize(("due_s", "asked"), [(NOW_S, 1), (NOW_S + 0.1, 0)])
def test_the_search_is_repeated_when_it_is_due(due_s: float, asked: int) -> None:
    turn = turn_with(**visiting(searching(retry_at_s=due_s)))
    visits.on_tick(turn)
    assert turn.effects == [SearchBills("L", ME)] * asked
    if asked:
        assert visit_of(turn).page == searching(attempt=2)


def test_what_is_known_is_not_looked_up_again_within_a_search() -> None:
    turn = turn_with(**visiting(searching(bills=(BILL,), receipts=())))
    visits._search(turn, searching(bills=(BILL,), receipts=()))
    visits._search(turn, searching(bills=(BILL,), receipts_failed=True))
    assert not turn.effects


# --- what is offered -----------------------------------------------------------------------------


def test_an_amount_that_changed_is_confirmed_and_named() -> None:
    turn = turn_with(**READY, **visiting(searching(receipts=(), compare_with=(BILL,))))
    found(turn, DEARER, bill(2))
    page = visit_of(turn).page
    assert isinstance(page, Confirming)
    assert page.changes == (AmountChange(BILL.bill_no, BILL.title, 15000, 15500),)
    assert page.choosing.selected == {BILL.bill_no}
    assert not page.no_receipt_now


def test_a_changed_amount_without_paper_asks_about_the_receipt_too() -> None:
    turn = turn_with(**visiting(searching(receipts=(), compare_with=(BILL,))))
    found(turn, DEARER)
    page = visit_of(turn).page
    assert isinstance(page, Confirming)
    assert page.no_receipt_now


def test_only_what_was_agreed_is_chosen_again_and_what_did_not_change_needs_no_question() -> None:
    turn = turn_with(**visiting(searching(receipts=(), compare_with=(BILL,))))
    found(turn, BILL, bill(2))
    page = visit_of(turn).page
    assert isinstance(page, Choosing)
    assert page.selected == {BILL.bill_no}


def test_bills_that_are_gone_were_paid_elsewhere() -> None:
    turn = turn_with(**visiting(searching(receipts=(), compare_with=(BILL,))))
    found(turn, bill(2))
    page = visit_of(turn).page
    assert isinstance(page, Choosing)
    assert (page.notice, page.selected) == (Notice.PAID_ELSEWHERE, frozenset())


def test_receipts_come_by_themselves_only_with_nothing_to_pay_and_a_ready_printer() -> None:
    turn = turn_with(**READY, **visiting(searching(receipts=(HEAD,))))
    found(turn)
    page = visit_of(turn).page
    assert isinstance(page, Choosing)
    assert page.auto_collect_at_s == NOW_S + RULES.auto_collect_s
    printed = replace(HEAD, copies_printed=1)
    for fields, bills, head in ((READY, (BILL,), HEAD), ({}, (), HEAD), (READY, (), printed)):
        turn = turn_with(**fields, **visiting(searching(receipts=(head,))))
        found(turn, *bills)
        page = visit_of(turn).page
        assert isinstance(page, Choosing)
        assert page.auto_collect_at_s is None


def test_a_basket_is_filled_up_to_its_limits_and_no_further() -> None:
    many = [bill(number, 1) for number in range(MAX_BASKET + 1)]
    assert len(visits._payable_together(many)) == MAX_BASKET
    exactly = [bill(1, MAX_PAYMENT_FEN - 10), bill(2, 10)]
    assert len(visits._payable_together(exactly)) == 2
    over = [bill(1, MAX_PAYMENT_FEN - 10), bill(2, 11), bill(3, 10)]
    assert visits._payable_together(over) == {bill(1).bill_no, bill(3).bill_no}


def test_toggling_takes_a_bill_out_and_in_and_stops_the_printing_by_itself() -> None:
    page = choosing(BILL, bill(2), notice=Notice.TOO_MANY, auto_collect_at_s=1.0)
    turn = turn_with(**visiting(page))
    visits.on_bill_toggled(turn, page, BILL.bill_no)
    once = visit_of(turn).page
    assert isinstance(once, Choosing)
    assert (once.selected, once.notice, once.auto_collect_at_s) == ({bill(2).bill_no}, None, None)
    visits.on_bill_toggled(turn, once, BILL.bill_no)
    twice = visit_of(turn).page
    assert isinstance(twice, Choosing)
    assert twice.selected == page.selected


def test_a_bill_that_is_not_on_the_page_cannot_be_toggled() -> None:
    turn = turn_with(**visiting(choosing(BILL)))
    visits.on_bill_toggled(turn, choosing(BILL), "nobody's")
    assert not turn.end()[1]


# --- printing ----------------------------------------------------------------------------------


def test_collecting_prints_what_was_never_printed() -> None:
    page = choosing(receipts=(HEAD, replace(HEAD, receipt_no="R2", copies_printed=1)))
    turn = turn_with(**READY, **visiting(page))
    visits.collect(turn, page)
    printing = visit_of(turn).page
    assert isinstance(printing, Printing)
    assert [(item.receipt_no, item.reprint) for item in printing.items] == [
        (HEAD.receipt_no, False)
    ]


def test_collecting_with_nothing_to_collect_changes_nothing() -> None:
    page = choosing(receipts=(replace(HEAD, copies_printed=1),))
    turn = turn_with(**READY, **visiting(page))
    visits.collect(turn, page)
    assert not turn.end()[1]


def test_collecting_without_a_printer_says_why_and_goes_back_to_a_page_that_waits() -> None:
    page = choosing(auto_collect_at_s=1.0)
    out = PrinterStatus(frozenset({PrinterCondition.PAPER_OUT}))
    turn = turn_with(**READY | {"printer": out}, **visiting(page))
    visits.collect(turn, page)
    assert visit_of(turn).page == Trouble(
        TroubleKind.PRINTER_NOT_READY, choosing(), reason="paper_out"
    )


def test_a_copy_of_a_receipt_on_the_page_is_a_reprint() -> None:
    page = choosing(receipts=(replace(HEAD, copies_printed=1),))
    turn = turn_with(**READY, **visiting(page))
    visits.reprint(turn, "nobody's")
    assert not turn.end()[1]
    visits.reprint(turn, HEAD.receipt_no)
    printing = visit_of(turn).page
    assert isinstance(printing, Printing)
    assert [item.reprint for item in printing.items] == [True]


def done_page() -> Done:
    items = tuple(
        PrintItem(f"R-{state}", "title", 5, state=state, job_id="J")
        for state in (ItemState.PRINTED, ItemState.DOUBT)
    )
    return Done(items, payment_id="P", paid_fen=5, until_s=9999.0)


def test_a_doubtful_copy_is_printed_again_from_the_last_page_and_a_good_one_is_not() -> None:
    turn = turn_with(**READY, **visiting(done_page()))
    visits.reprint(turn, "R-printed")
    assert not turn.end()[1]
    visits.reprint(turn, "R-doubt")
    page = visit_of(turn).page
    assert isinstance(page, Printing)
    assert (page.payment_id, page.paid_fen) == ("P", 5)
    assert [(item.receipt_no, item.reprint) for item in page.items] == [("R-doubt", True)]


def test_without_a_printer_the_last_page_stays() -> None:
    turn = turn_with(**visiting(done_page()))
    visits.reprint(turn, "R-doubt")
    assert visit_of(turn).page == done_page()


def test_a_copy_is_not_asked_for_from_another_page() -> None:
    turn = turn_with(**READY, **visiting(searching()))
    visits.reprint(turn, HEAD.receipt_no)
    assert not turn.end()[1]


# --- again, and out ------------------------------------------------------------------------------


def test_a_retry_looks_up_afresh() -> None:
    page = Trouble(TroubleKind.LOOKUP_FAILED, can_retry=True)
    turn = turn_with(**visiting(page))
    visits.retry(turn, page)
    assert turn.effects == [SearchBills("L-fresh", ME), SearchReceipts("L-fresh", ME)]
    assert visit_of(turn).page == Searching("L-fresh", NOW_S)


def test_what_cannot_be_retried_stays() -> None:
    page = Trouble(TroubleKind.RATE_LIMITED)
    turn = turn_with(**visiting(page))
    visits.retry(turn, page)
    assert not turn.end()[1]


def test_a_code_that_was_not_found_is_typed_again() -> None:
    page = Trouble(TroubleKind.CODE_NOT_FOUND, can_retry=True)
    turn = turn_with(**visiting(page))
    visits.retry(turn, page)
    assert turn.records == [VisitEnded("V", "retyped")]
    assert visit_of(turn).page == EnteringCode()


def test_the_end_of_a_visit_without_a_subject_leaves_no_row() -> None:
    turn = turn_with(**visiting(EnteringCode(), subject=None))
    visits.end(turn, "left")
    assert turn.visit is None
    assert not turn.records


def test_there_is_nothing_to_end_without_a_visit() -> None:
    turn = turn_with()
    visits.end(turn, "left")
    assert not turn.records


@pytest.mark.parametrize(
    "page",
    [
        Paying("P", choosing(BILL), (BILL,), 15000),
        Checking("P", choosing(BILL), CheckCause.LEFT, NOW_S, 15000),
    ],
)
def test_a_visit_that_ends_on_a_page_of_money_closes_the_payment(page: Page) -> None:
    turn = turn_with(payment(State.SHOWN), **visiting(page))
    visits.end(turn, "swap")
    moved, ended = turn.records
    assert isinstance(moved, PaymentMoved)
    assert moved.evidence == {"why": "swap"}
    assert ended == VisitEnded("V", "swap")


# --- time --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("until_s", "notice"), [(NOW_S, None), (NOW_S + 1, Notice.CODE_UNKNOWN)])
def test_the_sentence_on_the_start_page_goes_when_its_time_is_over(until_s, notice) -> None:
    turn = turn_with(notice=Notice.CODE_UNKNOWN, notice_until_s=until_s)
    visits.on_tick(turn)
    assert turn.kiosk.notice is notice


@pytest.mark.parametrize(("since_s", "asked"), [(RULES.swap_s, False), (RULES.swap_s - 1, True)])
def test_the_question_about_another_card_goes_away(since_s: float, asked: bool) -> None:
    fields = visiting(choosing(BILL), swap=OTHER, swap_asked_s=NOW_S - since_s)
    turn = turn_with(**fields)
    visits.on_tick(turn)
    assert (visit_of(turn).swap is not None) == asked


@pytest.mark.parametrize(
    "page",
    [
        EnteringCode(),
        choosing(BILL),
        Confirming(choosing(BILL)),
        Trouble(TroubleKind.LEASED),
    ],
)
@pytest.mark.parametrize(("idle_s", "ends"), [(RULES.idle_s, True), (RULES.idle_s - 0.1, False)])
def test_a_page_that_nobody_touches_ends_the_visit(page, idle_s, ends) -> None:
    turn = turn_with(**visiting(page, touched_s=NOW_S - idle_s))
    visits.on_tick(turn)
    assert (turn.visit is None) == ends
    assert turn.records == [VisitEnded("V", "idle")] * ends


@pytest.mark.parametrize(("idle_s", "ends"), [(2 * RULES.idle_s, True), (RULES.idle_s, False)])
def test_money_in_doubt_stays_twice_as_long(idle_s: float, ends: bool) -> None:
    page = Trouble(TroubleKind.MONEY_IN_DOUBT)
    turn = turn_with(**visiting(page, touched_s=NOW_S - idle_s))
    visits.on_tick(turn)
    assert (turn.visit is None) == ends


@pytest.mark.parametrize(("until_s", "ends"), [(NOW_S, True), (NOW_S + 0.1, False)])
def test_the_last_page_ends_at_its_own_time(until_s: float, ends: bool) -> None:
    turn = turn_with(**visiting(Done((), until_s=until_s), touched_s=0.0))
    visits.on_tick(turn)
    assert turn.records == [VisitEnded("V", "done")] * ends


def test_a_page_that_searches_does_not_time_out() -> None:
    turn = turn_with(**visiting(searching(), touched_s=0.0))
    visits.on_tick(turn)
    assert turn.visit is not None


@pytest.mark.parametrize(("at_s", "prints"), [(NOW_S, True), (NOW_S + 0.1, False), (None, False)])
def test_receipts_come_by_themselves_at_their_time(at_s: float | None, prints: bool) -> None:
    turn = turn_with(**READY, **visiting(choosing(auto_collect_at_s=at_s)))
    visits.on_tick(turn)
    assert isinstance(visit_of(turn).page, Printing) == prints


# --- a platform that has less -----------------------------------------------------------------------


def where(*offers: Offer, **fields: Any) -> Turn:
    """A turn at a kiosk whose platform has only these."""
    turn = turn_with(**fields)
    turn.change(rules=replace(RULES, offers=frozenset(offers)))
    return turn


def test_a_card_is_of_no_use_where_owners_cannot_be_asked_about() -> None:
    turn = where(Offer.PAYMENTS)
    visits.on_card(turn, ZHANG)
    assert (turn.visit, turn.kiosk.notice) == (None, Notice.CODES_ONLY)
    assert turn.kiosk.card_on_reader


def test_an_enterprises_code_is_of_no_use_where_owners_cannot_be_asked_about() -> None:
    turn = where(Offer.PAYMENTS)
    visits.on_code(turn, "91110000600037341L")
    assert (turn.visit, turn.kiosk.notice) == (None, Notice.CODES_ONLY)


def test_a_payment_code_is_looked_up_without_owners_and_without_receipts() -> None:
    turn = where(Offer.PAYMENTS)
    visits.on_code(turn, BILL.bill_no)
    page = visit_of(turn).page
    assert isinstance(page, Searching)
    assert page.receipts == ()
    assert [type(each) for each in turn.effects] == [SearchBills]


def test_another_card_is_not_asked_about_where_no_visit_could_follow() -> None:
    turn = turn_with(**visiting(choosing(BILL)), low_space=True)
    visits.on_card(turn, WANG)
    assert visit_of(turn).swap is None
    assert visit_of(turn).touched_s == NOW_S - 10


# --- what an answer tells besides ---------------------------------------------------------------------


def test_a_receipt_that_was_printed_elsewhere_is_owed_here_no_more() -> None:
    turn = turn_with(**visiting(searching(bills=())))
    turn.ledger = replace(turn.ledger, owed={HEAD.receipt_no: "P"})
    heads = (replace(HEAD, copies_printed=2),)
    visits.on_receipts_reply(turn, SearchReceipts("L", ME), ReceiptsFound(heads))
    assert turn.records == [FoundOnPaper(HEAD.receipt_no, {"copies_printed": 2})]
    assert turn.ledger.owed == {}


def test_one_answer_tells_the_journal_of_a_hundred_receipts_at_most() -> None:
    heads = tuple(replace(HEAD, receipt_no=f"R{n}", copies_printed=1) for n in range(102))
    turn = turn_with(**visiting(searching(bills=())))
    turn.ledger = replace(turn.ledger, owed={head.receipt_no: "P" for head in heads})
    visits.on_receipts_reply(turn, SearchReceipts("L", ME), ReceiptsFound(heads))
    assert set(turn.ledger.owed) == {"R100", "R101"}


@pytest.mark.parametrize(
    "page",
    [
        searching(bills=(BILL,), compare_with=(BILL,)),
        searching(bills=()),
    ],
)
def test_nothing_was_paid_elsewhere_where_what_was_chosen_is_there_or_nothing_was_chosen(
    page: Searching,
) -> None:
    turn = turn_with(**visiting(page))
    visits.on_receipts_reply(turn, SearchReceipts("L", ME), ReceiptsFound((HEAD,)))
    shown = visit_of(turn).page
    assert isinstance(shown, Choosing)
    assert shown.notice is None


def test_nobody_is_looked_up_without_a_name() -> None:
    turn = turn_with(**visiting(choosing(BILL), subject=None))
    with pytest.raises(AssertionError):
        visits.search_again(turn)
    waiting = turn_with(**visiting(searching(retry_at_s=NOW_S), subject=None))
    with pytest.raises(AssertionError):
        visits.on_tick(waiting)
    assert (turn.effects, waiting.effects) == ([], [])
