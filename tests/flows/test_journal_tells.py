"""The journal's words: what a visit leaves in it, row by row, for later versions to read."""

from __future__ import annotations

import re

from drivers.api import PrintOutcome
from kiosk.domain import events as e
from kiosk.domain import platform as p
from kiosk.domain.effects import PrintReceipt, PrintSlip
from kiosk.domain.record_rows import from_row, to_row
from tests.support.people import ZHANG, bill
from tests.support.playbook import Playbook

BILL = "33010526300000000001"
RECEIPT = "33010226-0000000001"
STARTING = """
KioskStarted boot_id=boot version=test
DeviceChanged role=id_reader condition=up
DeviceChanged role=scanner condition=up
DeviceChanged role=receipt_printer condition=up
DeviceChanged role=receipt_printer condition=ok
LinkChanged up=True
"""
PAID = f"""
VisitOpened visit_id=V-1 subject_kind=person subject_digest=e464539326271a7c8a457659747f4541
PaymentIntended payment_id=K1-2 visit_id=V-1 subject_digest=e464539326271a7c8a457659747f4541 \
inquiry_code=A9WR-N73J bills=[['{BILL}', 1, 15000]] amount_fen=15000 intended_s=1795241800 \
parts=(('065080906', '杭州市公安局交通警察支队', '10304', 15000),)
PaymentMoved payment_id=K1-2 event=created state=shown evidence={{'answer': 'open', \
'amount_fen': 15000, 'qr_sha256': 'e133b79de1f46ad0', 'expires_in_s': 180}}
PaymentMoved payment_id=K1-2 event=seen_paid state=paid evidence={{'answer': 'paid', \
'amount_fen': 15000, 'wallet': 'alipay', 'transaction_no': 'T1', \
'paid_at': '2026-11-01T02:30:00+00:00'}}
ReceiptOwed payment_id=K1-2 receipt_no={RECEIPT} bill_no={BILL} amount_fen=15000
ClaimMoved claim_id=C-3 receipt_no={RECEIPT} visit_id=V-1 state=asked
ClaimMoved claim_id=C-3 receipt_no={RECEIPT} visit_id=V-1 state=granted copy_number=1
PrintMoved job_id=J-4 claim_id=C-3 receipt_no={RECEIPT} copy_number=1 state=intended \
content_hash=66f9440d6b2f73f0
PrintMoved job_id=J-4 claim_id=C-3 receipt_no={RECEIPT} copy_number=1 state=printed stage=cut \
proof=process_id
ClaimMoved claim_id=C-3 receipt_no={RECEIPT} visit_id=V-1 state=used copy_number=1
ClaimMoved claim_id=C-3 receipt_no={RECEIPT} visit_id=V-1 state=settled copy_number=1
VisitEnded visit_id=V-1 reason=done
"""


def told(play: Playbook, since: int = 0) -> str:
    """The rows as lines: what is empty or zero is left out, ids are numbered as they appear."""
    lines = [
        " ".join([kind, *(f"{name}={value}" for name, value in body.items() if value)])
        for kind, body in play.diary.rows[since:]
    ]
    text = "\n" + "\n".join(lines) + "\n"
    numbers: dict[str, str] = {}

    def short(found: re.Match[str]) -> str:
        return found[1] + numbers.setdefault(found[2], str(len(numbers) + 1))

    return re.sub(r"\b([A-Z]+1?-)(K1\d{8,})", short, text)


def with_a_bill() -> Playbook:
    play = Playbook()
    play.platform.owe(bill(1))
    return play


def collecting() -> Playbook:
    play = Playbook()
    play.platform.add_paid_receipt(bill(1))
    play.tap(ZHANG)
    return play


def test_a_start_with_its_devices_and_link_reads_so() -> None:
    assert told(Playbook()) == STARTING


def test_a_paid_visit_reads_so() -> None:
    play = with_a_bill()
    before = len(play.diary.rows)
    play.tap(ZHANG)
    play.pay()
    play.wallet_pays()
    play.tick(37)
    assert told(play, before) == PAID


