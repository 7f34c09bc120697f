"""The platform link: what a signature costs, and how soon the kiosk knows that a wallet paid."""

from __future__ import annotations

import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

from kiosk.demo.phone import Phone
from kiosk.demo.sandbox_process import SandboxProcess
from kiosk.domain import platform as p
from kiosk.platform_api.client import PlatformClient
from kiosk.platform_api.signing import Answered, Asked, sign_answer, sign_request, verify_answer
from kiosk.platform_api.signing_keys import Algorithm, new_key_pair, signing_key, verifying_key
from tests.bench.figures import Figure

SIGNATURES = 300
PAYMENTS = 24
LATENCY_S = 0.02  # one way, as on a line between a district and its city
POLL_S = 3.0
POLLERS = 8
BODY = b'{"payment_id": "P1", "state": "paid", "amount_fen": 15000}' * 10
HEADERS = {"content-type": "application/json", "x-request-id": "ab" * 16}


def measure() -> list[Figure]:
    figures = [figure for algorithm in Algorithm for figure in _signatures(algorithm)]
    with tempfile.TemporaryDirectory() as name, SandboxProcess(Path(name)) as sandbox:
        sandbox.post("/sandbox/link", {"delay_s": LATENCY_S})
        figures.append(_wallet_to_kiosk(sandbox))
    return figures


def _signatures(algorithm: Algorithm) -> list[Figure]:
    own, public = new_key_pair(algorithm)
    key, judge = signing_key(own, algorithm), verifying_key(public, algorithm)
    asked = Asked("POST", "https://pay.example.cn/v1/payments", HEADERS, BODY)
    signing, verifying = [], []
    now_s = time.time()
    for _ in range(SIGNATURES):
        start = time.perf_counter()
        added = sign_request(asked, key, "K1", "ab" * 16, now_s)
        signing.append((time.perf_counter() - start) * 1000)
        request = replace(asked, headers={**HEADERS, **added})
        bare = Answered(200, HEADERS, BODY)
        answer = replace(bare, headers=HEADERS | sign_answer(bare, request, key, "platform", now_s))
        start = time.perf_counter()
        verify_answer(answer, request, judge, "platform", now_s)
        verifying.append((time.perf_counter() - start) * 1000)
    goal = "≤ 1 ms each"
    return [
        Figure(f"signing a request, {algorithm}", "ms", tuple(signing), "", (), goal),
        Figure(f"judging an answer, {algorithm}", "ms", tuple(verifying), "", (), goal),
    ]


def _wallet_to_kiosk(sandbox: SandboxProcess) -> Figure:
    client = PlatformClient(sandbox.url, "bench")
    bills = iter(sandbox.get("/sandbox/bills"))
    round_trips = []
    for _ in range(PAYMENTS):
        start = time.perf_counter()
        assert isinstance(client.perform(p.CheckLink()), p.Acknowledged)
        round_trips.append((time.perf_counter() - start) * 1000)
    client.close()
    long = [_pay(sandbox, next(bills), _long_poll) for _ in range(PAYMENTS)]
    short: list[float] = []

    def poll(bill: dict, pause_s: float) -> None:  # type: ignore[type-arg]
        short.append(_pay(sandbox, bill, _short_poll, pause_s))

    pauses = [index * POLL_S / POLLERS for index in range(POLLERS)]
    waiting = [threading.Thread(target=poll, args=(next(bills), pause)) for pause in pauses]
    for thread in waiting:
        thread.start()
    for thread in waiting:
        thread.join()
    budget_ms = sorted(round_trips)[len(round_trips) // 2] + 200
    return Figure(
        "wallet paid to kiosk knows, long poll",
        "ms",
        tuple(long),
        "a poll every 3 s",
        tuple(short),
        f"p95 ≤ round trip + 200 ms = {budget_ms:.0f} ms",
    )


def _pay(sandbox: SandboxProcess, bill: dict, wait, pause_s: float = 0.5) -> float:  # type: ignore[type-arg, no-untyped-def]
    """Milliseconds from the wallet's confirmation to the kiosk's knowing."""
    client, phone = PlatformClient(sandbox.url, "bench"), Phone()
    payment_id, amount_fen = f"bench-{bill['bill_no']}", bill["amount_fen"]
    to_pay = p.BillToPay(bill["bill_no"], bill["version"], amount_fen)
    seen = client.perform(p.CreatePayment(payment_id, "BENCH", (to_pay,), amount_fen, 300))
    assert isinstance(seen, p.PaymentSeen), seen
    phone.open(seen.qr_url)
    phone.choose_wallet()
    known_s: list[float] = []
    watching = threading.Thread(
        target=lambda: known_s.append(wait(client, p.QueryPayment(payment_id, amount_fen)))
    )
    watching.start()
    time.sleep(pause_s)
    phone.confirm()
    confirmed_s = time.perf_counter()
    watching.join()
    client.close()
    return (known_s[0] - confirmed_s) * 1000


def _long_poll(client: PlatformClient, query: p.QueryPayment) -> float:
    known = p.PlatformState.USER_PAYING
    while True:
        seen = client.perform(replace(query, known_state=known, wait_s=20.0))
        assert isinstance(seen, p.PaymentSeen), seen
        if seen.state is p.PlatformState.PAID:
            return time.perf_counter()


def _short_poll(client: PlatformClient, query: p.QueryPayment) -> float:
    while True:
        seen = client.perform(query)
        assert isinstance(seen, p.PaymentSeen), seen
        if seen.state is p.PlatformState.PAID:
            return time.perf_counter()
        time.sleep(POLL_S)
