"""The rest of the contract over real HTTP: checks, write-offs, open codes, refunds, statements."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from kiosk.domain.platform import (
    AnswerLost,
    CheckLink,
    NotSent,
    Refusal,
    Refused,
)
from kiosk.platform_api import services
from kiosk.platform_api import wire_services as wire
from kiosk.platform_api.client import PlatformClient
from kiosk.platform_api.open_codes import CodeForged, is_genuine, require_genuine
from kiosk.platform_api.signing import KioskKeys
from kiosk.platform_api.signing_keys import (
    Algorithm,
    new_key_pair,
    signing_key,
    verifying_key_file,
)
from kiosk.sandbox.server import SandboxServer
from tests.sandbox.driving import PEOPLE, City, bills_of, creation, opened, receipts_of

WANG, ZHANG = PEOPLE["wang"], PEOPLE["zhang"]
ITEM = "103042701"


def refusal_of(outcome: object) -> Refusal:
    assert isinstance(outcome, Refused), outcome
    return outcome.code


def paid(city: City, kiosk: PlatformClient, payment_id: str = "P1") -> str:
    """Zhang's bill is paid at the kiosk; the number of its receipt."""
    bill = bills_of(kiosk, ZHANG)[0]
    city.phone().pay(opened(kiosk, payment_id, bill).qr_url)
    return next(
        one["receipt_no"] for one in city.ask("/receipts") if one["bill_no"] == bill.bill_no
    )


def check_code_of(city: City, receipt_no: str) -> str:
    found = city.server.store.rows(
        "SELECT check_code FROM receipts WHERE receipt_no = ?", (receipt_no,)
    )
    return str(found[0]["check_code"])


# --- receipts --------------------------------------------------------------------------------------


def verification(receipt_no: str, check_code: str) -> wire.VerifyReceiptRequest:
    code, number = receipt_no.split("-")
    return wire.VerifyReceiptRequest(kiosk_id="K1", code=code, number=number, check_code=check_code)


def test_a_genuine_paper_is_confirmed_and_an_invented_one_is_not(
    city: City, kiosk: PlatformClient
) -> None:
    receipt_no = receipts_of(kiosk, ZHANG).receipts[0].receipt_no
    right = check_code_of(city, receipt_no)
    found = kiosk.ask(services.VERIFY_RECEIPT, verification(receipt_no, right))
    assert isinstance(found, wire.VerifiedAnswer)
    assert found.receipt_no == receipt_no
    assert not found.void
    wrong = kiosk.ask(services.VERIFY_RECEIPT, verification(receipt_no, "zzzzzz"))
    assert refusal_of(wrong) is Refusal.NOT_FOUND


def test_a_receipt_is_checked_five_times_a_day(city: City, kiosk: PlatformClient) -> None:
    asked = verification("33010226-9999999999", "000000")
    outcomes = [refusal_of(kiosk.ask(services.VERIFY_RECEIPT, asked)) for _ in range(6)]
    assert outcomes == [Refusal.NOT_FOUND] * 5 + [Refusal.RATE_LIMITED]
    city.order("/time-shift", seconds=86_400)
    assert refusal_of(kiosk.ask(services.VERIFY_RECEIPT, asked)) is Refusal.NOT_FOUND


def test_a_write_off_is_done_once_and_answered_as_often_as_asked(
    city: City, kiosk: PlatformClient
) -> None:
    first, second = (head.receipt_no for head in receipts_of(kiosk, ZHANG).receipts[:2])
    asked = wire.WriteOffRequest(kiosk_id="K1", receipt_no=first)
    done = kiosk.ask(services.WRITE_OFF, asked, write_off_id="W1")
    assert isinstance(done, wire.WriteOffAnswer)
    assert kiosk.ask(services.WRITE_OFF, asked, write_off_id="W1") == done
    other = asked.model_copy(update={"receipt_no": second})
    again = kiosk.ask(services.WRITE_OFF, other, write_off_id="W1")
    assert refusal_of(again) is Refusal.KEY_REUSED
    unknown = asked.model_copy(update={"receipt_no": "33010226-9999999999"})
    lost = kiosk.ask(services.WRITE_OFF, unknown, write_off_id="W2")
    assert refusal_of(lost) is Refusal.NOT_FOUND


# --- refunds ----------------------------------------------------------------------------------------


