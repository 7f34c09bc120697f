"""Lines that fit the paper: wrapping, labels, amounts at the right edge.

A character takes one column when it is ASCII and two otherwise, as in the printer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from drivers.api import Align, Text

# Signs that may not begin a line (GB/T 15834): they pull the character before along.
NEVER_FIRST = frozenset("，。、；：？！）》〉」』】〕”’…％,.;:?!)%")
PIECE = re.compile(r"[!-~]+| +|[^ -~]")
LABEL_GAP = 2


def columns_of(text: str) -> int:
    return sum(1 if character.isascii() else 2 for character in text)


def tidy(text: str) -> str:
    """The text with every run of white space, line breaks included, as one blank."""
    return " ".join(text.split())


def wrap(text: str, columns: int) -> list[str]:
    """The text in lines of at most `columns`; words and numbers stay whole where they can.

    Nothing is dropped but blanks at the ends of lines. `columns` is at least 4.
    """
    lines: list[list[str]] = [[]]
    for piece in _pieces(tidy(text), columns):
        line = lines[-1]
        if columns_of("".join(line) + piece) <= columns:
            line.append(piece)
        elif piece in NEVER_FIRST and len(line) > 1 and columns_of(line[-1] + piece) <= columns:
            lines.append([line.pop(), piece])
        else:
            lines.append([piece])
    joined = ("".join(line).strip() for line in lines)
    return [line for line in joined if line] or [""]


def _pieces(text: str, columns: int) -> Iterator[str]:
    """Hanzi one by one; words whole, or in parts where a word is wider than the paper."""
    for piece in PIECE.findall(text):
        for start in range(0, len(piece), columns):
            yield piece[start : start + columns]


def paragraph(
    text: str,
    columns: int,
    *,
    align: Align = Align.LEFT,
    large: bool = False,
    bold: bool = False,
) -> list[Text]:
    """Wrapped lines; `large` is twice as high and wide, so half as many columns."""
    scale = 2 if large else 1
    return [Text(line, align, scale, bold) for line in wrap(text, columns // scale)]


def item(mark: str, text: str, columns: int) -> list[Text]:
    """A paragraph hanging from its mark."""
    indent = columns_of(mark)
    lines = wrap(text, columns - indent)
    return [
        Text((mark if number == 0 else " " * indent) + line) for number, line in enumerate(lines)
    ]


def field(label: str, value: str, columns: int, *, label_columns: int) -> list[Text]:
    """A label and its value, which hangs in its own column."""
    start = label_columns + LABEL_GAP
    return item(label + " " * (start - columns_of(label)), value, columns)


def pair(left: str, right: str, columns: int, *, bold: bool = False) -> list[Text]:
    """`left` wrapped, `right` at the right edge: of the same line where there is room."""
    lines = wrap(left, columns)
    free = columns - columns_of(lines[-1]) - columns_of(right)
    if free >= LABEL_GAP:
        lines[-1] += " " * free + right
        return [Text(line, bold=bold) for line in lines]
    rest = [Text(line, Align.RIGHT, bold=bold) for line in wrap(right, columns)]
    return [*(Text(line, bold=bold) for line in lines), *rest]


def amount_line(text: str, columns: int) -> Text:
    """An amount as large as it fits, at the right edge, never broken."""
    scale = 2 if columns_of(text) * 2 <= columns else 1
    if columns_of(text) > columns:
        raise ValueError(f"the amount {text} is wider than {columns} columns")
    return Text(text, Align.RIGHT, scale, bold=True)
