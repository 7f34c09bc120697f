"""Receipts come out one after the other."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Property, Signal
from PySide6.QtQml import QmlElement

from kiosk.domain.kiosk import Kiosk
from kiosk.domain.visit import ItemState, Printing
from kiosk.ui.core_bridge import CoreBridge
from kiosk.ui.translations import Texts
from kiosk.ui.viewmodels import wording
from kiosk.ui.viewmodels.follower import Follower
from kiosk.ui.viewmodels.items import ItemRow, item_row
from kiosk.ui.viewmodels.look import LookViewModel
from kiosk.ui.viewmodels.paged_rows import PagedRows

QML_IMPORT_NAME = "Kiosk.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1


UNDER_WAY = frozenset({ItemState.CLAIMING, ItemState.PRINTING})


@dataclass(frozen=True, slots=True)
class PrintingPage:
    title: str = ""
    paid: str = ""
    late: str = ""
    items: tuple[ItemRow, ...] = ()
    current: int | None = None  # the item that is on its way to paper


def printing_page(kiosk: Kiosk, texts: Texts) -> PrintingPage:
    page = kiosk.visit.page if kiosk.visit else None
    if not isinstance(page, Printing):
        return PrintingPage()
    paid = wording.amount(texts, page.paid_fen)
    return PrintingPage(
        title=texts.of("printing.title" if page.items else "printing.title_issuing"),
        paid=texts.of("printing.paid", amount=paid) if page.paid_fen else "",
        late=texts.of("printing.late") if page.late else "",
        items=tuple(item_row(item, texts) for item in page.items),
        current=next((n for n, item in enumerate(page.items) if item.state in UNDER_WAY), None),
    )


@QmlElement
class PrintingViewModel(Follower):
    changed = Signal()

    def __init__(self, core: CoreBridge, look: LookViewModel) -> None:
        super().__init__(core, look)
        self._page = PrintingPage()
        self._items = PagedRows(ItemRow)
        self.refresh()

    def refresh(self) -> None:
        page = printing_page(self.kiosk, self.texts)
        if page != self._page:
            self._page = page
            self._items.show_page(page.items, self.texts, at=page.current)
            self.changed.emit()

    @Property(str, notify=changed)
    def title(self) -> str:
        return self._page.title

    @Property(str, notify=changed)
    def paid(self) -> str:
        return self._page.paid

    @Property(str, notify=changed)
    def late(self) -> str:
        return self._page.late

    @Property(PagedRows, notify=changed)
    def items(self) -> PagedRows:
        return self._items
