"""The control page, used as a person uses it: forms and nothing else."""

from __future__ import annotations

import re

import pytest
import requests

from kiosk.domain.platform import CheckLink, NotSent, QueryPayment
from kiosk.platform_api.client import PlatformClient
from tests.sandbox.driving import PEOPLE, City, bills_of, opened
from tests.sandbox.test_api import FromElsewhere

ZHANG = PEOPLE["zhang"]


def page(city: City) -> str:
    answer = requests.get(f"{city.direct_url}/sandbox/page", timeout=60)
    assert answer.ok, answer.text
    return answer.text


def press(city: City, button: str, **fields: object) -> str:
    """Send one of the page's forms; the page that follows."""
    assert f'action="/sandbox/page/{button}"' in page(city)
    answer = requests.post(f"{city.direct_url}/sandbox/page/{button}", data=fields, timeout=60)
    assert answer.ok, answer.text
    return answer.text


def test_the_page_shows_line_faults_payments_receipts_and_bills(
    city: City, kiosk: PlatformClient
) -> None:
    opened(kiosk, "P1", *bills_of(kiosk, ZHANG))
    text = page(city)
    for word in ("线路 up", "P1", "ABCD-EFGH", "¥ 120.00", "窗口已缴", "票据"):
        assert word in text
    assert re.search(r'<a href="http://[^"]+/pay/[^"]+">收银台</a>', text)
    assert "<script" not in text


def test_the_line_is_cut_and_mended(city: City, kiosk: PlatformClient) -> None:
    assert "线路 down" in press(city, "link", mode="down")
    assert kiosk.perform(CheckLink()) == NotSent("connection_refused")
    assert "延时 2.0 秒" in press(city, "slow")
    assert "线路 up" in press(city, "heal")


def test_a_fault_is_ordered_and_cancelled(city: City) -> None:
    text = press(city, "fault", kind="forged", operation="create_payment", times=3)
    assert "forged · create_payment × 3" in text
    assert "create_payment ×" not in press(city, "clear-faults")


def test_a_payment_is_given_back_and_a_second_time_is_refused_in_words(
    city: City, kiosk: PlatformClient
) -> None:
    seen = opened(kiosk, "P1", *bills_of(kiosk, ZHANG))
    city.phone().pay(seen.qr_url)
    press(city, "void", payment_id="P1")
    now = kiosk.perform(QueryPayment("P1", seen.amount_fen))
    assert getattr(now, "state", "") == "voided"
    again = requests.post(
        f"{city.direct_url}/sandbox/page/void", data={"payment_id": "P1"}, timeout=60
    )
    assert "the payment is voided" in again.text


def test_an_agency_changes_a_bill_and_a_counter_takes_its_money(
    city: City, kiosk: PlatformClient
) -> None:
    bill = bills_of(kiosk, ZHANG)[0]
    press(city, "amount", bill_no=bill.bill_no, amount_fen=bill.amount_fen + 1000)
    assert bills_of(kiosk, ZHANG)[0].amount_fen == 13000
    press(city, "elsewhere", bill_no=bill.bill_no)
    assert bills_of(kiosk, ZHANG) == ()


def test_time_goes_on_and_everything_begins_anew(city: City, kiosk: PlatformClient) -> None:
    today = city.server.store.today()
    press(city, "shift", seconds=86_400)
    assert (city.server.store.today() - today).days == 1
    press(city, "late", late_wallet="accepted_after_close")
    press(city, "reset")
    assert city.server.store.today() == today
    assert city.server.store.late == "refused"


@pytest.mark.parametrize("fields", [{"mode": "sideways"}, {}])
def test_a_form_that_makes_no_sense_is_refused(city: City, fields: dict[str, str]) -> None:
    answer = requests.post(f"{city.direct_url}/sandbox/page/link", data=fields, timeout=60)
    assert answer.status_code == 422


def test_a_problem_is_shown_as_text_and_never_as_markup(city: City) -> None:
    answer = requests.get(
        f"{city.direct_url}/sandbox/page", params={"problem": "<b>x</b>"}, timeout=60
    )
    assert "<b>x</b>" not in answer.text
    assert "&lt;b&gt;x" in answer.text


def test_other_machines_do_not_see_the_page(city: City) -> None:
    with requests.Session() as session:
        session.mount("http://", FromElsewhere())
        assert session.get(f"{city.direct_url}/sandbox/page", timeout=60).status_code == 403
        moved = session.post(f"{city.direct_url}/sandbox/page/reset", timeout=60)
        assert moved.status_code == 403


def test_a_page_from_elsewhere_cannot_press_its_buttons(city: City) -> None:
    target = f"{city.direct_url}/sandbox/page/reset"
    for origin, status in (("http://evil.example", 403), ("null", 403), (city.direct_url, 200)):
        answer = requests.post(target, headers={"Origin": origin}, timeout=60)
        assert answer.status_code == status
