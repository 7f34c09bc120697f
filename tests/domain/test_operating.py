"""The operators' side, one turn at a time: accounts, strips, guided steps, copies."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from drivers.api import (
    CardReadFailed,
    PrinterCondition,
    PrinterStatus,
    PrintOutcome,
    PrintReport,
    Role,
)
from kiosk.domain import events as e
from kiosk.domain import operating, operator_checks, operator_devices
from kiosk.domain import operator as o
from kiosk.domain.effects import PrintReceipt, PrintSample, RestartNow, SaveAccount, TidyAccounts
from kiosk.domain.kiosk import Presence
from kiosk.domain.office_book import Office, Sample
from kiosk.domain.operating import MAX_ACCOUNTS
from kiosk.domain.operator import AccountRole, NotDone
from kiosk.domain.operator_desk import (
    CopyStep,
    DeviceTest,
    OfficeCopy,
    OperatorDesk,
    PaperChange,
    PaperStep,
    Session,
    StepOfTest,
)
from kiosk.domain.payment import Event, State
from kiosk.domain.platform import ClaimReceipt
from kiosk.domain.records import ClaimState, PaymentMoved, PrintState, SampleMoved
from kiosk.domain.turn import Turn
from kiosk.domain.visit import Notice
from tests.support.desks import HASH, order, technician
from tests.support.people import ZHANG, bill
from tests.support.playbook import Playbook
from tests.support.turns import NOW_S, RULES, WALL, payment, turn_with

READY = {"presence": {Role.RECEIPT_PRINTER: Presence.UP}, "printer": PrinterStatus()}
SILENT = PrinterStatus(frozenset({PrinterCondition.SILENT}))
LATE = PrintReport(PrintOutcome.PRINTED, PrinterStatus())


@pytest.fixture
def play() -> Playbook:
    play = Playbook()
    technician(play)
    return play


def at_desk(sample: PrintState | None = None, **desk: Any) -> Turn:
    """A turn with this on the operators' desk and, perhaps, a test strip "T"."""
    turn = turn_with(desk=OperatorDesk(**desk), **READY)
    strip = Sample("T", sample) if sample else None
    turn.ledger = replace(turn.ledger, office=replace(Office(), sample=strip))
    return turn


# --- accounts --------------------------------------------------------------------------------------


def test_one_account_is_written_at_a_time(play: Playbook) -> None:
    play.hold = (SaveAccount,)
    assert order(play, o.KeepAccount("201", AccountRole.OFFICE, HASH)) is None
    assert order(play, o.KeepAccount("202", AccountRole.OFFICE, HASH)) is NotDone.BUSY
    assert order(play, o.DropAccount("901")) is NotDone.BUSY
    play.hold = ()
    play.settle()
    assert set(play.kiosk.ledger.office.accounts) == {"901", "201"}
    assert order(play, o.KeepAccount("202", AccountRole.OFFICE, HASH)) is None


@pytest.mark.parametrize(
    ("account_id", "pin_hash"), [("12", HASH), ("123456789", HASH), ("20a", HASH), ("201", "")]
)
def test_an_account_needs_three_to_eight_figures_and_a_pin(
    play: Playbook, account_id: str, pin_hash: str
) -> None:
    refused = order(play, o.KeepAccount(account_id, AccountRole.OFFICE, pin_hash))
    assert refused is NotDone.NO_SUCH_ACCOUNT


def test_there_are_at_most_thirty_two_accounts_and_each_can_get_a_new_pin(play: Playbook) -> None:
    for number in range(201, 200 + MAX_ACCOUNTS):
        assert order(play, o.KeepAccount(str(number), AccountRole.OFFICE, HASH)) is None
    assert len(play.kiosk.ledger.office.accounts) == 32
    one_more = o.KeepAccount("801", AccountRole.OFFICE, HASH)
    assert order(play, one_more) is NotDone.TOO_MANY_ACCOUNTS
    assert order(play, o.KeepAccount("201", AccountRole.OFFICE, HASH)) is None


def test_an_account_that_is_not_there_cannot_be_dropped(play: Playbook) -> None:
    assert order(play, o.DropAccount("555")) is NotDone.NO_SUCH_ACCOUNT


def test_a_hash_on_its_way_to_the_file_is_in_no_repr() -> None:
    assert HASH not in repr(SaveAccount("901", AccountRole.TECHNICIAN, HASH))
    assert "901" in repr(SaveAccount("901", AccountRole.TECHNICIAN, HASH))


