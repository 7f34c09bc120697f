"""The operator's desk upon a whole kiosk: who is there, what happened, the day's books."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest

from drivers.api import PrinterCondition, PrinterStatus, PrintOutcome, Role
from kiosk.domain import events as e
from kiosk.domain import operator as o
from kiosk.domain.hours import CHINA
from kiosk.domain.ledger import SETTLED_KEPT
from kiosk.domain.operator import AccountRole, Level, NotDone
from kiosk.domain.payment import State
from kiosk.maintenance.accounts import Accounts
from kiosk.maintenance.desk import Desk
from kiosk.maintenance.pins import WeakPin
from kiosk.maintenance.revised import closed_days
from kiosk.maintenance.trouble import DeskTrouble
from kiosk.maintenance.unclosed import unclosed_days
from kiosk.maintenance.views import ActOn, Light, Next, Side, Wanted, Who, Words
from kiosk.maintenance.visits_found import OLDER_ROWS
from kiosk.platform_api.wire_services import StatementRow
from kiosk.reconcile import read_statement
from kiosk.sandbox.statement_file import Defect, statement_file
from tests.support.desks import desk_upon, technician
from tests.support.model_platform import PAID_AT
from tests.support.people import WANG, ZHANG, bill
from tests.support.playbook import START, Playbook

PIN, OTHER_PIN = "739204", "840271"
DAY = date(2026, 11, 21)
PAID_DAY = PAID_AT.astimezone(CHINA).date()  # the model platform's


class Street:
    """A street office: one kiosk, its desk, and the platform's statements."""

    def __init__(self, directory):
        self.play = Playbook()
        self.play.platform.owe(bill(1), bill(2, 20000))
        self.statements = {}
        self.desk: Desk = desk_upon(self.play, directory, self.statements)
        self.directory = directory

    def staff(self):
        """Somebody is logged in, without the time that a PIN's hash takes."""
        technician(self.play)

    def staff_with_pin(self):
        assert self.desk.keep_account("901", AccountRole.TECHNICIAN, PIN) is None
        assert self.desk.log_in("901", PIN) is None

    def visit(self, card=ZHANG, outcome=PrintOutcome.PRINTED):
        self.desk.order(o.LogOut())
        self.play.paper.outcome = outcome
        self.play.tap(card)
        payment_id = self.play.pay()
        self.play.wallet_pays()
        self.play.tick(120)
        self.play.paper.outcome = PrintOutcome.PRINTED
        return payment_id

    def doubt(self, card=WANG):
        self.desk.order(o.LogOut())
        self.play.tap(card)
        payment_id = self.play.pay()
        self.play.network(up=False)
        self.play.send(e.LeaveTouched())
        self.play.tick(20)
        self.play.send(e.LeaveTouched())
        return payment_id

    def statement(self, day, *payment_ids, defect=Defect.MATCHED, version=1):
        ledger = self.play.kiosk.ledger
        rows = tuple(self.row(ledger.payments[each], n) for n, each in enumerate(payment_ids, 1))
        found = read_statement(io.BytesIO(statement_file("K1", day, rows, defect)))
        self.statements[day] = replace(found, version=version)

    def row(self, payment, number):
        issued = self.play.platform.receipts.values()
        receipts = [each.receipt_no for each in issued if each.payment_id == payment.payment_id]
        return StatementRow(
            payment_id=payment.payment_id,
            state="paid",
            amount_fen=payment.amount_fen,
            paid_at=PAID_AT if payment.state is State.PAID else START,
            wallet="alipay",
            transaction_no="T1",  # as the model platform has it
            bill_nos=tuple(each.bill_no for each in payment.bills),
            receipt_nos=tuple(receipts)
            or tuple(
                f"33010226-{n:010}" for n in range(number * 10, number * 10 + len(payment.bills))
            ),
        )


@pytest.fixture
def street(tmp_path):
    return Street(tmp_path)


# --- who is there ---------------------------------------------------------------------------------------


def test_the_first_account_is_made_at_the_first_start_and_there_is_no_default(street):
    assert street.desk.needs_first_account()
    assert street.desk.log_in("901", "000000") is NotDone.WRONG_PIN
    street.play.tick(1)
    street.staff_with_pin()
    assert not street.desk.needs_first_account()
    assert [(each.account_id, each.role) for each in street.desk.accounts()] == [
        ("901", AccountRole.TECHNICIAN)
    ]


