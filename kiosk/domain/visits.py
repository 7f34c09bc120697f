"""The flow of a visit: who is here, looking up, choosing, leaving."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from drivers.api import IdCard
from kiosk.domain import operating, operator_devices, papers, payments, still_due, strips
from kiosk.domain.bill import Bill
from kiosk.domain.identifiers import ScanKind, route_scan, subject_digest
from kiosk.domain.kiosk import Rules
from kiosk.domain.platform import (
    BillsFound,
    Offer,
    Outcome,
    ReceiptsFound,
    Refusal,
    Refused,
    SearchBills,
    SearchReceipts,
    Subject,
    SubjectKind,
)
from kiosk.domain.receipt import ReceiptHead
from kiosk.domain.records import VisitEnded, VisitOpened
from kiosk.domain.turn import Turn
from kiosk.domain.visit import (
    AmountChange,
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
    Visit,
)

NOTICE_S = 8.0
MAX_NEWS = 100  # receipts of one answer that the journal may learn something of
MAX_BASKET = 50  # bills in one payment
MAX_PAYMENT_FEN = 10**10
TIMES_OUT = (EnteringCode, Choosing, Confirming, Trouble, ChoosingFee, ShowingCode)

NOTICE_OF_SCAN = {
    ScanKind.WALLET_CODE: Notice.WALLET_CODE,
    ScanKind.RESIDENT_NUMBER: Notice.USE_YOUR_CARD,
    ScanKind.UNKNOWN: Notice.CODE_UNKNOWN,
}


# --- coming in ---------------------------------------------------------------------------------


def on_card(turn: Turn, card: IdCard) -> None:
    """A card opens a visit; during another's visit it is asked about first."""
    turn.change(card_on_reader=True)
    if Offer.OWNERS not in turn.rules.offers:
        tell(turn, Notice.CODES_ONLY)
        return
    if turn.kiosk.desk.session:
        operator_devices.on_card(turn, card)
    subject = Subject(
        SubjectKind.PERSON,
        card.number,
        card.name,
        subject_digest(turn.rules.digest_key, card.number),
    )
    visit = turn.visit
    takes_visitors = operating.takes_visits(turn)
    if visit is None or isinstance(visit.page, EnteringCode | Done):
        if takes_visitors or visit is not None:
            end(turn, "next")
        if takes_visitors:
            open_for(turn, subject)
    elif visit.subject is not None and visit.subject.digest == subject.digest:
        turn.visit = replace(visit, touched_s=turn.now_s, swap=None)
    elif takes_visitors:
        turn.visit = replace(visit, swap=subject, swap_asked_s=turn.now_s)


def on_swap_answered(turn: Turn, *, accept: bool) -> None:
    visit = turn.visit
    if visit is None or visit.swap is None:
        return
    if accept:
        end(turn, "swap")
        open_for(turn, visit.swap)
    else:
        turn.visit = replace(visit, swap=None, touched_s=turn.now_s)


def on_code(turn: Turn, text: str) -> None:
    """A scanned or typed code opens a visit from the start page or the code page."""
    visit = turn.visit
    if visit is not None and not isinstance(visit.page, EnteringCode):
        return
    if visit is None and not operating.takes_visits(turn):
        return
    scan = route_scan(text)
    if notice := NOTICE_OF_SCAN.get(scan.kind):
        tell(turn, notice)
        return
    kinds = {
        ScanKind.PAYMENT_CODE: SubjectKind.PAYMENT_CODE,
        ScanKind.ENTERPRISE: SubjectKind.ENTERPRISE,
    }
    if scan.kind is ScanKind.ENTERPRISE and Offer.OWNERS not in turn.rules.offers:
        tell(turn, Notice.CODES_ONLY)
        return
    digest = subject_digest(turn.rules.digest_key, scan.value)
    open_for(turn, Subject(kinds[scan.kind], scan.value, digest=digest))


def on_enter_code(turn: Turn) -> None:
    if turn.visit is None and operating.takes_visits(turn):
        page = EnteringCode()
        turn.visit = Visit(turn.new_id("V"), page, touched_s=turn.now_s)
        turn.change(notice=None)


def tell(turn: Turn, notice: Notice) -> None:
    """One sentence where the resident is looking."""
    if isinstance(turn.page, EnteringCode):
        turn.show(replace(turn.page, notice=notice))
    elif turn.visit is None:
        turn.change(notice=notice, notice_until_s=turn.now_s + NOTICE_S)


def open_for(turn: Turn, subject: Subject) -> None:
    visit_id = turn.new_id("V")
    turn.record(VisitOpened(visit_id, subject.kind.value, subject.digest))
    lookup_id = turn.new_id("L")
    page = Searching(lookup_id, turn.now_s)
    turn.visit = Visit(visit_id, page, subject, turn.now_s)
    turn.change(notice=None)
    _search(turn, page)


