"""Contrast ratios of the theme, computed from its own tokens (WCAG 2.2, relative luminance)."""

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtQml import QQmlComponent, QQmlEngine

from kiosk.ui.shell import QML
from kiosk.ui.viewmodels.look import CONTRASTS, Contrast

TEXT_ON_GROUND = [
    ("ink", "paper"),
    ("ink", "card"),
    ("ink", "accentSoft"),
    ("ink", "jadeSoft"),
    ("soft", "paper"),
    ("soft", "card"),
    ("accentText", "paper"),
    ("accentText", "card"),
    ("accentText", "accentSoft"),
    ("jadeText", "paper"),
    ("jadeText", "card"),
    ("jadeText", "jadeSoft"),
    ("amberText", "card"),
    ("amberText", "amberSoft"),
    ("sealText", "paper"),
    ("sealText", "sealSoft"),
    ("overAccent", "accent"),
    ("overJade", "jadeButton"),
    ("overDisabled", "disabled"),
]
EDGES = [("outline", "paper"), ("outline", "card"), ("accentText", "card"), ("focus", "paper")]
ENOUGH = {Contrast.DEFAULT: 7, Contrast.HIGH: 15, Contrast.DARK: 7, Contrast.YELLOW: 15}
DISABLED_ENOUGH = 5.0  # a control that cannot be used now; still plainly legible
EDGE_ENOUGH = 3.0


@pytest.fixture(scope="module")
def tokens(qapp):
    """The theme as QML has it: {contrast: {token: QColor}}."""
    engine = QQmlEngine()
    component = QQmlComponent(engine)
    component.setData(b'import QtQml\nimport "theme"\nQtObject { property QtObject t: Theme }',
                      QUrl.fromLocalFile(str(QML / "Tokens.qml")))  # fmt: skip
    holder = component.create()
    assert holder is not None, component.errors()
    theme = holder.property("t")
    names = {name for pair in TEXT_ON_GROUND + EDGES for name in pair}
    found = {}
    for contrast in CONTRASTS:
        theme.setProperty("contrast", contrast.value)
        found[contrast] = {name: theme.property(name) for name in names}
    return found


def luminance(colour):
    channels = [colour.redF(), colour.greenF(), colour.blueF()]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ratio(one, other):
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("contrast", CONTRASTS)
@pytest.mark.parametrize("pair", TEXT_ON_GROUND, ids="-on-".join)
def test_text_stands_out_from_its_ground(tokens, contrast, pair):
    text, ground = (tokens[contrast][name] for name in pair)
    enough = ENOUGH[contrast]
    if pair == ("overDisabled", "disabled"):
        enough = DISABLED_ENOUGH
    assert ratio(text, ground) >= enough


@pytest.mark.parametrize("contrast", CONTRASTS)
@pytest.mark.parametrize("pair", EDGES, ids="-on-".join)
def test_edges_of_controls_can_be_seen(tokens, contrast, pair):
    edge, ground = (tokens[contrast][name] for name in pair)
    assert ratio(edge, ground) >= EDGE_ENOUGH


def test_the_ratio_is_that_of_the_standard(tokens):
    white, black = tokens[Contrast.HIGH]["paper"], tokens[Contrast.HIGH]["ink"]
    assert round(ratio(white, black), 2) == 21.0
