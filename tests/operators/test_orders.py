"""What operators order: recorded first, refused where it is not lawful."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from drivers.api import (
    CardKind,
    CardReadFailed,
    PrinterCondition,
    PrinterStatus,
    PrintOutcome,
    Role,
)
from kiosk.domain import events as e
from kiosk.domain import operator as o
from kiosk.domain.hours import is_open, span_of
from kiosk.domain.kiosk import Service
from kiosk.domain.operator import NotDone
from kiosk.domain.operator_desk import CopyStep, PaperStep, StepOfTest
from kiosk.domain.payment import State
from kiosk.domain.platform import ClaimReceipt, CreatePayment
from kiosk.domain.visit import Choosing, Paying
from tests.support.desks import order, technician
from tests.support.people import ZHANG, bill
from tests.support.playbook import START, Playbook

OPEN = PrinterStatus(frozenset({PrinterCondition.COVER_OPEN, PrinterCondition.PAPER_OUT}))
OPEN_WITH_PAPER = PrinterStatus(frozenset({PrinterCondition.COVER_OPEN}))
EMPTY = PrinterStatus(frozenset({PrinterCondition.PAPER_OUT}))
DAYS = ("2026-11-21", "2026-11-22")


@pytest.fixture
def play() -> Playbook:
    """A technician is logged in; one bill is owed."""
    play = Playbook()
    play.platform.owe(bill(1))
    technician(play)
    return play


def paid(play: Playbook, outcome: PrintOutcome = PrintOutcome.PRINTED) -> str:
    """A resident pays; the receipt's number. Nobody is logged in before, the technician after."""
    order(play, o.LogOut())
    play.paper.outcome = outcome
    play.tap(ZHANG)
    play.pay()
    play.wallet_pays()
    play.tick(120)
    play.paper.outcome = PrintOutcome.PRINTED
    technician(play)
    return next(iter(play.platform.receipts))


def in_doubt(play: Playbook) -> str:
    """A QR code was shown, then the network went; the payment's id."""
    order(play, o.LogOut())
    play.tap(ZHANG)
    payment_id = play.pay()
    play.network(up=False)
    play.send(e.LeaveTouched())
    play.tick(20)
    play.send(e.LeaveTouched())
    technician(play)
    assert play.kiosk.ledger.payments[payment_id].state is State.UNKNOWN
    return payment_id


def correction(play: Playbook, payment_id: str, paid_fen: int) -> o.CorrectPayment:
    state = play.kiosk.ledger.payments[payment_id].state
    return o.CorrectPayment(payment_id, state, paid_fen, "2026-11-21.v1:00", DAYS, "1" * 28)


# --- service ------------------------------------------------------------------------------------------


def test_out_of_service_survives_a_restart_and_begins_no_visit(play: Playbook) -> None:
    order(play, o.TakeOutOfService(o.ClosedBecause.PAPER))
    order(play, o.LogOut())
    play.restart()
    play.tap(ZHANG)
    assert play.kiosk.service is Service.OUT_OF_SERVICE
    assert play.kiosk.ledger.office.closed_because == "paper"
    assert play.kiosk.visit is None


def test_back_in_service_is_an_order_of_its_own(play: Playbook) -> None:
    assert order(play, o.PutInService()) is NotDone.NOT_IN_THIS_STATE
    order(play, o.TakeOutOfService(o.ClosedBecause.REPAIR))
    assert order(play, o.PutInService()) is None
    assert play.kiosk.service is Service.IN_SERVICE


def test_opening_hours_begin_no_visit_outside_and_cut_none_off() -> None:
    play = Playbook()
    play.platform.owe(bill(1))
    play.tap(ZHANG)
    closed = replace(play.rules, opening_hours=(span_of("sun 08:30-17:30"),))
    play.engine.kiosk = replace(play.kiosk, rules=closed)
    play.send(e.PayTouched())
    assert isinstance(play.page, Paying)
    play.send(e.BackTouched())
    play.tick(1)
    assert isinstance(play.page, Choosing)
    play.send(e.LeaveTouched())
    play.tap(ZHANG)
    assert play.kiosk.visit is None
    assert play.kiosk.service is Service.CLOSED


