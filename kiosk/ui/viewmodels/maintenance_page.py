"""What every maintenance page is: a title, a field or a list, and what can be done.

Pages are plain values that pure functions derive; one QML page draws them all.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """What a colour means; `Theme.textOf` and `Theme.softOf` know them."""

    PLAIN = "plain"
    GOOD = "good"
    REMEMBER = "remember"
    STOP = "stop"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Row:
    """One card of a list; with `act` it has a button, whose accessible name is `act_name`."""

    key: str
    title: str
    detail: str = ""
    more: str = ""  # smaller, below
    chip: str = ""
    tone: str = Tone.PLAIN.value
    act: str = ""
    act_name: str = ""
    is_heading: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """A button below the page; texts are unique on a page."""

    key: str
    text: str
    picture: str = ""
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Page:
    title: str
    place: str = ""  # of a page whose title counts; elsewhere another title is another page
    subtitle: str = ""
    banner: str = ""
    banner_tone: str = Tone.INFO.value
    banner_picture: str = "info"
    message: str = ""  # the answer to the last act
    message_tone: str = Tone.INFO.value
    drawing: str = ""  # of PaperDrawing.qml
    field: str = ""  # what was typed
    field_label: str = ""
    keypad: str = ""  # "", "digits" or "letters"
    progress: int = -1  # percent; -1: none is shown
    is_busy: bool = False
    rows: tuple[Row, ...] = ()
    actions: tuple[Action, ...] = ()  # quiet ones
    primary: Action | None = None


def heading(key: str, text: str) -> Row:
    return Row(f"heading-{key}", text, is_heading=True)
