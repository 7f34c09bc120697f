"""Where the keys of a TOML text stand; `tomllib` reads values but forgets the lines.

The text must have been read by `tomllib` before: this scanner follows TOML 1.0 and does
not judge it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

Path = tuple[str | int, ...]
"""Keys and array indexes from the root: ("devices", "scanner", "port")."""

MAX_KEY_PARTS = 16  # of one dotted key; deeper ones share the line of the sixteenth

BARE = re.compile(r"[A-Za-z0-9_-]+")
BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
SPACE = re.compile(r"[ \t]*")
SCALAR = re.compile(r"[^,\]}\n#]*")
STRINGS = (
    re.compile(r'"""(?:[^"\\]|\\[\s\S]|"(?!""))*"{3,5}'),
    re.compile(r"'''(?:[^']|'(?!''))*'{3,5}"),
    re.compile(r'"(?:[^"\\\n]|\\.)*"'),
    re.compile(r"'[^'\n]*'"),
)
ESCAPES = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))")
SHORT_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r"}


def positions(text: str) -> Mapping[Path, int]:
    """Line (from 1) of every table, key and array element of a valid TOML text."""
    scanner = _Scanner(text)
    scanner.scan()
    return scanner.lines


def line_of(lines: Mapping[Path, int], path: Path) -> int:
    """The line of `path`, or of the nearest table around it; 1 when none stands there."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return 1


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line = 1
        self._line_at = 0  # the offset up to which lines were counted
        self._table_counts: dict[Path, int] = {}
        self.lines: dict[Path, int] = {}

    def scan(self) -> None:
        table: Path = ()
        self._skip(BLANK)
        while self._at < len(self._text):
            if self._text.startswith("[[", self._at):
                table = self._header(2)
            elif self._text[self._at] == "[":
                table = self._header(1)
            else:
                self._pair(table)
            self._skip(BLANK)

    def _header(self, brackets: int) -> Path:
        self._at += brackets
        keys = self._keys()
        self._at += brackets
        table: Path = ()
        for key in keys[:-1]:
            table = self._last_element((*table, key))
        table = (*table, keys[-1])
        if brackets == 2:
            count = self._table_counts.get(table, 0)
            self._table_counts[table] = count + 1
            self._note(table)
            table = (*table, count)
        self._note(table)
        return table

    def _last_element(self, table: Path) -> Path:
        """`[a.b]` below `[[a]]` belongs to the newest element of a."""
        count = self._table_counts.get(table, 0)
        return (*table, count - 1) if count else table

    def _pair(self, table: Path) -> None:
        start = self._line_here()
        path = (*table, *self._keys())
        for length in range(len(table) + 1, len(path) + 1):
            self.lines.setdefault(path[:length], start)
        self._at += 1  # =
        self._skip(SPACE)
        self._value(path)

    def _keys(self) -> list[str]:
        keys = []
        while True:
            self._skip(SPACE)
            if self._text[self._at] in "\"'":
                keys.append(_unquoted(self._string()))
            else:
                keys.append(self._take(BARE))
            self._skip(SPACE)
            if self._text[self._at] != ".":
                return keys[:MAX_KEY_PARTS]
            self._at += 1

    def _value(self, path: Path) -> None:
        first = self._text[self._at]
        if first in "\"'":
            self._string()
        elif first == "[":
            self._array(path)
        elif first == "{":
            self._inline_table(path)
        else:
            self._take(SCALAR)

    def _array(self, path: Path) -> None:
        self._at += 1
        for index in range(len(self._text)):
            self._skip(BLANK)
            if self._text[self._at] == "]":
                break
            self._note((*path, index))
            self._value((*path, index))
            self._comma()
        self._at += 1

    def _inline_table(self, path: Path) -> None:
        self._at += 1
        self._skip(BLANK)
        while self._text[self._at] != "}":
            self._pair(path)
            self._comma()
        self._at += 1

    def _comma(self) -> None:
        self._skip(BLANK)
        if self._text[self._at] == ",":
            self._at += 1
            self._skip(BLANK)

    def _string(self) -> str:
        for pattern in STRINGS:
            if found := pattern.match(self._text, self._at):
                self._at = found.end()
                return found[0]
        raise AssertionError("not a TOML string")

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        assert found is not None, "not TOML"
        self._at = found.end()
        return found[0]

    def _skip(self, pattern: re.Pattern[str]) -> None:
        self._take(pattern)

    def _note(self, path: Path) -> None:
        self.lines.setdefault(path, self._line_here())

    def _line_here(self) -> int:
        self._line += self._text.count("\n", self._line_at, self._at)
        self._line_at = self._at
        return self._line


def _unquoted(token: str) -> str:
    if token.startswith("'"):
        return token[1:-1]

    def plain(found: re.Match[str]) -> str:
        code = found[1] or found[2]
        return chr(int(code, 16)) if code else SHORT_ESCAPES.get(found[3], found[3])

    return ESCAPES.sub(plain, token[1:-1])
