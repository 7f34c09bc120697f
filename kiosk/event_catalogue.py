"""What every event and error code means, in two languages, and what an operator does.

The one source is config/events.toml; the ids are `kiosk.event_ids.EventId`, written from it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any

from kiosk.event_ids import EventId
from kiosk.paths import config_directory

FILE_NAME = "events.toml"
FORMS = frozenset({"severity", "zh", "en", "do_zh", "do_en"})


class Severity(StrEnum):
    NOTE = "note"  # nothing is wrong
    WARNING = "warning"  # serves, but somebody should look
    STOP = "stop"  # does not serve, or money is in doubt


class CatalogueError(Exception):
    """config/events.toml is incomplete: a fault of the build, never of a site."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event: what it is, and the operator's steps, the same number in both languages."""

    id: EventId
    severity: Severity
    zh: str
    en: str
    do_zh: tuple[str, ...]
    do_en: tuple[str, ...]

    def words(self, language: str) -> str:
        """What it is; `language` is zh or en."""
        return self.zh if language == "zh" else self.en

    def steps(self, language: str) -> tuple[str, ...]:
        return self.do_zh if language == "zh" else self.do_en

    def advice(self, language: str) -> str:
        """The steps as one line."""
        if language == "zh":
            return "；".join(self.do_zh)
        return ". ".join(self.do_en) + "."


def entry(event: EventId) -> Entry:
    return _catalogue()[event]


def find(group: str, code: str) -> Entry | None:
    """The entry of group.code, else of the longest beginning of the code; None without any."""
    parts = code.split("_")
    for length in range(len(parts), 0, -1):
        name = f"{group}.{'_'.join(parts[:length])}"
        if name in _names():
            return _catalogue()[EventId(name)]
    return None


def describe(group: str, codes: str) -> tuple[Entry, ...]:
    """The entries of codes joined by commas, each once; codes without one are left out."""
    found = [find(group, code) for code in codes.split(",") if code]
    return tuple(dict.fromkeys(each for each in found if each is not None))


@cache
def _catalogue() -> Mapping[EventId, Entry]:
    return MappingProxyType({EventId(name): _entry(name, body) for name, body in read().items()})


@cache
def _names() -> frozenset[str]:
    return frozenset(EventId)


def read() -> Mapping[str, Mapping[str, Any]]:
    """group.code → its table in the data file, as it stands there. Raises OSError."""
    tables = tomllib.loads((config_directory() / FILE_NAME).read_text("utf-8"))
    return {
        f"{group}.{code}": body for group, codes in tables.items() for code, body in codes.items()
    }


def _entry(name: str, body: Mapping[str, Any]) -> Entry:
    if set(body) != FORMS or not all(body.values()) or len(body["do_zh"]) != len(body["do_en"]):
        raise CatalogueError(f"{name} needs {', '.join(sorted(FORMS))}, steps in equal number")
    return Entry(
        EventId(name),
        Severity(body["severity"]),
        body["zh"],
        body["en"],
        tuple(body["do_zh"]),
        tuple(body["do_en"]),
    )