def test_hours_are_chinas_and_end_before_their_last_minute() -> None:
    spans = (span_of("mon-fri 08:30-17:30"), span_of("sat 09:00-24:00"))
    friday = datetime(2026, 11, 20, 9, 29, tzinfo=UTC)
    assert is_open(spans, friday)
    assert is_open(spans, datetime(2026, 11, 20, 0, 30, tzinfo=UTC))
    assert not is_open(spans, datetime(2026, 11, 20, 0, 29, tzinfo=UTC))
    assert not is_open(spans, friday.replace(minute=30))
    assert is_open(spans, datetime(2026, 11, 21, 15, 59, tzinfo=UTC))
    assert not is_open(spans, datetime(2026, 11, 22, 4, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    "text", ["", "mon", "mon 8:30-17:30", "fri-mon 08:00-09:00", "mon 09:00-08:00", "mon 09:00-09:00",
             "mon 09:00-25:00", "xyz 08:00-09:00", "mon-xyz 08:00-09:00"],
)  # fmt: skip
def test_hours_that_cannot_be_are_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"[a-z]"):
        span_of(text)


# --- paper and devices -----------------------------------------------------------------------------------


def test_a_paper_change_follows_the_printer_and_ends_on_its_proof(play: Playbook) -> None:
    steps = []
    order(play, o.BeginPaperChange())
    for status in (EMPTY, OPEN, OPEN_WITH_PAPER, PrinterStatus()):
        play.set_printer(status)
        paper = play.kiosk.desk.paper
        assert paper is not None
        steps.append(paper.step)
    assert steps == [
        PaperStep.OPEN_COVER,
        PaperStep.PUT_ROLL,
        PaperStep.CLOSE_COVER,
        PaperStep.READY_TO_TEST,
    ]
    assert order(play, o.EndPaperChange(confirmed=True)) is NotDone.NOTHING_PROVEN
    assert order(play, o.PrintTest()) is None
    assert play.kiosk.desk.paper is not None
    assert play.kiosk.desk.paper.step is PaperStep.LOOK
    assert order(play, o.EndPaperChange(confirmed=True)) is None
    assert play.kiosk.desk.paper is None
    assert len(play.paper.samples) == 1


def test_a_strip_that_the_printer_did_not_prove_confirms_nothing(play: Playbook) -> None:
    play.paper.outcome = PrintOutcome.UNKNOWN
    order(play, o.BeginPaperChange())
    order(play, o.PrintTest())
    assert order(play, o.EndPaperChange(confirmed=True)) is NotDone.NOTHING_PROVEN
    assert order(play, o.EndPaperChange(confirmed=False)) is None


def test_a_strip_of_which_nothing_is_heard_is_in_doubt_after_its_deadline(play: Playbook) -> None:
    order(play, o.BeginPaperChange())
    play.engine.handle(e.Ordered(o.PrintTest()))
    play.pending.clear()
    assert order(play, o.PrintTest()) is NotDone.BUSY
    for _ in range(3):
        play.tick(30)
        order(play, o.StillThere())
    assert play.kiosk.desk.paper is not None
    assert play.kiosk.desk.paper.step is PaperStep.NOT_PROVEN


def test_no_strip_is_printed_without_a_change_or_a_test(play: Playbook) -> None:
    assert order(play, o.PrintTest()) is NotDone.NOT_IN_THIS_STATE


def test_a_reader_passes_only_after_it_has_shown_a_card(play: Playbook) -> None:
    order(play, o.BeginDeviceTest(Role.ID_READER))
    assert order(play, o.EndDeviceTest(passed=True)) is NotDone.NOTHING_PROVEN
    play.send(CardReadFailed("moved"))
    assert play.kiosk.desk.test is not None
    assert play.kiosk.desk.test.step is StepOfTest.TROUBLE
    play.tap(ZHANG)
    assert play.kiosk.desk.test.detail == CardKind.RESIDENT.value
    assert order(play, o.EndDeviceTest(passed=True)) is None
    assert play.kiosk.ledger.office.tests["id_reader"][0] is True
    assert ZHANG.number not in str(play.diary.rows)


def test_a_scanner_shows_what_kind_of_code_it_was_and_nothing_else(play: Playbook) -> None:
    order(play, o.BeginDeviceTest(Role.SCANNER))
    play.send(e.CodeScanned(bill(1).bill_no))
    assert play.kiosk.desk.test is not None
    assert play.kiosk.desk.test.detail == "payment_code"


def test_a_failed_test_can_always_be_recorded(play: Playbook) -> None:
    order(play, o.BeginDeviceTest(Role.RECEIPT_PRINTER))
    assert order(play, o.EndDeviceTest(passed=False)) is None
    assert play.kiosk.ledger.office.tests["receipt_printer"][0] is False


def test_a_test_given_up_has_no_result_and_keeps_the_last_one(play: Playbook) -> None:
    order(play, o.BeginDeviceTest(Role.RECEIPT_PRINTER))
    order(play, o.EndDeviceTest(passed=False))
    before = play.kiosk.ledger.office.tests
    order(play, o.BeginDeviceTest(Role.RECEIPT_PRINTER))
    assert order(play, o.EndDeviceTest(passed=None)) is None
    assert play.kiosk.desk.test is None
    assert play.kiosk.ledger.office.tests == before
    assert play.diary.rows[-1][1]["detail"]["given_up"] == "receipt_printer"


def test_a_device_that_the_site_does_not_have_is_not_tested(play: Playbook) -> None:
    assert order(play, o.BeginDeviceTest(Role.CARD_READER)) is NotDone.UNKNOWN_THING


# --- copies -------------------------------------------------------------------------------------------------


def test_a_copy_for_the_office_is_marked_and_counted(play: Playbook) -> None:
    receipt_no = paid(play)
    assert order(play, o.PrintCopy(receipt_no, o.CopyReason.TORN)) is None
    assert play.kiosk.desk.copy is not None
    assert (play.kiosk.desk.copy.step, play.kiosk.desk.copy.copy_number) == (CopyStep.PRINTED, 2)
    assert play.paper.strips == [(receipt_no, 1), (receipt_no, 2)]


def test_an_owed_receipt_that_was_never_tried_is_printed_as_the_original(play: Playbook) -> None:
    receipt_no = paid(play, PrintOutcome.NOT_PRINTED)
    assert receipt_no in play.kiosk.ledger.owed
    order(play, o.PrintCopy(receipt_no, o.CopyReason.NOT_PRINTED))
    assert play.paper.strips == [(receipt_no, 1)]
    assert receipt_no not in play.kiosk.ledger.owed


def test_a_copy_in_doubt_is_never_followed_by_another_original(play: Playbook) -> None:
    receipt_no = paid(play, PrintOutcome.UNKNOWN)
    order(play, o.PrintCopy(receipt_no, o.CopyReason.TORN))
    assert [copy for _, copy in play.paper.strips] == [1, 2]


def test_a_copy_whose_answer_is_lost_is_asked_again_with_the_same_claim(play: Playbook) -> None:
    receipt_no = paid(play)
    play.link.faults.append((ClaimReceipt, "answer_lost"))
    order(play, o.PrintCopy(receipt_no, o.CopyReason.LOST))
    again = o.PrintCopy(receipt_no, o.CopyReason.LOST)
    assert order(play, again) is NotDone.BUSY
    assert order(play, o.AskRestart(o.Restart.APPLICATION)) is NotDone.BUSY
    play.tick(3)
    assert play.kiosk.desk.copy is not None
    assert play.kiosk.desk.copy.step is CopyStep.PRINTED


def test_without_a_ready_printer_no_copy_is_claimed(play: Playbook) -> None:
    receipt_no = paid(play)
    play.set_printer(EMPTY)
    refused = order(play, o.PrintCopy(receipt_no, o.CopyReason.TORN))
    assert refused is NotDone.PRINTER_NOT_READY
    unknown = order(play, o.PrintCopy("not-a-receipt", o.CopyReason.TORN))
    assert unknown is NotDone.UNKNOWN_THING


def test_a_doubtful_paper_is_settled_once_by_an_operators_eyes(play: Playbook) -> None:
    receipt_no = paid(play, PrintOutcome.UNKNOWN)
    job_id = next(iter(play.kiosk.ledger.jobs))
    assert order(play, o.JudgePaper(job_id, whole=True)) is None
    assert receipt_no not in play.kiosk.ledger.owed
    assert order(play, o.JudgePaper(job_id, whole=False)) is NotDone.NOT_IN_THIS_STATE
    assert order(play, o.JudgePaper("J-none", whole=True)) is NotDone.UNKNOWN_THING


def test_a_torn_paper_stays_owed(play: Playbook) -> None:
    receipt_no = paid(play, PrintOutcome.UNKNOWN)
    order(play, o.JudgePaper(next(iter(play.kiosk.ledger.jobs)), whole=False))
    assert receipt_no in play.kiosk.ledger.owed


# --- forced corrections -----------------------------------------------------------------------------------