def test_the_only_technician_can_get_a_new_pin(play: Playbook) -> None:
    assert order(play, o.KeepAccount("901", AccountRole.TECHNICIAN, HASH)) is None


def test_an_account_that_is_dropped_is_taken_out_of_the_file(play: Playbook) -> None:
    order(play, o.KeepAccount("201", AccountRole.OFFICE, HASH))
    play.hold = (SaveAccount,)
    assert order(play, o.DropAccount("201")) is None
    assert play.pending[-1] == SaveAccount("201", AccountRole.OFFICE, "")
    assert order(play, o.DropAccount("901")) is NotDone.BUSY


def test_a_start_takes_out_of_the_file_whom_the_journal_does_not_know(play: Playbook) -> None:
    play.restart()
    assert play.performed_of(TidyAccounts) == [TidyAccounts(("901",))]


def test_a_log_in_ends_its_own_wait_alone_and_the_notice_on_the_start_page() -> None:
    waits = MappingProxyType({"901": NOW_S - 1, "": NOW_S + 60})
    turn = at_desk(held_until_s=waits)
    turn.change(notice=Notice.CARD_UNREADABLE)
    technicians = MappingProxyType({"901": AccountRole.TECHNICIAN})
    turn.ledger = replace(turn.ledger, office=Office(accounts=technicians))
    operating.on_order(turn, o.LogIn("901", right=True))
    assert turn.kiosk.desk.session == Session("901", AccountRole.TECHNICIAN, NOW_S, NOW_S)
    assert turn.kiosk.desk.held_until_s == {"": NOW_S + 60}
    assert turn.kiosk.notice is None


def test_a_kiosk_that_has_just_begun_holds_nobody() -> None:
    turn = turn_with(now_s=0.5)
    technicians = MappingProxyType({"901": AccountRole.TECHNICIAN})
    turn.ledger = replace(turn.ledger, office=Office(accounts=technicians))
    operating.on_order(turn, o.LogIn("901", right=True))
    assert turn.kiosk.desk.answer is None


def test_every_order_begins_the_idle_time_again(play: Playbook) -> None:
    play.tick(59)
    assert order(play, o.PrintTest()) is NotDone.NOT_IN_THIS_STATE
    play.tick(59)
    assert play.kiosk.desk.session is not None


def test_hands_that_change_the_paper_have_longer_and_each_move_of_theirs_counts(
    play: Playbook,
) -> None:
    order(play, o.BeginPaperChange())
    play.tick(170)
    play.set_printer(PrinterStatus(frozenset({PrinterCondition.COVER_OPEN})))
    play.tick(170)
    assert play.kiosk.desk.session is not None
    assert play.kiosk.desk.paper is not None
    play.tick(10)
    assert play.kiosk.desk.session is None


def test_who_is_logged_out_without_a_touch_is_in_the_journal_with_the_reason(
    play: Playbook,
) -> None:
    play.tick(60)
    kind, body = play.diary.rows[-1]
    assert (kind, body["act"], body["detail"]) == ("OperatorActed", "log_out", {"why": "idle"})


@pytest.mark.parametrize(("step", "stays"), [(CopyStep.ASKING, True), (CopyStep.PRINTED, False)])
def test_a_copy_that_is_going_on_outlives_its_operator(step: CopyStep, *, stays: bool) -> None:
    copy = OfficeCopy("R", "C", reprint=True, step=step)
    turn = at_desk(copy=copy)
    operating.log_out(turn)
    assert turn.kiosk.desk.copy == (copy if stays else None)


def test_nobody_logs_in_over_somebody_who_is_there(play: Playbook) -> None:
    assert order(play, o.LogIn("901", right=True)) is NotDone.BUSY
    assert order(play, o.LogIn("901", right=False)) is NotDone.BUSY


def test_a_touch_of_nobody_logs_nobody_in() -> None:
    play = Playbook()
    rows = list(play.diary.rows)
    play.send(e.Ordered(o.StillThere()))
    assert play.kiosk.desk.session is None
    assert play.diary.rows == rows


# --- the machine -------------------------------------------------------------------------------------


def test_who_orders_a_restart_is_logged_out_and_the_kiosk_ends(play: Playbook) -> None:
    assert order(play, o.AskRestart(o.Restart.MACHINE)) is None
    assert play.kiosk.desk.session is None
    assert [effect.what for effect in play.performed_of(RestartNow)] == [o.Restart.MACHINE]


# --- the test strip ------------------------------------------------------------------------------------


