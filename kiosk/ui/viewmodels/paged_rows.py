"""Long lists by the page: hundreds of cards at once would hold the screen for seconds."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Property, Signal, Slot
from PySide6.QtQml import QmlElement

from kiosk.ui.translations import Texts
from kiosk.ui.viewmodels.rows import Rows

QML_IMPORT_NAME = "Kiosk.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1

PAGE_ROWS = 20


@QmlElement
class PagedRows(Rows):
    """The rows of one page; a list that is not the same any more begins at its first."""

    turned = Signal()

    def __init__(self, row_type: type[Any]) -> None:
        super().__init__(row_type)
        self._all: tuple[Any, ...] = ()
        self._first = 0
        self._note = ""

    def show_page(self, rows: tuple[Any, ...], texts: Texts, *, at: int | None = None) -> None:
        """Take all rows and show the page that was open, or the one with row `at`."""
        is_same = self.keys_of(rows) == self.keys_of(self._all)
        self._all = rows
        if at is not None:
            self._first = at - at % PAGE_ROWS
        elif not is_same:
            self._first = 0
        self._texts = texts
        self._draw()

    def _draw(self) -> None:
        page = self._all[self._first : self._first + PAGE_ROWS]
        self._note = self._texts.of(
            "chrome.part_of_list",
            first=self._first + 1,
            last=self._first + len(page),
            total=len(self._all),
        )
        self.show(page)
        self.turned.emit()

    def _turn(self, first: int) -> None:
        if 0 <= first < len(self._all):
            self._first = first
            self._draw()

    @Property(bool, notify=turned)
    def isPaged(self) -> bool:
        return len(self._all) > PAGE_ROWS

    @Property(str, notify=turned)
    def note(self) -> str:
        return self._note

    @Property(bool, notify=turned)
    def hasEarlier(self) -> bool:
        return self._first > 0

    @Property(bool, notify=turned)
    def hasLater(self) -> bool:
        return self._first + PAGE_ROWS < len(self._all)

    @Slot()
    def earlier(self) -> None:
        self._turn(self._first - PAGE_ROWS)

    @Slot()
    def later(self) -> None:
        self._turn(self._first + PAGE_ROWS)
