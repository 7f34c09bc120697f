"""The story of one visit: each row of the journal that belongs to it, as a plain sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from kiosk.domain.ledger import FORCED_BY
from kiosk.domain.money import yuan
from kiosk.engine.engine import Entry
from kiosk.maintenance import wording
from kiosk.maintenance.diary_reader import DiaryReader
from kiosk.maintenance.trouble import DeskTrouble
from kiosk.maintenance.views import Side, Story, StoryLine, VisitLine, Wanted, Words
from kiosk.maintenance.visits_found import ENDS, VisitSearch

MAX_ROWS = 500_000  # looked through after the visit's beginning
MAX_LINES = 500

Values = Mapping[str, Any]
Telling = tuple[Side, Words]

KINDS_OF_SUBJECT = {
    "person": Words("居民用卡", "A resident with a card"),
    "enterprise": Words("单位用统一社会信用代码", "An enterprise by its code"),
    "payment_code": Words("用缴款码", "By a payment code"),
}
CLAIMS = {
    "asked": Words("向平台申请打印一份", "Asked the platform for the right to print a copy"),
    "granted": Words("平台同意打印", "The platform granted the copy"),
    "used": Words("告诉平台：已打印", "To tell the platform: printed"),
    "doubted": Words("告诉平台：可能已打印", "To tell the platform: perhaps printed"),
    "unused": Words("把打印权还给平台", "The right to print goes back to the platform"),
    "settled": Words("平台已知道打印结果", "The platform knows how the print ended"),
}
PRINTS = {
    "intended": Words("开始打印", "The print begins"),
    "printed": Words("打印机证实已打印", "The printer proved the print"),
    "not_printed": Words("没有打印", "Nothing was printed"),
    "doubt": Words("打印结果不明", "Not known whether it was printed"),
}
ACTS = {
    "ask_again": Words("工作人员要求马上问平台", "Staff had the platform asked at once"),
    "correct_payment": Words("工作人员按对账单更正", "Staff corrected it by the statement"),
    "print_copy": Words("工作人员补打票据", "Staff ordered a copy of the receipt"),
    "judge_paper": Words("工作人员核对了纸面", "Staff looked at the paper"),
    "write_note": Words("工作人员记录", "Staff made a note"),
}
REFUSED = Words("（被拒绝）", " (refused)")


def story_of(reader: DiaryReader, visit_id: str) -> Story:
    """Everything recorded of a visit, also what came after its end. Raises DeskTrouble."""
    visit, first = _find(reader, visit_id)
    known = _Known(visit_id)
    lines: list[StoryLine] = []
    for entry in reader.forward(first, MAX_ROWS):
        if known.belongs(entry):
            lines += _lines(entry)
        if len(lines) >= MAX_LINES:
            return Story(visit, tuple(lines[:MAX_LINES]), is_whole=False)
    return Story(visit, tuple(lines), is_whole=reader.last_seq - first < MAX_ROWS)


def _find(reader: DiaryReader, visit_id: str) -> tuple[VisitLine, int]:
    """The visit and its first row. Raises DeskTrouble (no_such_visit)."""
    search = VisitSearch(reader, Wanted(code=visit_id))
    has_more = True
    while has_more:
        page = search.next_page(1)
        has_more = page.has_more
        for visit in page.visits:
            if visit.visit_id == visit_id:
                return visit, search.found_at[visit_id]
    raise DeskTrouble("no_such_visit", f"there is no visit {visit_id} in the journal")


class _Known:
    """Grows with every row: the visit's payments, their receipts, its claims and jobs."""

    def __init__(self, visit_id: str) -> None:
        self._ids = {visit_id}

    def belongs(self, entry: Entry) -> bool:
        values = entry.values
        names = ("visit_id", "payment_id", "claim_id", "job_id", "subject")
        ids = {str(values[name]) for name in names if values.get(name)}
        of_office = entry.kind in ("OperatorActed", "ClaimMoved") and not values.get("visit_id")
        if of_office and (values.get("subject") or values.get("receipt_no")) in self._ids:
            ids.add(str(values.get("receipt_no") or values.get("subject")))
        if not ids & self._ids:
            return False
        if entry.kind == "ReceiptOwed":
            ids.add(str(values["receipt_no"]))
        self._ids |= ids
        return True


