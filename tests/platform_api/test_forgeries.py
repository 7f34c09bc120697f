"""Forged, replayed and bit-flipped answers: none of them is ever an answer.

The payment is PAID in the true answer, so a forgery that got through would be money.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from kiosk.domain.platform import (
    AnswerLost,
    BillToPay,
    CreatePayment,
    PaymentSeen,
    PlatformState,
    QueryPayment,
    Refusal,
    Refused,
)
from kiosk.platform_api.signing import Answered, Asked, Forged, sign_request, verify_answer
from kiosk.platform_api.signing_keys import Algorithm
from tests.platform_api.signed import (
    NOW_S,
    PAID,
    answer,
    asked_of,
    client,
    kiosk_keys,
    on_the_wire,
    pair,
    saying,
)
from tests.support.raw_server import RawServer

QUERY = QueryPayment("P1", 15000)
CREATE = CreatePayment(
    "P1", "ABCD-EFGH", (BillToPay("33010526300000000001", 1, 15000),), 15000, 120
)
LEASED = {"title": "leased", "status": 409, "code": "leased", "detail": "elsewhere"}
EVERY = pytest.mark.parametrize("algorithm", list(Algorithm))
MINIMUM_KINDS = 1000


def question(algorithm: Algorithm = Algorithm.ED25519, **change: object) -> Asked:
    plain = Asked(
        "GET",
        "http://127.0.0.1:1/v1/payments/P1?known=open&wait_s=0",
        {"accept": "application/json", "x-request-id": "ab" * 16},
        None,
    )
    asked = replace(plain, **change)
    added = sign_request(asked, pair(algorithm, "kiosk").signing, "K1", "ab" * 16, NOW_S)
    return replace(asked, headers={**asked.headers, **added})


def is_accepted(spoilt: Answered, asked: Asked, algorithm: Algorithm) -> bool:
    try:
        verify_answer(spoilt, asked, pair(algorithm, "platform").verifying, "platform", NOW_S)
    except Forged:
        return False
    return True


def flips(answered: Answered) -> Iterator[tuple[str, Answered]]:
    """Every bit of every part of the answer, one at a time."""
    for place, byte in enumerate(answered.body):
        for bit in range(8):
            body = bytearray(answered.body)
            body[place] = byte ^ (1 << bit)
            yield f"body {place}.{bit}", replace(answered, body=bytes(body))
    for bit in range(10):
        yield f"status {bit}", replace(answered, status=answered.status ^ (1 << bit))
    for name, value in answered.headers.items():
        for place, char in enumerate(value):
            for bit in range(8):
                flipped = value[:place] + chr(ord(char) ^ (1 << bit)) + value[place + 1 :]
                headers = {**answered.headers, name: flipped}
                yield f"{name} {place}.{bit}", replace(answered, headers=headers)


@EVERY
def test_no_answer_with_one_flipped_bit_counts(algorithm: Algorithm) -> None:
    asked = question(algorithm)
    true = answer(asked, key=pair(algorithm, "platform").signing)
    assert is_accepted(true, asked, algorithm)
    kinds = list(flips(true))
    assert len(kinds) > 5 * MINIMUM_KINDS
    assert [name for name, spoilt in kinds if is_accepted(spoilt, asked, algorithm)] == []


@EVERY
def test_no_answer_that_lost_or_grew_a_byte_counts(algorithm: Algorithm) -> None:
    asked = question(algorithm)
    true = answer(asked, key=pair(algorithm, "platform").signing)
    spoilt = [replace(true, body=true.body[:end]) for end in range(len(true.body))]
    spoilt += [replace(true, body=true.body + bytes([byte])) for byte in range(256)]
    for name, value in true.headers.items():
        less = {key: said for key, said in true.headers.items() if key != name}
        spoilt.append(replace(true, headers=less))
        spoilt += [
            replace(true, headers={**true.headers, name: value[:end]}) for end in range(len(value))
        ]
        spoilt.append(replace(true, headers={**true.headers, name: f"{value}, {value}"}))
    assert len(spoilt) > 800
    assert not any(is_accepted(one, asked, algorithm) for one in spoilt)


def test_no_answer_with_one_value_changed_counts_though_its_digest_is_right() -> None:
    """The forger knows the protocol, writes the right digest, and has no key."""
    asked = question()
    true = answer(asked)
    values = [0, 1, -1, 15001, 150.0, "", "paid", "P2", None, True, [], {}, "closed", 10**12]
    changed = [{**PAID, name: value} for name in PAID for value in values if PAID[name] != value]
    changed += [{key: PAID[key] for key in PAID if key != name} for name in PAID]
    for body in changed:
        raw = json.dumps(body).encode()
        digest = answer(asked, raw).headers["content-digest"]
        spoilt = replace(true, body=raw, headers={**true.headers, "content-digest": digest})
        assert not is_accepted(spoilt, asked, Algorithm.ED25519)
    assert len(changed) > 50


def test_no_answer_to_another_question_counts() -> None:
    """Replays: recorded answers, all of them genuine, to anything but this very request."""
    asked = question()
    others = [
        question(target_uri=f"http://127.0.0.1:1/v1/payments/P{number}") for number in range(2, 202)
    ]
    others += [question(method=method) for method in ("POST", "PUT", "HEAD", "DELETE")]
    others += [
        question(headers={"x-request-id": f"{number:032x}"}) for number in range(200)
    ]  # yesterday's polls
    plain = {"x-request-id": "ab" * 16}
    others.append(question(headers={**plain, "idempotency-key": "P1"}))
    others.append(question(headers={**plain, "content-type": "application/json"}, body=b"{}"))
    assert not any(is_accepted(answer(other), asked, Algorithm.ED25519) for other in others)


@EVERY
def test_nobody_else_can_sign_for_the_platform(algorithm: Algorithm) -> None:
    asked = question(algorithm)
    forgers = [pair(algorithm, "kiosk").signing, pair(algorithm, "somebody").signing]
    forgers += [pair(other, "platform").signing for other in Algorithm if other is not algorithm]
    for key in forgers:
        assert not is_accepted(answer(asked, key=key), asked, algorithm)
    own = pair(algorithm, "platform").signing
    assert not is_accepted(answer(asked, key=own, keyid="K1"), asked, algorithm)


@pytest.mark.parametrize("off_s", [-86400, -3600, -601, -301, 301, 601, 3600, 86400])
def test_an_answer_from_another_time_does_not_count(off_s: int) -> None:
    asked = question()
    assert not is_accepted(answer(asked, now_s=NOW_S + off_s), asked, Algorithm.ED25519)


def test_the_kiosks_own_signature_is_no_answer_when_it_is_sent_back() -> None:
    asked = question()
    headers = {**answer(asked).headers}
    for name in ("signature", "signature-input"):
        headers[name] = asked.headers[name]
    assert not is_accepted(replace(answer(asked), headers=headers), asked, Algorithm.ED25519)


# --- over a real connection ------------------------------------------------------------------------


def outcome(build: Callable[[Asked], bytes], call=QUERY, algorithm=Algorithm.ED25519, now_s=NOW_S):
    def script(request: bytes) -> Iterator[bytes | float]:
        yield build(asked_of(request))

    with RawServer(script) as server:
        kiosk = client(server, algorithm, now_s)
        try:
            return kiosk.perform(call)
        finally:
            kiosk.close()


@EVERY
def test_the_true_answer_is_believed(algorithm: Algorithm) -> None:
    key = pair(algorithm, "platform").signing
    seen = outcome(lambda asked: on_the_wire(answer(asked, key=key)), algorithm=algorithm)
    assert isinstance(seen, PaymentSeen)
    assert seen.state is PlatformState.PAID


def test_a_signed_refusal_is_believed_and_an_unsigned_one_is_not() -> None:
    true = outcome(lambda asked: on_the_wire(answer(asked, LEASED, 409)), CREATE)
    assert true == Refused(Refusal.LEASED, "elsewhere")

    def unsigned(asked: Asked) -> bytes:
        refused = answer(asked, LEASED, 409)
        keep = ("content-type", "x-request-id")
        return on_the_wire(replace(refused, headers={key: refused.headers[key] for key in keep}))

    assert outcome(unsigned, CREATE) == AnswerLost("signature_missing")


def test_a_signed_answer_of_another_payment_or_amount_is_still_no_answer() -> None:
    for change, reason in (
        ({"payment_id": "P2"}, "wrong_payment_id"),
        ({"amount_fen": 15001}, "wrong_amount"),
    ):
        said = outcome(lambda asked, change=change: on_the_wire(answer(asked, {**PAID, **change})))
        assert said == AnswerLost(reason)


def test_a_kiosk_whose_clock_is_wrong_believes_nothing() -> None:
    said = outcome(lambda asked: on_the_wire(answer(asked)), now_s=NOW_S + 400)
    assert said == AnswerLost("signature_stale")


def test_an_unsigned_page_of_some_proxy_is_told_apart_from_a_forgery() -> None:
    page = b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    assert outcome(lambda _: page) == AnswerLost("status_502")


def test_a_thousand_spoilt_answers_over_a_real_connection_say_nothing_false() -> None:
    """One flipped bit anywhere in the whole answer, framing and uncovered headers included:
    what the kiosk hears is the truth or nothing."""
    recorded: list[bytes] = []

    def record(request: bytes) -> Iterator[bytes | float]:
        recorded.append(on_the_wire(answer(asked_of(request))))
        yield recorded[-1]

    listening = RawServer(record)
    raws: list[bytes] = []

    def replay(_: bytes) -> Iterator[bytes | float]:
        yield raws[-1]

    with listening as server:
        kiosk = client(server, Algorithm.ED25519)
        truth = kiosk.perform(QUERY)
        kiosk.close()
        assert isinstance(truth, PaymentSeen)
        server._script = replay  # the same address, so that the same answer would be right
        raws.append(recorded[0])
        kiosk = client(server, Algorithm.ED25519)
        assert kiosk.perform(QUERY) == truth
        heard = []
        for place in range(2 * len(recorded[0])):
            spoilt = bytearray(recorded[0])
            spoilt[place // 2] ^= 1 << (place * 5 % 8)
            raws.append(bytes(spoilt))
            heard.append(kiosk.perform(QUERY))
        kiosk.close()
    lost = [one for one in heard if isinstance(one, AnswerLost)]
    assert len(lost) > MINIMUM_KINDS
    assert {repr(one) for one in heard if not isinstance(one, AnswerLost)} <= {repr(truth)}


def test_a_signature_in_another_spelling_of_base64_is_refused() -> None:
    """The unused bits of the last character may not be used to make a second spelling."""
    asked = question()
    true = answer(asked)
    label, _, text = true.headers["signature"].partition("=:")
    text = text.rstrip(":")
    raw = base64.b64decode(text)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    last = text.rstrip("=")[-1]
    for other in alphabet:
        spelled = text.rstrip("=")[:-1] + other + "=="
        if other == last or base64.b64decode(spelled) != raw:
            continue
        headers = {**true.headers, "signature": f"{label}=:{spelled}:"}
        assert not is_accepted(replace(true, headers=headers), asked, Algorithm.ED25519)


def test_a_saved_answer_is_worth_nothing_to_the_next_request() -> None:
    recorded = on_the_wire(answer(question()))
    with RawServer(saying(recorded)) as server:
        kiosk = client(server, Algorithm.ED25519)
        said = kiosk.perform(QUERY)
        kiosk.close()
    assert said == AnswerLost("signature_wrong")
    assert kiosk_keys(Algorithm.ED25519).clock() == NOW_S
