"""Bills and receipts are being looked up."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Property, Signal
from PySide6.QtQml import QmlElement

from kiosk.domain.kiosk import Kiosk
from kiosk.domain.visit import Searching
from kiosk.ui.core_bridge import CoreBridge
from kiosk.ui.translations import Texts
from kiosk.ui.viewmodels.follower import Follower
from kiosk.ui.viewmodels.look import LookViewModel

QML_IMPORT_NAME = "Kiosk.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1


@dataclass(frozen=True, slots=True)
class SearchingPage:
    title: str = ""
    subtitle: str = ""
    bills: str = ""
    receipts: str = ""
    has_bills: bool = False
    has_receipts: bool = False


def searching_page(kiosk: Kiosk, texts: Texts) -> SearchingPage:
    page = kiosk.visit.page if kiosk.visit else None
    if not isinstance(page, Searching):
        return SearchingPage()
    has_trouble = page.attempt > 1 or page.retry_at_s is not None
    receipts = "failed" if page.receipts_failed else "found" if page.receipts is not None else ""
    bills = "found" if page.bills is not None else ""
    return SearchingPage(
        title=texts.of("searching.title_compare" if page.compare_with else "searching.title"),
        subtitle=texts.of("searching.again" if has_trouble else "searching.subtitle"),
        bills=texts.of(f"searching.{bills or 'asking'}"),
        receipts=texts.of(f"searching.{receipts or 'asking'}"),
        has_bills=bool(bills),
        has_receipts=bool(receipts),
    )


@QmlElement
class SearchingViewModel(Follower):
    changed = Signal()

    def __init__(self, core: CoreBridge, look: LookViewModel) -> None:
        super().__init__(core, look)
        self._page = SearchingPage()
        self.refresh()

    def refresh(self) -> None:
        page = searching_page(self.kiosk, self.texts)
        if page != self._page:
            self._page = page
            self.changed.emit()

    @Property(str, notify=changed)
    def title(self) -> str:
        return self._page.title

    @Property(str, notify=changed)
    def subtitle(self) -> str:
        return self._page.subtitle

    @Property(str, notify=changed)
    def bills(self) -> str:
        return self._page.bills

    @Property(str, notify=changed)
    def receipts(self) -> str:
        return self._page.receipts

    @Property(bool, notify=changed)
    def hasBills(self) -> bool:
        return self._page.has_bills

    @Property(bool, notify=changed)
    def hasReceipts(self) -> bool:
        return self._page.has_receipts
