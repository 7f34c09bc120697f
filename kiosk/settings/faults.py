"""Faults of a settings file, told so that a technician can mend them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

SECRET_WORDS = ("password", "secret", "token", "credential", "api_key", "private_key")


class FaultKind(StrEnum):
    """What is wrong; config/events.toml has the words for each, in the group "settings"."""

    UNREADABLE = "unreadable"
    TOO_LONG = "too_long"
    NOT_UTF8 = "not_utf8"
    NOT_TOML = "not_toml"
    SCHEMA = "schema"
    UNKNOWN_KEY = "unknown_key"
    MISSING = "missing"
    WRONG_VALUE = "wrong_value"
    WRONG_DEVICE = "wrong_device"
    NOT_FOR_SERVICE = "not_for_service"


KINDS = {"extra_forbidden": FaultKind.UNKNOWN_KEY, "missing": FaultKind.MISSING}
"""Of pydantic's error types; every other is a wrong value."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`key` is dotted and may be empty (the whole file); `line` is 0 where none applies."""

    key: str
    line: int
    message: str
    kind: FaultKind = FaultKind.WRONG_VALUE

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line else ""
        key = f"{self.key}: " if self.key else ""
        return f"{place}{key}{self.message}"


class BadSettings(Exception):
    """Everything that is wrong with one settings file, in the order of its lines."""

    def __init__(self, file: str, faults: Sequence[Fault]) -> None:
        assert faults, "settings are bad only for a reason"
        self.file = file
        self.faults = tuple(sorted(faults, key=lambda fault: (fault.line, fault.key)))
        count = f"{len(faults)} faults" if len(faults) > 1 else "1 fault"
        lines = "\n".join(f"  {fault}" for fault in self.faults)
        super().__init__(f"{file}: {count}\n{lines}")


def message_of(error: Any, known: Sequence[str]) -> str:
    """One of pydantic's error details in plain words; `known` are the keys beside it."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return unknown_key(str(error["loc"][-1]), known)
    if kind == "missing":
        return "is missing"
    if kind in {"literal_error", "enum"}:
        return f"expected {context['expected']}"
    if kind in {"model_type", "dict_type"}:
        return "expected a table"
    if kind == "value_error":
        return str(context["error"])
    text = str(error["msg"])
    return text.replace("Input should be", "expected").replace("should have", "must have")


def unknown_key(name: str, known: Sequence[str]) -> str:
    """What to say of a key that nobody reads; `known` are the keys that are read there."""
    if any(word in name.lower() for word in SECRET_WORDS):
        return "is not known here; credentials never stand in this file, only in files it names"
    if close := get_close_matches(name, known, n=1):
        return f"is not known here; did you mean {close[0]}?"
    return f"is not known here; known: {', '.join(sorted(known))}"
