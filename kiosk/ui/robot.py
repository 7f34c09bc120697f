"""A finger and an eye for the kiosk's window: everything by accessible name.

Items are found in the accessibility tree, as a screen reader finds them, so a control
without a name or hidden behind a sheet cannot be tapped.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface, QGuiApplication
from PySide6.QtQuick import QQuickItem, QQuickWindow
from PySide6.QtTest import QTest

CONTROLS = frozenset(
    {QAccessible.Role.Button, QAccessible.Role.CheckBox, QAccessible.Role.RadioButton}
)
MAX_DEPTH = 60


class NotOnScreen(LookupError):
    """No visible control of this name; the message lists the names there are."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One item as a screen reader meets it; `rect` is in px of the window."""

    name: str
    role: QAccessible.Role
    rect: QRect
    enabled: bool
    checked: bool
    item: QQuickItem

    @property
    def is_control(self) -> bool:
        return self.role in CONTROLS


class Robot:
    """Taps and reads one window; use it on the main thread."""

    def __init__(self, window: QQuickWindow) -> None:
        QAccessible.setActive(True)
        self._window = window

    def everything(self) -> list[Seen]:
        """Every visible item with a name, in reading order."""
        root = QAccessible.queryAccessibleInterface(self._window)
        return list(self._walk(root, 0))

    def visible_names(self) -> list[str]:
        return [seen.name for seen in self.everything()]

    def find(self, name: str) -> Seen:
        """The visible item of this name, a control before a mere text."""
        found = [seen for seen in self.everything() if seen.name == name]
        if not found:
            raise NotOnScreen(f"{name!r} is not on the screen: {self.visible_names()}")
        return next((seen for seen in found if seen.is_control), found[0])

    def tap(self, name: str) -> None:
        """Press and release with a finger's mouse event at the control's centre."""
        seen = self.find(name)
        if not seen.enabled:
            raise NotOnScreen(f"{name!r} is on the screen but cannot be tapped now")
        if not _is_in_sight(seen):
            raise NotOnScreen(f"{name!r} is scrolled out of sight; scroll to it, or press it")
        self.tap_at(seen.rect.center())

    def press(self, name: str) -> None:
        """Press the control as a screen reader does, wherever it is scrolled to."""
        seen = self.find(name)
        actions = QAccessible.queryAccessibleInterface(seen.item).actionInterface()
        actions.doAction("Press")
        QGuiApplication.processEvents()

    def tap_at(self, point: QPoint) -> None:
        QTest.mouseClick(
            self._window, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, point
        )
        QGuiApplication.processEvents()

    def _walk(self, node: QAccessibleInterface, depth: int) -> Iterator[Seen]:
        assert depth < MAX_DEPTH, "the accessibility tree is deeper than any page"
        item = node.object()
        if isinstance(item, QQuickItem):
            if not item.isVisible():
                return
            if seen := self._seen(node, item):
                yield seen
        for number in range(node.childCount()):
            yield from self._walk(node.child(number), depth + 1)

    def _seen(self, node: QAccessibleInterface, item: QQuickItem) -> Seen | None:
        name = node.text(QAccessible.Text.Name).replace("\N{NO-BREAK SPACE}", " ")
        if not name or item.width() <= 0 or item.height() <= 0:
            return None
        corner = item.mapToScene(item.boundingRect().topLeft()).toPoint()
        opposite = item.mapToScene(item.boundingRect().bottomRight()).toPoint()
        state = node.state()
        return Seen(
            name=name,
            role=node.role(),
            rect=QRect(corner, opposite),
            enabled=item.isEnabled(),
            checked=bool(state.checked),
            item=item,
        )


def _is_in_sight(seen: Seen) -> bool:
    """Whether the control's centre is inside everything that clips it."""
    centre = seen.rect.center().toPointF()
    parent = _parent(seen.item)
    while parent is not None:
        if parent.clip() and not parent.contains(parent.mapFromScene(centre)):
            return False
        parent = _parent(parent)
    return True


def _parent(item: QQuickItem) -> QQuickItem | None:
    return cast("QQuickItem | None", item.parentItem())  # the stubs forget the root
