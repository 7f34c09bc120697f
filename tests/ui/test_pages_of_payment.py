"""What the pages from paying to the end say, as tables: snapshot → words."""

from dataclasses import replace

import pytest

from drivers.api import PrinterCondition, PrinterStatus
from kiosk.domain import visit as v
from kiosk.domain.identifiers import inquiry_code
from kiosk.domain.ledger import Ledger, Payment
from kiosk.settings.fee_catalogue import shipped_catalogue
from kiosk.ui.sample_screens import (
    CHOOSING,
    ITEMS,
    NOW_S,
    PAYING,
    PAYMENT_ID,
    PERSON,
    QR_URL,
    READY,
    RECEIPTS,
    SCHOOL,
    SCREENS,
    at,
)
from kiosk.ui.translations import Language, texts
from kiosk.ui.viewmodels.bills import bills_page
from kiosk.ui.viewmodels.checking import checking_page
from kiosk.ui.viewmodels.confirm import confirm_page
from kiosk.ui.viewmodels.done import done_page, returns_in
from kiosk.ui.viewmodels.help import help_sheet
from kiosk.ui.viewmodels.out_of_service import out_of_service_page
from kiosk.ui.viewmodels.pay import pay_page, time_left
from kiosk.ui.viewmodels.printing import printing_page
from kiosk.ui.viewmodels.searching import searching_page
from kiosk.ui.viewmodels.swap import swap_page
from kiosk.ui.viewmodels.trouble import trouble_page

ZH, EN = texts(Language.ZH), texts(Language.EN)
S, K = v.ItemState, v.TroubleKind


def items(*states):
    return tuple(replace(item, state=state) for item, state in zip(ITEMS, states, strict=False))


# --- paying ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "stage", "subtitle"),
    [
        ({"qr_url": ""}, "preparing", "马上就好，请准备手机"),
        ({"qr_url": "", "attempt": 2}, "preparing", "网络有点慢，正在再试一次"),
        ({}, "scan", "支付宝、微信、云闪付、浙里办都可以"),
        ({"user_paying": True}, "user_paying", "请在手机上完成，这里会自动继续"),
    ],
)
def test_the_payment_page_follows_the_payment(changes, stage, subtitle):
    page = pay_page(at(replace(PAYING, **changes)), ZH)
    assert (page.stage, page.subtitle) == (stage, subtitle)


def test_before_the_code_exists_there_is_no_code_and_no_clock():
    kiosk = SCREENS["pay-preparing"]
    assert pay_page(kiosk, ZH).qr_source == ""
    assert time_left(kiosk, ZH).words == ""


def test_payee_and_item_are_named_in_full_when_there_is_one():
    page = pay_page(at(replace(PAYING, bills=(SCHOOL,))), ZH)
    assert (page.payee, page.items) == ("杭州市拱墅区示例高级中学", "普通高中学费")


def test_a_reader_of_english_sees_both_names_of_the_only_item():
    page = pay_page(SCREENS["pay-one"], EN.knowing(shipped_catalogue()))
    assert page.items == "普通高中学费 (Senior high school tuition and boarding)"


def test_up_to_three_payees_and_items_are_named_in_full():
    page = pay_page(at(PAYING), ZH)
    assert page.payee.split("\n") == [bill.agency_name for bill in PAYING.bills]
    assert page.items == "、".join(bill.title for bill in PAYING.bills)


def test_more_payees_and_items_are_counted():
    other = replace(SCHOOL, bill_no="other", agency_name="杭州市某局", title="某费")
    page = pay_page(at(replace(PAYING, bills=(*PAYING.bills, other))), ZH)
    assert page.payee == "杭州市拱墅区示例高级中学等 4 个单位"
    assert page.items == "普通高中学费等 4 项"


@pytest.mark.parametrize(
    ("left_s", "words", "fraction"),
    [
        (132, "付款码还有 2 分 12 秒有效", 0.733),
        (60, "付款码还有 1 分 0 秒有效", 0.333),
        (24, "付款码还有 24 秒有效", 0.133),
        (-3, "付款码还有 0 秒有效", 0.0),
        (400, "付款码还有 6 分 40 秒有效", 1.0),
    ],
)
def test_the_time_left_follows_the_order_and_not_the_visit(left_s, words, fraction):
    shown = time_left(at(replace(PAYING, hide_at_s=NOW_S + left_s)), ZH)
    assert (shown.words, shown.fraction) == (words, fraction)


def test_a_payment_agreed_without_receipt_does_not_promise_one():
    payment = Payment(PAYMENT_ID, "V1", "d", "C", (), 100, receipt_later=True)
    kiosk = replace(at(PAYING), ledger=Ledger(payments={PAYMENT_ID: payment}))
    assert pay_page(kiosk, ZH).receipt == "票据以后再取"
    assert pay_page(at(PAYING), ZH).receipt == "付款后自动打印票据"


