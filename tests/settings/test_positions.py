"""The line of every key of a TOML text, whatever way it is written."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.settings.positions import line_of, positions

TEXT = '''\
# a comment = 1
schema = 1

[kiosk]   # [not.a.table]
id = "a # b"  # = c
"quoted key" = 1
'single' . name = 2
note = """
[kiosk.fake]
id = 3"""
raw = \'\'\'
still "raw" \'\'
\'\'\'
list = [
  1, # one
  { x = 1, y = [2,
     3] },
]

[devices.scanner]
driver = "none"
platform.base_url = { a.b = 1 }

[[row]]
a = 1
[row.below]
b = 2
[[row]]
a = 3
[row.below]
b = 4
escaped."\\u0041\\t\\"" = 1979-05-27 07:32:00
'''

EXPECTED = {
    ("schema",): 2,
    ("kiosk",): 4,
    ("kiosk", "id"): 5,
    ("kiosk", "quoted key"): 6,
    ("kiosk", "single"): 7,
    ("kiosk", "single", "name"): 7,
    ("kiosk", "note"): 8,
    ("kiosk", "raw"): 11,
    ("kiosk", "list"): 14,
    ("kiosk", "list", 0): 15,
    ("kiosk", "list", 1): 16,
    ("kiosk", "list", 1, "x"): 16,
    ("kiosk", "list", 1, "y"): 16,
    ("kiosk", "list", 1, "y", 0): 16,
    ("kiosk", "list", 1, "y", 1): 17,
    ("devices", "scanner"): 20,
    ("devices", "scanner", "driver"): 21,
    ("devices", "scanner", "platform"): 22,
    ("devices", "scanner", "platform", "base_url"): 22,
    ("devices", "scanner", "platform", "base_url", "a"): 22,
    ("devices", "scanner", "platform", "base_url", "a", "b"): 22,
    ("row",): 24,
    ("row", 0): 24,
    ("row", 0, "a"): 25,
    ("row", 0, "below"): 26,
    ("row", 0, "below", "b"): 27,
    ("row", 1): 28,
    ("row", 1, "a"): 29,
    ("row", 1, "below"): 30,
    ("row", 1, "below", "b"): 31,
    ("row", 1, "below", "escaped"): 32,
    ("row", 1, "below", "escaped", 'A\t"'): 32,
}


def test_every_way_of_writing_a_key_is_placed():
    assert dict(positions(TEXT)) == EXPECTED


def test_a_key_that_stands_nowhere_takes_the_line_of_its_table():
    lines = positions(TEXT)
    assert line_of(lines, ("devices", "scanner", "port")) == 20
    assert line_of(lines, ("platform", "base_url")) == 1


KEYS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=6)
VALUES = st.recursive(
    st.sampled_from(["1", "-0x1F".replace("-", ""), "1.5", "true", "'a#b'", '"]"', '"""\n]x"""']),
    lambda inner: st.lists(inner, max_size=3).map(lambda items: "[\n" + ",\n".join(items) + "\n]"),
    max_leaves=5,
)


def quoted(key: str) -> str:
    return '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'


def value_at(values: object, path: tuple[str | int, ...]) -> object:
    for key in path:
        values = values[key]  # type: ignore[index]
    return values


@given(st.dictionaries(KEYS, st.dictionaries(KEYS, VALUES, max_size=4), max_size=4))
def test_every_key_of_a_generated_file_is_found_on_the_line_that_writes_it(tables):
    lines, expected = [], {}
    for name, pairs in tables.items():
        lines.append(f"[{quoted(name)}]")
        expected[(name,)] = sum(line.count("\n") + 1 for line in lines)
        for key, value in pairs.items():
            before = sum(line.count("\n") + 1 for line in lines)
            lines.append(f"{quoted(key)} = {value}")
            expected[name, key] = before + 1
    text = "\n".join(lines) + "\n"
    values = tomllib.loads(text)
    found = positions(text)
    assert {path: line for path, line in found.items() if len(path) <= 2} == expected
    for path in found:
        value_at(values, path)


@pytest.mark.parametrize("parts", [10, 30000])
def test_a_key_of_very_many_parts_takes_no_time(parts):
    found = positions(".".join(["a"] * parts) + " = 1")
    assert len(found) <= 16