def test_a_refund_is_a_request_that_finance_decides(city: City, kiosk: PlatformClient) -> None:
    receipt_no = paid(city, kiosk)
    asked = wire.RefundRequest(
        kiosk_id="K1", receipt_no=receipt_no, reason=wire.RefundReason.PAID_TWICE
    )
    first = kiosk.ask(services.REQUEST_REFUND, asked, request_id="R1")
    assert isinstance(first, wire.RefundAnswer)
    assert first.state is wire.RefundState.RECEIVED
    assert kiosk.ask(services.REQUEST_REFUND, asked, request_id="R1") == first
    city.order("/refund-requests/R1", state="accepted")
    now = kiosk.ask(services.QUERY_REFUND, request_id="R1")
    assert isinstance(now, wire.RefundAnswer)
    assert now.state is wire.RefundState.ACCEPTED
    assert now.amount_fen == 12000
    other = asked.model_copy(update={"reason": wire.RefundReason.OTHER})
    again = kiosk.ask(services.REQUEST_REFUND, other, request_id="R1")
    assert refusal_of(again) is Refusal.KEY_REUSED
    city.order("/payments/P1/void")
    void = kiosk.ask(services.REQUEST_REFUND, asked, request_id="R2")
    assert refusal_of(void) is Refusal.RECEIPT_VOID
    assert refusal_of(kiosk.ask(services.QUERY_REFUND, request_id="R3")) is Refusal.NOT_FOUND


# --- open codes --------------------------------------------------------------------------------------


def block_of(kiosk: PlatformClient, block_id: str = "B1", count: int = 3) -> wire.OpenCodesAnswer:
    asked = wire.OpenCodesRequest(kiosk_id="K1", item_code=ITEM, amount_fen=5000, count=count)
    found = kiosk.ask(services.FETCH_OPEN_CODES, asked, block_id=block_id)
    assert isinstance(found, wire.OpenCodesAnswer), found
    return found


def platform_key(city: City):
    return verifying_key_file(Path(city.server.addresses.platform_key_file), Algorithm.ED25519)


def test_a_block_of_open_codes_is_the_same_each_time_and_every_code_is_signed(
    city: City, kiosk: PlatformClient
) -> None:
    block = block_of(kiosk, count=20)
    require_genuine(block, platform_key(city))
    assert block_of(kiosk, count=20) == block
    assert len({code.code for code in (*block.codes, *block_of(kiosk, "B2").codes)}) == 23
    other = wire.OpenCodesRequest(kiosk_id="K1", item_code=ITEM, amount_fen=5001, count=20)
    again = kiosk.ask(services.FETCH_OPEN_CODES, other, block_id="B1")
    assert refusal_of(again) is Refusal.KEY_REUSED


def test_a_code_is_good_for_its_own_kiosk_fee_amount_and_time_alone(
    city: City, kiosk: PlatformClient
) -> None:
    block, key = block_of(kiosk), platform_key(city)
    code = block.codes[0]
    for change in (
        {"block_id": "B9"},
        {"kiosk_id": "K9"},
        {"item_code": "103050101"},
        {"amount_fen": 1},
        {"expires_at": block.expires_at + timedelta(seconds=1)},
    ):
        assert not is_genuine(block.model_copy(update=change), code, key)
    for change in (
        {"serial": 2},
        {"code": "3" * 20},
        {"qr_url": "http://elsewhere/open/x"},
        {"signature": block.codes[1].signature},
        {"signature": "A" * 86 + "=="},
        {"signature": "A" * 85},
    ):
        assert not is_genuine(block, code.model_copy(update=change), key)
    spoilt = block.model_copy(update={"codes": (code, replace_code(block), *block.codes[2:])})
    with pytest.raises(CodeForged, match="open code 2"):
        require_genuine(spoilt, key)


def replace_code(block: wire.OpenCodesAnswer) -> wire.OpenCodeBody:
    return block.codes[1].model_copy(update={"code": "4" * 20})


def test_a_code_is_paid_once_by_a_phone_and_its_receipt_is_found_by_the_payer(
    city: City, kiosk: PlatformClient
) -> None:
    code = block_of(kiosk).codes[0]
    phone = city.phone()
    assert phone.open(code.qr_url) == "open"
    assert "50.00" in phone.page.text
    assert phone.press(number="nobody") == "open"
    assert phone.press(number=ZHANG.number) == "already"
    assert phone.open(code.qr_url) == "already"
    heads = receipts_of(kiosk, ZHANG).receipts
    assert [head.amount_fen for head in heads if head.bill_no == code.code] == [5000]
    assert phone.open(code.qr_url + "x") == "no_code"


