"""Service: out of service, volume and brightness, restart, support bundle; ways to the rest."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from kiosk.domain.hours import is_open
from kiosk.domain.operator import (
    AskRestart,
    ClosedBecause,
    DropAccount,
    Level,
    Order,
    PutInService,
    Restart,
    SetLevel,
    TakeOutOfService,
    Taking,
    Took,
)
from kiosk.maintenance.views import LevelNow
from kiosk.ui.viewmodels.maintenance_office import Controller, Office
from kiosk.ui.viewmodels.maintenance_page import Action, Page, Row, Tone
from kiosk.ui.viewmodels.maintenance_places import chosen_place, places_page, written

LEVEL_STEP = 10
GUARDED: Mapping[str, Order] = {
    "bundle": Took(Taking.SUPPORT_BUNDLE),
    "accounts": DropAccount(""),
    Restart.MACHINE.value: AskRestart(Restart.MACHINE),
}
"""What each of these rows would order: only who may do that is shown the row."""


class View(StrEnum):
    MENU = "menu"
    CLOSING = "closing"
    LEVEL = "level"
    RESTART = "restart"
    PLACES = "places"


class ServicePage(Controller):
    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self._view = View.MENU
        self._level = Level.VOLUME
        self._levels: dict[Level, LevelNow] = {}
        self._restart = Restart.APPLICATION

    def enter(self) -> None:
        self._view = View.MENU
        self._read_levels()

    def _read_levels(self) -> None:
        desk = self.office.desk
        self.office.ask(lambda: {each: desk.level(each) for each in Level}, self._show_levels)

    def _show_levels(self, levels: dict[Level, LevelNow]) -> None:
        self._levels = levels

    # --- what is shown ----------------------------------------------------------------------------

    def page(self) -> Page:
        match self._view:
            case View.MENU:
                return self._menu()
            case View.CLOSING:
                return self._closing()
            case View.LEVEL:
                return self._at_level()
            case View.RESTART:
                return self._sure()
            case View.PLACES:
                return places_page(self.office, self.office.t("desk_service.bundle"))

    def _menu(self) -> Page:
        t = self.office.t
        return Page(
            title=t("desk_service.title"),
            rows=self._halted() if self.office.kiosk.halted else self._everything(),
            actions=(Action("back", t("desk.back"), "back"),),
        )

    def _everything(self) -> tuple[Row, ...]:
        t = self.office.t
        return (
            self._service_row(),
            self._hours_row(),
            *(self._level_row(each) for each in self._levels),
            self._row("pin", t("desk_service.pin_why")),
            self._row(Restart.APPLICATION.value, t("desk_service.application_why")),
            *(self._row(key, t(f"desk_service.{key}_why")) for key in GUARDED if self._may(key)),
            *self._locked(),
        )

    def _halted(self) -> tuple[Row, ...]:
        """All that can be done where nothing can be recorded."""
        t = self.office.t
        why = Row("halted", t("desk_service.halted"), t("desk_service.halted_why"),
                  tone=Tone.STOP.value)  # fmt: skip
        if not self._may("bundle"):
            return (why, *self._locked())
        return (why, self._row("bundle", t("desk_service.bundle_why")))

    def _may(self, key: str) -> bool:
        return self.office.may(GUARDED[key])

    def _locked(self) -> tuple[Row, ...]:
        """What somebody else may do, by name, so that nobody looks for it in vain."""
        t, names = self.office.t, [key for key in GUARDED if not self._may(key)]
        if not names:
            return ()
        what = t("desk.join").join(t(f"desk_service.{key}") for key in names)
        return (Row("locked", t("desk_service.locked"), what),)

    def _service_row(self) -> Row:
        t, because = self.office.t, self.office.kiosk.ledger.office.closed_because
        if because:
            why = t(f"desk_because.{because}")
            return self._row("open", t("desk_service.is_closed", why=why), Tone.STOP)
        return self._row("close", t("desk_service.is_open"))

    def _hours_row(self) -> Row:
        t, kiosk = self.office.t, self.office.kiosk
        if not kiosk.opening_hours:
            state = "always"
        else:
            state = "open_now" if is_open(kiosk.opening_hours, kiosk.wall) else "closed_now"
        return self._row("hours", t(f"desk_service.{state}"))

    def _level_row(self, level: Level) -> Row:
        t, now = self.office.t, self._levels[level]
        title = t(f"desk_service.{level.value}")
        if now.percent is None:
            return Row(level.value, title, self.office.words(now.words))
        detail = t("desk_service.percent", percent=now.percent)
        return Row(level.value, title, detail, act=t("desk_service.change"),
                   act_name=t("desk_service.change_of", what=title))  # fmt: skip

    def _row(self, key: str, detail: str, tone: Tone = Tone.PLAIN) -> Row:
        t = self.office.t
        title = t(f"desk_service.{key}")
        return Row(key, title, detail, tone=tone.value, act=t(f"desk_service.{key}_do"),
                   act_name=title)  # fmt: skip

    def _closing(self) -> Page:
        t = self.office.t
        return Page(
            title=t("desk_service.closing"),
            subtitle=t("desk_service.closing_hint"),
            rows=tuple(
                Row(f"because-{each.value}", t(f"desk_because.{each.value}"),
                    act=t("desk_acts.choose"), act_name=t(f"desk_because.{each.value}"))
                for each in ClosedBecause
            ),
            actions=(Action("menu", t("desk.back"), "back"),),
        )  # fmt: skip

    def _at_level(self) -> Page:
        t, now = self.office.t, self._levels[self._level]
        percent = now.percent or 0
        return Page(
            title=t(f"desk_service.{self._level.value}"),
            progress=percent,
            rows=(Row("now", t("desk_service.percent", percent=percent)),),
            actions=(
                Action("less", t("desk_service.less"), "down", enabled=percent > 0),
                Action("more", t("desk_service.more"), "up", enabled=percent < 100),
            ),
            primary=Action("menu", t("desk.done")),
        )

    def _sure(self) -> Page:
        t, what = self.office.t, self._restart.value
        return Page(
            title=t("desk_service.restart_sure"),
            banner=t("desk_service.restart_means"),
            banner_tone=Tone.REMEMBER.value,
            banner_picture="warning",
            actions=(Action("menu", t("desk.back"), "back"),),
            primary=Action("restart", t(f"desk_service.{what}_yes")),
        )

    # --- what is done ---------------------------------------------------------------------------------

    def act(self, key: str) -> None:
        office = self.office
        office.hush()
        match key:
            case "back":
                office.go("home")
            case "menu" | "result":
                self._view = View.MENU
            case "open":
                office.order(PutInService(), lambda: self._said("opened"))
            case "close":
                self._view = View.CLOSING
            case "bundle" | "export":
                self._view = View.PLACES
            case "accounts" | "hours":
                office.go(key)
            case "pin":
                office.go(f"pin-{office.account_id}")
            case Level.VOLUME | Level.BRIGHTNESS:
                self._level, self._view = Level(key), View.LEVEL
            case "less" | "more":
                self._turn(LEVEL_STEP if key == "more" else -LEVEL_STEP)
            case Restart.APPLICATION | Restart.MACHINE:
                self._restart, self._view = Restart(key), View.RESTART
            case "restart":
                office.order(AskRestart(self._restart), lambda: self._said("restarting"))
            case _ if key.startswith("because-"):
                because = ClosedBecause(key.removeprefix("because-"))
                office.order(TakeOutOfService(because), lambda: self._said("closed"))
            case _ if key.startswith("place-"):
                self._bundle(key)

    def _turn(self, step: int) -> None:
        percent = min(100, max(0, (self._levels[self._level].percent or 0) + step))
        self.office.order(SetLevel(self._level, percent), self._read_levels)

    def _bundle(self, key: str) -> None:
        place = chosen_place(self.office, key)
        if place is None:
            return
        self._view = View.MENU
        self.office.ask(lambda: self.office.desk.support_bundle(place), self._bundled)

    def _bundled(self, path: Path) -> None:
        halted = self.office.kiosk.halted
        key = "desk_service.bundled_unrecorded" if halted else "desk_service.bundled"
        self.office.say(written(self.office, key, path))

    def _said(self, what: str) -> None:
        self._view = View.MENU
        self.office.say(self.office.t(f"desk_service.{what}"))
