"""Taps on the real window tell the core the right thing, and only that."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from kiosk.domain import events as e
from kiosk.domain import visit as v
from kiosk.ui.robot import NotOnScreen
from kiosk.ui.sample_screens import CHOOSING, FINE, READY, RECEIPTS, SCHOOL, SCREENS, at
from kiosk.ui.translations import Language, texts
from kiosk.ui.viewmodels.look import Look

ZH = texts(Language.ZH)
TAPS = [
    ("attract", ZH.of("attract.code"), e.EnterCodeTouched()),
    ("attract", ZH.of("attract.enterprise"), e.EnterCodeTouched()),
    ("bills", "确认缴费", e.PayTouched()),
    ("bills", "取票", e.CollectTouched()),
    ("bills", "公安交通违法罚款，¥ 163.50", e.BillToggled(FINE.bill_no)),
    ("bills", "结束办理", e.LeaveTouched()),
    ("bills-collect", "打印 2 张票据", e.CollectTouched()),
    ("bills-copies", "办完了", e.LeaveTouched()),
    ("confirm-changes", "同意，去付款", e.AgreeTouched()),
    ("confirm-payer", "没错，去付款", e.AgreeTouched()),
    ("confirm-no-receipt", "不缴了，返回", e.BackTouched()),
    ("pay", "不付了，返回", e.BackTouched()),
    ("pay", "结束办理", e.LeaveTouched()),
    ("done", "办完了", e.LeaveTouched()),
    ("done-doubt", "补打一张 公安交通违法罚款", e.ReprintTouched("33010226-0000051")),
    ("trouble-lookup", "再试一次", e.RetryTouched()),
    ("trouble-expired", "返回", e.BackTouched()),
    ("trouble-printer", "返回", e.BackTouched()),
    ("trouble-doubt", "知道了，结束办理", e.LeaveTouched()),
    ("swap", "不换，继续原来的", e.SwapAnswered(accept=False)),
    ("swap", "换成这张证件", e.SwapAnswered(accept=True)),
]


@pytest.mark.parametrize(("name", "label", "event"), TAPS)
def test_a_tap_tells_the_core(stage, name, label, event):
    stage.show(name)
    stage.tap(label)
    assert stage.said == [event]


@pytest.mark.parametrize(("name", "label", "event"), TAPS)
def test_a_press_by_a_screen_reader_does_the_same(stage, name, label, event):
    stage.show(name)
    stage.press(label)
    assert stage.said == [event]


@pytest.mark.parametrize(("name", "label", "event"), TAPS)
def test_the_keyboard_reaches_the_same_controls(stage, name, label, event):
    stage.show(name)
    wanted = stage.robot.find(label).item
    for _ in range(40):
        if wanted.hasActiveFocus():
            break
        QTest.keyClick(stage.shell.window, Qt.Key.Key_Tab)
    assert wanted.hasActiveFocus()
    QTest.keyClick(stage.shell.window, Qt.Key.Key_Return)
    stage.settle()
    assert stage.said == [event]


def test_a_finger_on_a_touch_screen_does_the_same(stage):
    stage.show("bills")
    finger = QTest.createTouchDevice()
    centre = stage.robot.find("确认缴费").rect.center()
    QTest.touchEvent(stage.shell.window, finger).press(0, centre).commit()
    QTest.touchEvent(stage.shell.window, finger).release(0, centre).commit()
    stage.settle()
    assert stage.said == [e.PayTouched()]


def test_any_press_says_that_somebody_is_there(stage):
    stage.show("bills")
    QTest.mouseClick(stage.shell.window, Qt.MouseButton.LeftButton,
                     Qt.KeyboardModifier.NoModifier, QPoint(540, 1400))  # fmt: skip
    stage.settle()
    assert stage.posted == [e.Touched()]


def test_a_disabled_control_cannot_be_tapped(stage):
    stage.show("bills-none-chosen")
    with pytest.raises(NotOnScreen, match="cannot be tapped"):
        stage.tap("请至少勾选一笔")
    assert stage.said == []


def test_what_is_scrolled_away_must_be_scrolled_to_first(stage):
    stage.show("bills-many")
    last = "公租房租金 2026 年 10 月，¥ 865.00"
    with pytest.raises(NotOnScreen, match="scrolled out of sight"):
        stage.tap(last)
    for _ in range(6):
        if not stage.robot.find("往下翻").enabled:
            break
        stage.tap("往下翻")
    stage.tap(last)
    assert [type(event) for event in stage.said] == [e.BillToggled]


def test_a_name_that_is_not_there_is_an_error_with_the_names_that_are(stage):
    stage.show("attract")
    with pytest.raises(NotOnScreen, match="请将身份证放在感应区"):
        stage.tap("确认缴费")


def test_a_checkbox_says_whether_it_is_checked(stage):
    stage.show("bills-some")
    assert stage.robot.find("普通高中学费，¥ 1,200.00").checked
    assert not stage.robot.find("公安交通违法罚款，¥ 163.50").checked


def test_a_bill_that_is_toggled_is_redrawn_in_place(stage):
    stage.show("bills-many")
    stage.tap("往下翻")
    before = stage.robot.find("公租房租金 2026 年 5 月，¥ 865.00").rect
    bills = SCREENS["bills-many"].visit.page.bills
    chosen = frozenset(bill.bill_no for bill in bills[1:])
    stage.show(at(v.Choosing(bills, (), chosen)))
    assert stage.robot.find("公租房租金 2026 年 5 月，¥ 865.00").rect == before


# --- the veil ------------------------------------------------------------------------------------


def test_the_touch_that_lifts_the_veil_does_nothing_else(stage):
    stage.show("bills-veiled")
    pay = stage.robot.find("确认缴费").rect.center()
    stage.robot.tap_at(pay)
    assert stage.posted == [e.Touched()]


def test_behind_the_veil_no_name_and_no_amount_can_be_read_out(stage):
    stage.show("bills-veiled")
    said = " ".join(stage.robot.visible_names())
    assert "学费" not in said
    assert "1,443" not in said
    assert "张*三" not in said


# --- sheets ----------------------------------------------------------------------------------------


def test_the_details_cover_the_page_and_close_again(stage):
    stage.show("bills")
    stage.tap("查看明细 公安交通违法罚款")
    names = stage.robot.visible_names()
    assert "加处罚款" in names
    assert "确认缴费" not in names
    stage.tap("知道了")
    assert "确认缴费" in stage.robot.visible_names()
    assert stage.said == []


def test_a_copy_of_an_old_receipt_is_asked_for_by_its_number(stage):
    stage.show("bills")
    stage.tap("补打以前的票据")
    stage.tap("补打 考试报名费 2026年9月20日 缴")
    assert stage.said == [e.ReprintTouched(RECEIPTS[2].receipt_no)]


def test_help_shows_the_phone_number_and_the_inquiry_code(stage):
    stage.show("pay")
    stage.tap("人工帮助")
    names = stage.robot.visible_names()
    assert "0571-0000 0000" in names
    assert "不付了，返回" not in names
    stage.tap("人工帮助")
    assert "不付了，返回" in stage.robot.visible_names()


def test_help_goes_away_when_the_page_changes(stage):
    stage.show("pay")
    stage.tap("人工帮助")
    stage.show("printing")
    assert "正在打印票据" in stage.robot.visible_names()


def test_the_details_do_not_outlive_the_visit(stage):
    stage.show("bills")
    stage.tap("查看明细 公安交通违法罚款")
    stage.show("attract")
    stage.show("bills")
    assert "确认缴费" in stage.robot.visible_names()


# --- the warning -----------------------------------------------------------------------------------


def test_the_warning_covers_the_page_and_one_touch_goes_on(stage):
    stage.show("warning")
    names = stage.robot.visible_names()
    assert "确认缴费" not in names
    assert "13" in names
    stage.tap("继续办理")
    assert e.Touched() in stage.posted
    stage.show("bills")
    assert "确认缴费" in stage.robot.visible_names()


def test_the_warning_comes_before_the_help_sheet(stage):
    stage.show("bills")
    stage.tap("人工帮助")
    stage.show("warning")
    assert "继续办理" in stage.robot.visible_names()
    assert "知道了" not in stage.robot.visible_names()


# --- typing ----------------------------------------------------------------------------------------


def test_a_payment_code_is_typed_and_submitted(stage):
    stage.show("code-entry")
    code = "33010526112100000317"
    for digit in code:
        stage.robot.tap(digit)
    stage.settle()
    assert "已输入的代码 3301 0526 1121 0000 0317" in stage.robot.visible_names()
    stage.tap("查询")
    assert stage.said == [e.CodeSubmitted(code)]


def test_the_last_character_can_be_deleted_and_all_can_be_cleared(stage):
    stage.show("code-entry")
    for key in ("3", "3", "0", "删除"):
        stage.robot.tap(key)
    stage.settle()
    assert "已输入的代码 33" in stage.robot.visible_names()
    stage.tap("清空")
    assert "还没有输入" in stage.robot.visible_names()


def test_a_company_code_is_typed_with_the_page_of_letters(stage):
    stage.show("attract")
    stage.tap("单位缴费")
    stage.show("code-entry")
    for digit in "91330199":
        stage.robot.tap(digit)
    stage.tap("字母")
    for letter in "MA":
        stage.robot.tap(letter)
    stage.tap("数字")
    stage.robot.tap("2")
    stage.tap("字母")
    for letter in "TE":
        stage.robot.tap(letter)
    stage.settle()
    assert "已输入的代码 9133 0199 MA2T E" in stage.robot.visible_names()


def test_nothing_typed_survives_the_page(stage):
    stage.show("code-entry")
    stage.robot.tap("3")
    stage.show("attract")
    stage.show("code-entry")
    assert "还没有输入" in stage.robot.visible_names()


def test_changing_the_kind_of_code_begins_afresh(stage):
    stage.show("code-entry")
    stage.robot.tap("3")
    stage.tap("单位")
    assert "还没有输入" in stage.robot.visible_names()
    assert stage.robot.find("单位").checked


# --- language, size and contrast -------------------------------------------------------------------


def test_the_language_changes_at_once_and_back(stage):
    stage.show("bills")
    stage.tap("English")
    assert "Pay now" in stage.robot.visible_names()
    stage.tap("中文")
    assert "确认缴费" in stage.robot.visible_names()


def test_the_look_ends_with_the_visit(stage):
    stage.show("attract")
    stage.show("bills")
    for name in ("English", "Text size", "Contrast"):
        stage.tap(name)
    assert stage.shell.look.language == "en"
    stage.show("attract")
    look = stage.shell.look
    assert (look.language, look.sizeStep, look.contrast) == ("zh", 0, "default")


def test_a_look_chosen_on_the_start_page_serves_the_visit_that_follows(stage):
    stage.show("attract")
    stage.tap("English")
    stage.show("searching")
    stage.show("bills")
    assert "Pay now" in stage.robot.visible_names()


def test_a_look_chosen_and_left_alone_is_forgotten_after_a_minute(stage):
    stage.show("attract")
    stage.tap("English")
    stage.show(replace(READY, now_s=READY.now_s + 59))
    assert stage.shell.look.language == "en"
    stage.show(replace(READY, now_s=READY.now_s + 61))
    assert stage.shell.look.language == "zh"


def test_the_next_resident_with_another_card_starts_with_the_usual_look(stage):
    stage.show("bills")
    stage.tap("English")
    stage.show(at(v.Searching("L2", 0.0), SCREENS["confirm-payer"].visit.subject))
    assert stage.shell.look.language == "zh"


def test_text_size_and_contrast_turn_round(stage):
    stage.show("attract")
    for _ in range(4):
        stage.tap("大字")
        stage.tap("对比")
    assert (stage.shell.look.sizeStep, stage.shell.look.contrast) == (0, "default")


def test_larger_text_is_larger_on_the_screen(stage):
    stage.show("bills", Look(size_step=0))
    small = stage.robot.find("合计 3 笔").rect
    stage.show("bills", Look(size_step=3))
    large = stage.robot.find("合计 3 笔").rect
    assert large.height() > small.height() * 1.5


def test_a_snapshot_that_changes_nothing_seen_changes_no_pixel(stage):
    stage.show("bills")
    before = stage.shell.grab()
    kiosk = at(CHOOSING)
    stage.show(replace(kiosk, now_s=kiosk.now_s + 1))
    assert stage.shell.grab() == before
    stage.show(at(replace(CHOOSING, selected=frozenset({SCHOOL.bill_no}))))
    assert stage.shell.grab() != before
