"""CNNONTAX: frames there and back, frames that lie, and a client against a small TCP peer."""

from __future__ import annotations

import base64
import hashlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.simulation import SimulatedWorld
from kiosk.domain import events as e
from kiosk.domain.hours import CHINA
from kiosk.domain.platform import (
    NOT_OFFERED,
    Acknowledged,
    AnswerLost,
    BillsFound,
    CheckLink,
    ConfirmClaim,
    NotSent,
    Refusal,
    Refused,
    SearchBills,
    Subject,
    SubjectKind,
)
from kiosk.domain.visit import Choosing, Notice, Trouble, TroubleKind
from kiosk.platform_api.cnnontax import (
    HEADER_BYTES,
    BadFrame,
    Dialect,
    Message,
    decode,
    encode,
    frame_length,
)
from kiosk.platform_api.cnnontax_client import BillState, CnnontaxClient, PayState
from kiosk.platform_api.signing_keys import KeyUnusable, secret_file
from kiosk.platform_api.transport import Timeouts
from kiosk.settings.faults import BadSettings
from kiosk.settings.load import load
from kiosk.ui.translations import Language, texts
from kiosk.ui.viewmodels.bills import bills_page
from tests.support.headless import HeadlessKiosk
from tests.support.people import ZHANG
from tests.support.ports import refusing_port

CODE = "33010526300000000001"
DIALECT = Dialect(b"shared secret", "KIOSK", "MOF", "330105")
PATIENT = Timeouts(connect_s=30.0, read_s=30.0, total_s=60.0)
QUICK = Timeouts(connect_s=0.5, read_s=0.4, total_s=0.6)  # where its end is what is tried
WAIT_S = 30.0
BILL = {
    "AdmDivCode": "330105",
    "PayCode": CODE,
    "BillDate": "20261101",
    "ChgAgenCode": "065080906",
    "ChgAgenName": "杭州市拱墅区示例高级中学",
    "PayerName": "张三",
    "Amt": "1620.50",
    "OriAmt": "1600",
    "DelayAmt": "20.5",
    "PayStats": "0",
    "PayInfo": "103042707|学费|1200.00|学期|1|1200.00#103042708|住宿费|400|学期|2|200",
    "Memo": "秋季",
}


def head_of(number: str, reference: str = "") -> dict[str, str]:
    return {"MsgID": "A1", "MsgRef": reference, "WorkDate": "20261121", "MsgNo": number}


def framed(xml: bytes, number: str = "5601", dialect: Dialect = DIALECT) -> bytes:
    """A genuine frame around any bytes."""
    mac = hashlib.sha256(dialect.token + xml).hexdigest().encode()
    return f"{23 + len(xml) + 64:<8}CNNONTAX1.0{number}".encode() + xml + mac


def xml_of(voucher: str, *, head: str = "", count: str = "1", more: str = "") -> bytes:
    inner = base64.b64encode(voucher.encode("gbk")).decode()
    text = (
        f"<CFX><HEAD><MsgNo>5601</MsgNo><APP>CNNONTAX</APP>{head}</HEAD><MSG><MOF>"
        f"<VoucherCount>{count}</VoucherCount><VoucherBody><Voucher>{inner}</Voucher>"
        f"</VoucherBody>{more}</MOF></MSG></CFX>"
    )
    return text.encode("gbk")


# --- frames -----------------------------------------------------------------------------------------


def test_a_frame_is_the_23_bytes_the_xml_and_the_mac_that_others_have_seen() -> None:
    frame = encode(Message("2601", head_of("2601"), ({"PayCode": CODE},)), DIALECT, 2026)
    assert frame[:8] == f"{len(frame):<8}".encode()
    assert frame[8:23] == b"CNNONTAX1.02601"
    xml, mac = frame[23:-64], frame[-64:]
    assert mac.decode() == hashlib.sha256(b"shared secret" + xml).hexdigest()
    text = xml.decode("gbk")
    assert "<APP>CNNONTAX</APP><VER>1.0</VER><SRC>KIOSK</SRC><DES>MOF</DES>" in text
    assert f'AdmDivCode="330105" StYear="2026" VtCode="" VoucherNo="{CODE}"' in text
    inner = base64.b64decode(text.split("<Voucher>")[1].split("<")[0])
    assert inner.decode("gbk").endswith(f"<Voucher><PayCode>{CODE}</PayCode></Voucher>")


NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,20}", fullmatch=True)
TEXTS = st.text(
    st.characters(codec="gb18030", exclude_categories=("Cc", "Cs", "Cn", "Co")), max_size=30
).map(lambda text: " ".join(text.split()))


@given(st.lists(st.dictionaries(NAMES, TEXTS, max_size=8), max_size=4))
def test_what_is_written_is_what_is_read(vouchers: list[dict[str, str]]) -> None:
    message = Message("5601", head_of("5601"), tuple(vouchers))
    found = decode(encode(message, DIALECT, 2026), DIALECT)
    assert found.number == "5601"
    assert list(found.vouchers) == [
        {name: " ".join(value.split()) for name, value in fields.items()} for fields in vouchers
    ]


def test_rare_names_survive_and_markup_stays_text() -> None:
    fields = {"PayerName": "王䶮𬱖", "Memo": "<b>&amp;]]>"}
    frame = encode(Message("5601", head_of("5601"), (fields,)), DIALECT, 2026)
    assert decode(frame, DIALECT).vouchers == (fields,)


def test_a_character_that_xml_does_not_have_is_a_bug_of_the_caller() -> None:
    with pytest.raises(ValueError, match="character"):
        encode(Message("2601", {}, ({"PayCode": "\x00"},)), DIALECT, 2026)


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_but_a_bad_frame(raw: bytes) -> None:
    for frame in (raw, framed(raw)):
        with pytest.raises(BadFrame):
            decode(frame, DIALECT)