# --- looking up ----------------------------------------------------------------------------------


def search_again(
    turn: Turn, *, compare_with: tuple[Bill, ...] = (), notice: Notice | None = None
) -> None:
    """Look up afresh within the visit; nothing shown before is trusted any more."""
    page = Searching(turn.new_id("L"), turn.now_s, compare_with=compare_with, notice=notice)
    turn.show(page)
    _search(turn, page)


def _search(turn: Turn, page: Searching) -> None:
    assert turn.visit is not None
    assert turn.visit.subject is not None
    subject = turn.visit.subject
    if page.bills is None:
        turn.want(SearchBills(page.lookup_id, subject))
    if Offer.RECEIPTS not in turn.rules.offers:
        turn.show(replace(page, receipts=()))
    elif page.receipts is None and not page.receipts_failed:
        turn.want(SearchReceipts(page.lookup_id, subject))


def on_bills_reply(turn: Turn, call: SearchBills, outcome: Outcome) -> None:
    page = turn.page
    if not isinstance(page, Searching) or page.lookup_id != call.lookup_id:
        return
    match outcome:
        case BillsFound(bills):
            still_due.found(turn, bills)
            turn.show(replace(page, bills=bills, retry_at_s=None))
            _conclude(turn)
        case Refused(Refusal.NOT_FOUND, _):
            turn.show(Trouble(TroubleKind.CODE_NOT_FOUND, can_retry=True))
        case Refused(Refusal.RATE_LIMITED, _):
            turn.show(Trouble(TroubleKind.RATE_LIMITED))
        case _ if page.attempt < turn.rules.lookup_tries:
            turn.show(replace(page, retry_at_s=turn.now_s + turn.rules.lookup_retry_s))
        case _:
            turn.show(Trouble(TroubleKind.LOOKUP_FAILED, can_retry=True))


def on_receipts_reply(turn: Turn, call: SearchReceipts, outcome: Outcome) -> None:
    page = turn.page
    if not isinstance(page, Searching) or page.lookup_id != call.lookup_id:
        return
    if isinstance(outcome, ReceiptsFound):
        turn.show(replace(page, receipts=outcome.receipts))
        for head in outcome.receipts[:MAX_NEWS]:
            if head.copies_printed:
                copies: dict[str, str | int] = {"copies_printed": head.copies_printed}
                papers.found_on_paper(turn, head.receipt_no, copies)
    else:
        turn.show(replace(page, receipts_failed=True))
    _conclude(turn)


def _conclude(turn: Turn) -> None:
    """Show what was found, once both answers are in."""
    page = turn.page
    assert isinstance(page, Searching)
    if page.bills is None or (page.receipts is None and not page.receipts_failed):
        return
    choosing = _choosing(turn, page, page.bills, page.receipts or ())
    if not choosing.bills and not choosing.receipts and not page.receipts_failed:
        until_s = turn.now_s + turn.rules.done_s
        turn.show(Done((), nothing_due=True, until_s=until_s))
        return
    changes = _changes(page.compare_with, choosing.chosen)
    if changes:
        no_receipt_now = not turn.kiosk.can_print
        turn.show(Confirming(choosing, changes=changes, no_receipt_now=no_receipt_now))
    else:
        turn.show(choosing)


def _choosing(
    turn: Turn,
    page: Searching,
    bills: tuple[Bill, ...],
    receipts: tuple[ReceiptHead, ...],
) -> Choosing:
    wanted = {bill.bill_no for bill in page.compare_with}
    selected = _payable_together(b for b in bills if not wanted or b.bill_no in wanted)
    notice = page.notice
    if page.receipts_failed:
        notice = notice or Notice.RECEIPTS_UNAVAILABLE
    if wanted and not selected:
        notice = Notice.PAID_ELSEWHERE
    choosing = Choosing(bills, receipts, selected, notice)
    if not bills and choosing.unprinted and turn.kiosk.can_print:
        at_s = turn.now_s + turn.rules.auto_collect_s
        choosing = replace(choosing, auto_collect_at_s=at_s)
    return choosing


def _payable_together(bills: Iterable[Bill]) -> frozenset[str]:
    """The first of these that fit one payment: the platform's limits on a basket."""
    chosen: list[str] = []
    total_fen = 0
    for bill in bills:
        if len(chosen) < MAX_BASKET and total_fen + bill.amount_fen <= MAX_PAYMENT_FEN:
            chosen.append(bill.bill_no)
            total_fen += bill.amount_fen
    return frozenset(chosen)


def _changes(before: tuple[Bill, ...], now: tuple[Bill, ...]) -> tuple[AmountChange, ...]:
    old = {bill.bill_no: bill.amount_fen for bill in before}
    return tuple(
        AmountChange(bill.bill_no, bill.title, old[bill.bill_no], bill.amount_fen)
        for bill in now
        if bill.bill_no in old and old[bill.bill_no] != bill.amount_fen
    )


