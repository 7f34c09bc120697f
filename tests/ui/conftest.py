"""The kiosk's window without a display, a finger for it, and a record of what it posts."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_QUICK_BACKEND", "software")

import pytest
from PySide6.QtGui import QGuiApplication

from kiosk.domain.events import Touched
from kiosk.ui.core_bridge import CoreBridge
from kiosk.ui.gallery import sample_shell, show_sample
from kiosk.ui.robot import Robot
from kiosk.ui.sample_screens import READY
from kiosk.ui.viewmodels.look import Look, LookViewModel


class Stage:
    """One window on hand-made snapshots; `posted` is what it told the core."""

    def __init__(self, size=(1080, 1920)):
        self.posted = []
        self.bridge = CoreBridge(self.posted.append, READY)
        self.shell = sample_shell(self.bridge, size)
        self.robot = Robot(self.shell.window)

    def show(self, kiosk, look=None):
        """Publish a snapshot, or one of SCREENS by name, and wait until it is drawn."""
        if isinstance(kiosk, str):
            show_sample(self.shell, self.bridge, kiosk)
        else:
            self.bridge.publish(kiosk)
        self.settle()
        if look is not None:
            self.shell.look.wear(look)
            self.settle()

    def settle(self):
        """Deliver what is queued and draw: layouts are settled by drawing."""
        for _ in range(2):
            self.shell.app.processEvents()
            self.shell.grab()

    def tap(self, name):
        self.robot.tap(name)
        self.settle()

    def press(self, name):
        """Like a screen reader's press: also where scrolling would come first."""
        self.robot.press(name)
        self.settle()

    @property
    def said(self):
        """What was posted, without the mere touches."""
        return [event for event in self.posted if event != Touched()]


@pytest.fixture(scope="session")
def qapp_cls():
    return QGuiApplication


@pytest.fixture
def stage(qapp):
    """The window in portrait."""
    window = Stage()
    yield window
    window.shell.close()


@pytest.fixture
def make_stage(qapp):
    stages = []

    def make(size):
        stages.append(Stage(size))
        return stages[-1]

    yield make
    for each in stages:
        each.shell.close()


@pytest.fixture
def core(qapp):
    """A bridge without a window, and the list of what was posted."""
    posted = []
    bridge = CoreBridge(posted.append, READY)
    bridge.posted = posted
    return bridge


@pytest.fixture
def look(core):
    return LookViewModel(core, Look())


def deliver(bridge, kiosk):
    """What the queued signal does, at once."""
    bridge.kiosk = kiosk
    bridge.kiosk_changed.emit(kiosk)
