"""The maintenance screen on hand-made answers: entry, log-in, and what each page orders."""

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from kiosk.domain import operator as o
from kiosk.domain.events import Ordered
from kiosk.domain.office_book import Office
from kiosk.domain.operator import AccountRole, NotDone
from kiosk.maintenance.trouble import DeskTrouble
from kiosk.maintenance.views import VisitPage
from kiosk.ui.core_bridge import CoreBridge
from kiosk.ui.gallery import show_sample
from kiosk.ui.robot import NotOnScreen, Robot
from kiosk.ui.sample_desk import (
    CODE,
    OPEN_CODE,
    PAYMENT_ID,
    RECEIPT,
    SampleDesk,
    SampleSearch,
    sample_places,
)
from kiosk.ui.sample_maintenance import CLERK, DESK, HELD, HOURS, IDLE, MAINTENANCE, NOBODY, at_desk
from kiosk.ui.sample_screens import NOW_S, SCREENS
from kiosk.ui.shell import Shell
from kiosk.ui.translations import Language
from kiosk.ui.viewmodels.look import Look
from kiosk.ui.viewmodels.maintenance import LONGEST_JOB_S, WARN_S

LEFT, RIGHT, MIDDLE = QPoint(20, 20), QPoint(1060, 20), QPoint(540, 900)
HANZI = re.compile(r"[\u4e00-\u9fff]")
GESTURE = (LEFT, LEFT, RIGHT, RIGHT, LEFT)


WEEK = (((510, 720), (810, 1050)),) * 5 + ((), ())


class Room:
    """A window with a sample desk behind it."""

    def __init__(self, desk):
        self.posted = []
        self.desk = desk
        self.bridge = CoreBridge(self.posted.append, NOBODY)
        self.shell = Shell(self.bridge, desk=desk, places=sample_places, reduced_motion=True)
        self.robot = Robot(self.shell.window)

    def show(self, kiosk):
        self.bridge.publish(kiosk)
        self.settle()

    def settle(self):
        for _ in range(3):
            self.shell.app.processEvents()
            self.shell.grab()

    def touch(self, *points):
        for point in points:
            self.robot.tap_at(point)
        self.settle()

    def go(self, name, kiosk=DESK):
        self.show(kiosk)
        self.shell.maintenance.go(name)
        self.settle()

    def tap(self, *names):
        for name in names:
            self.robot.press(name)
            self.settle()

    def type(self, text):
        self.tap(*text)

    @property
    def seen(self):
        return " | ".join(self.robot.visible_names())

    @property
    def is_open(self):
        return self.shell.maintenance.isOpen


@pytest.fixture
def make_room(qapp):
    rooms = []

    def make(**answers):
        rooms.append(Room(SampleDesk(**answers)))
        return rooms[-1]

    yield make
    for each in rooms:
        each.shell.close()


@pytest.fixture
def room(make_room):
    return make_room()


# --- the way in and out ---------------------------------------------------------------------------


def test_the_gesture_opens_the_log_in(room):
    room.touch(*GESTURE)
    assert "请输入工号" in room.seen


def test_the_key_switch_opens_it_as_well(room):
    QTest.keyClick(room.shell.window, Qt.Key.Key_F12)
    room.settle()
    assert "请输入工号" in room.seen


def test_the_key_switch_works_beside_a_scanner_that_types(qapp, qtbot):
    keys = []
    bridge = CoreBridge(lambda _event: None, NOBODY)
    shell = Shell(
        bridge, desk=SampleDesk(), reduced_motion=True, press=lambda text, at_s: keys.append(text)
    )
    try:
        QTest.keyClick(shell.window, Qt.Key.Key_F12)
        qtbot.waitUntil(lambda: shell.maintenance.isOpen, timeout=30_000)
    finally:
        shell.close()


def test_closing_it_while_it_opens_keeps_it_closed(room):
    QTest.keyClick(room.shell.window, Qt.Key.Key_F12)
    room.shell.maintenance.go("")
    room.settle()
    assert not room.is_open


def test_other_taps_do_not_open_it(room):
    room.touch(LEFT, LEFT, RIGHT, MIDDLE, RIGHT, LEFT)
    assert not room.is_open


@pytest.mark.parametrize("name", ["bills", "pay", "done", "code-entry"])
def test_while_a_resident_is_there_neither_way_opens_it(room, name):
    room.show(SCREENS[name])
    room.touch(*GESTURE)
    QTest.keyClick(room.shell.window, Qt.Key.Key_F12)
    room.settle()
    assert not room.is_open


