"""Reads the fee catalogue, `config/fee_items.toml`."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from kiosk.domain.fee_item import FeeCategory, FeeItem
from kiosk.paths import config_directory


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    code: Annotated[str, Field(pattern=r"^[0-9A-Za-z]{1,30}$")]
    name_zh: str
    name_en: str
    category: FeeCategory
    agency_zh: str
    unit: str
    enterprise: bool
    has_late_fee: bool
    icon: Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    format_version: Annotated[Literal[1], Field(alias="schema")]
    fee_item: Annotated[tuple[_Row, ...], Field(min_length=1, max_length=1000)]


def shipped_catalogue() -> tuple[FeeItem, ...]:
    """The list that comes with the program."""
    return load_catalogue(config_directory() / "fee_items.toml")


def load_catalogue(path: Path) -> tuple[FeeItem, ...]:
    """The fee items in the file's order. Raises OSError, tomllib.TOMLDecodeError, or
    pydantic.ValidationError, which lists every fault of the file."""
    rows = _File.model_validate(tomllib.loads(path.read_text("utf-8"))).fee_item
    return tuple(FeeItem(**row.model_dump()) for row in rows)