def test_neither_pin_nor_hash_is_in_the_journal(street):
    street.staff_with_pin()
    pin_hash = Accounts(street.directory / "data").load()["901"].pin_hash
    rows = str(street.play.diary.rows)
    assert PIN not in rows
    assert pin_hash not in rows


def test_a_weak_pin_makes_no_account(street):
    with pytest.raises(WeakPin, match="sequence"):
        street.desk.keep_account("901", AccountRole.TECHNICIAN, "123456")
    assert street.desk.needs_first_account()


def test_wrong_pins_are_held_and_the_list_says_for_how_long(street):
    street.staff_with_pin()
    street.desk.order(o.LogOut())
    for _ in range(4):
        assert street.desk.log_in("901", OTHER_PIN) is NotDone.WRONG_PIN
        street.play.tick(9)
    assert street.desk.log_in("901", OTHER_PIN) is NotDone.WRONG_PIN
    assert street.desk.log_in("901", PIN) is NotDone.HELD
    (line,) = street.desk.accounts()
    assert line.is_held
    assert 15 < line.held_for_s <= 16


def test_an_accounts_file_open_to_others_lets_nobody_in(street):
    street.staff_with_pin()
    street.desk.order(o.LogOut())
    (street.directory / "data" / "accounts.json").chmod(0o644)
    with pytest.raises(DeskTrouble, match="chmod 600") as trouble:
        street.desk.log_in("901", PIN)
    assert trouble.value.code == "accounts_refused"


# --- home ------------------------------------------------------------------------------------------------


def test_home_says_that_it_takes_money_and_needs_no_hand(street):
    home = street.desk.home(street.play.kiosk)
    assert home.takes_money
    assert home.why_not == ()
    assert [part.code for part in home.hands if part.light is Light.BAD] == []


def test_home_says_why_not_and_what_to_do(street):
    street.play.network(up=False)
    street.play.tick(60)
    street.play.set_printer(PrinterStatus(frozenset({PrinterCondition.PAPER_OUT})))
    home = street.desk.home(street.play.kiosk)
    assert not home.takes_money
    assert [words.en for words in home.why_not] == ["No link to the payment platform"]
    bad = {part.code: part for part in home.hands if part.light is Light.BAD}
    assert {"link", "paper", "service"} <= set(bad)
    assert all(part.todo.zh and part.todo.en for part in bad.values())


@pytest.mark.parametrize("cause", [PrinterCondition.PAPER_OUT, PrinterCondition.COVER_OPEN])
def test_a_printer_that_is_off_line_for_a_reason_is_told_by_the_reason_alone(street, cause):
    street.play.set_printer(PrinterStatus(frozenset({cause, PrinterCondition.OFFLINE})))
    told = [part.state.zh for part in street.desk.home(street.play.kiosk).hands]
    assert not any("没有联机" in words for words in told)
    assert told


def test_a_printer_that_is_off_line_and_says_no_reason_is_told(street):
    street.play.set_printer(PrinterStatus(frozenset({PrinterCondition.OFFLINE})))
    told = [part.state.zh for part in street.desk.home(street.play.kiosk).hands]
    assert any("没有联机" in words for words in told)


def test_a_device_that_may_not_be_opened_is_told_as_a_right_and_not_as_a_cable(street):
    street.play.send(e.DeviceDown(Role.ID_READER, "no_permission"))
    (part,) = (p for p in street.desk.home(street.play.kiosk).hands if p.code == "id_reader")
    assert part.state == Words("程序没有权限使用这个设备", "The program may not use the device")
    assert "kiosk doctor" in part.todo.zh
    assert "kiosk doctor" in part.todo.en
    assert "udev" in part.todo.en
    assert "cable" not in part.todo.en
    street.play.send(e.DeviceUp(Role.ID_READER), e.DeviceDown(Role.ID_READER, "cable"))
    (part,) = (p for p in street.desk.home(street.play.kiosk).hands if p.code == "id_reader")
    assert part.state.en == "The device is disconnected", "a reason without words of its own"


