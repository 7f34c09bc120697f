"""Names, numbers and dates as they stand on cards: accepted whole, or not at all."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from stdnum.iso7064 import mod_11_2

GB_11643 = re.compile(r"[0-9]{17}[0-9X]")
PADDING = " \u3000\0\ufeff"
# Unassigned characters (Cn) are not refused: names use hanzi younger than this Python.
NEVER_IN_NAMES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


class BadCardText(ValueError):
    """A card does not say who somebody is; the message names the field, never its text."""


def name_of(text: str) -> str:
    """The name without its padding. Raises BadCardText."""
    name = text.strip(PADDING)
    if not name:
        raise BadCardText("the name is empty")
    if any(unicodedata.category(character) in NEVER_IN_NAMES for character in name):
        raise BadCardText("the name has characters that no name has")
    return name


def number_of(text: str) -> str:
    """A citizen or permit number of GB 11643 with its right check character.

    Raises BadCardText.
    """
    number = text.strip(PADDING).upper()
    if not GB_11643.fullmatch(number):
        raise BadCardText("the number is not 18 characters of GB 11643")
    if mod_11_2.calc_check_digit(number[:17]) != number[17]:
        raise BadCardText("the number's check character is wrong")
    return number


def date_of(text: str) -> date | None:
    """YYYYMMDD, or None where the field is empty. Raises BadCardText."""
    digits = text.strip(PADDING)
    if not digits:
        return None
    if not re.fullmatch(r"[0-9]{8}", digits):
        raise BadCardText("a date is not eight digits")
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise BadCardText("a date is not in the calendar") from None
