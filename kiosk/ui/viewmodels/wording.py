"""Numbers, dates and identifiers as a resident reads them."""

from __future__ import annotations

from datetime import date, datetime
from math import ceil

from kiosk.domain.bill import Bill
from kiosk.domain.hours import CHINA, business_day
from kiosk.domain.identifiers import mask_name, mask_number
from kiosk.domain.money import yuan
from kiosk.domain.platform import Subject, SubjectKind
from kiosk.domain.visit import Notice
from kiosk.ui.translations import Texts


def amount(texts: Texts, fen: int) -> str:
    return texts.of("money.amount", yuan=yuan(fen))


def item_name(texts: Texts, bill: Bill) -> str:
    """What the bill's first item is called in English; empty in Chinese, or where unknown."""
    return texts.fee_items.get(bill.lines[0].item_code, "") if bill.lines else ""


def both_names(official: str, translated: str) -> str:
    """公安交通违法罚款 (Traffic fine): the official name stands on the paper, too."""
    return f"{official} ({translated})" if translated else official


def bill_title(texts: Texts, bill: Bill) -> str:
    return both_names(bill.title, item_name(texts, bill))


def day(texts: Texts, when: date) -> str:
    return texts.of("date.day", year=when.year, month=when.month, day=when.day)


def local_day(texts: Texts, when: datetime) -> str:
    """The day in China of a moment in UTC."""
    return day(texts, business_day(when))


def moment(texts: Texts, when: datetime) -> str:
    """Day and minute in China of a moment in UTC."""
    return f"{local_day(texts, when)} {clock(when)}"


def clock(wall: datetime) -> str:
    return wall.astimezone(CHINA).strftime("%H:%M")


def seconds_left(until_s: float, now_s: float) -> int:
    """Whole seconds, rounded up, never below zero: it shows 1 until the end."""
    return max(0, ceil(until_s - now_s))


def grouped(code: str, group: int = 4) -> str:
    """33010526112100000317 → 3301 0526 1121 0000 0317."""
    return " ".join(code[start : start + group] for start in range(0, len(code), group))


def visitor(texts: Texts, subject: Subject | None) -> str:
    """Whose session this is, so that bystanders learn nothing."""
    match subject:
        case None:
            return ""
        case Subject(SubjectKind.PERSON, number, name):
            return mask_name(name) or mask_number(number)
        case Subject(SubjectKind.ENTERPRISE, number):
            return texts.of("chrome.enterprise_visitor", tail=number[-4:])
        case _:
            return texts.of("chrome.code_visitor", tail=subject.number[-4:])


def notice(texts: Texts, what: Notice | None) -> str:
    return texts.of(f"notice.{what.value}") if what else ""
