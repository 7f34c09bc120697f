"""A date's books for people: the comparison of `kiosk.reconcile` with words and lawful acts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType

from kiosk import event_catalogue
from kiosk.domain.hours import CHINA
from kiosk.domain.kiosk import Kiosk
from kiosk.maintenance import code_doubts, home, wording
from kiosk.maintenance.diary_reader import DiaryReader
from kiosk.maintenance.paid_for import item_names
from kiosk.maintenance.revised import is_revised
from kiosk.maintenance.views import ActOn, Day, Difference, TotalLine, Words
from kiosk.maintenance.wording import WALLETS
from kiosk.reconcile import Actor, Comparison, Kind, Ours
from kiosk.reconcile import Difference as Found
from kiosk.reconcile.totals import Total

BEFORE = timedelta(days=8)  # a payment's rows begin at most this long before its day
MAX_ROWS = 2_000_000

Progress = Callable[[int, int], None]

ACTORS: Mapping[Actor, Words] = MappingProxyType(
    {
        Actor.KIOSK: Words("机器自己", "The kiosk itself"),
        Actor.OFFICE: Words("街道工作人员", "The street office"),
        Actor.FINANCE: Words("财政", "Finance"),
        Actor.PLATFORM: Words("缴费平台", "The payment platform"),
    }
)
ACTS: Mapping[Kind, tuple[ActOn, ...]] = MappingProxyType(
    {
        Kind.DOUBT_PAID: (ActOn.CORRECT_PAID, ActOn.ASK_AGAIN, ActOn.NOTE),
        Kind.DOUBT_CLOSED: (ActOn.CORRECT_ABSENT, ActOn.ASK_AGAIN, ActOn.NOTE),
    }
)
UNKNOWN = Words("未记明", "Not recorded")


def ours_of(reader: DiaryReader, day: date, progress: Progress = lambda _d, _o: None) -> Ours:
    """The journal's payments around a day, to the journal's end."""
    start = datetime.combine(day, time(), CHINA) - BEFORE
    ours = Ours()
    first, last = reader.first_at(start.astimezone(UTC)), reader.last_seq
    for done, entry in enumerate(reader.forward(first, MAX_ROWS), start=1):
        ours.take(entry.at, entry.kind, entry.values)
        if done % 5000 == 0:
            progress(done, last - first + 1)
    return ours


def day_of(compared: Comparison, kiosk: Kiosk) -> Day:
    """For the screen."""
    closed_by, at_s = kiosk.ledger.office.closed_days.get(compared.day.isoformat(), ("", 0))
    is_closed = closed_by == compared.statement_name
    is_other = bool(closed_by) and is_revised(closed_by, compared.statement_name)
    codes = kiosk.ledger.code_book.codes.values()
    lawful = {code.code: code_doubts.corrections(kiosk, code) for code in codes}
    lawful |= {each.payment_id: each.acts for each in home.doubtful_of(kiosk)}
    return Day(
        day=compared.day,
        statement=compared.statement_name,
        trouble=None,
        matched=compared.matched,
        ours_count=compared.ours_count,
        ours_fen=compared.ours_fen,
        theirs_count=compared.theirs_count,
        theirs_fen=compared.theirs_fen,
        differences=tuple(_difference(each, lawful) for each in compared.differences),
        by_item=_lines(compared.by_item, item_names()),
        by_agency=_lines(compared.by_agency, {}),
        by_wallet=_lines(compared.by_wallet, WALLETS),
        closed_at=datetime.fromtimestamp(at_s, UTC) if is_closed else None,
        can_close=compared.is_final and compared.day < kiosk.today,
        closed_by=closed_by if is_other else "",
    )


def no_statement(day: date, trouble: Words) -> Day:
    """A day of which the platform's side could not be had."""
    return Day(day, "", trouble, 0, 0, 0, 0, 0, (), (), (), (), closed_at=None, can_close=False)


def words_of(kind: str) -> tuple[Words, Words]:
    """What a kind of difference (or not_had) is, and what is done about it."""
    entry = event_catalogue.find("reconcile", kind)
    assert entry is not None, f"the catalogue lacks reconcile.{kind}"
    return wording.said(entry), wording.todo(entry)


def _difference(found: Found, lawful: Mapping[str, Sequence[ActOn]]) -> Difference:
    words, what = words_of(found.kind.value)
    open_acts = lawful.get(found.payment_id, ())
    acts = tuple(
        act for act in ACTS.get(found.kind, (ActOn.NOTE,)) if act is ActOn.NOTE or act in open_acts
    )
    return Difference(
        found.kind.value,
        found.payment_id,
        found.ours_fen,
        found.theirs_fen,
        words,
        ACTORS[found.actor],
        what,
        found.actor in (Actor.OFFICE, Actor.KIOSK),
        acts if found.payment_id else (),
    )


def _lines(totals: Sequence[Total], names: Mapping[str, Words]) -> tuple[TotalLine, ...]:
    return tuple(
        TotalLine(
            names.get(total.code) or _bare(total.name or total.code),
            total.count,
            total.amount_fen,
        )
        for total in totals
    )


def _bare(text: str) -> Words:
    return Words(text, text) if text else UNKNOWN
