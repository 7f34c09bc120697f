"""Where to find a human."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Property, Signal
from PySide6.QtQml import QmlElement

from kiosk.domain.identifiers import inquiry_code
from kiosk.domain.kiosk import Kiosk
from kiosk.domain.visit import Checking, Done, Paying, Trouble
from kiosk.ui.core_bridge import CoreBridge
from kiosk.ui.translations import Texts
from kiosk.ui.viewmodels.doubt import doubtful_payment, payment_on_screen
from kiosk.ui.viewmodels.follower import Follower
from kiosk.ui.viewmodels.look import LookViewModel

QML_IMPORT_NAME = "Kiosk.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1


@dataclass(frozen=True, slots=True)
class Help:
    inquiry_code: str = ""
    may_pay_elsewhere: bool = True  # never while a payment of theirs is open


def help_sheet(kiosk: Kiosk, _texts: Texts) -> Help:
    page = kiosk.visit.page if kiosk.visit else None
    is_free = payment_on_screen(kiosk) is None and doubtful_payment(kiosk) is None
    match page:
        case Paying() | Checking():
            return Help(inquiry_code(page.payment_id), is_free)
        case Done() | Trouble():
            return Help(page.inquiry_code, is_free)
        case _:
            return Help(may_pay_elsewhere=is_free)


@QmlElement
class HelpViewModel(Follower):
    changed = Signal()

    def __init__(self, core: CoreBridge, look: LookViewModel, phone: str) -> None:
        super().__init__(core, look)
        self._page = Help()
        self._phone = phone
        self.refresh()

    def refresh(self) -> None:
        page = help_sheet(self.kiosk, self.texts)
        if page != self._page:
            self._page = page
            self.changed.emit()

    @Property(str, notify=changed)
    def inquiryCode(self) -> str:
        return self._page.inquiry_code

    @Property(bool, notify=changed)
    def mayPayElsewhere(self) -> bool:
        return self._page.may_pay_elsewhere

    @Property(str, notify=changed)
    def phone(self) -> str:
        return self._phone
