"""The flow of the office: log-in, orders, and what each of them sets in motion.

Every order is recorded under the account that gave it, also when it is refused, before
anything follows from it. No order removes anything from the ledger: money that is open
stays open until the platform has spoken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from kiosk.domain import code_settling, office_copy, payments
from kiosk.domain import operator as o
from kiosk.domain import operator_checks as checks
from kiosk.domain import operator_devices as devices
from kiosk.domain.effects import ChangeLevel, RestartNow, SaveAccount, TidyAccounts
from kiosk.domain.events import AccountSaved, Ordered
from kiosk.domain.hours import is_open
from kiosk.domain.ledger import FORCED_BY
from kiosk.domain.operator import Act, NotDone
from kiosk.domain.operator_desk import Session
from kiosk.domain.payment import Event
from kiosk.domain.records import AccountDropped, AccountKept, OperatorActed
from kiosk.domain.turn import Turn

MAX_ACCOUNTS = 32
LOCKED_AFTER = 10  # wrong PINs in a row
LOCKED_S = 1800.0

Detail = Mapping[str, str | int]


def hold_s(failures: int) -> float:
    """How long a PIN is not even looked at after so many wrong ones in a row."""
    if failures >= LOCKED_AFTER:
        return LOCKED_S
    return float(2 ** (failures - 1)) if failures else 0.0


def on_started(turn: Turn) -> None:
    """Every wait begins again in full: time before the start cannot be measured.

    A restart or a changed clock therefore never shortens one.
    """
    held = {
        account: turn.now_s + hold_s(failures)
        for account, failures in turn.ledger.office.failures.items()
        if failures
    }
    turn.change_desk(held_until_s=MappingProxyType(held))
    if turn.ledger.office.accounts:  # a crash may have come between journal and file
        turn.want(TidyAccounts(tuple(turn.ledger.office.accounts)))
    devices.recover(turn)


def on_event(turn: Turn, event: Ordered | AccountSaved) -> None:
    """An order, or the word that the accounts file was written."""
    if isinstance(event, Ordered):
        on_order(turn, event.order)
    else:
        on_account_saved(turn, event)


# --- one order -----------------------------------------------------------------------------------


def on_order(turn: Turn, order: o.Order) -> None:
    """Check, record, carry out; `desk.answer` says which it was."""
    desk = turn.kiosk.desk
    session = desk.session
    if isinstance(order, o.StillThere):
        if session is not None:
            turn.hand_seen()
            turn.change_desk(answer=None)
        return
    rule = RULES[type(order)]
    refused = _not_allowed(turn, order) or rule.check(turn, order)
    subject, detail = rule.describe(turn, order)
    account_id = session.account_id if session else ""
    if isinstance(order, o.LogIn):
        account_id = subject
    turn.record(OperatorActed(account_id, rule.act, subject, refused or "", detail))
    turn.hand_seen()
    turn.change_desk(answer=refused)
    if refused is None:
        rule.carry_out(turn, order)
    elif refused is NotDone.WRONG_PIN:
        _hold(turn, subject)


def _not_allowed(turn: Turn, order: o.Order) -> NotDone | None:
    """Who may give this order at all."""
    session, office = turn.kiosk.desk.session, turn.ledger.office
    if isinstance(order, o.LogIn) or (isinstance(order, o.KeepAccount) and not office.accounts):
        return NotDone.VISIT_GOING_ON if turn.visit is not None else None
    if session is None:
        return NotDone.NOT_LOGGED_IN
    if session.role is o.AccountRole.TECHNICIAN or not checks.is_for_technicians(order, session):
        return None
    return NotDone.NOT_YOUR_ROLE


# --- log-in ----------------------------------------------------------------------------------------


def _check_log_in(turn: Turn, order: o.LogIn) -> NotDone | None:
    account = _known(turn, order.account_id)
    if turn.kiosk.desk.session is not None:
        return NotDone.BUSY
    if turn.now_s < turn.kiosk.desk.held_until_s.get(account, 0.0):
        return NotDone.HELD
    return None if order.right and account else NotDone.WRONG_PIN


def _known(turn: Turn, account_id: str) -> str:
    """What was typed is recorded only where it is an account: it could be anything."""
    return account_id if account_id in turn.ledger.office.accounts else ""


def _hold(turn: Turn, account: str) -> None:
    until_s = turn.now_s + hold_s(turn.ledger.office.failures[account])
    held = {**turn.kiosk.desk.held_until_s, account: until_s}
    turn.change_desk(held_until_s=MappingProxyType(held))


def _log_in(turn: Turn, order: o.LogIn) -> None:
    role = turn.ledger.office.accounts[order.account_id]
    held = {k: v for k, v in turn.kiosk.desk.held_until_s.items() if k != order.account_id}
    session = Session(order.account_id, role, turn.now_s, turn.now_s)
    turn.change_desk(session=session, held_until_s=MappingProxyType(held))
    turn.change(notice=None)


def log_out(turn: Turn) -> None:
    """End the session; a copy that is being printed goes on, guided steps do not."""
    desk = turn.kiosk.desk
    copy = desk.copy if desk.copy and desk.copy.is_going_on else None
    turn.change_desk(session=None, paper=None, test=None, copy=copy)


def on_tick(turn: Turn) -> None:
    desk = turn.kiosk.desk
    if turn.now_s >= desk.ends_at_s(turn.rules.desk_idle_s):
        assert desk.session is not None, "without a session nothing ends"
        turn.record(OperatorActed(desk.session.account_id, Act.LOG_OUT, detail={"why": "idle"}))
        log_out(turn)
    devices.on_tick(turn)


# --- accounts --------------------------------------------------------------------------------------


def _check_account(turn: Turn, order: o.KeepAccount) -> NotDone | None:
    accounts = turn.ledger.office.accounts
    if turn.kiosk.desk.saving:
        return NotDone.BUSY
    if not checks.is_account_id(order.account_id) or not order.pin_hash:
        return NotDone.NO_SUCH_ACCOUNT
    if not accounts and order.role is not o.AccountRole.TECHNICIAN:
        return NotDone.NOT_YOUR_ROLE
    if order.account_id not in accounts and len(accounts) >= MAX_ACCOUNTS:
        return NotDone.TOO_MANY_ACCOUNTS
    if order.role is not o.AccountRole.TECHNICIAN:
        return _last_technician(turn, order.account_id)
    return None


def _last_technician(turn: Turn, account_id: str) -> NotDone | None:
    accounts = turn.ledger.office.accounts
    others = [r for k, r in accounts.items() if k != account_id]
    return None if o.AccountRole.TECHNICIAN in others else NotDone.LAST_TECHNICIAN


def _check_drop(turn: Turn, order: o.DropAccount) -> NotDone | None:
    if turn.kiosk.desk.saving:
        return NotDone.BUSY
    if order.account_id not in turn.ledger.office.accounts:
        return NotDone.NO_SUCH_ACCOUNT
    return _last_technician(turn, order.account_id)


def _keep(turn: Turn, order: o.KeepAccount) -> None:
    turn.change_desk(saving=order.account_id)
    turn.want(SaveAccount(order.account_id, order.role, order.pin_hash))


def _drop(turn: Turn, order: o.DropAccount) -> None:
    """In one commit with the order: whom the file holds and the journal does not, is nobody."""
    account_id = order.account_id
    turn.change_desk(saving=account_id)
    turn.want(SaveAccount(account_id, turn.ledger.office.accounts[account_id], ""))
    turn.record(AccountDropped(account_id))
    session = turn.kiosk.desk.session
    if session and session.account_id == account_id:
        log_out(turn)


def on_account_saved(turn: Turn, saved: AccountSaved) -> None:
    """The file holds it now: only from here on a new account, or another role, counts."""
    turn.change_desk(saving="")
    if saved.failed or saved.dropped:
        return
    turn.record(AccountKept(saved.account_id, saved.role))
    session = turn.kiosk.desk.session
    if session and session.account_id == saved.account_id:
        turn.change_desk(session=replace(session, role=saved.role))


# --- money and paper ----------------------------------------------------------------------------------


def _correct(turn: Turn, order: o.CorrectPayment) -> None:
    session = turn.kiosk.desk.session
    assert session is not None, "only who is logged in corrects"
    evidence: payments.Evidence = {
        "statement": order.statement,
        "paid_fen": order.paid_fen,
        "transaction_no": order.transaction_no,
        "held_here": order.seen_state.value,
        FORCED_BY: session.account_id,
    }
    if order.payment_id in turn.ledger.code_book.codes:
        code_settling.correct(turn, order.payment_id, evidence)
        return
    event = Event.RECON_PAID if order.paid_fen else Event.RECON_ABSENT
    payments.move(turn, order.payment_id, event, evidence)


def _ask_again(turn: Turn, order: o.AskAgain) -> None:
    if order.payment_id in turn.ledger.code_book.codes:
        code_settling.ask_now(turn)
    else:
        payments.ask_now(turn, order.payment_id)


def _print_copy(turn: Turn, order: o.PrintCopy) -> None:
    office_copy.order(turn, order.receipt_no, order.reason.value)


def _restart(turn: Turn, order: o.AskRestart) -> None:
    log_out(turn)
    turn.want(RestartNow(order.what))


def _nothing(_turn: Turn, _order: Any) -> None:
    """The record is all there is to it."""


def _may(_turn: Turn, _order: Any) -> NotDone | None:
    return None


@dataclass(frozen=True, slots=True)
class Rule:
    """How one kind of order is checked, recorded and carried out."""

    act: Act
    describe: Callable[[Turn, Any], tuple[str, Detail]]
    check: Callable[[Turn, Any], NotDone | None] = _may
    carry_out: Callable[[Turn, Any], None] = _nothing


def _bare(_turn: Turn, _order: Any) -> tuple[str, Detail]:
    return "", {}


RULES: Mapping[type[Any], Rule] = MappingProxyType(
    {
        o.LogIn: Rule(
            Act.LOG_IN, lambda t, x: (_known(t, x.account_id), {}), _check_log_in, _log_in
        ),
        o.LogOut: Rule(Act.LOG_OUT, _bare, _may, lambda t, _: log_out(t)),
        o.KeepAccount: Rule(
            Act.KEEP_ACCOUNT,
            lambda _, x: (checks.account_or_none(x.account_id), {"role": x.role.value}),
            _check_account,
            _keep,
        ),
        o.DropAccount: Rule(
            Act.DROP_ACCOUNT,
            lambda _, x: (checks.account_or_none(x.account_id), {}),
            _check_drop,
            _drop,
        ),
        o.TakeOutOfService: Rule(Act.TAKE_OUT_OF_SERVICE, lambda _, x: (x.because.value, {})),
        o.PutInService: Rule(Act.PUT_IN_SERVICE, _bare, checks.check_put_in_service),
        o.BeginPaperChange: Rule(
            Act.BEGIN_PAPER_CHANGE, _bare, devices.check_free, devices.begin_paper_change
        ),
        o.PrintTest: Rule(Act.PRINT_TEST, _bare, devices.check_print, devices.print_test),
        o.EndPaperChange: Rule(
            Act.END_PAPER_CHANGE,
            lambda _, x: ("", {"confirmed": int(x.confirmed)}),
            devices.check_end_paper_change,
            lambda t, _: t.change_desk(paper=None),
        ),
        o.BeginDeviceTest: Rule(
            Act.BEGIN_DEVICE_TEST,
            lambda _, x: (x.role.value, {}),
            devices.check_begin_test,
            devices.begin_test,
        ),
        o.EndDeviceTest: Rule(
            Act.END_DEVICE_TEST,
            devices.describe_test,
            devices.check_end_test,
            lambda t, _: t.change_desk(test=None),
        ),
        o.AskAgain: Rule(
            Act.ASK_AGAIN,
            lambda t, x: (checks.money_or_none(t, x.payment_id), {}),
            checks.check_ask_again,
            _ask_again,
        ),
        o.CorrectPayment: Rule(
            Act.CORRECT_PAYMENT,
            checks.describe_correction,
            checks.check_correction,
            _correct,
        ),
        o.PrintCopy: Rule(
            Act.PRINT_COPY,
            lambda _, x: (checks.receipt_or_none(x.receipt_no), {"reason": x.reason.value}),
            checks.check_copy,
            _print_copy,
        ),
        o.JudgePaper: Rule(
            Act.JUDGE_PAPER,
            lambda _, x: (checks.id_or_none(x.job_id), {"whole": int(x.whole)}),
            checks.check_judgement,
        ),
        o.WriteNote: Rule(Act.WRITE_NOTE, checks.describe_note, checks.check_note),
        o.CloseDay: Rule(Act.CLOSE_DAY, checks.describe_day, checks.check_day),
        o.Took: Rule(
            Act.TAKE_AWAY, lambda _, x: (x.what.value, {"name": checks.file_name(x.name)})
        ),
        o.SetLevel: Rule(
            Act.SET_LEVEL,
            lambda _, x: (x.level.value, {"percent": x.percent}),
            checks.check_level,
            lambda t, x: t.want(ChangeLevel(x.level, x.percent)),
        ),
        o.SetHours: Rule(Act.SET_HOURS, checks.describe_hours, checks.check_hours),
        o.AskRestart: Rule(
            Act.RESTART, lambda _, x: (x.what.value, {}), checks.check_restart, _restart
        ),
    }
)


def takes_visits(turn: Turn) -> bool:
    """Whether a resident may begin a visit now; one that is going on is never cut off."""
    kiosk = turn.kiosk
    return (
        kiosk.takes_visitors
        and kiosk.desk.session is None
        and not turn.ledger.office.closed_because
        and is_open(turn.kiosk_now.opening_hours, turn.wall)
    )