def test_a_resident_who_begins_closes_it(room):
    room.touch(*GESTURE)
    assert room.is_open
    room.show(SCREENS["searching"])
    assert not room.is_open


def test_nothing_of_the_residents_screen_can_be_reached_behind_it(room):
    room.touch(*GESTURE)
    assert "请将身份证放在感应区" not in room.seen
    with pytest.raises(NotOnScreen):
        room.robot.find("人工帮助")


def test_without_a_desk_nothing_opens(qapp):
    bridge = CoreBridge(lambda _event: None, NOBODY)
    shell = Shell(bridge, reduced_motion=True)
    try:
        for point in GESTURE:
            Robot(shell.window).tap_at(point)
        assert not shell.maintenance.isOpen
    finally:
        shell.close()


def test_a_log_in_that_nobody_finishes_closes_by_itself(room):
    room.touch(*GESTURE)
    room.show(replace(NOBODY, now_s=NOW_S + 61))
    assert not room.is_open


def test_before_the_log_out_there_is_a_warning_and_any_touch_stays(room):
    room.go("home", IDLE)
    assert "您还在吗？" in room.seen
    assert "15 秒后自动退出登录" in room.seen
    room.posted.clear()
    room.robot.tap("我还在")
    assert Ordered(o.StillThere()) in room.posted


def test_the_warning_comes_in_time(room):
    session = replace(IDLE.desk.session, touched_s=NOW_S - 60 + WARN_S + 1)
    room.go("home", replace(IDLE, desk=replace(IDLE.desk, session=session)))
    assert "您还在吗？" not in room.seen


class StuckDesk(SampleDesk):
    """Its jobs wait for a stick that answers no more."""

    def submit(self, job, done):
        pass


def test_a_long_job_is_no_idleness_but_one_that_never_ends_keeps_nobody_logged_in(qapp):
    told = []
    bridge = CoreBridge(told.append, DESK)
    shell = Shell(bridge, desk=StuckDesk(), monotonic_s=lambda: bridge.kiosk.now_s)
    shell.maintenance.go("accounts")  # which it asks the desk for
    heard = {}
    for after_s in (LONGEST_JOB_S - 1, LONGEST_JOB_S + 1):
        told.clear()
        bridge.publish(replace(DESK, now_s=NOW_S + after_s))
        shell.app.processEvents()
        heard[after_s] = Ordered(o.StillThere()) in told
    shell.close()
    assert list(heard.values()) == [True, False]


def test_a_log_out_by_the_kiosk_closes_it(room):
    room.go("home")
    assert room.is_open
    room.show(NOBODY)
    assert not room.is_open


def test_logging_out_is_an_order(room):
    room.go("home")
    room.tap("退出登录")
    assert room.desk.ordered == [o.LogOut()]
    assert not room.is_open


# --- logging in ----------------------------------------------------------------------------------------


def test_at_the_very_first_start_an_account_is_made(make_room):
    room = make_room(first=True)
    room.touch(*GESTURE)
    assert "第一个账号是技术员的" in room.seen
    room.type("1001")
    room.tap("下一步")
    room.type("837465")
    room.tap("下一步")
    room.type("837465")
    room.tap("建立账号")
    assert "账号建好了" in room.seen
    assert "请输入工号" in room.seen


def test_two_different_pins_make_no_account(make_room):
    room = make_room(first=True)
    room.touch(*GESTURE)
    for typed, button in (("1001", "下一步"), ("837465", "下一步"), ("837466", "建立账号")):
        room.type(typed)
        room.tap(button)
    assert "两次输的密码不一样" in room.seen
    assert "设一个密码" in room.seen


def test_a_pin_is_never_on_the_screen(room):
    room.touch(*GESTURE)
    room.type("1001")
    room.tap("下一步")
    room.type("837465")
    assert "●●●●●●" in room.seen
    assert "837465" not in room.seen


def test_a_short_number_cannot_be_sent(room):
    room.touch(*GESTURE)
    room.type("10")
    assert not room.robot.find("下一步").enabled


def test_a_wrong_pin_is_told_in_words_with_what_to_do(make_room):
    room = make_room(answer=NotDone.WRONG_PIN)
    room.touch(*GESTURE)
    room.type("1001")
    room.tap("下一步")
    room.type("837465")
    room.tap("登录")
    assert "工号或密码不对。核对后再输一次" in room.seen


