"""The ledger as records: what a new volume of the journal begins with.

Each part of the ledger is written as plain JSON, in its order, and built again by the types
of its fields; so what is carried is the ledger itself and not a choice of its records.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import StrEnum
from functools import cache
from itertools import islice
from types import MappingProxyType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from kiosk.domain.records import BadRecord, Carried

ENTRIES_PER_ROW = 8  # with 50 bills each they stay far below the longest row


def plain(value: Any) -> Any:
    """JSON-ready and in order: a mapping becomes a list of pairs."""
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
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
    built = _built(hint, value)
    if isinstance(known, Mapping):
        built = MappingProxyType({**known, **built})
    return replace(whole, **{name: built})


@cache
def _hints(cls: type) -> dict[str, Any]:
    return get_type_hints(cls)


def _built(hint: Any, value: Any) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        kinds = [each for each in arguments if isinstance(each, type) and is_dataclass(each)]
        return _built(kinds[0], value) if kinds and isinstance(value, dict) else value
    if origin is tuple:
        if arguments[-1] is Ellipsis:
            return tuple(_built(arguments[0], each) for each in value)
        return tuple(_built(each, part) for each, part in zip(arguments, value, strict=True))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        key, entry = arguments
        return MappingProxyType({_built(key, k): _built(entry, v) for k, v in value})
    if isinstance(hint, type) and is_dataclass(hint):
        hints = _hints(hint)
        return hint(**{name: _built(hints[name], each) for name, each in value.items()})
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint(value)
    return value
