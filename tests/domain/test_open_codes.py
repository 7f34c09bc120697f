"""Open codes, one turn at a time: what is offered, chosen, handed out, fetched and asked about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import pytest

from drivers.api import PrinterStatus, Role
from kiosk.domain import code_settling, open_codes
from kiosk.domain import platform as p
from kiosk.domain.code_book import CodeBook
from kiosk.domain.code_settling import MAX_REPORTED, SETTLING
from kiosk.domain.effects import PrintSlip
from kiosk.domain.events import FeeAmountChosen, Stamp
from kiosk.domain.kiosk import Chore, Kiosk, Link, Presence
from kiosk.domain.open_code import (
    FORCED_BY,
    Block,
    Event,
    HandedOut,
    OpenCode,
    OpenCodeRules,
    Reserve,
    State,
)
from kiosk.domain.receipt import CodeSlip
from kiosk.domain.records import (
    OpenCodeHandedOut,
    OpenCodeMoved,
    OpenCodePractised,
    OpenCodesKept,
    OpenCodesMissed,
    OpenCodesWanted,
    PrintState,
    SlipMoved,
    VisitEnded,
)
from kiosk.domain.step import step
from kiosk.domain.turn import MAX_IN_FLIGHT, Turn
from kiosk.domain.visit import ChoosingFee, Notice, Page, ShowingCode, Visit
from tests.support.turns import NOW_S, RULES, WALL, turn_with

FINE, RENT = "103050101", "103070601"
WALL_S = int(WALL.timestamp())
LATER_S = WALL_S + 7 * 86400
DEAR, CHEAP, HOME = Reserve(FINE, 20000, 5), Reserve(FINE, 5000, 5), Reserve(RENT, 8000, 5)
USED = OpenCodeRules((DEAR, CHEAP, HOME))
KEY = open_codes.refill_key(RENT, 8000)
PRINTER = {"presence": {Role.RECEIPT_PRINTER: Presence.UP}, "printer": PrinterStatus()}


def block(
    reserve: Reserve, block_id: str = "", *, codes: int = 5, expires_s: int = LATER_S
) -> Block:
    name = block_id or f"B{reserve.amount_fen}"
    made = tuple(OpenCode(n, f"{name}-{n}", f"https://x/{name}-{n}") for n in range(1, codes + 1))
    return Block(name, reserve.item_code, "罚款", "交警", reserve.amount_fen, expires_s, made)


BLOCKS = (block(DEAR), block(CHEAP), block(HOME))


def turn_at(
    page: Page | None = None,
    *,
    rules: OpenCodeRules = USED,
    reserve: tuple[Block, ...] | None = BLOCKS,
    link: Link = Link.DOWN,
    chores: Mapping[str, Chore] | None = None,
    **book: Any,
) -> Turn:
    visit = Visit("V", page, touched_s=NOW_S) if page else None
    turn = turn_with(visit=visit, reserve=reserve, link=link, chores=chores, wall=WALL, **PRINTER)
    turn.kiosk = replace(turn.kiosk, rules=replace(RULES, open_codes=rules), wall=WALL)
    turn.ledger = replace(turn.ledger, code_book=replace(CodeBook(), **book))
    return turn


def known(code: str = "code", state: State = State.OPEN, **fields: Any) -> HandedOut:
    return replace(HandedOut(code, RENT, 8000, LATER_S, WALL_S, state), **fields)


def codes(*entries: HandedOut) -> Mapping[str, HandedOut]:
    return MappingProxyType({each.code: each for each in entries})


def showing(code: str = "code", **fields: Any) -> ShowingCode:
    return replace(ShowingCode(code, "url", RENT, "罚款", "交警", 8000, LATER_S, 1), **fields)


def kiosk_of(turn: Turn) -> Kiosk:
    return turn.kiosk_now


# --- what is offered ---------------------------------------------------------------------------


def test_fees_are_offered_in_the_sites_order_with_their_amounts_from_low_to_high() -> None:
    assert open_codes.offers(kiosk_of(turn_at())) == (
        open_codes.Offer(FINE, "罚款", "交警", (5000, 20000)),
        open_codes.Offer(RENT, "罚款", "交警", (8000,)),
    )


def test_a_fee_whose_codes_are_used_up_is_not_offered() -> None:
    turn = turn_at(last_serials=MappingProxyType({"B8000": 5, "B5000": 4}))
    offered = {each.item_code: each.amounts_fen for each in open_codes.offers(kiosk_of(turn))}
    assert offered == {FINE: (5000, 20000)}


@pytest.mark.parametrize("rules", [OpenCodeRules(), USED])
def test_where_no_code_is_kept_none_is_offered(rules: OpenCodeRules) -> None:
    assert not open_codes.is_offered(kiosk_of(turn_at(rules=rules, reserve=None)))


@pytest.mark.parametrize(("left_s", "is_ready"), [(USED.spare_s, False), (USED.spare_s + 1, True)])
def test_a_code_must_live_for_an_hour_when_it_is_handed_out(
    left_s: float, *, is_ready: bool
) -> None:
    short = block(HOME, expires_s=WALL_S + int(left_s))
    turn = turn_at(reserve=(short,))
    assert (open_codes.next_code(turn.kiosk, RENT, 8000) is not None) is is_ready


@pytest.mark.parametrize(
    ("changes", "is_allowed"),
    [
        ({"max_code_fen": 8000}, True),
        ({"max_code_fen": 7999}, False),
        ({"per_day_fen": 9000}, True),
        ({"per_day_fen": 8999}, False),
        ({"per_outage_fen": 10000}, True),
        ({"per_outage_fen": 9999}, False),
    ],
)
def test_a_cap_is_reached_but_never_passed(changes: dict[str, int], *, is_allowed: bool) -> None:
    today = open_codes.day_of(WALL_S)
    turn = turn_at(rules=replace(USED, **changes), day=today, day_fen=1000, outage_fen=2000)  # type: ignore[arg-type]
    assert (open_codes.next_code(kiosk_of(turn), RENT, 8000) is not None) is is_allowed


def test_what_was_handed_out_yesterday_does_not_count_today() -> None:
    rules = replace(USED, per_day_fen=8000)
    yesterday = open_codes.day_of(WALL_S) - 1
    turn = turn_at(rules=rules, day=yesterday, day_fen=8000)
    assert open_codes.next_code(kiosk_of(turn), RENT, 8000) is not None


def test_a_block_that_has_expired_does_not_hide_the_next() -> None:
    turn = turn_at(reserve=(block(HOME, "old", expires_s=WALL_S), block(HOME, "new")))
    ready = open_codes.next_code(kiosk_of(turn), RENT, 8000)
    assert ready is not None
    assert ready[1].code == "new-1"


@pytest.mark.parametrize(
    ("wall", "is_ready"),
    [
        (datetime(2026, 1, 1, tzinfo=UTC), True),
        (datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC), False),
    ],
)
def test_a_clock_before_this_kiosk_was_made_hands_out_nothing(
    wall: datetime, *, is_ready: bool
) -> None:
    turn = turn_at()
    kiosk = replace(kiosk_of(turn), wall=wall)
    assert (open_codes.next_code(kiosk, RENT, 8000) is not None) is is_ready


# --- choosing ------------------------------------------------------------------------------------


def test_whoever_wants_a_code_begins_a_visit_without_a_card() -> None:
    turn = turn_at()
    turn.change(notice=Notice.CARD_UNREADABLE)
    open_codes.on_wanted(turn)
    assert turn.visit == Visit("V-fresh", ChoosingFee(), touched_s=NOW_S)
    assert turn.kiosk.notice is None


def test_a_visit_that_is_going_on_leads_to_the_codes_and_stays_the_same_visit() -> None:
    turn = turn_at(showing())
    open_codes.on_wanted(turn)
    assert turn.visit == Visit("V", ChoosingFee(), touched_s=NOW_S)


def test_a_fee_that_is_not_offered_cannot_be_chosen() -> None:
    turn = turn_at(ChoosingFee())
    open_codes.on_fee_chosen(turn, ChoosingFee(), "another")
    assert turn.page == ChoosingFee()


def test_a_fee_with_several_amounts_asks_for_one_and_forgets_the_notice() -> None:
    page = ChoosingFee(notice=Notice.CODE_WITHDRAWN, given=1)
    turn = turn_at(page)
    open_codes.on_fee_chosen(turn, page, FINE)
    assert turn.page == ChoosingFee(FINE, 0, given=1)


def test_a_fee_with_one_amount_asks_no_second_question() -> None:
    turn = turn_at(ChoosingFee())
    open_codes.on_fee_chosen(turn, ChoosingFee(), RENT)
    assert turn.page == ChoosingFee(RENT, 8000)


@pytest.mark.parametrize("amount_fen", [8000, 1])
def test_an_amount_that_is_not_offered_for_the_fee_cannot_be_chosen(amount_fen: int) -> None:
    page = ChoosingFee(FINE)
    turn = turn_at(page)
    open_codes.on_amount_chosen(turn, page, amount_fen)
    assert turn.page == page


def test_an_amount_that_is_offered_is_chosen_and_the_notice_forgotten() -> None:
    page = ChoosingFee(FINE, notice=Notice.CODE_WITHDRAWN)
    turn = turn_at(page)
    open_codes.on_amount_chosen(turn, page, 5000)
    assert turn.page == ChoosingFee(FINE, 5000)


def test_a_touch_on_an_amount_chooses_it() -> None:
    kiosk = replace(turn_at(ChoosingFee(FINE)).kiosk_now, link_check_at_s=NOW_S + 99)
    after = step(kiosk, FeeAmountChosen(5000), Stamp(NOW_S, WALL, "fresh")).kiosk
    assert after.visit is not None
    assert after.visit.page == ChoosingFee(FINE, 5000)


# --- handing out --------------------------------------------------------------------------------


def test_a_code_is_recorded_shown_and_printed_with_all_that_it_says() -> None:
    page = ChoosingFee(RENT, 8000, given=1)
    turn = turn_at(page, last_serials=MappingProxyType({"B8000": 1}))
    open_codes.hand_out(turn, page)
    assert turn.records == [
        OpenCodeHandedOut("B8000-2", "B8000", 2, "V", RENT, 8000, LATER_S, WALL_S),
        SlipMoved("S-fresh", "B8000-2", PrintState.INTENDED),
    ]
    assert turn.page == ShowingCode(
        "B8000-2", "https://x/B8000-2", RENT, "罚款", "交警", 8000, LATER_S, 2
    )
    (wanted,) = turn.effects
    assert isinstance(wanted, PrintSlip)
    assert isinstance(wanted.slip, CodeSlip)
    assert (wanted.job_id, wanted.slip.code, wanted.slip.drill) == ("S-fresh", "B8000-2", False)
    assert wanted.slip.expires_at.timestamp() == LATER_S


@pytest.mark.parametrize("page", [ChoosingFee(), ChoosingFee(RENT), ChoosingFee("", 8000)])
def test_nothing_is_handed_out_before_fee_and_amount_are_chosen(page: ChoosingFee) -> None:
    turn = turn_at(page)
    open_codes.hand_out(turn, page)
    assert (turn.page, turn.records) == (page, [])


@pytest.mark.parametrize(
    ("given", "fields"),
    [(3, {}), (0, {"link": Link.UP}), (0, {"reserve": ()})],
)
def test_what_cannot_be_handed_out_is_said_and_the_choice_begins_again(
    given: int, fields: dict[str, Any]
) -> None:
    page = ChoosingFee(RENT, 8000, given=given)
    turn = turn_at(page, **fields)
    open_codes.hand_out(turn, page)
    assert turn.page == ChoosingFee(given=given, notice=Notice.NO_CODES_LEFT)
    assert turn.records == []


def test_the_third_code_of_a_visit_is_still_handed_out() -> None:
    page = ChoosingFee(RENT, 8000, given=2)
    turn = turn_at(page)
    open_codes.hand_out(turn, page)
    assert isinstance(turn.page, ShowingCode)
    assert turn.page.given == 3


@pytest.mark.parametrize("in_flight", [True, False])
def test_a_new_code_is_asked_about_soon_unless_a_question_is_on_its_way(*, in_flight: bool) -> None:
    page = ChoosingFee(RENT, 8000)
    turn = turn_at(page, chores={SETTLING: Chore(4, NOW_S + 900, in_flight=in_flight)})
    open_codes.hand_out(turn, page)
    assert (turn.chore(SETTLING).attempt == 4) is in_flight


def test_a_drill_shows_a_code_that_cannot_be_paid_until_tomorrow() -> None:
    page = ChoosingFee(RENT, 8000)
    turn = turn_at(page, rules=replace(USED, drill=True), reserve=None, link=Link.UP)
    open_codes.hand_out(turn, page)
    assert turn.records[0] == OpenCodePractised(RENT, 8000)
    shown = turn.page
    assert isinstance(shown, ShowingCode)
    assert (shown.code, shown.qr_url) == (open_codes.DRILL_CODE, open_codes.DRILL_TEXT)
    assert (shown.expires_s, shown.given, shown.drill) == (WALL_S + 86400, 1, True)
    (wanted,) = turn.effects
    assert isinstance(wanted, PrintSlip)
    assert isinstance(wanted.slip, CodeSlip)
    assert wanted.slip.drill


# --- giving back --------------------------------------------------------------------------------


def test_a_code_that_is_given_back_is_recorded_as_the_residents_wish() -> None:
    turn = turn_at(showing(given=2), codes=codes(known()))
    open_codes.withdraw(turn, showing(given=2))
    assert turn.records == [
        OpenCodeMoved("code", Event.WITHDRAW, State.WITHDRAWN, {"why": "resident"})
    ]
    assert turn.page == ChoosingFee(given=2, notice=Notice.CODE_WITHDRAWN)


@pytest.mark.parametrize("entries", [(), (known(state=State.SETTLED),)])
def test_a_code_that_has_its_end_cannot_be_given_back(entries: tuple[HandedOut, ...]) -> None:
    turn = turn_at(showing(), codes=codes(*entries))
    open_codes.withdraw(turn, showing())
    assert (turn.page, turn.records) == (showing(), [])


def test_a_practised_code_is_put_away_without_a_record() -> None:
    turn = turn_at(showing(drill=True), codes=codes(known()))
    open_codes.withdraw(turn, showing(drill=True))
    assert turn.page == ChoosingFee(given=1, notice=Notice.CODE_WITHDRAWN)
    assert turn.records == []


def test_another_fee_counts_on() -> None:
    turn = turn_at(showing(given=2))
    open_codes.another(turn, showing(given=2))
    assert turn.page == ChoosingFee(given=2)


# --- the reserve -------------------------------------------------------------------------------


def test_a_reserve_that_cannot_be_read_is_in_the_journal_and_there_is_none() -> None:
    turn = turn_at(reserve=None)
    open_codes.on_reserve_read(turn, p.ReserveRead((), "seal broken"))
    assert turn.kiosk.reserve == ()
    assert turn.records == [OpenCodesMissed("", "seal broken", for_good=False)]


def test_a_reserve_that_is_read_whole_leaves_no_row() -> None:
    turn = turn_at(reserve=None)
    open_codes.on_reserve_read(turn, p.ReserveRead(BLOCKS, ""))
    assert turn.kiosk.reserve == BLOCKS
    assert turn.records == []


def test_a_reserve_of_which_nothing_is_heard_stays_unread() -> None:
    turn = turn_at(reserve=None)
    open_codes.on_reserve_read(turn, p.NotSent("busy"))
    assert turn.kiosk.reserve is None


@pytest.mark.parametrize(("used", "is_low"), [(3, False), (4, True), (5, True)])
def test_a_reserve_is_low_when_a_fifth_is_left(used: int, *, is_low: bool) -> None:
    turn = turn_at(last_serials=MappingProxyType({"B8000": used}))
    assert open_codes.is_low(kiosk_of(turn), HOME) is is_low


@pytest.mark.parametrize(("left_s", "is_low"), [(86400, True), (86401, False)])
def test_codes_that_end_within_a_day_count_for_nothing(left_s: int, *, is_low: bool) -> None:
    turn = turn_at(reserve=(block(HOME, expires_s=WALL_S + left_s),))
    assert open_codes.is_low(kiosk_of(turn), HOME) is is_low


@pytest.mark.parametrize("other", [Reserve(RENT, 5000, 5), Reserve(FINE, 8000, 5)])
def test_codes_of_another_fee_or_amount_do_not_count(other: Reserve) -> None:
    turn = turn_at(reserve=(block(other),))
    assert open_codes.left(kiosk_of(turn), HOME, at_s=0) == 0


def test_a_low_reserve_is_recorded_and_asked_for_with_the_blocks_that_are_used_up() -> None:
    turn = turn_at(
        rules=replace(USED, reserves=(HOME,)),
        reserve=(block(HOME, "used"), block(HOME, "begun", codes=1)),
        last_serials=MappingProxyType({"used": 5, "other": 1}),
        link=Link.UP,
    )
    open_codes.on_tick(turn)
    wanted = OpenCodesWanted("K1-B-fresh", RENT, 8000, 5)
    assert turn.records == [wanted]
    assert turn.effects == [p.FetchOpenCodes("K1-B-fresh", RENT, 8000, 5, ("used",))]
    assert turn.chore(KEY).in_flight


@pytest.mark.parametrize(
    "chores",
    [
        {KEY: Chore(in_flight=True)},
        {KEY: Chore(due_s=NOW_S + 1)},
        {f"C{n}": Chore(in_flight=True) for n in range(MAX_IN_FLIGHT)},
    ],
)
def test_what_is_asked_for_or_not_due_or_would_flood_the_link_is_not_asked_for(
    chores: dict[str, Chore],
) -> None:
    turn = turn_at(rules=replace(USED, reserves=(HOME,)), reserve=(), link=Link.UP, chores=chores)
    open_codes.on_tick(turn)
    assert (turn.effects, turn.records) == ([], [])


def test_a_full_reserve_asks_for_nothing() -> None:
    turn = turn_at(link=Link.UP)
    open_codes.on_tick(turn)
    assert (turn.effects, turn.records) == ([], [])


def test_a_reserve_that_was_not_read_yet_is_not_filled_up() -> None:
    turn = turn_at(link=Link.UP, reserve=None)
    open_codes.on_tick(turn)
    assert turn.effects == []


def test_the_reserve_is_read_at_start_where_codes_are_in_use() -> None:
    used, unused = turn_at(), turn_at(rules=OpenCodeRules())
    open_codes.recover(used)
    open_codes.recover(unused)
    assert (used.effects, unused.effects) == ([p.ReadReserve()], [])


# --- the answer to a fetch ------------------------------------------------------------------------

FETCH = p.FetchOpenCodes("new", RENT, 8000, 5)
WANTED = MappingProxyType({(RENT, 8000): OpenCodesWanted("new", RENT, 8000, 5)})


def test_a_new_block_takes_the_place_of_what_is_used_up_or_has_expired() -> None:
    turn = turn_at(
        reserve=(block(DEAR), block(HOME, "used"), block(HOME, "old", expires_s=WALL_S)),
        last_serials=MappingProxyType({"used": 5}),
        wanted=WANTED,
        chores={KEY: Chore(3, in_flight=True)},
    )
    open_codes.on_fetch_reply(turn, FETCH, p.OpenCodesFetched(block(HOME, "new")))
    assert turn.kiosk.reserve is not None
    assert [each.block_id for each in turn.kiosk.reserve] == ["B20000", "new"]
    assert turn.records == [OpenCodesKept("new", 5, LATER_S)]
    assert turn.chore(KEY) == Chore(due_s=NOW_S, since_s=NOW_S)


def test_a_block_that_comes_twice_is_kept_once() -> None:
    turn = turn_at(reserve=(block(HOME, "new"),), wanted=WANTED)
    open_codes.on_fetch_reply(turn, FETCH, p.OpenCodesFetched(block(HOME, "new")))
    assert turn.kiosk.reserve == (block(HOME, "new"),)


def test_a_block_that_is_too_old_for_this_clock_is_no_reason_to_ask_without_end() -> None:
    turn = turn_at(reserve=(), wanted=WANTED, chores={KEY: Chore(in_flight=True)})
    short = block(HOME, "new", expires_s=WALL_S + 60)
    open_codes.on_fetch_reply(turn, FETCH, p.OpenCodesFetched(short))
    assert (turn.chore(KEY).attempt, turn.chore(KEY).due_s) == (1, NOW_S + 5)


@pytest.mark.parametrize("wanted", [{}, {(RENT, 8000): OpenCodesWanted("newer", RENT, 8000, 5)}])
def test_a_block_that_nobody_waits_for_any_more_is_not_kept(wanted: dict) -> None:
    turn = turn_at(reserve=(), wanted=MappingProxyType(wanted))
    open_codes.on_fetch_reply(turn, FETCH, p.OpenCodesFetched(block(HOME, "new")))
    assert (turn.kiosk.reserve, turn.records) == ((), [])


def test_a_refusal_ends_the_blocks_id() -> None:
    turn = turn_at(wanted=WANTED, chores={KEY: Chore(in_flight=True)})
    open_codes.on_fetch_reply(turn, FETCH, p.Refused(p.Refusal.INVALID))
    assert turn.records == [OpenCodesMissed("new", "invalid", for_good=True)]
    assert turn.ledger.code_book.wanted == {}
    assert turn.chore(KEY).due_s == NOW_S + 5


def test_a_lost_answer_is_told_once_and_asked_again_under_the_same_id() -> None:
    turn = turn_at(wanted=WANTED, chores={KEY: Chore(in_flight=True)})
    for _ in range(2):
        open_codes.on_fetch_reply(turn, FETCH, p.AnswerLost("time-out"))
    assert turn.records == [OpenCodesMissed("new", "time-out", for_good=False)]
    assert turn.ledger.code_book.wanted == WANTED
    assert turn.chore(KEY).attempt == 2


@pytest.mark.parametrize("outcome", [p.NotSent("down"), p.Refused(p.Refusal.RATE_LIMITED)])
def test_what_was_not_sent_or_not_now_is_asked_again_without_a_row(outcome: p.Outcome) -> None:
    turn = turn_at(wanted=WANTED, chores={KEY: Chore(in_flight=True)})
    open_codes.on_fetch_reply(turn, FETCH, outcome)
    assert turn.records == []
    assert turn.chore(KEY).due_s == NOW_S + 5


# --- time ------------------------------------------------------------------------------------------


def test_the_link_that_comes_back_ends_the_choice_with_a_word() -> None:
    turn = turn_at(ChoosingFee(), link=Link.UP)
    turn.visit = replace(turn.visit, subject=p.Subject(p.SubjectKind.PERSON, "1", digest="d"))
    open_codes.on_tick(turn)
    assert turn.visit is None
    assert turn.records == [VisitEnded("V", "link_back")]
    assert turn.kiosk.notice is Notice.LINK_BACK


@pytest.mark.parametrize(
    "fields", [{"link": Link.DOWN}, {"link": Link.UP, "rules": replace(USED, drill=True)}]
)
def test_a_choice_goes_on_without_the_link_and_in_a_drill(fields: dict[str, Any]) -> None:
    turn = turn_at(ChoosingFee(), **fields)
    open_codes.on_tick(turn)
    assert turn.page == ChoosingFee()


# --- what became of them ---------------------------------------------------------------------------


def report(*entries: HandedOut) -> p.ReportOpenCodes:
    return p.ReportOpenCodes(
        tuple(p.CodeReport(x.code, x.handed_out_s, x.state is State.WITHDRAWN) for x in entries)
    )


def test_every_code_without_an_end_is_asked_about_with_whether_it_was_given_back() -> None:
    entries = (known("a"), known("b", State.WITHDRAWN), known("c", State.VOIDED))
    turn = turn_at(link=Link.UP, codes=codes(*entries))
    code_settling.settle(turn)
    assert turn.effects == [report(known("a"), known("b", State.WITHDRAWN))]
    assert turn.chore(SETTLING).in_flight


def test_many_codes_are_asked_about_in_turn_until_all_were() -> None:
    many = [known(f"c{n}") for n in range(MAX_REPORTED + 3)]
    turn = turn_at(codes=codes(*many), chores={SETTLING: Chore(1)})
    code_settling.settle(turn)
    (asked,) = turn.effects
    assert isinstance(asked, p.ReportOpenCodes)
    names = [each.code for each in asked.codes]
    assert len(names) == MAX_REPORTED
    assert names[:4] == ["c200", "c201", "c202", "c0"]


@pytest.mark.parametrize(
    "chores",
    [
        {SETTLING: Chore(in_flight=True)},
        {SETTLING: Chore(due_s=NOW_S + 1)},
        {f"C{n}": Chore(in_flight=True) for n in range(MAX_IN_FLIGHT)},
    ],
)
def test_codes_are_not_asked_about_twice_nor_too_early_nor_on_a_busy_link(
    chores: dict[str, Chore],
) -> None:
    turn = turn_at(codes=codes(known()), chores=chores)
    code_settling.settle(turn)
    assert turn.effects == []


def test_an_operator_who_asks_again_does_not_double_a_question() -> None:
    chore = Chore(3, NOW_S + 900, in_flight=True)
    turn = turn_at(codes=codes(known()), chores={SETTLING: chore})
    code_settling.ask_now(turn)
    assert (turn.effects, turn.chore(SETTLING)) == ([], chore)


def test_an_operator_who_asks_is_answered_at_once() -> None:
    turn = turn_at(codes=codes(known()), chores={SETTLING: Chore(3, NOW_S + 900)})
    code_settling.ask_now(turn)
    assert turn.effects == [report(known())]
    assert turn.chore(SETTLING) == Chore(3, NOW_S, in_flight=True)


@pytest.mark.parametrize(
    ("seen", "event", "state"),
    [
        (p.CodeSeen("code", p.CodeState.EXPIRED), Event.SEEN_EXPIRED, State.EXPIRED),
        (p.CodeSeen("code", p.CodeState.VOIDED), Event.SEEN_VOIDED, State.VOIDED),
        (p.CodeSeen("code", p.CodeState.UNKNOWN), Event.SEEN_FOREIGN, State.CASE),
    ],
)
def test_the_platforms_word_moves_a_code(seen: p.CodeSeen, event: Event, state: State) -> None:
    turn = turn_at(codes=codes(known()))
    code_settling.on_report_reply(turn, report(known()), p.OpenCodesSeen((seen,)))
    assert turn.records == [OpenCodeMoved("code", event, state, {"answer": seen.state.value})]


@pytest.mark.parametrize(
    ("paid_fen", "event", "state"),
    [
        (8000, Event.SEEN_SETTLED, State.SETTLED),
        (7999, Event.AMOUNT_DIFFERS, State.CASE),
    ],
)
def test_a_code_that_was_paid_names_receipt_and_amount(
    paid_fen: int, event: Event, state: State
) -> None:
    seen = p.CodeSeen("code", p.CodeState.SETTLED, paid_fen, "R1")
    turn = turn_at(codes=codes(known()))
    code_settling.on_report_reply(turn, report(known()), p.OpenCodesSeen((seen,)))
    evidence = {"answer": "settled", "receipt_no": "R1", "paid_fen": paid_fen}
    assert turn.records == [OpenCodeMoved("code", event, state, evidence)]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (known(), p.CodeState.HANDED_OUT),
        (known("another"), p.CodeState.EXPIRED),
        (known(state=State.EXPIRED), p.CodeState.EXPIRED),
        (known(state=State.CASE, receipt_no="R1"), p.CodeState.VOIDED),
        (known(state=State.CASE, disputed=True), p.CodeState.VOIDED),
        (known(state=State.VOIDED), p.CodeState.EXPIRED),
    ],
)
def test_what_is_no_news_or_cannot_overrule_money_moves_nothing(
    entry: HandedOut, said: p.CodeState
) -> None:
    turn = turn_at(codes=codes(entry))
    answer = p.OpenCodesSeen((p.CodeSeen("code", said),))
    code_settling.on_report_reply(turn, report(entry), answer)
    assert turn.records == []


def test_money_that_came_ends_a_dispute() -> None:
    entry = known(state=State.CASE, receipt_no="R1", disputed=True)
    turn = turn_at(codes=codes(entry))
    seen = p.CodeSeen("code", p.CodeState.SETTLED, 8000, "R1")
    code_settling.on_report_reply(turn, report(entry), p.OpenCodesSeen((seen,)))
    assert turn.ledger.code_book.codes["code"].state is State.SETTLED


def test_the_same_verdict_confirms_an_operators_correction() -> None:
    entry = known(state=State.EXPIRED, evidence=MappingProxyType({FORCED_BY: "901"}))
    turn = turn_at(codes=codes(entry), chores={SETTLING: Chore(2, in_flight=True)})
    answer = p.OpenCodesSeen((p.CodeSeen("code", p.CodeState.EXPIRED),))
    code_settling.on_report_reply(turn, report(entry), answer)
    assert turn.ledger.code_book.codes["code"].is_settled
    assert turn.chore(SETTLING).attempt == 0


def test_what_has_no_end_yet_is_asked_about_by_the_schedule() -> None:
    turn = turn_at(codes=codes(known()), chores={SETTLING: Chore(2, in_flight=True)})
    code_settling.on_report_reply(turn, report(known()), p.AnswerLost("time-out"))
    assert turn.chore(SETTLING) == Chore(3, NOW_S + 20)
    assert turn.records == []


@pytest.mark.parametrize(("old_s", "is_case"), [(7 * 86400, True), (7 * 86400 - 1, False)])
def test_a_code_without_a_word_a_week_after_its_end_is_a_case(old_s: int, *, is_case: bool) -> None:
    entry = known(expires_s=WALL_S - old_s)
    turn = turn_at(codes=codes(entry, known("other")))
    code_settling.on_report_reply(turn, report(entry, known("gone")), p.NotSent("down"))
    moved = OpenCodeMoved("code", Event.GAVE_UP, State.CASE, {"expired_s": WALL_S - old_s})
    assert turn.records == ([moved] if is_case else [])


@pytest.mark.parametrize(
    ("paid_fen", "state", "event"),
    [(8000, State.OPEN, Event.RECON_SETTLED), (0, State.CASE, Event.RECON_ABSENT)],
)
def test_a_correction_by_the_statement_is_asked_about_at_once(
    paid_fen: int, state: State, event: Event
) -> None:
    turn = turn_at(codes=codes(known(state=state)))
    evidence = {"paid_fen": paid_fen, FORCED_BY: "901"}
    code_settling.correct(turn, "code", evidence)
    after = State.SETTLED if paid_fen else State.EXPIRED
    assert turn.records == [OpenCodeMoved("code", event, after, evidence)]
    assert isinstance(turn.effects[0], p.ReportOpenCodes)


def test_a_block_says_its_id_and_how_many_codes_but_never_a_code() -> None:
    assert repr(block(HOME)) == "Block(B8000, 5 codes)"
