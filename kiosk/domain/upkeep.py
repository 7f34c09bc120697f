"""What a kiosk does for its own sake while there is a link: it tells how it is, fetches the
notices of the day and has its certificate renewed. Nothing of it concerns a resident, and
none of it is urgent: each job has moments of the kiosk's own, never a retry in between.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import assert_never

from drivers.api import PrinterCondition
from kiosk.domain.kiosk import Job, JobDue, Kiosk, Link, Rules, Service
from kiosk.domain.peripherals import own_moment_s
from kiosk.domain.platform import Acknowledged, Outcome
from kiosk.domain.platform_upkeep import (
    FetchNotices,
    Health,
    NoticesFetched,
    PaperLevel,
    PublicNotice,
    Readiness,
    RenewCertificate,
    SendHeartbeat,
    UpkeepCall,
)
from kiosk.domain.records import DeviceChanged
from kiosk.domain.turn import Turn

FIRST_S = 60.0  # a kiosk that started does each job within this time
CERTIFICATE = "certificate"  # in place of a role in the journal
MAX_CONDITION_CHARS = 200


def period_s(rules: Rules, job: Job) -> float:
    """0: never."""
    match job:
        case Job.HEARTBEAT:
            return rules.heartbeat_s
        case Job.NOTICES:
            return rules.notices_s
        case Job.CERTIFICATE:
            return rules.renewal_s
        case _:
            assert_never(job)


def on_tick(turn: Turn) -> None:
    if turn.kiosk.link is not Link.UP:
        return
    for job in Job:
        gap_s = period_s(turn.rules, job)
        if gap_s <= 0:
            continue
        due = turn.kiosk.upkeep.get(job)
        if due is None:
            first_s = own_moment_s(turn.rules.kiosk_id, turn.now_s, min(gap_s, FIRST_S))
            _plan(turn, job, JobDue(first_s))
        elif not due.in_flight and due.at_s <= turn.now_s:
            _plan(turn, job, JobDue(due.at_s, in_flight=True))
            turn.want(_call(turn, job))


def on_reply(turn: Turn, call: UpkeepCall, outcome: Outcome) -> None:
    job = _job(call)
    gap_s = period_s(turn.rules, job)
    if gap_s > 0:
        next_s = own_moment_s(turn.rules.kiosk_id, turn.now_s + gap_s / 2, gap_s)
        _plan(turn, job, JobDue(next_s))
    if isinstance(outcome, NoticesFetched):
        turn.change(notices=outcome.notices)
    elif job is Job.CERTIFICATE:
        _note_certificate(turn, outcome)


def _note_certificate(turn: Turn, outcome: Outcome) -> None:
    """What keeps a certificate from being renewed is told once, and once when it is over."""
    trouble = "" if isinstance(outcome, Acknowledged) else str(outcome)[:MAX_CONDITION_CHARS]
    if trouble != turn.kiosk.certificate_trouble:
        turn.change(certificate_trouble=trouble)
        turn.record(DeviceChanged(CERTIFICATE, trouble or "good"))


def _plan(turn: Turn, job: Job, due: JobDue) -> None:
    turn.change(upkeep=MappingProxyType({**turn.kiosk.upkeep, job: due}))


def _call(turn: Turn, job: Job) -> UpkeepCall:
    match job:
        case Job.HEARTBEAT:
            return SendHeartbeat(health(turn.kiosk_now, turn.now_s))
        case Job.NOTICES:
            return FetchNotices()
        case Job.CERTIFICATE:
            return RenewCertificate()
        case _:
            assert_never(job)


def _job(call: UpkeepCall) -> Job:
    match call:
        case SendHeartbeat():
            return Job.HEARTBEAT
        case FetchNotices():
            return Job.NOTICES
        case RenewCertificate():
            return Job.CERTIFICATE
        case _:
            assert_never(call)


def health(kiosk: Kiosk, now_s: float) -> Health:
    """Numbers and states of the kiosk; nothing that names anybody."""
    ready = Readiness.READY if kiosk.visit is None else Readiness.BUSY
    serves = kiosk.service is Service.IN_SERVICE
    return Health(
        ready if serves else Readiness.OUT_OF_SERVICE,
        max(0.0, now_s),
        len(kiosk.ledger.open_payments),
        len(kiosk.ledger.owed),
        _paper(kiosk),
    )


def _paper(kiosk: Kiosk) -> PaperLevel:
    if kiosk.printer is None or not kiosk.printer.is_known:
        return PaperLevel.UNKNOWN
    if PrinterCondition.PAPER_OUT in kiosk.printer.conditions:
        return PaperLevel.OUT
    if PrinterCondition.PAPER_NEAR_END in kiosk.printer.conditions:
        return PaperLevel.NEAR_END
    return PaperLevel.OK


def notice_now(kiosk: Kiosk) -> PublicNotice | None:
    """The first of the platform's notices whose time it is."""
    return next((each for each in kiosk.notices if each.since <= kiosk.wall < each.until), None)
