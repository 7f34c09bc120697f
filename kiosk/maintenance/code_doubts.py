"""Open codes on the maintenance screen: whose end is not known, and is the reserve full enough."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from kiosk.domain import open_codes
from kiosk.domain.kiosk import Kiosk
from kiosk.domain.money import yuan
from kiosk.domain.open_code import TABLE, Event, HandedOut, State
from kiosk.domain.operator_codes import statement_days
from kiosk.event_ids import EventId
from kiosk.maintenance import who_next, wording
from kiosk.maintenance.views import ActOn, Doubtful, Light, MoneyInDoubt, Part, Words

UNCONFIRMED = Words(
    "应急缴款码：工作人员按对账单更正，等平台证实",
    "An open code: corrected by staff, to be confirmed",
)


def in_doubt(kiosk: Kiosk) -> Iterator[MoneyInDoubt]:
    """Codes that need somebody: in dispute, or corrected and not confirmed yet."""
    for code in kiosk.ledger.code_book.open:
        if code.state is State.CASE or code.unconfirmed:
            yield MoneyInDoubt(code.code, code.code, code.amount_fen, code.state, _words(code)[0])


def doubtful(kiosk: Kiosk) -> Iterator[Doubtful]:
    """Every code whose end is not known, with only the acts that `step` would accept now."""
    asking = () if kiosk.rules.maintenance_only else (ActOn.ASK_AGAIN,)
    for code in kiosk.ledger.code_book.open:
        words, todo = _words(code)
        yield Doubtful(
            code.code,
            code.code,
            "",
            code.amount_fen,
            datetime.fromtimestamp(code.handed_out_s, UTC),
            code.state,
            words,
            todo,
            (*asking, *corrections(kiosk, code), ActOn.NOTE),
            statement_days(code),
            who_next.of_code(kiosk, code),
        )


def corrections(kiosk: Kiosk, code: HandedOut) -> tuple[ActOn, ...]:
    """What statements may force, also about a code that has expired."""
    days, edges = statement_days(code), TABLE[code.state]
    acts = []
    if Event.RECON_SETTLED in edges:
        acts.append(ActOn.CORRECT_PAID)
    if Event.RECON_ABSENT in edges and days and max(days) < kiosk.today:
        acts.append(ActOn.CORRECT_ABSENT)
    return tuple(acts)


def _words(code: HandedOut) -> tuple[Words, Words]:
    if code.unconfirmed:
        return UNCONFIRMED, wording.event(EventId.KIOSK_OPEN_CODES_WAITING)[1]
    in_case = code.state is State.CASE
    return wording.event(
        EventId.KIOSK_OPEN_CODES_CASE if in_case else EventId.KIOSK_OPEN_CODES_WAITING
    )


def reserve(kiosk: Kiosk) -> Iterator[Part]:
    """One part where the site keeps open codes: all fees together, the low ones named."""
    rules = kiosk.rules.open_codes
    if not rules.reserves:
        return
    name = wording.NAMES["open_codes"]
    low = [each for each in rules.reserves if open_codes.is_low(kiosk, each)]
    if not low:
        state = wording.event(EventId.KIOSK_OPEN_CODES_GOOD)[0]
        yield Part("open_codes", name, Light.GOOD, state, wording.NOTHING)
        return
    state, todo = wording.event(EventId.KIOSK_OPEN_CODES_LOW)
    at_s = kiosk.wall.timestamp()
    left = [
        (f"{each.item_code} ¥{yuan(each.amount_fen)}", open_codes.left(kiosk, each, at_s=at_s))
        for each in low
    ]
    trouble = kiosk.ledger.code_book.trouble
    zh = "，".join(f"{fee} 还有 {count} 个" for fee, count in left)
    en = ", ".join(f"{fee}: {count} left" for fee, count in left)
    if trouble:
        zh, en = (
            f"{zh}（上次没有补到：{trouble}）",
            f"{en} (the last block did not come: {trouble})",
        )
    yield Part("open_codes", name, Light.LOOK, state, Words(f"{zh}。{todo.zh}", f"{en}. {todo.en}"))