def test_no_frame_with_one_flipped_bit_counts() -> None:
    frame = encode(Message("5601", head_of("5601"), (BILL,)), DIALECT, 2026)
    truth = decode(frame, DIALECT)
    refused = 0
    for place in range(len(frame) * 8):
        spoilt = bytearray(frame)
        spoilt[place // 8] ^= 1 << (place % 8)
        try:
            # The case of the MAC's digits differs between implementations and says nothing.
            assert decode(bytes(spoilt), DIALECT) == truth
            assert place // 8 >= len(frame) - 64
        except BadFrame:
            refused += 1
    assert refused > 8000


@pytest.mark.parametrize(
    ("xml", "reason"),
    [
        (b"", "bad_length"),
        (b"x", "not_xml"),
        (b"\xff\xff", "not_gbk"),
        (b"<CFX>", "not_xml"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><CFX>&a;</CFX>', "not_xml"),
        (b"<CFX><HEAD/></CFX>", "contradiction"),
        (xml_of("<V/>").replace(b"CFX", b"XFC"), "contradiction"),
        (xml_of("<V/>").replace(b"5601", b"5602"), "contradiction"),
        (xml_of("<V/>", head="<APP>CNNONTAX</APP>"), "contradiction"),
        (xml_of("<V/>", count="2"), "contradiction"),
        (xml_of("<V/>", more="<VoucherCount>1</VoucherCount>"), "contradiction"),
        (xml_of("<V><A>1</A><A>2</A></V>"), "contradiction"),
        (xml_of("<V><A><B>1</B></A></V>"), "contradiction"),
        (xml_of("<V>"), "not_xml"),
        (xml_of(f"<V>{''.join(f'<A{n}/>' for n in range(201))}</V>"), "contradiction"),
        (xml_of("<V/>").replace(b"<Voucher>", b"<Voucher>!"), "bad_voucher"),
    ],
)
def test_a_genuine_frame_that_means_nothing_or_two_things_is_refused(
    xml: bytes, reason: str
) -> None:
    with pytest.raises(BadFrame, match=f"^{reason}$"):
        decode(framed(xml), DIALECT)


def test_the_mac_may_be_in_capitals_and_must_be_over_the_right_token() -> None:
    capitals = Dialect(b"shared secret", "KIOSK", "MOF", "330105", mac_case="upper")
    frame = encode(Message("5601", head_of("5601"), (BILL,)), capitals, 2026)
    assert frame[-64:] == frame[-64:].upper()
    assert decode(frame, DIALECT).vouchers[0]["PayCode"] == CODE
    with pytest.raises(BadFrame, match="wrong_mac"):
        decode(frame, Dialect(b"another secret", "KIOSK", "MOF", "330105"))


@pytest.mark.parametrize(
    "header",
    [
        b"", b"100     CNNONTAX1.0560", b"100     CNNONTAX2.05601", b"100     CNNONTAX1.0560x",
        b"    100 CNNONTAX1.05601", b"1 0     CNNONTAX1.05601", b"-100    CNNONTAX1.05601",
    ],
)  # fmt: skip
def test_a_header_that_is_none_is_refused(header: bytes) -> None:
    with pytest.raises(BadFrame, match="bad_header"):
        frame_length(header)


@pytest.mark.parametrize("length", [0, 22, 87, 1 << 20 | 1, 9_999_999])
def test_a_length_that_cannot_be_is_refused_before_anything_is_read(length: int) -> None:
    with pytest.raises(BadFrame, match="bad_length"):
        frame_length(f"{length:<8}CNNONTAX1.05601".encode())


# --- the client --------------------------------------------------------------------------------------

Answer = Callable[[Message], bytes]


@contextmanager
def peer(answer: Answer) -> Iterator[tuple[tuple[str, int], list[Message]]]:
    """A treasury for one question at a time."""
    heard: list[Message] = []
    listener = socket.create_server(("127.0.0.1", 0))
    ending = threading.Event()

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(WAIT_S)
                frame = connection.recv(HEADER_BYTES, socket.MSG_WAITALL)
                if not frame:  # It only looked whether somebody is here.
                    continue
                frame += connection.recv(frame_length(frame) - HEADER_BYTES, socket.MSG_WAITALL)
                heard.append(decode(frame, DIALECT))
                said = answer(heard[-1])
                connection.sendall(said)
                if not said:
                    ending.wait(WAIT_S)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname(), heard
    finally:
        ending.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(WAIT_S)


def saying(number: str, fields: dict[str, str], **head: str) -> Answer:
    def answer(asked: Message) -> bytes:
        said = {**head_of(number, asked.head["MsgID"]), **head}
        return encode(Message(number, said, (fields,)), DIALECT, 2026)

    return answer


def client_of(address: tuple[str, int], timeouts: Timeouts = PATIENT) -> CnnontaxClient:
    return CnnontaxClient(
        address, DIALECT, timeouts, now=lambda: datetime(2026, 11, 21, 12, 0, tzinfo=CHINA)
    )


def found_by(answer: Answer, timeouts: Timeouts = PATIENT) -> object:
    with peer(answer) as (address, _):
        return client_of(address, timeouts).query_bill(CODE)


def test_a_bill_is_found_by_its_payment_code() -> None:
    with peer(saying("5601", BILL)) as (address, heard):
        found = client_of(address).query_bill(CODE)
    assert heard[0].number == "2601"
    assert heard[0].vouchers == ({"PayCode": CODE},)
    assert isinstance(found, BillState)
    assert found.state is PayState.UNPAID
    bill = found.bill
    assert (bill.amount_fen, bill.late_fee_fen, bill.principal_fen) == (162050, 2050, 160000)
    assert [line.amount_fen for line in bill.lines] == [120000, 40000]
    assert [(line.quantity, line.standard_fen) for line in bill.lines] == [(1, 120000), (2, 20000)]
    assert bill.payer_name_masked == "张*"
    assert bill.agency_name == "杭州市拱墅区示例高级中学"
    assert bill.issued_on.isoformat() == "2026-11-01"


def test_the_state_of_a_bill_is_asked_with_its_check_code() -> None:
    with peer(saying("5997", {**BILL, "PayStats": "1"})) as (address, heard):
        found = client_of(address).query_state(CODE, "A1B2")
    assert heard[0].number == "8997"
    assert heard[0].vouchers[0]["Hold1"] == "A1B2"
    assert isinstance(found, BillState)
    assert found.state is PayState.PAID


@pytest.mark.parametrize(("said", "bills"), [("0", 1), ("1", 0), ("2", 0)])
def test_the_kiosks_own_search_works_through_the_same_seam(said: str, bills: int) -> None:
    call = SearchBills("L1", Subject(SubjectKind.PAYMENT_CODE, CODE))
    with peer(saying("5601", {**BILL, "PayStats": said})) as (address, _):
        found = client_of(address).perform(call)
    assert isinstance(found, BillsFound)
    assert len(found.bills) == bills


def test_the_link_is_up_where_the_peer_takes_a_connection() -> None:
    with peer(saying("5601", BILL)) as (address, heard):
        assert client_of(address).perform(CheckLink()) == Acknowledged()
        assert heard == []
    assert client_of(address).perform(CheckLink()) == NotSent("connection_refused")


def test_what_the_treasury_has_no_message_for_is_not_sent() -> None:
    client = client_of(("127.0.0.1", 9))
    person = SearchBills("L1", Subject(SubjectKind.PERSON, "330199190001010010"))
    for call in (ConfirmClaim("C1", doubt=False), person):
        assert client.perform(call) == NotSent(NOT_OFFERED)
    assert client.query_bill("12345") == NotSent("not_a_payment_code")


def test_a_refusal_is_told_in_the_treasurys_words() -> None:
    fields = {"OriMsgNo": "2601", "Result": "18012", "Information": "没有该单位的代收费权限"}
    assert found_by(saying("5001", fields)) == Refused(
        Refusal.INVALID, "18012 没有该单位的代收费权限"
    )


@pytest.mark.parametrize(
    ("number", "change", "reason"),
    [
        ("5601", {"PayCode": CODE[:-1] + "2"}, "wrong_bill"),
        ("5997", {}, "wrong_message"),
        ("5601", {"Amt": "1620.51"}, "not_a_bill"),
        ("5601", {"Amt": "1,620.50"}, "not_a_bill"),
        ("5601", {"Amt": "-5"}, "not_a_bill"),
        ("5601", {"Amt": "100000000.01"}, "not_a_bill"),
        ("5601", {"PayStats": "3"}, "not_a_bill"),
        ("5601", {"PayInfo": ""}, "not_a_bill"),
        ("5601", {"PayInfo": "103|x|1620.50|件|1"}, "not_a_bill"),
        ("5601", {"PayInfo": "103|x|1600.00|件|one|1"}, "not_a_bill"),
        ("5601", {"BillDate": "20261301"}, "not_a_bill"),
        ("5001", {}, "not_an_acknowledgement"),
        ("5001", {"OriMsgNo": "2601", "Result": "00000"}, "acknowledged_without_answer"),
        ("5001", {"OriMsgNo": "8997", "Result": "99999"}, "not_an_acknowledgement"),
    ],
)
def test_an_answer_that_is_not_this_bill_is_no_answer(
    number: str, change: dict[str, str], reason: str
) -> None:
    assert found_by(saying(number, {**BILL, **change})) == AnswerLost(reason)


def test_an_answer_to_another_question_is_no_answer() -> None:
    assert found_by(saying("5601", BILL, MsgRef="somebody-elses")) == AnswerLost("wrong_reference")
    two = encode(Message("5601", head_of("5601"), (BILL, BILL)), DIALECT, 2026)
    assert found_by(lambda _: two) == AnswerLost("not_one_voucher")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "bad_header"),
        (framed(b"<CFX/>")[:-10], "cut_off"),
        (framed(b"<CFX/>")[:10], "cut_off"),
        (framed(b"<CFX/>", dialect=Dialect(b"x", "", "", "")), "wrong_mac"),
    ],
)
def test_garbage_is_a_lost_answer(said: bytes, reason: str) -> None:
    assert found_by(lambda _: said) == AnswerLost(reason)


