"""The flow of open codes: kept in reserve, handed out while there is no network, settled after.

A code is handed out by its record: the record is durable before the code is on the screen,
and what was handed out once is never offered again, because the reserve's index is nothing
but the journal. What became of a code only the platform knows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from kiosk.domain import code_settling, visits
from kiosk.domain.code_book import day_of
from kiosk.domain.code_settling import SETTLING
from kiosk.domain.effects import PrintSlip
from kiosk.domain.kiosk import OLDEST_NOW, Kiosk, Link, Service
from kiosk.domain.open_code import TABLE, Block, Event, OpenCode, Reserve
from kiosk.domain.platform import (
    AnswerLost,
    FetchOpenCodes,
    OpenCodesFetched,
    Outcome,
    ReadReserve,
    Refusal,
    Refused,
    ReserveRead,
)
from kiosk.domain.receipt import CodeSlip
from kiosk.domain.records import (
    OpenCodeHandedOut,
    OpenCodePractised,
    OpenCodesKept,
    OpenCodesMissed,
    OpenCodesWanted,
    PrintState,
    SlipMoved,
)
from kiosk.domain.turn import Turn
from kiosk.domain.visit import ChoosingFee, Notice, ShowingCode, Visit

DRILL_CODE = "00000000000000000000"
DRILL_TEXT = "演练码，不能付款。 Practice only: this code cannot be paid."


@dataclass(frozen=True, slots=True)
class Offer:
    """One fee that codes are there for, and the amounts to choose from, in fen."""

    item_code: str
    item_name: str  # empty in a drill: the catalogue knows it
    agency_name: str
    amounts_fen: tuple[int, ...]


# --- what can be offered -------------------------------------------------------------------------


def is_offered(kiosk: Kiosk) -> bool:
    """Whether a resident may begin now; a visit that is going on is never cut off."""
    begins = kiosk.service in (Service.IN_SERVICE, Service.NO_LINK) and kiosk.desk.session is None
    return (begins or kiosk.visit is not None) and can_hand_out(kiosk)


def can_hand_out(kiosk: Kiosk) -> bool:
    """Only without a network (or in a drill), and only where there is a code to hand out."""
    wanted = kiosk.rules.open_codes.drill or kiosk.link is Link.DOWN
    return kiosk.takes_visitors and wanted and bool(offers(kiosk))


def offers(kiosk: Kiosk) -> tuple[Offer, ...]:
    """The fees and amounts that a code is there for, in the order of the site's settings."""
    rules = kiosk.rules.open_codes
    names: dict[str, tuple[str, str]] = {}
    amounts: dict[str, list[int]] = {}
    for reserve in rules.reserves:
        ready = next_code(kiosk, reserve.item_code, reserve.amount_fen)
        if ready is None and not rules.drill:
            continue
        block = ready[0] if ready else None
        name = (block.item_name, block.agency_name) if block else ("", "")
        names.setdefault(reserve.item_code, name)
        amounts.setdefault(reserve.item_code, []).append(reserve.amount_fen)
    return tuple(
        Offer(item_code, *name, tuple(sorted(set(amounts[item_code]))))
        for item_code, name in names.items()
    )


def next_code(kiosk: Kiosk, item_code: str, amount_fen: int) -> tuple[Block, OpenCode] | None:
    """The first code that was never handed out and that the caps allow."""
    if not _is_allowed(kiosk, amount_fen):
        return None
    book = kiosk.ledger.code_book
    must_live_until_s = kiosk.wall.timestamp() + kiosk.rules.open_codes.spare_s
    for block in kiosk.reserve or ():
        if (block.item_code, block.amount_fen) != (item_code, amount_fen):
            continue
        if block.expires_s <= must_live_until_s:
            continue
        last_serial = book.last_serials.get(block.block_id, 0)
        for code in block.codes:
            if code.serial > last_serial and code.code not in book.codes:
                return block, code
    return None


def _is_allowed(kiosk: Kiosk, amount_fen: int) -> bool:
    rules, book = kiosk.rules.open_codes, kiosk.ledger.code_book
    today = day_of(int(kiosk.wall.timestamp()))
    day_fen = book.day_fen if book.day == today else 0
    return (
        kiosk.wall >= OLDEST_NOW  # a lost clock cannot tell whether a code still lives
        and amount_fen <= rules.max_code_fen
        and day_fen + amount_fen <= rules.per_day_fen
        and book.outage_fen + amount_fen <= rules.per_outage_fen
    )


