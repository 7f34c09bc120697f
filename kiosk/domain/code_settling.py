"""What became of the open codes that were handed out: asked about until the platform says.

Only the platform's word ends a code; an operator's correction by the statement is asked about
until the platform agrees.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from kiosk.domain.open_code import TABLE, Event, HandedOut, State
from kiosk.domain.platform import (
    CodeReport,
    CodeSeen,
    CodeState,
    OpenCodesSeen,
    Outcome,
    ReportOpenCodes,
)
from kiosk.domain.records import OpenCodeMoved
from kiosk.domain.turn import Turn

MAX_REPORTED = 200  # codes in one report
SETTLING = "open-codes"  # the one chore that asks about all codes that were handed out

HEARD: Mapping[CodeState, Event] = {
    CodeState.SETTLED: Event.SEEN_SETTLED,
    CodeState.EXPIRED: Event.SEEN_EXPIRED,
    CodeState.VOIDED: Event.SEEN_VOIDED,
    CodeState.UNKNOWN: Event.SEEN_FOREIGN,
}


def settle(turn: Turn) -> None:
    """Ask what became of every code that was handed out; all of them in turn, by 200."""
    codes = turn.ledger.code_book.open
    if not codes:
        return
    chore = turn.chore(SETTLING)
    if chore.in_flight or chore.due_s > turn.now_s or turn.is_busy:
        return
    first = chore.attempt * MAX_REPORTED % len(codes)
    batch = (codes[first:] + codes[:first])[:MAX_REPORTED]
    reports = tuple(
        CodeReport(each.code, each.handed_out_s, each.state is State.WITHDRAWN) for each in batch
    )
    turn.want(ReportOpenCodes(reports))
    turn.set_chore(SETTLING, replace(chore, in_flight=True))


def on_report_reply(turn: Turn, call: ReportOpenCodes, outcome: Outcome) -> None:
    """Only the platform's word settles a code; without one it is asked about again."""
    if isinstance(outcome, OpenCodesSeen):
        for seen in outcome.codes:
            _hear(turn, seen)
    for report in call.codes:
        known = turn.ledger.code_book.codes.get(report.code)
        if known is not None and _is_given_up(turn, known):
            move(turn, known.code, Event.GAVE_UP, {"expired_s": known.expires_s})
    if turn.ledger.code_book.open:
        turn.postpone(SETTLING)
    else:
        turn.drop_chore(SETTLING)


def _hear(turn: Turn, seen: CodeSeen) -> None:
    known = turn.ledger.code_book.codes.get(seen.code)
    event = HEARD.get(seen.state)
    if known is None or event is None:
        return
    if known.state is State.CASE and known.receipt_no and event is not Event.SEEN_SETTLED:
        return  # It was once said to be paid: only an operator can say that it was not.
    if event is Event.SEEN_SETTLED and seen.paid_fen != known.amount_fen:
        event = Event.AMOUNT_DIFFERS
    if event in TABLE[known.state] and _is_news(known, event):
        evidence: dict[str, str | int] = {"answer": seen.state.value}
        if seen.state is CodeState.SETTLED:
            evidence |= {"receipt_no": seen.receipt_no, "paid_fen": seen.paid_fen}
        move(turn, seen.code, event, evidence)


def _is_news(known: HandedOut, event: Event) -> bool:
    """Whether a verdict may move a code: a dispute ends by money that came, or an operator."""
    if known.disputed:
        return event is Event.SEEN_SETTLED
    return known.unconfirmed or TABLE[known.state][event] is not known.state


def ask_now(turn: Turn) -> None:
    """An operator wants to know: all codes without an end are asked about at once."""
    chore = turn.chore(SETTLING)
    if not chore.in_flight:
        turn.set_chore(SETTLING, replace(chore, due_s=turn.now_s))
        settle(turn)


def correct(turn: Turn, code: str, evidence: Mapping[str, str | int]) -> None:
    """An operator closes a code by the statement; the platform is asked until it agrees."""
    event = Event.RECON_SETTLED if evidence["paid_fen"] else Event.RECON_ABSENT
    move(turn, code, event, evidence)
    ask_now(turn)


def _is_given_up(turn: Turn, known: HandedOut) -> bool:
    waited_s = turn.wall.timestamp() - known.expires_s
    return waited_s >= turn.rules.open_codes.give_up_s and Event.GAVE_UP in TABLE[known.state]


def move(turn: Turn, code: str, event: Event, evidence: Mapping[str, str | int]) -> None:
    state = TABLE[turn.ledger.code_book.codes[code].state][event]
    turn.record(OpenCodeMoved(code, event, state, evidence))
