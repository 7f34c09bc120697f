"""Every page in both languages, all text sizes, contrasts and window sizes."""

import itertools

import pytest
from PySide6.QtGui import QColor

from kiosk.ui.core_bridge import CoreBridge
from kiosk.ui.gallery import NAMES
from kiosk.ui.sample_screens import FINE, SCREENS
from kiosk.ui.shell import Shell
from kiosk.ui.translations import Language
from kiosk.ui.viewmodels import wording
from kiosk.ui.viewmodels.look import CONTRASTS, TEXT_SIZES_PX, Look
from tests.ui.layout import ELDER_TARGET_PX, MIN_TARGET_PX, complaints

WINDOWS = ((1080, 1920), (1920, 1080), (1280, 1024))
STEPS = range(len(TEXT_SIZES_PX))
ELDER_STEPS = STEPS[-2:]
TARGETS_PX = {step: ELDER_TARGET_PX if step in ELDER_STEPS else MIN_TARGET_PX for step in STEPS}


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("size", WINDOWS, ids=lambda size: f"{size[0]}x{size[1]}")
def test_no_text_is_clipped_or_covered_and_every_target_is_large(make_stage, size, step, language):
    stage = make_stage(size)
    faults = {}
    # The maintenance pages at the smallest and the largest text: what lies between fits, too.
    for name in NAMES if step in (STEPS[0], STEPS[-1]) else SCREENS:
        stage.show(name, Look(language, step))
        found = complaints(stage.shell.window, stage.robot, TARGETS_PX[step])
        if found:
            faults[name] = found
    assert faults == {}


@pytest.mark.parametrize("size", WINDOWS, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_letters_of_company_codes_are_large_enough_in_every_text_size(make_stage, size):
    stage = make_stage(size)
    for language, step in itertools.product(Language, STEPS):
        stage.show("attract", Look(language, step))
        texts = stage.shell.look.texts
        stage.press(texts.of("attract.enterprise"))
        stage.show("code-entry", Look(language, step))
        stage.press(texts.of("code_entry.letters"))
        assert "Y" in stage.robot.visible_names()
        # 23 keys do not all fit at 120 px: the letters keep the usual least size.
        assert complaints(stage.shell.window, stage.robot) == []
        stage.press(texts.of("code_entry.digits"))


@pytest.mark.parametrize("contrast", CONTRASTS)
def test_every_screen_is_drawn_in_every_contrast_without_a_warning(stage, contrast):
    grounds = {}
    for name in NAMES:
        stage.show(name, Look(contrast=contrast))
        image = stage.shell.grab()
        assert (image.width(), image.height()) == (1080, 1920)
        grounds[name] = image.pixelColor(10, 200).name()
    del grounds["bills-veiled"]  # dimmed on purpose
    assert len(set(grounds.values())) == 1


def test_every_contrast_has_its_own_picture(stage):
    pictures = []
    for contrast in CONTRASTS:
        stage.show("bills", Look(contrast=contrast))
        pictures.append(stage.shell.grab())
    assert all(one != two for one, two in itertools.combinations(pictures, 2))


@pytest.mark.parametrize("size", WINDOWS, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_sheets_of_help_details_and_copies_are_laid_out_as_well(make_stage, size):
    stage = make_stage(size)
    for language, step in itertools.product(Language, STEPS):
        stage.show("bills", Look(language, step))
        texts = stage.shell.look.texts
        details = texts.of("bills.details_of", title=wording.bill_title(texts, FINE))
        for opener, closer in (
            (texts.of("chrome.help"), texts.of("chrome.close")),
            (details, texts.of("chrome.close")),
            (texts.of("bills.reprint_some"), texts.of("chrome.back")),
        ):
            stage.press(opener)
            assert complaints(stage.shell.window, stage.robot, TARGETS_PX[step]) == []
            stage.tap(closer)


def test_the_primary_action_is_always_in_the_same_place(stage):
    places = set()
    for name, label in (
        ("bills", "bills.pay"),
        ("confirm-no-receipt", "confirm.agree_receipt"),
        ("done", "done.finish"),
        ("trouble-lookup", "trouble.retry"),
        ("bills-collect", "bills.collect_all"),
        ("warning", "warning.stay"),
    ):
        stage.show(name)
        texts = stage.shell.look.texts
        words = texts.count(label, 2) if label == "bills.collect_all" else texts.of(label)
        rect = stage.robot.find(words).rect
        places.add((rect.left(), rect.width()))
        assert rect.top() > 1920 * 0.6  # the lower two thirds
    assert len(places) == 1


def test_with_motion_a_new_page_becomes_whole(qapp, qtbot):
    bridge = CoreBridge(lambda _: None, SCREENS["attract"])
    shell = Shell(bridge)
    try:
        bridge.publish(SCREENS["printing"])
        still = QColor("#F5F3EE").name()
        qtbot.waitUntil(lambda: _title_ink(shell) == QColor("#15233B").name(), timeout=30_000)
        assert shell.grab().pixelColor(10, 200).name() == still
    finally:
        shell.close()


def _title_ink(shell):
    """The darkest colour in the title's first characters: paler while the page fades in."""
    image = shell.grab()
    colours = (image.pixelColor(x, y) for x in range(60, 360, 2) for y in range(180, 260, 2))
    return min(colours, key=lambda colour: colour.lightness()).name()


@pytest.mark.parametrize("size", WINDOWS, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_letters_of_inquiry_codes_are_large_enough_in_every_text_size(make_stage, size):
    stage = make_stage(size)
    for language, step in itertools.product(Language, STEPS):
        stage.show("desk-payments-code", Look(language, step))
        texts = stage.shell.look.texts
        stage.press(texts.of("code_entry.letters"))
        assert {"A", "S", "Z"} <= set(stage.robot.visible_names())
        assert complaints(stage.shell.window, stage.robot) == []
        stage.press(texts.of("code_entry.digits"))


@pytest.mark.parametrize("size", WINDOWS)
@pytest.mark.parametrize("name", ["closed-by-staff", "closed-hours", "no-link", "halted"])
def test_a_kiosk_that_does_not_serve_says_everything_without_scrolling(make_stage, size, name):
    stage = make_stage(size)
    stage.show(name)
    assert "往下翻" not in stage.robot.visible_names()
