"""One receipt on its way to paper, on the printing page and on the last page."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.domain.visit import ItemState, PrintItem
from kiosk.ui.translations import Texts
from kiosk.ui.viewmodels import wording

TONES = {
    ItemState.PRINTED: "good",
    ItemState.DOUBT: "remember",
    ItemState.LATER: "remember",
    ItemState.PRINTING: "busy",
    ItemState.CLAIMING: "busy",
}


@dataclass(frozen=True, slots=True)
class ItemRow:
    key: str
    receipt_no: str
    title: str
    amount: str
    state: str  # in words
    tone: str  # good, remember, busy, plain
    can_reprint: bool
    reprint_name: str


def item_row(
    item: PrintItem, texts: Texts, *, can_reprint: bool = False, retracted: bool = False
) -> ItemRow:
    title = texts.of("item.copy", title=item.title) if item.reprint else item.title
    return ItemRow(
        key=f"{item.receipt_no}{'+' if item.reprint else ''}",
        receipt_no=item.receipt_no,
        title=title,
        amount=wording.amount(texts, item.amount_fen),
        state=texts.of("item.retracted" if retracted else f"item.{item.state.value}"),
        tone="remember" if retracted else TONES.get(item.state, "plain"),
        can_reprint=can_reprint,
        reprint_name=texts.of("done.reprint_of", title=item.title),
    )
