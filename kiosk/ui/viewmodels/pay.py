"""The QR code to pay with, and what is paid to whom."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Property, Signal, Slot
from PySide6.QtQml import QmlElement

from kiosk.domain.events import BackTouched
from kiosk.domain.kiosk import Kiosk
from kiosk.domain.visit import Notice, Paying
from kiosk.ui.core_bridge import CoreBridge
from kiosk.ui.images import qr_source
from kiosk.ui.translations import Texts
from kiosk.ui.viewmodels import wording
from kiosk.ui.viewmodels.follower import Follower
from kiosk.ui.viewmodels.look import LookViewModel

QML_IMPORT_NAME = "Kiosk.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1


NAMED_IN_FULL = 3
"""So many payees or items are named; more are counted, and were named on the page before."""


@dataclass(frozen=True, slots=True)
class PayPage:
    stage: str = ""
    title: str = ""
    subtitle: str = ""
    qr_source: str = ""  # of the picture
    amount: str = ""
    payee: str = ""
    items: str = ""
    unstable: str = ""
    receipt: str = ""


@dataclass(frozen=True, slots=True)
class TimeLeft:
    words: str = ""
    fraction: float = 0.0  # of the QR code's life


def pay_page(kiosk: Kiosk, texts: Texts) -> PayPage:
    page = kiosk.visit.page if kiosk.visit else None
    if not isinstance(page, Paying):
        return PayPage()
    stage = "user_paying" if page.user_paying else "scan" if page.qr_url else "preparing"
    subtitle = "wallets" if stage == "scan" else f"subtitle_{stage}"
    if stage == "preparing" and page.attempt > 1:
        subtitle = "trying_again"
    payment = kiosk.ledger.payments.get(page.payment_id)
    receipt_later = payment is not None and payment.receipt_later
    return PayPage(
        stage=stage,
        title=texts.of(f"pay.title_{stage}"),
        subtitle=texts.of(f"pay.{subtitle}"),
        qr_source=qr_source(page.qr_url) if page.qr_url else "",
        amount=wording.amount(texts, page.amount_fen),
        payee=_payee(page, texts),
        items=_items(page, texts),
        unstable=wording.notice(texts, Notice.UNSTABLE_LINK if page.unstable_link else None),
        receipt=texts.of("pay.receipt_later" if receipt_later else "pay.receipt_follows"),
    )


def time_left(kiosk: Kiosk, texts: Texts) -> TimeLeft:
    """How long the QR code may still be scanned here; nothing before it exists."""
    page = kiosk.visit.page if kiosk.visit else None
    if not isinstance(page, Paying) or not page.qr_url or page.valid_s <= 0:
        return TimeLeft()
    seconds = wording.seconds_left(page.hide_at_s, kiosk.now_s)
    fraction = min(1.0, max(0.0, (page.hide_at_s - kiosk.now_s) / page.valid_s))
    key = "pay.time_left" if seconds >= 60 else "pay.time_left_short"
    words = texts.of(key, minutes=seconds // 60, seconds=seconds % 60)
    return TimeLeft(words, round(fraction, 3))


def _payee(page: Paying, texts: Texts) -> str:
    agencies = list(dict.fromkeys(bill.agency_name for bill in page.bills))
    if len(agencies) <= NAMED_IN_FULL:
        return "\n".join(agencies)
    return texts.of("pay.payee_many", agency=agencies[0], count=len(agencies))


def _items(page: Paying, texts: Texts) -> str:
    if len(page.bills) == 1:
        return wording.bill_title(texts, page.bills[0])
    titles = list(dict.fromkeys(bill.title for bill in page.bills))
    if len(titles) <= NAMED_IN_FULL and len(titles) == len(page.bills):
        return texts.of("pay.between").join(titles)
    return texts.of("pay.items_many", title=page.bills[0].title, count=len(page.bills))


@QmlElement
class PayViewModel(Follower):
    changed = Signal()
    timeChanged = Signal()

    def __init__(self, core: CoreBridge, look: LookViewModel) -> None:
        super().__init__(core, look)
        self._page = PayPage()
        self._left = TimeLeft()
        self.refresh()

    def refresh(self) -> None:
        page = pay_page(self.kiosk, self.texts)
        if page != self._page:
            self._page = page
            self.changed.emit()
        left = time_left(self.kiosk, self.texts)
        if left != self._left:
            self._left = left
            self.timeChanged.emit()

    @Property(str, notify=changed)
    def stage(self) -> str:
        return self._page.stage

    @Property(str, notify=changed)
    def title(self) -> str:
        return self._page.title

    @Property(str, notify=changed)
    def subtitle(self) -> str:
        return self._page.subtitle

    @Property(str, notify=changed)
    def qrSource(self) -> str:
        return self._page.qr_source

    @Property(str, notify=changed)
    def amount(self) -> str:
        return self._page.amount

    @Property(str, notify=changed)
    def payee(self) -> str:
        return self._page.payee

    @Property(str, notify=changed)
    def items(self) -> str:
        return self._page.items

    @Property(str, notify=changed)
    def unstable(self) -> str:
        return self._page.unstable

    @Property(str, notify=changed)
    def receipt(self) -> str:
        return self._page.receipt

    @Property(str, notify=timeChanged)
    def timeLeft(self) -> str:
        return self._left.words

    @Property(float, notify=timeChanged)
    def fractionLeft(self) -> float:
        return self._left.fraction

    @Slot()
    def cancel(self) -> None:
        self.core.post(BackTouched())