# --- choosing --------------------------------------------------------------------------------------


def on_bill_toggled(turn: Turn, page: Choosing, bill_no: str) -> None:
    if any(bill.bill_no == bill_no for bill in page.bills):
        selected = page.selected ^ {bill_no}
        if selected != _payable_together(b for b in page.bills if b.bill_no in selected):
            turn.show(replace(page, notice=Notice.TOO_MANY))
            return
        turn.show(replace(page, selected=selected, notice=None, auto_collect_at_s=None))


def collect(turn: Turn, page: Choosing) -> None:
    """Print every receipt that was not printed yet."""
    if page.unprinted:
        _print(turn, page, page.unprinted, reprint=False)


def reprint(turn: Turn, receipt_no: str) -> None:
    """One more copy, marked 补打, of a receipt on the bills page or the last page."""
    page = turn.page
    if isinstance(page, Choosing):
        heads = tuple(each for each in page.receipts if each.receipt_no == receipt_no)
        if heads:
            _print(turn, page, heads, reprint=True)
    elif isinstance(page, Done):
        items = tuple(
            papers.again(item)
            for item in page.items
            if item.receipt_no == receipt_no
            and (item in page.doubtful or strips.was_retracted(turn.kiosk, item.job_id))
        )
        if items and turn.kiosk.can_print:
            papers.start_items(turn, items, Printing((), page.payment_id, page.paid_fen))


def _print(turn: Turn, page: Choosing, heads: tuple[ReceiptHead, ...], *, reprint: bool) -> None:
    if turn.kiosk.can_print:
        papers.start(turn, heads, Printing(()), reprint=reprint)
    else:
        reason = turn.kiosk.printer_words
        page = replace(page, auto_collect_at_s=None)
        turn.show(Trouble(TroubleKind.PRINTER_NOT_READY, page, reason=reason))


def retry(turn: Turn, page: Trouble) -> None:
    if page.kind is TroubleKind.CODE_NOT_FOUND:
        end(turn, "retyped")
        on_enter_code(turn)
    elif page.can_retry and turn.visit and turn.visit.subject:
        search_again(turn)


# --- going out ---------------------------------------------------------------------------------------


def end(turn: Turn, reason: str) -> None:
    """End the visit and forget the person; money and paper go on in the ledger."""
    visit = turn.visit
    if visit is None:
        return
    if isinstance(visit.page, Paying | Checking):
        payments.close(turn, visit.page.payment_id, reason)
    if isinstance(visit.page, Printing):
        papers.abandon(turn, visit.page)
    if visit.subject is not None:
        turn.record(VisitEnded(visit.visit_id, reason))
    turn.visit = None


def on_tick(turn: Turn) -> None:
    """Time-outs of everything a resident may leave standing."""
    if turn.kiosk.notice and turn.kiosk.notice_until_s <= turn.now_s:
        turn.change(notice=None)
    visit = turn.visit
    if visit is None:
        return
    if visit.swap is not None and turn.now_s - visit.swap_asked_s >= turn.rules.swap_s:
        turn.visit = replace(visit, swap=None)
        return
    page = visit.page
    if isinstance(page, Searching):
        if page.retry_at_s is not None and page.retry_at_s <= turn.now_s:
            page = replace(page, retry_at_s=None, attempt=page.attempt + 1)
            turn.show(page)
            turn.want(_bills_search(visit, page))
    elif isinstance(page, Done) and page.until_s <= turn.now_s:
        end(turn, "done")
    elif isinstance(page, TIMES_OUT) and turn.now_s - visit.touched_s >= idle_s_of(
        turn.rules, page
    ):
        end(turn, "idle")
    elif (
        isinstance(page, Choosing)
        and page.auto_collect_at_s is not None
        and page.auto_collect_at_s <= turn.now_s
    ):
        collect(turn, page)


def _bills_search(visit: Visit, page: Searching) -> SearchBills:
    assert visit.subject is not None
    return SearchBills(page.lookup_id, visit.subject)


def stay(turn: Turn) -> None:
    """A touch on the last page: whoever still reads it gets its time again."""
    page = turn.page
    if isinstance(page, Done):
        until_s = turn.now_s + turn.rules.done_s
        if until_s > page.until_s:
            turn.show(replace(page, until_s=until_s))


def idle_s_of(rules: Rules, page: object) -> float:
    """A resident whose money is in doubt gets twice the time to write down the code."""
    if isinstance(page, ShowingCode):  # Scanning, and paying on the phone, take their time.
        return rules.open_codes.show_s
    doubt = isinstance(page, Trouble) and page.kind is TroubleKind.MONEY_IN_DOUBT
    return rules.idle_s * (2 if doubt else 1)