def test_a_correction_to_paid_is_kept_with_both_sides_and_confirmed_by_the_platform(
    play: Playbook,
) -> None:
    payment_id = in_doubt(play)
    play.platform.wallet_pays(payment_id)
    fen = play.kiosk.ledger.payments[payment_id].amount_fen
    assert order(play, correction(play, payment_id, fen)) is None
    assert play.kiosk.ledger.payments[payment_id].unconfirmed
    evidence = [dict(body["evidence"]) for kind, body in play.diary.rows if kind == "PaymentMoved"]  # type: ignore[call-overload]
    assert evidence[-1]["held_here"] == "unknown"
    assert evidence[-1]["statement"] == "2026-11-21.v1:00"
    assert evidence[-1]["forced_by"] == "901"
    play.network(up=True)
    play.tick(60)
    payment = play.kiosk.ledger.payments[payment_id]
    assert (payment.state, payment.unconfirmed) == (State.PAID, False)
    assert payment.receipts_issued == 1


def test_a_lie_to_not_paid_becomes_a_conflict_as_soon_as_the_platform_answers(
    play: Playbook,
) -> None:
    payment_id = in_doubt(play)
    play.platform.wallet_pays(payment_id)
    play.now_s += 2 * 86400
    play.tick(1)
    technician(play)
    assert order(play, correction(play, payment_id, 0)) is None
    assert play.kiosk.ledger.payments[payment_id].state is State.CLOSED
    assert payment_id in [each.payment_id for each in play.kiosk.ledger.open_payments]
    play.restart()
    play.network(up=True)
    play.tick(60)
    assert play.kiosk.ledger.payments[payment_id].state is State.CONFLICT


def test_a_true_correction_to_not_paid_closes_the_payment_at_the_platform_too(
    play: Playbook,
) -> None:
    payment_id = in_doubt(play)
    play.now_s += 2 * 86400
    play.tick(1)
    technician(play)
    assert order(play, correction(play, payment_id, 0)) is None
    play.network(up=True)
    play.tick(60)
    payment = play.kiosk.ledger.payments[payment_id]
    assert (payment.state, payment.unconfirmed) == (State.CLOSED, False)
    assert not play.platform.wallet_pays(payment_id)


def test_a_correction_needs_what_both_sides_hold(play: Playbook) -> None:
    payment_id = in_doubt(play)
    fen = play.kiosk.ledger.payments[payment_id].amount_fen
    good = correction(play, payment_id, fen)
    refused = {
        NotDone.UNKNOWN_THING: replace(good, payment_id="K1-none"),
        NotDone.NOT_IN_THIS_STATE: replace(good, seen_state=State.CASE),
    }
    for reason, bad in refused.items():
        assert order(play, bad) is reason
    for bad in (
        replace(good, paid_fen=fen + 1),
        replace(good, transaction_no=""),
        replace(good, statement=""),
        replace(good, statement_days=()),
        replace(good, paid_fen=0),  # its day is not over
    ):
        assert order(play, bad) is NotDone.EVIDENCE_MISSING
    assert play.kiosk.ledger.payments[payment_id].state is State.UNKNOWN


def test_what_the_table_has_no_edge_for_is_not_lawful(play: Playbook) -> None:
    paid(play)
    payment = next(iter(play.kiosk.ledger.payments.values()))
    again = correction(play, payment.payment_id, payment.amount_fen)
    assert order(play, again) is NotDone.NOT_LAWFUL
    assert order(play, o.AskAgain(payment.payment_id)) is NotDone.NOT_LAWFUL


def test_asking_again_asks_at_once(play: Playbook) -> None:
    payment_id = in_doubt(play)
    play.platform.wallet_pays(payment_id)
    play.link.down = False
    assert order(play, o.AskAgain(payment_id)) is None
    assert play.kiosk.ledger.payments[payment_id].state is State.PAID
    assert order(play, o.AskAgain("K1-none")) is NotDone.UNKNOWN_THING


# --- notes, days, refusals ----------------------------------------------------------------------------------


def test_a_note_holds_no_numbers_of_persons(play: Playbook) -> None:
    for reference in ("330199190001010010", "3301-9919-0001-0100-10", "13958112233", "a b", "李"):
        note = o.WriteNote("K1-1", o.NoteKind.TOLD_FINANCE, reference)
        assert order(play, note) is NotDone.LOOKS_PERSONAL
        assert reference not in str(play.diary.rows)
    assert order(play, o.WriteNote("K1-1", o.NoteKind.TOLD_FINANCE, "GD-2026/117")) is None
    person = o.WriteNote("330199190001010010", o.NoteKind.RESIDENT_CAME)
    assert order(play, person) is NotDone.UNKNOWN_THING
    assert "330199190001010010" not in str(play.diary.rows)


