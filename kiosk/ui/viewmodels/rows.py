"""Lists for QML: rows are frozen dataclasses, roles are their fields in camelCase."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from PySide6.QtCore import QAbstractListModel, QByteArray, QModelIndex, QPersistentModelIndex, Qt

FIRST_ROLE = Qt.ItemDataRole.UserRole + 1
Index = QModelIndex | QPersistentModelIndex
TOP = QModelIndex()


def camel_case(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(word.capitalize() for word in tail)


class Rows(QAbstractListModel):
    """Rows of one dataclass; a row that changed is redrawn alone, so focus and place stay."""

    def __init__(self, row_type: type[Any]) -> None:
        super().__init__()
        self._names = tuple(field.name for field in fields(row_type))
        self._rows: tuple[Any, ...] = ()

    def show(self, rows: tuple[Any, ...]) -> None:
        """Take these rows; the first field of a row is its key."""
        before = self._rows
        if self.keys_of(rows) != self.keys_of(before):
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()
            return
        self._rows = rows
        for number, (old, new) in enumerate(zip(before, rows, strict=True)):
            if old != new:
                place = self.index(number)
                self.dataChanged.emit(place, place)

    def keys_of(self, rows: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(getattr(row, self._names[0]) for row in rows)

    def rowCount(self, parent: Index = TOP) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        field = role - FIRST_ROLE
        if not index.isValid() or not 0 <= field < len(self._names):
            return None
        return getattr(self._rows[index.row()], self._names[field])

    def roleNames(self) -> dict[int, QByteArray]:
        return {
            FIRST_ROLE + number: QByteArray(camel_case(name).encode())
            for number, name in enumerate(self._names)
        }
