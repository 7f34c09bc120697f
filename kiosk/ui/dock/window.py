"""The dock's window; facts may be published from any thread."""

from __future__ import annotations

from pathlib import Path

import shiboken6
from PySide6.QtCore import QObject, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QImage
from PySide6.QtQml import QQmlApplicationEngine
from PySide6.QtQuick import QQuickWindow

from kiosk.ui.application import application
from kiosk.ui.dock.contract import DockActions, DockFacts
from kiosk.ui.dock.view_model import DockViewModel
from kiosk.ui.images import IconProvider
from kiosk.ui.translations import Language, texts

QML = Path(__file__).with_name("Dock.qml")


class _Post(QObject):
    """Carries facts from any thread to the main one."""

    arrived = Signal(object)

    def __init__(self, view_model: DockViewModel) -> None:
        super().__init__()
        self._view_model = view_model
        self.arrived.connect(self._show, Qt.ConnectionType.QueuedConnection)

    @Slot(object)
    def _show(self, facts: DockFacts) -> None:
        self._view_model.show_facts(facts)


class Dock:
    """Make it, and close it, on the main thread; `publish` from any."""

    def __init__(
        self, actions: DockActions, facts: DockFacts, language: str = Language.ZH.value
    ) -> None:
        self.app = application()
        self._view_model = DockViewModel(actions, texts(Language(language)))
        self._view_model.show_facts(facts)
        self._post = _Post(self._view_model)
        self._engine = QQmlApplicationEngine()
        self._engine.addImageProvider("icon", IconProvider())
        self._engine.setInitialProperties({"viewModel": self._view_model})
        self._engine.load(QUrl.fromLocalFile(str(QML)))
        roots = [each for each in self._engine.rootObjects() if isinstance(each, QQuickWindow)]
        if not roots:
            raise RuntimeError("Dock.qml could not be loaded: see the messages above")
        self.window = roots[0]
        self.window.show()

    def publish(self, facts: DockFacts) -> None:
        self._post.arrived.emit(facts)

    def grab(self) -> QImage:
        return self.window.grabWindow()

    def close(self) -> None:
        if shiboken6.isValid(self._engine):
            self.window.close()
            shiboken6.delete(self._engine)
