"""The wire models, the strict reader and the API document agree with each other."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.platform import Refusal
from kiosk.platform_api import operations, wire
from kiosk.platform_api import wire_services as services
from kiosk.platform_api.examples import EXAMPLES
from kiosk.platform_api.openapi import openapi_document
from kiosk.platform_api.services import ALL_OPERATIONS
from kiosk.platform_api.strict_json import MAX_DEPTH, Malformed, parse

BASKET = {
    "kiosk_id": "K1",
    "payment_id": "P1",
    "inquiry_code": "ABCD",
    "bills": [{"bill_no": "3" * 20, "version": 1, "expected_fen": 100}],
    "amount_fen": 100,
    "valid_s": 120,
}


def test_a_proper_request_is_read() -> None:
    read = parse(wire.CreatePaymentRequest, json.dumps(BASKET).encode())
    assert read.amount_fen == 100
    assert read.bills[0].expected_fen == 100


@pytest.mark.parametrize(
    "change",
    [
        {"amount_fen": 0, "bills": [{"bill_no": "3" * 20, "version": 1, "expected_fen": 0}]},
        {"amount_fen": 99},
        {"amount_fen": 10**10 + 1},
        {"bills": []},
        {"bills": BASKET["bills"] * 2, "amount_fen": 200},  # type: ignore[operator]
        {"valid_s": 5},
        {"payment_id": "a/b"},
        {"payment_id": ""},
        {"surprise": 1},
    ],
)
def test_a_request_with_a_fault_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        parse(wire.CreatePaymentRequest, json.dumps({**BASKET, **change}).encode())


def test_nesting_is_allowed_up_to_its_limit_and_brackets_in_texts_do_not_count() -> None:
    deepest = b'{"status": "ok", "time": "2026-11-01T00:00:00Z", "x": %s}'
    nested = b"[" * (MAX_DEPTH - 1) + b"]" * (MAX_DEPTH - 1)
    assert parse(wire.HealthAnswer, deepest % nested)
    assert parse(wire.HealthAnswer, deepest % (b'"' + b"[{" * 500 + b'\\""'))
    with pytest.raises(Malformed) as caught:
        parse(wire.HealthAnswer, deepest % (b"[" + nested + b"]"))
    assert caught.value.reason == "too_deep"


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_malformed(raw: bytes) -> None:
    with pytest.raises(Malformed):
        parse(wire.HealthAnswer, raw)


def test_the_echo_depends_on_nonce_kind_and_number() -> None:
    echoes = {
        wire.subject_echo(nonce, kind, number)
        for nonce in ("a" * 32, "b" * 32)
        for kind in ("person", "enterprise")
        for number in ("1", "2")
    }
    assert len(echoes) == 8


def test_every_refusal_has_a_status_and_at_least_one_operation() -> None:
    assert set(operations.REFUSAL_STATUS) == set(Refusal)
    used = {code for operation in operations.OPERATIONS for code in operation.refusals}
    assert used == set(Refusal)


def test_the_document_names_every_operation_and_every_reference_leads_somewhere() -> None:
    document = openapi_document()
    assert document["openapi"] == "3.1.0"
    named = {entry["operationId"] for path in document["paths"].values() for entry in path.values()}
    assert named == {operation.name for operation in ALL_OPERATIONS}
    text = json.dumps(document)
    for part in text.split('"$ref": "')[1:]:
        name = part.split('"', 1)[0].removeprefix("#/components/schemas/")
        assert name in document["components"]["schemas"]


def test_no_operation_takes_a_subject_in_its_address() -> None:
    document = openapi_document()
    names = {
        parameter["name"]
        for path in document["paths"].values()
        for entry in path.values()
        for parameter in entry["parameters"]
        if parameter["in"] in ("path", "query")
    }
    assert {name for name in names if not name.endswith("_id")} == {"known", "wait_s"}
    assert not names & {"number", "name", "code", "check_code"}


def test_more_than_a_mebibyte_is_not_even_looked_at() -> None:
    with pytest.raises(Malformed) as caught:
        parse(wire.HealthAnswer, b" " * (1 << 20) + b"{}")
    assert caught.value.reason == "too_large"


CODES = [
    {"serial": n, "code": f"{n:020d}", "qr_url": "http://h/open/x", "signature": "A" * 86 + "=="}
    for n in (1, 2)
]
BLOCK = {
    "block_id": "B1", "kiosk_id": "K1", "item_code": "1", "item_name": "x", "agency_name": "y",
    "amount_fen": 5, "expires_at": "2026-11-21T00:00:00Z", "codes": CODES,
}  # fmt: skip


def test_a_block_counts_from_one_and_names_every_code_once() -> None:
    assert len(parse(services.OpenCodesAnswer, json.dumps(BLOCK).encode()).codes) == 2
    for codes in (
        [CODES[1]],
        [CODES[1], CODES[0]],
        [CODES[0], {**CODES[1], "code": "0" * 19 + "1"}],
    ):
        with pytest.raises(Malformed, match="not_open_codes_answer"):
            parse(services.OpenCodesAnswer, json.dumps({**BLOCK, "codes": codes}).encode())


def test_a_receipt_belongs_to_a_settled_code_and_only_to_it() -> None:
    for state, receipt_no in (("settled", None), ("expired", "33010226-0000000001")):
        body = {"states": [{"code": "3" * 20, "state": state, "receipt_no": receipt_no}]}
        with pytest.raises(Malformed):
            parse(services.OpenCodeStatesAnswer, json.dumps(body).encode())


@pytest.mark.parametrize("operation", ALL_OPERATIONS, ids=lambda operation: operation.name)
def test_each_operation_has_an_example_of_its_own_types(operation: operations.Operation) -> None:
    example = EXAMPLES[operation.name]
    assert type(example.request) is (operation.request or type(None))
    assert {type(answer) for answer in (example.answer, *example.others.values())} == {
        operation.answer
    }
    assert operation.path.format(**example.ids).count("{") == 0


def test_the_examples_that_are_published_are_read_back_by_our_own_strict_reader() -> None:
    paths = openapi_document()["paths"]
    for operation in ALL_OPERATIONS:
        shown = paths[operation.path][operation.method.lower()]["responses"]
        for example in shown["200"]["content"]["application/json"]["examples"].values():
            parse(operation.answer, json.dumps(example["value"]).encode())
        for code in operation.refusals:
            content = shown[str(operations.REFUSAL_STATUS[code])]["content"]
            refused = content["application/problem+json"]["examples"][str(code)]["value"]
            assert parse(wire.Problem, json.dumps(refused).encode()).code is code


@pytest.mark.parametrize("moment", ["9999-12-31T23:30:00-01:00", "0001-01-01T00:00:00+14:00"])
def test_no_answer_brings_a_time_that_no_clock_can_show(moment: str) -> None:
    """A code good to the end of the calendar would end the program when it is handed out."""
    seen = 0
    for operation in ALL_OPERATIONS:
        answer = EXAMPLES[operation.name].answer.model_dump(mode="json")
        for name in answer.keys() & {"expires_at", "until", "time", "paid_at", "requested_at"}:
            seen += 1
            with pytest.raises(Malformed):
                parse(operation.answer, json.dumps(answer | {name: moment}).encode())
    assert seen >= 6
