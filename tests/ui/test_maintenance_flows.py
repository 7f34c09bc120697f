"""A new operator at closing time, on the real screen: engine, journal, devices and sandbox."""

import csv
import json
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QPoint

from drivers.api import CardKind, IdCard
from drivers.simulation import SimulatedWorld
from kiosk import bootstrap
from kiosk.demo.phone import Phone
from kiosk.demo.sandbox_process import SandboxProcess
from kiosk.demo.settings import demo_settings
from kiosk.domain import payment
from kiosk.domain import records as r
from kiosk.domain.hours import CHINA
from kiosk.domain.identifiers import inquiry_code
from kiosk.domain.kiosk import Link, Service
from kiosk.domain.operator_desk import PaperStep
from kiosk.domain.platform import BillToPay
from kiosk.domain.visit import Choosing, Done, Paying, Trouble
from kiosk.engine.diary import JournalDiary
from kiosk.journal import keys
from kiosk.journal.journal import Journal
from kiosk.journal.reader import Reader
from kiosk.ui.robot import NotOnScreen, Robot
from kiosk.ui.viewmodels import wording
from tests.support.days import begin_well_before_midnight
from tests.support.journals import tamper

PATIENCE_MS = 60_000
GESTURES = 5  # between two taps may be two seconds, and a busy machine can take them for a picture
ACCOUNT, PIN = "1001", "837465"
OLD_PAYMENT, OLD_RECEIPT, OLD_FEN = "K-YESTERDAY-000001", "33010226-0000099999", 12_345
PAYS = "wang"  # of the sandbox's demo people: one with bills


class Hall:
    """A kiosk in its hall, a resident, and an operator who only has the screen."""

    def __init__(self, directory, sandbox, qtbot):
        self._qtbot = qtbot
        self.directory = directory
        self.sandbox = sandbox
        self.settings = sandbox.signed(demo_settings(directory))
        self.world = SimulatedWorld(directory / "paper")
        self.stick = directory / "STICK"
        self.stick.mkdir()

    def open(self, *, maintenance_only=False, halted=False):
        self._screen = bootstrap.screen(
            self.settings,
            world=self.world,
            base_url=self.sandbox.url,
            places=lambda: (self.stick,),
            maintenance_only=maintenance_only,
        )
        self.shell, self.bridge, machine = self._screen.__enter__()
        self.robot = Robot(self.shell.window)
        machine.start()
        if maintenance_only or halted:
            self.until(lambda: self.kiosk.service is Service.HALTED)
        else:
            self.until(lambda: self.kiosk.service is Service.IN_SERVICE and self.kiosk.can_print)

    def close(self):
        self._screen.__exit__(None, None, None)

    @property
    def kiosk(self):
        return self.bridge.kiosk

    @property
    def page(self):
        return self.kiosk.visit.page if self.kiosk.visit else None

    def until(self, met):
        try:
            self._qtbot.waitUntil(lambda: bool(met()), timeout=PATIENCE_MS)
        except self._qtbot.TimeoutError:
            pytest.fail(f"waited in vain; on the screen: {self.seen}")

    # --- the resident ------------------------------------------------------------------------------

    def show_card(self):
        people = {person["key"]: person for person in self.sandbox.get("/sandbox/demo-people")}
        person = people[PAYS]
        card = IdCard(CardKind(person["card"]), person["name"], person["number"])
        self.world.id_reader.place(card)
        self.until(lambda: isinstance(self.page, Choosing))

    def show_code(self):
        self.show_card()
        self.touch("确认缴费")
        self.until(lambda: isinstance(self.page, Paying) and self.page.qr_url)
        return self.page.qr_url

    def pay(self):
        Phone().pay(self.show_code())
        self.until(lambda: isinstance(self.page, Done) and self.page.items)
        self.leave()

    def leave(self):
        self.world.id_reader.remove()
        self.touch("办完了")
        self.until(lambda: self.kiosk.visit is None)

    # --- the operator ------------------------------------------------------------------------------

    @property
    def seen(self):
        return self.robot.visible_names()

    def reads(self, *parts):
        """Wait until something on the screen holds all of these words."""
        self.until(lambda: any(all(part in name for part in parts) for name in self.seen))

    def touch(self, *names):
        """Touch what is called so, or begins so, once it is there and enabled."""
        for name in names:
            found = []

            def is_there(name=name, found=found):
                found[:] = [seen for seen in self.robot.everything()
                            if seen.is_control and seen.enabled and seen.name.startswith(name)]  # fmt: skip
                return bool(found)

            self.until(is_there)
            self.press(found[0].name)

    def press(self, name):
        try:
            self.robot.press(name)
        except NotOnScreen:  # it moved on between the look and the touch
            self.shell.app.processEvents()

    def type(self, text):
        for key in text:
            self.touch(key)

    def make_gesture(self):
        left, right = QPoint(20, 20), QPoint(1060, 20)
        for corner in (left, left, right, right, left):
            self.robot.tap_at(corner)

    def log_in(self):
        """By the gesture; at the very first start by making the account."""
        for _ in range(GESTURES):
            self.make_gesture()
            if self.shell.maintenance.isOpen:
                break
        self.until(lambda: "请输入工号" in self.seen or "新账号的工号" in self.seen)
        if "新账号的工号" in self.seen:
            for typed, button in ((ACCOUNT, "下一步"), (PIN, "下一步"), (PIN, "建立账号")):
                self.type(typed)
                self.touch(button)
            self.reads("账号建好了")
        self.type(ACCOUNT)
        self.touch("下一步")
        self.type(PIN)
        self.touch("登录")
        self.reads("这台机器现在怎么样")


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    with SandboxProcess(tmp_path_factory.mktemp("sandbox")) as process:
        yield process


