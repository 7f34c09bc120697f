"""What an operator reads and does not have to guess: tops of pages, answers, words and ways on."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from drivers.api import PrinterCondition, PrinterStatus
from kiosk.domain import operator as o
from kiosk.domain.kiosk import Link
from kiosk.domain.operator_desk import CopyStep, OfficeCopy
from kiosk.ui.core_bridge import CoreBridge
from kiosk.ui.sample_desk import CLOSED_BY, CODE, PAYMENT_ID, PUBLISHED, RECEIPT
from kiosk.ui.sample_maintenance import DESK, HELD, NOBODY, at_desk
from kiosk.ui.sample_screens import NOW_S
from kiosk.ui.shell import Shell
from kiosk.ui.viewmodels.maintenance_evidence import evidence
from kiosk.ui.viewmodels.maintenance_office import Office
from tests.ui.test_maintenance_pages import Room, SampleDesk


@pytest.fixture
def room(qapp):
    made = Room(SampleDesk())
    yield made
    made.shell.close()


def is_in_sight(room, name):
    below = room.robot.find("退出登录").rect.bottom()
    return below < room.robot.find(name).rect.top() < 1500


def scroll_down(room):
    room.tap("往下翻")
    assert not is_in_sight(room, "可以做什么")


def test_another_page_begins_at_its_top(room):
    room.go("doubts")
    room.tap(f"处理 {CODE}")
    scroll_down(room)
    room.tap(f"记一笔 {CODE}")
    assert is_in_sight(room, "记一笔什么？")


def test_the_answer_to_an_act_is_in_sight(room):
    room.go("doubts")
    room.tap(f"处理 {CODE}")
    scroll_down(room)
    room.tap(f"现在去问平台 {CODE}")
    assert is_in_sight(room, "已经去问，有结果会显示在这里")


def test_a_list_that_is_read_on_stays_where_it_is(room):
    room.go("payments")
    room.tap("查找")
    assert "找到 2 次办理" in room.seen
    before = room.shell.maintenance.place
    room.tap("更早的")
    assert "找到 4 次办理" in room.seen
    assert room.shell.maintenance.place == before


def test_a_look_chosen_by_staff_stays_until_they_log_out(room):
    room.go("home")
    room.tap("English")
    room.show(replace(DESK, now_s=NOW_S + 90, desk=_touched(NOW_S + 80)))
    assert room.shell.look.language == "en"
    room.show(replace(NOBODY, now_s=NOW_S + 91))
    assert room.shell.look.language == "zh"


def _touched(at_s):
    return replace(DESK.desk, session=replace(DESK.desk.session, touched_s=at_s))


@pytest.mark.parametrize(
    ("full_screen", "shape"),
    [(True, Qt.CursorShape.BlankCursor), (False, Qt.CursorShape.ArrowCursor)],
    ids=["in service", "in a window of a desktop"],
)
def test_a_pointer_is_shown_only_in_a_window_of_a_desktop(qapp, full_screen, shape):
    bridge = CoreBridge(lambda _event: None, NOBODY)
    shell = Shell(bridge, reduced_motion=True, full_screen=full_screen)
    try:
        for at in (QPoint(100, 700), QPoint(540, 400)):
            QTest.mouseMove(shell.window, at)
            shell.app.processEvents()
            assert shell.window.cursor().shape() is shape
    finally:
        shell.close()


# --- what the pages say --------------------------------------------------------------------------

NO_PAPER = replace(DESK, printer=PrinterStatus(frozenset({PrinterCondition.PAPER_OUT})))


def test_home_does_not_promise_receipts_that_cannot_be_printed(room):
    room.go("home", NO_PAPER)
    assert "现在可以收款，但打不出票据" in room.seen
    room.go("home")
    assert "现在可以收款 |" in room.seen


def test_a_receipt_that_cannot_be_printed_now_says_what_comes_first(room):
    room.go("owed", NO_PAPER)
    room.tap(f"处理 {RECEIPT}")
    assert "打印机好了，这里就能补打" in room.seen
    room.tap("去看打印机怎么了")
    assert "这台机器现在怎么样" in room.seen


class OwesAnOriginal(SampleDesk):
    def owed(self, kiosk):
        return tuple(replace(each, is_original=True) for each in super().owed(kiosk))


def test_an_original_that_was_never_tried_is_no_copy_and_needs_no_reason(qapp):
    room = Room(OwesAnOriginal())
    try:
        room.go("owed")
        room.tap(f"处理 {RECEIPT}")
        assert "打出来的是正本" in room.seen
        assert "补打票据" not in room.robot.visible_names()
        room.tap(f"打印票据 {RECEIPT}")
        assert room.desk.ordered == [o.PrintCopy(RECEIPT, o.CopyReason.NOT_PRINTED)]
    finally:
        room.shell.close()


def test_one_payment_has_one_place_for_notes(room):
    room.go("owed")
    room.tap(f"处理 {RECEIPT}")
    assert len([name for name in room.robot.visible_names() if name == "记一笔"]) == 1


def test_receipts_of_one_payment_are_told_apart_by_their_amounts(room):
    room.go("payments")
    room.tap("查找", "看经过 2026年11月20日 18:26 7K4M-QR29", "可以做什么")
    assert f"¥ 1,443.50，票据号 {RECEIPT}" in room.seen


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("not_found", "没有打印：平台没有这张票据。打印机没有问题"),
        ("receipt_void", "没有打印，平台不同意：这张票据已经作废。请到执收单位窗口问"),
        ("no answer", "没有打印：平台没有回答"),
        ("copy_again", "没有打印：平台给的票据和这里记的对不上"),
        ("offline", "没有打出来，打印机好了再打"),
    ],
)
def test_a_copy_that_was_not_printed_says_whose_fault_it_was(room, reason, words):
    copy = OfficeCopy(RECEIPT, "C1", reprint=True, step=CopyStep.NOT_PRINTED, reason=reason)
    room.go("owed", at_desk(copy=copy))
    room.tap(f"处理 {RECEIPT}", f"补打票据 {RECEIPT}", "看不清")
    assert words in room.seen


def test_a_difference_gives_the_whole_number_and_leads_to_its_story_and_back(room):
    room.go("day")
    room.tap("开始对账")
    assert f"付款编号 {PAYMENT_ID}" in room.seen
    day = room.shell.maintenance.title
    room.tap("看第 1 处的经过")
    assert "找到" in room.shell.maintenance.title
    room.tap("返回")
    assert room.shell.maintenance.title == day


class CountsComparisons(SampleDesk):
    compared = 0

    def day(self, day, progress=None):
        self.compared += 1
        return super().day(day, progress)


@pytest.fixture
def counting(qapp):
    made = Room(CountsComparisons())
    yield made
    made.shell.close()


def at_a_story(room):
    room.go("day")
    room.tap("开始对账", "看第 1 处的经过")
    assert room.desk.compared == 1


def test_from_a_story_back_to_its_day_nothing_is_compared_again(counting):
    at_a_story(counting)
    counting.tap("返回")
    assert PAYMENT_ID in counting.seen
    assert f"付款编号 {PAYMENT_ID}" in counting.seen
    counting.tap("看第 1 处的经过", "返回")
    assert PAYMENT_ID in counting.seen
    assert counting.desk.compared == 1


def test_a_day_whose_money_moved_meanwhile_is_to_be_compared_anew(counting):
    at_a_story(counting)
    counting.show(replace(DESK, ledger=replace(DESK.ledger)))
    counting.tap("返回")
    assert PAYMENT_ID not in counting.seen
    assert "开始对账" in counting.robot.visible_names()


def test_a_result_is_not_kept_for_the_next_log_in(counting):
    at_a_story(counting)
    session = replace(DESK.desk.session, since_s=NOW_S)
    counting.show(replace(DESK, desk=replace(DESK.desk, session=session)))
    counting.tap("返回")
    assert PAYMENT_ID not in counting.seen


def test_a_result_is_not_kept_beyond_the_way_to_a_story_and_back(counting):
    at_a_story(counting)
    counting.go("home")
    counting.tap("日结对账")
    assert PAYMENT_ID not in counting.seen


def test_another_day_is_not_shown_as_the_one_that_was_compared(counting):
    at_a_story(counting)
    counting.go("day-2026-11-03")
    assert PAYMENT_ID not in counting.seen


def test_a_doubt_leads_to_the_day_that_must_be_compared(room):
    room.go("doubts")
    room.tap(f"处理 {CODE}", "先对当天的账")
    assert "今天" in room.seen


def test_the_evidence_of_a_story_is_in_words(room):
    said = {
        ("answer", "open"): "平台回答 等待付款",
        ("stage", "cut"): "打印到 已切纸",
        ("copy_number", "2"): "第 2 次",
        ("reason", "office torn"): "原因 撕坏了",
        ("reason", "left"): "原因 居民点了结束",
        ("reason", "receipt_void"): "原因 这张票据已经作废",
        ("granted_fen", "100"): "granted_fen 100",
    }
    office = Office(room.bridge, room.shell.look, room.desk, tuple, "")
    assert {each: evidence(office, *each) for each in said} == said


class HoldsAfterAWrongPin(SampleDesk):
    bridge = None

    def log_in(self, account_id, pin):
        self.bridge.publish(HELD)
        return o.NotDone.WRONG_PIN


def test_an_account_that_is_held_now_says_so_once(qapp):
    room = Room(HoldsAfterAWrongPin())
    room.desk.bridge = room.bridge
    try:
        room.shell.maintenance.go("login")
        room.settle()
        room.type("1001")
        room.tap("下一步")
        room.type("837465")
        room.tap("登录")
        assert "密码错得太多" in room.seen
        assert "工号或密码不对" not in room.seen
    finally:
        room.shell.close()


# --- a closed day of which there is another statement now ----------------------------------------


def with_closed_days(kiosk, *days):
    office = replace(kiosk.ledger.office, closed_days=dict.fromkeys(days, ("v1", 1)))
    return replace(kiosk, ledger=replace(kiosk.ledger, office=office))


def test_home_leads_to_a_closed_day_with_another_statement_and_names_both(room):
    room.go("home")
    assert "平台又发布了新的对账单" in room.seen
    room.tap("要重新日结的日子")
    assert "2026年11月17日" in room.seen
    assert "已经日结，平台又发布了新的对账单" in room.seen
    room.tap("开始对账")
    assert f"已经按对账单 {CLOSED_BY} 日结" in room.seen
    assert f"平台后来又发布了 {PUBLISHED}：有 1 处不一样" in room.seen
    assert "确认日结" in room.robot.visible_names()


def test_after_a_log_in_home_asks_once_for_every_closed_day_of_the_month(room):
    kiosk = with_closed_days(DESK, "2026-11-20", "2026-11-19", "2026-09-01")
    room.go("home", kiosk)
    room.go("service", kiosk)
    room.go("home", kiosk)
    assert [day.isoformat() for day in room.desk.heard] == ["2026-11-20", "2026-11-19"]
    next_log_in = replace(kiosk.desk, session=replace(kiosk.desk.session, since_s=NOW_S))
    room.go("home", replace(kiosk, desk=next_log_in))
    assert len(room.desk.heard) == 4


def test_home_stops_asking_where_the_platform_gives_no_answer(room):
    room.desk.answers = False
    room.go("home", with_closed_days(DESK, "2026-11-20", "2026-11-19"))
    assert [day.isoformat() for day in room.desk.heard] == ["2026-11-20"]


def test_home_asks_nothing_without_a_link_and_asks_once_it_is_back(room):
    kiosk = with_closed_days(DESK, "2026-11-20")
    room.go("home", replace(kiosk, link=Link.DOWN))
    assert room.desk.heard == []
    room.go("home", kiosk)
    assert len(room.desk.heard) == 1
