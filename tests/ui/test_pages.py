"""What the pages before paying say, as tables: snapshot → words."""

import itertools
from dataclasses import replace
from datetime import date

import pytest

from drivers.api import Role
from kiosk.domain import visit as v
from kiosk.domain.hours import Span
from kiosk.domain.identifiers import inquiry_code
from kiosk.domain.kiosk import Presence, Service
from kiosk.domain.payment import State
from kiosk.settings.fee_catalogue import shipped_catalogue
from kiosk.ui.sample_screens import (
    BILLS,
    CHOOSING,
    FINE,
    HOUSE,
    ITEMS,
    NO_PAPER,
    NO_READER,
    ONE_OPEN,
    PAYMENT_ID,
    READY,
    SCHOOL,
    SCREENS,
    at,
)
from kiosk.ui.translations import Language, texts
from kiosk.ui.viewmodels.attract import DRIFT, DRIFT_PX, attract_page
from kiosk.ui.viewmodels.bills import auto_collect, bills_page
from kiosk.ui.viewmodels.code_entry import Typed, code_entry_page
from kiosk.ui.viewmodels.confirm import confirm_page
from kiosk.ui.viewmodels.details import details
from kiosk.ui.viewmodels.help import help_sheet
from kiosk.ui.viewmodels.out_of_service import out_of_service_page
from kiosk.ui.viewmodels.searching import searching_page
from kiosk.ui.viewmodels.trouble import trouble_page

ZH, EN = texts(Language.ZH), texts(Language.EN)
KNOWING = EN.knowing(shipped_catalogue())
S, K = v.ItemState, v.TroubleKind


def items(*states):
    return tuple(replace(item, state=state) for item, state in zip(ITEMS, states, strict=False))


# --- the start page ------------------------------------------------------------------------------


def test_the_start_page_asks_for_the_card():
    page = attract_page(READY, ZH)
    assert page.title == "请将身份证放在感应区"
    assert (page.reads_cards, page.notice, page.no_paper) == (True, "", "")


def test_the_start_page_has_the_platforms_notice_as_one_sentence_in_its_language():
    kiosk = SCREENS["attract-news"]
    (notice,) = kiosk.notices
    assert attract_page(kiosk, ZH).news == notice.text_zh
    assert attract_page(kiosk, EN).news == notice.text_en
    chinese_only = replace(kiosk, notices=(replace(notice, text_en=""),))
    assert attract_page(chinese_only, EN).news == notice.text_zh
    assert attract_page(replace(kiosk, wall=notice.until), ZH).news == ""
    assert attract_page(replace(kiosk, notice=v.Notice.WALLET_CODE), ZH).news == ""


def test_without_a_reader_the_start_page_asks_for_a_code():
    page = attract_page(NO_READER, ZH)
    assert page.title == "请扫码或输入缴款码"
    assert not page.reads_cards


def test_without_paper_one_can_still_pay_and_collect_later():
    assert attract_page(NO_PAPER, ZH).no_paper == "暂不能打印票据，可先缴费，票据以后再取"


def test_a_kiosk_without_a_printer_does_not_complain_about_paper():
    rules = replace(READY.rules, roles=frozenset({Role.ID_READER}))
    kiosk = replace(READY, rules=rules, presence={Role.ID_READER: Presence.UP}, printer=None)
    assert attract_page(kiosk, ZH).no_paper == ""


@pytest.mark.parametrize("notice", v.Notice)
def test_every_notice_has_words_in_both_languages(notice):
    kiosk = replace(READY, notice=notice)
    assert attract_page(kiosk, ZH).notice
    assert attract_page(kiosk, EN).notice != attract_page(kiosk, ZH).notice


def test_the_start_page_moves_a_little_every_minute_and_never_far():
    places = []
    for minute in range(60):
        page = attract_page(replace(READY, wall=READY.wall.replace(minute=minute)), ZH)
        places.append((page.drift_right_px, page.drift_down_px))
    assert all(one != two for one, two in itertools.pairwise(places))
    assert max(abs(offset) for place in places for offset in place) == DRIFT_PX
    assert len(set(places)) == len(DRIFT)


# --- no service --------------------------------------------------------------------------------


def test_a_halted_kiosk_names_the_payment_that_was_open():
    page = out_of_service_page(SCREENS["halted-while-paying"], ZH)
    assert "请勿重复支付" in page.money
    assert page.inquiry_code == inquiry_code(PAYMENT_ID)


