"""Residents and their phones: what people do at a kiosk, sensible or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from drivers.api import CardKind, CardReadFailed, CardRemoved, IdCard, Role
from kiosk.domain import events as e
from kiosk.domain import open_codes
from kiosk.domain.identifiers import resident_check_digit
from kiosk.domain.visit import (
    Choosing,
    ChoosingFee,
    Confirming,
    Done,
    EnteringCode,
    Page,
    Paying,
    Searching,
    ShowingCode,
    Trouble,
)
from tests.simulation.machine import SimKiosk
from tests.simulation.platform import SimPlatform
from tests.simulation.scheduler import Scheduler
from tests.simulation.watch import Watch

QR_VALID_S = 180.0


def person(number: int) -> IdCard:
    """A synthetic person: born in 1900, region 330199."""
    first17 = f"33019919000101{number % 1000:03d}"
    return IdCard(
        CardKind.RESIDENT,
        f"人{number:04d}",
        first17 + resident_check_digit(first17),
        long_term=True,
    )


@dataclass(frozen=True, slots=True)
class Nature:
    """What kind of visitor this is; probabilities of each decision."""

    pays: float = 0.9
    cancels: float = 0.15
    races: float = 0.15  # the finger on "back" just when the wallet pays
    walks_off: float = 0.08
    photographs: float = 0.06  # and pays much later, from somewhere else
    two_wallets: float = 0.08
    declines: float = 0.08
    reprints: float = 0.05
    fiddles: float = 0.05


CALM = Nature(1.0, 0, 0, 0, 0, 0, 0, 0, 0)
MISREADS = 0.03
CODE_PAID_AFTER_S = (2.0, 40.0, 900.0, 3.9 * 3600, 4.1 * 3600)  # its life is four hours
COLLECTOR = Nature(0.0, 0, 0, 0, 0, 0, 0, 0, 0)


class Phone:
    """Wallets that scan, pay, give up or come too late; the money is the platform's."""

    def __init__(self, scheduler: Scheduler, platform: SimPlatform, watch: Watch) -> None:
        self._scheduler = scheduler
        self._platform = platform
        self._watch = watch

    def scan(self, payment_id: str, pays_after_s: float, *, declines: bool) -> None:
        if self._platform.wallet_opens(payment_id):
            self._scheduler.tell("phone", f"scans {payment_id}")
        if declines:
            self._scheduler.after(pays_after_s, self._leave, payment_id)
        else:
            self._scheduler.after(pays_after_s, self.pay, payment_id)

    def pay(self, payment_id: str) -> None:
        moved = self._platform.wallet_pays(payment_id)
        self._scheduler.tell("phone", f"pays {payment_id}: {'PAID' if moved else 'not taken'}")
        if moved:
            self._watch.on_paid(payment_id)

    def pay_code(self, code: str) -> None:
        moved = self._platform.codes.pay(code)
        self._scheduler.tell("phone", f"pays code {code}: {'PAID' if moved else 'not taken'}")

    def _leave(self, payment_id: str) -> None:
        self._scheduler.tell("phone", f"gives {payment_id} up")
        self._platform.wallet_leaves(payment_id)


