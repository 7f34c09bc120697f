"""Whatever comes back that is not the one right answer never counts as an answer."""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.domain.platform import (
    AnswerLost,
    BillToPay,
    CheckLink,
    ClaimGranted,
    ClaimReceipt,
    ClosePayment,
    ConfirmClaim,
    CreatePayment,
    IssueReceipts,
    Outcome,
    PaymentSeen,
    PlatformCall,
    PlatformState,
    QueryPayment,
    ReceiptsIssued,
    Refusal,
    Refused,
    ReleaseClaim,
    SearchBills,
    Subject,
    SubjectKind,
)
from kiosk.platform_api.client import PlatformClient
from kiosk.platform_api.transport import Timeouts
from tests.support.raw_server import RawServer, Script, header, http

BILL_NO = "33010526300000000001"
CREATE = CreatePayment("P1", "ABCD-EFGH", (BillToPay(BILL_NO, 1, 15000),), 15000, 120)
QUERY = QueryPayment("P1", 15000)
PATIENT = Timeouts(connect_s=30.0, read_s=30.0, total_s=60.0)  # where nobody keeps it waiting
IMPATIENT = Timeouts(connect_s=5.0, read_s=0.3, total_s=0.6)
SOON_S = 15.0  # half of what the same answer takes without a deadline
OPEN = {
    "payment_id": "P1",
    "state": "open",
    "amount_fen": 15000,
    "qr_url": "http://127.0.0.1:1/pay/token",
    "expires_in_s": 120.0,
}
PAID = {
    "payment_id": "P1",
    "state": "paid",
    "amount_fen": 15000,
    "paid_at": "2026-11-01T02:30:00Z",
    "wallet": "alipay",
    "transaction_no": "2026110110300000000000000001",
}
REFUSED = {"title": "leased", "status": 409, "code": "leased", "detail": "elsewhere"}

Build = Callable[[bytes], bytes]


def outcome_of(
    script: Script, call: PlatformCall = CREATE, timeouts: Timeouts | None = None
) -> Outcome:
    with RawServer(script) as server:
        client = PlatformClient(server.url, "K1", timeouts or PATIENT)
        try:
            return client.perform(call)
        finally:
            client.close()


def saying(build: Build) -> Script:
    def script(request: bytes) -> Iterator[bytes | float]:
        yield build(request)

    return script


def ok(body: object) -> Build:
    return lambda request: http(request, "200 OK", json.dumps(body).encode())


def raw_body(body: bytes, status: str = "200 OK", **headers: str) -> Build:
    return lambda request: http(request, status, body, **headers)


def chunked(*pieces: bytes) -> Build:
    def build(request: bytes) -> bytes:
        head = http(request, "200 OK", b"", content_length="", transfer_encoding="chunked")
        return head + b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)

    return build


def test_the_right_answer_is_believed_so_the_corpus_below_fails_for_its_own_reasons() -> None:
    assert outcome_of(saying(ok(OPEN))) == PaymentSeen(
        "P1", PlatformState.OPEN, 15000, "http://127.0.0.1:1/pay/token", 120.0
    )
    paid = outcome_of(saying(ok(PAID)), QUERY)
    assert isinstance(paid, PaymentSeen)
    assert paid.state is PlatformState.PAID


def test_a_proper_refusal_is_believed() -> None:
    build = raw_body(
        json.dumps(REFUSED).encode(), "409 Conflict", content_type="application/problem+json"
    )
    assert outcome_of(saying(build)) == Refused(Refusal.LEASED, "elsewhere")


