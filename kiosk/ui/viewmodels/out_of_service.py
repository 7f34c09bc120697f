"""No service: what happened, what it means for the money, what to do."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Property, Signal, Slot
from PySide6.QtQml import QmlElement

from kiosk.domain.events import OpenCodeWanted
from kiosk.domain.hours import next_opening
from kiosk.domain.kiosk import Kiosk, Service
from kiosk.domain.open_codes import is_offered
from kiosk.domain.payment import FINAL
from kiosk.ui.core_bridge import CoreBridge
from kiosk.ui.translations import Texts
from kiosk.ui.viewmodels import wording
from kiosk.ui.viewmodels.doubt import payment_on_screen
from kiosk.ui.viewmodels.follower import Follower
from kiosk.ui.viewmodels.look import LookViewModel

QML_IMPORT_NAME = "Kiosk.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1

KEYS = {
    Service.STARTING: "starting",
    Service.NO_LINK: "no_link",
    Service.NO_SPACE: "no_space",
    Service.CLOSED: "closed",
    Service.OUT_OF_SERVICE: "by_operator",
    Service.NOT_GENUINE: "not_genuine",
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
    offers_codes: bool = False  # open codes: paying by phone alone


def out_of_service_page(kiosk: Kiosk, texts: Texts) -> OutOfServicePage:
    key = KEYS.get(kiosk.service)
    if key is None:
        return OutOfServicePage()
    shown = payment_on_screen(kiosk)
    offers_codes = shown is None and kiosk.service is Service.NO_LINK and is_offered(kiosk)
    todo = "open_do" if shown else f"{key}_do_by_phone" if offers_codes else f"{key}_do"
    return OutOfServicePage(
        kind=key,
        title=texts.of(f"out_of_service.{key}_title{'_by_phone' if offers_codes else ''}"),
        what=texts.of(
            f"out_of_service.{key}_what", why=_why(kiosk, texts), opens=_opens(kiosk, texts)
        ),
        money=_money(kiosk, texts),
        todo=texts.of(f"out_of_service.{todo}"),
        inquiry_code=shown.inquiry_code if shown else "",
        offers_codes=offers_codes,
    )


def _why(kiosk: Kiosk, texts: Texts) -> str:
    """The message that the operator chose."""
    because = kiosk.ledger.office.closed_because
    return texts.of(f"desk_because.{because}") if because else ""


def _opens(kiosk: Kiosk, texts: Texts) -> str:
    """When somebody who stands before a closed kiosk can come back."""
    moment = next_opening(kiosk.opening_hours, kiosk.wall)
    if moment is None:
        return ""
    return texts.of("out_of_service.opens", when=wording.moment(texts, moment))


def _money(kiosk: Kiosk, texts: Texts) -> str:
    """Safe only where no payment is open: whoever paid a minute ago reads this too."""
    if payment_on_screen(kiosk):
        return texts.of("out_of_service.money_open")
    if any(payment.state not in FINAL for payment in kiosk.ledger.open_payments):
        return texts.of("out_of_service.money_recent")
    return texts.of("out_of_service.money_safe")


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

    @Property(bool, notify=changed)
    def offersCodes(self) -> bool:
        return self._page.offers_codes

    @Slot()
    def wantCode(self) -> None:
        self.core.post(OpenCodeWanted())
