"""Every kind of difference between journal and statement is told, and nothing else."""

from __future__ import annotations

import io
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.domain.payment import State
from kiosk.platform_api.wire_services import StatementRow
from kiosk.reconcile import Kind, OurPayment, Ours, compare, read_statement
from kiosk.reconcile.export import export_csv, safe
from kiosk.reconcile.statement import NoStatement, Statement
from kiosk.sandbox.statement_file import Defect, statement_file

DAY = date(2026, 11, 20)
PAID_AT = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
ITEMS = (("001", "教育局", "103042707", 90000), ("002", "交警支队", "103050101", 10000))


def row(number: int, *, fen: int = 100000, at: datetime = PAID_AT) -> StatementRow:
    return StatementRow(
        payment_id=f"K1-{number}",
        state="paid",
        amount_fen=fen,
        paid_at=at,
        wallet="alipay",
        transaction_no=f"{number:028}",
        bill_nos=(f"33010526{number:012}",),
        receipt_nos=(f"33010226-{number:010}",),
    )


def our(number: int, *, state: State = State.PAID, fen: int = 100000) -> OurPayment:
    paid = state is State.PAID
    return OurPayment(
        f"K1-{number}",
        fen,
        PAID_AT - timedelta(minutes=1),
        (f"33010526{number:012}",),
        ITEMS if fen == 100000 else (),
        state,
        "alipay" if paid else "",
        f"{number:028}" if paid else "",
        PAID_AT if paid else None,
        [f"33010226-{number:010}"] if paid else [],
    )


def ours(*payments: OurPayment) -> Ours:
    found = Ours()
    found.payments = {each.payment_id: each for each in payments}
    return found


def statement(defect: Defect = Defect.MATCHED, *rows: StatementRow) -> Statement:
    raw = statement_file("K1", DAY, rows or (row(1), row(2)), defect)
    return read_statement(io.BytesIO(raw))


def kinds(mine: Ours, theirs: Statement, kiosk_id: str = "K1", day: date = DAY) -> list[Kind]:
    return [each.kind for each in compare(mine, theirs, kiosk_id, day).differences]


BOTH = (our(1), our(2))
SETTLED = {"event": "seen_settled", "state": "settled"}

EXPECTED = {
    Defect.MATCHED: [],
    Defect.PAYMENT_MISSING: [Kind.PAYMENT_MISSING],
    Defect.PAYMENT_EXTRA: [Kind.PAYMENT_EXTRA],
    Defect.AMOUNT_DIFFERS: [Kind.AMOUNT_DIFFERS],
    Defect.FEE_DEDUCTED: [Kind.FEE_DEDUCTED],
    Defect.PAID_TWICE: [Kind.PAID_TWICE],
    Defect.BILL_TWICE: [Kind.BILL_TWICE, Kind.PAYMENT_EXTRA],
    Defect.REFUNDED: [Kind.REFUNDED],
    Defect.OTHER_DAY: [Kind.OTHER_DAY],
    Defect.OTHER_KIOSK: [Kind.OTHER_KIOSK],
    Defect.RECEIPT_WITHOUT_PAYMENT: [Kind.RECEIPT_WITHOUT_PAYMENT, Kind.PAYMENT_MISSING],
    Defect.PAYMENT_WITHOUT_RECEIPT: [Kind.PAYMENT_WITHOUT_RECEIPT],
    Defect.RECEIPT_TWICE: [Kind.RECEIPT_TWICE, Kind.RECEIPT_WITHOUT_PAYMENT],
    Defect.OPEN_CODE_TWICE: [
        Kind.OPEN_CODE_TWICE,
        Kind.OPEN_CODE_FOREIGN,
        Kind.OPEN_CODE_FOREIGN,
    ],
    Defect.OPEN_CODE_FOREIGN: [Kind.OPEN_CODE_FOREIGN],
}


@pytest.mark.parametrize("defect", EXPECTED, ids=str)
def test_each_difference_has_its_kind_and_brings_no_other(defect: Defect) -> None:
    assert kinds(ours(*BOTH), statement(defect)) == EXPECTED[defect]


def test_a_payment_in_doubt_here_that_they_have_is_to_be_corrected_to_paid() -> None:
    doubtful = ours(our(1, state=State.UNKNOWN), our(2))
    assert kinds(doubtful, statement()) == [Kind.DOUBT_PAID]


