"""The API's edges, the control switches, and what may never stand in an address."""

from __future__ import annotations

import json
from urllib.parse import quote, unquote

import requests
from requests.adapters import HTTPAdapter

from kiosk.domain.platform import (
    Acknowledged,
    BillsFound,
    CheckLink,
    ClaimReceipt,
    ClosePayment,
    IssueReceipts,
    QueryPayment,
    SearchBills,
    Subject,
    SubjectKind,
)
from kiosk.platform_api.client import PlatformClient
from kiosk.platform_api.openapi import openapi_document
from kiosk.sandbox.people import everybody
from tests.sandbox.driving import PEOPLE, City, bills_of, creation, opened, receipts_of

WANG, ZHANG, COMPANY = PEOPLE["wang"], PEOPLE["zhang"], PEOPLE["company"]
NONCE = "0" * 32


def post(city: City, path: str, body: bytes, **headers: str) -> requests.Response:
    return requests.post(
        city.direct_url + path,
        data=body,
        headers={"Content-Type": "application/json", "X-Request-Id": NONCE, **headers},
        timeout=60,
    )


def test_the_link_can_be_checked(kiosk: PlatformClient) -> None:
    assert kiosk.perform(CheckLink()) == Acknowledged()


def test_everybody_in_the_tray_finds_their_own_bills(kiosk: PlatformClient) -> None:
    owing = {key: len(bills_of(kiosk, person)) for key, person in PEOPLE.items()}
    assert owing == {
        "wang": 3,
        "zhang": 1,
        "chen": 1,
        "sample": 2,
        "sample_2017": 0,
        "rare": 1,
        "company": 3,
    }


def test_a_number_with_another_name_finds_nothing(kiosk: PlatformClient) -> None:
    found = kiosk.perform(SearchBills("L1", Subject(SubjectKind.PERSON, ZHANG.number, "张四")))
    assert found == BillsFound(())


def test_a_foreigner_is_found_by_either_name(kiosk: PlatformClient) -> None:
    person = PEOPLE["sample"]
    for name in ("测试", "TEST, SAMPLE"):
        found = kiosk.perform(SearchBills("L1", Subject(person.kind, person.number, name)))
        assert isinstance(found, BillsFound)
        assert len(found.bills) == 2


def test_an_enterprise_is_not_found_as_a_person(kiosk: PlatformClient) -> None:
    found = kiosk.perform(SearchBills("L1", Subject(SubjectKind.PERSON, COMPANY.number)))
    assert found == BillsFound(())


def test_a_payment_code_finds_its_one_bill_with_a_masked_name(kiosk: PlatformClient) -> None:
    bill = bills_of(kiosk, WANG)[0]
    subject = Subject(SubjectKind.PAYMENT_CODE, bill.bill_no)
    found = kiosk.perform(SearchBills("L1", subject))
    assert found == BillsFound((bill,))
    assert bill.payer_name_masked == "王*英"


def test_no_personal_data_stands_in_any_address(city: City, kiosk: PlatformClient) -> None:
    for person in PEOPLE.values():
        bills_of(kiosk, person)
        receipts_of(kiosk, person)
    seen = opened(kiosk, "P1", *bills_of(kiosk, WANG))
    city.phone().pay(seen.qr_url)
    kiosk.perform(QueryPayment("P1", seen.amount_fen))
    kiosk.perform(ClosePayment("P1", seen.amount_fen))
    kiosk.perform(IssueReceipts("P1"))
    number = receipts_of(kiosk, ZHANG).receipts[0].receipt_no
    kiosk.perform(ClaimReceipt("C1", number, reprint=False))
    targets = [line["target"] for line in city.ask("/requests")]
    assert len(targets) > 20
    for target in targets:
        for person in everybody():
            for secret in (person.number, person.name):
                assert secret not in unquote(target)
                assert quote(secret) not in target
        assert seen.qr_url.endswith(target.split("/")[2].split("?")[0]) or "/pay/" not in target