def test_a_late_word_about_a_strip_that_was_given_up_is_not_heard() -> None:
    turn = at_desk(PrintState.DOUBT, paper=PaperChange(PaperStep.NOT_PROVEN, job_id="T"))
    operator_devices.on_sample_finished(turn, "T", LATE)
    assert turn.records == []
    assert turn.kiosk.desk.paper == PaperChange(PaperStep.NOT_PROVEN, job_id="T")


@pytest.mark.parametrize("sample", [None, PrintState.INTENDED])
def test_a_word_about_another_strip_is_not_heard(sample: PrintState | None) -> None:
    turn = at_desk(sample)
    operator_devices.on_sample_finished(turn, "another", LATE)
    assert turn.records == []


def test_what_became_of_a_strip_is_recorded_also_when_its_operator_has_left() -> None:
    turn = at_desk(PrintState.INTENDED, sample_deadline_s=NOW_S + 9)
    operator_devices.on_sample_finished(turn, "T", LATE)
    assert turn.records == [SampleMoved("T", PrintState.PRINTED, "")]
    assert turn.kiosk.desk == OperatorDesk()


@pytest.mark.parametrize(
    "desk",
    [
        {"paper": PaperChange(PaperStep.OPEN_COVER)},
        {"test": DeviceTest(Role.RECEIPT_PRINTER, StepOfTest.WAITING)},
    ],
)
def test_a_strip_of_an_earlier_operator_moves_nothing_that_began_since(desk: dict) -> None:
    turn = at_desk(PrintState.INTENDED, **desk)
    operator_devices.on_sample_finished(turn, "T", LATE)
    assert turn.kiosk.desk == OperatorDesk(**desk)


@pytest.mark.parametrize(
    ("report", "detail"),
    [
        (PrintReport(PrintOutcome.NOT_PRINTED, PrinterStatus(), "cover_open"), "cover_open"),
        (PrintReport(PrintOutcome.UNKNOWN, SILENT), "unknown"),
    ],
)
def test_the_printers_test_names_what_kept_the_strip(report: PrintReport, detail: str) -> None:
    waiting = DeviceTest(Role.RECEIPT_PRINTER, StepOfTest.WAITING, job_id="T")
    turn = at_desk(PrintState.INTENDED, test=waiting)
    operator_devices.on_sample_finished(turn, "T", report)
    assert turn.kiosk.desk.test == replace(waiting, step=StepOfTest.TROUBLE, detail=detail)


def test_a_strip_is_given_up_at_its_deadline_and_not_before() -> None:
    for late_s, heard in ((0.0, 1), (0.25, 0)):
        turn = at_desk(PrintState.INTENDED, sample_deadline_s=NOW_S + late_s)
        operator_devices.on_tick(turn)
        assert turn.records == [SampleMoved("T", PrintState.DOUBT, "deadline")][:heard]


def test_a_strip_gets_a_minute_to_be_printed() -> None:
    turn = at_desk(paper=PaperChange(PaperStep.READY_TO_TEST))
    operator_devices.print_test(turn, o.PrintTest())
    assert turn.kiosk.desk.sample_deadline_s == NOW_S + RULES.print_deadline_s
    assert turn.kiosk.desk.paper == PaperChange(PaperStep.PRINTING, job_id="T-fresh")
    assert turn.effects == [PrintSample("T-fresh")]
    assert operator_devices.is_sample(turn, "T-fresh")
    assert not operator_devices.is_sample(turn, "another")


def test_the_strip_of_the_printers_test_forgets_what_the_last_one_said() -> None:
    failed = DeviceTest(Role.RECEIPT_PRINTER, StepOfTest.TROUBLE, "cover_open", "T0")
    turn = at_desk(PrintState.NOT_PRINTED, test=failed)
    operator_devices.print_test(turn, o.PrintTest())
    waiting = DeviceTest(Role.RECEIPT_PRINTER, StepOfTest.WAITING, "", "T-fresh")
    assert turn.kiosk.desk.test == waiting


@pytest.mark.parametrize(
    ("desk", "refused"),
    [
        ({}, NotDone.NOT_IN_THIS_STATE),
        ({"test": DeviceTest(Role.SCANNER, StepOfTest.WAITING)}, NotDone.NOT_IN_THIS_STATE),
        ({"test": DeviceTest(Role.RECEIPT_PRINTER, StepOfTest.WAITING)}, None),
        ({"paper": PaperChange(PaperStep.LOOK)}, None),
    ],
)
def test_a_strip_is_printed_for_a_paper_change_or_the_printers_test(
    desk: dict, refused: NotDone | None
) -> None:
    assert operator_devices.check_print(at_desk(**desk), o.PrintTest()) is refused


