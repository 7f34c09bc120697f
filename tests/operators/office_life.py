"""Lives of a kiosk in which operators do whatever they like, honest or not.

Between their orders residents come, wallets pay, answers get lost, the power goes. After
every step: each payment whose end is not known is in the ledger and on the operator's list,
and no payment is called closed or paid for good that the platform holds otherwise.
"""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from drivers.api import PrinterCondition, PrinterStatus, PrintOutcome, Role
from kiosk.domain import events as e
from kiosk.domain import operator as o
from kiosk.domain import platform as p
from kiosk.domain.ledger import Payment
from kiosk.domain.open_code import HandedOut, OpenCodeRules, Reserve
from kiosk.domain.open_code import State as CodeState
from kiosk.domain.payment import FINAL, State
from kiosk.domain.records import OpenCodeHandedOut, PaymentIntended
from kiosk.domain.visit import Done, Printing
from kiosk.maintenance.home import doubtful_of
from tests.support.desks import HASH, order
from tests.support.people import WANG, ZHANG, bill
from tests.support.playbook import START, Playbook

DAY_S = 86400.0
LOSSES = (p.CreatePayment, p.QueryPayment, p.ClosePayment, p.IssueReceipts, p.ClaimReceipt,
          p.ConfirmClaim, p.ReleaseClaim)  # fmt: skip
TOUCHES = (e.PayTouched(), e.AgreeTouched(), e.BackTouched(), e.LeaveTouched(), e.CollectTouched(),
           e.RetryTouched(), e.SwapAnswered(accept=True), e.EnterCodeTouched(), e.PayRestTouched())  # fmt: skip
PLAIN = (
    o.LogOut(), o.StillThere(), o.TakeOutOfService(o.ClosedBecause.REPAIR), o.PutInService(),
    o.BeginPaperChange(), o.PrintTest(), o.EndPaperChange(confirmed=True),
    o.EndPaperChange(confirmed=False), o.BeginDeviceTest(Role.ID_READER),
    o.BeginDeviceTest(Role.RECEIPT_PRINTER), o.EndDeviceTest(passed=True),
    o.EndDeviceTest(passed=False), o.AskRestart(o.Restart.APPLICATION),
    o.SetLevel(o.Level.VOLUME, 50), o.SetHours((((0, 1440),),) * 6 + ((),)), o.SetHours(None),
    o.DropAccount("902"), o.DropAccount("901"),
    o.KeepAccount("902", o.AccountRole.OFFICE, HASH),
    o.CloseDay("2026-11-20", "2026-11-20.v1:00", 0, 0, 0),
    o.Took(o.Taking.SUPPORT_BUNDLE),
)  # fmt: skip
PRINTERS = (PrinterStatus(), PrinterStatus(frozenset({PrinterCondition.PAPER_OUT})),
            PrinterStatus(frozenset({PrinterCondition.COVER_OPEN, PrinterCondition.PAPER_OUT})))  # fmt: skip


