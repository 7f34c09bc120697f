"""Our client and a platform that was made from the OpenAPI document alone: `make contract`.

What an answering document cannot do, and how it is met here: it signs nothing (the client has
no keys), it echoes no request id (the client uses the one of the examples), and it remembers
nothing (a payment that is asked about is paid, whatever happened before).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.domain import platform as p
from kiosk.platform_api import examples as e
from kiosk.platform_api.client import PlatformClient
from kiosk.platform_api.operations import REFUSAL_STATUS, Operation
from kiosk.platform_api.services import ALL_OPERATIONS, SERVICES
from kiosk.platform_api.transport import Timeouts
from kiosk.sandbox.server import SandboxServer
from tests.contract.independent import Preferring, Prism
from tests.sandbox.driving import PEOPLE, City, Phone, bills_of, creation, receipts_of

PATIENT = Timeouts(connect_s=5, read_s=20, total_s=25)
PERSON = p.Subject(p.SubjectKind.PERSON, e.NUMBER, e.NAME)
BILL = p.BillToPay(e.BILL_NO, 1, e.AMOUNT_FEN)
CALLS: dict[str, p.PlatformCall] = {
    "search_bills": p.SearchBills(e.LOOKUP_ID, PERSON),
    "search_receipts": p.SearchReceipts(e.LOOKUP_ID, PERSON),
    "create_payment": p.CreatePayment(e.PAYMENT_ID, "ABCD-EFGH", (BILL,), e.AMOUNT_FEN, 120),
    "query_payment": p.QueryPayment(e.PAYMENT_ID, e.AMOUNT_FEN),
    "close_payment": p.ClosePayment(e.PAYMENT_ID, e.AMOUNT_FEN),
    "issue_receipts": p.IssueReceipts(e.PAYMENT_ID),
    "claim_receipt": p.ClaimReceipt(e.CLAIM_ID, e.RECEIPT_NO, reprint=False),
    "confirm_claim": p.ConfirmClaim(e.CLAIM_ID, doubt=False),
    "release_claim": p.ReleaseClaim(e.CLAIM_ID),
    "check_health": p.CheckLink(),
}
ANSWERS = {
    "search_bills": p.BillsFound,
    "search_receipts": p.ReceiptsFound,
    "create_payment": p.PaymentSeen,
    "query_payment": p.PaymentSeen,
    "close_payment": p.PaymentSeen,
    "issue_receipts": p.ReceiptsIssued,
    "claim_receipt": p.ClaimGranted,
    "confirm_claim": p.Acknowledged,
    "release_claim": p.Acknowledged,
    "check_health": p.Acknowledged,
}


@pytest.fixture(scope="module")
def prism(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prism]:
    server = Prism(tmp_path_factory.mktemp("document"))
    yield server
    server.close()


@pytest.fixture(scope="module")
def preferring(prism: Prism) -> Iterator[Preferring]:
    server = Preferring(prism.url)
    yield server
    server.close()


@pytest.fixture
def client(preferring: Preferring) -> Iterator[PlatformClient]:
    preferring.prefer = "code=200"
    speaker = PlatformClient(preferring.url, e.KIOSK_ID, PATIENT, nonces=lambda: e.NONCE)
    yield speaker
    speaker.close()


def asked(client: PlatformClient, operation: Operation) -> object:
    if operation.name in CALLS:
        return client.perform(CALLS[operation.name])
    example = e.EXAMPLES[operation.name]
    return client.ask(operation, example.request, **example.ids)


def test_a_server_made_from_the_document_answers_every_call_of_the_kiosk(
    client: PlatformClient,
) -> None:
    got = {name: type(client.perform(call)) for name, call in CALLS.items()}
    assert got == ANSWERS


def test_its_payment_is_paid_with_our_amount_and_its_receipt_is_for_our_bill(
    client: PlatformClient,
) -> None:
    paid = client.perform(CALLS["query_payment"])
    assert isinstance(paid, p.PaymentSeen)
    assert (paid.state, paid.amount_fen) == (p.PlatformState.PAID, e.AMOUNT_FEN)
    granted = client.perform(CALLS["claim_receipt"])
    assert isinstance(granted, p.ClaimGranted)
    assert (granted.copy_number, granted.receipt.bill_no) == (1, e.BILL_NO)


@pytest.mark.parametrize("operation", SERVICES, ids=lambda operation: operation.name)
def test_it_answers_what_the_kiosk_asks_in_the_background(
    client: PlatformClient, operation: Operation
) -> None:
    assert asked(client, operation) == e.EXAMPLES[operation.name].answer


@pytest.mark.parametrize("operation", ALL_OPERATIONS, ids=lambda operation: operation.name)
def test_each_of_its_refusals_is_understood(
    client: PlatformClient, preferring: Preferring, operation: Operation
) -> None:
    for code in operation.refusals:
        preferring.prefer = f"code={REFUSAL_STATUS[code]}, example={code}"
        answer = asked(client, operation)
        assert isinstance(answer, p.Refused), answer
        assert answer.code is code


def test_a_request_that_breaks_the_document_is_found_out(client: PlatformClient) -> None:
    """Prism judges what our client sends: without this it could be blind."""
    wrong = p.CreatePayment(e.PAYMENT_ID, "ABCD-EFGH", (BILL,), e.AMOUNT_FEN, 120)
    assert isinstance(client.perform(wrong), p.PaymentSeen)
    other = PlatformClient(client._base_url, e.KIOSK_ID, PATIENT, nonces=lambda: "short")
    assert not isinstance(other.perform(p.CheckLink()), p.Acknowledged)
    other.close()


def test_a_stranger_s_platform_is_not_believed_by_a_kiosk_with_another_request_id(
    preferring: Preferring,
) -> None:
    preferring.prefer = "code=200"
    client = PlatformClient(preferring.url, e.KIOSK_ID, PATIENT)
    assert client.perform(p.CheckLink()) == p.AnswerLost("wrong_request_id")
    client.close()


# --- the same judge between our client and our sandbox ---------------------------------------------


def test_a_whole_visit_at_the_sandbox_breaks_the_document_in_neither_direction(
    tmp_path: Path,
) -> None:
    server = SandboxServer(tmp_path / "book")
    server.start()
    judge = Prism(tmp_path, upstream=server.addresses.url)
    city, phone = City(server), Phone()
    kiosk = PlatformClient(judge.url, "K1", PATIENT)
    try:
        bill = bills_of(kiosk, PEOPLE["wang"])[0]
        open_ = kiosk.perform(creation("P1", bill))
        assert isinstance(open_, p.PaymentSeen), (open_, judge.said[-20:])
        phone.pay(open_.qr_url)
        paid = kiosk.perform(p.QueryPayment("P1", bill.amount_fen, wait_s=2.0))
        assert isinstance(paid, p.PaymentSeen)
        assert paid.state is p.PlatformState.PAID
        issued = kiosk.perform(p.IssueReceipts("P1"))
        assert isinstance(issued, p.ReceiptsIssued)
        number = issued.receipts[0].receipt_no
        assert isinstance(kiosk.perform(p.ClaimReceipt("C1", number, False)), p.ClaimGranted)
        assert kiosk.perform(p.ConfirmClaim("C1", doubt=False)) == p.Acknowledged()
        again = kiosk.perform(p.ClaimReceipt("C2", number, reprint=False))
        assert isinstance(again, p.Refused)
        assert kiosk.perform(p.ReleaseClaim("C3")) == p.Acknowledged()
        assert isinstance(kiosk.perform(p.ClosePayment("P1", bill.amount_fen)), p.PaymentSeen)
        assert receipts_of(kiosk, PEOPLE["wang"]).receipts
        assert "violation" not in "".join(judge.said).lower()
    finally:
        kiosk.close()
        phone.close()
        city.close()
        judge.close()
        server.stop()


def test_the_judge_sees_an_answer_that_breaks_the_document(tmp_path: Path) -> None:
    server = SandboxServer(tmp_path / "book")
    server.start()
    judge = Prism(tmp_path, upstream=server.addresses.url)
    city = City(server)
    kiosk = PlatformClient(judge.url, "K1", PATIENT)
    try:
        city.order("/faults", kind="error_before")
        assert isinstance(kiosk.perform(p.CheckLink()), p.AnswerLost)
        assert "violation" in "".join(judge.said).lower()
    finally:
        kiosk.close()
        city.close()
        judge.close()
        server.stop()