def test_a_lost_link_never_calls_open_money_safe():
    page = out_of_service_page(SCREENS["no-link-after-doubt"], ZH)
    assert "请勿重复支付" in page.money
    assert "不受影响" not in page.money


def test_a_failed_enquiry_remembers_the_payment_of_this_person_that_is_in_doubt():
    page = trouble_page(SCREENS["trouble-lookup-after-doubt"], ZH)
    assert page.money == "您刚才的一笔付款还在核对，请勿重复支付。"
    assert page.inquiry_code == inquiry_code(PAYMENT_ID)


def test_a_failed_enquiry_of_somebody_else_says_nothing_of_that_payment():
    kiosk = SCREENS["trouble-lookup-after-doubt"]
    other = replace(kiosk.visit, subject=replace(kiosk.visit.subject, digest="f" * 32))
    page = trouble_page(replace(kiosk, visit=other), ZH)
    assert page.money == "这次查询没有扣款。"
    assert page.inquiry_code == ""


def test_contradicting_answers_have_words_of_their_own():
    kiosk = replace(SCREENS["trouble-doubt"], ledger=conflict_ledger())
    assert trouble_page(kiosk, ZH).what == "平台前后两次的回答不一样。"


def conflict_ledger():
    payment = replace(ONE_OPEN.payments[PAYMENT_ID], state=State.CONFLICT)
    return replace(ONE_OPEN, payments={PAYMENT_ID: payment})


def test_help_never_sends_somebody_with_an_open_payment_to_pay_elsewhere():
    assert not help_sheet(SCREENS["halted-while-paying"], ZH).may_pay_elsewhere
    assert help_sheet(SCREENS["bills"], ZH).may_pay_elsewhere


@pytest.mark.parametrize("name", ["starting", "no-link", "halted"])
def test_without_service_the_money_is_said_to_be_safe(name):
    page = out_of_service_page(SCREENS[name], ZH)
    assert page.money == "您的缴费不受影响"
    assert page.title
    assert page.what
    assert page.todo
    assert page.inquiry_code == ""


# --- typing a code -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "progress", "can_submit"),
    [
        (Typed(), "还没有输入", False),
        (Typed("33010526"), "还差 12 位", False),
        (Typed("33010526112100000317"), "位数够了，请核对", True),
        (Typed("91330199MA2TEST0", enterprise=True), "还差 2 位", False),
        (Typed("91330199MA2TEST00X", enterprise=True), "位数够了，请核对", True),
    ],
)
def test_the_code_page_says_how_much_is_missing(typed, progress, can_submit):
    page = code_entry_page(SCREENS["code-entry"], ZH, typed)
    assert (page.progress, page.can_submit) == (progress, can_submit)


def test_a_typed_code_is_shown_in_groups_of_four():
    page = code_entry_page(SCREENS["code-entry"], ZH, Typed("3301052611"))
    assert page.field == "3301 0526 11"


def test_keys_that_cannot_be_part_of_the_code_do_nothing():
    assert Typed("33").press("A") == Typed("33")
    assert Typed("91", enterprise=True).press("I") == Typed("91", enterprise=True)
    assert Typed("91", enterprise=True).press("M") == Typed("91M", enterprise=True)


def test_a_code_cannot_be_typed_longer_than_it_is():
    full = Typed("1" * 20)
    assert full.press("1") == full
    assert Typed().delete() == Typed()


def test_without_a_scanner_the_code_page_does_not_speak_of_scanning():
    kiosk = replace(SCREENS["code-entry"], presence={})
    page = code_entry_page(kiosk, ZH, Typed())
    assert (page.title, page.subtitle) == ("请输入缴款码", "通知单上的 20 位数字")


# --- looking up ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "subtitle", "bills", "receipts"),
    [
        (v.Searching("L", 0.0), "一般几秒就好", "正在查", "正在查"),
        (v.Searching("L", 0.0, bills=()), "一般几秒就好", "查到了", "正在查"),
        (v.Searching("L", 0.0, receipts_failed=True), "一般几秒就好", "正在查", "暂时查不到"),
        (v.Searching("L", 0.0, retry_at_s=1.0), "网络有点慢，正在再查一次", "正在查", "正在查"),
    ],
)
def test_looking_up_says_what_has_come(page, subtitle, bills, receipts):
    shown = searching_page(at(page), ZH)
    assert (shown.subtitle, shown.bills, shown.receipts) == (subtitle, bills, receipts)