class OfficeLife(RuleBasedStateMachine):
    """One kiosk, its residents, and operators who may lie."""

    @initialize()
    def begin(self) -> None:
        reserve = Reserve("10304", 15000, 20)
        self.play = Playbook(open_codes=OpenCodeRules((reserve,), per_visit=20))
        self.play.platform.codes.now_s = lambda: START.timestamp() + self.play.now_s
        self.play.tick(2)
        self.play.platform.owe(bill(1), bill(2, 20000), bill(3, 3000))
        order(self.play, o.KeepAccount("901", o.AccountRole.TECHNICIAN, HASH))
        order(self.play, o.LogIn("901", right=True))

    # --- the world ----------------------------------------------------------------------------------

    @rule(card=st.sampled_from((ZHANG, WANG)))
    def a_resident_comes_and_pays(self, card: object) -> None:
        assert card in (ZHANG, WANG)
        order(self.play, o.LogOut())
        self.play.tap(card)  # type: ignore[arg-type]
        self.play.send(e.PayTouched(), e.AgreeTouched())
        self.play.tick()

    @rule(wallet_was_faster=st.booleans(), days=st.sampled_from((0, 0, 1, 8)))
    def money_falls_in_doubt(self, wallet_was_faster: bool, days: int) -> None:
        """A QR code is shown, the network goes, the resident leaves."""
        self.the_network(up=True)
        self.a_resident_comes_and_pays(ZHANG)
        self.the_network(up=False)
        if wallet_was_faster:
            self.every_wallet_pays()
        self.play.send(e.LeaveTouched())
        self.play.tick(20)
        self.play.send(e.LeaveTouched())
        for _ in range(days):
            self.a_day_passes()

    @rule(pays=st.booleans(), days=st.sampled_from((0, 0, 8, 15)))
    def an_open_code_is_handed_out(self, pays: bool, days: int) -> None:
        """The network is gone; somebody pays by phone, or not; days may pass without a word."""
        order(self.play, o.LogOut())
        self.the_network(up=False)
        self.play.tick(40)
        known = set(self.play.kiosk.ledger.code_book.codes)
        self.play.send(e.LeaveTouched(), e.OpenCodeWanted(), e.FeeChosen("10304"),
                       e.FeeAmountChosen(15000), e.HandOutTouched())  # fmt: skip
        for code in set(self.play.kiosk.ledger.code_book.codes) - known:
            if pays:
                self.play.platform.codes.pay(code)
        self.play.send(e.LeaveTouched())
        for _ in range(days):
            self.a_day_passes()

    @rule(data=st.data())
    def the_platform_forgets_a_code(self, data: st.DataObject) -> None:
        if codes := list(self.play.kiosk.ledger.code_book.codes):
            self.play.platform.codes.codes.pop(data.draw(st.sampled_from(codes)), None)

    @rule(data=st.data(), paid=st.booleans(), cents=st.sampled_from((0, 0, 1)))
    def a_code_is_corrected_true_or_not(self, data: st.DataObject, paid: bool, cents: int) -> None:
        codes = list(self.play.kiosk.ledger.code_book.codes.values())
        if not codes:
            return
        code = data.draw(st.sampled_from(codes))
        self.play.send(e.LeaveTouched())
        order(self.play, o.LogIn("901", right=True))
        first = date(2026, 11, 21)
        days = tuple((first + timedelta(days=n)).isoformat() for n in range(60))
        fen = code.amount_fen + cents if paid else 0
        order(self.play, o.CorrectPayment(
            code.code, code.state, fen, "2026-11-21.v1:00", days, "9" * 28))  # fmt: skip
        order(self.play, o.AskAgain(code.code))
        order(self.play, o.WriteNote(code.code, o.NoteKind.RESIDENT_CAME, "A-1"))

    @rule(touch=st.sampled_from(TOUCHES))
    def a_touch(self, touch: e.Touch) -> None:
        self.play.send(touch)

    @rule()
    def every_wallet_pays(self) -> None:
        for payment_id in list(self.play.platform.payments):
            self.play.platform.wallet_pays(payment_id)
        self.play.settle()

    @rule(call=st.sampled_from(LOSSES), fault=st.sampled_from(("answer_lost", "request_lost")))
    def the_next_answer_is_lost(self, call: type, fault: str) -> None:
        self.play.link.faults.append((call, fault))

    @rule(up=st.booleans())
    def the_network(self, up: bool) -> None:
        self.play.network(up=up)

    @rule(outcome=st.sampled_from(PrintOutcome), status=st.sampled_from(PRINTERS))
    def the_printer(self, outcome: PrintOutcome, status: PrinterStatus) -> None:
        self.play.paper.outcome = outcome
        self.play.set_printer(status)

    @rule(seconds=st.sampled_from((1.0, 16.0, 61.0)))
    def time_passes(self, seconds: float) -> None:
        self.play.tick(seconds)

    @rule()
    def a_day_passes(self) -> None:
        self.play.now_s += DAY_S
        self.play.tick(1)

    @rule()
    def the_power_goes_and_comes_back(self) -> None:
        self.play.restart()

    # --- operators ------------------------------------------------------------------------------------

    @rule(account=st.sampled_from(("901", "902", "7777")), right=st.booleans())
    def somebody_logs_in(self, account: str, right: bool) -> None:
        order(self.play, o.LogIn(account, right))

    @rule(what=st.sampled_from(PLAIN))
    def an_order(self, what: o.Order) -> None:
        order(self.play, what)

    @rule(
        data=st.data(),
        paid=st.booleans(),
        honest_state=st.booleans(),
        cents=st.sampled_from((0, 0, 1)),
    )
    def a_correction_true_or_not(
        self,
        data: st.DataObject,
        paid: bool,
        honest_state: bool,
        cents: int,
    ) -> None:
        payment = self._any_payment(data)
        if payment is None:
            return
        self.play.send(e.LeaveTouched())
        order(self.play, o.LogIn("901", right=True))
        state = payment.state if honest_state else data.draw(st.sampled_from(State))
        days = ("2026-11-21", "2026-11-22", "2026-11-23")
        fen = payment.amount_fen + cents if paid else 0
        order(
            self.play,
            o.CorrectPayment(payment.payment_id, state, fen, "2026-11-21.v1:00", days, "9" * 28),
        )

    @rule(data=st.data())
    def a_question(self, data: st.DataObject) -> None:
        payment = self._any_payment(data)
        if payment is not None:
            order(self.play, o.AskAgain(payment.payment_id))
            order(self.play, o.WriteNote(payment.payment_id, o.NoteKind.RESIDENT_CAME, "A-1"))

    @rule(data=st.data(), whole=st.booleans())
    def paper(self, data: st.DataObject, whole: bool) -> None:
        receipts = list(self.play.platform.receipts)
        if receipts:
            order(self.play, o.PrintCopy(data.draw(st.sampled_from(receipts)), o.CopyReason.TORN))
        jobs = list(self.play.kiosk.ledger.jobs)
        if jobs:
            order(self.play, o.JudgePaper(data.draw(st.sampled_from(jobs)), whole))

    def _any_payment(self, data: st.DataObject) -> Payment | None:
        payments = list(self.play.kiosk.ledger.payments.values())
        return data.draw(st.sampled_from(payments)) if payments else None

    # --- what must hold ---------------------------------------------------------------------------------

    @invariant()
    def no_open_payment_is_hidden_or_lost(self) -> None:
        if not hasattr(self, "play"):
            return
        kiosk = self.play.kiosk
        intended = {
            record.payment_id
            for record in self.play.diary.records()
            if isinstance(record, PaymentIntended)
        }
        assert intended == set(kiosk.ledger.payments), "a payment left the ledger"
        page = kiosk.visit.page if kiosk.visit else None
        listed = {each.payment_id for each in doubtful_of(kiosk)}
        listed.add(getattr(page, "payment_id", ""))
        for payment in kiosk.ledger.payments.values():
            is_open = payment.state not in FINAL or payment.unconfirmed
            assert not is_open or payment.payment_id in listed, "an open payment is not shown"
            assert self._is_true(payment), f"{payment.payment_id} is {payment.state} for good"

    def _is_true(self, payment: Payment) -> bool:
        """What is final and not under question agrees with the platform."""
        theirs = self.play.platform.payments.get(payment.payment_id)
        paid = theirs is not None and theirs.state is p.PlatformState.PAID
        if payment.unconfirmed or payment.state not in FINAL or payment.state is State.CONFLICT:
            return True
        return paid == (payment.state is State.PAID)

    @invariant()
    def no_open_code_is_hidden_or_lost(self) -> None:
        if not hasattr(self, "play"):
            return
        kiosk = self.play.kiosk
        listed = {each.payment_id for each in doubtful_of(kiosk)}
        for record in self.play.diary.records():
            if isinstance(record, OpenCodeHandedOut):
                code = kiosk.ledger.code_book.codes[record.code]
                assert code.is_settled or code.code in listed, "an open code is not shown"
                assert not code.is_settled or self._is_true_of(code), f"{code.code} is {code.state}"

    def _is_true_of(self, code: HandedOut) -> bool:
        """What is final agrees with the platform, as long as the platform knows of it."""
        theirs = self.play.platform.codes.codes.get(code.code)
        return theirs is None or bool(theirs.paid_fen) == (code.state is CodeState.SETTLED)

    @invariant()
    def the_ledger_is_the_fold_of_the_journal(self) -> None:
        if hasattr(self, "play"):
            assert self.play.ledger_of_journal() == self.play.kiosk.ledger

    @invariant()
    def no_page_says_paid_for_what_is_not(self) -> None:
        page = self.play.page if hasattr(self, "play") else None
        if isinstance(page, Done | Printing) and page.payment_id:
            theirs = self.play.platform.payments[page.payment_id]
            assert theirs.state is p.PlatformState.PAID

    def teardown(self) -> None:
        """When everything works again, every payment ends as the platform has it."""
        if not hasattr(self, "play"):
            return
        play = self.play
        play.link.faults.clear()
        play.network(up=True)
        play.paper.outcome = PrintOutcome.PRINTED
        play.tick(200)
        for _ in range(10):
            play.now_s += DAY_S
            play.tick(2)
        assert all(times == 1 for times in play.platform.charges.values())
        for payment in play.kiosk.ledger.payments.values():
            assert payment.state in FINAL
            assert not payment.unconfirmed
            assert self._is_true(payment)
            theirs = play.platform.payments.get(payment.payment_id)
            if theirs is not None and theirs.state is p.PlatformState.PAID:
                assert payment.state in (State.PAID, State.CONFLICT), "paid money is lost"
        originals = [receipt_no for receipt_no, copy in play.paper.strips if copy == 1]
        assert len(originals) == len(set(originals))
