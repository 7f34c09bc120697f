"""An open code on the screen: how to pay it, and what cannot be known from here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from PySide6.QtCore import Property, Signal, Slot
from PySide6.QtQml import QmlElement

from kiosk.domain import events as e
from kiosk.domain.fee_item import FeeItem
from kiosk.domain.kiosk import Kiosk
from kiosk.domain.open_code import State
from kiosk.domain.records import PrintState
from kiosk.domain.visit import ShowingCode
from kiosk.ui.core_bridge import CoreBridge
from kiosk.ui.images import qr_source
from kiosk.ui.translations import Texts
from kiosk.ui.viewmodels import wording
from kiosk.ui.viewmodels.fee import Catalogue, item_name
from kiosk.ui.viewmodels.follower import Follower
from kiosk.ui.viewmodels.look import LookViewModel

QML_IMPORT_NAME = "Kiosk.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1


@dataclass(frozen=True, slots=True)
class OpenCodePage:
    qr_source: str = ""
    code: str = ""
    amount: str = ""
    item: str = ""
    agency: str = ""
    valid_until: str = ""
    slip: str = ""  # the paper with the code, or what to do without it
    settled: str = ""  # only when the platform has said so
    drill: str = ""


def open_code_page(kiosk: Kiosk, texts: Texts, catalogue: Catalogue) -> OpenCodePage:
    page = kiosk.visit.page if kiosk.visit else None
    if not isinstance(page, ShowingCode):
        return OpenCodePage()
    known = kiosk.ledger.code_book.codes.get(page.code)
    settled = known is not None and known.state is State.SETTLED and not page.drill
    until = datetime.fromtimestamp(page.expires_s, UTC)
    return OpenCodePage(
        qr_source=qr_source(page.qr_url),
        code=wording.grouped(page.code),
        amount=wording.amount(texts, page.amount_fen),
        item=item_name(texts, catalogue, page.item_code, page.item_name),
        agency=page.agency_name,
        valid_until=texts.of(
            "open_code.valid_until",
            moment=f"{wording.local_day(texts, until)} {wording.clock(until)}",
        ),
        slip=texts.of(f"open_code.slip_{_slip(kiosk, page)}"),
        settled=texts.of("open_code.settled") if settled else "",
        drill=texts.of("open_code.drill") if page.drill else "",
    )


def _slip(kiosk: Kiosk, page: ShowingCode) -> str:
    slips = [each for each in kiosk.ledger.slips.values() if each.payment_id == page.code]
    if not slips:
        return "none"
    if slips[-1].state is PrintState.INTENDED:
        return "coming"
    return "printed" if slips[-1].state is PrintState.PRINTED else "none"


@QmlElement
class OpenCodeViewModel(Follower):
    changed = Signal()

    def __init__(
        self, core: CoreBridge, look: LookViewModel, fee_items: Sequence[FeeItem] = ()
    ) -> None:
        super().__init__(core, look)
        self._catalogue = {item.code: item for item in fee_items}
        self._page = OpenCodePage()
        self.refresh()

    def refresh(self) -> None:
        page = open_code_page(self.kiosk, self.texts, self._catalogue)
        if page != self._page:
            self._page = page
            self.changed.emit()

    @Property(str, notify=changed)
    def qrSource(self) -> str:
        return self._page.qr_source

    @Property(str, notify=changed)
    def code(self) -> str:
        return self._page.code

    @Property(str, notify=changed)
    def amount(self) -> str:
        return self._page.amount

    @Property(str, notify=changed)
    def item(self) -> str:
        return self._page.item

    @Property(str, notify=changed)
    def agency(self) -> str:
        return self._page.agency

    @Property(str, notify=changed)
    def validUntil(self) -> str:
        return self._page.valid_until

    @Property(str, notify=changed)
    def slip(self) -> str:
        return self._page.slip

    @Property(str, notify=changed)
    def settled(self) -> str:
        return self._page.settled

    @Property(str, notify=changed)
    def drill(self) -> str:
        return self._page.drill

    @Slot()
    def finish(self) -> None:
        self.core.post(e.LeaveTouched())

    @Slot()
    def another(self) -> None:
        self.core.post(e.AnotherFeeTouched())

    @Slot()
    def withdraw(self) -> None:
        self.core.post(e.WithdrawTouched())