def test_an_unstable_link_is_told():
    assert (
        pay_page(SCREENS["pay-unstable"], ZH).unstable
        == "网络不稳。已经付过的请勿重复支付，机器会继续核对"
    )
    assert pay_page(SCREENS["pay"], ZH).unstable == ""


@pytest.mark.parametrize("cause", v.CheckCause)
def test_checking_says_why_it_checks(cause):
    page = checking_page(at(v.Checking(PAYMENT_ID, CHOOSING, cause, NOW_S, 100)), ZH)
    assert "正在确认" in page.cause
    assert page.amount == "¥\u00a01.00"


def test_the_payments_address_is_not_in_the_words_of_the_page():
    assert QR_URL not in repr(pay_page(at(PAYING), ZH))


# --- paper -----------------------------------------------------------------------------------------


def test_before_receipts_exist_the_page_says_paid():
    page = printing_page(SCREENS["printing-issuing"], ZH)
    assert (page.title, page.paid) == ("付款成功，正在开票据", "已付款 ¥\u00a01,443.50")


def test_every_receipt_says_where_it_is():
    page = printing_page(SCREENS["printing"], ZH)
    assert [item.state for item in page.items] == ["已打印", "正在打印", "等候"]
    assert [item.tone for item in page.items] == ["good", "busy", "plain"]


def test_a_copy_is_called_a_copy():
    page = printing_page(at(v.Printing((replace(ITEMS[0], reprint=True),))), ZH)
    assert page.items[0].title == "普通高中学费（补打）"
    assert page.paid == ""


def test_a_wallet_that_was_faster_is_told_not_to_pay_again():
    assert "不用再付" in printing_page(SCREENS["printing-late"], ZH).late


@pytest.mark.parametrize("state", S)
def test_every_state_of_a_receipt_has_words(state):
    for language in (ZH, EN):
        assert printing_page(at(v.Printing(items(state))), language).items[0].state


# --- the end ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "title"),
    [
        (v.Done((), nothing_due=True), "您没有要缴的费用"),
        (v.Done(items(S.PRINTED), "P", 100), "缴费完成，请取走票据"),
        (v.Done(items(S.PRINTED)), "票据打印好了，请取走"),
        (v.Done(items(S.LATER), "P", 100), "缴费完成，票据以后再取"),
        (v.Done(items(S.LATER)), "票据这次没有打印"),
        (v.Done(items(S.ELSEWHERE)), "票据这次没有打印"),
        (v.Done((), "P", 100), "缴费完成，票据以后再取"),
        (v.Done(items(S.PRINTED, S.DOUBT), "P", 100), "请看一看票据是否完整"),
        (v.Done(items(S.PRINTED, S.LATER), "P", 100), "请取走已打印的票据"),
    ],
)
def test_the_last_page_says_what_to_take(page, title):
    assert done_page(at(page), ZH).title == title


def test_a_card_on_the_reader_is_remembered():
    assert done_page(SCREENS["done"], ZH).take_card == "请取回身份证"
    assert done_page(replace(SCREENS["done"], card_on_reader=False), ZH).take_card == ""


def test_a_doubtful_print_can_be_printed_again_here():
    page = done_page(SCREENS["done-doubt"], ZH)
    assert [item.can_reprint for item in page.items] == [False, True]
    assert page.doubt


def test_no_copy_is_offered_while_the_printer_cannot_print():
    kiosk = replace(
        SCREENS["done-doubt"], printer=PrinterStatus(frozenset({PrinterCondition.SILENT}))
    )
    assert not any(item.can_reprint for item in done_page(kiosk, ZH).items)


def test_receipts_not_printed_say_where_and_until_when():
    assert "六个月内" in done_page(SCREENS["done-later"], ZH).later


def test_receipts_still_being_issued_are_promised():
    assert "还在开具" in done_page(SCREENS["done-no-receipt"], ZH).later


def test_the_last_page_offers_to_pay_what_is_left():
    assert done_page(SCREENS["done-rest"], ZH).still_due == "还有 1 笔待缴：¥\u00a0163.50"
    assert done_page(SCREENS["done-rest"], ZH).pay_rest == "去缴费"
    assert done_page(SCREENS["done-rest"], EN).pay_rest == "Pay it"
    kiosk = SCREENS["done-rest"]
    several = replace(kiosk, visit=replace(kiosk.visit, unpaid=CHOOSING.bills[1:]))
    assert done_page(several, EN).still_due.startswith("2 bills still to pay: ")
    assert done_page(several, EN).pay_rest == "Pay them"


def test_with_nothing_left_the_last_page_offers_nothing_more():
    page = done_page(SCREENS["done"], ZH)
    assert page.still_due == page.pay_rest == ""


