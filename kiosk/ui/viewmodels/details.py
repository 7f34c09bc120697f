"""The details of one bill: its lines, late fee, dates and code."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement

from kiosk.domain.bill import Bill, is_fine
from kiosk.domain.kiosk import Kiosk
from kiosk.domain.visit import Choosing
from kiosk.ui.core_bridge import CoreBridge
from kiosk.ui.translations import Texts
from kiosk.ui.viewmodels import wording
from kiosk.ui.viewmodels.follower import Follower
from kiosk.ui.viewmodels.look import LookViewModel
from kiosk.ui.viewmodels.rows import Rows

QML_IMPORT_NAME = "Kiosk.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1


@dataclass(frozen=True, slots=True)
class LineRow:
    key: str
    name: str
    quantity: str
    amount: str


@dataclass(frozen=True, slots=True)
class FactRow:
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Details:
    title: str = ""
    total: str = ""
    lines: tuple[LineRow, ...] = ()
    facts: tuple[FactRow, ...] = ()


def details(kiosk: Kiosk, texts: Texts, bill_no: str) -> Details:
    """Empty when this bill is not on the page any more."""
    page = kiosk.visit.page if kiosk.visit else None
    bills = page.bills if isinstance(page, Choosing) else ()
    bill = next((each for each in bills if each.bill_no == bill_no), None)
    if bill is None:
        return Details()
    return Details(
        title=wording.bill_title(texts, bill),
        total=wording.amount(texts, bill.amount_fen),
        lines=tuple(_lines(bill, texts)),
        facts=tuple(
            FactRow(texts.of(f"details.{key}"), value)
            for key, value in _facts(bill, texts).items()
            if value
        ),
    )


def _lines(bill: Bill, texts: Texts) -> list[LineRow]:
    rows = [
        LineRow(
            key=f"{number}",
            name=wording.both_names(line.item_name, texts.fee_items.get(line.item_code, "")),
            quantity=texts.of(
                "details.quantity",
                quantity=line.quantity,
                unit=line.unit,
                amount=wording.amount(texts, line.standard_fen),
            ),
            amount=wording.amount(texts, line.amount_fen),
        )
        for number, line in enumerate(bill.lines)
    ]
    if bill.late_fee_fen:
        principal = wording.amount(texts, bill.principal_fen)
        late_fee = wording.amount(texts, bill.late_fee_fen)
        rows.append(LineRow("principal", texts.of("details.principal"), "", principal))
        name = "details.surcharge" if is_fine(bill.lines) else "details.late_fee"
        rows.append(LineRow("late_fee", texts.of(name), "", late_fee))
    return rows


def _facts(bill: Bill, texts: Texts) -> dict[str, str]:
    return {
        "agency": bill.agency_name,
        "payer": bill.payer_name_masked,
        "due": wording.day(texts, bill.due_on) if bill.due_on else "",
        "issued": wording.day(texts, bill.issued_on),
        "code": wording.grouped(bill.bill_no),
        "note": bill.note,
    }


@QmlElement
class DetailsViewModel(Follower):
    changed = Signal()

    def __init__(self, core: CoreBridge, look: LookViewModel) -> None:
        super().__init__(core, look)
        self._bill_no = ""
        self._details = Details()
        self._lines = Rows(LineRow)
        self._facts = Rows(FactRow)

    def refresh(self) -> None:
        now = details(self.kiosk, self.texts, self._bill_no)
        if now != self._details:
            self._details = now
            self._lines.show(now.lines)
            self._facts.show(now.facts)
            self.changed.emit()

    @Property(bool, notify=changed)
    def isShown(self) -> bool:
        return bool(self._details.title)

    @Property(str, notify=changed)
    def title(self) -> str:
        return self._details.title

    @Property(str, notify=changed)
    def total(self) -> str:
        return self._details.total

    @Property(QObject, notify=changed)
    def lines(self) -> Rows:
        return self._lines

    @Property(QObject, notify=changed)
    def facts(self) -> Rows:
        return self._facts

    @Slot(str)
    def show(self, bill_no: str) -> None:
        self._bill_no = bill_no
        self.refresh()

    @Slot()
    def hide(self) -> None:
        self.show("")