def test_a_doubt_that_ends_closed_reads_so() -> None:
    play = with_a_bill()
    play.tap(ZHANG)
    play.pay()
    before = len(play.diary.rows)
    play.network(up=False)
    play.send(e.BackTouched())
    play.tick(16)
    play.send(e.LeaveTouched())
    play.network(up=True)
    play.tick(30)
    assert (
        told(play, before)
        == """
PaymentMoved payment_id=K1-1 event=close_wanted state=closing evidence={'why': 'cancelled'}
PaymentMoved payment_id=K1-1 event=close_lost state=unknown evidence={'fact': 'not_sent', \
'reason': 'connection refused'}
LinkChanged
SlipMoved job_id=S-2 payment_id=K1-1 state=intended
SlipMoved job_id=S-2 payment_id=K1-1 state=printed
VisitEnded visit_id=V-3 reason=left
LinkChanged up=True
PaymentMoved payment_id=K1-1 event=seen_open state=closing evidence={'answer': 'open', \
'amount_fen': 15000}
PaymentMoved payment_id=K1-1 event=seen_closed state=closed evidence={'answer': 'closed', \
'amount_fen': 15000}
"""
    )


def test_a_receipt_cut_off_by_the_power_reads_so() -> None:
    play = collecting()
    play.hold = (PrintReceipt,)
    play.tick(9)
    before = len(play.diary.rows)
    play.restart()
    assert (
        told(play, before).replace(STARTING.split("\n", 2)[2], "")
        == f"""
KioskStarted boot_id=boot version=test
PrintMoved job_id=J-1 claim_id=C-2 receipt_no={RECEIPT} copy_number=1 state=doubt reason=restart
ClaimMoved claim_id=C-2 receipt_no={RECEIPT} state=doubted copy_number=1 reason=restart
LinkChanged up=True
ClaimMoved claim_id=C-2 receipt_no={RECEIPT} state=settled copy_number=1
DeviceChanged role=id_reader condition=up
DeviceChanged role=scanner condition=up
DeviceChanged role=receipt_printer condition=up
DeviceChanged role=receipt_printer condition=ok
"""
    )


def test_a_claim_cut_off_by_the_power_is_released_and_reads_so() -> None:
    play = collecting()
    play.hold = (p.ClaimReceipt,)
    play.tick(9)
    before = len(play.diary.rows)
    play.hold = ()
    play.restart()
    rows = [line for line in told(play, before).splitlines() if line.startswith("ClaimMoved")]
    assert rows == [
        f"ClaimMoved claim_id=C-1 receipt_no={RECEIPT} state=unused reason=restart",
        f"ClaimMoved claim_id=C-1 receipt_no={RECEIPT} state=settled reason=not_found",
    ]


def test_a_slip_cut_off_by_the_power_reads_so() -> None:
    play = with_a_bill()
    play.tap(ZHANG)
    play.pay()
    play.hold = (PrintSlip,)
    play.network(up=False)
    play.send(e.BackTouched())
    play.tick(16)
    play.restart()
    rows = [line for line in told(play).splitlines() if line.startswith("SlipMoved")]
    assert [row.partition("payment_id")[2] for row in rows] == [
        "=K1-2 state=intended",
        "=K1-2 state=doubt reason=restart",
    ]


def test_a_silent_printer_reads_so() -> None:
    play = collecting()
    before = len(play.diary.rows)
    play.paper.outcome = PrintOutcome.UNKNOWN
    play.tick(9)
    assert (
        told(play, before).split("\n", 4)[4]
        == f"""\
PrintMoved job_id=J-3 claim_id=C-1 receipt_no={RECEIPT} copy_number=1 state=doubt \
reason=test stage=sent
ClaimMoved claim_id=C-1 receipt_no={RECEIPT} visit_id=V-2 state=doubted copy_number=1 reason=test
ClaimMoved claim_id=C-1 receipt_no={RECEIPT} visit_id=V-2 state=settled copy_number=1
"""
    )


def test_every_row_of_these_stories_is_read_back_as_the_record_it_was() -> None:
    play = with_a_bill()
    play.tap(ZHANG)
    play.pay()
    play.wallet_pays()
    for kind, body in play.diary.rows:
        assert to_row(from_row(kind, body)) == (kind, body)
