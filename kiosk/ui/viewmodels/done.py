"""The end of a visit: what was paid, what is on paper, what comes later."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Property, Signal, Slot
from PySide6.QtQml import QmlElement

from kiosk.domain import events as e
from kiosk.domain import strips
from kiosk.domain.kiosk import Kiosk
from kiosk.domain.still_due import still_due
from kiosk.domain.visit import Done, ItemState
from kiosk.ui.core_bridge import CoreBridge
from kiosk.ui.translations import Texts
from kiosk.ui.viewmodels import wording
from kiosk.ui.viewmodels.fee import NO_BREAK
from kiosk.ui.viewmodels.follower import Follower
from kiosk.ui.viewmodels.items import ItemRow, item_row
from kiosk.ui.viewmodels.look import LookViewModel
from kiosk.ui.viewmodels.paged_rows import PagedRows

QML_IMPORT_NAME = "Kiosk.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1


@dataclass(frozen=True, slots=True)
class DonePage:
    is_calm: bool = False
    title: str = ""
    paid: str = ""
    late: str = ""
    nothing: str = ""
    doubt: str = ""
    later: str = ""
    retracted: str = ""
    take_card: str = ""
    inquiry_code: str = ""
    still_due: str = ""
    pay_rest: str = ""
    items: tuple[ItemRow, ...] = ()


def done_page(kiosk: Kiosk, texts: Texts) -> DonePage:
    page = kiosk.visit.page if kiosk.visit else None
    if not isinstance(page, Done):
        return DonePage()
    code, left = page.inquiry_code, still_due(kiosk)
    left_fen = sum(bill.amount_fen for bill in left)
    left_amount = wording.amount(texts, left_fen).replace(" ", NO_BREAK)
    retracted = [item for item in page.items if strips.was_retracted(kiosk, item.job_id)]
    return DonePage(
        is_calm=not page.doubtful and not page.later and not retracted,
        title=texts.of(f"done.{_title(page, retracted=bool(retracted))}"),
        paid=wording.amount(texts, page.paid_fen) if page.paid_fen else "",
        late=texts.of("done.late") if page.late else "",
        nothing=texts.of("done.nothing") if page.nothing_due else "",
        doubt=texts.of("done.doubt") if page.doubtful else "",
        later=_later(page, texts),
        retracted=texts.of("done.retracted") if retracted else "",
        take_card=texts.of("done.take_card") if kiosk.card_on_reader else "",
        inquiry_code=texts.of("done.inquiry_code", code=code) if code else "",
        still_due=texts.count("done.still_due", len(left), amount=left_amount) if left else "",
        pay_rest=texts.count("done.pay_rest", len(left)) if left else "",
        items=tuple(
            item_row(
                item,
                texts,
                can_reprint=item in (*page.doubtful, *retracted) and kiosk.can_print,
                retracted=item in retracted,
            )
            for item in page.items
        ),
    )


def returns_in(kiosk: Kiosk, texts: Texts) -> str:
    """The countdown to the start page."""
    page = kiosk.visit.page if kiosk.visit else None
    if not isinstance(page, Done):
        return ""
    return texts.of("done.returns", seconds=wording.seconds_left(page.until_s, kiosk.now_s))


def take_strip(kiosk: Kiosk, texts: Texts) -> str:
    """What happens to a strip that still hangs in the mouth of a printer that draws it in."""
    recalled_at_s = strips.recalled_at_s(kiosk)
    page = kiosk.visit.page if kiosk.visit else None
    if not isinstance(page, Done) or not recalled_at_s:
        return ""
    left = wording.seconds_left(recalled_at_s, kiosk.now_s)
    return texts.of("done.take_strip", seconds=left)


def _title(page: Done, *, retracted: bool) -> str:
    states = {item.state for item in page.items}
    if retracted:
        return "title_retracted"
    if page.nothing_due:
        return "title_nothing"
    if ItemState.DOUBT in states:
        return "title_check"
    if ItemState.PRINTED not in states:
        return "title_paid_later" if page.paid_fen else "title_not_printed"
    if states == {ItemState.PRINTED}:
        return "title_paid" if page.paid_fen else "title_collected"
    return "title_mixed"


def _later(page: Done, texts: Texts) -> str:
    if page.later:
        return texts.of("done.later")
    if page.paid_fen and not page.items:
        return texts.of("done.receipts_coming")
    return ""


@QmlElement
class DoneViewModel(Follower):
    changed = Signal()
    countdownChanged = Signal()

    def __init__(self, core: CoreBridge, look: LookViewModel) -> None:
        super().__init__(core, look)
        self._page = DonePage()
        self._items = PagedRows(ItemRow)
        self._countdown = self._take_strip = ""
        self.refresh()

    def refresh(self) -> None:
        page = done_page(self.kiosk, self.texts)
        if page != self._page:
            self._page = page
            self._items.show_page(page.items, self.texts)
            self.changed.emit()
        counted = returns_in(self.kiosk, self.texts), take_strip(self.kiosk, self.texts)
        if counted != (self._countdown, self._take_strip):
            self._countdown, self._take_strip = counted
            self.countdownChanged.emit()

    @Property(bool, notify=changed)
    def isCalm(self) -> bool:
        return self._page.is_calm

    @Property(str, notify=changed)
    def title(self) -> str:
        return self._page.title

    @Property(str, notify=changed)
    def paid(self) -> str:
        return self._page.paid

    @Property(str, notify=changed)
    def late(self) -> str:
        return self._page.late

    @Property(str, notify=changed)
    def nothing(self) -> str:
        return self._page.nothing

    @Property(str, notify=changed)
    def doubt(self) -> str:
        return self._page.doubt

    @Property(str, notify=changed)
    def later(self) -> str:
        return self._page.later

    @Property(str, notify=changed)
    def retracted(self) -> str:
        return self._page.retracted

    @Property(str, notify=countdownChanged)
    def takeStrip(self) -> str:
        return self._take_strip

    @Property(str, notify=changed)
    def takeCard(self) -> str:
        return self._page.take_card

    @Property(str, notify=changed)
    def inquiryCode(self) -> str:
        return self._page.inquiry_code

    @Property(str, notify=changed)
    def stillDue(self) -> str:
        return self._page.still_due

    @Property(str, notify=changed)
    def payRest(self) -> str:
        return self._page.pay_rest

    @Property(PagedRows, notify=changed)
    def items(self) -> PagedRows:
        return self._items

    @Property(str, notify=countdownChanged)
    def countdown(self) -> str:
        return self._countdown

    @Slot()
    def finish(self) -> None:
        self.core.post(e.LeaveTouched())

    @Slot()
    def payTheRest(self) -> None:
        self.core.post(e.PayRestTouched())

    @Slot(str)
    def reprint(self, receipt_no: str) -> None:
        self.core.post(e.ReprintTouched(receipt_no))