def test_a_payment_in_doubt_here_that_they_lack_is_to_be_corrected_to_not_paid() -> None:
    doubtful = ours(our(1), our(2), our(3, state=State.CASE))
    assert kinds(doubtful, statement()) == [Kind.DOUBT_CLOSED]


def test_a_payment_closed_here_and_paid_there_is_a_late_success() -> None:
    assert kinds(ours(our(1, state=State.CLOSED), our(2)), statement()) == [Kind.PAYMENT_EXTRA]


def test_a_conflict_stays_a_difference_until_a_human_has_settled_it() -> None:
    assert kinds(ours(our(1, state=State.CONFLICT), our(2)), statement()) == [Kind.CONFLICT]
    absent = ours(our(1), our(2), our(3, state=State.CONFLICT))
    assert kinds(absent, statement()) == [Kind.CONFLICT]


def test_a_payment_closed_on_both_sides_is_no_difference() -> None:
    assert kinds(ours(*BOTH, our(3, state=State.CLOSED)), statement()) == []


def test_voided_on_both_sides_agrees() -> None:
    voided = statement(Defect.REFUNDED)
    assert kinds(ours(our(1, state=State.VOIDED), our(2)), voided) == []


def test_a_cut_off_file_proves_nothing_by_what_it_lacks() -> None:
    found = compare(ours(*BOTH, our(3)), statement(Defect.CUT_OFF), "K1", DAY)
    assert Kind.CUT_OFF in [each.kind for each in found.differences]
    assert Kind.PAYMENT_MISSING not in [each.kind for each in found.differences]
    assert not found.is_final


def test_a_broken_row_is_named_by_its_line_and_the_rest_is_compared() -> None:
    found = compare(ours(*BOTH), statement(Defect.BROKEN_ROW), "K1", DAY)
    assert [(each.kind, each.detail) for each in found.differences] == [(Kind.BROKEN_ROW, "line 2")]
    assert found.matched == 1


def test_a_version_older_than_the_one_that_closed_the_day_is_refused() -> None:
    mine = ours(*BOTH)
    mine.closed_days[DAY.isoformat()] = f"{DAY}.v2:abc"
    assert kinds(mine, statement(Defect.OLDER_VERSION)) == [Kind.OLDER_VERSION]
    assert kinds(mine, statement()) == []


@pytest.mark.parametrize(
    ("kiosk_id", "day"), [("K2", DAY), ("K1", DAY + timedelta(days=1))], ids=["kiosk", "day"]
)
def test_a_statement_of_another_kiosk_or_day_is_told_as_the_wrong_file(
    kiosk_id: str, day: date
) -> None:
    assert Kind.WRONG_FILE in kinds(ours(*BOTH), statement(), kiosk_id, day)


def test_open_codes_that_this_kiosk_handed_out_are_ours() -> None:
    mine = ours(*BOTH)
    foreign = statement(Defect.OPEN_CODE_FOREIGN)
    code = next(line for line in foreign.lines if line.payment_id.startswith("open")).bill_nos[0]
    fen = next(line for line in foreign.lines if line.bill_nos == (code,)).amount_fen
    mine.take(PAID_AT, "OpenCodeHandedOut", {"code": code, "amount_fen": fen})
    assert kinds(mine, foreign) == []
    mine.take(PAID_AT, "OpenCodeHandedOut", {"code": code, "amount_fen": fen + 1})
    found = compare(mine, foreign, "K1", DAY).differences
    assert [(each.kind, each.ours_fen, each.theirs_fen) for each in found] == [
        (Kind.AMOUNT_DIFFERS, fen + 1, fen)
    ]


@pytest.mark.parametrize("state", ["case", "expired", "voided"])
def test_an_open_code_that_is_not_paid_here_and_paid_there_is_a_difference(state: str) -> None:
    mine = ours(*BOTH)
    foreign = statement(Defect.OPEN_CODE_FOREIGN)
    line = next(line for line in foreign.lines if line.payment_id.startswith("open"))
    code = line.bill_nos[0]
    mine.take(PAID_AT, "OpenCodeHandedOut", {"code": code, "amount_fen": line.amount_fen})
    mine.take(PAID_AT, "OpenCodeMoved", {"code": code, "event": "any", "state": state})
    found = compare(mine, foreign, "K1", DAY).differences
    assert [(each.kind, each.payment_id) for each in found] == [(Kind.DOUBT_PAID, code)]
    assert line.is_about(code)
    mine.take(PAID_AT, "OpenCodeMoved", SETTLED | {"code": code})
    assert kinds(mine, foreign) == []