@pytest.mark.parametrize("account", ["1001", "7777"], ids=["known", "of nobody"])
def test_a_held_account_counts_down_and_takes_no_pin(room, account):
    room.touch(*GESTURE)
    room.show(HELD)
    room.type(account)
    room.tap("下一步")
    room.type("837465")
    assert "密码错得太多，请等 2 分 10 秒再试" in room.seen
    assert not room.robot.find("登录").enabled


# --- what the pages order ----------------------------------------------------------------------------------

PRINT_IT = f"print_copy-{RECEIPT}"
ACTS = [
    ("paper", DESK, ["开始换纸"], o.BeginPaperChange()),
    ("paper", MAINTENANCE["desk-paper-ready_to_test"][0], ["打测试条"], o.PrintTest()),
    ("paper", MAINTENANCE["desk-paper-look"][0], ["是，完整清楚"], o.EndPaperChange(confirmed=True)),
    ("paper", MAINTENANCE["desk-paper-look"][0], ["再打一张"], o.PrintTest()),
    ("paper", MAINTENANCE["desk-paper-put_roll"][0], ["先不换了"],
     o.EndPaperChange(confirmed=False)),
    ("doubts", DESK, [f"处理 {CODE}", f"现在去问平台 {CODE}"], o.AskAgain(PAYMENT_ID)),
    ("doubts", DESK, [f"处理 {CODE}", f"记一笔 {CODE}", "居民打来电话"],
     o.WriteNote(PAYMENT_ID, o.NoteKind.RESIDENT_CALLED)),
    ("doubts", DESK, [f"处理 {OPEN_CODE}", f"现在去问平台 {OPEN_CODE}"], o.AskAgain(OPEN_CODE)),
    ("doubts", DESK, [f"处理 {OPEN_CODE}", f"记一笔 {OPEN_CODE}", "居民打来电话"],
     o.WriteNote(OPEN_CODE, o.NoteKind.RESIDENT_CALLED)),
    ("owed", DESK, [f"处理 {RECEIPT}", f"补打票据 {RECEIPT}", "撕坏了"],
     o.PrintCopy(RECEIPT, o.CopyReason.TORN)),
    ("owed", DESK, [f"处理 {RECEIPT}", f"票是完整的 {RECEIPT}"], o.JudgePaper("J1", whole=True)),
    ("owed", DESK, [f"处理 {RECEIPT}", f"票不完整 {RECEIPT}"], o.JudgePaper("J1", whole=False)),
    ("devices", DESK, ["测试 身份证读卡器"], o.BeginDeviceTest(o.Role.ID_READER)),
    ("devices", MAINTENANCE["desk-test-shown"][0], ["通过"], o.EndDeviceTest(passed=True)),
    ("devices", MAINTENANCE["desk-test-waiting"][0], ["没通过"], o.EndDeviceTest(passed=False)),
    ("devices", MAINTENANCE["desk-test-waiting"][0], ["先不测了"], o.EndDeviceTest(passed=None)),
    ("service", DESK, ["暂停服务", "正在清洁"], o.TakeOutOfService(o.ClosedBecause.CLEANING)),
    ("service", DESK, ["调音量", "大一点"], o.SetLevel(o.Level.VOLUME, 70)),
    ("service", DESK, ["重启程序", "现在重启程序"], o.AskRestart(o.Restart.APPLICATION)),
    ("accounts", DESK, ["处理 2002", "删除账号", "删除"], o.DropAccount("2002")),
    ("hours", HOURS, ["改周六", *"09001200", "只改这天"],
     o.SetHours((*WEEK[:5], ((540, 720),), ()))),
    ("hours", HOURS, ["改周一", *"09001700", "周一到周五都这样"],
     o.SetHours((((540, 1020),),) * 5 + ((), ()))),
    ("hours", HOURS, ["改周二", "这天不开放"], o.SetHours((WEEK[0], (), *WEEK[2:]))),
    ("hours", HOURS, ["改回安装时的时间"], o.SetHours(None)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "kiosk", "taps", "order"), ACTS)
def test_the_buttons_of_a_page_give_the_order(room, name, kiosk, taps, order):
    room.go(name, kiosk)
    room.tap(*taps)
    assert room.desk.ordered == [order]


