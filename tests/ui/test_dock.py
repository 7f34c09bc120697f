"""The demonstration's second window: what it shows and what its touches ask for."""

from threading import Thread

import pytest
from PySide6.QtGui import QColor, QImage

from kiosk.ui.dock.contract import DockFacts, DockPerson, Fault, PhoneFacts, PhoneStage
from kiosk.ui.dock.view_model import fault_rows, person_rows, phone_page, strip_rows
from kiosk.ui.dock.window import Dock
from kiosk.ui.robot import Robot
from kiosk.ui.translations import Language, texts

ZH = texts(Language.ZH)
PEOPLE = (DockPerson("张小三", "三笔待缴"), DockPerson("李四", "两张票据可取"))
OPENED = PhoneFacts(PhoneStage.OPENED, "杭州市财政局", "普通高中学费等 3 项", 144350)


class Asked:
    """Actions that only remember what was asked for."""

    def __init__(self):
        self.calls = []

    def place_card(self, index):
        self.calls.append(("place", index))

    def remove_card(self):
        self.calls.append(("remove",))

    def scan(self, text):
        self.calls.append(("scan", text))

    def phone_open(self):
        self.calls.append(("open",))

    def phone_pay(self, wallet):
        self.calls.append(("pay", wallet))

    def phone_decline(self):
        self.calls.append(("decline",))

    def phone_pay_late(self):
        self.calls.append(("late",))

    def set_fault(self, fault, *, on):
        self.calls.append((fault, on))


class Desk:
    def __init__(self, facts, language="zh"):
        self.asked = Asked()
        self.dock = Dock(self.asked, facts, language)
        self.robot = Robot(self.dock.window)
        self.settle()

    def settle(self):
        for _ in range(2):
            self.dock.app.processEvents()
            self.dock.grab()

    def tap(self, name):
        self.robot.tap(name)
        self.settle()


@pytest.fixture
def make_desk(qapp):
    desks = []

    def make(*arguments):
        desks.append(Desk(*arguments))
        return desks[-1]

    yield make
    for desk in desks:
        desk.dock.close()


@pytest.mark.parametrize(
    ("facts", "label", "call"),
    [
        (DockFacts(PEOPLE), "放上 李四", ("place", 1)),
        (DockFacts(PEOPLE, on_reader=0), "拿走 张小三", ("remove",)),
        (DockFacts(PEOPLE, sample_code=" 3301 "), "扫一下", ("scan", "3301")),
        (DockFacts(phone=PhoneFacts(PhoneStage.READY)), "用手机扫码", ("open",)),
        (DockFacts(phone=OPENED), "用支付宝付款", ("pay", "alipay")),
        (DockFacts(phone=OPENED), "用浙里办付款", ("pay", "zhelibanan")),
        (DockFacts(phone=OPENED), "取消付款", ("decline",)),
        (DockFacts(phone=OPENED), "等到关单时再付", ("late",)),
        (DockFacts(), "票据纸用完", (Fault.PAPER_OUT, True)),
        (DockFacts(faults=frozenset({Fault.SLOW})), "平台变慢", (Fault.SLOW, False)),
    ],
)
def test_a_touch_on_the_dock_asks_for_one_thing(make_desk, facts, label, call):
    desk = make_desk(facts)
    desk.tap(label)
    assert desk.asked.calls == [call]


def test_nothing_is_scanned_from_an_empty_field(make_desk):
    desk = make_desk(DockFacts())
    desk.tap("扫一下")
    assert desk.asked.calls == []


@pytest.mark.parametrize("stage", PhoneStage)
@pytest.mark.parametrize("language", Language)
def test_every_stage_of_the_phone_is_drawn_without_a_warning(make_desk, stage, language):
    facts = DockFacts(PEOPLE, 0, PhoneFacts(stage, "财政局", "学费", 100))
    desk = make_desk(facts, language.value)
    assert desk.dock.grab().width() == 960
    shown = phone_page(facts.phone, texts(language))
    if stage is not PhoneStage.OPENED:
        assert shown.message in desk.robot.visible_names()


def test_facts_from_another_thread_are_shown(make_desk, qtbot):
    desk = make_desk(DockFacts(PEOPLE))
    facts = DockFacts(PEOPLE, on_reader=1)
    thread = Thread(target=desk.dock.publish, args=(facts,))
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: "拿走 李四" in desk.robot.visible_names(), timeout=30_000)


def test_a_printed_strip_comes_out_of_the_slot(make_desk, tmp_path):
    strip = tmp_path / "strip.png"
    image = QImage(576, 900, QImage.Format.Format_RGB32)
    image.fill(QColor("#FFFFFF"))
    image.save(str(strip))
    desk = make_desk(DockFacts())
    assert ZH.of("dock.printer_empty") in desk.robot.visible_names()
    desk.dock.publish(DockFacts(strips=(strip,)))
    desk.settle()
    assert "第 1 张票据" in desk.robot.visible_names()


def test_the_newest_strip_comes_first(tmp_path):
    rows = strip_rows(DockFacts(strips=(tmp_path / "1.png", tmp_path / "2.png")), ZH)
    assert [row.name for row in rows] == ["第 2 张票据", "第 1 张票据"]
    assert rows[0].source.startswith("file:///")


def test_the_card_on_the_reader_is_offered_for_taking():
    rows = person_rows(DockFacts(PEOPLE, on_reader=1), ZH)
    assert [row.action_name for row in rows] == ["放上 张小三", "拿走 李四"]


def test_every_mishap_has_a_switch():
    rows = fault_rows(DockFacts(faults=frozenset({Fault.COVER_OPEN})), ZH)
    assert {row.key for row in rows} == set(Fault)
    assert [row.key for row in rows if row.is_on] == [Fault.COVER_OPEN]
