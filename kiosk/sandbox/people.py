"""Synthetic residents and enterprises: the same ones every time, and nobody real.

Births lie in 1900 and the region is 330199, which was never assigned; check digits are
right, so that every check on the way from the card to the platform is exercised.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from drivers.api import CardKind
from kiosk.domain import identifiers
from kiosk.domain.platform import SubjectKind

RESIDENTS = 200
MAX_RESIDENTS = 100_000
ENTERPRISES = 20

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任"
    "沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
GIVEN_SINGLE = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚䶮𬱖喆堃淼翀玥赟"
GIVEN_DOUBLE = "秀兰桂英建国建华志强晓燕淑珍国强玉兰海燕文博子涵雨桐欣怡浩然梓萱思源佳宁春梅永康美华立新家豪若曦一诺景行"
TRADES = "科技贸易餐饮建设置业物流传媒医药环境园林材料服饰食品装备检测信息包装家居汽车教育"


def _pairs(text: str) -> tuple[str, ...]:
    return tuple(text[index : index + 2] for index in range(0, len(text), 2))


GIVEN = (*GIVEN_SINGLE, *_pairs(GIVEN_DOUBLE))


@dataclass(frozen=True, slots=True, repr=False)
class Person:
    """Somebody who may owe something; `card` is None for enterprises.

    `other_name` is the second name on foreigners' permits.
    """

    kind: SubjectKind
    number: str
    name: str
    card: CardKind | None = None
    other_name: str = ""

    def __repr__(self) -> str:
        return f"Person({self.kind}, …)"


@dataclass(frozen=True, slots=True, repr=False)
class DemoPerson:
    """A person with a story, for the card tray of the demo."""

    key: str
    person: Person
    story_zh: str
    story_en: str

    def __repr__(self) -> str:
        return f"DemoPerson({self.key})"


def resident_number(birth: date, sequence: int, region: str = "330199") -> str:
    """A citizen number with a valid check digit; an odd `sequence` (0 to 999) is male."""
    first17 = f"{region}{birth:%Y%m%d}{sequence:03d}"
    return first17 + identifiers.resident_check_digit(first17)


def enterprise_code(sequence: int) -> str:
    """A unified social credit code (GB 32100) whose organisation code (GB 11714) is valid too."""
    body = f"MA{sequence:06d}"
    first17 = "91330199" + body + _organisation_check(body)
    return first17 + identifiers.uscc_check_digit(first17)


def _organisation_check(body: str) -> str:
    """Check character of an organisation code: weights of GB 11714-1997, 10 → X, 11 → 0."""
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(char, 36) * weight for char, weight in zip(body, weights, strict=True))
    return {10: "X", 11: "0"}.get(11 - total % 11, str(11 - total % 11))


def _resident(name: str, month: int, day: int, sequence: int) -> Person:
    number = resident_number(date(1900, month, day), sequence)
    return Person(SubjectKind.PERSON, number, name, CardKind.RESIDENT)


def demo_people() -> tuple[DemoPerson, ...]:
    """The named ones, in the order of the tray; each shows something else."""
    person = SubjectKind.PERSON
    return (
        DemoPerson(
            "wang",
            _resident("王秀英", 1, 1, 2),
            "奶奶，三笔待缴：孙子的学费、一笔带加处罚款的交通违法罚款、公租房租金",
            "Grandmother with a school fee, an overdue traffic fine and rent",
        ),
        DemoPerson(
            "zhang",
            _resident("张三", 1, 1, 1),
            "一笔待缴，两张手机上缴过、还没打印的票据",
            "One bill to pay and two receipts paid by phone, not yet printed",
        ),
        DemoPerson(
            "chen",
            Person(person, "810000190001010018", "陈测试", CardKind.HK_MACAO_TAIWAN),
            "港澳台居民居住证，不动产登记费",
            "Residence permit of Hong Kong, Macao and Taiwan residents; a registration fee",
        ),
        DemoPerson(
            "sample",
            Person(person, "933000190001010018", "测试", CardKind.FOREIGN_2023, "TEST, SAMPLE"),
            "外国人永久居留身份证（2023 版），证件费与签证费",
            "Foreign permanent resident card of 2023; permit and visa fees",
        ),
        DemoPerson(
            "sample_2017",
            Person(person, "ZZZ330100010101", "测试", CardKind.FOREIGN_2017, "TEST, SAMPLE"),
            "外国人永久居留身份证（2017 版），没有待缴",
            "Foreign permanent resident card of 2017; nothing to pay",
        ),
        DemoPerson(
            "rare",
            _resident("李𬱖䶮", 6, 6, 66),
            "姓名含生僻字，一笔待缴，一张已打印过的票据",
            "A name of rare characters; one bill, one receipt that was printed before",
        ),
        DemoPerson(
            "company",
            Person(SubjectKind.ENTERPRISE, enterprise_code(1), "杭州示例科技有限公司"),
            "单位缴费：配套费、人防易地建设费、超定额用水加价费",
            "An enterprise with three construction and water fees",
        ),
    )


def everybody(residents: int = RESIDENTS) -> tuple[Person, ...]:
    """Demo people first, then so many residents, then 20 enterprises; the first 200 residents
    are always the same. Raises ValueError for more than there are numbers for."""
    if not 0 <= residents <= MAX_RESIDENTS:
        raise ValueError(f"there can be 0 to {MAX_RESIDENTS} residents")
    demo = tuple(entry.person for entry in demo_people())
    ordinary = tuple(_nth_resident(index) for index in range(residents))
    enterprises = tuple(_nth_enterprise(index) for index in range(ENTERPRISES))
    return demo + ordinary + enterprises


def _nth_resident(index: int) -> Person:
    # Strides without common divisors: names and birthdays do not move in step.
    name = SURNAMES[index * 7 % len(SURNAMES)] + GIVEN[index * 11 % len(GIVEN)]
    birth = date(1900, 1, 2) + timedelta(days=index * 13 % 360)
    # Beyond the first 200, all 360 birthdays of one sequence, then of the next.
    sequence = 100 + index if index < RESIDENTS else 300 + index // 360
    return Person(SubjectKind.PERSON, resident_number(birth, sequence), name, CardKind.RESIDENT)


def _nth_enterprise(index: int) -> Person:
    name = f"杭州示例{_pairs(TRADES)[index]}有限公司"
    return Person(SubjectKind.ENTERPRISE, enterprise_code(100 + index), name)
