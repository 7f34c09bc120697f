"""The protective screen's words, and what it takes from the site file."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from itertools import pairwise

import pytest
from PySide6.QtGui import QGuiApplication, QImage, QPainter

from kiosk.guardian.screen import draw_page, load_fonts
from kiosk.guardian.words import Site, Situation, site_of, words
from kiosk.paths import assets_directory

SIZES = [(1080, 1920), (1920, 1080), (1280, 1024), (1280, 720)]


@pytest.fixture(scope="session")
def qapp_cls():
    return QGuiApplication


@pytest.fixture
def page(qapp):
    """Draws one page; the picture, and how far down it reaches in px."""
    load_fonts(assets_directory())

    def draw(size, situation, phone="0571-00000000"):
        image = QImage(*size, QImage.Format.Format_RGB32)
        painter = QPainter(image)
        bottom = draw_page(painter, *size, *words(situation, phone))
        painter.end()
        return image, bottom

    return draw


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("situation", Situation)
def test_every_page_fits_every_screen(page, size, situation):
    _, bottom = page(size, situation, "+86 (0571) 0000-0000 000")
    assert bottom <= size[1] * 0.97


def test_the_pages_of_the_situations_differ(page):
    pictures = [page(SIZES[0], situation)[0] for situation in Situation]
    assert all(a != b for a, b in pairwise(pictures))


@pytest.mark.parametrize("situation", Situation)
def test_money_is_safe_and_nobody_is_to_pay_twice(situation):
    chinese, english = words(situation, "0571-00000000")
    assert "您的缴费不受影响" in chinese.money
    assert "请勿重复支付" in chinese.paid
    assert "do not pay again" in english.paid
    assert "0571-00000000" in chinese.phone


def test_without_a_number_no_telephone_is_named():
    assert words(Situation.RETURNING, "")[0].phone == ""


def test_the_phone_and_the_storage_come_from_the_site_file(tmp_path):
    site = tmp_path / "site.toml"
    site.write_text('[kiosk]\nhelp_phone = "0571-1"\n[storage]\ndirectory = "state"\n')
    assert site_of(site) == Site("0571-1", tmp_path / "state")


@pytest.mark.parametrize(
    "content",
    [b"", b"kiosk = 1", b"[kiosk]\nhelp_phone = 5", b"\xff", b"[[", b"a = " + b"[" * 5000],
)
def test_a_broken_site_file_leaves_the_screen_without_a_number(tmp_path, content):
    site = tmp_path / "site.toml"
    site.write_bytes(content)
    assert site_of(site) == Site()


def test_a_missing_site_file_leaves_the_screen_without_a_number(tmp_path):
    assert site_of(tmp_path / "none.toml") == Site()
