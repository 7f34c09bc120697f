"""JSON from somebody else, accepted only when it can mean one thing."""

from __future__ import annotations

import json
import re
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

MAX_BODY_BYTES = 1 << 20
MAX_DEPTH = 16

# An unclosed string is one token too, and nothing is tried twice: the scan stays linear.
_TOKENS = re.compile(rb'"(?:[^"\\]+|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)

M = TypeVar("M", bound=BaseModel)


class Malformed(Exception):
    """The body is not one well-formed answer; `reason` is a stable code without its content."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def parse(model: type[M], raw: bytes) -> M:
    """Read `raw` as `model`, strictly. Raises Malformed.

    Refused besides wrong types: more than 1 MiB, other encodings than UTF-8, a byte order
    mark, deep nesting, repeated keys (two readers may pick different ones), NaN, Infinity.
    """
    if len(raw) > MAX_BODY_BYTES:
        raise Malformed("too_large")
    _refuse_deep_nesting(raw)
    try:
        json.loads(raw.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except ValueError as trouble:  # UnicodeDecodeError and JSONDecodeError are ValueErrors.
        raise Malformed("not_json") from trouble
    try:
        return model.model_validate_json(raw, strict=True)
    except ValidationError as trouble:
        raise Malformed(f"not_{_snake(model.__name__)}") from trouble


def _refuse_deep_nesting(raw: bytes) -> None:
    depth = 0
    for token in _TOKENS.finditer(raw):
        mark = token[0]
        if mark in (b"{", b"["):
            depth += 1
            if depth > MAX_DEPTH:
                raise Malformed("too_deep")
        elif mark in (b"}", b"]"):
            depth -= 1


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("repeated_key")
    return found


def _refuse_constant(_: str) -> None:
    raise Malformed("not_a_number")


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()