@pytest.mark.parametrize("refusal", list(NotDone))
def test_every_refusal_is_told_in_words(make_room, refusal):
    room = make_room(answer=refusal)
    room.go("paper")
    room.tap("开始换纸")
    assert HANZI.search(room.shell.maintenance.message)
    assert refusal.value not in room.shell.maintenance.message


def test_a_test_that_showed_nothing_offers_no_pass(room):
    room.go("devices", MAINTENANCE["desk-test-waiting"][0])
    assert "通过" not in room.robot.visible_names()


def test_an_open_code_is_called_so_and_wants_every_day_of_its_life_compared(room):
    room.go("doubts")
    room.tap(f"处理 {OPEN_CODE}")
    page = room.seen
    assert f"应急缴款码 {OPEN_CODE}" in page
    assert f"查询码 {OPEN_CODE}" not in page
    assert "要改记录，先对 2026年11月12日 到 2026年11月19日 每一天的账" in page


def test_a_correction_is_asked_twice(room):
    room.go("doubts")
    room.tap(f"处理 {CODE}", f"按对账单记为已付 {CODE}")
    assert "确定要改这笔记录吗？" in room.seen
    room.tap("不改")
    assert "可以做什么" in room.seen


def test_only_the_acts_that_are_lawful_are_offered(room):
    room.go("doubts")
    room.tap(f"处理 {CODE}")
    assert f"按对账单记为未付 {CODE}" not in room.robot.visible_names()


def test_a_copy_says_how_far_it_is(room):
    room.go("owed")
    room.tap(f"处理 {RECEIPT}", f"补打票据 {RECEIPT}", "看不清")
    assert "正在向平台要补打的次数" in room.seen
    room.show(MAINTENANCE["desk-copy-printed"][0])
    assert "打好了，第 2 次，请取走" in room.seen


def test_a_day_with_differences_wants_a_case_for_each(room):
    room.go("day")
    room.tap("开始对账", "确认日结")
    assert "第 1 处，共 1 处" in room.seen
    assert "处理单号，由区财政局给" in room.seen
    room.type("12")
    room.tap("确认日结")
    assert "这一天已经日结" in room.seen


def test_a_day_that_its_statement_cannot_close_says_why_there_is_no_button(make_room):
    room = make_room(can_close=False)
    room.go("day")
    room.tap("开始对账")
    assert "这张对账单不能用来日结" in room.seen
    assert "确认日结" not in room.seen


def test_today_cannot_be_closed_and_the_page_says_from_when_on(make_room):
    room = make_room(can_close=False)
    room.go("day")
    room.tap("后一天", "开始对账")
    assert "今天还没过完：明天再来日结就行" in room.seen
    assert "确认日结" not in room.seen


def test_a_table_is_written_where_the_operator_says(room):
    room.go("day")
    room.tap("开始对账", "导出表格", "写到 U 盘 OFFICE")
    assert "已写到 U 盘，文件名 2026-11-20.csv。现在可以拔出 U 盘" in room.seen


def test_a_stick_that_was_pulled_before_the_touch_is_said_to_be_gone(qapp):
    sticks = [Path("/media/usb/OFFICE")]
    bridge = CoreBridge(lambda _event: None, DESK)
    own = Path("/var/lib/public-payment-kiosk/export")
    shell = Shell(bridge, desk=SampleDesk(), places=lambda: (*sticks, own), reduced_motion=True)
    shell.maintenance.go("service")
    shell.maintenance.act("bundle")
    sticks.clear()
    shell.maintenance.act("place-/media/usb/OFFICE")
    assert "U 盘不见了或坏了" in shell.maintenance.message
    shell.close()


class DeafDesk(SampleDesk):
    """Its journal cannot be read."""

    def submit(self, job, done):
        done(DeskTrouble("halted", "the journal cannot be used"))


@pytest.mark.parametrize(
    ("name", "acts"), [("day", ["compare"]), ("payments", ["search", "visit-V1"])]
)
def test_a_page_that_got_no_answer_leads_back(qapp, name, acts):
    bridge = CoreBridge(lambda _event: None, DESK)
    shell = Shell(bridge, desk=DeafDesk(), places=sample_places, reduced_motion=True)
    shell.maintenance.go(name)
    for act in acts:
        shell.maintenance.act(act)
        shell.app.processEvents()
    back = Robot(shell.window)
    assert shell.maintenance.message
    assert "返回" in back.visible_names()
    shell.close()


