"""Keys of a scanner that types are told from fingers before any page sees them."""

from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent

from kiosk import bootstrap
from kiosk.demo.sandbox_process import SandboxProcess
from kiosk.domain.visit import Choosing
from kiosk.settings import load
from kiosk.ui.key_filter import KeyFilter
from kiosk.ui.robot import Robot

SCANNER_GAP_MS, FINGER_GAP_MS = 4, 120
PATIENCE_MS = 60_000


class Page(QObject):
    """Notes the keys that reach it."""

    def __init__(self):
        super().__init__()
        self.pressed = []
        self.released = []

    def event(self, event):
        if event.type() == QEvent.Type.KeyPress:
            self.pressed.append(event.key())
        elif event.type() == QEvent.Type.KeyRelease:
            self.released.append(event.key())
        return super().event(event)


class Typist:
    """Types keys into an object, by a clock of its own."""

    def __init__(self, target, now_ms=10_000):
        self._target, self._now_ms = target, now_ms

    def type(self, keys, gap_ms):
        for key in keys:
            text = key if isinstance(key, str) else ""
            code = Qt.Key(ord(key.upper())) if isinstance(key, str) else key
            text, code = ("\r", Qt.Key.Key_Return) if key == "\r" else (text, code)
            self._now_ms += gap_ms
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                self.send(kind, code, text)

    def send(self, kind, code, text="", *, repeated=False):
        event = QKeyEvent(kind, code, Qt.KeyboardModifier.NoModifier, text, repeated)
        event.setTimestamp(self._now_ms)
        QCoreApplication.sendEvent(self._target, event)


@pytest.fixture
def typed():
    return []


@pytest.fixture
def page(qapp, typed):
    page = Page()
    page.filter = KeyFilter(page, lambda text, at_s: typed.append((text, at_s)))
    return page


def assert_only_a_later_finger_is_felt(page, typist, qtbot):
    """A key of a finger, typed after all else, has passed the filter: what did not come before
    it will not come."""
    typist.type([Qt.Key.Key_Backtab], FINGER_GAP_MS)
    qtbot.waitUntil(lambda: page.released == [Qt.Key.Key_Backtab])
    assert page.pressed == [Qt.Key.Key_Backtab]


def test_a_burst_reaches_the_scanner_with_its_times_and_no_page(page, typed, qtbot):
    typist = Typist(page)
    typist.type("330199\r", SCANNER_GAP_MS)
    assert "".join(text for text, _ in typed) == "330199\r"
    assert typed[1][1] - typed[0][1] == pytest.approx(SCANNER_GAP_MS / 1000)
    assert_only_a_later_finger_is_felt(page, typist, qtbot)


def test_keys_pressed_by_a_finger_reach_the_page_in_order(page, qtbot):
    Typist(page).type([Qt.Key.Key_Tab, Qt.Key.Key_Tab, "\r"], FINGER_GAP_MS)
    expected = [Qt.Key.Key_Tab, Qt.Key.Key_Tab, Qt.Key.Key_Return]
    qtbot.waitUntil(lambda: page.released == expected)
    assert page.pressed == expected


def test_a_finger_after_a_burst_reaches_the_page(page, qtbot):
    typist = Typist(page)
    typist.type("330199\r", SCANNER_GAP_MS)
    typist.type("\r", FINGER_GAP_MS)
    qtbot.waitUntil(lambda: page.released == [Qt.Key.Key_Return])
    assert page.pressed == [Qt.Key.Key_Return]


@pytest.mark.parametrize(
    "keys",
    [
        [Qt.Key.Key_Tab, "\r"],
        [Qt.Key.Key_Escape, Qt.Key.Key_F4, Qt.Key.Key_F11],
        [Qt.Key.Key_Space, Qt.Key.Key_Space],
    ],
)
def test_control_keys_that_a_code_types_do_nothing(page, qtbot, keys):
    typist = Typist(page)
    typist.type(keys, SCANNER_GAP_MS)
    assert_only_a_later_finger_is_felt(page, typist, qtbot)


def test_a_key_held_down_repeats_for_the_page_and_types_no_code(page, typed, qtbot):
    typist = Typist(page)
    typist.send(QEvent.Type.KeyPress, Qt.Key.Key_Right)
    for _ in range(5):
        typist.send(QEvent.Type.KeyPress, Qt.Key.Key_Right, repeated=True)
    qtbot.waitUntil(lambda: len(page.pressed) == 6)
    assert len(typed) == 1


SITE = """
schema = 1
[storage]
directory = "{place}/state"
[devices.scanner]
driver = "keyboard-wedge"
"""


def test_a_code_typed_by_a_scanner_shows_its_bill(qtbot, tmp_path: Path):
    from drivers.simulation import SimulatedWorld

    (tmp_path / "site.toml").write_text(SITE.format(place=tmp_path))
    settings = load(tmp_path / "site.toml")
    with SandboxProcess(tmp_path / "sandbox") as sandbox:
        bill = sandbox.get("/sandbox/bills")[0]
        whole = bootstrap.screen(
            sandbox.signed(settings), world=SimulatedWorld(), base_url=sandbox.url
        )
        with whole as (shell, bridge, machine):
            machine.start()
            qtbot.waitUntil(lambda: len(machine.supervisors) == 3, timeout=PATIENCE_MS)
            qtbot.waitUntil(lambda: bridge.kiosk.is_up("scanner"), timeout=PATIENCE_MS)
            qtbot.waitUntil(lambda: bridge.kiosk.service == "in_service", timeout=PATIENCE_MS)
            Typist(shell.window).type(bill["bill_no"] + "\r", SCANNER_GAP_MS)
            qtbot.waitUntil(
                lambda: bridge.kiosk.visit and isinstance(bridge.kiosk.visit.page, Choosing),
                timeout=PATIENCE_MS,
            )
            qtbot.waitUntil(
                lambda: any(bill["title"] in name for name in Robot(shell.window).visible_names()),
                timeout=PATIENCE_MS,
            )