def test_a_halted_kiosk_says_so_and_takes_no_orders(street):
    street.staff()
    street.play.engine.halt("disk")
    home = street.desk.home(street.play.kiosk)
    assert not home.takes_money
    assert street.desk.order(o.PutInService()) is NotDone.HALTED
    with pytest.raises(DeskTrouble, match="journal"):
        street.desk.search(Wanted()).next_page()


def test_whose_money_is_in_doubt_is_listed_with_the_lawful_acts_only(street):
    payment_id = street.doubt()
    (doubt,) = street.desk.doubtful(street.play.kiosk)
    assert doubt.payment_id == payment_id
    assert doubt.acts == (ActOn.ASK_AGAIN, ActOn.CORRECT_PAID, ActOn.NOTE)
    assert doubt.statement_days == (DAY,)
    street.play.now_s += 86400
    street.play.tick(1)
    (doubt,) = street.desk.doubtful(street.play.kiosk)
    assert ActOn.CORRECT_ABSENT in doubt.acts
    assert [each.payment_id for each in street.desk.home(street.play.kiosk).in_doubt] == [
        payment_id
    ]


def test_a_payment_that_is_being_paid_is_not_in_doubt(street):
    street.play.tap(ZHANG)
    street.play.pay()
    assert street.desk.doubtful(street.play.kiosk) == ()


def test_owed_receipts_say_what_can_be_done(street):
    street.visit(outcome=PrintOutcome.UNKNOWN)
    owed = street.desk.owed(street.play.kiosk)
    assert owed
    assert all(ActOn.PAPER_WHOLE in each.acts and each.doubtful_job_id for each in owed)
    street.staff()
    street.desk.order(o.JudgePaper(owed[0].doubtful_job_id, whole=False))
    first = street.desk.owed(street.play.kiosk)[0]
    assert first.acts == (ActOn.PRINT_COPY, ActOn.NOTE)


def test_only_a_receipt_that_was_never_tried_is_offered_as_the_original(street):
    street.visit(outcome=PrintOutcome.NOT_PRINTED)
    first = street.desk.owed(street.play.kiosk)
    assert first
    assert all(each.is_original for each in first)
    street.play.platform.owe(bill(5, 700))
    street.visit(WANG, outcome=PrintOutcome.UNKNOWN)
    later = street.desk.owed(street.play.kiosk)[len(first) :]
    assert later
    assert not any(each.is_original for each in later)


# --- search and story ---------------------------------------------------------------------------------------


def test_a_visit_is_found_by_each_of_its_codes_by_time_and_by_amount(street):
    payment_id = street.visit()
    receipt_no = next(iter(street.play.platform.receipts))
    payment = street.play.kiosk.ledger.payments[payment_id]
    codes = (
        payment_id, payment.inquiry_code.replace("-", "").lower(), payment.visit_id, receipt_no,
        payment.bills[0].bill_no,
    )  # fmt: skip
    for code in codes:
        (line,) = street.desk.search(Wanted(code=code)).next_page().visits
        assert line.payments[0].payment_id == payment_id
    (line,) = street.desk.search(Wanted(amount_fen=payment.amount_fen)).next_page().visits
    assert line.payments[0].state is State.PAID
    assert street.desk.search(Wanted(amount_fen=1)).next_page().visits == ()
    now = street.play.stamp().wall
    assert street.desk.search(Wanted(since=now)).next_page().visits == ()
    assert len(street.desk.search(Wanted(until=now)).next_page().visits) == 1
    assert street.desk.search(Wanted(code="none")).next_page().visits == ()


def test_a_clock_that_was_lost_for_a_while_ends_no_search(street):
    street.visit()
    since = street.play.kiosk.wall - timedelta(days=1)
    street.play.clock_off = datetime(1970, 1, 1, tzinfo=UTC) - START
    street.play.restart()
    street.play.clock_off = timedelta()
    street.play.tick(1)
    page = street.desk.search(Wanted(since=since)).next_page()
    assert len(page.visits) == 1


def test_a_search_ends_where_a_long_stretch_is_older(street):
    street.visit()
    street.staff()
    for _ in range(OLDER_ROWS):
        street.desk.order(o.SetLevel(Level.VOLUME, 50))
    page = street.desk.search(Wanted(since=START + timedelta(days=1))).next_page()
    assert (page.visits, page.has_more) == ((), False)