def test_looking_up_again_after_a_change_says_so():
    assert searching_page(SCREENS["searching-again"], ZH).title == "费用有变化，正在重新核对"


# --- bills ---------------------------------------------------------------------------------------


def test_all_bills_are_chosen_at_first_and_the_total_is_theirs():
    page = bills_page(at(CHOOSING), ZH)
    assert page.title == "您有 3 笔待缴"
    assert [row.is_chosen for row in page.bills] == [True, True, True]
    assert (page.total_label, page.total) == ("合计 3 笔", "¥\u00a01,443.50")
    assert (page.pay_label, page.can_pay) == ("确认缴费", True)


def test_a_bill_left_out_is_not_in_the_total():
    page = bills_page(at(replace(CHOOSING, selected=frozenset({SCHOOL.bill_no}))), ZH)
    assert [row.is_chosen for row in page.bills] == [True, False, False]
    assert page.total == "¥\u00a01,200.00"


def test_nothing_chosen_cannot_be_paid():
    page = bills_page(SCREENS["bills-none-chosen"], ZH)
    assert (page.can_pay, page.pay_label) == (False, "请至少勾选一笔")


def test_a_late_fee_and_a_missed_date_are_shown_on_the_bill():
    row = bills_page(at(CHOOSING), ZH).bills[1]
    assert row.late_fee == "含加处罚款 ¥\u00a013.50"
    assert row.due == "已过期限（2026年11月12日）"
    assert row.is_overdue


@pytest.mark.parametrize(
    ("due", "words", "is_overdue"),
    [
        (date(2026, 11, 21), "最晚2026年11月21日缴", False),
        (date(2026, 11, 20), "已过期限（2026年11月20日）", True),
        (None, "", False),
    ],
)
def test_the_last_day_to_pay_is_still_in_time(due, words, is_overdue):
    bill = replace(SCHOOL, due_on=due)
    row = bills_page(at(v.Choosing((bill,), (), frozenset())), ZH).bills[0]
    assert (row.due, row.is_overdue) == (words, is_overdue)


def test_the_day_is_that_of_china():
    bill = replace(SCHOOL, due_on=date(2026, 11, 21))
    kiosk = at(v.Choosing((bill,), (), frozenset()))
    late = replace(kiosk, wall=kiosk.wall.replace(hour=16))  # 22 November, 00:26 in China
    assert bills_page(late, ZH).bills[0].is_overdue


def test_receipts_that_wait_are_offered_and_printed_ones_can_be_copied():
    page = bills_page(at(CHOOSING), ZH)
    assert page.receipts_title == "可打印票据 2 张"
    assert page.receipts_note == "幼儿园保教费等 2 笔已缴，票据现在可以打印"
    assert [row.title for row in page.printed] == ["考试报名费"]
    assert page.can_reprint


def test_with_nothing_to_pay_printing_is_the_question():
    page = bills_page(SCREENS["bills-collect"], ZH)
    assert (page.title, page.collect_label) == ("您有 2 张票据可以打印", "打印 2 张票据")
    assert not page.has_bills
    assert auto_collect(SCREENS["bills-collect"], ZH) == "8 秒后自动打印"


def test_with_only_printed_receipts_copies_are_all_there_is():
    page = bills_page(SCREENS["bills-copies"], ZH)
    assert (page.title, page.can_collect, page.can_reprint) == ("没有要缴的费用", False, True)


def test_nothing_counts_down_where_bills_wait():
    assert auto_collect(at(CHOOSING), ZH) == ""


def test_a_veiled_page_holds_no_name_and_no_amount():
    page = bills_page(SCREENS["bills-veiled"], ZH)
    assert page.is_veiled
    said = repr(page)
    for secret in (*(bill.title for bill in BILLS), "1,443.50", "幼儿园", "杭州", "考试"):
        assert secret not in said


def test_the_details_of_a_bill_add_up():
    shown = details(at(CHOOSING), ZH, FINE.bill_no)
    amounts = {line.key: line.amount for line in shown.lines}
    assert amounts["principal"] == "¥\u00a0150.00"
    assert amounts["late_fee"] == "¥\u00a013.50"
    assert shown.total == "¥\u00a0163.50"
    facts = {fact.label: fact.value for fact in shown.facts}
    assert facts["缴款码"] == "3301 0526 1121 0000 0127"
    assert facts["缴款人"] == "张*三"


