"""Every touch on every page does what the page offers, or nothing at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drivers.api import CardReadFailed, CardRemoved, PrinterStatus, Role
from kiosk.domain import events as e
from kiosk.domain import platform as p
from kiosk.domain import visit as v
from kiosk.domain.kiosk import Kiosk, Link, Presence
from kiosk.domain.ledger import Ledger
from kiosk.domain.payment import State
from kiosk.domain.records import DeviceChanged, KioskStarted, VisitEnded
from kiosk.domain.step import Step, step
from tests.support.people import ZHANG, bill, head_of, receipt_of
from tests.support.turns import NOW_S, RULES, WALL, payment

ME = p.Subject(p.SubjectKind.PERSON, ZHANG.number, ZHANG.name, "digest")
BILLS = (bill(1, 60), bill(2, 40))
HEAD = head_of(receipt_of(bill(7)))
CHOOSING = v.Choosing(BILLS, (HEAD,), frozenset({BILLS[0].bill_no}))
PAGES: dict[str, v.Page] = {
    "code": v.EnteringCode(),
    "searching": v.Searching("L", NOW_S),
    "choosing": CHOOSING,
    "confirming": v.Confirming(CHOOSING),
    "paying": v.Paying("P", CHOOSING, BILLS, 100, hide_at_s=NOW_S + 99),
    "checking": v.Checking("P", CHOOSING, v.CheckCause.CANCELLED, NOW_S, 100),
    "printing": v.Printing((v.PrintItem("R", "title", 5),), since_s=NOW_S),
    "done": v.Done(
        (v.PrintItem(HEAD.receipt_no, "t", 5, state=v.ItemState.DOUBT),), until_s=NOW_S + 20
    ),
    "trouble": v.Trouble(v.TroubleKind.LOOKUP_FAILED, can_retry=True),
    "trouble with bills": v.Trouble(v.TroubleKind.LEASED, CHOOSING, can_retry=True),
    "code on the screen": v.ShowingCode("1" * 20, "url", "103", "t", "a", 5, 9_999_999_999, 1),
    "doubt": v.Trouble(v.TroubleKind.MONEY_IN_DOUBT, CHOOSING, "P", "CODE", 100),
}
TOUCHES: dict[str, e.Event] = {
    "pay": e.PayTouched(),
    "agree": e.AgreeTouched(),
    "toggle": e.BillToggled(BILLS[1].bill_no),
    "collect": e.CollectTouched(),
    "reprint": e.ReprintTouched(HEAD.receipt_no),
    "retry": e.RetryTouched(),
    "pay rest": e.PayRestTouched(),
    "enter code": e.EnterCodeTouched(),
    "back": e.BackTouched(),
    "leave": e.LeaveTouched(),
}
LEADS: dict[tuple[str, str], type | None] = {
    ("choosing", "pay"): v.Paying,
    ("choosing", "toggle"): v.Choosing,
    ("choosing", "collect"): v.Printing,
    ("choosing", "reprint"): v.Printing,
    ("confirming", "agree"): v.Paying,
    ("done", "reprint"): v.Printing,
    ("trouble", "retry"): v.Searching,
    ("trouble with bills", "retry"): v.Searching,
    ("paying", "back"): v.Checking,
    ("paying", "leave"): v.Checking,
    ("confirming", "back"): v.Choosing,
    ("trouble with bills", "back"): v.Choosing,
    **{
        (page, touch): None
        for page in ("code", "searching", "choosing", "done", "trouble", "doubt")
        for touch in ("back", "leave")
    },
    ("confirming", "leave"): None,
    ("trouble with bills", "leave"): None,
    ("code on the screen", "leave"): None,
}
"""What follows; `None`: the visit ends. Every pair that is not here leaves the page as it is."""
STAMP = e.Stamp(NOW_S, WALL, "fresh")


def kiosk_on(page: v.Page | None) -> Kiosk:
    ledger = Ledger(payments={"P": payment(State.SHOWN, was_shown=False)})
    visit = v.Visit("V", page, ME, NOW_S - 30) if page is not None else None
    return Kiosk(
        RULES,
        ledger=ledger,
        visit=visit,
        presence={Role.RECEIPT_PRINTER: Presence.UP},
        printer=PrinterStatus(),
        link=Link.UP,
        link_check_at_s=NOW_S + 99,
        now_s=NOW_S - 1,
    )


def after(page: v.Page | None, event: e.Event) -> Step:
    return step(kiosk_on(page), event, STAMP)


@pytest.mark.parametrize("touch", TOUCHES)
@pytest.mark.parametrize("name", PAGES)
def test_a_touch_leads_where_the_page_says(name: str, touch: str) -> None:
    result = after(PAGES[name], TOUCHES[touch])
    visit = result.kiosk.visit
    if (name, touch) not in LEADS:
        assert visit is not None
        assert visit.page == PAGES[name]
        assert not result.effects
        assert not result.records
    elif LEADS[name, touch] is None:
        assert visit is None
        reason = "back" if touch == "back" else "left"
        assert result.records[-1] == VisitEnded("V", reason)
    else:
        assert visit is not None
        assert isinstance(visit.page, LEADS[name, touch] or object)
        assert visit.page != PAGES[name]


@pytest.mark.parametrize("touch", [*TOUCHES.values(), e.Touched(), e.CodeScanned("x")])
@pytest.mark.parametrize("name", ["searching", "doubt", "printing"])
def test_every_touch_and_scan_starts_the_idle_time_again(name: str, touch: e.Event) -> None:
    visit = after(PAGES[name], touch).kiosk.visit
    assert visit is None or visit.touched_s == NOW_S


@pytest.mark.parametrize("touch", TOUCHES)
def test_a_touch_on_the_start_page_does_nothing_but_begin_to_type_a_code(touch: str) -> None:
    visit = after(None, TOUCHES[touch]).kiosk.visit
    assert (visit is not None) == (touch == "enter code")


@pytest.mark.parametrize(("touch", "cause"), [("back", "cancelled"), ("leave", "left")])
def test_both_ways_out_of_paying_say_why(touch: str, cause: str) -> None:
    visit = after(PAGES["paying"], TOUCHES[touch]).kiosk.visit
    assert visit is not None
    assert isinstance(visit.page, v.Checking)
    assert visit.page.cause == cause


# --- what is no touch --------------------------------------------------------------------------


def test_a_start_is_recorded_and_settles_what_was_left() -> None:
    result = after(None, e.Started("boot", "1.0"))
    assert result.records[0] == KioskStarted("boot", "1.0")
    assert result.effects == (p.QueryPayment("P", 100),)


@pytest.mark.parametrize(
    ("reason", "notice"),
    [
        ("not_an_id_card", v.Notice.CARD_NOT_ACCEPTED),
        ("read_failed", v.Notice.CARD_UNREADABLE),
    ],
)
def test_a_card_that_is_no_identity_card_is_told_from_one_that_cannot_be_read(
    reason: str, notice: v.Notice
) -> None:
    assert after(None, CardReadFailed(reason)).kiosk.notice is notice


def test_a_card_taken_away_is_not_on_the_reader_any_more() -> None:
    kiosk = replace(kiosk_on(CHOOSING), card_on_reader=True)
    result = step(kiosk, CardRemoved(), STAMP)
    assert not result.kiosk.card_on_reader
    assert result.changed


def test_devices_are_noted_as_they_come_and_go() -> None:
    up = after(None, e.DeviceUp(Role.SCANNER))
    down = after(None, e.DeviceDown(Role.RECEIPT_PRINTER, "cable"))
    assert up.records == (DeviceChanged("scanner", "up"),)
    assert down.records == (DeviceChanged("receipt_printer", "cable"),)
    assert not down.kiosk.can_print


@pytest.mark.parametrize("event", [e.CodeScanned(BILLS[0].bill_no), e.CodeSubmitted("nothing")])
def test_a_code_is_heard_on_the_start_page(event: e.Event) -> None:
    result = after(None, event)
    assert result.kiosk.visit is not None or result.kiosk.notice is v.Notice.CODE_UNKNOWN


def test_a_statement_is_heard() -> None:
    kiosk = replace(kiosk_on(None), ledger=Ledger(payments={"P": payment(State.UNKNOWN)}))
    result = step(kiosk, e.StatementSays("P", 0, "day"), STAMP)
    assert result.kiosk.ledger.payments["P"].state is State.CLOSED


def test_a_tick_without_anything_due_changes_only_the_time() -> None:
    result = after(CHOOSING, e.Tick())
    assert not result.changed
    assert (result.kiosk.now_s, result.kiosk.wall) == (NOW_S, WALL)


def test_a_tick_drives_every_part() -> None:
    kiosk = replace(
        kiosk_on(PAGES["paying"]),
        link_check_at_s=NOW_S,
        ledger=Ledger(
            payments={
                "P": payment(State.SHOWN),
                "Q": replace(payment(State.UNKNOWN), payment_id="Q"),
            }
        ),
    )
    page = replace(PAGES["paying"], query_at_s=NOW_S)
    kiosk = replace(kiosk, visit=replace(kiosk.visit, page=page))
    assert [type(effect) for effect in step(kiosk, e.Tick(), STAMP).effects] == [
        p.CheckLink,
        p.QueryPayment,
        p.QueryPayment,
    ]


@pytest.mark.parametrize(
    ("call", "wrong", "right"),
    [
        (
            p.QueryPayment("P", 100),
            p.PaymentSeen("Q", p.PlatformState.PAID, 100),
            p.PaymentSeen("P", p.PlatformState.PAID, 100),
        ),
        (
            p.ClosePayment("P", 100),
            p.PaymentSeen("P", p.PlatformState.PAID, 101),
            p.PaymentSeen("P", p.PlatformState.PAID, 100),
        ),
        (p.IssueReceipts("P"), p.ReceiptsIssued("Q", ()), p.ReceiptsIssued("P", ())),
        (
            p.ClaimReceipt("C", "33010226-0000000001", reprint=False),
            p.ClaimGranted("D", 1, receipt_of(bill(1))),
            p.ClaimGranted("C", 1, receipt_of(bill(1))),
        ),
        (
            p.ClaimReceipt("C", "another", reprint=False),
            p.ClaimGranted("C", 1, receipt_of(bill(1))),
            p.Refused(p.Refusal.INVALID),
        ),
    ],
)
def test_an_answer_about_something_else_is_a_lost_answer(call, wrong, right) -> None:
    assert p.believable(call, wrong) == p.AnswerLost("about_something_else")
    assert p.believable(call, right) == right


def test_nobody_can_read_a_subject_or_a_receipt_in_a_trace() -> None:
    assert repr(ME) == "Subject(person, …)"
    assert repr(receipt_of(bill(1))) == "Receipt(33010226-0000000001)"
