"""The sentences of the screen, by key and language; all of them live in texts.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType

from kiosk.domain.fee_item import FeeItem

TEXTS_FILE = Path(__file__).with_name("texts.toml")


class Language(StrEnum):
    ZH = "zh"
    EN = "en"


class TextMissing(KeyError):
    """A key that is not in texts.toml: a bug, never shown to a resident."""


@dataclass(frozen=True, slots=True)
class Texts:
    """All sentences in one language; `ones` holds the forms for the number 1.

    `fee_items` translates item codes; bills name their items in Chinese anyway.
    """

    language: Language
    entries: Mapping[str, str]
    ones: Mapping[str, str]
    fee_items: Mapping[str, str] = field(default_factory=dict)

    def knowing(self, catalogue: Iterable[FeeItem]) -> Texts:
        """These sentences, and the names of these items if they are not in Chinese."""
        if self.language is Language.ZH:
            return self
        return replace(self, fee_items={item.code: item.name_en for item in catalogue})

    def of(self, key: str, **values: object) -> str:
        """The sentence of this key with its {braces} filled in."""
        try:
            return self.entries[key].format_map(values)
        except KeyError as error:
            raise TextMissing(f"{key}: {error}") from error

    def count(self, key: str, number: int, **values: object) -> str:
        """The sentence for this number of things; fills in {count}."""
        if number == 1 and key in self.ones:
            return self.ones[key].format_map(values)
        return self.of(key, count=number, **values)


@cache
def texts(language: Language) -> Texts:
    """The sentences in this language, read once."""
    entries: dict[str, str] = {}
    ones: dict[str, str] = {}
    for section, keys in _tables().items():
        for key, forms in keys.items():
            entries[f"{section}.{key}"] = forms[language]
            if f"{language}_one" in forms:
                ones[f"{section}.{key}"] = forms[f"{language}_one"]
    return Texts(language, MappingProxyType(entries), MappingProxyType(ones))


@cache
def _tables() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    return tomllib.loads(TEXTS_FILE.read_text("utf-8"))
