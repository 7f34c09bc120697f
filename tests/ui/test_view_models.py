"""The QObjects between snapshots and QML: they tell only what changed, and to whom."""

import gc
from dataclasses import dataclass, replace
from threading import Thread

import pytest
from PySide6.QtCore import QModelIndex

from kiosk.domain.events import PayTouched, Touched
from kiosk.domain.ledger import Ledger, Slip
from kiosk.domain.records import PrintState
from kiosk.domain.visit import Trouble, TroubleKind
from kiosk.ui.core_bridge import CoreBridge
from kiosk.ui.images import qr_source
from kiosk.ui.sample_screens import CHOOSING, NOW_S, PAYING, READY, SCHOOL, SCREENS, at
from kiosk.ui.shell import _view_models
from kiosk.ui.translations import Language, texts
from kiosk.ui.viewmodels.bills import BillsViewModel
from kiosk.ui.viewmodels.look import LookViewModel
from kiosk.ui.viewmodels.paged_rows import PagedRows
from kiosk.ui.viewmodels.pay import PayViewModel
from kiosk.ui.viewmodels.rows import FIRST_ROLE, Rows, camel_case
from kiosk.ui.viewmodels.screen import ScreenViewModel
from kiosk.ui.viewmodels.touch import TouchViewModel
from kiosk.ui.viewmodels.trouble import trouble_page
from tests.ui.conftest import deliver


def test_a_page_is_notified_only_when_it_looks_different(qtbot, core, look):
    bills = BillsViewModel(core, look)
    deliver(core, at(CHOOSING))
    kiosk = at(CHOOSING)
    with qtbot.assertNotEmitted(bills.changed):
        deliver(core, replace(kiosk, now_s=kiosk.now_s + 0.25))
    with qtbot.waitSignal(bills.changed, timeout=30_000):
        deliver(core, at(replace(CHOOSING, selected=frozenset({SCHOOL.bill_no}))))


def test_a_countdown_moves_without_its_page(qtbot, core, look):
    pay = PayViewModel(core, look)
    deliver(core, at(PAYING))
    kiosk = at(PAYING)
    with qtbot.assertNotEmitted(pay.changed), qtbot.waitSignal(pay.timeChanged, timeout=30_000):
        deliver(core, replace(kiosk, now_s=kiosk.now_s + 1))
    assert pay.timeLeft == "付款码还有 2 分 11 秒有效"


def test_the_other_pages_are_not_notified(qtbot, core, look):
    pay = PayViewModel(core, look)
    with qtbot.assertNotEmitted(pay.changed):
        deliver(core, at(CHOOSING))


def test_a_new_language_notifies_the_page(qtbot, core, look):
    bills = BillsViewModel(core, look)
    deliver(core, at(CHOOSING))
    with qtbot.waitSignal(bills.changed, timeout=30_000):
        look.switchLanguage()
    assert bills.title == "You have 3 bills to pay"


def test_the_page_is_ready_before_it_is_shown(core, look):
    seen = []
    view_models = _view_models(core, look, "", "", lambda: 0.0)
    current, bills = view_models["current"], view_models["bills"]
    assert isinstance(current, ScreenViewModel)
    current.changed.connect(lambda: seen.append(bills.title))
    deliver(core, at(CHOOSING))
    assert seen == ["您有 3 笔待缴"]


def test_no_view_model_has_a_meta_object_of_its_own(core, look):
    # QML caches meta objects by address: one that dies with its object is mistaken for the next.
    deliver(core, at(CHOOSING))
    for name, view_model in _view_models(core, look, "", "", lambda: 0.0).items():
        declared = type(view_model).staticMetaObject
        assert view_model.metaObject().methodCount() == declared.methodCount(), name
        assert view_model.metaObject().propertyCount() == declared.propertyCount(), name


def test_windows_can_be_made_and_closed_again_and_again(make_stage):
    for _ in range(12):
        stage = make_stage((1080, 1920))
        stage.show("bills")
        stage.tap("确认缴费")
        assert stage.said == [PayTouched()]
        stage.shell.close()
        gc.collect()


def test_touches_are_told_at_most_once_a_second(core):
    clock = [0.0]
    touch = TouchViewModel(core, lambda: clock[0])
    for clock[0] in (0.0, 0.3, 0.9, 1.0, 1.5, 2.1):
        touch.touched()
    assert core.posted == [Touched()] * 3


# --- lists ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    key: str
    is_big: bool = False


@pytest.fixture
def rows(qapp):
    model = Rows(Row)
    model.show((Row("a"), Row("b")))
    return model


def test_roles_are_the_fields_in_camel_case(rows):
    assert sorted(bytes(name) for name in rows.roleNames().values()) == [b"isBig", b"key"]
    assert camel_case("is_very_big") == "isVeryBig"


def test_a_changed_row_is_told_alone(qtbot, rows):
    with qtbot.assertNotEmitted(rows.modelReset), qtbot.waitSignal(rows.dataChanged) as told:
        rows.show((Row("a"), Row("b", is_big=True)))
    assert told.args[0].row() == 1
    assert rows.data(rows.index(1), FIRST_ROLE + 1) is True