def left(kiosk: Kiosk, reserve: Reserve, *, at_s: float) -> int:
    """Codes of one fee and amount that are still to be had at `at_s`, seconds since 1970."""
    serials = kiosk.ledger.code_book.last_serials
    return sum(
        len(block.codes) - serials.get(block.block_id, 0)
        for block in kiosk.reserve or ()
        if (block.item_code, block.amount_fen) == (reserve.item_code, reserve.amount_fen)
        and block.expires_s > at_s
    )


# --- the resident ----------------------------------------------------------------------------------


def on_wanted(turn: Turn) -> None:
    if not is_offered(turn.kiosk_now):
        return
    if turn.visit is None:
        turn.visit = Visit(turn.new_id("V"), ChoosingFee(), touched_s=turn.now_s)
        turn.change(notice=None)
    else:
        turn.show(ChoosingFee())


def on_fee_chosen(turn: Turn, page: ChoosingFee, item_code: str) -> None:
    """An item with one amount needs no second question."""
    offer = next((each for each in offers(turn.kiosk) if each.item_code == item_code), None)
    if offer is not None:
        only_fen = offer.amounts_fen[0] if len(offer.amounts_fen) == 1 else 0
        turn.show(replace(page, item_code=item_code, amount_fen=only_fen, notice=None))


def on_amount_chosen(turn: Turn, page: ChoosingFee, amount_fen: int) -> None:
    for offer in offers(turn.kiosk):
        if offer.item_code == page.item_code and amount_fen in offer.amounts_fen:
            turn.show(replace(page, amount_fen=amount_fen, notice=None))


def hand_out(turn: Turn, page: ChoosingFee) -> None:
    """Take the next code out of the reserve: recorded first, then shown and printed."""
    rules = turn.rules.open_codes
    if not page.item_code or not page.amount_fen:
        return
    if rules.drill:
        _practise(turn, page)
        return
    ready = next_code(turn.kiosk_now, page.item_code, page.amount_fen)
    if page.given >= rules.per_visit or ready is None or not can_hand_out(turn.kiosk_now):
        turn.show(ChoosingFee(given=page.given, notice=Notice.NO_CODES_LEFT))
        return
    block, code = ready
    assert turn.visit is not None
    turn.record(
        OpenCodeHandedOut(
            code.code,
            block.block_id,
            code.serial,
            turn.visit.visit_id,
            block.item_code,
            block.amount_fen,
            block.expires_s,
            int(turn.wall.timestamp()),
        )
    )
    if not turn.chore(SETTLING).in_flight:
        turn.drop_chore(SETTLING)  # A new code is asked about at once when the link is back.
    _show(turn, ShowingCode(
        code.code, code.qr_url, block.item_code, block.item_name, block.agency_name,
        block.amount_fen, block.expires_s, page.given + 1,
    ))  # fmt: skip


def _practise(turn: Turn, page: ChoosingFee) -> None:
    turn.record(OpenCodePractised(page.item_code, page.amount_fen))
    expires_s = int(turn.wall.timestamp() + turn.rules.open_codes.renew_s)
    _show(turn, ShowingCode(
        DRILL_CODE, DRILL_TEXT, page.item_code, "", "", page.amount_fen, expires_s,
        page.given + 1, drill=True,
    ))  # fmt: skip


def _show(turn: Turn, page: ShowingCode) -> None:
    turn.show(page)
    if not turn.kiosk.can_print:
        return
    job_id = turn.new_id("S")
    turn.record(SlipMoved(job_id, page.code, PrintState.INTENDED))
    expires_at = datetime.fromtimestamp(page.expires_s, UTC)
    turn.want(PrintSlip(job_id, CodeSlip(
        page.code, page.qr_url, page.item_name, page.agency_name, page.amount_fen,
        expires_at, turn.wall, page.drill,
    )))  # fmt: skip


def withdraw(turn: Turn, page: ShowingCode) -> None:
    """Not wanted: voided at the platform later on, unless somebody has paid it by then.

    With the link back the platform may have spoken first: then the touch comes too late.
    """
    if not page.drill:
        known = turn.ledger.code_book.codes.get(page.code)
        if known is None or Event.WITHDRAW not in TABLE[known.state]:
            return
        code_settling.move(turn, page.code, Event.WITHDRAW, {"why": "resident"})
    turn.show(ChoosingFee(given=page.given, notice=Notice.CODE_WITHDRAWN))


def another(turn: Turn, page: ShowingCode) -> None:
    turn.show(ChoosingFee(given=page.given))