def test_a_bill_without_late_fee_has_no_line_for_it():
    assert [line.key for line in details(at(CHOOSING), ZH, HOUSE.bill_no).lines] == ["0"]


def test_a_reader_of_english_is_told_the_item_beside_its_official_name():
    fine = bills_page(at(CHOOSING), KNOWING).bills[1]
    assert (fine.title, fine.translated) == ("公安交通违法罚款", "Traffic fine")
    assert fine.choose_name == "公安交通违法罚款 (Traffic fine), ¥\u00a0163.50"
    sheet = details(at(CHOOSING), KNOWING, FINE.bill_no)
    assert sheet.title == sheet.lines[0].name == "公安交通违法罚款 (Traffic fine)"


@pytest.mark.parametrize("name", ["confirm-changes", "confirm-payer"])
def test_what_is_agreed_to_has_its_english_name_too(name):
    page = confirm_page(SCREENS[name], KNOWING)
    words = page.item or page.changes[0].title
    assert words.endswith((" (Traffic fine)", " (Senior high school tuition and boarding)"))


def test_in_chinese_and_for_items_of_no_catalogue_the_official_name_stands_alone():
    chinese = bills_page(at(CHOOSING), ZH.knowing(shipped_catalogue()))
    unknown = bills_page(at(CHOOSING), EN)
    empty = replace(FINE, lines=())
    without_lines = bills_page(at(v.Choosing((empty,), (), frozenset())), KNOWING)
    for page in (chinese, unknown, without_lines):
        assert {row.translated for row in page.bills} == {""}
    assert details(at(CHOOSING), ZH, FINE.bill_no).title == FINE.title


def test_a_veiled_bill_tells_nothing_in_english_either():
    page = bills_page(SCREENS["bills-veiled"], KNOWING)
    assert {row.translated + row.choose_name for row in page.bills} == {""}


def test_the_details_of_a_bill_that_went_away_are_empty():
    assert details(at(CHOOSING), ZH, "9" * 20).title == ""
    assert details(READY, ZH, FINE.bill_no).title == ""


# --- agreeing --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "title", "agree"),
    [
        ("confirm-changes", "金额有变化，请再看一眼", "同意，去付款"),
        ("confirm-payer", "请核对是不是要缴的这一笔", "没错，去付款"),
        ("confirm-no-receipt", "现在不能打印票据，还要缴吗？", "先缴费，票据以后取"),
    ],
)
def test_one_question_is_asked_before_paying(name, title, agree):
    page = confirm_page(SCREENS[name], ZH)
    assert (page.title, page.agree_label) == (title, agree)


def test_a_changed_amount_is_shown_before_and_now():
    change = confirm_page(SCREENS["confirm-changes"], ZH).changes[0]
    assert (change.title, change.before, change.now) == (
        "公安交通违法罚款",
        "¥\u00a0159.00",
        "¥\u00a0163.50",
    )


def test_a_payer_found_by_code_is_named_masked():
    page = confirm_page(SCREENS["confirm-payer"], ZH)
    assert (page.payer, page.item) == ("张*三", "普通高中学费")


def test_a_payer_known_by_card_is_not_asked_about():
    assert confirm_page(SCREENS["confirm-no-receipt"], ZH).payer == ""


def test_residents_read_why_the_staff_paused_the_kiosk():
    page = out_of_service_page(SCREENS["closed-by-staff"], ZH)
    assert page.what == "正在清洁，工作人员已将本机暂停服务。"


def test_a_kiosk_outside_its_hours_says_when_it_opens_again():
    page = out_of_service_page(SCREENS["closed-hours"], ZH)  # a Saturday
    assert "下次开放：2026年11月23日 08:30。" in page.what


@pytest.mark.parametrize("service", [Service.OUT_OF_SERVICE, Service.CLOSED])
@pytest.mark.parametrize("name", ["no-link-by-phone", "open-code"])
def test_a_kiosk_that_closes_without_a_network_has_words_and_offers_no_codes(name, service):
    kiosk = SCREENS[name]
    if service is Service.CLOSED:
        hours = (Span(frozenset(), 0, 1),)
        kiosk = replace(kiosk, rules=replace(kiosk.rules, opening_hours=hours))
    else:
        ledger = SCREENS["closed-by-staff"].ledger
        kiosk = replace(kiosk, ledger=replace(kiosk.ledger, office=ledger.office))
    assert kiosk.service is service
    page = out_of_service_page(kiosk, ZH)
    assert page.title
    assert not page.offers_codes
