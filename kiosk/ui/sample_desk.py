"""A desk with hand-made answers, for the gallery and for tests of the maintenance pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

from drivers.api import Role
from kiosk.domain.kiosk import Kiosk
from kiosk.domain.open_code import State as CodeState
from kiosk.domain.operator import AccountRole, Level, NotDone, Order
from kiosk.domain.payment import State
from kiosk.event_ids import EventId
from kiosk.maintenance import wording
from kiosk.maintenance.views import (
    AccountLine,
    ActOn,
    Day,
    DeviceLine,
    Difference,
    Doubtful,
    Home,
    LevelNow,
    Light,
    MoneyInDoubt,
    Next,
    OwedReceipt,
    PaidFor,
    Part,
    PaymentLine,
    Revised,
    Side,
    Story,
    StoryLine,
    TotalLine,
    VisitLine,
    VisitPage,
    Wanted,
    Who,
    Words,
)
from kiosk.ui.sample_screens import CODE, PAYMENT_ID, WALL

Result = TypeVar("Result")

RECEIPT = "33010226-0000012345"
UNKNOWN = Words(
    "不知道有没有扣款，机器一直在问", "Not known whether money was taken, the kiosk asks"
)
PAID = Words("平台证实已经付款", "The platform says: paid")
ASK_FINANCE = Words("区财政局", "The district's finance office")


def _part(code: str, zh: str, en: str, light: Light, state: Words, todo: Words) -> Part:
    return Part(code, Words(zh, en), light, state, todo)


WELL = Words("正常", "well")
NOTHING = Words("", "")
PAPER = _part(
    "paper", "打印纸", "Paper", Light.LOOK, Words("快用完了", "running low"),
    Words("准备一卷新纸，今天之内换上", "Bring a new roll and change it today"),
)  # fmt: skip
PARTS = (
    PAPER,
    *(
        _part(code, zh, en, Light.GOOD, WELL, NOTHING)
        for code, zh, en in (
            ("id_reader", "身份证读卡器", "Identity card reader"),
            ("scanner", "扫码器", "Scanner"),
            ("receipt_printer", "票据打印机", "Receipt printer"),
            ("link", "平台网络", "Link to the platform"),
            ("disk", "磁盘", "Disk"),
            ("journal", "账本", "Journal"),
            ("clock", "时钟", "Clock"),
        )
    ),
)
CLOSED_BY, PUBLISHED = "2026-11-17.v1:3f9c0a71b2de", "2026-11-17.v2:81d4e6027ac5"
HOME = Home(
    takes_money=True,
    why_not=(),
    parts=PARTS,
    in_doubt=(MoneyInDoubt(PAYMENT_ID, CODE, 144_350, State.UNKNOWN, UNKNOWN),),
    receipts_owed=1,
    hands=(PAPER,),
    revised=(Revised(WALL.date() - timedelta(days=4), CLOSED_BY, "2026-11-17.v2"),),
    unclosed=tuple(WALL.date() - timedelta(days=n) for n in (3, 2, 1)),
)
JOURNAL = replace(
    next(part for part in PARTS if part.code == "journal"), light=Light.BAD,
    state=wording.event(EventId.KIOSK_HALTED)[0], todo=wording.event(EventId.KIOSK_HALTED)[1],
)  # fmt: skip
HALTED_HOME = replace(
    HOME, takes_money=False, why_not=(JOURNAL.state,), hands=(JOURNAL, PAPER), in_doubt=(),
    receipts_owed=0, unclosed=(), revised=(),
    parts=(*(part for part in PARTS if part.code != "journal"), JOURNAL),
)  # fmt: skip
LINE = PaymentLine(
    PAYMENT_ID, CODE, WALL - timedelta(hours=20), 144_350, State.PAID, PAID,
    "alipay", "2026112022001400001234", ("33010526112100000317",), (RECEIPT,),
    (144_350,),
)  # fmt: skip
VISIT = VisitLine(
    "V1", WALL - timedelta(hours=20), WALL - timedelta(hours=20, minutes=-2),
    Words("居民办完离开", "The resident finished"), (LINE,),
)  # fmt: skip
OPEN_VISIT = replace(
    VISIT, visit_id="V2", opened_at=WALL - timedelta(hours=3),
    payments=(replace(LINE, state=State.UNKNOWN, words=UNKNOWN, inquiry_code="B3FX-9KTW"),),
)  # fmt: skip
STORY = Story(
    VISIT,
    tuple(
        StoryLine(number, WALL - timedelta(hours=20, seconds=-10 * number), side, Words(zh, en), seen)
        for number, (side, zh, en, seen) in enumerate(
            (
                (Side.KIOSK, "居民放上身份证，开始办理", "A card began the visit", ()),
                (Side.KIOSK, "决定付款 ¥ 1,443.50，还没有发出任何请求",
                 "A payment of ¥ 1,443.50 was intended", ()),
                (Side.PLATFORM, "平台接受，付款码已显示", "The platform made the code", ()),
                (Side.PLATFORM, "平台证实已经付款", "The platform says: paid",
                 (("wallet", "alipay"), ("transaction_no", "2026112022001400001234"))),
                (Side.PRINTER, "打印机证实票据打好了", "The printer proved the receipt",
                 (("receipt_no", RECEIPT),)),
            )
        )
    ),
    is_whole=True,
)  # fmt: skip
DOUBT = Doubtful(
    PAYMENT_ID, CODE, "V2", 144_350, WALL - timedelta(hours=3), State.UNKNOWN, UNKNOWN,
    Words("请居民保留手机付款记录，不要再缴", "The payer keeps the record and does not pay again"),
    (ActOn.ASK_AGAIN, ActOn.CORRECT_PAID, ActOn.NOTE), (WALL.date(),),
    Next(Who.KIOSK, WALL + timedelta(minutes=42), WALL + timedelta(days=7, hours=-3)),
)  # fmt: skip
OPEN_CODE = "33010526380000000017"
CODE_DOUBT = Doubtful(
    OPEN_CODE, OPEN_CODE, "", 15_000, WALL - timedelta(days=9), CodeState.CASE,
    *wording.event(EventId.KIOSK_OPEN_CODES_CASE),
    (ActOn.ASK_AGAIN, ActOn.CORRECT_PAID, ActOn.CORRECT_ABSENT, ActOn.NOTE),
    tuple(WALL.date() - timedelta(days=n) for n in range(9, 1, -1)), Next(Who.OFFICE),
)  # fmt: skip
OWED = OwedReceipt(
    RECEIPT, PAYMENT_ID, CODE, 98_000, WALL - timedelta(hours=3), False, "J1",
    Words("打印机没有证实这张票打好了", "The printer has not proven this print"),
    (ActOn.PRINT_COPY, ActOn.PAPER_WHOLE, ActOn.PAPER_NOT_WHOLE),
)  # fmt: skip


def _totals(*lines: tuple[str, str, int, int]) -> tuple[TotalLine, ...]:
    return tuple(TotalLine(Words(zh, en), count, fen) for zh, en, count, fen in lines)


DAY = Day(
    day=WALL.date(),
    statement="2026-11-21",
    trouble=None,
    matched=41,
    ours_count=42,
    ours_fen=1_234_500,
    theirs_count=41,
    theirs_fen=1_090_150,
    differences=(
        Difference(
            "only_ours", PAYMENT_ID, 144_350, None,
            Words("机器记为已付，对账单上没有", "Paid in the journal, absent from the statement"),
            ASK_FINANCE,
            Words("请平台查这笔付款，居民的票据先留着", "asks the platform; keep the receipt"),
            False,
            (ActOn.NOTE,),
        ),
    ),
    by_item=_totals(("普通高中学费", "Senior school tuition", 12, 1_000_000),
                    ("公安交通违法罚款", "Traffic fine", 30, 234_500)),
    by_agency=_totals(("杭州市公安局交通警察支队", "Hangzhou Traffic Police", 30, 234_500)),
    by_wallet=_totals(("支付宝", "Alipay", 30, 900_000), ("微信", "WeChat Pay", 12, 334_500)),
    closed_at=None,
    can_close=True,
)  # fmt: skip


class SampleSearch:
    def next_page(self, limit: int = 20) -> VisitPage:
        return VisitPage((OPEN_VISIT, VISIT)[:limit], has_more=True)


class SampleDesk:
    """Answers at once with what is above; remembers what was ordered."""

    def __init__(
        self, *, first: bool = False, answer: NotDone | None = None, can_close: bool = True
    ) -> None:
        self.is_first = first
        self.can_close = can_close
        self.answer = answer
        self.ordered: list[Order] = []
        self.kept: list[str] = []
        self.heard: list[date] = []  # closed days that were asked about
        self.answers = True

    def submit(self, job: Callable[[], Result], done: Callable[[Result | Exception], None]) -> None:
        done(job())

    def needs_first_account(self) -> bool:
        return self.is_first

    def accounts(self) -> tuple[AccountLine, ...]:
        return (
            AccountLine("1001", AccountRole.TECHNICIAN, is_held=False, held_for_s=0.0),
            AccountLine("2002", AccountRole.OFFICE, is_held=True, held_for_s=40.0),
        )

    def log_in(self, account_id: str, pin: str) -> NotDone | None:
        del account_id, pin
        return self.answer

    def keep_account(self, account_id: str, role: AccountRole, pin: str) -> NotDone | None:
        del role, pin
        self.kept.append(account_id)
        return self.answer

    def order(self, order: Order) -> NotDone | None:
        self.ordered.append(order)
        return self.answer

    def home(self, kiosk: Kiosk) -> Home:
        return HALTED_HOME if kiosk.halted else HOME

    def search(self, wanted: Wanted) -> SampleSearch:
        del wanted
        return SampleSearch()

    def story(self, visit_id: str) -> Story:
        del visit_id
        return STORY

    def doubtful(self, kiosk: Kiosk) -> tuple[Doubtful, ...]:
        del kiosk
        return (DOUBT, CODE_DOUBT)

    def result(self, kiosk: Kiosk, payment_id: str) -> tuple[Words, Words] | None:
        del kiosk
        return (PAID, NOTHING) if payment_id == PAYMENT_ID else None

    def paid_for(self, payment_id: str) -> tuple[PaidFor, ...]:
        if payment_id == OPEN_CODE:
            return (PaidFor(Words("公安交通违法罚款", "Traffic fine"), "", 15_000),)
        return (
            PaidFor(Words("普通高中学费", "Senior school tuition"), "杭州第十四中学", 120_000),
            PaidFor(Words("公安交通违法罚款", "Traffic fine"), "杭州市公安局交通警察支队", 24_350),
        )

    def owed(self, kiosk: Kiosk) -> tuple[OwedReceipt, ...]:
        del kiosk
        return (OWED,)

    def testable(self) -> tuple[DeviceLine, ...]:
        never = Words("还没有测过", "never tested")
        return (
            DeviceLine(Role.ID_READER, Words("身份证读卡器", "Identity card reader"), never),
            DeviceLine(
                Role.RECEIPT_PRINTER,
                Words("票据打印机", "Receipt printer"),
                Words("2026年11月20日 17:05 通过", "2026-11-20 17:05 passed"),
            ),
        )

    def day(self, day: date, progress: Callable[[int, int], None] | None = None) -> Day:
        if progress is not None:
            progress(1, 1)
        if day == HOME.revised[0].day:
            return replace(DAY, day=day, statement=PUBLISHED, closed_by=CLOSED_BY)
        return replace(DAY, day=day, can_close=self.can_close)

    def hear_of(self, day: date) -> bool:
        self.heard.append(day)
        return self.answers

    def correct(self, payment_id: str, *, paid: bool) -> NotDone | None:
        del payment_id, paid
        return self.answer

    def close_day(self, day: date, cases: tuple[str, ...] = ()) -> NotDone | None:
        del day, cases
        return self.answer

    def export_day(self, day: date, directory: Path) -> Path:
        return directory / f"{day.isoformat()}.csv"

    def level(self, level: Level) -> LevelNow:
        if level is Level.VOLUME:
            return LevelNow(60, NOTHING)
        return LevelNow(None, Words("这块屏幕不能调亮度", "This screen cannot be dimmed"))

    def support_bundle(self, directory: Path) -> Path:
        return directory / "support-K330105001-20261121.zip"


PLACES = (Path("/media/usb/OFFICE"), Path("/var/lib/public-payment-kiosk/export"))


def sample_places() -> tuple[Path, ...]:
    return PLACES