def test_silence_is_a_lost_answer() -> None:
    assert found_by(lambda _: b"", QUICK) == AnswerLost("answer_timeout")


def test_an_answer_after_the_total_deadline_is_not_read() -> None:
    with peer(saying("5601", BILL)) as (address, _):
        late = CnnontaxClient(address, DIALECT, Timeouts(connect_s=30.0, read_s=30.0, total_s=0.0))
        assert late.query_bill(CODE) == AnswerLost("answer_timeout")


def test_a_peer_that_is_not_there_is_not_sent() -> None:
    with refusing_port() as gone:
        found = client_of(("127.0.0.1", gone)).query_bill(CODE)
    assert found == NotSent("connection_refused")
    assert client_of(("no-such-host.invalid", 1)).query_bill(CODE) == NotSent("cannot_connect")


def test_a_peer_that_drips_is_given_up_at_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ending = threading.Event()

        def drip() -> None:
            connection, _ = listener.accept()
            with connection:
                for byte in framed(b"<CFX/>"):
                    if ending.wait(0.1):
                        return
                    connection.sendall(bytes([byte]))

        thread = threading.Thread(target=drip)
        thread.start()
        client = client_of(listener.getsockname(), QUICK)
        assert client.query_bill(CODE) == AnswerLost("answer_timeout")
        ending.set()
        thread.join(WAIT_S)


