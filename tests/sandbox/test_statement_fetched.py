"""The statement over the network: whole or not at all, and the same as its file."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
import requests

from kiosk.maintenance.revised import is_revised
from kiosk.maintenance.statements import fetch, fetch_version
from kiosk.maintenance.trouble import DeskTrouble
from kiosk.platform_api.client import PlatformClient
from kiosk.reconcile import read_statement
from tests.sandbox.driving import PEOPLE, City, bills_of, opened


def pay(city: City, kiosk: PlatformClient) -> None:
    for payment_id, key in (("K1-1", "zhang"), ("K1-2", "wang")):
        city.phone().pay(opened(kiosk, payment_id, *bills_of(kiosk, PEOPLE[key])).qr_url)


def test_what_is_fetched_holds_the_same_rows_as_the_file(city: City, kiosk: PlatformClient) -> None:
    pay(city, kiosk)
    day = city.server.store.today()
    fetched = fetch(kiosk.ask, "K1", day)
    file = requests.get(f"{city.direct_url}/sandbox/statements/K1/{day}", timeout=60)
    assert file.ok
    assert fetched.lines == read_statement(io.BytesIO(file.content)).lines
    assert fetched.faults == ()
    assert fetched.name.startswith(f"{day}.v1:")


def test_a_refund_makes_another_version_of_its_days_statement(
    city: City, kiosk: PlatformClient
) -> None:
    pay(city, kiosk)
    day = city.server.store.today()
    before = fetch(kiosk.ask, "K1", day)
    assert fetch_version(kiosk.ask, "K1", day) == f"{day}.v1"
    city.order("/payments/K1-1/void")
    after = fetch(kiosk.ask, "K1", day)
    assert fetch_version(kiosk.ask, "K1", day) == f"{day}.v2"
    assert after.name.startswith(f"{day}.v2:")
    assert is_revised(before.name, after.name)


def test_a_day_that_has_not_come_has_no_statement(city: City, kiosk: PlatformClient) -> None:
    with pytest.raises(DeskTrouble, match="not_found") as trouble:
        fetch(kiosk.ask, "K1", city.server.store.today() + timedelta(days=1))
    assert trouble.value.code == "statement_not_had"


def test_a_forged_page_is_no_statement(city: City, kiosk: PlatformClient) -> None:
    pay(city, kiosk)
    forged = {"kind": "forge", "match": "statements", "find": '"count":2', "payload": '"count":3'}
    city.link(arm=[forged])
    with pytest.raises(DeskTrouble, match="not_statement_answer"):
        fetch(kiosk.ask, "K1", city.server.store.today())