class Resident:
    """One person at one kiosk; sees only the screen."""

    def __init__(
        self,
        scheduler: Scheduler,
        machine: SimKiosk,
        phone: Phone,
        card: IdCard,
        nature: Nature,
        *,
        code: str = "",
        strangers: Sequence[IdCard] = (),
    ) -> None:
        self._scheduler = scheduler
        self._machine = machine
        self._phone = phone
        self._card = card
        self._nature = nature
        self._code = code
        self._strangers = strangers
        self._seen: tuple[object, ...] = ()
        self._scanned: set[str] = set()
        self._acts = 0
        self.gone = False
        self.began = False

    def arrive(self) -> None:
        kiosk = self._machine.kiosk
        self._machine.look = self.look
        if self._code:
            if self._chance(0.5):
                self._send(e.CodeScanned(self._code))
            else:
                self._send(e.EnterCodeTouched())
        elif self._is_offered_codes() and self._chance(0.7):
            self._send(e.OpenCodeWanted())
        elif kiosk.is_up(Role.ID_READER):
            if self._chance(MISREADS):
                self._send(CardReadFailed("moved"))
            self._send(e.CardShown(self._card))
        else:
            self.gone = True
        if self._machine.page is None and not self.began and not self._machine.is_busy:
            self.gone = True  # Out of service, or a code that is refused.

    def look(self, page: Page | None) -> None:
        """The screen changed; think, then act."""
        if self.gone:
            return
        if page is None:
            if self.began:
                self.gone = True
            return
        self.began = True
        seen = _gist(page)
        if seen == self._seen:
            return
        self._seen = seen
        self._acts += 1
        if self._acts > 40 or self._chance(self._nature.walks_off / 4):
            self._leave_standing()
            return
        self._scheduler.after(self._think_s(), self._act, self._acts)
        if self._nature.fiddles and self._chance(self._nature.fiddles / 3):
            self._scheduler.after(self._think_s(), self._fiddle)

    def _think_s(self) -> float:
        return self._random.choice((0.3, 0.8, 1.5, 3.0, 7.0)) * (0.5 + self._random.random())

    @property
    def _random(self) -> Random:
        return self._scheduler.random

    def _chance(self, probability: float) -> bool:
        return self._random.random() < probability

    def _send(self, event: e.Event) -> None:
        self._machine.send(event)

    def _leave_standing(self) -> None:
        self._scheduler.tell("resident", "walks off")
        self.gone = True

    # --- acting ------------------------------------------------------------------------------

    def _act(self, number: int) -> None:
        if self.gone or number != self._acts or not self._machine.on:
            return
        page = self._machine.page
        match page:
            case EnteringCode():
                self._send(e.CodeSubmitted(self._code or "123"))
            case Searching():
                if self._chance(self._nature.fiddles / 2):
                    self._send(e.LeaveTouched())
            case Choosing():
                self._choose(page)
            case Confirming():
                pays = self._chance(0.85) and self._nature.pays > 0
                self._send(e.AgreeTouched() if pays else e.BackTouched())
            case Paying():
                self._pay(page)
            case Done():
                self._finish(page)
            case Trouble():
                self._trouble(page)
            case ChoosingFee():
                self._choose_fee(page)
            case ShowingCode():
                self._use_code(page)

    def _choose(self, page: Choosing) -> None:
        nature = self._nature
        if page.bills and self._chance(nature.pays) and self._acts < 12:
            if len(page.bills) > 1 and self._chance(0.2):
                self._send(e.BillToggled(self._random.choice(page.bills).bill_no))
            self._send(e.PayTouched())
            if self._chance(0.05):
                self._send(e.PayTouched())
        elif page.unprinted:
            self._send(e.CollectTouched())
        elif page.receipts and self._chance(nature.reprints * 4):
            self._send(e.ReprintTouched(self._random.choice(page.receipts).receipt_no))
        elif self._chance(0.8):
            self._send(e.LeaveTouched())

    def _pay(self, page: Paying) -> None:
        nature = self._nature
        if not page.qr_url:
            if self._chance(nature.cancels / 3):
                self._send(e.BackTouched())
            return
        if page.payment_id in self._scanned:
            return
        self._scanned.add(page.payment_id)
        after_s = self._scan_after_s()
        types_s = self._random.choice((1.0, 4.0, 12.0)) * (0.5 + self._random.random())
        if self._chance(nature.cancels):
            self._after(self._random.uniform(0.5, 30.0), e.BackTouched())
            if self._chance(0.5):
                return  # And the phone stays in the pocket.
        declines = self._chance(nature.declines)
        self._scheduler.after(after_s, self._scan, page.payment_id, types_s, declines)
        if self._chance(nature.races):
            pays_s = after_s + types_s + self._random.uniform(-0.6, 0.6)
            leave: e.Event = self._random.choice((e.BackTouched(), e.LeaveTouched()))
            self._after(max(0.0, pays_s), leave)
        if self._chance(nature.two_wallets):
            second_s = after_s + self._random.uniform(0.0, types_s + 2.0)
            self._scheduler.after(second_s, self._scan, page.payment_id, types_s, False)
        if self._chance(nature.walks_off):
            self._scheduler.after(after_s + types_s * self._random.random(), self._leave_standing)

    def _scan_after_s(self) -> float:
        if self._chance(self._nature.photographs):
            late = (QR_VALID_S - 15, QR_VALID_S - 1, QR_VALID_S + 30, 3 * 3600.0)
            return self._random.choice(late) + self._random.uniform(-5, 5)
        return self._random.choice((1.0, 3.0, 8.0, 25.0)) * (0.5 + self._random.random())

    def _scan(self, payment_id: str, types_s: float, declines: bool) -> None:
        self._phone.scan(payment_id, types_s, declines=declines)

    def _after(self, delay_s: float, event: e.Event) -> None:
        self._scheduler.after(delay_s, self._touch_if_here, event)

    def _touch_if_here(self, event: e.Event) -> None:
        if not self.gone:
            self._send(event)

    def _finish(self, page: Done) -> None:
        if page.doubtful and self._chance(0.6):
            self._send(e.ReprintTouched(page.doubtful[0].receipt_no))
        elif self._acts < 12 and self._chance(0.5 * self._nature.pays):
            self._send(e.PayRestTouched())
        elif self._chance(0.7):
            self._send(e.LeaveTouched())

    def _is_offered_codes(self) -> bool:
        """To somebody who came to pay."""
        return self._nature.pays > 0 and open_codes.is_offered(self._machine.kiosk)

    def _choose_fee(self, page: ChoosingFee) -> None:
        offers = open_codes.offers(self._machine.kiosk)
        if not offers or self._acts > 12 or self._chance(0.1):
            self._send(e.LeaveTouched())
        elif not page.item_code:
            self._send(e.FeeChosen(self._random.choice(offers).item_code))
        elif not page.amount_fen or self._chance(0.1):
            amounts = [each.amounts_fen for each in offers if each.item_code == page.item_code]
            self._send(e.FeeAmountChosen(self._random.choice([*amounts, (1,)])[0]))
        else:
            self._send(e.HandOutTouched())
            if self._chance(0.1):
                self._send(e.HandOutTouched())

    def _use_code(self, page: ShowingCode) -> None:
        """Pay now, at home, too late or twice; or give the code back, paid or not."""
        random = self._random
        for _ in range(random.choice((0, 1, 1, 1, 2))):
            after_s = random.choice(CODE_PAID_AFTER_S) * random.random()
            self._scheduler.after(after_s, self._phone.pay_code, page.code)
        if self._chance(0.2):
            self._send(e.WithdrawTouched())
        elif self._chance(0.3):
            self._send(e.AnotherFeeTouched())
        elif self._chance(0.7):
            self._send(e.LeaveTouched())

    def _trouble(self, page: Trouble) -> None:
        if self._is_offered_codes() and self._chance(0.3):
            self._send(e.OpenCodeWanted())
        elif page.can_retry and self._acts < 8 and self._chance(0.6):
            self._send(e.RetryTouched())
        elif page.choosing is not None and self._chance(0.3) and self._acts < 12:
            self._send(e.BackTouched())
        elif self._chance(0.8):
            self._send(e.LeaveTouched())

    def _fiddle(self) -> None:
        """Ghost touches, the card taken away, another card put down."""
        if self.gone:
            return
        random = self._random
        ghosts: list[e.Event] = [
            e.Touched(), e.PayTouched(), e.AgreeTouched(), e.BackTouched(), e.RetryTouched(),
            e.CollectTouched(), e.LeaveTouched(), CardRemoved(), e.EnterCodeTouched(),
            e.CodeScanned("281234567890123456"), e.CardShown(self._card),
            e.SwapAnswered(accept=False),
        ]  # fmt: skip
        if self._strangers:
            ghosts += [e.CardShown(random.choice(self._strangers))] * 4
        chosen = random.choice(ghosts)
        self._send(chosen)
        if isinstance(chosen, e.CardShown) and chosen.card is not self._card:
            answer = e.SwapAnswered(accept=random.random() < 0.5)
            self._scheduler.after(random.uniform(0.5, 25.0), self._touch_if_here, answer)


def _gist(page: Page) -> tuple[object, ...]:
    """What makes a person act again."""
    if isinstance(page, Paying):
        return (Paying, page.payment_id, bool(page.qr_url))
    if isinstance(page, Trouble):
        return (Trouble, page.kind)
    if isinstance(page, Done):
        return (Done, len(page.doubtful))
    if isinstance(page, ChoosingFee):
        return (ChoosingFee, page.item_code, page.amount_fen, page.notice)
    if isinstance(page, ShowingCode):
        return (ShowingCode, page.code)
    if isinstance(page, Choosing):
        return (Choosing, page.notice, len(page.bills))
    return (type(page),)
