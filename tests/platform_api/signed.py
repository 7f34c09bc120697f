"""A platform that signs, made of a script: keys, clocks and answers the tests may spoil."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from kiosk.platform_api.client import PlatformClient
from kiosk.platform_api.signing import PLATFORM_KEYID, Answered, Asked, KioskKeys, sign_answer
from kiosk.platform_api.signing_keys import (
    Algorithm,
    SigningKey,
    VerifyingKey,
    new_key_pair,
    signing_key,
    verifying_key,
)
from kiosk.platform_api.transport import Timeouts
from tests.support.raw_server import RawServer, Script

NOW_S = 1_795_250_000.0
PAID = {
    "payment_id": "P1",
    "state": "paid",
    "amount_fen": 15000,
    "paid_at": "2026-11-01T02:30:00Z",
    "wallet": "alipay",
    "transaction_no": "2026110110300000000000000001",
}
PATIENT = Timeouts(connect_s=30.0, read_s=30.0, total_s=60.0)


@dataclass(frozen=True)
class Pair:
    signing: SigningKey
    verifying: VerifyingKey


@cache
def pair(algorithm: Algorithm, name: str) -> Pair:
    """The same pair for the same name, all through a run."""
    private, public = new_key_pair(algorithm)
    return Pair(signing_key(private, algorithm), verifying_key(public, algorithm))


def kiosk_keys(algorithm: Algorithm, now_s: float = NOW_S) -> KioskKeys:
    own, platform = pair(algorithm, "kiosk"), pair(algorithm, "platform")
    return KioskKeys(own.signing, platform.verifying, lambda: now_s)


def client(server: RawServer, algorithm: Algorithm, now_s: float = NOW_S) -> PlatformClient:
    keys = kiosk_keys(algorithm, now_s)
    return PlatformClient(server.url, "K1", PATIENT, keys=keys, nonces=lambda: "ab" * 16)


def asked_of(request: bytes) -> Asked:
    """A request as it came over the wire, as the platform sees it."""
    head, body = request.split(b"\r\n\r\n", 1)
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return Asked(method, f"http://{headers['host']}{target}", headers, body or None)


def answer(
    asked: Asked,
    body: object = PAID,
    status: int = 200,
    *,
    key: SigningKey | None = None,
    keyid: str = PLATFORM_KEYID,
    now_s: float = NOW_S,
    **headers: str,
) -> Answered:
    """A signed answer; `headers` are added before it is signed."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    kind = "application/json" if status == 200 else "application/problem+json"
    said = {"content-type": kind, "x-request-id": asked.headers["x-request-id"], **headers}
    unsigned = Answered(status, said, raw)
    signer = key or pair(Algorithm.ED25519, "platform").signing
    return replace(unsigned, headers={**said, **sign_answer(unsigned, asked, signer, keyid, now_s)})


def on_the_wire(answered: Answered) -> bytes:
    head = [f"HTTP/1.1 {answered.status} Said"]
    head += [f"{name}: {value}" for name, value in answered.headers.items()]
    head += [f"content-length: {len(answered.body)}", "connection: close"]
    return "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + answered.body


def saying(raw: bytes) -> Script:
    def script(_: bytes) -> Iterator[bytes | float]:
        yield raw

    return script
