"""The ledger as records: what a new volume of the journal begins with.

Each part of the ledger is written as plain JSON, in its order, and built again by the types
of its fields; so what is carried is the ledger itself and not a choice of its records.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import StrEnum
from functools import cache
from itertools import islice
from types import MappingProxyType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from kiosk.domain.record_rows import BadRecord
from kiosk.domain.records import Carried

ENTRIES_PER_ROW = 8  # with 50 bills each they stay far below the longest row
SIMPLE = frozenset({str, int, bool})

Build = Callable[[Any], Any]


def plain(value: Any) -> Any:
    """JSON-ready and in order: a mapping becomes a list of pairs."""
    if value is None or type(value) in SIMPLE:
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return {name: plain(getattr(value, name)) for name in _names(type(value))}
    if isinstance(value, Mapping):
        return [[plain(key), plain(entry)] for key, entry in value.items()]
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    return value.value if isinstance(value, StrEnum) else value


def pieces(ledger: Any) -> Iterator[Carried]:
    """Everything of `ledger` that differs from a new one, as records."""
    yield from _pieces(ledger, type(ledger)(), "")


def with_piece(ledger: Any, record: Carried) -> Any:
    """The ledger with one more piece; a piece that is there already changes nothing.

    Raises BadRecord for a piece that is none of this version's.
    """
    try:
        return _with(ledger, record.part.split("."), record.value)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadRecord(f"cannot read what was carried as {record.part}: {error}") from error


def _pieces(whole: Any, empty: Any, prefix: str) -> Iterator[Carried]:
    for each in fields(whole):
        value, new, part = getattr(whole, each.name), getattr(empty, each.name), prefix + each.name
        if value == new:
            continue
        if isinstance(value, Mapping):
            entries = iter(value.items())
            while chunk := tuple(islice(entries, ENTRIES_PER_ROW)):
                yield Carried(part, plain(chunk))
        elif is_dataclass(value) and is_dataclass(new):
            yield from _pieces(value, new, f"{part}.")
        else:
            yield Carried(part, plain(value))


def _with(whole: Any, path: list[str], value: Any) -> Any:
    name, *rest = path
    cls: type = type(whole)
    hint, known = _hints(cls)[name], getattr(whole, name)
    if rest:
        return replace(whole, **{name: _with(known, rest, value)})
    built = _builder(hint)(value)
    if isinstance(known, Mapping):
        built = MappingProxyType({**known, **built})
    return replace(whole, **{name: built})


@cache
def _hints(cls: type) -> dict[str, Any]:
    return get_type_hints(cls)


@cache
def _names(cls: Any) -> tuple[str, ...]:
    return tuple(each.name for each in fields(cls))


@cache
def _builder(hint: Any) -> Build:
    """What makes a value of this type out of a plain one; a start makes thousands."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _union_builder(arguments)
    if origin is tuple:
        return _tuple_builder(arguments)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        key, entry = (_builder(each) for each in arguments)
        return lambda value: MappingProxyType({key(k): entry(v) for k, v in value})
    if isinstance(hint, type) and is_dataclass(hint):
        return _dataclass_builder(hint)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint
    return _as_it_is


def _union_builder(kinds: tuple[Any, ...]) -> Build:
    classes = [each for each in kinds if isinstance(each, type) and is_dataclass(each)]
    if not classes:
        return _as_it_is
    build = _builder(classes[0])
    return lambda value: build(value) if isinstance(value, dict) else value


def _tuple_builder(kinds: tuple[Any, ...]) -> Build:
    if kinds[1:] == (Ellipsis,):
        build = _builder(kinds[0])
        return lambda value: tuple(build(each) for each in value)
    parts = [_builder(each) for each in kinds]
    return lambda value: tuple(build(each) for build, each in zip(parts, value, strict=True))


def _dataclass_builder(cls: type) -> Build:
    parts = {name: _builder(hint) for name, hint in _hints(cls).items()}
    return lambda value: cls(**{name: parts[name](each) for name, each in value.items()})


def _as_it_is(value: Any) -> Any:
    return value