# --- paper changes --------------------------------------------------------------------------------------


def test_a_kiosk_without_a_printer_has_no_paper_to_change() -> None:
    turn = at_desk()
    turn.change(rules=replace(RULES, roles=frozenset({Role.SCANNER})))
    assert operator_devices.check_free(turn, None) is NotDone.UNKNOWN_THING


@pytest.mark.parametrize(
    ("step", "confirmed", "refused"),
    [
        (PaperStep.PRINTING, False, NotDone.NOT_IN_THIS_STATE),
        (PaperStep.LOOK, True, None),
        (PaperStep.LOOK, False, None),
        (PaperStep.NOT_PROVEN, True, NotDone.NOTHING_PROVEN),
    ],
)
def test_a_paper_change_ends_on_proof_or_without_a_claim_to_it(
    step: PaperStep, *, confirmed: bool, refused: NotDone | None
) -> None:
    turn = at_desk(paper=PaperChange(step))
    ended = operator_devices.check_end_paper_change(turn, o.EndPaperChange(confirmed=confirmed))
    assert ended is refused


OUT = PrinterStatus(frozenset({PrinterCondition.PAPER_OUT}))
OPEN = PrinterStatus(frozenset({PrinterCondition.COVER_OPEN}))
BEGUN, OPENED = PaperChange(PaperStep.OPEN_COVER), PaperChange(PaperStep.PUT_ROLL, was_open=True)
EMPTIED = PaperChange(PaperStep.OPEN_COVER, was_out=True)


@pytest.mark.parametrize("printer", [None, SILENT, OUT])
def test_no_strip_is_printed_by_a_printer_that_is_not_ready(printer: PrinterStatus | None) -> None:
    turn = at_desk(paper=BEGUN)
    turn.change(printer=printer)
    assert operator_devices.check_print(turn, o.PrintTest()) is NotDone.PRINTER_NOT_READY


@pytest.mark.parametrize(
    ("paper", "printer", "follows"),
    [
        (BEGUN, None, PaperStep.OPEN_COVER),
        (BEGUN, SILENT, PaperStep.OPEN_COVER),
        (OPENED, None, PaperStep.CLOSE_COVER),
        (OPENED, SILENT, PaperStep.CLOSE_COVER),
        (OPENED, OUT, PaperStep.PUT_ROLL),
        (OPENED, OPEN, PaperStep.CLOSE_COVER),
        (OPENED, PrinterStatus(), PaperStep.READY_TO_TEST),
        (BEGUN, OUT, PaperStep.OPEN_COVER),
        (BEGUN, PrinterStatus(), PaperStep.OPEN_COVER),
        (EMPTIED, PrinterStatus(), PaperStep.READY_TO_TEST),
        (EMPTIED, SILENT, PaperStep.OPEN_COVER),
        (EMPTIED, OPEN, PaperStep.CLOSE_COVER),
        (PaperChange(PaperStep.LOOK), OUT, PaperStep.LOOK),
        (PaperChange(PaperStep.NOT_PROVEN), PrinterStatus(), PaperStep.NOT_PROVEN),
        (PaperChange(PaperStep.LOOK), OPEN, PaperStep.CLOSE_COVER),
        (PaperChange(PaperStep.PRINTING), OPEN, PaperStep.PRINTING),
    ],
)
def test_the_printer_leads_a_paper_change(
    paper: PaperChange, printer: PrinterStatus | None, follows: PaperStep
) -> None:
    turn = at_desk(paper=paper)
    turn.change(printer=printer)
    operator_devices.follow(turn)
    was_open = paper.was_open or (printer is OPEN and paper.step is not PaperStep.PRINTING)
    was_out = paper.was_out or (printer is OUT and paper.step is not PaperStep.LOOK)
    assert turn.kiosk.desk.paper == PaperChange(follows, was_open=was_open, was_out=was_out)


# --- device tests ---------------------------------------------------------------------------------------


def test_a_card_that_cannot_be_read_says_nothing_about_a_scanner(play: Playbook) -> None:
    order(play, o.BeginDeviceTest(Role.SCANNER))
    play.send(CardReadFailed("moved"))
    assert play.kiosk.desk.test == DeviceTest(Role.SCANNER, StepOfTest.WAITING)


def test_a_card_says_nothing_about_another_reader_or_without_a_test(play: Playbook) -> None:
    play.tap(ZHANG)
    assert play.kiosk.desk.test is None
    order(play, o.BeginDeviceTest(Role.SCANNER))
    play.tap(ZHANG)
    assert play.kiosk.desk.test == DeviceTest(Role.SCANNER, StepOfTest.WAITING)