GARBAGE: dict[str, tuple[Build, str]] = {
    "an HTML page": (raw_body(b"<html>hi</html>", content_type="text/html"), "not_json"),
    "an HTML page that claims to be JSON": (raw_body(b"<html>hi</html>"), "not_json"),
    "nothing at all": (raw_body(b""), "not_json"),
    "half of the JSON": (raw_body(json.dumps(PAID).encode()[:60]), "not_json"),
    "two JSON values": (raw_body(json.dumps(PAID).encode() * 2), "not_json"),
    "a byte order mark": (raw_body(b"\xef\xbb\xbf" + json.dumps(PAID).encode()), "not_json"),
    "UTF-16": (raw_body(json.dumps(PAID).encode("utf-16")), "not_json"),
    "GBK text": (raw_body(json.dumps({**PAID, "wallet": "支付宝"}, ensure_ascii=False).encode("gbk")), "not_json"),
    "another payment": (ok({**PAID, "payment_id": "P2"}), "wrong_payment_id"),
    "another amount": (ok({**PAID, "amount_fen": 15001}), "wrong_amount"),
    "no amount": (ok({**PAID, "amount_fen": None}), "not_payment_answer"),
    "an amount in yuan": (ok({**PAID, "amount_fen": 150.0}), "not_payment_answer"),
    "an amount in text": (ok({**PAID, "amount_fen": "15000"}), "not_payment_answer"),
    "an absurd amount": (ok({**PAID, "amount_fen": 10**11}), "not_payment_answer"),
    "a huge number": (raw_body(b'{"amount_fen": ' + b"9" * 5000 + b"}"), "not_json"),
    "an unheard-of state": (ok({**PAID, "state": "probably"}), "not_payment_answer"),
    "paid without a time": (ok({**PAID, "paid_at": None}), "not_payment_answer"),
    "paid at a time without a zone": (ok({**PAID, "paid_at": "2026-11-01T02:30:00"}), "not_payment_answer"),
    "open without a code to scan": (ok({**OPEN, "qr_url": None}), "not_payment_answer"),
    "a code that is no web address": (ok({**OPEN, "qr_url": "javascript:alert(1)"}), "not_payment_answer"),
    "paid and waiting at once": (ok({**OPEN, **PAID, "state": "paid"}), "not_payment_answer"),
    "a list": (ok([PAID]), "not_payment_answer"),
    "200 with an error inside": (ok({"code": "SYSTEM_ERROR", "msg": "系统繁忙"}), "not_payment_answer"),
    "200 with a refusal inside": (ok(REFUSED), "not_payment_answer"),
    "a state twice": (raw_body(json.dumps(PAID).encode()[:-1] + b', "state": "open"}'), "repeated_key"),
    "not a number": (raw_body(b'{"expires_in_s": NaN}'), "not_a_number"),
    "infinity": (raw_body(b'{"expires_in_s": -Infinity}'), "not_a_number"),
    "a number beyond all numbers": (raw_body(json.dumps(OPEN).encode().replace(b"120.0", b"1e999")), "not_payment_answer"),
    "deep nesting": (raw_body(b"[" * 100_000), "too_deep"),
    "deep nesting behind endless escapes": (raw_body(b'"' + b'\\"' * 400_000 + b"["), "not_json"),
    "a body over a mebibyte": (raw_body(b" " * (1 << 20) + json.dumps(PAID).encode()), "too_large"),
    "a gzip bomb": (raw_body(gzip.compress(b"[" * 10_000_000), content_encoding="gzip"), "encoded_body"),
    "an unasked encoding": (raw_body(gzip.compress(json.dumps(PAID).encode()), content_encoding="gzip"), "encoded_body"),
    "an empty 204": (raw_body(b"", "204 No Content"), "status_204"),
    "a 202": (raw_body(json.dumps(PAID).encode(), "202 Accepted"), "status_202"),
    "a redirect to a portal": (raw_body(b"", "302 Found", location="http://10.0.0.1/login"), "status_302"),
    "a redirect with the answer in it": (raw_body(json.dumps(PAID).encode(), "307 Temporary Redirect", location="/v1/payments"), "status_307"),
    "a portal's log-in page": (raw_body(b"<html>wifi</html>", content_type="text/html", set_cookie="portal=1"), "not_json"),
    "a portal's 511": (raw_body(b"<html>", "511 Network Authentication Required", content_type="text/html"), "status_511"),
    "a 500": (raw_body(b"oops", "500 Internal Server Error", content_type="text/plain"), "status_500"),
    "a 502 page": (raw_body(b"<html>bad gateway", "502 Bad Gateway", content_type="text/html"), "status_502"),
    "a 503 problem": (raw_body(json.dumps({**REFUSED, "status": 503}).encode(), "503 Service Unavailable", content_type="application/problem+json"), "status_503"),
    "a refusal in a 500": (raw_body(json.dumps(REFUSED).encode(), "500 Oops", content_type="application/problem+json"), "status_500"),
    "a refusal as plain JSON": (raw_body(json.dumps(REFUSED).encode(), "409 Conflict"), "status_409"),
    "a refusal with two statuses": (raw_body(json.dumps({**REFUSED, "status": 404}).encode(), "409 Conflict", content_type="application/problem+json"), "wrong_refusal_status"),
    "a refusal with a wrong status": (raw_body(json.dumps({**REFUSED, "status": 404}).encode(), "404 Not Found", content_type="application/problem+json"), "wrong_refusal_status"),
    "a refusal of another operation": (raw_body(json.dumps({**REFUSED, "status": 410, "code": "window_passed"}).encode(), "410 Gone", content_type="application/problem+json"), "senseless_refusal_window_passed"),
    "an unknown refusal": (raw_body(json.dumps({**REFUSED, "code": "no"}).encode(), "409 Conflict", content_type="application/problem+json"), "not_problem"),
    "a plain 404": (raw_body(b'{"detail":"Not Found"}', "404 Not Found"), "status_404"),
    "an answer to somebody else's request": (raw_body(json.dumps(PAID).encode(), x_request_id="0" * 32), "wrong_request_id"),
    "an answer that echoes nothing": (raw_body(json.dumps(PAID).encode(), x_request_id=""), "wrong_request_id"),
    "a refusal that echoes nothing": (raw_body(json.dumps(REFUSED).encode(), "409 Conflict", content_type="application/problem+json", x_request_id=""), "wrong_request_id"),
    "less than promised": (raw_body(json.dumps(PAID).encode(), content_length="4000"), "broken_answer"),
    "a negative length": (raw_body(json.dumps(PAID).encode(), content_length="-5"), "broken_answer"),
    "a chunk of negative length": (
        lambda request: chunked(b"{}")(request) + b"-5\r\n",
        "",
    ),
    "a broken chunk": (lambda request: chunked(b"{}")(request) + b"zz\r\n", "broken_answer"),
    "no HTTP": (lambda _: b"\x16\x03\x01 what is this\r\n\r\n", "broken_answer"),
    "an endless status line": (lambda _: b"HTTP/1.1 200 " + b"x" * 200_000, "broken_answer"),
    "too many headers": (lambda _: b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 5000 + b"\r\n", "broken_answer"),
    "a hang-up": (lambda _: b"", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", GARBAGE)
def test_garbage_is_a_lost_answer(name: str) -> None:
    build, reason = GARBAGE[name]
    outcome = outcome_of(saying(build))
    assert isinstance(outcome, AnswerLost)
    assert not reason or outcome.reason == reason


def test_one_byte_at_a_time_ends_at_the_total_deadline() -> None:
    def script(request: bytes) -> Iterator[bytes | float]:
        for byte in http(request, "200 OK", json.dumps(PAID).encode().ljust(300)):
            yield bytes([byte])
            yield 0.1

    began_s = time.monotonic()
    outcome = outcome_of(script, timeouts=IMPATIENT)
    assert outcome == AnswerLost("answer_timeout")
    assert time.monotonic() - began_s < SOON_S


def test_a_slow_body_ends_at_the_total_deadline() -> None:
    def script(request: bytes) -> Iterator[bytes | float]:
        answer = http(request, "200 OK", json.dumps(PAID).encode().ljust(500))
        yield answer[:-300]
        for byte in answer[-300:]:
            yield 0.1
            yield bytes([byte])

    began_s = time.monotonic()
    assert outcome_of(script, timeouts=IMPATIENT) == AnswerLost("answer_timeout")
    assert time.monotonic() - began_s < SOON_S


def test_endless_chunks_end_at_the_size_limit_or_the_deadline() -> None:
    def script(request: bytes) -> Iterator[bytes | float]:
        yield chunked(b" ")(request)
        while True:
            yield b"10000\r\n" + b" " * 0x10000 + b"\r\n"

    assert outcome_of(script) == AnswerLost("too_large")


def test_a_redirect_with_an_endless_body_is_not_read_for_its_own_sake() -> None:
    def script(request: bytes) -> Iterator[bytes | float]:
        yield http(request, "302 Found", b"", content_length="", location="/elsewhere")
        while True:
            yield b" " * 65536

    outcome = outcome_of(script)
    assert outcome == AnswerLost("too_large")


def test_endless_interim_answers_end_at_the_total_deadline() -> None:
    def script(_: bytes) -> Iterator[bytes | float]:
        while True:
            yield b"HTTP/1.1 100 Continue\r\n\r\n"
            yield 0.02

    assert outcome_of(script, timeouts=IMPATIENT) == AnswerLost("answer_timeout")


def test_a_flood_of_interim_answers_ends_at_the_total_deadline() -> None:
    def script(_: bytes) -> Iterator[bytes | float]:
        while True:
            yield b"HTTP/1.1 100 Continue\r\n\r\n" * 1000

    assert outcome_of(script, timeouts=IMPATIENT) == AnswerLost("answer_timeout")


def test_silence_ends_at_the_read_timeout() -> None:
    def script(_: bytes) -> Iterator[bytes | float]:
        yield 60.0

    assert outcome_of(script, timeouts=IMPATIENT) == AnswerLost("answer_timeout")


@pytest.mark.parametrize(
    "call",
    [
        CreatePayment("P1", "ABCD-EFGH", (BillToPay(BILL_NO, 1, 15000),), 15000, 120),
        ClosePayment("P1", 15000),
    ],
)
def test_a_payment_that_was_never_created_is_no_answer_to_creating_or_closing_it(
    call: PlatformCall,
) -> None:
    body = {"payment_id": "P1", "state": "not_found", "amount_fen": None}
    assert outcome_of(saying(ok(body)), call) == AnswerLost("state_not_found")


def test_an_open_payment_is_no_answer_to_closing_it() -> None:
    assert outcome_of(saying(ok(OPEN)), ClosePayment("P1", 15000)) == AnswerLost("state_open")


def test_an_unknown_payment_is_an_answer_to_asking_for_it() -> None:
    body = {"payment_id": "P1", "state": "not_found", "amount_fen": None}
    assert outcome_of(saying(ok(body)), QUERY) == PaymentSeen("P1", PlatformState.NOT_FOUND, 15000)


def test_a_new_field_of_the_platform_does_not_stop_the_kiosk() -> None:
    outcome = outcome_of(saying(ok({**PAID, "loyalty_points": 3})), QUERY)
    assert isinstance(outcome, PaymentSeen)


BILL = {
    "bill_no": BILL_NO,
    "version": 1,
    "title": "罚款",
    "agency_code": "1",
    "agency_name": "支队",
    "payer_name_masked": "张*",
    "lines": [
        {
            "item_code": "1",
            "item_name": "罚款",
            "unit": "起",
            "quantity": 1,
            "standard_fen": 100,
            "amount_fen": 100,
        }
    ],
    "late_fee_fen": 0,
    "amount_fen": 100,
    "issued_on": "2026-10-01",
    "due_on": None,
    "note": "",
}
SEARCH = SearchBills("L1", Subject(SubjectKind.PERSON, "330199190001010010", "张三"))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"subject_echo": "0" * 64, "bills": [BILL]}, "wrong_subject"),
        ({"bills": [BILL]}, "not_bills_answer"),
        ({"subject_echo": "x", "bills": [{**BILL, "amount_fen": 0}]}, "not_bills_answer"),
        ({"subject_echo": "x", "bills": [{**BILL, "amount_fen": -100}]}, "not_bills_answer"),
        ({"subject_echo": "x", "bills": [{**BILL, "amount_fen": 101}]}, "not_bills_answer"),
        ({"subject_echo": "x", "bills": [BILL, BILL]}, "not_bills_answer"),
        ({"subject_echo": "x", "bills": [{**BILL, "issued_on": "yesterday"}]}, "not_bills_answer"),
        ({"subject_echo": "x", "bills": [{**BILL, "lines": []}]}, "not_bills_answer"),
        ({"subject_echo": "x", "bills": [{**BILL, "bill_no": "1 OR 1=1"}]}, "not_bills_answer"),
    ],
)
def test_bills_that_cannot_be_this_persons_bills_are_never_shown(body: object, reason: str) -> None:
    assert outcome_of(saying(ok(body)), SEARCH) == AnswerLost(reason)


