"""Signatures between a real kiosk client and the sandbox, over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from kiosk.domain.platform import (
    Acknowledged,
    AnswerLost,
    CheckLink,
    ClaimGranted,
    ClaimReceipt,
    PaymentSeen,
    PlatformState,
    QueryPayment,
    Refusal,
    Refused,
    SearchBills,
)
from kiosk.platform_api.client import PlatformClient
from kiosk.platform_api.signing import KioskKeys
from kiosk.platform_api.signing_keys import (
    Algorithm,
    new_key_pair,
    signing_key,
    signing_key_file,
    verifying_key,
    verifying_key_file,
)
from kiosk.sandbox.server import SandboxServer
from tests.sandbox.driving import PEOPLE, City, bills_of, creation, opened, subject

WANG = PEOPLE["wang"]


def keys_of(server: SandboxServer) -> KioskKeys:
    addresses = server.addresses
    algorithm = Algorithm(addresses.algorithm)
    return KioskKeys(
        signing_key_file(Path(addresses.kiosk_key_file), algorithm),
        verifying_key_file(Path(addresses.platform_key_file), algorithm),
    )


@pytest.fixture
def signing(city: City) -> Iterator[PlatformClient]:
    client = PlatformClient(city.url, "K1", keys=keys_of(city.server))
    yield client
    client.close()


def test_a_payment_goes_through_with_everything_signed(city: City, signing: PlatformClient) -> None:
    bills = bills_of(signing, WANG)
    seen = opened(signing, "P1", *bills)
    city.phone().pay(seen.qr_url)
    paid = signing.perform(QueryPayment("P1", seen.amount_fen))
    assert isinstance(paid, PaymentSeen)
    assert paid.state is PlatformState.PAID
    number = city.ask("/receipts")[0]["receipt_no"]
    assert isinstance(signing.perform(ClaimReceipt("C1", number, reprint=False)), ClaimGranted)
    assert signing.perform(ClaimReceipt("C2", number, reprint=False)) == Refused(
        Refusal.CLAIMED_ELSEWHERE, "a copy is being printed"
    )


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("unsigned", "signature_missing"),
        ("forged", "signature_wrong"),
        ("altered", "signature_digest"),
    ],
)
def test_an_answer_that_is_not_the_platforms_is_lost_and_the_retry_finds_the_payment(
    city: City, signing: PlatformClient, kind: str, reason: str
) -> None:
    call = creation("P1", *bills_of(signing, WANG))
    city.order("/faults", kind=kind, operation="create_payment")
    assert signing.perform(call) == AnswerLost(reason)
    assert len(city.ask("/payments")) == 1
    assert isinstance(signing.perform(call), PaymentSeen)


def test_the_platforms_own_earlier_answer_is_no_answer(city: City, signing: PlatformClient) -> None:
    opened(signing, "P1", *bills_of(signing, WANG))
    city.order("/faults", kind="replayed", operation="create_payment")
    assert signing.perform(creation("P1", *bills_of(signing, WANG))) == AnswerLost(
        "wrong_request_id"
    )


def test_a_refusal_without_the_platforms_signature_is_no_refusal(
    city: City, signing: PlatformClient
) -> None:
    bills = bills_of(signing, WANG)
    opened(city.kiosk("K2"), "P0", *bills)
    city.order("/faults", kind="unsigned", operation="create_payment")
    assert signing.perform(creation("P1", *bills)) == AnswerLost("signature_missing")
    refused = signing.perform(creation("P1", *bills))
    assert isinstance(refused, Refused)
    assert refused.code is Refusal.LEASED


def test_a_kiosk_that_does_not_sign_is_served_unless_signing_is_required(
    city: City, tmp_path: Path
) -> None:
    assert city.kiosk("K1").perform(CheckLink()) == Acknowledged()
    server = SandboxServer(tmp_path, must_sign=True)
    server.start()
    try:
        unsigned = PlatformClient(server.addresses.url, "K1")
        signed = PlatformClient(server.addresses.url, "K1", keys=keys_of(server))
        assert unsigned.perform(CheckLink()) == Refused(Refusal.INVALID, "signature_missing")
        assert signed.perform(CheckLink()) == Acknowledged()
        unsigned.close()
        signed.close()
    finally:
        server.stop()


def test_the_platform_refuses_a_kiosk_with_a_strange_key_in_words_it_signed(city: City) -> None:
    own = signing_key(new_key_pair(Algorithm.ED25519)[0], Algorithm.ED25519)
    stranger = PlatformClient(city.url, "K1", keys=KioskKeys(own, keys_of(city.server).platform))
    assert stranger.perform(CheckLink()) == Refused(Refusal.INVALID, "signature_wrong")
    stranger.close()


def test_a_kiosk_that_knows_another_platform_believes_nothing(city: City) -> None:
    other = verifying_key(new_key_pair(Algorithm.ED25519)[1], Algorithm.ED25519)
    kiosk = PlatformClient(city.url, "K1", keys=KioskKeys(keys_of(city.server).own, other))
    assert kiosk.perform(SearchBills("L1", subject(WANG))) == AnswerLost("signature_wrong")
    kiosk.close()


def test_a_recorded_request_is_not_acted_on_twice(city: City) -> None:
    nonce = "cd" * 16
    kiosk = PlatformClient(city.url, "K1", keys=keys_of(city.server), nonces=lambda: nonce)
    assert kiosk.perform(CheckLink()) == Acknowledged()
    assert kiosk.perform(CheckLink()) == Refused(Refusal.INVALID, "signature_replayed")
    kiosk.close()


def test_a_body_that_was_changed_on_the_way_is_refused(city: City) -> None:
    answer = requests.post(
        city.direct_url + "/v1/bills/search",
        data=b"{}",
        headers={
            "Content-Type": "application/json",
            "X-Request-Id": "0" * 32,
            "Signature": "kiosk=:AAAA:",
            "Signature-Input": "kiosk=()",
        },
        timeout=60,
    )
    assert answer.status_code == 422
    assert answer.json()["detail"] == "signature_malformed"


@pytest.mark.parametrize("algorithm", [Algorithm.ECDSA_P256, Algorithm.SM2])
def test_other_algorithms_serve_as_well_and_keys_outlive_a_restart(
    algorithm: Algorithm, tmp_path: Path
) -> None:
    for _ in range(2):
        server = SandboxServer(tmp_path, algorithm=algorithm, must_sign=True)
        server.start()
        kiosk = PlatformClient(server.addresses.url, "K1", keys=keys_of(server))
        try:
            assert len(bills_of(kiosk, WANG)) == 3
        finally:
            kiosk.close()
            server.stop()
    kept = sorted((tmp_path / "keys").glob("*.key"))
    assert [path.stat().st_mode & 0o777 for path in kept] == [0o600, 0o600]
