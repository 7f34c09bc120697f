"""Open codes whose end is in dispute: listed, asked about, closed by statements, never hidden."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from kiosk.domain import events as e
from kiosk.domain import operator as o
from kiosk.domain import platform as p
from kiosk.domain.open_code import HandedOut, OpenCodeRules, Reserve, State
from kiosk.domain.operator import NotDone
from kiosk.maintenance.code_doubts import corrections, reserve
from kiosk.maintenance.home import Facts, doubtful_of, home_of, result_of
from kiosk.maintenance.views import ActOn, Light
from tests.support.desks import order, technician
from tests.support.playbook import START, Playbook

ITEM, FEN = "10304", 15000
EVERY_DAY = tuple((date(2026, 11, 21) + timedelta(days=n)).isoformat() for n in range(12))
FACTS = Facts("1", lambda: 2**40)


@pytest.fixture
def play() -> Playbook:
    """A code was handed out; the platform says that it does not know it."""
    play = handed_out()
    known = play.platform.codes.codes.pop(code_of(play).code)
    play.network(up=True)
    play.tick(40)
    play.platform.codes.codes[code_of(play).code] = known
    assert code_of(play).state is State.CASE
    play.network(up=False)
    play.tick(40)
    technician(play)
    return play


def playing(count: int) -> Playbook:
    play = Playbook(open_codes=OpenCodeRules((Reserve(ITEM, FEN, count),)))
    play.platform.codes.now_s = lambda: START.timestamp() + play.now_s
    play.tick(2)
    return play


def handed_out() -> Playbook:
    play = playing(4)
    play.network(up=False)
    play.tick(40)
    play.send(e.OpenCodeWanted(), e.FeeChosen(ITEM), e.FeeAmountChosen(FEN), e.HandOutTouched())
    play.send(e.LeaveTouched())
    return play


def code_of(play: Playbook) -> HandedOut:
    return next(iter(play.kiosk.ledger.code_book.codes.values()))


def correction(
    play: Playbook, paid_fen: int, days: tuple[str, ...] = EVERY_DAY, seen: State | None = None
) -> o.CorrectPayment:
    code = code_of(play)
    state = seen or code.state
    return o.CorrectPayment(code.code, state, paid_fen, "2026-11-21.v1:00", days, "1" * 28)


def test_a_code_in_dispute_is_on_the_first_page_and_on_the_list(play: Playbook) -> None:
    assert [each.payment_id for each in home_of(play.kiosk, FACTS).in_doubt] == [code_of(play).code]
    listed = doubtful_of(play.kiosk)
    assert [each.payment_id for each in listed] == [code_of(play).code]
    assert set(listed[0].acts) == {ActOn.ASK_AGAIN, ActOn.CORRECT_PAID, ActOn.NOTE}


def test_a_code_that_only_waits_is_on_the_list_but_nobody_is_alarmed() -> None:
    play = handed_out()
    assert home_of(play.kiosk, FACTS).in_doubt == ()
    assert [each.payment_id for each in doubtful_of(play.kiosk)] == [code_of(play).code]


def test_asking_again_reaches_the_platform_at_once(play: Playbook) -> None:
    play.network(up=True)
    asked = len(play.performed_of(p.ReportOpenCodes))
    assert order(play, o.AskAgain(code_of(play).code)) is None
    assert len(play.performed_of(p.ReportOpenCodes)) == asked + 1


def test_a_statement_that_has_the_payment_settles_the_code_until_the_platform_agrees(
    play: Playbook,
) -> None:
    assert order(play, correction(play, FEN)) is None
    assert code_of(play).state is State.SETTLED
    assert code_of(play).unconfirmed
    assert code_of(play) in play.kiosk.ledger.code_book.open
    play.platform.codes.pay(code_of(play).code)
    play.network(up=True)
    play.tick(400)
    assert not code_of(play).unconfirmed
    assert code_of(play).receipt_no
    assert play.kiosk.ledger.code_book.open == ()


def test_a_correction_that_the_platform_contradicts_is_a_case_again(play: Playbook) -> None:
    assert order(play, correction(play, FEN)) is None
    play.now_s += 8 * 86400.0
    play.network(up=True)
    play.tick(400)
    assert code_of(play).state is State.CASE
    assert code_of(play) in play.kiosk.ledger.code_book.open
    technician_again(play)
    assert order(play, correction(play, 0)) is None  # the statements were read once more
    play.tick(10)
    assert code_of(play).is_settled


def test_absent_needs_the_statements_of_every_day_of_the_codes_life(play: Playbook) -> None:
    assert order(play, correction(play, 0)) is NotDone.EVIDENCE_MISSING  # its life is not over
    play.now_s += 9 * 86400.0
    play.tick(1)
    technician_again(play)
    assert order(play, correction(play, 0, EVERY_DAY[:3])) is NotDone.EVIDENCE_MISSING
    assert ActOn.CORRECT_ABSENT in corrections(play.kiosk, code_of(play))
    assert order(play, correction(play, 0)) is None
    assert code_of(play).state is State.EXPIRED
    assert code_of(play).unconfirmed


def technician_again(play: Playbook) -> None:
    if play.kiosk.desk.session is None:
        technician(play)


def test_late_money_that_only_the_statement_tells_of_settles_an_expired_code() -> None:
    play = handed_out()
    play.now_s += 8 * 86400.0
    play.network(up=True)
    play.tick(400)
    assert code_of(play).state is State.EXPIRED
    technician(play)
    play.platform.codes.codes[code_of(play).code].paid_fen = FEN
    assert order(play, correction(play, FEN)) is None
    assert code_of(play).state is State.SETTLED
    assert not code_of(play).unconfirmed


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"paid_fen": FEN + 1}, NotDone.EVIDENCE_MISSING),
        ({"transaction_no": ""}, NotDone.EVIDENCE_MISSING),
        ({"statement": ""}, NotDone.EVIDENCE_MISSING),
        ({"seen_state": State.OPEN}, NotDone.NOT_IN_THIS_STATE),
    ],
)
def test_an_unlawful_correction_changes_nothing(
    play: Playbook, change: dict[str, object], why: NotDone
) -> None:
    assert order(play, replace(correction(play, FEN), **change)) is why  # type: ignore[arg-type]
    assert code_of(play).state is State.CASE


def test_a_settled_code_is_not_closed_again(play: Playbook) -> None:
    assert order(play, correction(play, FEN)) is None
    assert order(play, correction(play, FEN)) is NotDone.NOT_LAWFUL


def test_a_note_on_a_code_is_recorded_under_the_code_and_on_no_other_number(
    play: Playbook,
) -> None:
    assert order(play, o.WriteNote(code_of(play).code, o.NoteKind.RESIDENT_CAME)) is None
    other = "33019919000101001012"
    assert order(play, o.WriteNote(other, o.NoteKind.RESIDENT_CAME)) is NotDone.UNKNOWN_THING
    assert other not in repr(play.diary.rows)


def test_the_first_page_tells_of_a_reserve_that_is_low_and_what_to_do() -> None:
    play = playing(1)
    assert [part.light for part in reserve(play.kiosk)] == [Light.GOOD]
    play.network(up=False)
    play.tick(40)
    play.send(e.OpenCodeWanted(), e.FeeChosen(ITEM), e.FeeAmountChosen(FEN), e.HandOutTouched())
    (part,) = (part for part in home_of(play.kiosk, FACTS).hands if part.code == "open_codes")
    assert part.light is Light.LOOK
    assert "150.00 还有 0 个" in part.todo.zh
    assert "平台" in part.todo.zh


def test_a_site_without_open_codes_has_no_such_part() -> None:
    assert not list(reserve(Playbook().kiosk))


def test_what_became_of_a_code_is_told(play: Playbook) -> None:
    code = code_of(play).code
    assert order(play, correction(play, FEN)) is None
    told = result_of(play.kiosk, code)
    assert told is not None
    assert told[0].zh == "平台证实已经付款"
