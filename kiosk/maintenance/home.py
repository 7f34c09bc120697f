"""The first page of maintenance: does it take money, whose money is in doubt, what needs a hand."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from drivers.api import PrinterCondition, Role
from kiosk import event_catalogue
from kiosk.domain.hours import CHINA, is_open
from kiosk.domain.kiosk import OLDEST_NOW, Kiosk, Link, Presence, Service
from kiosk.domain.ledger import Payment
from kiosk.domain.office_copy import is_original
from kiosk.domain.open_code import State as CodeState
from kiosk.domain.operator_checks import doubtful_job, statement_days
from kiosk.domain.payment import ASKED_ABOUT, FINAL, Event, State, can_take
from kiosk.event_ids import EventId
from kiosk.maintenance import code_doubts, who_next, wording
from kiosk.maintenance.readiness import FREE_BYTES_NEEDED, FREE_BYTES_WISHED
from kiosk.maintenance.unclosed import unclosed_days
from kiosk.maintenance.views import (
    ActOn,
    Doubtful,
    Home,
    Light,
    MoneyInDoubt,
    OwedReceipt,
    Part,
    Revised,
    Words,
)

PAPER = frozenset({PrinterCondition.PAPER_OUT, PrinterCondition.PAPER_NEAR_END})
TAKES_OFF_LINE = frozenset({PrinterCondition.PAPER_OUT, PrinterCondition.COVER_OPEN})
"""What a printer goes off line for: told instead of that, so that nobody looks for two causes."""
WORST_FIRST = (Light.BAD, Light.LOOK, Light.GOOD)
STOPPED = {
    Service.STARTING: EventId.KIOSK_STARTING,
    Service.NO_LINK: EventId.KIOSK_NO_LINK,
    Service.NO_SPACE: EventId.KIOSK_DISK_NO_PAYMENTS,
    Service.CLOSED: EventId.KIOSK_CLOSED_HOURS,
    Service.OUT_OF_SERVICE: EventId.KIOSK_PAUSED,
    Service.HALTED: EventId.KIOSK_HALTED,
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the snapshot does not hold."""

    version: str
    free_bytes: Callable[[], int]

    @classmethod
    def of(cls, version: str, directory: Path) -> Facts:
        return cls(version, lambda: shutil.disk_usage(directory).free)


def home_of(kiosk: Kiosk, facts: Facts, revised: Sequence[Revised] = ()) -> Home:
    """Everything an operator must see first, from one snapshot."""
    parts = tuple(_parts(kiosk, facts))
    why_not = []
    stopped = _stopped(kiosk)
    if stopped is not None:
        why_not.append(wording.event(stopped)[0])
    in_doubt = tuple(_in_doubt(kiosk))
    hands = sorted(
        (part for part in parts if part.light is not Light.GOOD),
        key=lambda part: WORST_FIRST.index(part.light),
    )
    return Home(
        not why_not,
        tuple(why_not),
        parts,
        in_doubt,
        len(kiosk.ledger.owed),
        tuple(hands),
        unclosed_days(kiosk),
        tuple(revised),
    )


# --- parts ------------------------------------------------------------------------------------------


def _parts(kiosk: Kiosk, facts: Facts) -> Iterator[Part]:
    yield _service(kiosk)
    for role in Role:
        if role in kiosk.rules.roles:
            yield _device(kiosk, role)
    if Role.RECEIPT_PRINTER in kiosk.rules.roles:
        yield _paper(kiosk)
    yield _link(kiosk)
    yield _disk(kiosk, facts)
    yield _journal(kiosk)
    yield _clock(kiosk)
    yield from code_doubts.reserve(kiosk)
    if kiosk.opening_hours:
        yield _hours(kiosk)
    yield _part("version", Light.GOOD, Words(facts.version, facts.version))


def _part(code: str, light: Light, state: Words, todo: Words = wording.NOTHING) -> Part:
    return Part(code, wording.NAMES[code], light, state, todo)


def _event(code: str, light: Light, event: EventId) -> Part:
    state, todo = wording.event(event)
    return _part(code, light, state, wording.NOTHING if light is Light.GOOD else todo)


def _stopped(kiosk: Kiosk) -> EventId | None:
    """Why no money is taken, if it is not."""
    if kiosk.rules.maintenance_only and not kiosk.halted:
        return EventId.KIOSK_MAINTENANCE_ONLY
    return STOPPED.get(kiosk.service)


