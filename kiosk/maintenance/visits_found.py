"""Searching visits and payments: one pass back through the journal, page by page."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kiosk.domain.payment import State
from kiosk.engine.engine import Entry
from kiosk.maintenance import wording
from kiosk.maintenance.diary_reader import DiaryReader
from kiosk.maintenance.views import PaymentLine, VisitLine, VisitPage, Wanted, Words

MAX_ROWS_A_PAGE = 200_000
OLDER_ROWS = 1000  # one after the other end the search; fewer can be of a clock that was lost
MAX_PARTS = 10_000  # pieces whose beginning has not come by yet

ENDS: Mapping[str, Words] = {
    "done": Words("办完", "Finished"),
    "left": Words("居民点了结束", "Ended by the resident"),
    "idle": Words("无人操作，自动结束", "Ended, nobody touched the screen"),
    "back": Words("返回首页", "Back to the start"),
    "next": Words("下一位居民刷卡", "The next card was shown"),
    "swap": Words("换了一位居民", "Another resident took over"),
    "retyped": Words("重新输入号码", "The code was typed again"),
    "link_back": Words("网络恢复", "The network came back"),
}
NO_END = Words("没有记下结束（断电或重启）", "No end recorded (power cut or restart)")


@dataclass(slots=True)
class _Parts:
    """What was seen of a visit before its beginning came by, newest first."""

    ended_at: datetime | None = None
    end: str = ""
    payments: list[PaymentLine] = field(default_factory=list)
    codes: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Money:
    state: str = ""
    wallet: str = ""
    transaction_no: str = ""
    receipts: list[tuple[str, int]] = field(default_factory=list)  # number and fen


def plain(code: str) -> str:
    """A code as it is compared: without case, spaces and dashes."""
    return re.sub(r"[\s-]", "", code).upper()


class VisitSearch:
    """Implements `desk.Search`."""

    def __init__(self, reader: DiaryReader, wanted: Wanted) -> None:
        self._reader = reader
        self._wanted = wanted
        self._code = plain(wanted.code)
        self._next_seq: int | None = None
        self._older_rows = 0  # than is wanted, up to the last one
        self.found_at: dict[str, int] = {}
        """The row with which each visit that was returned begins."""
        self._visits: OrderedDict[str, _Parts] = OrderedDict()
        self._money: OrderedDict[str, _Money] = OrderedDict()

    def next_page(self, limit: int = 20) -> VisitPage:
        """The next older visits that fit; see `desk.Search`."""
        last = self._reader.last_seq if self._next_seq is None else self._next_seq
        found: list[VisitLine] = []
        rows = 0
        for entry in self._reader.backward(last):
            last, rows = entry.seq - 1, rows + 1
            self._older_rows = self._older_rows + 1 if self._is_older(entry.at) else 0
            line = self._take(entry)
            if line and self._fits(line[0], line[1]):
                found.append(line[0])
                self.found_at[line[0].visit_id] = entry.seq
            too_old = self._older_rows >= OLDER_ROWS
            if len(found) >= limit or rows >= MAX_ROWS_A_PAGE or too_old:
                break
        has_more = last > 0 and self._older_rows < OLDER_ROWS
        self._next_seq = last if has_more else 0
        return VisitPage(tuple(found), has_more)

    def _is_older(self, at: datetime) -> bool:
        return self._wanted.since is not None and at < self._wanted.since

    def _fits(self, line: VisitLine, codes: set[str]) -> bool:
        wanted = self._wanted
        if wanted.since and line.opened_at < wanted.since:
            return False
        if wanted.until and line.opened_at > wanted.until:
            return False
        amounts = [payment.amount_fen for payment in line.payments]
        if wanted.amount_fen is not None and wanted.amount_fen not in amounts:
            return False
        return not self._code or self._code in codes

    # --- one row ----------------------------------------------------------------------------------

    def _take(self, entry: Entry) -> tuple[VisitLine, set[str]] | None:
        values = entry.values
        match entry.kind:
            case "VisitOpened":
                return self._opened(entry)
            case "VisitEnded":
                parts = self._parts(values["visit_id"])
                parts.ended_at, parts.end = entry.at, values["reason"]
            case "PaymentIntended":
                self._intended(entry)
            case "PaymentMoved":
                self._moved(values)
            case "ReceiptOwed":
                money = self._of(values["payment_id"])
                money.receipts.append((values["receipt_no"], values["amount_fen"]))
            case "ClaimMoved":
                self._claimed(values)
        return None

    def _parts(self, visit_id: str) -> _Parts:
        parts = self._visits.setdefault(visit_id, _Parts())
        self._bound(self._visits)
        return parts

    def _of(self, payment_id: str) -> _Money:
        money = self._money.setdefault(payment_id, _Money())
        self._bound(self._money)
        return money

    @staticmethod
    def _bound(pieces: OrderedDict[str, Any]) -> None:
        if len(pieces) > MAX_PARTS:
            pieces.popitem(last=False)

    def _moved(self, values: Mapping[str, Any]) -> None:
        money, evidence = self._of(values["payment_id"]), values["evidence"]
        money.state = money.state or values["state"]  # Newest first: the first is the last.
        money.wallet = money.wallet or str(evidence.get("wallet", ""))
        money.transaction_no = money.transaction_no or str(evidence.get("transaction_no", ""))

    def _claimed(self, values: Mapping[str, Any]) -> None:
        if not values["visit_id"]:
            return
        self._parts(values["visit_id"]).codes.add(plain(values["receipt_no"]))

    def _intended(self, entry: Entry) -> None:
        values = entry.values
        money = self._money.pop(values["payment_id"], _Money())
        state = State(money.state) if money.state else State.INTENT
        line = PaymentLine(
            values["payment_id"],
            values["inquiry_code"],
            entry.at,
            values["amount_fen"],
            state,
            wording.of_payment(state.value)[0],
            money.wallet,
            money.transaction_no,
            tuple(bill[0] for bill in values["bills"]),
            tuple(number for number, _ in reversed(money.receipts)),
            tuple(fen for _, fen in reversed(money.receipts)),
        )
        parts = self._parts(values["visit_id"])
        parts.payments.append(line)
        ids = (line.payment_id, line.inquiry_code, line.transaction_no)
        parts.codes |= {plain(code) for code in (*ids, *line.bill_nos, *line.receipt_nos) if code}

    def _opened(self, entry: Entry) -> tuple[VisitLine, set[str]]:
        visit_id = entry.values["visit_id"]
        parts = self._visits.pop(visit_id, _Parts())
        line = VisitLine(
            visit_id,
            entry.at,
            parts.ended_at,
            ENDS.get(parts.end, NO_END),
            tuple(reversed(parts.payments)),
        )
        return line, parts.codes | {plain(visit_id)}
