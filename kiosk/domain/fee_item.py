"""The fee catalogue (收费项目): data, never code."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FeeCategory(StrEnum):
    ADMINISTRATIVE = "administrative"  # 行政事业性收费
    STATE_ASSET = "state_asset"  # 国有资产(资源)有偿使用收入
    FINE = "fine"  # 罚没收入
    OTHER = "other"  # 其他非税收入


@dataclass(frozen=True, slots=True)
class FeeItem:
    """One row of `config/fee_items.toml`."""

    code: str
    name_zh: str
    name_en: str
    category: FeeCategory
    agency_zh: str  # who collects it, as an example for guides
    unit: str
    enterprise: bool  # may a 单位 owe it
    has_late_fee: bool
    icon: str  # name of the picture in assets/icons