def test_pages_are_bounded_newest_first_and_come_to_an_end(street):
    for _ in range(5):
        street.play.tap(ZHANG)
        street.play.send(e.LeaveTouched())
        street.play.tick(30)
    search = street.desk.search(Wanted())
    pages = [search.next_page(2) for _ in range(4)]
    assert [len(page.visits) for page in pages] == [2, 2, 1, 0]
    assert [page.has_more for page in pages][-2:] == [False, False]
    opened = [line.opened_at for page in pages for line in page.visits]
    assert opened == sorted(opened, reverse=True)


def test_the_story_of_a_visit_has_the_evidence_of_both_sides(street):
    payment_id = street.visit(outcome=PrintOutcome.UNKNOWN)
    visit_id = street.play.kiosk.ledger.payments[payment_id].visit_id
    street.staff()
    receipt_no = next(iter(street.play.kiosk.ledger.owed))
    street.desk.order(o.PrintCopy(receipt_no, o.CopyReason.TORN))
    story = street.desk.story(visit_id)
    sides = {line.side for line in story.lines}
    assert sides >= {Side.KIOSK, Side.PLATFORM, Side.PRINTER, Side.OPERATOR}
    said = " ".join(line.words.zh for line in story.lines)
    for words in (
        "开始办理",
        "平台证实已经付款",
        "打印结果不明",
        "工作人员补打票据",
        "补打第 2 份",
    ):
        assert words in said
    assert all(line.words.en for line in story.lines)
    paid = next(line for line in story.lines if line.words.en == "The platform says: paid")
    assert dict(paid.evidence)["amount_fen"] == "35000"


def test_the_story_of_another_visit_is_not_told_with_it(street):
    first = street.visit()
    street.play.platform.owe(bill(5, 700))
    street.visit(WANG)
    visit_id = street.play.kiosk.ledger.payments[first].visit_id
    story = street.desk.story(visit_id)
    assert {line.seq for line in story.lines} <= set(range(1, story.lines[-1].seq + 1))
    assert "7.00" not in " ".join(line.words.zh for line in story.lines)


def test_a_visit_that_never_was_is_said_to_be_none(street):
    with pytest.raises(DeskTrouble) as trouble:
        street.desk.story("V-none")
    assert trouble.value.code == "no_such_visit"


# --- the day ------------------------------------------------------------------------------------------------


def test_a_day_that_agrees_is_closed_and_exported(street):
    payment_id = street.visit()
    street.statement(PAID_DAY, payment_id)
    street.staff()
    heard = []
    day = street.desk.day(PAID_DAY, lambda done, of: heard.append((done, of)))
    assert (day.matched, day.differences, day.ours_fen) == (1, (), day.theirs_fen)
    assert day.by_agency[0].amount_fen == 35000
    assert heard[-1] == (1, 1)
    assert street.desk.close_day(PAID_DAY) is None
    assert street.desk.day(PAID_DAY).closed_at is not None
    path = street.desk.export_day(PAID_DAY, street.directory)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[1][:2] == ["day", PAID_DAY.isoformat()]


def test_a_difference_names_who_acts_and_needs_a_case_to_close_the_day(street):
    payment_id = street.visit()
    street.statement(PAID_DAY, payment_id, defect=Defect.AMOUNT_DIFFERS)
    street.staff()
    (difference,) = street.desk.day(PAID_DAY).differences
    assert (difference.kind, difference.who.en) == ("amount_differs", "Finance")
    assert street.desk.close_day(PAID_DAY) is NotDone.EVIDENCE_MISSING
    assert street.desk.close_day(PAID_DAY, ("GD-7",)) is None


def close_against_the_first_version(street):
    payment_id = street.visit()
    street.statement(PAID_DAY, payment_id)
    street.staff()
    street.desk.day(PAID_DAY)
    assert street.desk.close_day(PAID_DAY) is None
    return payment_id, street.statements[PAID_DAY].name