HEAD = {
    "receipt_no": "33010226-0000000001",
    "bill_no": BILL_NO,
    "title": "罚款",
    "agency_name": "支队",
    "amount_fen": 100,
    "paid_at": "2026-11-01T02:30:00Z",
    "channel": "kiosk",
    "copies_printed": 0,
}
RECEIPT = {
    "receipt_no": "33010226-0000000001",
    "code": "33010226",
    "number": "0000000001",
    "check_code": "a1b2c3",
    "title": "统一票据",
    "bill_no": BILL_NO,
    "payment_id": "P1",
    "payer_name": "张三",
    "payer_number_masked": "330***********0010",
    "agency_code": "1",
    "agency_name": "支队",
    "lines": BILL["lines"],
    "late_fee_fen": 0,
    "amount_fen": 100,
    "issued_on": "2026-11-01",
    "paid_at": "2026-11-01T02:30:00Z",
    "wallet": "alipay",
    "verify_url": "http://127.0.0.1:1/verify/33010226-0000000001/a1b2c3",
}
CLAIM = ClaimReceipt("C1", "33010226-0000000001", reprint=False)
GRANT = {"claim_id": "C1", "copy_number": 1, "receipt": RECEIPT}


def test_a_proper_grant_and_proper_receipts_are_believed() -> None:
    assert isinstance(outcome_of(saying(ok(GRANT)), CLAIM), ClaimGranted)
    issued = {"payment_id": "P1", "receipts": [HEAD]}
    assert isinstance(outcome_of(saying(ok(issued)), IssueReceipts("P1")), ReceiptsIssued)


