"""Opening hours: what holds now, and changing it day by day."""

from __future__ import annotations

from datetime import UTC, datetime

from kiosk.domain.hours import DAY_MINUTES, Week, clock_of, week_of
from kiosk.domain.operator import SetHours
from kiosk.ui.viewmodels import wording
from kiosk.ui.viewmodels.maintenance_office import Controller, Office
from kiosk.ui.viewmodels.maintenance_page import Action, Page, Row
from kiosk.ui.viewmodels.maintenance_typing import Typing

DIGITS_A_SPAN = 8  # 08301730
MAX_SPANS = 2
WORKDAYS = range(5)


class HoursPage(Controller):
    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self._forget()

    def _forget(self) -> None:
        self._day: int | None = None
        self._typing = Typing(DIGITS_A_SPAN * MAX_SPANS)

    def enter(self) -> None:
        self._forget()

    def left(self) -> None:
        self._forget()

    @property
    def _week(self) -> Week:
        return week_of(self.office.kiosk.opening_hours)

    # --- what is shown ----------------------------------------------------------------------------

    def page(self) -> Page:
        return self._list() if self._day is None else self._one(self._day)

    def _list(self) -> Page:
        t = self.office.t
        actions = [Action("back", t("desk.back"), "back")]
        if self.office.kiosk.ledger.office.hours:
            actions.insert(0, Action("site", t("desk_hours.site")))
        return Page(
            title=t("desk_hours.title"),
            subtitle=self._whose(),
            is_busy=self.office.waiting > 0,
            rows=tuple(self._row(number, day) for number, day in enumerate(self._week)),
            actions=tuple(actions),
        )

    def _whose(self) -> str:
        """Which of both holds: the site file's, or what was set here."""
        kept = self.office.kiosk.ledger.office
        if not kept.hours:
            return self.office.t("desk_hours.of_site")
        when = datetime.fromtimestamp(kept.hours_set_s, UTC)
        return self.office.t("desk_hours.of_screen", when=wording.moment(self.office.texts, when))

    def _row(self, number: int, day: tuple[tuple[int, int], ...]) -> Row:
        t, name = self.office.t, self._name(number)
        return Row(f"day-{number}", name, self._hours(day), act=t("desk_hours.change"),
                   act_name=t("desk_hours.change_of", day=name))  # fmt: skip

    def _name(self, number: int) -> str:
        return self.office.t(f"desk_hours.day_{number}")

    def _hours(self, day: tuple[tuple[int, int], ...]) -> str:
        if not day:
            return self.office.t("desk_hours.closed")
        if day == ((0, DAY_MINUTES),):
            return self.office.t("desk_hours.all_day")
        spans = (f"{clock_of(from_min)}–{clock_of(to_min)}" for from_min, to_min in day)
        return self.office.t("desk.join").join(spans)

    def _one(self, number: int) -> Page:
        t, name, typed = self.office.t, self._name(number), len(self._typing.text)
        is_whole = typed > 0 and typed % DIGITS_A_SPAN == 0 and not self.office.waiting
        workdays = [Action("workdays", t("desk_hours.workdays"), enabled=is_whole)]
        return Page(
            title=name,
            subtitle=t("desk_hours.hint"),
            field=_drawn(self._typing.text),
            field_label=t("desk_hours.now", hours=self._hours(self._week[number])),
            keypad=self._typing.keypad,
            actions=(
                *(workdays if number in WORKDAYS else ()),
                Action("closed", t("desk_hours.close"), enabled=not self.office.waiting),
                Action("list", t("desk.back"), "back"),
            ),
            primary=Action("keep", t("desk_hours.keep"), enabled=is_whole),
        )

    # --- what is done -------------------------------------------------------------------------------

    def act(self, key: str) -> None:
        name, _, number = key.partition("-")
        self.office.hush()
        match name:
            case "back":
                self.office.go("service")
            case "list":
                self._forget()
            case "day":
                self._day = int(number)
            case "site":
                self._order(SetHours(None))
            case "closed":
                self._set((), only=True)
            case "keep":
                self._set(_typed(self._typing.text), only=True)
            case "workdays":
                self._set(_typed(self._typing.text), only=False)

    def press(self, key: str) -> None:
        self._typing = self._typing.press(key)

    def backspace(self) -> None:
        self._typing = self._typing.delete()

    def clear(self) -> None:
        self._typing = self._typing.cleared()

    def _set(self, day: tuple[tuple[int, int], ...], *, only: bool) -> None:
        meant = {self._day} if only else set(WORKDAYS)
        week = (day if n in meant else old for n, old in enumerate(self._week))
        self._order(SetHours(tuple(week)))

    def _order(self, order: SetHours) -> None:
        self.office.order(order, self._kept)

    def _kept(self) -> None:
        self._forget()
        self.office.say(self.office.t("desk_hours.kept"))


def _minute(text: str) -> int:
    """0830 → 510; what no clock shows becomes what no day holds, and is refused in words."""
    hours, minutes = int(text[:2]), int(text[2:])
    return hours * 60 + minutes if minutes < 60 else 2 * DAY_MINUTES


def _typed(text: str) -> tuple[tuple[int, int], ...]:
    spans = (text[n : n + DIGITS_A_SPAN] for n in range(0, len(text), DIGITS_A_SPAN))
    return tuple((_minute(span[:4]), _minute(span[4:])) for span in spans)


def _drawn(text: str) -> str:
    """08301730 → 08:30–17:30, also while it is typed."""
    clocks = [text[n : n + 4] for n in range(0, len(text), 4)]
    shown = [f"{clock[:2]}:{clock[2:]}" if len(clock) > 2 else clock for clock in clocks]
    return "  ".join("–".join(shown[n : n + 2]) for n in range(0, len(shown), 2))