def test_a_host_that_never_answers_the_connection_is_not_sent() -> None:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    address = listener.getsockname()
    crowd = [socket.socket() for _ in range(4)]  # fills the queue: the next SYN is dropped
    for one in crowd:
        one.setblocking(False)
        one.connect_ex(address)
    assert client_of(address, QUICK).query_bill(CODE) == NotSent("connect_timeout")
    for one in (*crowd, listener):
        one.close()


def test_a_peer_that_resets_is_a_lost_answer_and_a_refused_search_stays_a_refusal() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def reset() -> None:
            connection, _ = listener.accept()
            connection.recv(HEADER_BYTES, socket.MSG_WAITALL)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()

        thread = threading.Thread(target=reset)
        thread.start()
        found = client_of(listener.getsockname()).query_bill(CODE)
        thread.join(WAIT_S)
    assert found == AnswerLost("connection_reset")
    call = SearchBills("L1", Subject(SubjectKind.PAYMENT_CODE, CODE))
    fields = {"OriMsgNo": "2601", "Result": "99999", "Information": ""}
    with peer(saying("5001", fields)) as (address, _):
        assert isinstance(client_of(address).perform(call), Refused)


# --- a whole kiosk over it ---------------------------------------------------------------------------

TREASURY = """
schema = 1
[storage]
directory = "state"
[platform]
adapter = "cnnontax"
[platform.cnnontax]
host = "{host}"
port = {port}
token_file = "token"
source = "KIOSK"
destination = "MOF"
division = "330105"
"""


def test_a_kiosk_at_the_treasury_finds_bills_by_code_and_offers_nothing_else(
    tmp_path: Path,
) -> None:
    token = tmp_path / "token"
    token.write_bytes(DIALECT.token + b"\n")
    token.chmod(0o600)
    site = tmp_path / "site.toml"
    with peer(saying("5601", {**BILL, "PayStats": "0"})) as ((host, port), heard):
        site.write_text(TREASURY.format(host=host, port=port))
        world = SimulatedWorld(tmp_path / "strips")
        with HeadlessKiosk(load(site), "", world) as kiosk:
            kiosk.wait(lambda seen: seen.link == "up" and seen.can_print)
            assert not kiosk.kiosk.can_read_cards
            kiosk.post(e.CardShown(ZHANG))
            kiosk.wait(lambda seen: seen.notice is Notice.CODES_ONLY)
            kiosk.post(e.CodeScanned(CODE))
            page = kiosk.wait_page(Choosing)
            assert isinstance(page, Choosing)
            assert [bill.bill_no for bill in page.bills] == [CODE]
            shown = bills_page(kiosk.kiosk, texts(Language.EN))
            assert (shown.can_pay, shown.pay_label) == (False, "Enquiry only. Please pay by phone")
            kiosk.post(e.PayTouched())
            trouble = kiosk.wait_page(Trouble)
            assert isinstance(trouble, Trouble)
            assert trouble.kind is TroubleKind.QUERY_ONLY
            assert not kiosk.kiosk.ledger.payments
    assert {message.number for message in heard} == {"2601"}


def test_a_site_that_leaves_out_half_of_the_dialect_is_told_what_is_missing(tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    site.write_text('schema = 1\n[platform]\nadapter = "cnnontax"\n')
    with pytest.raises(BadSettings, match="cnnontax needs host, port, token_file"):
        load(site)


def test_a_token_that_others_can_read_is_refused(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_bytes(b"secret")
    token.chmod(0o644)
    with pytest.raises(KeyUnusable, match="chmod 600"):
        secret_file(token)
    token.chmod(0o600)
    token.write_bytes(b"\n")
    with pytest.raises(KeyUnusable, match="is empty"):
        secret_file(token)


def test_a_treasury_without_an_address_is_not_reached() -> None:
    nowhere = client_of(("no-such-host.invalid", 9))
    assert nowhere.perform(CheckLink()) == NotSent("cannot_connect")