@pytest.mark.parametrize(
    ("call", "body", "reason"),
    [
        (IssueReceipts("P1"), {"payment_id": "P1", "receipts": []}, "not_issue_receipts_answer"),
        (ConfirmClaim("C1", doubt=False), {"claim_id": "C2", "state": "confirmed"}, "wrong_claim_id"),
        (ConfirmClaim("C1", doubt=False), {"claim_id": "C1", "state": "doubtful"}, "wrong_claim_state"),
        (ReleaseClaim("C1"), {"claim_id": "C1", "state": "confirmed"}, "wrong_claim_state"),
        (CheckLink(), {"status": "ok"}, "not_health_answer"),
        (IssueReceipts("P1"), {"payment_id": "P2", "receipts": [HEAD]}, "wrong_payment_id"),
        (CLAIM, {**GRANT, "claim_id": "C2"}, "wrong_claim_id"),
        (CLAIM, {**GRANT, "copy_number": 2}, "not_the_original"),
        (CLAIM, {**GRANT, "copy_number": 0}, "not_claim_answer"),
        (CLAIM, {**GRANT, "receipt": {**RECEIPT, "amount_fen": 101}}, "not_claim_answer"),
        (CLAIM, {**GRANT, "receipt": {**RECEIPT, "code": "33010227"}}, "not_claim_answer"),
        (CLAIM, {**GRANT, "receipt": {**RECEIPT, "payer_name": ""}}, "not_claim_answer"),
        (ClaimReceipt("C1", "33010226-0000000002", reprint=False), GRANT, "wrong_receipt"),
        (QUERY, {"payment_id": "P1", "state": "not_found", "amount_fen": 15000}, "not_payment_answer"),
        (ClaimReceipt("C1", "33010226-0000000001", reprint=False), {"claim_id": "C1"}, "not_claim_answer"),
    ],
)  # fmt: skip
def test_an_answer_to_another_question_is_a_lost_answer(
    call: PlatformCall, body: object, reason: str
) -> None:
    assert outcome_of(saying(ok(body)), call) == AnswerLost(reason)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.one_of(
        st.binary(max_size=300),
        st.builds(
            lambda status, head, body: b"HTTP/1.1 %d X\r\n%s\r\n\r\n%s" % (status, head, body),
            st.integers(0, 999),
            st.binary(max_size=80),
            st.binary(max_size=80),
        ),
        st.builds(
            lambda name, value: b"HTTP/1.1 200 OK\r\n%s: %s\r\n\r\n{}" % (name, value),
            st.sampled_from(
                [b"Content-Length", b"Transfer-Encoding", b"Location", b"Content-Type",
                 b"Content-Encoding", b"Set-Cookie", b"Connection", b"Retry-After"]
            ),
            st.binary(max_size=30),
        ),
    )
)  # fmt: skip
def test_no_bytes_whatever_raise_or_count_as_an_answer(noise: bytes) -> None:
    outcome = outcome_of(saying(lambda _: noise))
    assert isinstance(outcome, AnswerLost)