def test_a_closed_day_with_a_newer_statement_is_told_by_home_until_it_is_closed_again(street):
    payment_id, closed_by = close_against_the_first_version(street)
    street.play.tick(86400)
    street.staff()
    assert street.desk.hear_of(PAID_DAY)
    assert street.desk.home(street.play.kiosk).revised == ()
    street.statement(PAID_DAY, payment_id, defect=Defect.AMOUNT_DIFFERS, version=2)
    published = street.statements[PAID_DAY].name
    assert street.desk.hear_of(PAID_DAY)
    (told,) = street.desk.home(street.play.kiosk).revised
    assert (told.day, told.closed_by) == (PAID_DAY, closed_by)
    assert told.published == f"{PAID_DAY}.v2"
    day = street.desk.day(PAID_DAY)
    assert (day.closed_by, day.closed_at, len(day.differences)) == (closed_by, None, 1)
    assert street.desk.home(street.play.kiosk).revised[0].published == published
    assert street.desk.close_day(PAID_DAY, ("GD-7",)) is None
    assert street.desk.home(street.play.kiosk).revised == ()
    assert street.desk.day(PAID_DAY).closed_by == ""


def test_a_closed_day_whose_statement_changed_without_a_new_version_is_told_too(street):
    payment_id, closed_by = close_against_the_first_version(street)
    street.statement(PAID_DAY, payment_id, defect=Defect.AMOUNT_DIFFERS)
    assert street.desk.day(PAID_DAY).closed_by == closed_by
    assert [each.day for each in street.desk.home(street.play.kiosk).revised] == [PAID_DAY]
    assert street.desk.hear_of(PAID_DAY)
    assert [each.day for each in street.desk.home(street.play.kiosk).revised] == [PAID_DAY]


def test_an_older_statement_than_the_one_a_day_was_closed_by_is_no_news(street):
    payment_id = street.visit()
    street.statement(PAID_DAY, payment_id, version=2)
    street.staff()
    street.desk.day(PAID_DAY)
    assert street.desk.close_day(PAID_DAY) is None
    street.statement(PAID_DAY, payment_id)
    assert street.desk.hear_of(PAID_DAY)
    assert street.desk.home(street.play.kiosk).revised == ()
    day = street.desk.day(PAID_DAY)
    assert (day.closed_by, day.can_close) == ("", False)
    assert street.desk.home(street.play.kiosk).revised == ()


def test_what_the_platform_cannot_tell_is_asked_again_later(street):
    close_against_the_first_version(street)
    del street.statements[PAID_DAY]
    assert not street.desk.hear_of(PAID_DAY)
    assert street.desk.home(street.play.kiosk).revised == ()


def test_closed_days_of_the_last_month_are_asked_about_the_newest_first(street):
    street.visit()
    street.staff()
    first = START.astimezone(CHINA).date()
    days = [first + timedelta(days=n) for n in range(3)]
    for day in days:
        street.play.tick(86400)
        street.staff()
        street.statement(day)
        cases = tuple(f"A-{n}" for n in range(len(street.desk.day(day).differences)))
        assert street.desk.close_day(day, cases) is None
    kiosk = street.play.kiosk
    assert closed_days(kiosk) == tuple(reversed(days))
    later = replace(kiosk, wall=kiosk.wall + timedelta(days=29))
    assert closed_days(later) == (days[2], days[1])
    lost = replace(kiosk, wall=datetime(1970, 1, 1, tzinfo=UTC))
    assert closed_days(lost) == ()


def test_a_day_is_not_closed_before_it_is_over(street):
    street.staff()
    today = START.astimezone(CHINA).date()
    street.statement(today)
    assert not street.desk.day(today).can_close
    assert street.desk.close_day(today) is NotDone.DAY_NOT_OVER
    street.play.tick(86400)
    assert street.desk.day(today).can_close


def test_payments_before_the_clock_was_lost_are_in_their_days_books(street):
    payment_id = street.visit()
    street.statement(PAID_DAY, payment_id)
    street.staff()
    street.play.clock_off = datetime(1970, 1, 1, tzinfo=UTC) - START
    for _ in range(99):
        street.desk.order(o.SetLevel(Level.VOLUME, 50))
    street.play.clock_off = timedelta()
    street.desk.order(o.SetLevel(Level.VOLUME, 50))
    assert street.desk.day(PAID_DAY).matched == 1


