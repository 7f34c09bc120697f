"""What the synthetic people owe and have paid: the same for everybody who asks on the same day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from kiosk.domain.bill import Bill, BillLine
from kiosk.domain.fee_item import FeeCategory, FeeItem
from kiosk.domain.identifiers import mask_name
from kiosk.domain.platform import SubjectKind
from kiosk.sandbox.ledger import late_fee_fen
from kiosk.sandbox.people import RESIDENTS, Person, demo_people, everybody

CHANNELS = ("alipay", "wechat", "unionpay", "zhelibanan", "counter")
FINE_PER_TEN_THOUSAND = 300  # 加处罚款: 3 % a day (行政处罚法 art. 72)
OTHER_PER_TEN_THOUSAND = 5  # 滞纳金: 0.5 ‰ a day


@dataclass(frozen=True, slots=True)
class Pattern:
    """How bills of one fee item look; amounts are quantity × standard."""

    title: str
    agency_code: str
    standard_fen: int
    quantities: tuple[int, ...]
    notes: tuple[str, ...]
    extra: tuple[str, int] | None = None  # a second line: name, amount in fen


@dataclass(frozen=True, slots=True)
class History:
    """A bill that was paid before the kiosk came into it."""

    channel: str
    days_ago: int
    copies: int


@dataclass(frozen=True, slots=True)
class Owed:
    owner: Person
    bill: Bill
    history: History | None = None


# By item code of the first city list; another catalogue's items get PLAIN.
PATTERNS: Mapping[str, Pattern] = MappingProxyType(
    {
        "103042701": Pattern(
            "幼儿园保教费", "330105201", 80_000, (1, 2, 5), ("幼儿：*宝 中班", "幼儿：*乐 大班")
        ),
        "103042707": Pattern(
            "普通高中学费",
            "330105202",
            120_000,
            (1,),
            ("学生：*子轩 高一（3）班", "学生：*雨桐 高二（1）班"),
            ("住宿费", 40_000),
        ),
        "103042709": Pattern("中职学校住宿费", "330105203", 35_000, (1, 2), ("学生：*浩 机电班",)),
        "103042711": Pattern("义务教育住宿费", "330105204", 30_000, (1,), ("学生：*一诺 初二",)),
        "103040102": Pattern(
            "外国人永久居留身份证工本费", "330100101", 30_000, (1,), ("首次申领",)
        ),
        "103040103": Pattern(
            "公民出入境证件费", "330100101", 12_000, (1,), ("普通护照 首次申领", "普通护照 换发")
        ),
        "103040101": Pattern("外国人签证费", "330100101", 40_000, (1, 2), ("停留签证", "居留许可")),
        "103040104": Pattern(
            "国籍申请手续费", "330100101", 5_000, (1,), ("申请受理",), ("证书费", 20_000)
        ),
        "103043301": Pattern(
            "不动产登记费", "330100301", 8_000, (1, 2), ("住宅转移登记", "住宅抵押登记")
        ),
        "103044601": Pattern("水土保持补偿费", "330100302", 80, (5_200, 18_400), ("生产建设项目",)),
        "103044701": Pattern("医疗事故鉴定费", "330100303", 250_000, (1,), ("首次鉴定",)),
        "103043401": Pattern("人防易地建设费", "330100304", 150_000, (12, 40), ("民用建筑项目",)),
        "103043302": Pattern(
            "城市基础设施配套费", "330100305", 10_500, (860, 3_200), ("商业用房",)
        ),
        "103040105": Pattern("养犬管理服务费", "330105401", 50_000, (1,), ("首年登记", "年度审验")),
        "103044602": Pattern("超计划超定额用水加价费", "330100306", 190, (420, 3_650), ("上季度",)),
        "103070601": Pattern("公租房租金", "330105402", 46_800, (1, 3), ("按月缴纳", "按季缴纳")),
        "103043303": Pattern("城市易地绿化补偿费", "330100307", 36_000, (15, 60), ("建设项目",)),
        "103050101": Pattern(
            "公安交通违法罚款", "330100102", 15_000, (1,), ("决定书 3301…0127", "决定书 3301…0463")
        ),
    }
)
PLAIN = ("330100999", 10_000)


def population(
    items: tuple[FeeItem, ...], today: date, residents: int = RESIDENTS
) -> Iterator[Owed]:
    """Every bill of every synthetic person, paid ones with their history."""
    maker = _Maker(items, today)
    named = {entry.key: entry.person for entry in demo_people()}
    yield from _demo(maker, named)
    for index, person in enumerate(everybody(residents)[len(named) :]):
        yield from _somebody(maker, person, index)


class _Maker:
    """Turns an item and a few numbers into a bill; numbers the bills as it goes."""

    def __init__(self, items: tuple[FeeItem, ...], today: date) -> None:
        self.personal = [item for item in items if not _only_for_enterprises(item)]
        self.corporate = [item for item in items if item.enterprise]
        self._by_code = {item.code: item for item in items}
        self._today = today
        self._made = 0

    def has(self, code: str) -> bool:
        return code in self._by_code

    def code(self, code: str) -> FeeItem:
        return self._by_code[code]

    def make(
        self,
        owner: Person,
        item: FeeItem,
        variant: int,
        age_days: int,
        history: History | None = None,
    ) -> Owed:
        """`variant` picks quantity and note; the bill was issued `age_days` ago, due in 15."""
        self._made += 1
        issued = self._today - timedelta(days=age_days)
        due = issued + timedelta(days=15)
        lines, title, agency_code, note = _content(item, variant)
        principal = sum(line.amount_fen for line in lines)
        late = 0
        if item.has_late_fee and history is None:
            fine = item.category is FeeCategory.FINE
            rate = FINE_PER_TEN_THOUSAND if fine else OTHER_PER_TEN_THOUSAND
            late = late_fee_fen(principal, (self._today - due).days, rate)
        bill = Bill(
            bill_no=f"330105{issued:%y}30{self._made:010d}",
            version=1,
            title=title,
            agency_code=agency_code,
            agency_name=item.agency_zh,
            payer_name_masked=mask_name(owner.name),
            lines=lines,
            late_fee_fen=late,
            amount_fen=principal + late,
            issued_on=issued,
            due_on=due,
            note=note,
        )
        return Owed(owner, bill, history)


def _only_for_enterprises(item: FeeItem) -> bool:
    personal_too = {"103043301", "103044701", "103050101"}
    return item.enterprise and item.code not in personal_too


def _content(item: FeeItem, variant: int) -> tuple[tuple[BillLine, ...], str, str, str]:
    pattern = PATTERNS.get(item.code) or Pattern(item.name_zh, *PLAIN, (1,), ("",))
    quantity = pattern.quantities[variant % len(pattern.quantities)]
    lines = [
        BillLine(
            item_code=item.code,
            item_name=pattern.title,
            unit=item.unit,
            quantity=quantity,
            standard_fen=pattern.standard_fen,
            amount_fen=quantity * pattern.standard_fen,
        )
    ]
    if pattern.extra is not None:
        name, amount_fen = pattern.extra
        lines.append(BillLine(item.code, name, item.unit, 1, amount_fen, amount_fen))
    note = pattern.notes[variant % len(pattern.notes)]
    return tuple(lines), pattern.title, pattern.agency_code, note


def _demo(maker: _Maker, people: Mapping[str, Person]) -> Iterator[Owed]:
    """The stories of `people.demo_people`; an item a site's catalogue lacks is left out."""
    plan: tuple[tuple[str, str, int, int, History | None], ...] = (
        ("wang", "103042707", 0, 6, None),
        ("wang", "103050101", 0, 27, None),
        ("wang", "103070601", 1, 3, None),
        ("zhang", "103040103", 0, 2, None),
        ("zhang", "103042701", 0, 40, History("alipay", 33, 0)),
        ("zhang", "103040105", 1, 90, History("zhelibanan", 80, 0)),
        ("chen", "103043301", 0, 4, None),
        ("sample", "103040102", 0, 5, None),
        ("sample", "103040101", 1, 5, None),
        ("rare", "103042711", 0, 8, None),
        ("rare", "103040103", 1, 60, History("wechat", 55, 1)),
        ("company", "103043302", 0, 10, None),
        ("company", "103043401", 0, 10, None),
        ("company", "103044602", 1, 45, None),
    )
    for key, code, variant, age_days, history in plan:
        if maker.has(code):
            yield maker.make(people[key], maker.code(code), variant, age_days, history)


def _somebody(maker: _Maker, person: Person, index: int) -> Iterator[Owed]:
    """Two to four open bills, and something paid earlier for two people of three."""
    items = maker.corporate if person.kind is SubjectKind.ENTERPRISE else maker.personal
    for place in range(2 + index % 3):
        item = items[(index * 3 + place * 5) % len(items)]
        yield maker.make(person, item, index + place, age_days=2 + (index * 7 + place * 11) % 40)
    for place in range(index % 3):
        item = items[(index * 5 + place * 3 + 1) % len(items)]
        days_ago = 5 + (index * 17 + place * 61) % 300  # some are older than the window
        history = History(
            CHANNELS[(index + place) % len(CHANNELS)], days_ago, copies=index % 4 // 3
        )
        yield maker.make(person, item, index + place, days_ago + 9, history)