def test_other_rows_are_a_new_list(qtbot, rows):
    with qtbot.waitSignal(rows.modelReset):
        rows.show((Row("a"), Row("c")))
    assert rows.rowCount() == 2


def test_a_row_or_role_that_is_not_there_is_nothing(rows):
    assert rows.data(QModelIndex(), FIRST_ROLE) is None
    assert rows.data(rows.index(0), FIRST_ROLE + 9) is None
    assert rows.rowCount(rows.index(0)) == 0


def page_of(count, *, big=()):
    return tuple(Row(str(number), is_big=number in big) for number in range(count))


def shown(rows):
    return [rows.data(rows.index(number), FIRST_ROLE) for number in range(rows.rowCount())]


@pytest.fixture
def pages(qapp):
    model = PagedRows(Row)
    model.show_page(page_of(45), texts(Language.EN))
    return model


def test_a_long_list_is_shown_by_the_page_and_every_row_is_on_one(pages):
    seen = [shown(pages)]
    while pages.hasLater:
        pages.later()
        seen.append(shown(pages))
    assert [len(each) for each in seen] == [20, 20, 5]
    assert [key for each in seen for key in each] == [row.key for row in page_of(45)]
    assert pages.note == "41 to 45 of 45"
    pages.later()
    assert shown(pages) == seen[-1]
    pages.earlier()
    assert shown(pages) == seen[1]


def test_the_open_page_stays_while_its_rows_change_and_goes_with_the_list(pages):
    pages.later()
    pages.show_page(page_of(45, big={21}), texts(Language.ZH))
    assert (shown(pages)[0], pages.note) == ("20", "第 21 到 40 项，共 45 项")
    assert pages.data(pages.index(1), FIRST_ROLE + 1) is True
    pages.show_page(page_of(44), texts(Language.ZH))
    assert shown(pages)[0] == "0"


def test_the_page_of_a_row_can_be_asked_for(pages):
    pages.show_page(page_of(45), texts(Language.EN), at=44)
    assert shown(pages)[0] == "40"


@pytest.mark.parametrize(("count", "is_paged"), [(0, False), (20, False), (21, True)])
def test_a_list_of_one_page_has_nothing_to_turn(pages, count, is_paged):
    pages.show_page(page_of(count), texts(Language.EN))
    assert (pages.isPaged, pages.hasEarlier, pages.hasLater) == (is_paged, False, is_paged)


# --- the bridge ------------------------------------------------------------------------------------


def test_a_snapshot_from_another_thread_arrives_on_the_screens_thread(qtbot):
    bridge = CoreBridge(lambda _: None, READY)
    with qtbot.waitSignal(bridge.kiosk_changed, timeout=30_000) as told:
        thread = Thread(target=bridge.publish, args=(at(CHOOSING),))
        thread.start()
        thread.join()
        assert bridge.kiosk is READY  # nothing happens on the other thread
    assert told.args == [at(CHOOSING)]
    assert bridge.kiosk == at(CHOOSING)


def test_a_slow_screen_gets_the_newest_snapshot_and_no_queue(qtbot):
    bridge = CoreBridge(lambda _: None, READY)
    seen = []
    bridge.kiosk_changed.connect(seen.append)
    with qtbot.waitSignal(bridge.kiosk_changed, timeout=30_000):
        for second in range(1000):
            bridge.publish(replace(READY, now_s=NOW_S + second))
    qtbot.wait(10)
    assert [kiosk.now_s for kiosk in seen] == [NOW_S + 999]
    with qtbot.waitSignal(bridge.kiosk_changed, timeout=30_000):
        bridge.publish(READY)
    assert seen[-1] is READY


def test_events_go_to_the_function_given(core):
    core.post(PayTouched())
    assert core.posted == [PayTouched()]


def test_a_visit_that_ends_while_typing_does_not_count_as_another_person(core):
    look = LookViewModel(core)
    look.switchLanguage()
    deliver(core, SCREENS["code-entry"])
    deliver(core, SCREENS["confirm-payer"])
    assert look.language == "en"


@pytest.mark.parametrize(
    ("slip", "key"),
    [
        (PrintState.INTENDED, "slip_printing"),
        (PrintState.PRINTED, "slip_printed"),
        (PrintState.DOUBT, "slip_not_printed"),
        (PrintState.NOT_PRINTED, "slip_not_printed"),
        (None, "slip_not_printed"),
    ],
)
def test_the_page_of_a_payment_in_doubt_says_what_became_of_the_slip(slip, key):
    slips = {} if slip is None else {"S": Slip("S", "P", slip)}
    page = Trouble(TroubleKind.MONEY_IN_DOUBT, payment_id="P", inquiry_code="7K4M-QR29")
    kiosk = replace(at(page), ledger=Ledger(slips=slips))
    for language in Language:
        words = texts(language)
        shown = trouble_page(kiosk, words)
        assert shown.slip == words.of(f"trouble.{key}")
        assert shown.inquiry_qr == qr_source("7K4M-QR29")


def test_only_the_newest_slip_counts():
    first, second = Slip("S1", "P", PrintState.DOUBT), Slip("S2", "P", PrintState.PRINTED)
    other = Slip("S3", "P2", PrintState.INTENDED)
    assert Ledger(slips={"S1": first, "S2": second, "S3": other}).slip_of("P") == second