def test_without_a_statement_the_day_says_so_and_cannot_be_closed(street):
    street.staff()
    day = street.desk.day(DAY)
    assert day.trouble is not None
    assert street.desk.close_day(DAY) is NotDone.EVIDENCE_MISSING
    with pytest.raises(DeskTrouble) as trouble:
        street.desk.export_day(DAY, street.directory)
    assert trouble.value.code == "not_compared"


def test_a_doubtful_payment_is_corrected_by_the_statement_that_has_it(street):
    payment_id = street.doubt()
    street.play.platform.wallet_pays(payment_id)
    street.statement(DAY, payment_id)
    street.staff()
    assert street.desk.correct(payment_id, paid=True) is NotDone.EVIDENCE_MISSING
    (difference,) = street.desk.day(DAY).differences
    assert difference.acts == (ActOn.CORRECT_PAID, ActOn.ASK_AGAIN, ActOn.NOTE)
    assert street.desk.correct(payment_id, paid=False) is NotDone.EVIDENCE_MISSING
    assert street.desk.correct(payment_id, paid=True) is None
    assert street.play.kiosk.ledger.payments[payment_id].state is State.PAID


def test_a_row_for_other_bills_is_no_evidence_that_a_doubtful_payment_was_paid(street):
    payment_id = street.doubt()
    row = street.row(street.play.kiosk.ledger.payments[payment_id], 1)
    other = row.model_copy(update={"bill_nos": ("33010526999999999999",)})
    street.statements[DAY] = read_statement(io.BytesIO(statement_file("K1", DAY, (other,))))
    street.staff()
    kinds = [each.kind for each in street.desk.day(DAY).differences]
    assert kinds == ["doubt_paid", "content_differs"]
    assert street.desk.correct(payment_id, paid=True) is NotDone.EVIDENCE_MISSING
    assert street.play.kiosk.ledger.payments[payment_id].state is not State.PAID


def test_a_doubtful_payment_is_closed_by_the_statement_that_lacks_it(street):
    payment_id = street.doubt()
    street.play.now_s += 86400
    street.play.tick(1)
    street.statement(DAY)
    street.staff()
    street.desk.day(DAY)
    assert street.desk.correct(payment_id, paid=False) is None
    assert street.play.kiosk.ledger.payments[payment_id].state is State.CLOSED


def test_a_payment_that_the_statement_has_as_voided_is_not_corrected_to_never_paid(street):
    payment_id = street.doubt()
    street.play.now_s += 86400
    street.play.tick(1)
    street.statement(DAY, payment_id, defect=Defect.REFUNDED)
    street.staff()
    street.desk.day(DAY)
    assert street.desk.correct(payment_id, paid=False) is NotDone.EVIDENCE_MISSING
    assert street.desk.correct(payment_id, paid=True) is NotDone.EVIDENCE_MISSING


def test_a_statement_that_is_not_whole_corrects_nothing(street):
    payment_id = street.doubt()
    street.play.now_s += 86400
    street.play.tick(1)
    street.statement(DAY, defect=Defect.CUT_OFF)
    street.staff()
    assert not street.desk.day(DAY).can_close
    assert street.desk.correct(payment_id, paid=False) is NotDone.EVIDENCE_MISSING


# --- service ------------------------------------------------------------------------------------------------


def test_a_bundle_is_recorded_before_it_is_written(street):
    with pytest.raises(DeskTrouble) as trouble:
        street.desk.support_bundle(street.directory)
    assert trouble.value.code == "not_logged_in"
    street.staff()
    path = street.desk.support_bundle(street.directory)
    with zipfile.ZipFile(path) as archive:
        assert "journal.jsonl" in archive.namelist()
    acts = [body["act"] for kind, body in street.play.diary.rows if kind == "OperatorActed"]
    assert acts[-1] == "take_away"


def test_a_stick_that_is_gone_is_told_as_that(street):
    payment_id = street.visit()
    street.statement(PAID_DAY, payment_id)
    street.staff()
    street.desk.day(PAID_DAY)
    gone = street.directory / "pulled-out"
    for job in (street.desk.support_bundle, partial(street.desk.export_day, PAID_DAY)):
        with pytest.raises(DeskTrouble) as trouble:
            job(gone)
        assert trouble.value.code == "place_gone"


