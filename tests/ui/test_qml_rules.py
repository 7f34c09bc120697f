"""What the QML may not contain, and that its bindings fit the view models."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.paths import CHECKOUT, assets_directory

UI = CHECKOUT / "kiosk" / "ui"
FILES = sorted(UI.rglob("*.qml"))
BANNED = {
    "MultiEffect": "vanishes with the software renderer",
    "ShaderEffect": "is not drawn by the software renderer",
    "Particle": "is not drawn by the software renderer",
    "RectangularShadow": "is not drawn by the software renderer",
    "layer.effect": "makes the item vanish with the software renderer",
    "QtQuick.VirtualKeyboard": "is GPL or commercial, and keeps a dictionary of what was typed",
    "QtQuick.Effects": "needs a GPU",
    "XMLHttpRequest": "the screen asks nobody but the core",
    "Qt.createComponent": "pages are made by Loaders only",
    "eval(": "no code from data",
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_file_uses_what_a_kiosk_board_cannot_draw(path):
    source = re.sub(r"//.*", "", path.read_text("utf-8"))
    found = [f"{name} {why}" for name, why in BANNED.items() if name in source]
    assert found == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_icon_that_is_named_exists(path):
    icons = {icon.stem for icon in (assets_directory() / "icons").glob("*.svg")}
    source = path.read_text("utf-8")
    named = set()
    for line in re.findall(r"(?:picture|name): (.*)", source):
        if "say.of" not in line and "words.of" not in line:
            named |= set(re.findall(r'[?:] "([a-z_]+)"|^"([a-z_]+)"$', line))
    flat = {name for pair in named for name in pair if name}
    assert flat <= icons


@pytest.fixture(scope="module")
def linted(tmp_path_factory):
    """The check of `make check`, with its types in a place of its own."""
    types = tmp_path_factory.mktemp("qmltypes") / "types"
    done = subprocess.run(
        [sys.executable, "packaging/qmllint.py", "--types", types],
        cwd=CHECKOUT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done, types


def test_every_binding_fits_the_view_models(linted):
    done, _ = linted
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_misspelt_binding_is_found(linted, tmp_path):
    _, types = linted
    page = tmp_path / "Misspelt.qml"
    page.write_text(
        "import QtQuick\nimport Kiosk.ViewModels\n"
        "Item { id: page; required property PayViewModel pay\n"
        "Text { text: page.pay.amuont } }\n",
        "utf-8",
    )
    linter = Path(sys.executable).with_name("pyside6-qmllint")
    done = subprocess.run(
        [linter, "-W", "0", "-I", types, page], capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "amuont" in done.stdout + done.stderr