def with_code(handed_out_at: datetime, *moves: tuple[datetime, str, str]) -> Ours:
    mine = ours(*BOTH)
    mine.take(handed_out_at, "OpenCodeHandedOut", {"code": "C", "amount_fen": 5000})
    for at, event, state in moves:
        mine.take(at, "OpenCodeMoved", {"code": "C", "event": event, "state": state})
    return mine


HEARD = (PAID_AT, "seen_settled", "settled")


def test_an_open_code_settled_on_its_day_that_the_statement_lacks_is_a_difference() -> None:
    found = compare(with_code(PAID_AT, HEARD), statement(), "K1", DAY).differences
    assert [(each.kind, each.payment_id, each.ours_fen, each.theirs_fen) for each in found] == [
        (Kind.OPEN_CODE_MISSING, "C", 5000, None)
    ]


@pytest.mark.parametrize(
    "mine",
    [
        with_code(PAID_AT - timedelta(days=1), HEARD),
        with_code(PAID_AT, (PAID_AT + timedelta(days=1), "seen_settled", "settled")),
        with_code(PAID_AT, (PAID_AT, "recon_settled", "settled")),
        with_code(PAID_AT, (PAID_AT, "seen_expired", "expired")),
        with_code(PAID_AT, HEARD, (PAID_AT, "amount_differs", "case")),
        with_code(PAID_AT),
    ],
)
def test_where_a_code_can_have_been_paid_on_another_day_or_not_at_all_nothing_is_said(
    mine: Ours,
) -> None:
    assert kinds(mine, statement()) == []


def test_a_cut_off_statement_proves_nothing_about_a_code() -> None:
    found = kinds(with_code(PAID_AT, HEARD), statement(Defect.CUT_OFF))
    assert Kind.CUT_OFF in found
    assert Kind.OPEN_CODE_MISSING not in found


@pytest.mark.parametrize("paid_at", ["9999-12-31T23:30:00+00:00", "0001-01-01T00:00:00+14:00"])
def test_a_row_at_the_end_of_the_calendar_is_broken_and_the_rest_is_compared(paid_at: str) -> None:
    row = f"P,K1-9,paid,100,{paid_at},alipay,1,{'1' * 20},\n"
    theirs = read_statement([b"H,1,K1,2026-11-20,1\n", row.encode(), b"T,1,100,0,0\n"])
    assert kinds(Ours(), theirs) == [Kind.BROKEN_ROW]


def test_the_business_day_is_that_of_the_payment_in_china() -> None:
    late = our(1)
    late.intended_at = datetime(2026, 11, 20, 15, 59, tzinfo=UTC)
    late.paid_at = datetime(2026, 11, 20, 16, 1, tzinfo=UTC)
    assert late.day == date(2026, 11, 21)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"bill_nos": ("33010526999999999999",)}, "33010526000000000001"),
        ({"bill_nos": ("33010526000000000001", "33010526999999999999"),
          "receipt_nos": ("33010226-0000000001", "33010226-9999999999")}, "33010526999999999999"),
        ({"transaction_no": "9" * 28}, "9" * 28),
        ({"receipt_nos": ("33010226-9999999999",)}, "33010226-0000000001"),
    ],
)  # fmt: skip
def test_the_same_payment_with_other_bills_receipts_or_transaction_is_no_match(
    change: dict[str, object], named: str
) -> None:
    theirs = statement(Defect.MATCHED, row(1).model_copy(update=change))
    found = compare(ours(our(1)), theirs, "K1", DAY)
    assert [(each.kind, each.detail) for each in found.differences] == [
        (Kind.CONTENT_DIFFERS, named)
    ]
    assert found.matched == 0


def test_a_payment_in_doubt_is_told_when_the_statement_has_it_for_other_bills() -> None:
    theirs = statement(
        Defect.MATCHED, row(1).model_copy(update={"bill_nos": ("33010526999999999999",)})
    )
    doubtful = ours(our(1, state=State.UNKNOWN))
    assert kinds(doubtful, theirs) == [Kind.DOUBT_PAID, Kind.CONTENT_DIFFERS]