def test_cookies_of_a_portal_are_not_kept() -> None:
    first = raw_body(b"{}", set_cookie="portal=1; Path=/")
    with RawServer(saying(first)) as server:
        client = PlatformClient(server.url, "K1")
        client.perform(QUERY)
        client.perform(QUERY)
        client.close()
        assert len(server.requests) == 2
        assert header(server.requests[1], "Cookie") == ""


def test_one_perform_is_one_request_whatever_happens() -> None:
    with RawServer(saying(lambda _: b"")) as server:
        client = PlatformClient(server.url, "K1")
        client.perform(CREATE)
        client.close()
        assert len(server.requests) == 1


def test_the_same_client_goes_on_after_garbage() -> None:
    answers = iter([raw_body(b"<html>", content_type="text/html"), ok(PAID)])
    lock = threading.Lock()

    def script(request: bytes) -> Iterator[bytes | float]:
        with lock:
            build = next(answers)
        yield build(request)

    with RawServer(script) as server:
        client = PlatformClient(server.url, "K1")
        lost, seen = client.perform(QUERY), client.perform(QUERY)
        client.close()
    assert isinstance(lost, AnswerLost)
    assert isinstance(seen, PaymentSeen)


def test_a_body_that_is_taken_for_a_header_is_not_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken = b'HTTP/1.1 200 OK\r\nX-Request-Id: 1\r\nno header {"name": "Zhang San"}\r\n\r\n'
    assert isinstance(outcome_of(saying(lambda _: broken)), AnswerLost)
    assert "Zhang" not in caplog.text
