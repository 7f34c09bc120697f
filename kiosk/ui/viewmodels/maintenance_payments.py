"""Visits and payments: search by code, day and amount; the list; the story of one visit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from kiosk.domain.hours import CHINA
from kiosk.domain.payment import FINAL
from kiosk.maintenance.desk import Search
from kiosk.maintenance.views import Story, StoryLine, VisitLine, VisitPage, Wanted
from kiosk.ui.viewmodels import wording
from kiosk.ui.viewmodels.maintenance_acts import Acts
from kiosk.ui.viewmodels.maintenance_evidence import evidence as said
from kiosk.ui.viewmodels.maintenance_office import Controller, Office
from kiosk.ui.viewmodels.maintenance_page import Action, Page, Row, Tone, heading
from kiosk.ui.viewmodels.maintenance_typing import Typing

CODE_MAX = 40
AMOUNT_MAX = 9  # digits of fen: below ten million yuan
DAYS_BACK = 14
MAX_LISTED = 200
CALLED = ("today", "yesterday")


class View(StrEnum):
    FORM = "form"
    CODE = "code"
    DAY = "day"
    AMOUNT = "amount"
    FOUND = "found"
    STORY = "story"
    ACTS = "acts"


class PaymentsPage(Controller):
    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self._acts = Acts(office, self._back_to_story)
        self._asked = self._from_day = ""
        self._forget()

    def _forget(self) -> None:
        self._view = View.FORM
        self._code = ""
        self._day: date | None = None
        self._amount_fen: int | None = None
        self._typing = Typing(CODE_MAX, letters=True)
        self._search: Search | None = None
        self._found: tuple[VisitLine, ...] = ()
        self._has_more = False
        self._story: Story | None = None
        self._asked_story = ""  # the visit whose story was asked for last

    def about(self, what: str) -> None:
        """A day and a payment of it, apart by a colon: its story is looked up at once."""
        day, _, self._asked = what.partition(":")
        self._from_day = f"day-{day}" if day else ""

    def enter(self) -> None:
        self._forget()
        if self._asked:
            self._code = self._asked
            self._begin()

    def left(self) -> None:
        self._forget()

    # --- what is shown ----------------------------------------------------------------------------

    def page(self) -> Page:
        match self._view:
            case View.FORM:
                return self._form()
            case View.DAY:
                return self._days()
            case View.CODE | View.AMOUNT:
                return self._field()
            case View.FOUND:
                return self._list()
            case View.STORY:
                return self._told()
            case View.ACTS:
                return self._acts.page()

    def _form(self) -> Page:
        t, texts = self.office.t, self.office.texts
        day = wording.day(texts, self._day) if self._day else t("desk_pay.any")
        fen = self._amount_fen
        amount = wording.amount(texts, fen) if fen is not None else t("desk_pay.any")
        entries = (
            ("day", day, "choose"),
            ("amount", amount, "type"),
            ("code", self._code or t("desk_pay.any"), "type"),
        )
        rows = tuple(
            Row(
                key,
                t(f"desk_pay.{key}"),
                shown,
                t(f"desk_pay.{key}_hint"),
                act=t(f"desk_pay.{verb}"),
                act_name=t(f"desk_pay.{key}_enter"),
            )
            for key, shown, verb in entries
        )
        return Page(
            title=t("desk_pay.title"),
            subtitle=t("desk_pay.subtitle"),
            is_busy=self.office.waiting > 0,
            rows=rows,
            actions=(
                Action("doubts", t("desk_home.see_doubts"), "warning"),
                Action("owed", t("desk_home.see_owed"), "receipt"),
                Action("back", t("desk.back"), "back"),
            ),
            primary=Action("search", t("desk_pay.search"), enabled=not self.office.waiting),
        )

    def _field(self) -> Page:
        t, key = self.office.t, self._view.value
        typed = self._typing.text
        shown = wording.amount(self.office.texts, int(typed or 0)) if key == "amount" else typed
        return Page(
            title=t(f"desk_pay.{key}_enter"),
            subtitle=t(f"desk_pay.{key}_hint"),
            field=shown,
            keypad=self._typing.keypad,
            actions=(Action("form", t("desk.back"), "back"),),
            primary=Action("take", t("desk_pay.take"), enabled=bool(typed)),
        )

    def _days(self) -> Page:
        t, today = self.office.t, self._today()
        rows = [
            Row("day-any", t("desk_pay.any"), act=t("desk_pay.take"), act_name=t("desk_pay.any"))
        ]
        for back in range(DAYS_BACK):
            each = today - timedelta(days=back)
            name = wording.day(self.office.texts, each)
            called = t(f"desk_pay.{CALLED[back]}") if back < len(CALLED) else ""
            rows.append(Row(f"day-{each.isoformat()}", name, called, act=t("desk_pay.take"),
                            act_name=name))  # fmt: skip
        return Page(
            title=t("desk_pay.day_enter"),
            rows=tuple(rows),
            actions=(Action("form", t("desk.back"), "back"),),
        )

    def _list(self) -> Page:
        t = self.office.t
        actions = [Action("form", t("desk.back"), "back")]
        if self._has_more and len(self._found) < MAX_LISTED:
            actions.insert(0, Action("more", t("desk_pay.more"), "down"))
        count = len(self._found)
        if self._search is None or (self.office.waiting and not count):
            title = t("desk_pay.searching")
        else:
            title = (
                self.office.texts.count("desk_pay.found", count) if count else t("desk_pay.none")
            )
        return Page(
            title=title,
            place=View.FOUND.value,
            subtitle="" if count else t("desk_pay.none_do"),
            is_busy=self.office.waiting > 0,
            rows=tuple(self._visit(line) for line in self._found),
            actions=tuple(actions),
        )

    def _visit(self, line: VisitLine) -> Row:
        t, texts = self.office.t, self.office.texts
        when = wording.moment(texts, line.opened_at)
        paid = t("desk.join").join(wording.amount(texts, each.amount_fen) for each in line.payments)
        codes = " ".join(each.inquiry_code for each in line.payments)
        last = line.payments[-1] if line.payments else None
        return Row(
            f"visit-{line.visit_id}",
            f"{when}  {paid}" if paid else when,
            self.office.words(last.words if last else line.end),
            t("desk_pay.code_is", code=codes) if codes else "",
            tone=_tone(line).value,
            act=t("desk_pay.story"),
            act_name=t("desk_pay.story_of", when=when, code=codes),
        )

    def _told(self) -> Page:
        t, story = self.office.t, self._story
        actions = [Action("list", t("desk.back"), "back")]
        if story is None:
            is_busy = self.office.waiting > 0
            return Page(title=t("desk_pay.searching"), is_busy=is_busy, actions=tuple(actions))
        if self._acts_for(story):
            actions.insert(0, Action("acts", t("desk_pay.acts"), "info"))
        return Page(
            title=t("desk_pay.story_title"),
            subtitle=wording.moment(self.office.texts, story.visit.opened_at),
            rows=(
                *(self._payment(story, number) for number in range(len(story.visit.payments))),
                heading("lines", t("desk_pay.happened")),
                *(self._line(line) for line in story.lines),
                *(() if story.is_whole else (Row("cut", t("desk_pay.story_cut")),)),
            ),
            actions=tuple(actions),
        )

    def _payment(self, story: Story, number: int) -> Row:
        t, payment = self.office.t, story.visit.payments[number]
        more = [t("desk_pay.code_is", code=payment.inquiry_code)]
        if payment.transaction_no:
            more.append(t("desk_pay.transaction", number=payment.transaction_no))
        return Row(
            f"payment-{payment.payment_id}",
            wording.amount(self.office.texts, payment.amount_fen),
            self.office.words(payment.words),
            t("desk.join").join(more),
            tone=_tone(story.visit).value,
        )

    def _line(self, line: StoryLine) -> Row:
        t = self.office.t
        seconds = line.at.astimezone(CHINA).strftime("%H:%M:%S")
        evidence = t("desk.join").join(
            said(self.office, name, value) for name, value in line.evidence
        )
        return Row(
            f"line-{line.seq}",
            self.office.words(line.words),
            "",
            f"{seconds}  {evidence}".strip(),
            chip=t(f"desk_side.{line.side.value}"),
        )

    # --- what is done -------------------------------------------------------------------------------

    def act(self, key: str) -> None:
        office = self.office
        office.hush()
        name, _, value = key.partition("-")
        match name:
            case _ if self._view is View.ACTS:
                self._acts.act(key)
            case "back":
                self.office.go("home")
            case "doubts" | "owed":
                self.office.go(key)
            case "form" if self._asked:
                office.go(self._from_day)
            case "form":
                self._view = View.FORM
            case "code" | "amount":
                self._type(View(name))
            case "take":
                self._take()
            case "search":
                self._begin()
            case "more":
                self._read_on()
            case "visit":
                self._read_story(value)
            case "list":
                self._view = View.FOUND
            case "acts":
                self._open_acts()
            case "day":
                self._choose_day(value)

    def _choose_day(self, value: str) -> None:
        if not value:
            self._view = View.DAY
            return
        self._day = None if value == "any" else date.fromisoformat(value)
        self._view = View.FORM

    def _type(self, view: View) -> None:
        is_code = view is View.CODE
        self._typing = Typing(CODE_MAX if is_code else AMOUNT_MAX, letters=is_code)
        self._view = view

    def _take(self) -> None:
        if self._view is View.CODE:
            self._code = self._typing.text
        else:
            self._amount_fen = int(self._typing.text)
        self._view = View.FORM

    def press(self, key: str) -> None:
        self._typing = self._typing.press(key)

    def backspace(self) -> None:
        self._typing = self._typing.delete()

    def clear(self) -> None:
        self._typing = self._typing.cleared()
        self._code, self._amount_fen = ("", self._amount_fen) if self._view is View.CODE else (
            self._code, None)  # fmt: skip

    def _wanted(self) -> Wanted:
        wanted = Wanted(code=self._code, amount_fen=self._amount_fen)
        if self._day is None:
            return wanted
        midnight = datetime.combine(self._day, time(), CHINA)
        return replace(wanted, since=midnight, until=midnight + timedelta(days=1))

    def _begin(self) -> None:
        self._found, self._has_more = (), False
        self._view = View.FOUND
        self._search = self.office.desk.search(self._wanted())
        self._read_on()

    def _read_on(self) -> None:
        search = self._search
        assert search is not None, "reading on belongs to a search"
        self.office.ask(search.next_page, lambda page: self._add(search, page))

    def _add(self, search: Search, page: VisitPage) -> None:
        if search is self._search:  # else another was begun meanwhile, or the page was left
            self._found += page.visits
            self._has_more = page.has_more

    def _read_story(self, visit_id: str) -> None:
        self._story, self._view = None, View.STORY
        self._asked_story = visit_id
        self.office.ask(lambda: self.office.desk.story(visit_id), self._tell)

    def _tell(self, story: Story) -> None:
        if story.visit.visit_id == self._asked_story:  # else another was asked for meanwhile
            self._story = story

    def _back_to_story(self) -> None:
        self._view = View.STORY
        if self._story is not None:
            self._read_story(self._story.visit.visit_id)

    def _acts_for(self, story: Story) -> bool:
        return bool(story.visit.payments)

    def _open_acts(self) -> None:
        assert self._story is not None, "acts belong to a story"
        self._acts.open(self._story.visit.payments)
        self._view = View.ACTS

    def _today(self) -> date:
        return self.office.kiosk.today


def _tone(line: VisitLine) -> Tone:
    if not line.payments:
        return Tone.PLAIN
    return Tone.GOOD if all(each.state in FINAL for each in line.payments) else Tone.STOP