def test_levels_and_tests_are_told_in_words(street):
    assert street.desk.level(Level.VOLUME).percent is None
    street.staff()
    street.desk.order(o.BeginDeviceTest(next(iter(street.play.rules.roles))))
    street.desk.order(o.EndDeviceTest(passed=False))
    results = {line.role: line.last_result.en for line in street.desk.testable()}
    assert sum("Failed" in words for words in results.values()) == 1
    assert sum("Never" in words for words in results.values()) == len(results) - 1


def test_jobs_run_one_after_the_other_and_troubles_are_results(tmp_path):
    desk = Street(tmp_path).desk
    done = []
    desk.start()
    desk.submit(lambda: 1, done.append)
    desk.submit(lambda: desk.keep_account("901", AccountRole.TECHNICIAN, "111111"), done.append)
    desk.submit(lambda: desk.story("V-none"), done.append)
    desk.stop(10)
    assert done[0] == 1
    assert isinstance(done[1], WeakPin)
    assert isinstance(done[2], DeskTrouble)


# --- days without a closing, what a doubt is about ---------------------------------------------------


def test_days_without_a_closing_are_counted_from_the_first_known_one_to_yesterday(street):
    street.visit()
    assert street.desk.home(street.play.kiosk).unclosed == ()  # today's books are not over
    street.play.tick(2 * 86400)
    first = START.astimezone(CHINA).date()
    days = (first, first + timedelta(days=1))
    assert street.desk.home(street.play.kiosk).unclosed == days
    street.staff()
    street.statement(days[0])
    street.desk.day(days[0])
    cases = tuple(f"A-{n}" for n in range(len(street.desk.day(days[0]).differences)))
    assert street.desk.close_day(days[0], cases) is None
    assert street.desk.home(street.play.kiosk).unclosed == days[1:]


def test_a_kiosk_too_busy_to_remember_yesterday_still_names_it(street):
    payment_id = street.visit()
    kiosk, (one,) = street.play.kiosk, street.play.kiosk.ledger.payments.values()
    many = {f"{payment_id}-{n}": one for n in range(SETTLED_KEPT)}
    busy = replace(kiosk, ledger=replace(kiosk.ledger, payments=many))
    assert unclosed_days(kiosk) == ()
    assert unclosed_days(busy) == (START.astimezone(CHINA).date() - timedelta(days=1),)


def test_a_weekday_on_which_it_does_not_open_waits_for_no_closing(street):
    street.visit()
    street.play.tick(2 * 86400)
    street.staff()
    mondays = (((510, 720),), (), (), (), (), (), ())
    assert street.desk.order(o.SetHours(mondays)) is None
    first = START.astimezone(CHINA).date()  # a Saturday on which somebody paid
    assert street.desk.home(street.play.kiosk).unclosed == (first,)


def test_what_a_doubtful_payment_is_for_is_read_from_the_row_that_began_it(street):
    payment_id = street.doubt()
    parts = street.desk.paid_for(payment_id)
    ledger = street.play.kiosk.ledger
    assert sum(part.amount_fen for part in parts) == ledger.payments[payment_id].amount_fen
    assert all(part.item.zh and part.payee for part in parts)
    assert street.desk.paid_for("K1-never") == ()


def test_until_it_gives_up_the_kiosk_asks_and_says_when_next(street):
    street.doubt()
    (found,) = street.desk.doubtful(street.play.kiosk)
    assert found.next.who is Who.KIOSK
    assert found.next.again_at > street.play.kiosk.wall
    assert found.next.until == found.intended_at + timedelta(days=7)


def test_a_payment_without_an_answer_for_a_week_is_the_offices(street):
    street.doubt()
    street.play.tick(16 * 86400)
    (found,) = street.desk.doubtful(street.play.kiosk)
    assert found.state is State.CASE
    assert found.next == Next(Who.OFFICE)


def test_what_became_of_money_that_was_in_doubt_is_told_with_what_to_do(street):
    payment_id = street.doubt()
    street.play.network(up=True)
    street.play.tick(120)
    assert street.desk.doubtful(street.play.kiosk) == ()
    what, todo = street.desk.result(street.play.kiosk, payment_id)
    assert what.zh == "没有付款，已关闭"
    assert "可以重新缴" in todo.zh
    assert street.desk.result(street.play.kiosk, "K1-never") is None