def test_what_became_of_codes_is_told_after_they_were_handed_out(
    city: City, kiosk: PlatformClient
) -> None:
    codes = block_of(kiosk).codes
    phone = city.phone()
    phone.open(codes[1].qr_url)
    phone.press(number=ZHANG.number)
    now = datetime.now(UTC)
    handed = tuple(
        wire.HandedOut(code=code, handed_out_at=now)
        for code in (codes[0].code, codes[1].code, "9" * 20)
    )
    asked = wire.ReportOpenCodesRequest(kiosk_id="K1", codes=handed)
    found = kiosk.ask(services.REPORT_OPEN_CODES, asked)
    assert isinstance(found, wire.OpenCodeStatesAnswer)
    assert [one.state for one in found.states] == ["handed_out", "settled", "unknown"]
    assert found.states[1].receipt_no is not None
    stranger = asked.model_copy(update={"kiosk_id": "K2"})
    theirs = kiosk.ask(services.REPORT_OPEN_CODES, stranger)
    assert isinstance(theirs, wire.OpenCodeStatesAnswer)
    assert {one.state for one in theirs.states} == {"unknown"}
    city.order("/time-shift", seconds=8 * 86_400)
    later = kiosk.ask(services.REPORT_OPEN_CODES, asked)
    assert isinstance(later, wire.OpenCodeStatesAnswer)
    assert [one.state for one in later.states] == ["expired", "settled", "unknown"]
    assert city.phone().open(codes[0].qr_url) == "closed"


# --- statements ------------------------------------------------------------------------------------


def test_the_days_statement_names_every_payment_and_adds_up(
    city: City, kiosk: PlatformClient
) -> None:
    paid(city, kiosk, "P1")
    city.phone().pay(opened(kiosk, "P2", *bills_of(kiosk, WANG)).qr_url)
    city.order("/payments/P1/void")
    other = city.kiosk("K2")
    other.perform(creation("P3", *bills_of(other, PEOPLE["chen"])))
    day = city.server.store.today()
    found = kiosk.ask(services.FETCH_STATEMENT, wire.StatementRequest(kiosk_id="K1", day=day))
    assert isinstance(found, wire.StatementAnswer)
    assert [(row.payment_id, row.state) for row in found.rows] == [("P1", "voided"), ("P2", "paid")]
    assert [len(row.receipt_nos) for row in found.rows] == [1, 3]
    assert found.trailer == wire.StatementTrailer(
        count=2, amount_fen=12000 + 320800, voided_count=1, voided_fen=12000
    )
    for day_asked, page in ((day + timedelta(days=1), 1), (day, 2)):
        asked = wire.StatementRequest(kiosk_id="K1", day=day_asked, page=page)
        assert refusal_of(kiosk.ask(services.FETCH_STATEMENT, asked)) is Refusal.NOT_FOUND
    empty = wire.StatementRequest(kiosk_id="K1", day=date(1, 1, 1))
    nothing = kiosk.ask(services.FETCH_STATEMENT, empty)
    assert isinstance(nothing, wire.StatementAnswer)
    assert nothing.trailer.count == 0


def test_a_statement_whose_rows_do_not_come_to_its_trailer_is_no_answer(
    city: City, kiosk: PlatformClient
) -> None:
    paid(city, kiosk)
    order = {
        "kind": "forge",
        "match": "statements",
        "find": '"amount_fen":12000,"paid',
        "payload": '"amount_fen":12001,"paid',
    }
    city.link(arm=[order])
    asked = wire.StatementRequest(kiosk_id="K1", day=city.server.store.today())
    assert kiosk.ask(services.FETCH_STATEMENT, asked) == AnswerLost("not_statement_answer")


# --- what the kiosk shows, and the kiosk itself -----------------------------------------------------


def test_catalogue_guides_and_notices_are_there(kiosk: PlatformClient) -> None:
    catalogue = kiosk.ask(services.FETCH_CATALOGUE)
    assert isinstance(catalogue, wire.CatalogueAnswer)
    assert len(catalogue.items) == 18
    guides = kiosk.ask(services.FETCH_GUIDES)
    assert isinstance(guides, wire.GuidesAnswer)
    assert all(guide.text_zh and guide.text_en for guide in guides.guides)
    notices = kiosk.ask(services.FETCH_NOTICES)
    assert isinstance(notices, wire.NoticesAnswer)
    assert notices.notices[0].since < datetime.now(UTC) < notices.notices[0].until


def test_a_rating_is_kept_once(city: City, kiosk: PlatformClient) -> None:
    asked = wire.RatingRequest(kiosk_id="K1", stars=5)
    for _ in range(2):
        assert kiosk.ask(services.RATE, asked, rating_id="S1") == wire.RatingAnswer(rating_id="S1")
    other = wire.RatingRequest(kiosk_id="K1", stars=1, reason="slow")
    assert refusal_of(kiosk.ask(services.RATE, other, rating_id="S1")) is Refusal.KEY_REUSED
    assert city.server.store.value("SELECT count(*) FROM ratings") == 1


