"""The lists of what is open: payments in doubt, and receipts not proven on paper."""

from __future__ import annotations

from abc import abstractmethod

from kiosk.domain import payment
from kiosk.maintenance.views import Doubtful, OwedReceipt, PaymentLine, Words
from kiosk.ui.viewmodels import wording
from kiosk.ui.viewmodels.maintenance_acts import Acts
from kiosk.ui.viewmodels.maintenance_office import Controller, Office
from kiosk.ui.viewmodels.maintenance_page import Action, Page, Row, Tone

NOTHING = Words("", "")


class OpenThings(Controller):
    """A list whose entries lead to what may lawfully be done about them."""

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self._acts = Acts(office, self._close)
        self._chosen = False

    def enter(self) -> None:
        self._chosen = False

    def _close(self) -> None:
        self._chosen = False

    def page(self) -> Page:
        if self._chosen:
            return self._acts.page()
        t, rows = self.office.t, self._rows()
        return Page(
            title=self._title(len(rows)),
            place=type(self).__name__,
            subtitle=self._subtitle() if rows else "",
            rows=rows,
            actions=(Action("back", t("desk.back"), "back"),),
        )

    @abstractmethod
    def _title(self, count: int) -> str: ...

    @abstractmethod
    def _subtitle(self) -> str: ...

    @abstractmethod
    def _rows(self) -> tuple[Row, ...]: ...

    @abstractmethod
    def _line(self, key: str) -> PaymentLine: ...

    def act(self, key: str) -> None:
        self.office.hush()
        if self._chosen:
            self._acts.act(key)
        elif key == "back":
            self.office.go("home")
        else:
            self._acts.open((self._line(key),))
            self._chosen = True


class DoubtsPage(OpenThings):
    def _title(self, count: int) -> str:
        if not count:
            return self.office.t("desk_doubts.none")
        return self.office.texts.count("desk_doubts.title", count)

    def _subtitle(self) -> str:
        later = self.office.kiosk.rules.maintenance_only
        return self.office.t("desk_home.in_doubt_later" if later else "desk_doubts.subtitle")

    def _all(self) -> tuple[Doubtful, ...]:
        return self.office.desk.doubtful(self.office.kiosk)

    def _rows(self) -> tuple[Row, ...]:
        t, texts = self.office.t, self.office.texts
        return tuple(
            Row(
                doubt.payment_id,
                wording.moment(texts, doubt.intended_at),
                self.office.words(doubt.words),
                t(_name_of(doubt), code=doubt.inquiry_code),
                chip=wording.amount(texts, doubt.amount_fen),
                tone=Tone.STOP.value,
                act=t("desk_doubts.act"),
                act_name=t("desk_doubts.act_on", code=doubt.inquiry_code),
            )
            for doubt in self._all()
        )

    def _line(self, key: str) -> PaymentLine:
        doubt = next(each for each in self._all() if each.payment_id == key)
        return PaymentLine(
            doubt.payment_id,
            doubt.inquiry_code,
            doubt.intended_at,
            doubt.amount_fen,
            doubt.state,
            doubt.words,
        )


def _name_of(doubt: Doubtful) -> str:
    is_open_code = doubt.inquiry_code == doubt.payment_id
    return "desk_doubts.open_code_is" if is_open_code else "desk_pay.code_is"


class OwedPage(OpenThings):
    def _title(self, count: int) -> str:
        if not count:
            return self.office.t("desk_owed.none")
        return self.office.texts.count("desk_owed.title", count)

    def _subtitle(self) -> str:
        return self.office.t("desk_owed.subtitle")

    def _all(self) -> tuple[OwedReceipt, ...]:
        return self.office.desk.owed(self.office.kiosk)

    def _rows(self) -> tuple[Row, ...]:
        t = self.office.t
        return tuple(
            Row(
                receipt.receipt_no,
                t("desk_acts.receipt", number=receipt.receipt_no),
                self.office.words(receipt.words),
                t(
                    "desk_owed.paid_at",
                    when=wording.moment(self.office.texts, receipt.intended_at),
                    code=receipt.inquiry_code,
                ),
                tone=Tone.REMEMBER.value,
                act=t("desk_doubts.act"),
                act_name=t("desk_doubts.act_on", code=receipt.receipt_no),
            )
            for receipt in self._all()
        )

    def _line(self, key: str) -> PaymentLine:
        receipt = next(each for each in self._all() if each.receipt_no == key)
        return PaymentLine(
            receipt.payment_id,
            receipt.inquiry_code,
            receipt.intended_at,
            receipt.amount_fen,
            payment.State.PAID,
            NOTHING,
            receipt_nos=(receipt.receipt_no,),
        )
