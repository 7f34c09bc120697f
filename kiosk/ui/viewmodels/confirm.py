"""A second look before paying, only where something needs agreement."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement

from kiosk.domain.events import AgreeTouched, BackTouched
from kiosk.domain.kiosk import Kiosk
from kiosk.domain.visit import Confirming
from kiosk.ui.core_bridge import CoreBridge
from kiosk.ui.translations import Texts
from kiosk.ui.viewmodels import wording
from kiosk.ui.viewmodels.follower import Follower
from kiosk.ui.viewmodels.look import LookViewModel
from kiosk.ui.viewmodels.privacy import is_veiled
from kiosk.ui.viewmodels.rows import Rows

QML_IMPORT_NAME = "Kiosk.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1


@dataclass(frozen=True, slots=True)
class ChangeRow:
    bill_no: str
    title: str
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class ConfirmPage:
    title: str = ""
    agree_label: str = ""
    is_veiled: bool = False
    total: str = ""
    payer: str = ""
    agency: str = ""
    item: str = ""
    receipt_later: str = ""
    changes: tuple[ChangeRow, ...] = ()


def confirm_page(kiosk: Kiosk, texts: Texts) -> ConfirmPage:
    page = kiosk.visit.page if kiosk.visit else None
    if not isinstance(page, Confirming):
        return ConfirmPage()
    veiled = is_veiled(kiosk)
    chosen = page.choosing.chosen
    title, agree = _question(page)
    titles = {bill.bill_no: wording.bill_title(texts, bill) for bill in page.choosing.bills}
    payer = chosen[0] if page.other_payer and chosen and not veiled else None
    return ConfirmPage(
        title=texts.of(f"confirm.{title}"),
        agree_label=texts.of(f"confirm.{agree}"),
        is_veiled=veiled,
        total="" if veiled else wording.amount(texts, page.choosing.total_fen),
        payer=payer.payer_name_masked if payer else "",
        agency=payer.agency_name if payer else "",
        item=wording.bill_title(texts, payer) if payer else "",
        receipt_later=texts.of("confirm.receipt_later") if page.no_receipt_now else "",
        changes=()
        if veiled
        else tuple(
            ChangeRow(
                each.bill_no,
                titles.get(each.bill_no, each.title),
                wording.amount(texts, each.before_fen),
                wording.amount(texts, each.now_fen),
            )
            for each in page.changes
        ),
    )


def _question(page: Confirming) -> tuple[str, str]:
    """What is asked, and the answer on the button; the most important doubt comes first."""
    if page.changes:
        return "title_changes", "agree"
    if page.other_payer:
        return "title_payer", "agree_payer"
    return "title_receipt", "agree_receipt"


@QmlElement
class ConfirmViewModel(Follower):
    changed = Signal()

    def __init__(self, core: CoreBridge, look: LookViewModel) -> None:
        super().__init__(core, look)
        self._page = ConfirmPage()
        self._changes = Rows(ChangeRow)
        self.refresh()

    def refresh(self) -> None:
        page = confirm_page(self.kiosk, self.texts)
        if page != self._page:
            self._page = page
            self._changes.show(page.changes)
            self.changed.emit()

    @Property(str, notify=changed)
    def title(self) -> str:
        return self._page.title

    @Property(str, notify=changed)
    def agreeLabel(self) -> str:
        return self._page.agree_label

    @Property(bool, notify=changed)
    def isVeiled(self) -> bool:
        return self._page.is_veiled

    @Property(str, notify=changed)
    def total(self) -> str:
        return self._page.total

    @Property(str, notify=changed)
    def payer(self) -> str:
        return self._page.payer

    @Property(str, notify=changed)
    def agency(self) -> str:
        return self._page.agency

    @Property(str, notify=changed)
    def item(self) -> str:
        return self._page.item

    @Property(str, notify=changed)
    def receiptLater(self) -> str:
        return self._page.receipt_later

    @Property(QObject, notify=changed)
    def changes(self) -> Rows:
        return self._changes

    @Slot()
    def agree(self) -> None:
        self.core.post(AgreeTouched())

    @Slot()
    def back(self) -> None:
        self.core.post(BackTouched())