def test_a_heartbeat_is_seen_in_the_fleet(city: City, kiosk: PlatformClient) -> None:
    beat = wire.HeartbeatRequest(
        kiosk_id="K1",
        version="0.1.0",
        uptime_s=60.0,
        state="ready",
        payments_in_doubt=0,
        receipts_owed=1,
        paper="near_end",
    )
    answer = kiosk.ask(services.HEARTBEAT, beat)
    assert isinstance(answer, wire.HeartbeatAnswer)
    assert answer.next_in_s > 10
    assert [one["kiosk_id"] for one in city.ask("/fleet")] == ["K1"]


@pytest.fixture
def strict(tmp_path: Path) -> Iterator[SandboxServer]:
    server = SandboxServer(tmp_path, must_sign=True)
    server.start()
    yield server
    server.stop()


def registration(public: bytes, **change: str) -> wire.RegisterRequest:
    said = {
        "enrolment_code": "DEMO-DEMO",
        "algorithm": "ed25519",
        "public_key": public.decode(),
        "version": "0.1.0",
    }
    return wire.RegisterRequest.model_validate({**said, **change})


def test_a_registered_kiosk_signs_with_its_own_key_and_no_longer_with_the_demonstrations(
    strict: SandboxServer, tmp_path: Path
) -> None:
    addresses = strict.addresses
    platform = verifying_key_file(Path(addresses.platform_key_file), Algorithm.ED25519)
    from tests.sandbox.test_seal import keys_of

    demo = PlatformClient(addresses.url, "K7", keys=keys_of(strict))
    private, public = new_key_pair(Algorithm.ED25519)
    own = PlatformClient(
        addresses.url, "K7", keys=KioskKeys(signing_key(private, Algorithm.ED25519), platform)
    )
    assert refusal_of(own.perform(CheckLink())) is Refusal.INVALID
    wrong = registration(public, enrolment_code="GUESSED-1")
    assert refusal_of(demo.ask(services.REGISTER, wrong, kiosk_id="K7")) is Refusal.NOT_FOUND
    done = demo.ask(services.REGISTER, registration(public), kiosk_id="K7")
    assert isinstance(done, wire.RegisterAnswer)
    assert not isinstance(own.perform(CheckLink()), Refused)
    assert refusal_of(demo.perform(CheckLink())) is Refusal.INVALID
    demo.close()
    own.close()
    strict.stop()
    again = SandboxServer(tmp_path, must_sign=True)
    again.start()
    later = PlatformClient(
        again.addresses.url,
        "K7",
        keys=replace(keys_of(again), own=signing_key(private, Algorithm.ED25519)),
    )
    assert not isinstance(later.perform(CheckLink()), Refused)
    later.close()
    again.stop()


def test_a_key_that_is_none_or_of_another_kind_is_not_registered(kiosk: PlatformClient) -> None:
    p256 = new_key_pair(Algorithm.ECDSA_P256)[1]
    for asked in (
        registration(b"x" * 100),
        registration(p256),
        registration(p256, algorithm="ecdsa-p256-sha256"),
    ):
        found = kiosk.ask(services.REGISTER, asked, kiosk_id="K8")
        assert refusal_of(found) is Refusal.INVALID


# --- the client's side of it ---------------------------------------------------------------------------


def test_an_answer_about_something_else_is_no_answer(city: City, kiosk: PlatformClient) -> None:
    block_of(kiosk)
    for find, payload, reason in (
        ('"block_id":"B1"', '"block_id":"B2"', "wrong_block_id"),
        ('"amount_fen":5000', '"amount_fen":5001', "wrong_amount_fen"),
        ('"kiosk_id":"K1"', '"kiosk_id":"K2"', "wrong_kiosk_id"),
    ):
        order = {"kind": "forge", "match": "open-code-blocks", "find": find, "payload": payload}
        city.link(arm=[order])
        asked = wire.OpenCodesRequest(kiosk_id="K1", item_code=ITEM, amount_fen=5000, count=3)
        found = kiosk.ask(services.FETCH_OPEN_CODES, asked, block_id="B1")
        assert found == AnswerLost(reason)


def test_an_id_that_would_change_the_path_is_a_bug_and_sends_nothing(
    kiosk: PlatformClient,
) -> None:
    with pytest.raises(ValueError, match="request_id"):
        kiosk.ask(services.QUERY_REFUND, request_id="../../admin")


def test_a_line_that_is_down_sends_no_service_request(city: City, kiosk: PlatformClient) -> None:
    city.link(mode="down")
    assert kiosk.ask(services.FETCH_CATALOGUE) == NotSent("connection_refused")
