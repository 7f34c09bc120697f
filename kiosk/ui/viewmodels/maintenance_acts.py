"""What an operator may lawfully do about a payment and its receipts, and only that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from enum import StrEnum

from kiosk.domain.operator import AskAgain, CopyReason, JudgePaper, NoteKind, PrintCopy, WriteNote
from kiosk.maintenance.views import ActOn, Doubtful, OwedReceipt, PaidFor, PaymentLine
from kiosk.ui.viewmodels import wording
from kiosk.ui.viewmodels.maintenance_copy import copy_page
from kiosk.ui.viewmodels.maintenance_office import Office
from kiosk.ui.viewmodels.maintenance_page import Action, Page, Row, Tone, heading

PRINT_FIRST = "print_first"  # of a receipt that is owed and was never tried: no copy, no reason
CORRECTIONS = frozenset({ActOn.CORRECT_PAID, ActOn.CORRECT_ABSENT})
NAMED_DAYS = 2


class View(StrEnum):
    CHOOSE = "choose"
    NOTE = "note"
    COPY_REASON = "copy_reason"
    COPY = "copy"
    SURE = "sure"


class Acts:
    """The acts on one visit's payments; `leave` goes back to where they were opened."""

    def __init__(self, office: Office, leave: Callable[[], None]) -> None:
        self._office = office
        self._leave = leave
        self.open(())

    def open(self, payments: Sequence[PaymentLine]) -> None:
        self._payments = tuple(payments)
        self._view = View.CHOOSE
        self._subject = ""
        self._paid = False
        self._paid_for: dict[str, tuple[PaidFor, ...]] = {}
        self._fen = {number: fen for each in payments
                     for number, fen in zip(each.receipt_nos, each.receipts_fen, strict=False)}  # fmt: skip
        doubtful = {each.payment_id for each in self._mine()} if payments else set()
        for payment_id in doubtful:
            self._read(payment_id)

    def _read(self, payment_id: str) -> None:
        def keep(parts: tuple[PaidFor, ...]) -> None:
            self._paid_for[payment_id] = parts

        self._office.ask(lambda: self._office.desk.paid_for(payment_id), keep)

    def _mine(self) -> list[Doubtful]:
        ids = {each.payment_id for each in self._payments}
        return [x for x in self._office.desk.doubtful(self._office.kiosk) if x.payment_id in ids]

    def page(self) -> Page:
        match self._view:
            case View.CHOOSE:
                return self._choose()
            case View.NOTE:
                return self._pick("note", NoteKind, self._note_words)
            case View.COPY_REASON:
                return self._pick("copy_reason", CopyReason, self._reason_words)
            case View.COPY:
                return copy_page(self._office, self._subject, self._receipt(self._subject))
            case View.SURE:
                return self._sure()

    # --- what is shown ---------------------------------------------------------------------------

    def _choose(self) -> Page:
        t = self._office.t
        ids = {each.payment_id for each in self._payments}
        doubts = self._mine()
        owed = [x for x in self._office.desk.owed(self._office.kiosk) if x.payment_id in ids]
        rows = [
            *(row for doubt in doubts for row in self._doubt(doubt)),
            *self._results(doubts),
            *self._printer_first(owed),
            *(row for receipt in owed for row in self._owed(receipt)),
            *self._printed(owed),
            *self._notes(doubts),
        ]
        return Page(
            title=t("desk_acts.title"),
            subtitle=t("desk_acts.subtitle"),
            is_busy=self._office.waiting > 0,
            rows=tuple(rows),
            actions=(Action("leave", t("desk.back"), "back"),),
        )

    def _doubt(self, doubt: Doubtful) -> list[Row]:
        rows = [self._about(doubt), *self._what_for(doubt), self._next(doubt)]
        lead = len(rows)
        rows += [self._on_payment(act, doubt.payment_id, doubt.inquiry_code) for act in doubt.acts]
        if doubt.statement_days and _can_correct(doubt):
            detail = self._compare(doubt.statement_days)
            before = next(n for n, act in enumerate(doubt.acts) if act in CORRECTIONS)
            day = self._first_to_compare(doubt.statement_days)
            rows.insert(lead + before, self._button("compare", day.isoformat(), detail))
        return rows

    def _about(self, doubt: Doubtful) -> Row:
        return Row(
            f"doubt-{doubt.payment_id}",
            wording.amount(self._office.texts, doubt.amount_fen),
            self._office.words(doubt.words),
            self._known_as(doubt),
            chip=doubt.inquiry_code,
            tone=Tone.STOP.value,
        )

    def _known_as(self, doubt: Doubtful) -> str:
        """What to do, when it was, and the number that both sides know it by."""
        t, when = self._office.t, wording.moment(self._office.texts, doubt.intended_at)
        is_code = doubt.inquiry_code == doubt.payment_id
        number = t("desk_acts.known_as", when=when, number=doubt.payment_id[-12:])
        return "\n".join((self._office.words(doubt.todo), when if is_code else number))

    def _what_for(self, doubt: Doubtful) -> list[Row]:
        parts = self._paid_for.get(doubt.payment_id, ())
        if not parts:
            return []
        t, texts = self._office.t, self._office.texts
        lines = (
            t("desk_acts.part", item=self._office.words(part.item),
              amount=wording.amount(texts, part.amount_fen))
            for part in parts
        )  # fmt: skip
        payees = dict.fromkeys(part.payee for part in parts if part.payee)
        return [Row("what-for", t("desk_acts.what_for"), t("desk.join").join(lines),
                    t("desk.join").join(payees))]  # fmt: skip

    def _next(self, doubt: Doubtful) -> Row:
        """Who acts next, until when, and by which day's books it can be settled at the latest."""
        t, texts, then = self._office.t, self._office.texts, doubt.next
        said = [t(f"desk_next.{then.who.value}")]
        if then.again_at:
            said.append(t("desk_next.again", when=wording.moment(texts, then.again_at)))
        if then.until:
            said.append(t("desk_next.until", when=wording.moment(texts, then.until)))
        books = ""
        if doubt.statement_days:
            last = max(doubt.statement_days) + timedelta(days=1)
            is_over = last <= self._office.kiosk.today
            key = "desk_next.books_now" if is_over else "desk_next.books"
            books = t(key, day=wording.day(texts, last))
        return Row("next", t("desk_next.title"), t("desk.stop").join(said), books)

    def _compare(self, days: Sequence[date]) -> str:
        """Which days to compare first: one or two by name, a code's whole life as a span."""
        t, named = self._office.t, [wording.day(self._office.texts, day) for day in days]
        if len(named) > NAMED_DAYS:
            return t("desk_acts.compare_span", first=named[0], last=named[-1])
        return t("desk_acts.compare_do", days=t("desk.join").join(named))

    def _first_to_compare(self, days: Sequence[date]) -> date:
        return min(*days, self._office.kiosk.today)

    def _printer_first(self, owed: Sequence[OwedReceipt]) -> list[Row]:
        """Where nothing can be printed: what comes before, so that nobody waits for a button."""
        if not owed or self._office.kiosk.can_print:
            return []
        t = self._office.t
        return [Row("home-", t("desk_acts.no_printer"), t("desk_acts.no_printer_do"),
                    tone=Tone.REMEMBER.value, act=t("desk.look_at"),
                    act_name=t("desk_acts.no_printer_see"))]  # fmt: skip

    def _receipt(self, number: str) -> str:
        """By its number, and by its amount where there are several."""
        said = self._office.t("desk_acts.receipt", number=number)
        if number not in self._fen:
            return said
        amount = wording.amount(self._office.texts, self._fen[number])
        return self._office.t("desk.join").join((amount, said))

    def _owed(self, receipt: OwedReceipt) -> list[Row]:
        title = self._receipt(receipt.receipt_no)
        words = self._office.words(receipt.words)
        subject = {
            ActOn.PAPER_WHOLE: receipt.doubtful_job_id,
            ActOn.PAPER_NOT_WHOLE: receipt.doubtful_job_id,
        }
        return [
            Row(f"owed-{receipt.receipt_no}", title, words, tone=Tone.REMEMBER.value),
            *(
                self._on_receipt(
                    act, receipt.receipt_no, subject.get(act, ""), original=receipt.is_original
                )
                for act in receipt.acts
                if act is not ActOn.NOTE  # one for the whole payment, below
            ),
        ]

    def _results(self, doubts: Sequence[Doubtful]) -> list[Row]:
        """What became of the others: also what was in doubt when this page was opened."""
        words, open_ids = self._office.words, {each.payment_id for each in doubts}
        rows = []
        for line in self._payments:
            found = self._office.desk.result(self._office.kiosk, line.payment_id)
            if found is not None and line.payment_id not in open_ids:
                what, todo = found
                amount = wording.amount(self._office.texts, line.amount_fen)
                rows.append(Row(f"result-{line.payment_id}", amount, words(what), words(todo),
                                chip=line.inquiry_code, tone=Tone.GOOD.value))  # fmt: skip
        return rows

    def _printed(self, owed: Sequence[OwedReceipt]) -> list[Row]:
        """Copies of receipts that were printed: always with a reason, always marked."""
        offered = {each.receipt_no for each in owed}
        rows = [
            self._on_receipt(ActOn.PRINT_COPY, number)
            for payment in self._payments
            for number in payment.receipt_nos
            if number not in offered
        ]
        title = heading("printed", self._office.t("desk_acts.printed"))
        return [title, *rows] if rows and owed else rows

    def _notes(self, doubts: Sequence[Doubtful]) -> list[Row]:
        offered = {each.payment_id for each in doubts if ActOn.NOTE in each.acts}
        return [
            self._on_payment(ActOn.NOTE, each.payment_id, each.inquiry_code)
            for each in self._payments
            if each.payment_id not in offered
        ]

    def _on_payment(self, act: ActOn, payment_id: str, code: str) -> Row:
        if code != payment_id:
            return self._row(act, payment_id, code, self._office.t("desk_pay.code_is", code=code))
        more, row = self._office.t("desk_doubts.open_code_is", code=code), act.value
        if act is ActOn.CORRECT_ABSENT:
            row = "code_absent"
        return self._row(act, payment_id, code, more, f"desk_acts.{row}_means")

    def _on_receipt(
        self, act: ActOn, number: str, job_id: str = "", *, original: bool = False
    ) -> Row:
        more = self._receipt(number)
        if act is ActOn.PRINT_COPY and original:
            return self._row(PRINT_FIRST, number, number, more)
        return self._row(act, job_id or number, number, more)

    def _row(self, act: ActOn | str, subject: str, about: str, more: str, means: str = "") -> Row:
        t, name = self._office.t, str(act)
        return Row(
            f"{name}-{subject}",
            t(f"desk_acts.{name}"),
            t(means or f"desk_acts.{name}_means"),
            more,
            act=t("desk_acts.do"),
            act_name=f"{t(f'desk_acts.{name}')} {about}",
        )

    def _button(self, key: str, subject: str, detail: str) -> Row:
        t = self._office.t
        title = t(f"desk_acts.{key}")
        return Row(f"{key}-{subject}", title, detail, act=t("desk_acts.do"), act_name=title)

    def _note_words(self, kind: StrEnum) -> str:
        return self._office.t(f"desk_note.{kind.value}")

    def _reason_words(self, kind: StrEnum) -> str:
        return self._office.t(f"desk_copy_reason.{kind.value}")

    def _pick(self, what: str, kinds: type[StrEnum], words: Callable[[StrEnum], str]) -> Page:
        t = self._office.t
        rows = (
            Row(
                f"pick-{kind.value}",
                words(kind),
                act=t("desk_acts.choose"),
                act_name=words(kind),
            )
            for kind in kinds
        )
        return Page(
            title=t(f"desk_acts.{what}_title"),
            subtitle=t(f"desk_acts.{what}_hint"),
            rows=tuple(rows),
            actions=(Action("choose", t("desk.back"), "back"),),
        )

    def _sure(self) -> Page:
        t, name = self._office.t, "paid" if self._paid else "absent"
        doubts = self._office.desk.doubtful(self._office.kiosk)
        return Page(
            title=t("desk_acts.sure_title"),
            rows=tuple(self._about(x) for x in doubts if x.payment_id == self._subject),
            banner=t(f"desk_acts.sure_{name}"),
            banner_tone=Tone.STOP.value,
            banner_picture="warning",
            actions=(Action("choose", t("desk_acts.sure_no"), "back"),),
            primary=Action("correct", t(f"desk_acts.sure_{name}_yes")),
        )

    # --- what is done --------------------------------------------------------------------------------

    def act(self, key: str) -> None:
        name, _, subject = key.partition("-")
        match name:
            case "leave":
                self._leave()
            case "choose" | "done":
                self._view = View.CHOOSE
            case "compare":
                self._office.go(f"day-{subject}")
            case "print_first":
                self._subject = subject
                self._print(CopyReason.NOT_PRINTED)
            case "home":
                self._office.go("home")
            case "pick":
                self._picked(subject)
            case "correct":
                self._correct()
            case _:
                self._begin(ActOn(name), subject)

    def _begin(self, act: ActOn, subject: str) -> None:
        self._subject = subject
        match act:
            case ActOn.ASK_AGAIN:
                self._office.order(AskAgain(subject), lambda: self._said("asked"))
            case ActOn.CORRECT_PAID | ActOn.CORRECT_ABSENT:
                self._paid = act is ActOn.CORRECT_PAID
                self._view = View.SURE
            case ActOn.NOTE:
                self._view = View.NOTE
            case ActOn.PRINT_COPY:
                self._view = View.COPY_REASON
            case ActOn.PAPER_WHOLE | ActOn.PAPER_NOT_WHOLE:
                whole = act is ActOn.PAPER_WHOLE
                self._office.order(JudgePaper(subject, whole), lambda: self._said("noted"))

    def _picked(self, choice: str) -> None:
        if self._view is View.NOTE:
            self._view = View.CHOOSE
            note = WriteNote(self._subject, NoteKind(choice))
            self._office.order(note, lambda: self._said("noted"))
        else:
            self._print(CopyReason(choice))

    def _print(self, reason: CopyReason) -> None:
        self._office.order(PrintCopy(self._subject, reason), self._copying)

    def _copying(self) -> None:
        self._view = View.COPY

    def _correct(self) -> None:
        self._view = View.CHOOSE
        payment_id, paid = self._subject, self._paid
        self._office.ask(
            lambda: self._office.desk.correct(payment_id, paid=paid),
            lambda answer: self._office.judge(answer, lambda: self._said("corrected")),
        )

    def _said(self, what: str) -> None:
        self._office.say(self._office.t(f"desk_acts.{what}"))


def _can_correct(doubt: Doubtful) -> bool:
    return not CORRECTIONS.isdisjoint(doubt.acts)