class LateDesk(SampleDesk):
    """Answers when it is told to, in the order of the questions; finds the code looked for."""

    def __init__(self):
        super().__init__()
        self.waiting = []

    def submit(self, job, done):
        self.waiting.append((job, done))

    def answer_one(self):
        job, done = self.waiting.pop(0)
        done(job())

    def search(self, wanted):
        (visit,) = SampleSearch().next_page(1).visits
        (line,) = visit.payments
        found = replace(visit, payments=(replace(line, inquiry_code=wanted.code),))
        return SimpleNamespace(next_page=lambda: VisitPage((found,), has_more=False))


def test_what_an_earlier_search_finds_is_not_shown_as_found_by_the_present_one(qapp):
    room = Room(LateDesk())
    try:
        room.go("payments-2026-11-20:AAAA-1111")
        room.go("payments-2026-11-20:BBBB-2222")
        room.desk.answer_one()
        room.settle()
        assert "AAAA-1111" not in room.seen
        room.desk.answer_one()
        room.settle()
        assert "BBBB-2222" in room.seen
        assert "AAAA-1111" not in room.seen
    finally:
        room.shell.close()


def test_the_folder_on_the_kiosk_is_told_from_a_stick(room):
    room.go("day")
    room.tap("开始对账", "导出表格", "写到 这台机器里的文件夹")
    assert "已写到 /var/lib/public-payment-kiosk/export/2026-11-20.csv" in room.seen


def test_a_story_names_the_wallet_as_people_do(room):
    room.go("payments")
    room.tap("查找", "看经过 2026年11月20日 18:26 7K4M-QR29")
    assert "付款方式 支付宝" in room.seen


def test_an_amount_is_typed_to_the_fen(room):
    room.go("payments")
    room.tap("输金额")
    room.type("144350")
    assert "¥ 1,443.50" in room.seen


def test_home_leads_to_what_needs_a_hand(room):
    room.go("home")
    room.tap("处理 打印纸")
    assert "准备一卷新纸" in room.seen


def test_the_language_changes_a_page_that_is_open(room):
    room.go("home", at_desk())
    room.tap("English")
    assert "It can take money now" in room.seen


@pytest.mark.parametrize("name", MAINTENANCE)
def test_every_sample_page_is_in_the_language_that_was_chosen(room, name):
    show_sample(room.shell, room.bridge, name)
    assert HANZI.search(room.shell.maintenance.title)
    room.shell.look.wear(Look(Language.EN))
    assert room.shell.maintenance.title
    shown = room.shell.maintenance.title + room.shell.maintenance.banner
    assert not HANZI.search(shown.replace("测试完整", ""))  # what stands on the paper


# --- who may do what, forgotten PINs, opening hours -----------------------------------------------


def test_an_office_account_is_shown_only_what_it_may_do_and_who_does_the_rest(room):
    room.go("service", CLERK)
    assert "技术员登录后才能做 | 导出支持包，账号，重启机器" in room.seen
    for name in ("管理", "导出", "重启机器…"):
        with pytest.raises(NotOnScreen):
            room.tap(name)


def test_a_technician_is_shown_everything(room):
    room.go("service")
    room.robot.press("账号")
    assert "技术员登录后才能做" not in room.seen


def test_everybody_changes_the_own_pin(room):
    room.go("service", CLERK)
    room.tap("我的密码")
    room.type("837465")
    room.tap("下一步")
    room.type("837465")
    room.tap("换成新密码")
    assert "密码换好了" in room.seen
    assert room.desk.kept == ["2002"]


def test_a_technician_gives_somebody_a_new_pin(room):
    room.go("accounts")
    room.tap("处理 2002", "换密码")
    room.type("837465")
    room.tap("下一步")
    room.type("837465")
    room.tap("换成新密码")
    assert room.desk.kept == ["2002"]
    assert "现在有" in room.seen


def test_a_new_account_never_takes_the_place_of_one_that_is_there(room):
    office = Office(accounts={"2002": AccountRole.OFFICE})
    room.go("accounts", replace(DESK, ledger=replace(DESK.ledger, office=office)))
    room.tap("新窗口账号")
    room.type("2002")
    room.tap("下一步")
    assert "这个工号已经有账号了" in room.seen
    assert "新账号的工号" in room.seen
    room.robot.press("清空")
    room.type("2003")
    room.tap("下一步")
    assert "设一个密码" in room.seen