@pytest.fixture
def hall(qtbot, tmp_path, sandbox):
    """A kiosk that is not opened yet, so that its journal can be given a past."""
    begin_well_before_midnight()
    sandbox.post("/sandbox/reset")
    sandbox.post("/sandbox/link", {"heal": True})
    hall = Hall(tmp_path, sandbox, qtbot)
    yield hall
    hall.close()


def give_a_past(hall):
    """A visit of yesterday noon: paid, and its receipt printed."""
    at = datetime.now(CHINA).replace(hour=12, minute=0) - timedelta(days=1)
    bill = BillToPay("33010526112100000999", 1, OLD_FEN)
    evidence = {"state": "paid", "amount_fen": OLD_FEN, "wallet": "alipay"}
    claim = ("C-OLD", OLD_RECEIPT, "V-OLD")
    records = (
        r.VisitOpened("V-OLD", "person", "d" * 32),
        r.PaymentIntended(OLD_PAYMENT, "V-OLD", "d" * 32, inquiry_code(OLD_PAYMENT), (bill,),
                          OLD_FEN, receipt_later=False, intended_s=int(at.timestamp())),
        r.PaymentMoved(OLD_PAYMENT, payment.Event.CREATED, payment.State.SHOWN, {"state": "open"}),
        r.PaymentMoved(OLD_PAYMENT, payment.Event.SEEN_PAID, payment.State.PAID, evidence),
        r.ReceiptOwed(OLD_PAYMENT, OLD_RECEIPT, bill.bill_no, OLD_FEN),
        r.ClaimMoved(*claim, r.ClaimState.ASKED, reprint=False),
        r.ClaimMoved(*claim, r.ClaimState.GRANTED, reprint=False, copy_number=1),
        r.PrintMoved("J-OLD", "C-OLD", OLD_RECEIPT, 1, r.PrintState.INTENDED, "h"),
        r.PrintMoved("J-OLD", "C-OLD", OLD_RECEIPT, 1, r.PrintState.PRINTED, "h"),
        r.ClaimMoved(*claim, r.ClaimState.SETTLED, reprint=False, copy_number=1),
        r.VisitEnded("V-OLD", "finished"),
    )  # fmt: skip
    directory = hall.settings.storage_directory
    secret = keys.for_directory(directory).journal
    diary = JournalDiary(lambda: Journal.open(directory, secret))
    diary.commit(records, at.astimezone(UTC), 1.0, "past")
    diary.close()


