"""Money: integers of fen (分), nowhere a float."""

from __future__ import annotations

MAX_FEN = 10**13  # 千亿元: above it capital amounts have no standard form here

DIGITS = "零壹贰叁肆伍陆柒捌玖"
UNITS = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿")


def yuan(fen: int) -> str:
    """Fen as grouped yuan with two decimals: 120000 → "1,200.00"."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def capital(fen: int) -> str:
    """Fen as a capital amount (大写金额) without the 人民币 prefix.

    Rules of 《正确填写票据和结算凭证的基本规定》: 整 after 元 and 角, none after 分; inner
    zeros collapse to one 零; 角 zero with 分 wants 零. Raises ValueError outside 0 … MAX_FEN.
    """
    if not 0 <= fen < MAX_FEN:
        raise ValueError(f"{fen} fen has no capital form; expected 0 to {MAX_FEN - 1}")
    whole, jiao, cent = fen // 100, fen // 10 % 10, fen % 10
    words = _integer(whole) + "元" if whole else ""
    if jiao:
        words += DIGITS[jiao] + "角"
    elif cent and whole:
        words += "零"
    if cent:
        return words + DIGITS[cent] + "分"
    return (words or "零元") + "整"


def _integer(number: int) -> str:
    words = ""
    for group in reversed(range(len(GROUPS))):
        value = number // 10 ** (4 * group) % 10000
        if not value:
            continue
        if words and (value < 1000 or _skipped_group(number, group)):
            words += "零"
        words += _below_ten_thousand(value) + GROUPS[group]
    return words


def _skipped_group(number: int, group: int) -> bool:
    """The next higher group of four digits is all zeros: 壹亿零壹仟, not 壹亿壹仟."""
    higher: int = number // 10 ** (4 * (group + 1)) % 10000
    return higher == 0


def _below_ten_thousand(value: int) -> str:
    words, zero_pending = "", False
    for place in reversed(range(4)):
        digit = value // 10**place % 10
        if digit:
            words += ("零" if zero_pending else "") + DIGITS[digit] + UNITS[place]
            zero_pending = False
        else:
            zero_pending = bool(words)
    return words
