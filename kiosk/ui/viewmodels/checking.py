"""The payment is being closed; until the platform answers it may be paid."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Property, Signal
from PySide6.QtQml import QmlElement

from kiosk.domain.kiosk import Kiosk
from kiosk.domain.visit import Checking
from kiosk.ui.core_bridge import CoreBridge
from kiosk.ui.translations import Texts
from kiosk.ui.viewmodels import wording
from kiosk.ui.viewmodels.follower import Follower
from kiosk.ui.viewmodels.look import LookViewModel

QML_IMPORT_NAME = "Kiosk.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1


@dataclass(frozen=True, slots=True)
class CheckingPage:
    cause: str = ""
    amount: str = ""


def checking_page(kiosk: Kiosk, texts: Texts) -> CheckingPage:
    page = kiosk.visit.page if kiosk.visit else None
    if not isinstance(page, Checking):
        return CheckingPage()
    return CheckingPage(
        cause=texts.of(f"checking.{page.cause.value}"),
        amount=wording.amount(texts, page.amount_fen),
    )


@QmlElement
class CheckingViewModel(Follower):
    changed = Signal()

    def __init__(self, core: CoreBridge, look: LookViewModel) -> None:
        super().__init__(core, look)
        self._page = CheckingPage()
        self.refresh()

    def refresh(self) -> None:
        page = checking_page(self.kiosk, self.texts)
        if page != self._page:
            self._page = page
            self.changed.emit()

    @Property(str, notify=changed)
    def cause(self) -> str:
        return self._page.cause

    @Property(str, notify=changed)
    def amount(self) -> str:
        return self._page.amount
