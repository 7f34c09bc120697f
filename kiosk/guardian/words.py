"""What the protective screen says, and the two facts it takes from the site file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

MAX_FILE_BYTES = 65536
MAX_PHONE_CHARS = 24


@dataclass(frozen=True, slots=True)
class Site:
    """`storage` is None where the file says nothing of it."""

    help_phone: str = ""
    storage: Path | None = None


class Situation(StrEnum):
    STARTING = "starting"  # the machine was switched on
    RETURNING = "returning"  # the kiosk ended and is started again
    OUT_OF_ORDER = "out_of_order"  # it does not start: somebody must come


@dataclass(frozen=True, slots=True)
class Words:
    title: str
    money: str
    paid: str
    todo: str
    phone: str = ""  # for both languages, with the Chinese; the number on a line of its own


def site_of(path: Path) -> Site:
    """Read without the settings' checks: the guardian stands also over a broken site file."""
    try:
        with path.open("rb") as file:
            values = tomllib.loads(file.read(MAX_FILE_BYTES).decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return Site()
    directory = _text(values, "storage", "directory")
    return Site(
        _text(values, "kiosk", "help_phone")[:MAX_PHONE_CHARS],
        path.parent / Path(directory) if directory else None,
    )


def _text(values: dict[str, Any], section: str, key: str) -> str:
    table = values.get(section)
    value = table.get(key) if isinstance(table, dict) else None
    return value if isinstance(value, str) else ""


TITLE = {
    Situation.STARTING: ("正在启动，请稍候", "Starting, please wait"),
    Situation.RETURNING: ("暂停服务", "Out of service"),
    Situation.OUT_OF_ORDER: ("暂停服务", "Out of service"),
}
SOON = (
    "机器正在自动恢复，一般不到一分钟。",
    "The kiosk is being restored. It usually takes under a minute.",
)
WHAT_TO_DO = {
    Situation.STARTING: ("一般不到一分钟。", "It usually takes under a minute."),
    Situation.RETURNING: SOON,
    Situation.OUT_OF_ORDER: (
        "请到人工窗口办理，或换一台自助机。",
        "Please go to a staffed counter, or use another kiosk.",
    ),
}


def words(situation: Situation, help_phone: str) -> tuple[Words, Words]:
    """Chinese and English."""
    chinese = Words(
        TITLE[situation][0],
        "您的缴费不受影响",
        "请取回您的证件。刚付过款的，请勿重复支付，保留手机上的付款记录；"
        "票据以后可以在任何一台自助机上领取。",
        WHAT_TO_DO[situation][0],
        f"咨询电话 Telephone\n{help_phone}" if help_phone else "",
    )
    english = Words(
        TITLE[situation][1],
        "Your payments are not affected",
        "Please take your card. If you have just paid, do not pay again; keep the record on your "
        "phone. "
        "The receipt can be collected later at any kiosk.",
        WHAT_TO_DO[situation][1],
    )
    return chinese, english