def test_the_paper_is_changed_step_by_step(hall):
    hall.open()
    hall.world.printer.run_out_after(0)
    hall.log_in()
    hall.reads("打印纸")
    hall.touch("换打印纸", "开始换纸")
    hall.reads("打开打印机的盖子")
    hall.world.printer.open_cover()
    hall.reads("放进新纸卷")
    hall.world.printer.load_paper()
    hall.reads("合上盖子")
    hall.world.printer.close_cover()
    hall.touch("打测试条")
    hall.reads("测试条完整、清楚吗？")
    assert hall.kiosk.desk.paper.step is PaperStep.LOOK
    hall.touch("是，完整清楚")
    hall.reads("换好了")
    assert len(hall.world.printer.strips) == 1


def test_paper_that_runs_low_is_changed_before_it_is_out(hall):
    hall.open()
    hall.world.printer.load_paper(1000)
    hall.log_in()
    hall.reads("快用完")
    hall.touch("处理 ", "开始换纸")
    hall.world.printer.open_cover()
    hall.reads("先取出旧纸卷")
    hall.world.printer.load_paper()
    hall.world.printer.close_cover()
    hall.touch("打测试条", "是，完整清楚")
    hall.reads("换好了")
    hall.reads("现在可以收款")


def test_yesterdays_payment_is_found_and_its_story_told(hall):
    give_a_past(hall)
    hall.open()
    hall.log_in()
    hall.touch("查缴费", "选日期")
    yesterday = datetime.now(CHINA).date() - timedelta(days=1)
    hall.touch(wording.day(hall.shell.look.texts, yesterday), "查找")
    hall.reads("找到 1 次办理")
    hall.reads("¥ 123.45")
    hall.touch("看经过")
    hall.reads("¥ 123.45")
    hall.reads(inquiry_code(OLD_PAYMENT))
    hall.until(lambda: {"机器", "平台", "打印机"} <= set(hall.seen))


def test_a_payment_is_found_by_what_the_payer_reads_out(hall):
    give_a_past(hall)
    hall.open()
    hall.log_in()
    hall.touch("查缴费", "输金额")
    hall.type("12345")
    hall.touch("就用这个", "查找")
    hall.reads("找到 1 次办理")
    hall.reads(inquiry_code(OLD_PAYMENT))


def test_a_doubtful_payment_is_explained_and_settled_by_asking(hall):
    hall.open()
    hall.show_code()
    hall.sandbox.post("/sandbox/link", {"mode": "down"})
    hall.touch("不付了，返回")
    hall.until(lambda: isinstance(hall.page, Trouble))
    code = hall.page.inquiry_code
    hall.world.id_reader.remove()
    hall.touch("知道了，结束办理")
    hall.until(lambda: hall.kiosk.visit is None)
    hall.log_in()
    hall.reads("现在不能收款")
    hall.touch("没有结果的付款")
    hall.reads(code)
    hall.touch(f"处理 {code}")
    hall.touch("按对账单记为已付", "记为已付")
    hall.reads("证据不够，没有改")
    assert [each.state for each in hall.kiosk.ledger.open_payments] == [payment.State.UNKNOWN]
    hall.sandbox.post("/sandbox/link", {"heal": True})
    hall.until(lambda: hall.kiosk.link is Link.UP)
    if any(name.startswith("现在去问平台") for name in hall.seen):
        hall.touch("现在去问平台")
    hall.until(lambda: not hall.kiosk.ledger.open_payments)
    hall.reads("没有付款，已关闭")
    hall.reads("居民可以重新缴")


def test_a_day_is_compared_a_difference_looked_up_closed_and_exported(hall):
    give_a_past(hall)
    hall.open()
    hall.log_in()
    hall.touch("日结对账", "开始对账")
    hall.reads("有 1 处不一样")
    hall.reads(OLD_PAYMENT)
    hall.touch("看第 1 处的经过", f"看经过 {_at(OLD_PAYMENT, hall)}")
    hall.reads("这一次办理的经过")
    hall.touch("返回", "返回", "确认日结")
    hall.reads("机器有、对账单没有", "¥ 123.45")
    hall.type("12")
    hall.touch("确认日结")
    hall.reads("这一天已经日结")
    hall.touch("导出表格", "写到 这台机器里的文件夹")
    hall.reads("已写到")
    (file,) = hall.stick.glob("*.csv")
    rows = list(csv.reader(file.read_text("utf-8-sig").splitlines()))
    (day,) = (row for row in rows if row[0] == "day")
    assert (int(day[3]), int(day[4])) == (OLD_FEN, 0)