def _service(kiosk: Kiosk) -> Part:
    stopped = _stopped(kiosk)
    if stopped is None:
        return _event("service", Light.GOOD, EventId.KIOSK_IN_SERVICE)
    calm = kiosk.service in (Service.CLOSED, Service.STARTING)
    return _event("service", Light.LOOK if calm else Light.BAD, stopped)


def _device(kiosk: Kiosk, role: Role) -> Part:
    presence = kiosk.presence.get(role, Presence.UNKNOWN)
    if presence is Presence.UNKNOWN:
        return _event(role.value, Light.LOOK, EventId.KIOSK_DEVICE_UNKNOWN)
    if presence is Presence.DOWN:
        why = event_catalogue.find("device", kiosk.lost_because.get(role, ""))
        return _event(role.value, Light.BAD, why.id if why else EventId.DEVICE_DOWN)
    if role is Role.RECEIPT_PRINTER:
        if kiosk.printer is None:
            return _event(role.value, Light.LOOK, EventId.KIOSK_DEVICE_UNKNOWN)
        conditions = kiosk.printer.conditions
        told = PAPER | {PrinterCondition.OFFLINE} if conditions & TAKES_OFF_LINE else PAPER
        troubles = sorted(conditions - told)
        entries = event_catalogue.describe("device", ",".join(troubles))
        if entries:
            state = Words("；".join(e.zh for e in entries), "; ".join(e.en for e in entries))
            todo = Words("；".join(e.advice("zh") for e in entries),
                         " ".join(e.advice("en") for e in entries))  # fmt: skip
            light = Light.LOOK if kiosk.can_print else Light.BAD
            return _part(role.value, light, state, todo)
    return _event(role.value, Light.GOOD, EventId.KIOSK_DEVICE_GOOD)


def _paper(kiosk: Kiosk) -> Part:
    if kiosk.printer is None:
        return _event("paper", Light.LOOK, EventId.KIOSK_DEVICE_UNKNOWN)
    if PrinterCondition.PAPER_OUT in kiosk.printer.conditions:
        return _event("paper", Light.BAD, EventId.DEVICE_PAPER_OUT)
    if PrinterCondition.PAPER_NEAR_END in kiosk.printer.conditions:
        return _event("paper", Light.LOOK, EventId.DEVICE_PAPER_NEAR_END)
    return _part("paper", Light.GOOD, Words("有纸", "There is paper"))


def _link(kiosk: Kiosk) -> Part:
    if kiosk.link is Link.UP:
        return _event("link", Light.GOOD, EventId.KIOSK_PLATFORM_GOOD)
    down = kiosk.link is Link.DOWN
    return _event(
        "link",
        Light.BAD if down else Light.LOOK,
        EventId.KIOSK_NO_LINK if down else EventId.KIOSK_STARTING,
    )


def _disk(kiosk: Kiosk, facts: Facts) -> Part:
    try:
        free = facts.free_bytes()
    except OSError:
        return _event("disk", Light.BAD, EventId.KIOSK_STORAGE_REFUSED)
    if kiosk.low_space or free < FREE_BYTES_NEEDED:
        return _event("disk", Light.BAD, EventId.KIOSK_DISK_FULL)
    if free < FREE_BYTES_WISHED:
        return _event("disk", Light.LOOK, EventId.KIOSK_DISK_LOW)
    return _part(
        "disk", Light.GOOD, Words(f"还有 {free / 1e9:.0f} GB 空间", f"{free / 1e9:.0f} GB free")
    )


def _journal(kiosk: Kiosk) -> Part:
    if kiosk.halted:
        return _event("journal", Light.BAD, EventId.KIOSK_HALTED)
    if kiosk.mirror_trouble:
        return _event("journal", Light.LOOK, EventId.JOURNAL_MIRROR_LOST)
    return _part("journal", Light.GOOD, Words("正常", "In order"))


def _clock(kiosk: Kiosk) -> Part:
    if kiosk.wall < OLDEST_NOW:
        return _event("clock", Light.BAD, EventId.KIOSK_CLOCK_LOST)
    local = f"{kiosk.wall.astimezone(CHINA):%Y-%m-%d %H:%M}"
    return _part("clock", Light.GOOD, Words(local, local))


def _hours(kiosk: Kiosk) -> Part:
    if is_open(kiosk.opening_hours, kiosk.wall):
        return _part("hours", Light.GOOD, Words("现在开放", "Open now"))
    return _event("hours", Light.LOOK, EventId.KIOSK_CLOSED_HOURS)


# --- money and receipts -------------------------------------------------------------------------------


