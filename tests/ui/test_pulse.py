"""Signs of life: only while frames are drawn and the engine's time passes."""

import pytest

from kiosk.sd_notify import READY, UNSEEN, WATCHDOG
from kiosk.ui.pulse import Pulse


class Told:
    def __init__(self):
        self.beats = 0
        self.is_plugged_in = False
        self.lines = []

    def notify(self, *lines):
        self.lines.append(lines)
        return True


@pytest.fixture
def told():
    return Told()


@pytest.fixture
def pulse(stage, told):
    made = Pulse(stage.shell.window, lambda: told.beats, told.notify, lambda: told.is_plugged_in)
    stage.settle()
    return made


def draw(stage, qtbot):
    with qtbot.waitSignal(stage.shell.window.frameSwapped):
        stage.shell.window.update()


def test_frames_and_engine_together_are_a_sign_of_life(stage, pulse, told, qtbot):
    for _ in range(3):
        draw(stage, qtbot)
        told.beats += 4
        pulse.feel()
    assert told.lines == [(READY, WATCHDOG), (WATCHDOG,), (WATCHDOG,)]


def test_a_dead_engine_ends_the_signs_of_life(stage, pulse, told, qtbot):
    told.beats = 4
    draw(stage, qtbot)
    pulse.feel()
    draw(stage, qtbot)
    pulse.feel()
    assert told.lines == [(READY, WATCHDOG)]


def test_a_frozen_screen_ends_the_signs_of_life(stage, pulse, told, qtbot):
    draw(stage, qtbot)
    told.beats = 4
    pulse.feel()
    told.beats = 8
    pulse.feel()  # Nothing was drawn since: no event loop ran in between.
    assert told.lines == [(READY, WATCHDOG)]


def test_before_the_first_beat_of_the_engine_the_kiosk_is_not_ready(stage, pulse, told, qtbot):
    draw(stage, qtbot)
    pulse.feel()
    assert told.lines == []


def test_it_asks_for_the_frames_itself(stage, pulse, told, qtbot):
    with qtbot.waitSignal(stage.shell.window.frameSwapped):
        pulse.feel()


def test_a_window_that_nobody_can_see_is_no_frozen_screen(stage, pulse, told, qtbot):
    stage.shell.window.hide()
    qtbot.waitUntil(lambda: not stage.shell.window.isExposed())
    told.beats = 4
    pulse.feel()
    told.beats = 8
    pulse.feel()
    assert len(told.lines) == 2


def test_it_feels_every_second_by_itself(stage, told, qtbot):
    pulse = Pulse(stage.shell.window, lambda: told.beats, told.notify, lambda: told.is_plugged_in)
    pulse.start()
    told.beats = 1
    qtbot.waitUntil(lambda: bool(told.lines), timeout=30_000)


def test_a_window_without_frames_on_a_screen_that_is_plugged_in_is_told_as_unseen(
    stage, pulse, told, qtbot
):
    told.is_plugged_in = True
    for shown in (True, False, True):
        stage.shell.window.setVisible(shown)
        qtbot.waitUntil(lambda shown=shown: stage.shell.window.isExposed() is shown)
        if shown:
            draw(stage, qtbot)
        told.beats += 4
        pulse.feel()
    assert told.lines == [(READY, WATCHDOG), (WATCHDOG, UNSEEN), (WATCHDOG,)]
