"""How a record is kept as a row of the journal, and read back from one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from enum import StrEnum
from functools import cache
from typing import Any, get_args, get_type_hints

from kiosk.domain.platform import BillToPay
from kiosk.domain.records import PaymentIntended, Record

KINDS: Mapping[str, type[Any]] = {cls.__name__: cls for cls in get_args(Record)}
ENUM_FIELDS: Mapping[str, Mapping[str, type[StrEnum]]] = {
    kind: {
        name: hint
        for name, hint in get_type_hints(cls).items()  # slow: a start reads many rows
        if isinstance(hint, type) and issubclass(hint, StrEnum)
    }
    for kind, cls in KINDS.items()
}


class BadRecord(Exception):
    """A journal row that this version cannot read."""


def to_row(record: Record) -> tuple[str, dict[str, Any]]:
    """Kind and JSON-ready body of a record."""
    cls: Any = type(record)
    body = {name: getattr(record, name) for name in _names(cls)}
    if isinstance(record, PaymentIntended):
        body["bills"] = [[bill.bill_no, bill.version, bill.amount_fen] for bill in record.bills]
    for name, value in body.items():
        if not isinstance(value, str | int) and isinstance(value, Mapping):
            body[name] = dict(value)
    return cls.__name__, body


@cache
def _names(cls: Any) -> tuple[str, ...]:
    return tuple(each.name for each in fields(cls))


def from_row(kind: str, body: Mapping[str, Any]) -> Record:
    """The record of a journal row; raises BadRecord for unknown kinds or wrong bodies."""
    try:
        cls = KINDS[kind]
        values = dict(body)
        if cls is PaymentIntended:
            values["bills"] = tuple(BillToPay(*bill) for bill in values["bills"])
            values["parts"] = tuple(tuple(part) for part in values.get("parts", ()))
        for name, enum in ENUM_FIELDS[kind].items():
            if name in values:
                values[name] = enum(values[name])
        record: Record = cls(**values)
    except (KeyError, TypeError, ValueError) as error:
        raise BadRecord(f"cannot read a {kind} record: {error}") from error
    return record