def _doubtful(kiosk: Kiosk) -> Iterator[Payment]:
    """Every payment whose end is not known: open here, forced and not confirmed, or in conflict."""
    on_screen = getattr(kiosk.visit.page, "payment_id", "") if kiosk.visit else ""
    for payment in kiosk.ledger.payments.values():
        is_open = payment.state not in FINAL or payment.unconfirmed
        if is_open or payment.state is State.CONFLICT:
            being_paid = payment.payment_id == on_screen and payment.state in (
                State.INTENT,
                State.SHOWN,
            )
            if not being_paid:
                yield payment


def _in_doubt(kiosk: Kiosk) -> Iterator[MoneyInDoubt]:
    for payment in _doubtful(kiosk):
        words, _ = wording.of_payment(payment.state.value)
        yield MoneyInDoubt(
            payment.payment_id, payment.inquiry_code, payment.amount_fen, payment.state, words
        )
    yield from code_doubts.in_doubt(kiosk)


def doubtful_of(kiosk: Kiosk) -> tuple[Doubtful, ...]:
    """Money in doubt, open codes last, each with only the acts that `step` would accept now."""
    payments = (_with_acts(kiosk, payment) for payment in _doubtful(kiosk))
    return (*payments, *code_doubts.doubtful(kiosk))


def _with_acts(kiosk: Kiosk, payment: Payment) -> Doubtful:
    words, todo = wording.of_payment(payment.state.value)
    if payment.unconfirmed:
        words = Words("工作人员按对账单更正，等平台证实", "Corrected by staff, to be confirmed")
    days = statement_days(payment, kiosk.rules.qr_valid_s)
    today = kiosk.today
    acts = []
    asked = payment.state in ASKED_ABOUT or payment.unconfirmed
    if asked and not kiosk.rules.maintenance_only:
        acts.append(ActOn.ASK_AGAIN)
    if can_take(payment.state, Event.RECON_PAID):
        acts.append(ActOn.CORRECT_PAID)
    if can_take(payment.state, Event.RECON_ABSENT) and days and max(days) < today:
        acts.append(ActOn.CORRECT_ABSENT)
    return Doubtful(
        payment.payment_id,
        payment.inquiry_code,
        payment.visit_id,
        payment.amount_fen,
        datetime.fromtimestamp(payment.intended_s, UTC),
        payment.state,
        words,
        todo,
        (*acts, ActOn.NOTE),
        days,
        who_next.of_payment(kiosk, payment),
    )


def result_of(kiosk: Kiosk, payment_id: str) -> tuple[Words, Words] | None:
    """What became of a payment or open code of the ledger, and what to do."""
    code = kiosk.ledger.code_book.codes.get(payment_id)
    if code is not None:
        settled = code.state is CodeState.SETTLED
        return wording.of_payment(State.PAID if settled else State.CLOSED)
    payment = kiosk.ledger.payments.get(payment_id)
    return wording.of_payment(payment.state) if payment else None


NOT_PRINTED = Words("已付款，票据还没有打印", "Paid, the receipt is not printed yet")
PERHAPS = Words(
    "可能已打印：请看出票口和居民手里的票",
    "Perhaps printed: look at the paper slot and at the payer's paper",
)
LOOKED = Words("打印不完整，等待补打", "Not printed whole, a further copy is due")


def owed_of(kiosk: Kiosk) -> tuple[OwedReceipt, ...]:
    """Receipts of payments made here that are not proven on paper."""
    return tuple(_owed(kiosk, no, payment_id) for no, payment_id in kiosk.ledger.owed.items())


def _owed(kiosk: Kiosk, receipt_no: str, payment_id: str) -> OwedReceipt:
    ledger = kiosk.ledger
    payment = ledger.payments.get(payment_id)
    job_id = doubtful_job(ledger, receipt_no)
    judged = any(job.receipt_no == receipt_no and job.judged for job in ledger.jobs.values())
    acts = [ActOn.PRINT_COPY] if kiosk.can_print else []
    if job_id:
        acts += [ActOn.PAPER_WHOLE, ActOn.PAPER_NOT_WHOLE]
    return OwedReceipt(
        receipt_no,
        payment_id,
        payment.inquiry_code if payment else "",
        payment.amount_fen if payment else 0,
        datetime.fromtimestamp(payment.intended_s if payment else 0, UTC),
        is_original(ledger, receipt_no),
        job_id,
        PERHAPS if job_id else LOOKED if judged else NOT_PRINTED,
        (*acts, ActOn.NOTE),
    )