def _lines(entry: Entry) -> list[StoryLine]:
    tell = TELLERS.get(entry.kind)
    if tell is None:
        return []
    side, words = tell(entry.values)
    evidence = _evidence(entry.values)
    if entry.kind == "VisitEnded" and entry.values["reason"] in ENDS:
        evidence = ()  # said in words
    return [StoryLine(entry.seq, entry.at, side, words, evidence)]


def _evidence(values: Values) -> tuple[tuple[str, str], ...]:
    """What the row holds beside its ids, as recorded."""
    shown: dict[str, Any] = dict(values.get("evidence") or values.get("detail") or {})
    for name in ("receipt_no", "copy_number", "reason", "stage", "account_id", "inquiry_code"):
        if values.get(name):
            shown.setdefault(name, values[name])
    return tuple((name, str(value)) for name, value in shown.items() if str(value))


def _join(left: Words, right: Words, zh: str = "：", en: str = ": ") -> Words:
    return Words(f"{left.zh}{zh}{right.zh}", f"{left.en}{en}{right.en}")


def _amount(fen: int) -> Words:
    return Words(f"{yuan(fen)} 元", f"{yuan(fen)} yuan")


def _opened(values: Values) -> Telling:
    who = KINDS_OF_SUBJECT.get(values["subject_kind"], wording.NOTHING)
    return Side.KIOSK, _join(Words("开始办理", "The visit begins"), who)


def _ended(values: Values) -> Telling:
    words = Words("办理结束", "The visit ends")
    why = ENDS.get(values["reason"])
    return Side.KIOSK, _join(words, why) if why else words


def _intended(values: Values) -> Telling:
    count = len(values["bills"])
    what = Words(f"要缴 {count} 笔", f"About to pay {count} bill(s)")
    return Side.KIOSK, _join(what, _amount(values["amount_fen"]))


def _moved(values: Values) -> Telling:
    words = wording.of_payment(values["state"])[0]
    evidence = values["evidence"]
    if FORCED_BY in evidence:
        return Side.STATEMENT, _join(Words("按对账单", "By the statement"), words)
    if "statement" in evidence:
        return Side.STATEMENT, words
    return (Side.PLATFORM if "answer" in evidence else Side.KIOSK), words


def _kept(_values: Values) -> Telling:
    return Side.PLATFORM, Words("又收到证据，已保留", "More evidence came and was kept")


def _confirmed(_values: Values) -> Telling:
    return Side.PLATFORM, Words("平台证实了更正", "The platform agrees with the correction")


def _owed(values: Values) -> Telling:
    what = Words("平台开出票据", "The platform issued a receipt")
    return Side.PLATFORM, _join(what, _amount(values["amount_fen"]))


def _claimed(values: Values) -> Telling:
    side = Side.PLATFORM if values["state"] in ("granted", "settled") else Side.KIOSK
    return side, CLAIMS[values["state"]]


def _printed(values: Values) -> Telling:
    words = PRINTS[values["state"]]
    number = values.get("copy_number", 0)
    if number > 1:
        words = _join(words, Words(f"补打第 {number} 份", f"copy {number}"), "，", ", ")
    return (Side.KIOSK if values["state"] == "intended" else Side.PRINTER), words


def _slip(values: Values) -> Telling:
    return Side.PRINTER, _join(Words("查询单", "Inquiry slip"), PRINTS[values["state"]])


def _acted(values: Values) -> Telling:
    words = ACTS.get(values["act"], Words("工作人员操作", "Staff acted"))
    if values["refused"]:
        words = Words(words.zh + REFUSED.zh, words.en + REFUSED.en)
    return Side.OPERATOR, words


TELLERS: Mapping[str, Callable[[Values], Telling]] = MappingProxyType(
    {
        "VisitOpened": _opened,
        "VisitEnded": _ended,
        "PaymentIntended": _intended,
        "PaymentMoved": _moved,
        "EvidenceKept": _kept,
        "CorrectionConfirmed": _confirmed,
        "ReceiptOwed": _owed,
        "ClaimMoved": _claimed,
        "PrintMoved": _printed,
        "SlipMoved": _slip,
        "OperatorActed": _acted,
        "CaseOpened": lambda _: (
            Side.PLATFORM,
            Words(
                "平台给的打印权对不上，已记成疑点",
                "The granted copy did not fit: a case was opened",
            ),
        ),
        "FoundOnPaper": lambda _: (
            Side.PLATFORM,
            Words(
                "平台说这张票已在别处打印或作废", "The platform says: printed elsewhere, or void"
            ),
        ),
    }
)
