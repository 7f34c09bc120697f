"""The cashier's pages in a real browser at phone size: `make browser`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.domain.platform import PaymentSeen, PlatformState, QueryPayment
from kiosk.platform_api.client import PlatformClient
from kiosk.sandbox.server import SandboxServer
from tests.browser.chromium import Browser
from tests.sandbox.driving import PEOPLE, bills_of, opened

SIZES = {"small": (320, 568), "common": (390, 844), "tablet": (768, 1024)}
PICTURES = Path(os.environ.get("PICTURES", "out/browser"))
LEAST_TARGET_PX = 44  # Apple's and WCAG 2.2's enhanced size
LEAST_TEXT_PX = 15

_TOO_SMALL = f"""[...document.querySelectorAll('button, a, label.wallet')]
  .filter(e => Math.min(e.getBoundingClientRect().height, e.getBoundingClientRect().width) < {LEAST_TARGET_PX})
  .map(e => e.textContent.trim())"""
_SMALL_TEXT = f"""[...document.querySelectorAll('main *')]
  .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()))
  .filter(e => parseFloat(getComputedStyle(e).fontSize) < {LEAST_TEXT_PX})
  .map(e => e.textContent.trim())"""
_CONTRAST = """(() => {
  const lum = c => { const v = c.map(x => { x /= 255; return x <= 0.03928 ? x / 12.92 :
    Math.pow((x + 0.055) / 1.055, 2.4); }); return 0.2126 * v[0] + 0.7152 * v[1] + 0.0722 * v[2]; };
  const rgb = s => s.match(/[0-9.]+/g).map(Number);
  const under = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c.slice(0, 3); } return [255, 255, 255]; };
  return [...document.querySelectorAll('body *')]
    .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()))
    .filter(e => e.getClientRects().length)
    .map(e => { const a = lum(rgb(getComputedStyle(e).color).slice(0, 3)), b = lum(under(e));
      return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), e.textContent.trim()]; })
    .filter(x => x[0] < 4.5); })()"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxServer]:
    running = SandboxServer(tmp_path_factory.mktemp("sandbox"))
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as running:
        yield running


@pytest.fixture
def kiosk(server: SandboxServer) -> Iterator[PlatformClient]:
    client = PlatformClient(server.addresses.url, "K1")
    yield client
    client.close()


@pytest.fixture
def seen(server: SandboxServer, kiosk: PlatformClient) -> PaymentSeen:
    """Grandmother's three bills on a QR code, on a fresh platform."""
    from kiosk.sandbox.seeding import reset

    reset(server.store, server.sandbox.items)
    return opened(kiosk, "P1", *bills_of(kiosk, PEOPLE["wang"]))


def page_of(browser: Browser) -> str:
    return str(browser.script("document.body.dataset.page"))


def faults_of(browser: Browser) -> dict[str, object]:
    """What is wrong with the page that is shown; empty where nothing is."""
    found = {
        "scrolls sideways": browser.script(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        ),
        "too small to touch": browser.script(_TOO_SMALL),
        "too small to read": browser.script(_SMALL_TEXT),
        "too faint": browser.script(_CONTRAST),
        "unnamed": [one for one in browser.controls() if not one["name"].strip()],
        "no language": browser.script("!document.documentElement.lang"),
        "no title": browser.script("!document.title"),
    }
    return {name: value for name, value in found.items() if value}


def keep(browser: Browser, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    browser.picture(PICTURES / f"{name}.png")


def test_a_finger_pays_with_three_touches(
    browser: Browser, seen: PaymentSeen, kiosk: PlatformClient
) -> None:
    browser.resize(SIZES["common"])
    browser.open(seen.qr_url)
    assert page_of(browser) == "choose"
    browser.tap("input[value=wechat]")
    assert browser.script("document.querySelector('input:checked').value") == "wechat"
    browser.tap_and_load("button.primary")
    assert page_of(browser) == "wallet"
    browser.tap_and_load("button[value=success]")
    assert page_of(browser) == "paid"
    now = kiosk.perform(QueryPayment("P1", seen.amount_fen))
    assert isinstance(now, PaymentSeen)
    assert (now.state, now.wallet) == (PlatformState.PAID, "wechat")
    assert browser.complaints() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_can_be_read_touched_and_heard(
    browser: Browser, seen: PaymentSeen, size: str, scheme: str, lang: str
) -> None:
    browser.resize(SIZES[size])
    browser.prefer(prefers_color_scheme=scheme)
    faults = {}
    browser.open(f"{seen.qr_url}?lang={lang}")
    for touch in ("button.primary", "button[value=decline]", "button.primary", "button.primary"):
        page = page_of(browser)
        keep(browser, f"{page}-{size}-{scheme}-{lang}")
        faults[page] = faults_of(browser)
        browser.tap_and_load(touch)
    assert page_of(browser) == "paid"
    keep(browser, f"paid-{size}-{scheme}-{lang}")
    faults["paid"] = faults_of(browser)
    assert {page: found for page, found in faults.items() if found} == {}


def test_the_choice_is_one_group_of_radio_buttons_with_names(
    browser: Browser, seen: PaymentSeen
) -> None:
    browser.open(seen.qr_url)
    heard = [one["name"] for one in browser.controls() if one["role"] == "radio"]
    assert heard == ["支付宝", "微信支付", "云闪付", "浙里办"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_letters_twice_as_large_do_not_break_the_page(
    browser: Browser, seen: PaymentSeen, lang: str
) -> None:
    browser.resize(SIZES["common"])
    browser.open(f"{seen.qr_url}?lang={lang}")
    browser.script("document.documentElement.style.fontSize = '200%'")
    browser.script("document.body.style.fontSize = '36px'")
    keep(browser, f"choose-large-{lang}")
    assert not browser.script(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )
