"""`step`: any event in any state gives the next state, what to record, what to do.

Pure and total: no clock, no randomness, no I/O. The engine commits the records before it
starts the effects and before it shows the state.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from drivers.api import CardReadFailed, CardRemoved
from kiosk.domain import (
    claim_settling,
    code_settling,
    open_codes,
    operating,
    operator_devices,
    papers,
    paying,
    payments,
    peripherals,
    still_due,
    strips,
    upkeep,
    visits,
)
from kiosk.domain import events as e
from kiosk.domain import platform as p
from kiosk.domain import platform_upkeep as u
from kiosk.domain.effects import Effect
from kiosk.domain.kiosk import Kiosk, Presence
from kiosk.domain.records import KioskStarted, Record
from kiosk.domain.turn import Turn
from kiosk.domain.visit import (
    CheckCause,
    Checking,
    Choosing,
    ChoosingFee,
    Confirming,
    Done,
    EnteringCode,
    Notice,
    Paying,
    Printing,
    Searching,
    ShowingCode,
    Trouble,
    TroubleKind,
)

TICKING = (peripherals, payments, papers, strips, open_codes, paying, visits, operating, upkeep)
"""The flows that time moves, in the order in which they are asked."""


@dataclass(frozen=True, slots=True)
class Step:
    kiosk: Kiosk
    records: tuple[Record, ...]
    effects: tuple[Effect, ...]
    changed: bool  # more than the time


def step(kiosk: Kiosk, event: e.Event, stamp: e.Stamp) -> Step:
    """The kiosk after one event."""
    turn = Turn(kiosk, stamp)
    _dispatch(turn, event)
    paying.follow(turn)
    operator_devices.follow(turn)
    after, changed = turn.end()
    return Step(after, tuple(turn.records), tuple(turn.effects), changed)


def _dispatch(turn: Turn, event: e.Event) -> None:
    match event:
        case e.Tick():
            for part in TICKING:
                part.on_tick(turn)
        case e.Started(boot_id, version):
            turn.record(KioskStarted(boot_id, version))
            papers.recover(turn)
            payments.recover(turn)
            open_codes.recover(turn)
            operating.on_started(turn)
        case e.DiskSeen():
            peripherals.on_disk_seen(turn, event)
        case e.PlatformReplied(call, outcome):
            outcome = p.believable(call, outcome)
            peripherals.on_any_reply(turn, call, outcome)
            _reply(turn, call, outcome)
        case e.StatementSays():
            payments.on_statement(turn, event)
        case e.Ordered() | e.AccountSaved():
            operating.on_event(turn, event)
        case e.CardShown(card):
            visits.on_card(turn, card)
        case CardReadFailed(reason) if turn.kiosk.desk.session:
            operator_devices.on_card_failed(turn, reason)
        case CardReadFailed(reason):
            foreign = reason == "not_an_id_card"
            visits.tell(turn, Notice.CARD_NOT_ACCEPTED if foreign else Notice.CARD_UNREADABLE)
        case CardRemoved():
            turn.change(card_on_reader=False)
        case e.CodeScanned(text) | e.CodeSubmitted(text):
            _touch(turn)
            if turn.kiosk.desk.session:
                operator_devices.on_code(turn, text)
            else:
                visits.on_code(turn, text)
        case e.PrintFinished(job_id, report) if operator_devices.is_sample(turn, job_id):
            peripherals.on_printer_seen(turn, report.status)
            operator_devices.on_sample_finished(turn, job_id, report)
        case e.DeviceUp(role):
            peripherals.on_presence(turn, role, Presence.UP)
        case e.DeviceDown(role, reason):
            peripherals.on_presence(turn, role, Presence.DOWN, reason)
        case e.PrinterSeen(status):
            peripherals.on_printer_seen(turn, status)
        case e.PaperTakenBack(_, status):
            peripherals.on_printer_seen(turn, status)
        case e.PrintFinished(job_id, report):
            papers.on_print_finished(turn, job_id, report)
        case _:
            _touch(turn)
            _touched(turn, event)


def _reply(turn: Turn, call: p.PlatformCall, outcome: p.Outcome) -> None:
    match call:
        case p.SearchBills():
            visits.on_bills_reply(turn, call, outcome)
        case p.SearchReceipts():
            visits.on_receipts_reply(turn, call, outcome)
        case p.CreatePayment():
            paying.on_create_reply(turn, call, outcome)
        case p.QueryPayment():
            paying.on_status_reply(turn, call, outcome)
        case p.ClosePayment():
            payments.on_close_reply(turn, call, outcome)
        case p.IssueReceipts():
            paying.on_issue_reply(turn, call, outcome)
        case p.ClaimReceipt():
            papers.on_claim_reply(turn, call, outcome)
        case p.ConfirmClaim() | p.ReleaseClaim():
            claim_settling.on_settle_reply(turn, call, outcome)
        case p.CheckLink():
            pass
        case u.SendHeartbeat() | u.FetchNotices() | u.RenewCertificate():
            upkeep.on_reply(turn, call, outcome)
        case p.ReadReserve():
            open_codes.on_reserve_read(turn, outcome)
        case p.FetchOpenCodes():
            open_codes.on_fetch_reply(turn, call, outcome)
        case p.ReportOpenCodes():
            code_settling.on_report_reply(turn, call, outcome)
        case _:
            assert_never(call)


def _touch(turn: Turn) -> None:
    """Somebody is there: the idle time starts again."""
    if turn.visit is not None:
        turn.touched()
        visits.stay(turn)


def _touched(turn: Turn, touch: e.Touch) -> None:
    """The resident's touches; one that does not fit the page is a finger too late."""
    page = turn.page
    match touch, page:
        case e.SwapAnswered(accept), _:
            visits.on_swap_answered(turn, accept=accept)
        case e.EnterCodeTouched(), None:
            visits.on_enter_code(turn)
        case e.BillToggled(bill_no), Choosing():
            visits.on_bill_toggled(turn, page, bill_no)
        case e.PayTouched(), Choosing():
            paying.on_pay_touched(turn, page)
        case e.AgreeTouched(), Confirming():
            paying.on_agree_touched(turn, page)
        case e.CollectTouched(), Choosing():
            visits.collect(turn, page)
        case e.ReprintTouched(receipt_no), Choosing() | Done():
            visits.reprint(turn, receipt_no)
        case e.PayRestTouched(), Done() if still_due.still_due(turn.kiosk_now):
            visits.search_again(turn)
        case e.RetryTouched(), Trouble():
            visits.retry(turn, page)
        case e.OpenCodeWanted(), None | Trouble(kind=TroubleKind.LOOKUP_FAILED):
            open_codes.on_wanted(turn)
        case e.FeeChosen(item_code), ChoosingFee():
            open_codes.on_fee_chosen(turn, page, item_code)
        case e.FeeAmountChosen(amount_fen), ChoosingFee():
            open_codes.on_amount_chosen(turn, page, amount_fen)
        case e.HandOutTouched(), ChoosingFee():
            open_codes.hand_out(turn, page)
        case e.WithdrawTouched(), ShowingCode():
            open_codes.withdraw(turn, page)
        case e.AnotherFeeTouched(), ShowingCode():
            open_codes.another(turn, page)
        case e.BackTouched(), _:
            _back(turn)
        case e.LeaveTouched(), _:
            _leave(turn)
        case _:
            pass


def _back(turn: Turn) -> None:
    page = turn.page
    match page:
        case Paying():
            paying.give_up(turn, page, CheckCause.CANCELLED)
        case Confirming(choosing):
            turn.show(choosing)
        case Trouble(kind, choosing) if choosing and kind is not TroubleKind.MONEY_IN_DOUBT:
            turn.show(choosing)
        case Printing() | Checking() | None:
            pass  # Nothing to go back to while paper or money is moving.
        case ChoosingFee(item_code=chosen) if chosen:
            turn.show(ChoosingFee(given=page.given))
        case ShowingCode():
            pass  # A code that was handed out is kept or withdrawn, never slipped away from.
        case _:
            visits.end(turn, "back")


def _leave(turn: Turn) -> None:
    page = turn.page
    match page:
        case Paying():
            paying.give_up(turn, page, CheckCause.LEFT)
        case Printing() | Checking() | None:
            pass
        case (
            EnteringCode()
            | Searching()
            | Choosing()
            | Confirming()
            | Done()
            | Trouble()
            | ChoosingFee()
            | ShowingCode()
        ):
            visits.end(turn, "left")
        case _:
            assert_never(page)
