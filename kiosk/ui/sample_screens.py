"""Every screen as a hand-made snapshot: for the gallery and for tests. Synthetic people only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

from drivers.api import PrinterCondition, PrinterStatus, Role
from kiosk.domain import visit as v
from kiosk.domain.bill import Bill, BillLine
from kiosk.domain.hours import span_of
from kiosk.domain.identifiers import inquiry_code
from kiosk.domain.kiosk import Kiosk, Link, Presence, Rules, Strip
from kiosk.domain.ledger import Ledger, Payment, Slip
from kiosk.domain.office_book import Office
from kiosk.domain.open_code import Block, OpenCode, OpenCodeRules, Reserve
from kiosk.domain.payment import State
from kiosk.domain.platform import Subject, SubjectKind
from kiosk.domain.platform_upkeep import PublicNotice
from kiosk.domain.receipt import ReceiptHead
from kiosk.domain.records import PaperState, PrintState

WALL = datetime(2026, 11, 21, 6, 26, tzinfo=UTC)
NOW_S = 1000.0
RULES = Rules("K330105001", b"sample", frozenset(Role))
PAYMENT_ID = "K330105001-01SAMPLEPAYMENT00000000"

CODE = "7K4M-QR29"
STRIP_JOB = "J-01SAMPLEJOB0000000000000000"
QR_URL = "https://pay.example.invalid/c/01SAMPLEPAYMENT00000000"

PERSON = Subject(SubjectKind.PERSON, "330199190001010010", "张小三", "d" * 32)
BY_CODE = Subject(SubjectKind.PAYMENT_CODE, "33010526112100000317", digest="c" * 32)
COMPANY = Subject(SubjectKind.ENTERPRISE, "91330199MA2TEST00X", digest="e" * 32)
ONE_OPEN = Ledger(
    payments=MappingProxyType(
        {
            PAYMENT_ID: Payment(
                payment_id=PAYMENT_ID,
                visit_id="V",
                subject_digest=PERSON.digest,
                inquiry_code=inquiry_code(PAYMENT_ID),
                bills=(),
                amount_fen=144_350,
                receipt_later=False,
                state=State.UNKNOWN,
            )
        }
    )
)
"""A ledger in which one payment of the sample person is in doubt."""


def _bill(
    number: int,
    code: str,
    title: str,
    agency: str,
    fen: int,
    *,
    late_fen: int = 0,
    due: date,
    note: str = "",
) -> Bill:
    line = BillLine(code, title, "次", 1, fen, fen)
    return Bill(
        bill_no=f"3301052611210000{number:04d}",
        version=1,
        title=title,
        agency_code="105001",
        agency_name=agency,
        payer_name_masked="张*三",
        lines=(line,),
        late_fee_fen=late_fen,
        amount_fen=fen + late_fen,
        issued_on=date(2026, 11, 2),
        due_on=due,
        note=note,
    )


SCHOOL = replace(
    _bill(
        317, "103042707", "普通高中学费", "杭州市拱墅区示例高级中学", 120000, due=date(2026, 12, 5),
        note="2026 学年上学期",
    ),
    lines=(
        BillLine("103042707", "普通高中学费", "学期", 1, 120000, 120000),
    ),
)  # fmt: skip
FINE = _bill(
    127, "103050101", "公安交通违法罚款", "杭州市公安局交通警察支队", 15000, late_fen=1350,
    due=date(2026, 11, 12), note="决定书 3301…0127",
)  # fmt: skip
HOUSE = _bill(
    80, "103043301", "不动产登记费", "杭州市规划和自然资源局", 8000,
    due=date(2026, 12, 31), note="住宅转移登记",
)  # fmt: skip
BILLS = (SCHOOL, FINE, HOUSE)
MANY = tuple(
    _bill(400 + number, "103070601", f"公租房租金 2026 年 {number} 月", "杭州市住房保障和房产管理局", 86500,
          due=date(2026, 12, 31))
    for number in range(1, 11)
)  # fmt: skip
PAGES = tuple(
    replace(
        MANY[number % 10], bill_no=f"{5000 + number:020d}", title=f"公租房租金第 {number + 1} 期"
    )
    for number in range(45)
)
RECEIPTS = tuple(
    ReceiptHead(
        f"33010226-00000{number}", "0" * 20, title, agency, fen,
        datetime(2026, 9, day, 2, tzinfo=UTC), "wallet", copies,
    )
    for number, title, agency, fen, day, copies in (
        (12345, "幼儿园保教费", "杭州市拱墅区示例幼儿园", 98000, 1, 0),
        (12346, "住宿费", "杭州市示例职业学校", 60000, 3, 0),
        (12340, "考试报名费", "杭州市教育考试院", 12000, 20, 1),
    )
)  # fmt: skip
NEWS = PublicNotice(
    "11月28日8时至12时系统维护，期间不能缴费。", "No payments on 28 November from 8:00 to 12:00: maintenance.",
    WALL - timedelta(days=1), WALL + timedelta(days=1),
)  # fmt: skip
CHOOSING = v.Choosing(BILLS, RECEIPTS, frozenset(bill.bill_no for bill in BILLS))
PAYING = v.Paying(
    PAYMENT_ID, CHOOSING, BILLS, CHOOSING.total_fen,
    qr_url=QR_URL, hide_at_s=NOW_S + 132, valid_s=180,
)  # fmt: skip
ITEMS = tuple(
    v.PrintItem(f"33010226-00000{50 + number}", bill.title, bill.amount_fen)
    for number, bill in enumerate(BILLS)
)


def _states(*states: v.ItemState) -> tuple[v.PrintItem, ...]:
    return tuple(replace(item, state=state) for item, state in zip(ITEMS, states, strict=False))


def _printed(*states: v.ItemState) -> v.Done:
    items = tuple(replace(item, job_id=STRIP_JOB) for item in _states(*states))
    return v.Done(items, PAYMENT_ID, SCHOOL.amount_fen, CODE, until_s=NOW_S + 40)


def _with_strip(state: PaperState) -> Kiosk:
    """A printer that draws in what nobody takes, ten seconds after it printed."""
    hangs = state is PaperState.WAITING
    mouth = PrinterCondition.PAPER_AT_MOUTH if hangs else PrinterCondition.RETRACTED
    return replace(
        READY,
        printer=PrinterStatus(frozenset({mouth}), takes_back=True),
        strip=Strip(STRIP_JOB, "", NOW_S - 10, state),
    )


READY = Kiosk(
    RULES,
    presence=MappingProxyType(dict.fromkeys(Role, Presence.UP)),
    printer=PrinterStatus(),
    link=Link.UP,
    now_s=NOW_S,
    wall=WALL,
)
NO_PAPER = replace(READY, printer=PrinterStatus(frozenset({PrinterCondition.PAPER_OUT})))
NO_READER = replace(
    READY,
    presence=MappingProxyType({Role.SCANNER: Presence.UP, Role.RECEIPT_PRINTER: Presence.UP}),
)


def _block(item_code: str, name: str, agency: str, amount_fen: int) -> Block:
    code = OpenCode(1, "33010526380000000017", "https://pay.example.invalid/open/01SAMPLECODE0000")
    return Block(
        f"B{item_code}{amount_fen}", item_code, name, agency, amount_fen, EXPIRES_S, (code,)
    )


EXPIRES_S = int(WALL.timestamp()) + 6 * 86400
POLICE, ESTATE = "杭州市公安局交通警察支队", "杭州市规划和自然资源局"
RESERVE = (
    *(_block("103050101", "公安交通违法罚款", POLICE, fen) for fen in (5000, 10000, 15000, 20000)),
    _block("103042711", "义务教育住宿费", "杭州市拱墅区示例初级中学", 40000),
    _block("103043301", "不动产登记费", ESTATE, 8000),
    _block("103040105", "养犬管理服务费", "杭州市综合行政执法局", 50000),
)
OFFLINE = replace(
    READY,
    link=Link.DOWN,
    reserve=RESERVE,
    rules=replace(RULES, open_codes=OpenCodeRules(
        tuple(Reserve(each.item_code, each.amount_fen, 1) for each in RESERVE))),
)  # fmt: skip
DRILL = replace(
    OFFLINE,
    link=Link.UP,
    rules=replace(OFFLINE.rules, open_codes=replace(OFFLINE.rules.open_codes, drill=True)),
)
OPEN_CODE = v.ShowingCode(
    "33010526380000000017", RESERVE[0].codes[0].qr_url, "103050101", "公安交通违法罚款",
    POLICE, 15000, EXPIRES_S, 1,
)  # fmt: skip


def at(page: v.Page, subject: Subject | None = PERSON, kiosk: Kiosk = READY) -> Kiosk:
    """This page, touched a moment ago."""
    return replace(kiosk, visit=v.Visit("V1", page, subject, touched_s=kiosk.now_s - 1))


def _with_rest(page: v.Page, unpaid: tuple[Bill, ...]) -> Kiosk:
    kiosk = at(page)
    assert kiosk.visit is not None
    return replace(kiosk, visit=replace(kiosk.visit, unpaid=unpaid))


def _untouched(kiosk: Kiosk, seconds: float) -> Kiosk:
    assert kiosk.visit is not None
    return replace(kiosk, visit=replace(kiosk.visit, touched_s=kiosk.now_s - seconds))


def _trouble(kind: v.TroubleKind, **fields: object) -> Kiosk:
    return at(v.Trouble(kind, **fields))  # type: ignore[arg-type]


def _doubt(slip: PrintState) -> Kiosk:
    slips = MappingProxyType({"S": Slip("S", PAYMENT_ID, slip)})
    page = v.Trouble(
        v.TroubleKind.MONEY_IN_DOUBT,
        payment_id=PAYMENT_ID,
        inquiry_code=CODE,
        amount_fen=CHOOSING.total_fen,
    )
    return replace(at(page), ledger=replace(ONE_OPEN, slips=slips))


def _swap() -> Kiosk:
    kiosk = at(CHOOSING)
    assert kiosk.visit is not None
    visit = replace(kiosk.visit, swap=BY_CODE, swap_asked_s=NOW_S - 5)
    return replace(kiosk, visit=visit)


K = v.TroubleKind
S = v.ItemState
ONLY_RECEIPTS = v.Choosing((), RECEIPTS, frozenset())
SCREENS: Mapping[str, Kiosk] = MappingProxyType(
    {
        "attract": READY,
        "attract-notice": replace(NO_PAPER, notice=v.Notice.WALLET_CODE, notice_until_s=2000),
        "attract-news": replace(READY, notices=(NEWS,)),
        "attract-no-reader": NO_READER,
        "starting": replace(READY, link=Link.UNKNOWN),
        "no-link": replace(READY, link=Link.DOWN),
        "closed-by-staff": replace(
            READY, ledger=replace(READY.ledger, office=Office(closed_because="cleaning"))
        ),
        "closed-hours": replace(
            READY, rules=replace(READY.rules, opening_hours=(span_of("mon-fri 08:30-17:30"),))
        ),
        "halted": replace(READY, halted="journal"),
        "no-space": replace(READY, low_space=True),
        "not-genuine": replace(READY, forged_answers=2),
        "trouble-no-space": _trouble(K.NO_SPACE, choosing=CHOOSING),
        "trouble-query-only": _trouble(K.QUERY_ONLY, choosing=CHOOSING),
        "trouble-not-genuine": _trouble(K.NOT_GENUINE, choosing=CHOOSING),
        "halted-while-paying": replace(at(PAYING), halted="journal", ledger=ONE_OPEN),
        "no-link-after-doubt": replace(READY, link=Link.DOWN, ledger=ONE_OPEN),
        "trouble-lookup-after-doubt": replace(
            at(v.Trouble(K.LOOKUP_FAILED, can_retry=True)), ledger=ONE_OPEN
        ),
        "code-entry": at(v.EnteringCode(), None),
        "code-entry-notice": at(v.EnteringCode(v.Notice.USE_YOUR_CARD), None),
        "searching": at(v.Searching("L", NOW_S, bills=BILLS)),
        "searching-again": at(v.Searching("L", NOW_S, attempt=2, compare_with=BILLS)),
        "bills": at(CHOOSING),
        "bills-some": at(replace(CHOOSING, selected=frozenset({SCHOOL.bill_no, HOUSE.bill_no}),
                                 receipts=(), notice=v.Notice.RECEIPTS_UNAVAILABLE)),
        "bills-none-chosen": at(replace(CHOOSING, selected=frozenset(), receipts=())),
        "bills-many": at(v.Choosing(MANY, (), frozenset(b.bill_no for b in MANY))),
        "bills-pages": at(v.Choosing(PAGES, (), frozenset(b.bill_no for b in PAGES))),
        "bills-veiled": _untouched(at(CHOOSING), 12),
        "bills-collect": at(replace(ONLY_RECEIPTS, auto_collect_at_s=NOW_S + 8)),
        "bills-copies": at(v.Choosing((), RECEIPTS[2:], frozenset())),
        "warning": _untouched(at(CHOOSING), 47),
        "confirm-changes": at(v.Confirming(
            CHOOSING, changes=(v.AmountChange(FINE.bill_no, FINE.title, 15900, 16350),))),
        "confirm-payer": at(v.Confirming(
            v.Choosing((SCHOOL,), (), frozenset({SCHOOL.bill_no})), other_payer=True), BY_CODE),
        "confirm-no-receipt": at(v.Confirming(CHOOSING, no_receipt_now=True)),
        "pay-preparing": at(replace(PAYING, qr_url="")),
        "pay": at(PAYING),
        "pay-one": at(replace(PAYING, bills=(SCHOOL,), amount_fen=SCHOOL.amount_fen)),
        "pay-unstable": at(replace(PAYING, unstable_link=True, hide_at_s=NOW_S + 24)),
        "pay-user-paying": at(replace(PAYING, user_paying=True)),
        "checking": at(v.Checking(
            PAYMENT_ID, CHOOSING, v.CheckCause.EXPIRED, NOW_S, CHOOSING.total_fen)),
        "printing-issuing": at(v.Printing((), PAYMENT_ID, CHOOSING.total_fen, NOW_S)),
        "printing": at(v.Printing(_states(S.PRINTED, S.PRINTING, S.WAITING), PAYMENT_ID,
                                  CHOOSING.total_fen, NOW_S)),
        "printing-late": at(v.Printing(_states(S.CLAIMING), PAYMENT_ID, SCHOOL.amount_fen,
                                       NOW_S, late=True)),
        "done": replace(at(v.Done(_states(S.PRINTED, S.PRINTED, S.PRINTED), PAYMENT_ID,
                                  CHOOSING.total_fen, CODE, until_s=NOW_S + 18)),
                        card_on_reader=True),
        "done-rest": _with_rest(v.Done(_states(S.PRINTED), PAYMENT_ID, SCHOOL.amount_fen, CODE,
                                       until_s=NOW_S + 18), BILLS[1:2]),
        "done-strip": at(_printed(S.PRINTED), kiosk=_with_strip(PaperState.WAITING)),
        "done-retracted": at(_printed(S.PRINTED), kiosk=_with_strip(PaperState.RETRACTED)),
        "done-later": at(v.Done(_states(S.PRINTED, S.LATER, S.LATER), PAYMENT_ID,
                                CHOOSING.total_fen, CODE, until_s=NOW_S + 55), kiosk=NO_PAPER),
        "done-doubt": at(v.Done(_states(S.PRINTED, S.DOUBT), PAYMENT_ID,
                                SCHOOL.amount_fen + FINE.amount_fen, CODE, until_s=NOW_S + 55)),
        "done-no-receipt": at(v.Done((), PAYMENT_ID, CHOOSING.total_fen, CODE, late=True,
                                     until_s=NOW_S + 55)),
        "done-nothing": replace(at(v.Done((), nothing_due=True, until_s=NOW_S + 18)),
                                card_on_reader=True),
        "trouble-lookup": _trouble(K.LOOKUP_FAILED, can_retry=True),
        "trouble-code": at(v.Trouble(K.CODE_NOT_FOUND, can_retry=True), BY_CODE),
        "trouble-rate": _trouble(K.RATE_LIMITED),
        "trouble-leased": _trouble(K.LEASED, choosing=CHOOSING, can_retry=True),
        "trouble-expired": _trouble(K.NOT_PAID_EXPIRED, choosing=CHOOSING, can_retry=True),
        "trouble-network": _trouble(K.NOT_PAID_NETWORK, choosing=CHOOSING, can_retry=True),
        "trouble-refused": _trouble(K.NOT_PAID_REFUSED, choosing=CHOOSING, can_retry=True),
        "trouble-doubt": _trouble(K.MONEY_IN_DOUBT, payment_id=PAYMENT_ID, inquiry_code=CODE,
                                  amount_fen=CHOOSING.total_fen),
        "trouble-doubt-printing": _doubt(PrintState.INTENDED),
        "trouble-doubt-printed": _doubt(PrintState.PRINTED),
        "trouble-printer": at(v.Trouble(K.PRINTER_NOT_READY, choosing=CHOOSING), kiosk=NO_PAPER),
        "swap": _swap(),
        "no-link-by-phone": OFFLINE,
        "fee": at(v.ChoosingFee(), None, OFFLINE),
        "fee-amounts": at(v.ChoosingFee("103050101", 15000, 1), None, OFFLINE),
        "fee-one-amount": at(v.ChoosingFee("103043301", 8000), None, OFFLINE),
        "fee-withdrawn": at(v.ChoosingFee(given=1, notice=v.Notice.CODE_WITHDRAWN), None, OFFLINE),
        "open-code": at(OPEN_CODE, None, OFFLINE),
        "open-code-drill": at(replace(OPEN_CODE, drill=True), None, DRILL),
        "drill": DRILL,
        "trouble-lookup-by-phone": at(
            v.Trouble(K.LOOKUP_FAILED, can_retry=True), kiosk=OFFLINE),
    }
)  # fmt: skip