def _at(payment_id, hall):
    """How the list calls yesterday's visit."""
    noon = datetime.now(CHINA).replace(hour=12, minute=0) - timedelta(days=1)
    return f"{wording.moment(hall.shell.look.texts, noon)} {inquiry_code(payment_id)}"


def test_today_is_compared_and_agrees_but_is_not_closed_before_it_is_over(hall):
    hall.open()
    hall.pay()
    hall.log_in()
    hall.touch("日结对账", "开始对账")
    hall.reads("账都对上了")
    hall.reads("今天还没过完")
    assert "确认日结" not in hall.seen


def test_a_resident_cannot_be_interrupted_by_the_gesture(hall):
    hall.open()
    hall.show_card()
    hall.make_gesture()
    assert not hall.shell.maintenance.isOpen
    assert isinstance(hall.page, Choosing)


def test_when_only_maintenance_is_left_the_operator_learns_why_and_gets_a_bundle(hall):
    hall.open(maintenance_only=True)
    hall.reads("暂停服务")
    hall.log_in()
    hall.reads("程序反复出错，只开放维护")
    hall.touch("服务设置", "导出支持包", "写到 这台机器里的文件夹")
    hall.reads("支持包已写到")
    assert list(hall.stick.glob("*.zip"))


def test_of_a_kiosk_with_a_damaged_journal_a_technician_takes_a_bundle_to_the_stick(hall):
    hall.open()
    hall.log_in()
    hall.touch("退出登录")
    hall.reads("请将身份证放在感应区")
    hall.close()
    journal = hall.settings.storage_directory
    tamper(journal, "UPDATE entry SET at_us = at_us + 1 WHERE seq = 2")
    with Reader(journal) as reader:
        rows = len(list(reader.rows()))
    hall.open(halted=True)
    hall.log_in()
    hall.reads("现在不能收款：账本不能写")
    hall.touch("处理 账本")
    hall.reads("账本现在用不了，只能导出支持包")
    assert not any("暂停服务" in name for name in hall.seen), "it would be refused"
    hall.touch("导出支持包", "写到 这台机器里的文件夹")
    hall.reads("支持包已写到", "没有记进账本")
    (path,) = hall.stick.glob("*.zip")
    with zipfile.ZipFile(path) as bundle:
        report = json.loads(bundle.read("report.json"))
        lines = bundle.read("journal.jsonl").splitlines()
    assert (report["taking_this"], report["journal_rows"]) == ("not_recorded", "whole")
    assert len(lines) == rows, "all that was there, and nothing more"
    hall.touch("退出登录")
    hall.until(lambda: not hall.shell.maintenance.isOpen)


def test_a_copy_is_printed_with_a_reason_and_counted(hall):
    hall.open()
    hall.pay()
    before = len(hall.world.printer.strips)
    hall.log_in()
    hall.touch("查缴费", "查找", "看经过", "可以做什么", "补打票据", "撕坏了")
    hall.reads("打好了，第 2 次")
    assert len(hall.world.printer.strips) == before + 1
    hall.touch("完成", "返回")
    hall.reads("补打")


def test_residents_read_why_the_kiosk_is_paused_until_it_serves_again(hall):
    hall.open()
    hall.log_in()
    hall.touch("服务设置", "暂停服务", "正在清洁")
    hall.reads("已暂停服务")
    hall.touch("退出登录")
    hall.reads("正在清洁，工作人员已将本机暂停服务")
    hall.log_in()
    hall.reads("现在不能收款")
    hall.touch("服务设置", "恢复服务")
    hall.reads("已恢复服务")
    hall.touch("退出登录")
    hall.reads("请将身份证放在感应区")
