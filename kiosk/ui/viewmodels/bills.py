"""Bills to pay, all chosen at first, and receipts to print."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Property, Signal, Slot
from PySide6.QtQml import QmlElement

from kiosk.domain import events as e
from kiosk.domain.bill import Bill, is_fine
from kiosk.domain.kiosk import Kiosk
from kiosk.domain.platform import Offer
from kiosk.domain.receipt import ReceiptHead
from kiosk.domain.visit import Choosing
from kiosk.ui.core_bridge import CoreBridge
from kiosk.ui.translations import Texts
from kiosk.ui.viewmodels import wording
from kiosk.ui.viewmodels.follower import Follower
from kiosk.ui.viewmodels.look import LookViewModel
from kiosk.ui.viewmodels.paged_rows import PagedRows
from kiosk.ui.viewmodels.privacy import is_veiled

QML_IMPORT_NAME = "Kiosk.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1


@dataclass(frozen=True, slots=True)
class BillRow:
    bill_no: str
    title: str
    translated: str  # the title in English; empty in Chinese, or where unknown
    agency: str
    amount: str
    late_fee: str  # empty without one
    due: str
    is_overdue: bool
    is_chosen: bool
    is_veiled: bool
    choose_name: str  # what a screen reader says for the whole card
    details_name: str


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    receipt_no: str
    title: str
    agency: str
    amount: str
    paid_on: str
    copies: str
    reprint_name: str


@dataclass(frozen=True, slots=True)
class BillsPage:
    title: str = ""
    subtitle: str = ""
    notice: str = ""
    is_veiled: bool = False
    has_bills: bool = False
    can_pay: bool = False
    total_label: str = ""
    total: str = ""
    pay_label: str = ""
    receipts_title: str = ""
    receipts_note: str = ""
    collect_label: str = ""
    can_collect: bool = False
    can_reprint: bool = False
    bills: tuple[BillRow, ...] = ()
    waiting: tuple[ReceiptRow, ...] = ()
    printed: tuple[ReceiptRow, ...] = ()


def bills_page(kiosk: Kiosk, texts: Texts) -> BillsPage:
    page = kiosk.visit.page if kiosk.visit else None
    if not isinstance(page, Choosing):
        return BillsPage()
    veiled = is_veiled(kiosk)
    title, subtitle = _heading(page, texts)
    chosen = len(page.chosen)
    takes_payments = Offer.PAYMENTS in kiosk.rules.offers
    unprinted = page.unprinted
    return BillsPage(
        title=title,
        subtitle=subtitle,
        notice=wording.notice(texts, page.notice),
        is_veiled=veiled,
        has_bills=bool(page.bills),
        can_pay=bool(page.chosen) and takes_payments,
        total_label=texts.count("bills.total", chosen),
        total="" if veiled else wording.amount(texts, page.total_fen),
        pay_label=_pay_label(page, texts, takes_payments=takes_payments),
        receipts_title=texts.count("bills.receipts_waiting", len(unprinted)) if unprinted else "",
        receipts_note="" if veiled else _collect_note(unprinted, texts),
        collect_label=texts.count("bills.collect_all", len(unprinted)),
        can_collect=bool(unprinted),
        can_reprint=len(unprinted) < len(page.receipts),
        bills=tuple(_bill_row(bill, page, kiosk, texts, veiled=veiled) for bill in page.bills),
        waiting=tuple(_receipt_row(head, texts) for head in (() if veiled else unprinted)),
        printed=tuple(
            _receipt_row(head, texts)
            for head in page.receipts
            if head.copies_printed and not veiled
        ),
    )


def _pay_label(page: Choosing, texts: Texts, *, takes_payments: bool) -> str:
    if not takes_payments:
        return texts.of("bills.query_only")
    return texts.of("bills.pay" if page.chosen or not page.bills else "bills.none_chosen")


def auto_collect(kiosk: Kiosk, texts: Texts) -> str:
    """The countdown to printing by itself; empty while none runs."""
    page = kiosk.visit.page if kiosk.visit else None
    if not isinstance(page, Choosing) or page.auto_collect_at_s is None:
        return ""
    seconds = wording.seconds_left(page.auto_collect_at_s, kiosk.now_s)
    return texts.of("bills.auto_collect", seconds=seconds)


def _heading(page: Choosing, texts: Texts) -> tuple[str, str]:
    if page.bills:
        alone = "_one" if len(page.bills) == 1 else ""
        return (
            texts.count("bills.title", len(page.bills)),
            texts.of(f"bills.subtitle{alone}"),
        )
    if page.unprinted:
        return (
            texts.count("bills.title_collect", len(page.unprinted)),
            texts.of("bills.subtitle_collect"),
        )
    return texts.of("bills.title_nothing"), texts.of("bills.subtitle_nothing")


def _collect_note(unprinted: tuple[ReceiptHead, ...], texts: Texts) -> str:
    if not unprinted:
        return ""
    many = "_many" if len(unprinted) > 1 else ""
    return texts.of(f"bills.collect_note{many}", title=unprinted[0].title, count=len(unprinted))


def _bill_row(bill: Bill, page: Choosing, kiosk: Kiosk, texts: Texts, *, veiled: bool) -> BillRow:
    title, money = wording.bill_title(texts, bill), wording.amount(texts, bill.amount_fen)
    late_fee = wording.amount(texts, bill.late_fee_fen)
    late_fee_key = "bills.surcharge" if is_fine(bill.lines) else "bills.late_fee"
    today = kiosk.today
    is_overdue = bill.due_on is not None and bill.due_on < today
    due_key = "bills.overdue" if is_overdue else "bills.due"
    due = texts.of(due_key, date=wording.day(texts, bill.due_on)) if bill.due_on else ""
    return BillRow(
        bill_no=bill.bill_no,
        title="" if veiled else bill.title,
        translated="" if veiled else wording.item_name(texts, bill),
        agency="" if veiled else bill.agency_name,
        amount="" if veiled else money,
        late_fee=texts.of(late_fee_key, amount=late_fee)
        if bill.late_fee_fen and not veiled
        else "",
        due="" if veiled else due,
        is_overdue=is_overdue,
        is_chosen=bill.bill_no in page.selected,
        is_veiled=veiled,
        choose_name="" if veiled else texts.of("bills.choose_of", title=title, amount=money),
        details_name="" if veiled else texts.of("bills.details_of", title=title),
    )


def _receipt_row(head: ReceiptHead, texts: Texts) -> ReceiptRow:
    paid_on = texts.of("reprint.paid_on", date=wording.local_day(texts, head.paid_at))
    return ReceiptRow(
        receipt_no=head.receipt_no,
        title=head.title,
        agency=head.agency_name,
        amount=wording.amount(texts, head.amount_fen),
        paid_on=paid_on,
        copies=texts.count("reprint.copies", head.copies_printed) if head.copies_printed else "",
        reprint_name=texts.of("reprint.one_of", title=head.title, paid_on=paid_on),
    )


@QmlElement
class BillsViewModel(Follower):
    changed = Signal()
    countdownChanged = Signal()

    def __init__(self, core: CoreBridge, look: LookViewModel) -> None:
        super().__init__(core, look)
        self._page = BillsPage()
        self._bills = PagedRows(BillRow)
        self._waiting = PagedRows(ReceiptRow)
        self._printed = PagedRows(ReceiptRow)
        self._countdown = ""
        self.refresh()

    def refresh(self) -> None:
        page = bills_page(self.kiosk, self.texts)
        if page != self._page:
            self._page = page
            self._bills.show_page(page.bills, self.texts)
            self._waiting.show_page(page.waiting, self.texts)
            self._printed.show_page(page.printed, self.texts)
            self.changed.emit()
        countdown = auto_collect(self.kiosk, self.texts)
        if countdown != self._countdown:
            self._countdown = countdown
            self.countdownChanged.emit()

    @Property(str, notify=changed)
    def title(self) -> str:
        return self._page.title

    @Property(str, notify=changed)
    def subtitle(self) -> str:
        return self._page.subtitle

    @Property(str, notify=changed)
    def notice(self) -> str:
        return self._page.notice

    @Property(bool, notify=changed)
    def isVeiled(self) -> bool:
        return self._page.is_veiled

    @Property(bool, notify=changed)
    def hasBills(self) -> bool:
        return self._page.has_bills

    @Property(bool, notify=changed)
    def canPay(self) -> bool:
        return self._page.can_pay

    @Property(str, notify=changed)
    def totalLabel(self) -> str:
        return self._page.total_label

    @Property(str, notify=changed)
    def total(self) -> str:
        return self._page.total

    @Property(str, notify=changed)
    def payLabel(self) -> str:
        return self._page.pay_label

    @Property(str, notify=changed)
    def receiptsTitle(self) -> str:
        return self._page.receipts_title

    @Property(str, notify=changed)
    def receiptsNote(self) -> str:
        return self._page.receipts_note

    @Property(str, notify=changed)
    def collectLabel(self) -> str:
        return self._page.collect_label

    @Property(bool, notify=changed)
    def canCollect(self) -> bool:
        return self._page.can_collect

    @Property(bool, notify=changed)
    def canReprint(self) -> bool:
        return self._page.can_reprint

    @Property(PagedRows, notify=changed)
    def bills(self) -> PagedRows:
        return self._bills

    @Property(PagedRows, notify=changed)
    def waiting(self) -> PagedRows:
        return self._waiting

    @Property(PagedRows, notify=changed)
    def printed(self) -> PagedRows:
        return self._printed

    @Property(str, notify=countdownChanged)
    def countdown(self) -> str:
        return self._countdown

    @Slot(str)
    def toggle(self, bill_no: str) -> None:
        self.core.post(e.BillToggled(bill_no))

    @Slot()
    def pay(self) -> None:
        self.core.post(e.PayTouched())

    @Slot()
    def collect(self) -> None:
        self.core.post(e.CollectTouched())

    @Slot(str)
    def reprint(self, receipt_no: str) -> None:
        self.core.post(e.ReprintTouched(receipt_no))

    @Slot()
    def finish(self) -> None:
        self.core.post(e.LeaveTouched())