def test_the_journal_keeps_how_a_test_ended_and_what_it_showed() -> None:
    shown = DeviceTest(Role.SCANNER, StepOfTest.SHOWN, "payment_code")
    assert operator_devices.describe_test(at_desk(test=shown), o.EndDeviceTest(passed=True)) == (
        "scanner",
        {"passed": 1, "at_s": int(WALL.timestamp()), "detail": "payment_code"},
    )


# --- copies -----------------------------------------------------------------------------------------------


def test_a_copy_of_which_nothing_is_heard_is_in_doubt_after_its_deadline(play: Playbook) -> None:
    play.platform.owe(bill(1))
    order(play, o.LogOut())
    play.tap(ZHANG)
    play.pay()
    play.wallet_pays()
    play.tick(60)
    technician(play)
    play.hold = (PrintReceipt,)
    receipt_no = next(iter(play.platform.receipts))
    assert order(play, o.PrintCopy(receipt_no, o.CopyReason.TORN)) is None
    for _ in range(2):
        play.tick(29)
        order(play, o.StillThere())
    assert play.kiosk.desk.copy is not None
    assert play.kiosk.desk.copy.step is CopyStep.PRINTING
    play.tick(3)
    assert play.kiosk.desk.copy.step is CopyStep.DOUBT


def test_a_copy_whose_answers_are_all_lost_is_not_printed_and_its_claim_given_back(
    play: Playbook,
) -> None:
    play.link.faults = [(ClaimReceipt, "answer_lost")] * 3
    assert order(play, o.PrintCopy("33010226-0000000001", o.CopyReason.LOST)) is None
    play.tick(10)
    assert play.kiosk.desk.copy is not None
    assert (play.kiosk.desk.copy.step, play.kiosk.desk.copy.reason) == (
        CopyStep.NOT_PRINTED, "no answer",
    )  # fmt: skip
    assert not [claim for claim in play.kiosk.ledger.open_claims if claim.state is ClaimState.ASKED]


# --- money --------------------------------------------------------------------------------------------------


def test_where_the_time_of_the_intent_is_not_known_no_day_is_the_right_one() -> None:
    unknown = replace(payment(State.UNKNOWN), intended_s=0)
    assert operator_checks.statement_days(unknown, 180) == ()


def test_two_days_hold_what_was_intended_just_before_midnight_in_china() -> None:
    last_s = 1_795_276_799  # 2026-11-21 23:59:59 in China
    days = operator_checks.statement_days(replace(payment(State.UNKNOWN), intended_s=last_s), 180)
    assert [day.isoformat() for day in days] == ["2026-11-21", "2026-11-22"]


def test_a_correction_keeps_what_both_sides_hold_and_who_forced_it() -> None:
    session = Session("901", AccountRole.TECHNICIAN, NOW_S, NOW_S)
    turn = at_desk(session=session)
    unknown = payment(State.UNKNOWN)
    turn.ledger = replace(turn.ledger, payments=MappingProxyType({"P": unknown}))
    found = o.CorrectPayment("P", State.UNKNOWN, 100, "2026-11-21.v1:0f", ("2026-11-21",), "T1")
    operating.on_order(turn, found)
    (moved,) = (each for each in turn.records if isinstance(each, PaymentMoved))
    assert (moved.event, moved.state) == (Event.RECON_PAID, State.PAID)
    assert moved.evidence == {
        "statement": "2026-11-21.v1:0f",
        "paid_fen": 100,
        "transaction_no": "T1",
        "held_here": "unknown",
        "forced_by": "901",
    }


def test_a_right_log_in_forgets_the_wrong_ones_before_it(play: Playbook) -> None:
    order(play, o.LogOut())
    order(play, o.LogIn("901", right=False))
    assert play.kiosk.ledger.office.failures == {"901": 1}
    play.tick(2)
    order(play, o.LogIn("901", right=True))
    assert play.kiosk.ledger.office.failures == {"901": 0}


def test_hours_that_are_taken_back_leave_no_time_behind(play: Playbook) -> None:
    always = (((0, 1440),),) * 7
    assert order(play, o.SetHours(always)) is None
    assert play.kiosk.ledger.office.hours_set_s > 0
    assert order(play, o.SetHours(None)) is None
    office = play.kiosk.ledger.office
    assert (office.hours, office.hours_set_s) == ("", 0)