def test_a_forgotten_pin_is_answered_with_who_helps_and_never_with_a_way_in(qapp):
    bridge = CoreBridge(lambda _event: None, NOBODY)
    shell = Shell(bridge, help_phone="0571-0000 0000", desk=SampleDesk(), reduced_motion=True)
    shell.maintenance.go("login")
    robot = Robot(shell.window)
    robot.press("忘了密码")
    seen = " | ".join(robot.visible_names())
    assert "kiosk reset-accounts" in seen
    assert "0571-0000 0000" in seen
    assert not {"下一步", "登录", "1"} & set(robot.visible_names())
    robot.press("返回")
    assert "请输入工号" in robot.visible_names()
    shell.close()


def test_it_is_said_whether_the_site_file_or_the_screen_sets_the_hours(room):
    room.go("hours")
    assert "现在按安装时定的时间" in room.seen
    assert "改回安装时的时间" not in room.seen
    room.go("hours", HOURS)
    assert "不按安装时定的" in room.seen
    assert "08:30–12:00，13:30–17:30" in room.seen


def test_half_typed_hours_cannot_be_kept(room):
    room.go("hours", HOURS)
    room.tap("改周一")
    room.type("0830173")
    assert not room.shell.maintenance.canPrimary
    room.type("0")
    assert room.shell.maintenance.canPrimary
    assert "08:30–17:30" in room.seen


# --- the day that waits, and what a doubt is about ---------------------------------------------------


def test_the_day_page_opens_on_the_last_day_without_a_closing_and_names_the_others(room):
    room.go("day")
    assert "2026年11月20日 | 昨天" in room.seen
    assert "另外 2 天也还没有日结" in room.seen
    room.tap("对 2026年11月18日 的账")
    assert "2026年11月18日 | 3 天前" in room.seen


def test_home_says_which_days_are_not_closed_and_leads_there(room):
    room.go("home")
    assert "有 3 天还没有日结" in room.seen
    room.tap("还没有日结的日子")
    assert "开始对账" in room.seen


def test_a_doubt_says_how_much_for_what_since_when_and_who_acts_until_when(room):
    room.go("doubts")
    room.tap(f"处理 {CODE}")
    for words in (
        "¥ 1,443.50",
        CODE,
        f"付款编号 …{PAYMENT_ID[-12:]}",
        "普通高中学费 ¥ 1,200.00",
        "杭州第十四中学",
        "机器自己向平台问。下一次 2026年11月21日 15:08。到 2026年11月28日",
        "最迟 2026年11月22日 对账就能查清",
    ):
        assert words in room.seen


def test_a_case_is_the_offices(room):
    room.go("doubts")
    room.tap(f"处理 {OPEN_CODE}")
    assert "街道工作人员，现在就可以查" in room.seen
    assert "现在对账就能查清" in room.seen


def test_in_maintenance_only_nobody_is_said_to_be_asked(room):
    alone = replace(DESK, rules=replace(DESK.rules, maintenance_only=True))
    for name in ("home", "doubts"):
        room.go(name, alone)
        assert "程序恢复服务以后机器才会去问平台" in room.seen
        assert "一直问平台" not in room.seen
        assert "一直在问平台" not in room.seen


# --- paper, as the site's printer takes it ----------------------------------------------------------


@pytest.mark.parametrize(
    ("loading", "words"),
    [
        ("clamshell", "打开打印机的盖子"),
        ("lever", "扳起打印头旁边的拉杆"),
        ("feed", "装上新纸卷"),
        ("any", "打开打印机放纸的地方"),
    ],
)
def test_a_paper_change_is_told_and_drawn_for_the_printer_of_the_site(room, loading, words):
    name = "desk-paper-open_cover" if loading == "any" else f"desk-paper-{loading}-open_cover"
    room.go("paper", MAINTENANCE[name][0])
    assert words in room.seen
    assert room.shell.maintenance.drawing == f"{loading}-open_cover"


def test_a_printer_that_tells_nothing_of_its_cover_leaves_nobody_waiting(room):
    room.go("paper", MAINTENANCE["desk-paper-feed-open_cover"][0])
    room.tap("纸已经换好")
    assert room.desk.ordered == [o.PrintTest()]


def test_a_page_without_rows_does_not_scroll_after_a_long_one(room):
    room.go("service")
    assert "往下翻" in room.seen
    room.show(IDLE)
    assert "您还在吗？" in room.seen
    assert "往下翻" not in room.seen