def test_a_day_is_closed_only_with_a_case_for_each_difference(play: Playbook) -> None:
    close = o.CloseDay("2026-11-20", "2026-11-20.v1:ab", 3, 900, 2, ("GD-1",))
    assert order(play, close) is NotDone.EVIDENCE_MISSING
    assert order(play, replace(close, cases=("GD-1", "GD-2"))) is None
    assert play.kiosk.ledger.office.closed_days["2026-11-20"][0] == "2026-11-20.v1:ab"
    assert order(play, replace(close, day="yesterday", differences=0)) is NotDone.EVIDENCE_MISSING


def test_a_level_is_a_percentage(play: Playbook) -> None:
    assert order(play, o.SetLevel(o.Level.VOLUME, 101)) is NotDone.NOT_LAWFUL
    assert order(play, o.SetLevel(o.Level.VOLUME, 100)) is None


def test_a_refused_order_is_in_the_journal_and_changes_nothing(play: Playbook) -> None:
    order(play, o.LogOut())
    before = play.kiosk.ledger
    assert order(play, o.TakeOutOfService(o.ClosedBecause.OTHER)) is NotDone.NOT_LOGGED_IN
    kind, body = play.diary.rows[-1]
    assert (kind, body["act"], body["refused"]) == (
        "OperatorActed", "take_out_of_service", "not_logged_in",
    )  # fmt: skip
    assert play.kiosk.ledger == before


def test_a_payment_goes_on_while_an_operator_is_there(play: Playbook) -> None:
    payment_id = in_doubt(play)
    play.platform.wallet_pays(payment_id)
    play.network(up=True)
    play.tick(30)
    assert play.kiosk.ledger.payments[payment_id].state is State.PAID
    assert play.kiosk.desk.session is not None
    assert not [call for call in play.pending if isinstance(call, CreatePayment)]
    assert START.year == 2026


# --- the printer's test ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "step"),
    [
        (PrintOutcome.PRINTED, StepOfTest.SHOWN),
        (PrintOutcome.NOT_PRINTED, StepOfTest.TROUBLE),
        (PrintOutcome.UNKNOWN, StepOfTest.TROUBLE),
    ],
)
def test_the_printers_test_shows_what_the_printer_proved(
    play: Playbook, outcome: PrintOutcome, step: StepOfTest
) -> None:
    play.paper.outcome = outcome
    order(play, o.BeginDeviceTest(Role.RECEIPT_PRINTER))
    assert order(play, o.PrintTest()) is None
    assert play.kiosk.desk.test is not None
    assert play.kiosk.desk.test.step is step
    proven = step is StepOfTest.SHOWN
    assert (order(play, o.EndDeviceTest(passed=True)) is None) == proven


def test_a_strip_that_a_restart_cut_off_may_be_on_paper(play: Playbook) -> None:
    order(play, o.BeginPaperChange())
    play.engine.handle(e.Ordered(o.PrintTest()))
    play.pending.clear()
    play.restart()
    kind, body = next(row for row in reversed(play.diary.rows) if row[0] == "SampleMoved")
    assert (kind, body["state"], body["reason"]) == ("SampleMoved", "doubt", "restart")


def test_guided_steps_do_not_outlive_their_operator(play: Playbook) -> None:
    order(play, o.BeginPaperChange())
    assert order(play, o.BeginPaperChange()) is NotDone.BUSY
    assert order(play, o.BeginDeviceTest(Role.SCANNER)) is NotDone.BUSY
    play.tick(180)
    assert play.kiosk.desk.session is None
    assert play.kiosk.desk.paper is None


def test_a_change_without_a_cover_switch_follows_the_paper_alone(play: Playbook) -> None:
    order(play, o.BeginPaperChange())
    steps = []
    for status in (PrinterStatus(), EMPTY, PrinterStatus()):
        play.set_printer(status)
        assert play.kiosk.desk.paper is not None
        steps.append(play.kiosk.desk.paper.step)
    assert steps[:2] == [PaperStep.OPEN_COVER, PaperStep.OPEN_COVER]
    assert order(play, o.PrintTest()) is None


def test_what_ends_without_having_begun_is_refused(play: Playbook) -> None:
    assert order(play, o.EndPaperChange(confirmed=False)) is NotDone.NOT_IN_THIS_STATE
    assert order(play, o.EndDeviceTest(passed=False)) is NotDone.NOT_IN_THIS_STATE


def test_a_printer_that_tells_only_of_its_paper_goes_on_to_the_strip_when_there_is_paper_again(
    play: Playbook,
) -> None:
    order(play, o.BeginPaperChange())
    for status, step in (
        (EMPTY, PaperStep.OPEN_COVER),
        (PrinterStatus(), PaperStep.READY_TO_TEST),
    ):
        play.set_printer(status)
        assert play.kiosk.desk.paper is not None
        assert play.kiosk.desk.paper.step is step