# --- the reserve -------------------------------------------------------------------------------------


def on_reserve_read(turn: Turn, outcome: Outcome) -> None:
    if isinstance(outcome, ReserveRead):
        turn.change(reserve=outcome.blocks)
        if outcome.trouble:
            turn.record(OpenCodesMissed("", outcome.trouble, for_good=False))


def _refill(turn: Turn, kiosk: Kiosk, reserve: Reserve) -> None:
    """Ask for one more block where the reserve is low; under one id until it is here."""
    key = refill_key(reserve.item_code, reserve.amount_fen)
    chore = turn.chore(key)
    if chore.in_flight or chore.due_s > turn.now_s or turn.is_busy:
        return
    wanted = turn.ledger.code_book.wanted.get((reserve.item_code, reserve.amount_fen))
    if wanted is None:
        if not is_low(kiosk, reserve):
            return
        wanted = OpenCodesWanted(
            turn.new_id(f"{turn.rules.kiosk_id}-B"),
            reserve.item_code,
            reserve.amount_fen,
            reserve.count,
        )
        turn.record(wanted)
    turn.want(FetchOpenCodes(
        wanted.block_id, wanted.item_code, wanted.amount_fen, wanted.count, _spent(turn)
    ))  # fmt: skip
    turn.set_chore(key, replace(chore, in_flight=True))


def refill_key(item_code: str, amount_fen: int) -> str:
    """The chore that fetches codes of one fee and amount."""
    return f"{SETTLING}:{item_code}:{amount_fen}"


def is_low(kiosk: Kiosk, reserve: Reserve) -> bool:
    """Time to fetch more; codes close to their end count for nothing."""
    rules = kiosk.rules.open_codes
    at_s = kiosk.wall.timestamp() + rules.renew_s
    return left(kiosk, reserve, at_s=at_s) <= reserve.count * rules.low_water


def _spent(turn: Turn) -> tuple[str, ...]:
    serials = turn.ledger.code_book.last_serials
    blocks = turn.kiosk.reserve or ()
    return tuple(b.block_id for b in blocks if serials.get(b.block_id, 0) >= len(b.codes))


def on_fetch_reply(turn: Turn, call: FetchOpenCodes, outcome: Outcome) -> None:
    key = refill_key(call.item_code, call.amount_fen)
    wanted = turn.ledger.code_book.wanted.get((call.item_code, call.amount_fen))
    if wanted is None or wanted.block_id != call.block_id:
        return
    match outcome:
        case OpenCodesFetched(block):
            gone = {*_spent(turn), block.block_id}
            kept = (b for b in turn.kiosk.reserve or () if b.block_id not in gone)
            alive = (b for b in kept if b.expires_s > turn.wall.timestamp())
            turn.change(reserve=(*alive, block))
            turn.record(OpenCodesKept(block.block_id, len(block.codes), block.expires_s))
            # A clock that is far ahead finds every block old: no reason to ask without end.
            if is_low(turn.kiosk_now, Reserve(call.item_code, call.amount_fen, call.count)):
                turn.postpone(key)
            else:
                turn.drop_chore(key)
        case Refused(code, _) if code is not Refusal.RATE_LIMITED:
            turn.record(OpenCodesMissed(call.block_id, code.value, for_good=True))
            turn.postpone(key)
        case AnswerLost(reason):
            if reason != turn.ledger.code_book.trouble:
                turn.record(OpenCodesMissed(call.block_id, reason, for_good=False))
            turn.postpone(key)
        case _:
            turn.postpone(key)


# --- time ----------------------------------------------------------------------------------------------


def recover(turn: Turn) -> None:
    """At start the reserve is opened; codes handed out before are asked about by the ticks."""
    if turn.rules.open_codes.reserves:
        turn.want(ReadReserve())


def on_tick(turn: Turn) -> None:
    page = turn.page
    if isinstance(page, ChoosingFee) and turn.kiosk.link is Link.UP and not _is_drill(turn):
        visits.end(turn, "link_back")
        visits.tell(turn, Notice.LINK_BACK)
    if turn.kiosk.link is not Link.UP:
        return
    code_settling.settle(turn)
    if turn.kiosk.reserve is not None and turn.rules.open_codes.reserves:
        kiosk = turn.kiosk_now
        for reserve in turn.rules.open_codes.reserves:
            _refill(turn, kiosk, reserve)


def _is_drill(turn: Turn) -> bool:
    return turn.rules.open_codes.drill
