"""Trouble: what happened, what it means for the money, what to do now."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Property, Signal, Slot
from PySide6.QtQml import QmlElement

from drivers.api import PrinterCondition, PrinterStatus
from kiosk.domain.events import BackTouched, LeaveTouched, OpenCodeWanted, RetryTouched
from kiosk.domain.kiosk import Kiosk
from kiosk.domain.ledger import Payment
from kiosk.domain.open_codes import is_offered
from kiosk.domain.payment import State
from kiosk.domain.records import PrintState
from kiosk.domain.visit import Trouble, TroubleKind
from kiosk.ui.core_bridge import CoreBridge
from kiosk.ui.images import qr_source
from kiosk.ui.translations import Texts
from kiosk.ui.viewmodels import wording
from kiosk.ui.viewmodels.doubt import doubtful_payment
from kiosk.ui.viewmodels.follower import Follower
from kiosk.ui.viewmodels.look import LookViewModel

QML_IMPORT_NAME = "Kiosk.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1

OWN_MONEY_SENTENCE = frozenset(
    {TroubleKind.LEASED, TroubleKind.LOOKUP_FAILED, TroubleKind.PRINTER_NOT_READY}
)
SEVERE = frozenset({TroubleKind.MONEY_IN_DOUBT, TroubleKind.LEASED})


@dataclass(frozen=True, slots=True)
class TroublePage:
    is_severe: bool = False
    title: str = ""
    what: str = ""
    money: str = ""
    todo: str = ""
    inquiry_code: str = ""
    inquiry_qr: str = ""  # the address of its picture
    slip: str = ""  # what becomes of the inquiry slip
    amount: str = ""
    primary: str = ""
    primary_label: str = ""
    can_also_go_back: bool = False
    offers_codes: bool = False  # open codes: paying by phone alone


def trouble_page(kiosk: Kiosk, texts: Texts) -> TroublePage:
    page = kiosk.visit.page if kiosk.visit else None
    if not isinstance(page, Trouble):
        return TroublePage()
    key = f"trouble.{page.kind.value}"
    if _is_conflict(kiosk, page):
        key = "trouble.conflict"
    doubtful = doubtful_payment(kiosk)
    can_go_back = page.choosing is not None and page.kind is not TroubleKind.MONEY_IN_DOUBT
    retyping = page.kind is TroubleKind.CODE_NOT_FOUND
    primary = "retry" if page.can_retry else "back" if can_go_back else "leave"
    code = page.inquiry_code or (doubtful.inquiry_code if doubtful else "")
    return TroublePage(
        is_severe=page.kind in SEVERE or doubtful is not None,
        title=texts.of(f"{key}_title"),
        what=_what(key, page, kiosk.printer, texts),
        money=_money(key, page, doubtful, texts),
        todo=texts.of(f"{key}_do"),
        inquiry_code=code,
        inquiry_qr=qr_source(code) if code else "",
        slip=_slip(kiosk, page, texts),
        amount=wording.amount(texts, page.amount_fen) if page.amount_fen else "",
        primary=primary,
        primary_label=texts.of("trouble.retype" if retyping else f"trouble.{primary}"),
        can_also_go_back=can_go_back and page.can_retry,
        offers_codes=(
            page.kind is TroubleKind.LOOKUP_FAILED and doubtful is None and is_offered(kiosk)
        ),
    )


def _is_conflict(kiosk: Kiosk, page: Trouble) -> bool:
    payment = kiosk.ledger.payments.get(page.payment_id)
    return payment is not None and payment.state is State.CONFLICT


def _money(key: str, page: Trouble, doubtful: Payment | None, texts: Texts) -> str:
    """What this trouble means for the money; an older payment in doubt outweighs it."""
    if page.kind is TroubleKind.MONEY_IN_DOUBT:
        return texts.of(f"{key}_money")
    if doubtful:
        return texts.of("trouble.earlier_doubt")
    if page.kind in OWN_MONEY_SENTENCE:
        return texts.of(f"{key}_money")
    return texts.of("trouble.no_charge")


def _slip(kiosk: Kiosk, page: Trouble, texts: Texts) -> str:
    """Where the slip with the inquiry code is; on the screen the code is in any case."""
    if page.kind is not TroubleKind.MONEY_IN_DOUBT:
        return ""
    slip = kiosk.ledger.slip_of(page.payment_id)
    match slip.state if slip else None:
        case PrintState.INTENDED:
            return texts.of("trouble.slip_printing")
        case PrintState.PRINTED:
            return texts.of("trouble.slip_printed")
        case _:
            return texts.of("trouble.slip_not_printed")


def _what(key: str, page: Trouble, printer: PrinterStatus | None, texts: Texts) -> str:
    if page.kind is not TroubleKind.PRINTER_NOT_READY:
        return texts.of(f"{key}_what")
    conditions = printer.conditions if printer else frozenset()
    if PrinterCondition.PAPER_OUT in conditions:
        return texts.of("trouble.printer_not_ready_paper")
    if PrinterCondition.COVER_OPEN in conditions:
        return texts.of("trouble.printer_not_ready_cover")
    return texts.of("trouble.printer_not_ready_fault")


@QmlElement
class TroubleViewModel(Follower):
    changed = Signal()

    def __init__(self, core: CoreBridge, look: LookViewModel) -> None:
        super().__init__(core, look)
        self._page = TroublePage()
        self.refresh()

    def refresh(self) -> None:
        page = trouble_page(self.kiosk, self.texts)
        if page != self._page:
            self._page = page
            self.changed.emit()

    @Property(bool, notify=changed)
    def isSevere(self) -> bool:
        return self._page.is_severe

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

    @Property(str, notify=changed)
    def inquiryQr(self) -> str:
        return self._page.inquiry_qr

    @Property(str, notify=changed)
    def slip(self) -> str:
        return self._page.slip

    @Property(str, notify=changed)
    def amount(self) -> str:
        return self._page.amount

    @Property(str, notify=changed)
    def primary(self) -> str:
        return self._page.primary

    @Property(str, notify=changed)
    def primaryLabel(self) -> str:
        return self._page.primary_label

    @Property(bool, notify=changed)
    def canAlsoGoBack(self) -> bool:
        return self._page.can_also_go_back

    @Property(bool, notify=changed)
    def offersCodes(self) -> bool:
        return self._page.offers_codes

    @Slot()
    def wantCode(self) -> None:
        self.core.post(OpenCodeWanted())

    @Slot()
    def act(self) -> None:
        """The page's one primary action."""
        match self._page.primary:
            case "retry":
                self.core.post(RetryTouched())
            case "back":
                self.core.post(BackTouched())
            case _:
                self.core.post(LeaveTouched())

    @Slot()
    def back(self) -> None:
        self.core.post(BackTouched())
