"""The day: journal against the platform's statement, differences with who acts, day close."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal

from kiosk.maintenance.views import Day
from kiosk.ui.viewmodels import wording
from kiosk.ui.viewmodels.maintenance_day_result import Kept, ResultPage, both_sides
from kiosk.ui.viewmodels.maintenance_office import Controller, Office
from kiosk.ui.viewmodels.maintenance_page import Action, Page, Row, Tone, heading
from kiosk.ui.viewmodels.maintenance_payments import CALLED
from kiosk.ui.viewmodels.maintenance_places import chosen_place, places_page, written
from kiosk.ui.viewmodels.maintenance_typing import Typing

DAYS_BACK = 400
CASE_MAX = 32
MAX_WAITING = 7  # older ones come up as these are closed


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
        self._kept: Kept | None = None
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
        kept, self._kept = self._kept, None
        self._forget()
        self._day = self._asked or next(reversed(self._unclosed() or self._revised()), None)

        if kept and kept.result.day == self._asked and kept.still_holds(self.office):
            self._result, self._is_closed, self._view = kept.result, kept.is_closed, View.RESULT

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
                return ResultPage(self.office, self._result, self._is_closed).page()

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

    def _case(self) -> Page:
        t, words, number = self.office.t, self.office.words, len(self._cases.typed)
        assert self._result is not None, "cases belong to a result"
        difference = self._result.differences[number]
        is_last = number + 1 == self._cases.wanted
        return Page(
            title=t("desk_day.case", number=number + 1, of=self._cases.wanted),
            subtitle=t("desk.stop").join(
                (words(difference.words), both_sides(self.office, difference))
            ),
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
        ledger, log_in = self.office.kiosk.ledger, self.office.log_in
        self._kept = Kept(self._result, self._is_closed, ledger, log_in)
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
