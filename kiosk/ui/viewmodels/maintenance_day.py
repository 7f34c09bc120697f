"""The day: journal against the platform's statement, differences with who acts, day close."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal

from kiosk.maintenance.views import Day, Difference, TotalLine
from kiosk.ui.viewmodels import wording
from kiosk.ui.viewmodels.maintenance_office import Controller, Office
from kiosk.ui.viewmodels.maintenance_page import Action, Page, Row, Tone, heading
from kiosk.ui.viewmodels.maintenance_payments import CALLED
from kiosk.ui.viewmodels.maintenance_places import chosen_place, places_page, written
from kiosk.ui.viewmodels.maintenance_typing import Typing

DAYS_BACK = 400
CASE_MAX = 32
MAX_WAITING = 7  # older ones come up as these are closed
OPEN_CODE = "open_code"  # kinds of differences that are about one, not about a payment
MAX_DIFFERENCES = 100  # on the screen; the CSV file has them all


class View(StrEnum):
    CHOOSE = "choose"
    COMPARING = "comparing"
    RESULT = "result"
    CASE = "case"
    PLACES = "places"


class Progress(QObject):
    """Brings percentages from the desk's thread to the screen's, each at most once."""

    changed = Signal(int)

    def __init__(self, show: Callable[[int], None]) -> None:
        super().__init__()
        self._percent = -1
        self.changed.connect(show, Qt.ConnectionType.QueuedConnection)

    def __call__(self, done: int, of: int) -> None:
        percent = 100 * done // of if of else 0
        if percent != self._percent:
            self._percent = percent
            self.changed.emit(percent)


@dataclass(frozen=True, slots=True)
class Cases:
    """Case references, one for each difference, as far as they are typed."""

    wanted: int = 0
    typed: tuple[str, ...] = ()


class DayPage(Controller):
    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self._day: date | None = None
        self._asked: date | None = None
        self._forget()

    def _forget(self) -> None:
        self._view = View.CHOOSE
        self._result: Day | None = None
        self._percent = 0
        self._cases = Cases()
        self._typing = Typing(CASE_MAX, letters=True)
        self._is_closed = False

    def about(self, what: str) -> None:
        self._asked = date.fromisoformat(what) if what else None

    def enter(self) -> None:
        self._forget()
        self._day = self._asked or next(reversed(self._unclosed() or self._revised()), None)

    def left(self) -> None:
        self._forget()

    def _today(self) -> date:
        return self.office.kiosk.today

    def _unclosed(self) -> tuple[date, ...]:
        """Days that wait for their closing, oldest first; the page opens on the last of them."""
        return self.office.desk.home(self.office.kiosk).unclosed

    def _revised(self) -> tuple[date, ...]:
        """Closed days of which the platform has another statement now, oldest first."""
        return tuple(each.day for each in self.office.desk.home(self.office.kiosk).revised)

    @property
    def _chosen(self) -> date:
        return self._day or self._today()

    # --- what is shown ------------------------------------------------------------------------------

    def page(self) -> Page:
        match self._view:
            case View.CHOOSE:
                return self._choose()
            case View.COMPARING:
                return self._comparing()
            case View.CASE:
                return self._case()
            case View.PLACES:
                return places_page(self.office, self.office.t("desk_day.export"))
            case View.RESULT:
                assert self._result is not None, "a result is shown once there is one"
                return self._compared(self._result)

    def _choose(self) -> Page:
        t, back = self.office.t, (self._today() - self._chosen).days
        called = t("desk_day.days_ago", days=back)
        if back < len(CALLED):
            called = t(f"desk_pay.{CALLED[back]}")
        return Page(
            title=t("desk_day.title"),
            subtitle=t("desk_day.subtitle"),
            rows=(
                Row("date", wording.day(self.office.texts, self._chosen), called),
                *self._again(),
                *self._waiting(),
                Row("rule", t("desk_day.rule"), t("desk_day.rule_why")),
            ),
            actions=(
                Action("earlier", t("desk_day.earlier"), "back", enabled=back < DAYS_BACK),
                Action("later", t("desk_day.later"), enabled=back > 0),
                Action("back", t("desk.back"), "back"),
            ),
            primary=Action("compare", t("desk_day.compare"), enabled=not self.office.waiting),
        )

    def _waiting(self) -> tuple[Row, ...]:
        """The other days without a closing, newest first, each with a way there."""
        t, texts, days = self.office.t, self.office.texts, self._unclosed()
        if not days:
            return (Row("none", t("desk_day.all_closed"), tone=Tone.GOOD.value),)
        others = [day for day in reversed(days) if day != self._chosen]
        rows = tuple(self._way_to(day) for day in others[:MAX_WAITING])
        if not rows:
            return ()
        return (heading("waiting", texts.count("desk_day.waiting", len(others))), *rows)

    def _again(self) -> tuple[Row, ...]:
        """Closed days to be closed again, the chosen one without a way there."""
        why = self.office.t("desk_day.to_close_again")
        days = self._revised()[-MAX_WAITING:]
        return tuple(self._way_to(day, why, Tone.STOP) for day in reversed(days))

    def _way_to(self, day: date, why: str = "", tone: Tone = Tone.PLAIN) -> Row:
        t, named = self.office.t, wording.day(self.office.texts, day)
        is_here = day == self._chosen
        return Row(
            f"go-{day.isoformat()}",
            named,
            why,
            tone=tone.value,
            act="" if is_here else t("desk_pay.choose"),
            act_name="" if is_here else t("desk_day.go_to", day=named),
        )

    def _comparing(self) -> Page:
        t = self.office.t
        return Page(
            title=t("desk_day.comparing"),
            subtitle=wording.day(self.office.texts, self._chosen),
            progress=self._percent,
            rows=(Row("percent", t("desk_day.percent", percent=self._percent)),),
            actions=() if self.office.waiting else (Action("choose", t("desk.back"), "back"),),
        )

    def _compared(self, day: Day) -> Page:
        t, texts = self.office.t, self.office.texts
        has_export = Action("export", t("desk_day.export"), "copy")
        actions = [has_export, Action("again", t("desk_day.again"), "search"),
                   Action("choose", t("desk.back"), "back")]  # fmt: skip
        primary = None
        if day.can_close and not self._is_closed:
            primary = Action("close", t("desk_day.close"), enabled=not self.office.waiting)
        banner, tone = self._verdict(day)
        return Page(
            title=wording.day(texts, day.day),
            subtitle=t("desk_day.statement", name=day.statement) if day.statement else "",
            banner=banner,
            banner_tone=tone.value,
            banner_picture="check" if tone is Tone.GOOD else "warning",
            rows=(
                *self._not_final(day),
                *self._sums(day),
                *self._differences(day),
                *self._totals("item", day.by_item),
                *self._totals("agency", day.by_agency),
                *self._totals("wallet", day.by_wallet),
            ),
            actions=tuple(actions),
            primary=primary,
        )

    def _verdict(self, day: Day) -> tuple[str, Tone]:
        t = self.office.t
        if day.trouble is not None:
            return self.office.words(day.trouble), Tone.STOP
        if self._is_closed:
            return t("desk_day.closed_now"), Tone.GOOD
        if day.closed_by:
            names = {"closed": day.closed_by, "published": day.statement}
            if not day.differences:
                return t("desk_day.revised_agrees", **names), Tone.REMEMBER
            count = len(day.differences)
            return self.office.texts.count("desk_day.revised", count, **names), Tone.STOP
        if day.closed_at is not None:
            when = wording.moment(self.office.texts, day.closed_at)
            return t("desk_day.closed_before", when=when), Tone.GOOD
        if day.differences:
            count = len(day.differences)
            return self.office.texts.count("desk_day.differ", count), Tone.STOP
        return t("desk_day.agrees"), Tone.GOOD

    def _not_final(self, day: Day) -> tuple[Row, ...]:
        """Why there is no button that closes the day."""
        if day.can_close or day.trouble is not None:
            return ()
        why = "not_final" if day.day < self._today() else "not_over"
        return (Row("not-final", self.office.t(f"desk_day.{why}"), tone=Tone.REMEMBER.value),)

    def _sums(self, day: Day) -> tuple[Row, ...]:
        if day.trouble is not None:
            return ()
        ours = ("ours", day.ours_count, day.ours_fen)
        theirs = ("theirs", day.theirs_count, day.theirs_fen)
        return tuple(self._sum(f"sum-{key}", self.office.t(f"desk_day.{key}"), count, fen)
                     for key, count, fen in (ours, theirs))  # fmt: skip

    def _sum(self, key: str, title: str, count: int, fen: int) -> Row:
        amount = wording.amount(self.office.texts, fen)
        return Row(key, title, self.office.texts.count("desk_day.count", count), chip=amount)

    def _differences(self, day: Day) -> tuple[Row, ...]:
        if not day.differences:
            return ()
        t = self.office.t
        shown = day.differences[:MAX_DIFFERENCES]
        rows = tuple(self._difference(number, each) for number, each in enumerate(shown))
        hidden = len(day.differences) - len(shown)
        rest = (Row("rest", t("desk_day.rest", count=hidden)),) if hidden else ()
        return (heading("differences", t("desk_day.differences")), *rows, *rest)

    def _difference(self, number: int, each: Difference) -> Row:
        t, words = self.office.t, self.office.words
        has_story = each.ours_fen is not None and not each.kind.startswith(OPEN_CODE)
        return Row(
            f"difference-{number}",
            words(each.words),
            t("desk_day.who", who=words(each.who), what=words(each.what)),
            "\n".join((self._both_sides(each), *self._known_as(each))),
            tone=Tone.STOP.value,
            act=t("desk_pay.story") if has_story else "",
            act_name=t("desk_day.story_of", number=number + 1),
        )

    def _both_sides(self, each: Difference) -> str:
        t = self.office.t
        ours, theirs = (
            t("desk_day.nothing") if fen is None else wording.amount(self.office.texts, fen)
            for fen in (each.ours_fen, each.theirs_fen)
        )
        return t("desk_day.both_sides", ours=ours, theirs=theirs)

    def _known_as(self, each: Difference) -> tuple[str, ...]:
        """The whole number: whoever is called up needs it."""
        if not each.payment_id:
            return ()
        key = "code_is" if each.kind.startswith(OPEN_CODE) else "payment_is"
        return (self.office.t(f"desk_day.{key}", number=each.payment_id),)

    def _totals(self, key: str, totals: tuple[TotalLine, ...]) -> tuple[Row, ...]:
        if not totals:
            return ()
        return (
            heading(key, self.office.t(f"desk_day.by_{key}")),
            *(self._sum(f"{key}-{number}", self.office.words(line.label), line.count,
                        line.amount_fen) for number, line in enumerate(totals)),
        )  # fmt: skip

    def _case(self) -> Page:
        t, words, number = self.office.t, self.office.words, len(self._cases.typed)
        assert self._result is not None, "cases belong to a result"
        difference = self._result.differences[number]
        is_last = number + 1 == self._cases.wanted
        return Page(
            title=t("desk_day.case", number=number + 1, of=self._cases.wanted),
            subtitle=t("desk.stop").join((words(difference.words), self._both_sides(difference))),
            field=self._typing.shown,
            field_label=t("desk_day.case_own")
            if difference.is_ours
            else t("desk_day.case_theirs", who=words(difference.who)),
            keypad="letters",
            actions=(Action("result", t("desk.back"), "back"),),
            primary=Action(
                "keep",
                t("desk_day.confirm" if is_last else "desk_login.next"),
                enabled=bool(self._typing.text),
            ),
        )

    # --- what is done -----------------------------------------------------------------------------------

    def act(self, key: str) -> None:
        self.office.hush()
        match key:
            case "back":
                self.office.go("home")
            case "earlier":
                self._day = self._chosen - timedelta(days=1)
            case "later":
                self._day = self._chosen + timedelta(days=1)
            case "compare" | "again":
                self._compare()
            case "choose":
                if self._is_closed:
                    self._day = next(reversed(self._unclosed()), self._chosen)
                self._view = View.CHOOSE
            case "result":
                self._view = View.RESULT
            case "export":
                self._view = View.PLACES
            case "close":
                self._close()
            case "keep":
                self._keep()
            case _ if key.startswith("difference-"):
                self._tell(int(key.removeprefix("difference-")))
            case _ if key.startswith("go-"):
                self._day = date.fromisoformat(key.removeprefix("go-"))
            case _ if key.startswith("place-"):
                self._export(key)

    def _tell(self, number: int) -> None:
        assert self._result is not None, "differences belong to a result"
        payment_id = self._result.differences[number].payment_id
        self.office.go(f"payments-{self._chosen.isoformat()}:{payment_id}")

    def press(self, key: str) -> None:
        self._typing = self._typing.press(key)

    def backspace(self) -> None:
        self._typing = self._typing.delete()

    def clear(self) -> None:
        self._typing = self._typing.cleared()

    def _compare(self) -> None:
        self._view, self._percent, self._is_closed = View.COMPARING, 0, False
        day, progress = self._chosen, Progress(self._on_progress)
        self.office.ask(lambda: self.office.desk.day(day, progress), self._show)

    def _on_progress(self, percent: int) -> None:
        self._percent = percent
        self.office.refreshed.emit()

    def _show(self, day: Day) -> None:
        self._result, self._view = day, View.RESULT

    def _close(self) -> None:
        assert self._result is not None, "a day is closed once it was compared"
        self._cases = Cases(len(self._result.differences))
        if self._cases.wanted:
            self._typing = self._typing.cleared()
            self._view = View.CASE
        else:
            self._order_close()

    def _keep(self) -> None:
        self._cases = Cases(self._cases.wanted, (*self._cases.typed, self._typing.text))
        self._typing = self._typing.cleared()
        if len(self._cases.typed) == self._cases.wanted:
            self._view = View.RESULT
            self._order_close()

    def _order_close(self) -> None:
        day, cases = self._chosen, self._cases.typed
        self.office.ask(
            lambda: self.office.desk.close_day(day, cases),
            lambda answer: self.office.judge(answer, self._closed),
        )

    def _closed(self) -> None:
        self._is_closed = True

    def _export(self, key: str) -> None:
        day, place = self._chosen, chosen_place(self.office, key)
        if place is None:
            return
        self._view = View.RESULT
        self.office.ask(lambda: self.office.desk.export_day(day, place), self._exported)

    def _exported(self, path: Path) -> None:
        self.office.say(written(self.office, "desk_day.exported", path))
