"""No network: which fee, and how much of it, to take an open code for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement

from kiosk.domain import events as e
from kiosk.domain.fee_item import FeeItem
from kiosk.domain.kiosk import Kiosk
from kiosk.domain.open_codes import Offer, offers
from kiosk.domain.visit import ChoosingFee
from kiosk.ui.core_bridge import CoreBridge
from kiosk.ui.translations import Language, Texts
from kiosk.ui.viewmodels import wording
from kiosk.ui.viewmodels.follower import Follower
from kiosk.ui.viewmodels.look import LookViewModel
from kiosk.ui.viewmodels.rows import Rows

QML_IMPORT_NAME = "Kiosk.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1

UNKNOWN_ITEM_ICON = "coins"
NO_BREAK = "\u00a0"
Catalogue = Mapping[str, FeeItem]


@dataclass(frozen=True, slots=True)
class FeeRow:
    item_code: str
    title: str
    amounts: str
    picture: str


@dataclass(frozen=True, slots=True)
class AmountRow:
    amount_fen: int
    amount: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class FeePage:
    title: str = ""
    subtitle: str = ""
    notice: str = ""
    drill: str = ""
    has_fee: bool = False
    agency: str = ""
    total: str = ""
    can_take: bool = False
    fees: tuple[FeeRow, ...] = ()
    amounts: tuple[AmountRow, ...] = ()


def fee_page(kiosk: Kiosk, texts: Texts, catalogue: Catalogue) -> FeePage:
    page = kiosk.visit.page if kiosk.visit else None
    if not isinstance(page, ChoosingFee):
        return FeePage()
    drill = texts.of("open_code.drill") if kiosk.rules.open_codes.drill else ""
    on_offer = offers(kiosk)
    chosen = next((each for each in on_offer if each.item_code == page.item_code), None)
    if chosen is None:
        return FeePage(
            title=texts.of("fee.title"),
            subtitle=texts.of("fee.subtitle"),
            notice=wording.notice(texts, page.notice),
            drill=drill,
            fees=tuple(_fee_row(each, texts, catalogue) for each in on_offer),
        )
    name = item_name(texts, catalogue, chosen.item_code, chosen.item_name)
    several = len(chosen.amounts_fen) > 1
    return FeePage(
        title=name,
        subtitle=texts.of("fee.choose_amount" if several else "fee.check_amount"),
        notice=wording.notice(texts, page.notice),
        drill=drill,
        has_fee=True,
        agency=chosen.agency_name,
        total=wording.amount(texts, page.amount_fen) if page.amount_fen else "—",
        can_take=bool(page.amount_fen),
        amounts=tuple(
            AmountRow(fen, wording.amount(texts, fen), fen == page.amount_fen)
            for fen in chosen.amounts_fen
        ),
    )


def item_name(texts: Texts, catalogue: Catalogue, item_code: str, official: str) -> str:
    """The official name, with the English one beside it for readers of English."""
    known = catalogue.get(item_code)
    official = official or (known.name_zh if known else item_code)
    english = known.name_en if known and texts.language is Language.EN else ""
    return wording.both_names(official, english)


def _fee_row(offer: Offer, texts: Texts, catalogue: Catalogue) -> FeeRow:
    known = catalogue.get(offer.item_code)
    amounts = [wording.amount(texts, fen).replace(" ", NO_BREAK) for fen in offer.amounts_fen]
    return FeeRow(
        offer.item_code,
        item_name(texts, catalogue, offer.item_code, offer.item_name),
        texts.of("fee.between").join(amounts),
        known.icon if known else UNKNOWN_ITEM_ICON,
    )


@QmlElement
class FeeViewModel(Follower):
    changed = Signal()

    def __init__(
        self, core: CoreBridge, look: LookViewModel, fee_items: Sequence[FeeItem] = ()
    ) -> None:
        super().__init__(core, look)
        self._catalogue = {item.code: item for item in fee_items}
        self._page = FeePage()
        self._fees, self._amounts = Rows(FeeRow), Rows(AmountRow)
        self.refresh()

    def refresh(self) -> None:
        page = fee_page(self.kiosk, self.texts, self._catalogue)
        if page != self._page:
            self._page = page
            self._fees.show(page.fees)
            self._amounts.show(page.amounts)
            self.changed.emit()

    @Property(str, notify=changed)
    def title(self) -> str:
        return self._page.title

    @Property(str, notify=changed)
    def subtitle(self) -> str:
        return self._page.subtitle

    @Property(str, notify=changed)
    def notice(self) -> str:
        return self._page.notice

    @Property(str, notify=changed)
    def drill(self) -> str:
        return self._page.drill

    @Property(bool, notify=changed)
    def hasFee(self) -> bool:
        return self._page.has_fee

    @Property(str, notify=changed)
    def agency(self) -> str:
        return self._page.agency

    @Property(str, notify=changed)
    def total(self) -> str:
        return self._page.total

    @Property(bool, notify=changed)
    def canTake(self) -> bool:
        return self._page.can_take

    @Property(QObject, notify=changed)
    def fees(self) -> Rows:
        return self._fees

    @Property(QObject, notify=changed)
    def amounts(self) -> Rows:
        return self._amounts

    @Slot(str)
    def choose(self, item_code: str) -> None:
        self.core.post(e.FeeChosen(item_code))

    @Slot(int)
    def chooseAmount(self, amount_fen: int) -> None:
        self.core.post(e.FeeAmountChosen(amount_fen))

    @Slot()
    def take(self) -> None:
        self.core.post(e.HandOutTouched())

    @Slot()
    def back(self) -> None:
        self.core.post(e.BackTouched())