def test_a_request_that_is_not_understood_is_refused_with_a_problem(city: City) -> None:
    for body in (b"", b"{", b"[]", b'{"a": 1, "a": 2}', b'{"kiosk_id": NaN}', b"[" * 5000):
        answer = post(city, "/v1/bills/search", body)
        assert answer.status_code == 422
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.headers["X-Request-Id"] == NONCE
        assert answer.json()["code"] == "invalid"


def test_a_huge_request_is_refused(city: City) -> None:
    answer = post(city, "/v1/bills/search", b" " * 70_000)
    assert answer.status_code == 422
    assert "65536" in answer.json()["detail"]


def test_a_form_is_not_a_request(city: City) -> None:
    answer = post(city, "/v1/bills/search", b"{}", **{"Content-Type": "text/plain"})
    assert answer.status_code == 422


def test_a_payment_without_its_key_in_the_header_is_refused(
    city: City, kiosk: PlatformClient
) -> None:
    call = creation("P1", bills_of(kiosk, ZHANG)[0])
    body = {
        "kiosk_id": "K1",
        "payment_id": "P1",
        "inquiry_code": "A",
        "bills": [{"bill_no": call.bills[0].bill_no, "version": 1, "expected_fen": 12000}],
        "amount_fen": 12000,
        "valid_s": 120,
    }
    raw = json.dumps(body).encode()
    assert post(city, "/v1/payments", raw).status_code == 422
    assert post(city, "/v1/payments", raw, **{"Idempotency-Key": "P2"}).status_code == 422
    assert post(city, "/v1/payments", raw, **{"Idempotency-Key": "P1"}).status_code == 200


def test_a_malformed_query_is_refused(city: City) -> None:
    for query in ("known=maybe", "wait_s=x", "wait_s=nan", "wait_s=-1", "wait_s=1e9"):
        answer = requests.get(f"{city.direct_url}/v1/payments/P1?{query}", timeout=60)
        assert answer.status_code == 422, query


def test_the_served_document_is_the_one_that_is_made_without_a_server(city: City) -> None:
    served = requests.get(city.direct_url + "/openapi.json", timeout=60).json()
    assert served == json.loads(json.dumps(openapi_document()))


def test_the_front_page_says_what_this_is(city: City) -> None:
    text = requests.get(city.direct_url + "/", timeout=60).text
    assert "沙箱" in text
    assert city.url in text
    assert all(person.number not in text for person in PEOPLE.values())


def test_a_reset_brings_back_the_first_day(city: City, kiosk: PlatformClient) -> None:
    bills = bills_of(kiosk, WANG)
    city.phone().pay(opened(kiosk, "P1", *bills).qr_url)
    city.order("/faults", kind="error_before")
    city.order("/time-shift", seconds=1000)
    city.link(mode="down")
    city.order("/reset")
    assert bills_of(kiosk, WANG) == bills
    assert city.ask("/payments") == []
    assert city.ask("/state")["faults"] == []


def test_agencies_cannot_touch_a_bill_while_it_is_being_paid(
    city: City, kiosk: PlatformClient
) -> None:
    bill = bills_of(kiosk, ZHANG)[0]
    opened(kiosk, "P1", bill)
    for path, body in (
        (f"/bills/{bill.bill_no}/amount", {"amount_fen": 5}),
        (f"/bills/{bill.bill_no}/pay-elsewhere", {}),
    ):
        answer = requests.post(f"{city.direct_url}/sandbox{path}", json=body, timeout=60)
        assert answer.status_code == 409


def test_a_misspelt_order_is_refused(city: City) -> None:
    answer = requests.post(f"{city.direct_url}/sandbox/link", json={"mood": "down"}, timeout=60)
    assert answer.status_code == 422


class FromElsewhere(HTTPAdapter):
    """Speaks from another address than 127.0.0.1, as another machine would."""

    def init_poolmanager(self, *args, **kwargs):
        super().init_poolmanager(*args, **kwargs, source_address=("127.0.0.2", 0))


def test_other_machines_may_pay_but_not_use_the_switches(city: City) -> None:
    with requests.Session() as session:
        session.mount("http://", FromElsewhere())
        switch = session.get(city.direct_url + "/sandbox/people", timeout=60)
        page = session.get(city.direct_url + "/", timeout=60)
    assert switch.status_code == 403
    assert page.status_code == 200
