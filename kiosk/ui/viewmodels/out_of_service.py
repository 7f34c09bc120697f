"""No service: what happened, what it means for the money, what to do."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Property, Signal
from PySide6.QtQml import QmlElement

from kiosk.domain.identifiers import inquiry_code
from kiosk.domain.kiosk import Kiosk, Service
from kiosk.domain.visit import Checking, Paying, Trouble
from kiosk.ui.core_bridge import CoreBridge
from kiosk.ui.translations import Texts
from kiosk.ui.viewmodels.follower import Follower
from kiosk.ui.viewmodels.look import LookViewModel

QML_IMPORT_NAME = "Kiosk.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1

KEYS = {
    Service.STARTING: "starting",
    Service.NO_LINK: "no_link",
    Service.HALTED: "halted",
}


@dataclass(frozen=True, slots=True)
class OutOfServicePage:
    kind: str = ""
    title: str = ""
    what: str = ""
    money: str = ""
    todo: str = ""
    inquiry_code: str = ""


def out_of_service_page(kiosk: Kiosk, texts: Texts) -> OutOfServicePage:
    key = KEYS.get(kiosk.service)
    if key is None:
        return OutOfServicePage()
    code = _open_payment_code(kiosk)
    return OutOfServicePage(
        kind=key,
        title=texts.of(f"out_of_service.{key}_title"),
        what=texts.of(f"out_of_service.{key}_what"),
        money=texts.of("out_of_service.money_open" if code else "out_of_service.money_safe"),
        todo=texts.of(f"out_of_service.{key}_do"),
        inquiry_code=code,
    )


def _open_payment_code(kiosk: Kiosk) -> str:
    """The inquiry code of a payment that was on the screen when the service stopped."""
    page = kiosk.visit.page if kiosk.visit else None
    match page:
        case Paying() | Checking():
            return inquiry_code(page.payment_id)
        case Trouble():
            return page.inquiry_code
        case _:
            return ""


@QmlElement
class OutOfServiceViewModel(Follower):
    changed = Signal()

    def __init__(self, core: CoreBridge, look: LookViewModel) -> None:
        super().__init__(core, look)
        self._page = OutOfServicePage()
        self.refresh()

    def refresh(self) -> None:
        page = out_of_service_page(self.kiosk, self.texts)
        if page != self._page:
            self._page = page
            self.changed.emit()

    @Property(str, notify=changed)
    def kind(self) -> str:
        return self._page.kind

    @Property(str, notify=changed)
    def title(self) -> str:
        return self._page.title

    @Property(str, notify=changed)
    def what(self) -> str:
        return self._page.what

    @Property(str, notify=changed)
    def money(self) -> str:
        return self._page.money

    @Property(str, notify=changed)
    def todo(self) -> str:
        return self._page.todo

    @Property(str, notify=changed)
    def inquiryCode(self) -> str:
        return self._page.inquiry_code