def test_totals_by_item_agency_and_wallet_add_up_to_the_whole() -> None:
    found = compare(ours(*BOTH, our(3, fen=500)), statement(), "K1", DAY)
    assert [(t.code, t.count, t.amount_fen) for t in found.by_item] == [
        ("103042707", 2, 180000),
        ("103050101", 2, 20000),
        ("", 1, 500),
    ]
    assert {t.name for t in found.by_agency} == {"教育局", "交警支队", ""}
    for totals in (found.by_item, found.by_agency, found.by_wallet):
        assert sum(t.amount_fen for t in totals) == found.ours_fen == 200500


def test_a_payment_of_two_items_counts_once_for_its_agency() -> None:
    one = our(1)
    one.parts = (("001", "A", "fine", 90000), ("001", "A", "late_fee", 10000))
    found = compare(ours(one), statement(Defect.MATCHED, row(1)), "K1", DAY)
    assert [(t.code, t.count, t.amount_fen) for t in found.by_agency] == [("001", 1, 100000)]


def test_comparing_twice_says_the_same() -> None:
    mine, theirs = ours(*BOTH), statement(Defect.AMOUNT_DIFFERS)
    assert compare(mine, theirs, "K1", DAY) == compare(mine, theirs, "K1", DAY)


@pytest.mark.parametrize(
    "raw",
    [b"", b"hello\n", b"H,2,K1,2026-11-20,1\n", b"H,1,K1,yesterday,1\n", b"H,1,,2026-11-20,1\n",
     b"<html>\n", b"H,1,K1,2026-11-20,many\n"],
)  # fmt: skip
def test_what_is_no_statement_is_refused_in_words(raw: bytes) -> None:
    with pytest.raises(NoStatement):
        read_statement(io.BytesIO(raw))


def test_a_file_that_another_program_saved_anew_is_told_from_none() -> None:
    raw = statement_file("K1", DAY, (row(1),)).replace(b"\n", b"\r\n")
    with pytest.raises(NoStatement, match="CR LF"):
        read_statement(io.BytesIO(raw))


def test_rows_after_the_trailer_make_the_file_doubtful() -> None:
    raw = statement_file("K1", DAY, (row(1),)) + b"P,K1-9,paid,1,2026-11-20T04:00:00+00:00,,1,1,\n"
    assert [each.kind for each in read_statement(io.BytesIO(raw)).faults] == [Kind.CUT_OFF]


def test_a_line_without_end_is_not_read_for_ever() -> None:
    with pytest.raises(NoStatement, match="beyond"):
        read_statement([b"H,1,K1,2026-11-20,1\n", b"P" * 9000])


def test_no_cell_of_the_export_can_be_a_formula() -> None:
    for text in (
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1+1",
        "＋1",
        "－1",
        "＠A",
    ):
        assert safe(text) == f"'{text}"
    assert safe(-5) == "-5"
    assert safe(None) == ""


def test_no_number_of_the_export_loses_its_last_digits_in_a_spreadsheet() -> None:
    bill = "33010526000000000001"  # spreadsheets keep 15 digits
    assert safe(bill) == f"'{bill}"
    assert safe("103042707") == "103042707"
    assert safe("33010226-0000000001") == "33010226-0000000001"


def test_the_export_holds_sums_totals_and_every_difference() -> None:
    out = io.StringIO()
    found = compare(ours(*BOTH), statement(Defect.AMOUNT_DIFFERS), "K1", DAY)
    assert export_csv(found, out) == 1
    lines = out.getvalue().splitlines()
    assert lines[1].startswith("day,2026-11-20,2026-11-20.v2:")
    assert any(line.startswith("difference,amount_differs,K1-1,100000,100100,") for line in lines)
    assert any(line.startswith("wallet,,alipay,200000,") for line in lines)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.binary(max_size=60) | st.sampled_from((b"H,1,K1,2026-11-20,1\n", b"T,0,0,0,0\n")))
)
def test_whatever_the_file_holds_it_is_read_or_refused_in_words(raw: list[bytes]) -> None:
    with suppress(NoStatement):
        compare(ours(*BOTH), read_statement(raw), "K1", DAY)
