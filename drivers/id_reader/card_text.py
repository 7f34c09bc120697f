"""The 256-byte text block of an identity card (GA 450 and its successors).

UTF-16LE in fixed fields padded with spaces. The unit at 248 tells the layout: space for a
resident, J for Hong Kong, Macao and Taiwan, I for the foreigners' card of 2017, Y for that
of 2023. Address, sex, birth and nationality are not taken: paying a bill needs none.
"""

from __future__ import annotations

import re

from drivers.api import CardKind, IdCard
from drivers.card_fields import PADDING, BadCardText, date_of, name_of, number_of

TEXT_SIZE = 256
KIND_AT = 248
KINDS = {
    " ": CardKind.RESIDENT,
    "\0": CardKind.RESIDENT,
    "J": CardKind.HK_MACAO_TAIWAN,
    "I": CardKind.FOREIGN_2017,
    "Y": CardKind.FOREIGN_2023,
}
LETTERS = {kind: letter for letter, kind in KINDS.items() if letter != "\0"}

# (offset, size) in bytes
NAME, NUMBER = (0, 30), (122, 36)
VALID_FROM, VALID_UNTIL = (188, 16), (204, 16)
ENGLISH_2017, NUMBER_2017, CHINESE_2017 = (0, 120), (122, 30), (158, 30)
ENGLISH_2023, ENGLISH_2023_REST = (52, 70), (220, 22)

LONG_TERM = "长期"
NUMBER_OF_2017 = re.compile(r"[A-Z]{3}[0-9]{12}")


def parse(block: bytes) -> IdCard:
    """Raises BadCardText where kind, name, number or validity cannot be relied on."""
    if len(block) != TEXT_SIZE:
        raise BadCardText(f"a text block has {TEXT_SIZE} bytes, not {len(block)}")
    kind = KINDS.get(_field(block, (KIND_AT, 2), strip=""))
    if kind is None:
        raise BadCardText("the kind of card is unknown")
    valid_until = _field(block, VALID_UNTIL)
    return IdCard(
        kind=kind,
        name=_name(block, kind),
        number=_number(block, kind),
        valid_from=date_of(_field(block, VALID_FROM)),
        valid_until=None if valid_until == LONG_TERM else date_of(valid_until),
        long_term=valid_until == LONG_TERM,
    )


def compose(card: IdCard) -> bytes:
    """The block a card would hold, for emulators. Raises ValueError where it does not fit."""
    block = bytearray("".ljust(TEXT_SIZE // 2).encode("utf-16-le"))
    if card.kind not in LETTERS:
        raise ValueError(f"a {card.kind} card is read by another reader")
    if card.kind is CardKind.FOREIGN_2017:
        _put(block, CHINESE_2017 if not card.name.isascii() else ENGLISH_2017, card.name)
        _put(block, NUMBER_2017, card.number)
    else:
        _put(block, NAME, card.name)
        _put(block, NUMBER, card.number)
    if card.valid_from:
        _put(block, VALID_FROM, f"{card.valid_from:%Y%m%d}")
    if card.valid_until or card.long_term:
        _put(block, VALID_UNTIL, f"{card.valid_until:%Y%m%d}" if card.valid_until else LONG_TERM)
    _put(block, (KIND_AT, 2), LETTERS[card.kind])
    return bytes(block)


def _put(block: bytearray, place: tuple[int, int], text: str) -> None:
    offset, size = place
    data = text.encode("utf-16-le", "surrogatepass")
    if len(data) > size:
        raise ValueError(f"{len(data)} bytes do not fit into the {size} of the field at {offset}")
    block[offset : offset + len(data)] = data


def _field(block: bytes, place: tuple[int, int], *, strip: str = PADDING) -> str:
    offset, size = place
    try:
        return block[offset : offset + size].decode("utf-16-le").strip(strip)
    except UnicodeDecodeError:
        # The cause is left out: it would carry the card's text into a traceback.
        raise BadCardText(f"the field at {offset} is not UTF-16") from None


def _name(block: bytes, kind: CardKind) -> str:
    match kind:
        case CardKind.FOREIGN_2017:
            return name_of(_field(block, CHINESE_2017) or _field(block, ENGLISH_2017))
        case CardKind.FOREIGN_2023:
            # One name in two fields: the first is full when the second is used.
            english = _field(block, ENGLISH_2023, strip="") + _field(block, ENGLISH_2023_REST)
            return name_of(_field(block, NAME) or english)
        case _:
            return name_of(_field(block, NAME))


def _number(block: bytes, kind: CardKind) -> str:
    if kind is not CardKind.FOREIGN_2017:
        return number_of(_field(block, NUMBER))
    number = _field(block, NUMBER_2017).upper()
    if not NUMBER_OF_2017.fullmatch(number):
        raise BadCardText("the number is not three letters and twelve digits")
    return number