def test_the_last_page_counts_down_to_the_start():
    assert returns_in(SCREENS["done"], ZH) == "18 秒后回到首页"


# --- trouble -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", K)
@pytest.mark.parametrize("language", [ZH, EN], ids=["zh", "en"])
def test_every_trouble_says_what_happened_the_money_and_what_to_do(kind, language):
    page = trouble_page(at(v.Trouble(kind)), language)
    assert all((page.title, page.what, page.money, page.todo, page.primary_label))
    assert len({page.title, page.what, page.money, page.todo}) == 4


@pytest.mark.parametrize("kind", [K.MONEY_IN_DOUBT, K.LEASED])
def test_where_money_may_move_twice_the_page_says_do_not_pay_again(kind):
    page = trouble_page(at(v.Trouble(kind)), ZH)
    assert "请勿重复支付" in page.title + page.money
    assert page.is_severe


def test_money_in_doubt_shows_the_inquiry_code_and_no_way_back_to_paying():
    page = trouble_page(SCREENS["trouble-doubt"], ZH)
    assert page.inquiry_code == "7K4M-QR29"
    assert (page.primary, page.can_also_go_back) == ("leave", False)


def test_money_in_doubt_never_says_that_nothing_was_charged():
    page = trouble_page(SCREENS["trouble-doubt"], ZH)
    assert "没有扣款" not in page.money


@pytest.mark.parametrize(
    ("trouble", "primary", "can_also_go_back"),
    [
        (v.Trouble(K.LOOKUP_FAILED, can_retry=True), "retry", False),
        (v.Trouble(K.NOT_PAID_EXPIRED, CHOOSING, can_retry=True), "retry", True),
        (v.Trouble(K.PRINTER_NOT_READY, CHOOSING), "back", False),
        (v.Trouble(K.RATE_LIMITED), "leave", False),
    ],
)
def test_one_primary_way_out_of_trouble(trouble, primary, can_also_go_back):
    page = trouble_page(at(trouble), ZH)
    assert (page.primary, page.can_also_go_back) == (primary, can_also_go_back)


def test_a_code_that_was_not_found_may_be_typed_again():
    page = trouble_page(SCREENS["trouble-code"], ZH)
    assert (page.primary, page.primary_label) == ("retry", "重新输入")


@pytest.mark.parametrize(
    ("conditions", "words"),
    [
        ({PrinterCondition.PAPER_OUT}, "打印机没有纸了。"),
        ({PrinterCondition.COVER_OPEN}, "打印机的盖子没有关好。"),
        ({PrinterCondition.SILENT}, "打印机暂时不能用。"),
    ],
)
def test_a_printer_in_trouble_says_which(conditions, words):
    kiosk = at(v.Trouble(K.PRINTER_NOT_READY))
    kiosk = replace(kiosk, printer=PrinterStatus(frozenset(conditions)))
    assert trouble_page(kiosk, ZH).what == words


def test_a_printer_never_read_is_in_trouble_without_a_guess():
    kiosk = replace(at(v.Trouble(K.PRINTER_NOT_READY)), printer=None)
    assert trouble_page(kiosk, ZH).what == "打印机暂时不能用。"


# --- the question of the other card, and help ------------------------------------------------------


def test_the_other_card_is_asked_about_for_a_while():
    assert swap_page(SCREENS["swap"], ZH).seconds == 15


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("attract", ""),
        ("bills", ""),
        ("pay", inquiry_code(PAYMENT_ID)),
        ("checking", inquiry_code(PAYMENT_ID)),
        ("done", "7K4M-QR29"),
        ("trouble-doubt", "7K4M-QR29"),
    ],
)
def test_help_gives_the_inquiry_code_where_there_is_a_payment(name, code):
    assert help_sheet(SCREENS[name], ZH).inquiry_code == code


# --- on other pages ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "derive",
    [bills_page, checking_page, confirm_page, done_page, out_of_service_page, pay_page,
     printing_page, searching_page, swap_page, trouble_page],
)  # fmt: skip
def test_a_page_that_is_not_shown_holds_nothing(derive):
    nothing = type(derive(READY, ZH))()
    assert derive(READY, ZH) == nothing


@pytest.mark.parametrize("name", SCREENS)
@pytest.mark.parametrize("language", [ZH, EN], ids=["zh", "en"])
def test_no_page_says_the_full_name_or_number_of_a_person(name, language):
    kiosk = SCREENS[name]
    said = "".join(
        repr(derive(kiosk, language))
        for derive in (bills_page, confirm_page, pay_page, done_page, trouble_page, swap_page)
    )
    assert PERSON.name not in said
    assert PERSON.number not in said


def test_the_samples_hold_only_synthetic_people():
    assert PERSON.number.startswith("330199190001")
    assert all(head.copies_printed in (0, 1) for head in RECEIPTS)
