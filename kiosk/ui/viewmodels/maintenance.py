"""The maintenance screen: how it opens and ends, and which of its pages is up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement

from kiosk.domain.events import Ordered
from kiosk.domain.operator import LogOut, StillThere
from kiosk.domain.operator_desk import Session
from kiosk.maintenance.desk import Desk
from kiosk.ui.core_bridge import CoreBridge
from kiosk.ui.viewmodels import wording
from kiosk.ui.viewmodels.follower import Follower
from kiosk.ui.viewmodels.look import LookViewModel
from kiosk.ui.viewmodels.maintenance_accounts import AccountsPage
from kiosk.ui.viewmodels.maintenance_day import DayPage
from kiosk.ui.viewmodels.maintenance_devices import DevicesPage
from kiosk.ui.viewmodels.maintenance_doubt import DoubtsPage, OwedPage
from kiosk.ui.viewmodels.maintenance_gesture import Gesture, corner_of
from kiosk.ui.viewmodels.maintenance_home import HomePage
from kiosk.ui.viewmodels.maintenance_hours import HoursPage
from kiosk.ui.viewmodels.maintenance_login import Login, NewAccount, NewPin
from kiosk.ui.viewmodels.maintenance_office import Controller, Office, Places
from kiosk.ui.viewmodels.maintenance_page import Action, Page, Row
from kiosk.ui.viewmodels.maintenance_paper import PaperPage
from kiosk.ui.viewmodels.maintenance_payments import PaymentsPage
from kiosk.ui.viewmodels.maintenance_service import ServicePage
from kiosk.ui.viewmodels.rows import Rows

QML_IMPORT_NAME = "Kiosk.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1

WARN_S = 20
TOUCH_GAP_S = 1.0
LONGEST_JOB_S = 900.0  # without a touch; then the stick or the network will not answer any more
CLOSED = Page("")


@QmlElement
class MaintenanceViewModel(Follower):
    """Without a desk (the pages' own tests) the gesture does nothing."""

    changed = Signal()

    def __init__(
        self,
        core: CoreBridge,
        look: LookViewModel,
        desk: Desk | None,
        places: Places,
        monotonic_s: Callable[[], float],
        help_phone: str = "",
    ) -> None:
        super().__init__(core, look)
        self._monotonic_s = monotonic_s
        self._gesture = Gesture()
        self._name = ""
        self._page = CLOSED
        self._touched_s = self._told_s = float("-inf")
        self._rows, self._actions = Rows(Row), Rows(Action)
        self._office: Office | None = None
        self._pages: dict[str, Controller] = {}
        if desk is not None:
            self._office = Office(core, look, desk, places, help_phone)
            self._office.go = self.go
            self._office.refreshed.connect(self.refresh)
            self._pages = _pages(self._office)

    # --- the way in and out -------------------------------------------------------------------------

    @Slot(float, float, float, float)
    def touchedAt(self, x: float, y: float, width: float, height: float) -> None:
        """A press anywhere, in px of the stage: part of the gesture, or a sign of life."""
        now_s = self._monotonic_s()
        if self._name:
            self._touched_s = self.kiosk.now_s
            self._still_there(now_s)
        elif self._may_open():
            self._gesture = self._gesture.tap(corner_of(x, y, width, height), now_s)
            if self._gesture.is_complete:
                self._open()

    @Slot()
    def keyTurned(self) -> None:
        """The key switch at the back, which types F12."""
        if not self._name and self._may_open():
            self._open()

    def _may_open(self) -> bool:
        return self._office is not None and not self._serves_a_resident

    @property
    def _serves_a_resident(self) -> bool:
        """A visit at a halted kiosk stands still, and nobody is kept from the maintenance screen."""
        return self.kiosk.visit is not None and not self.kiosk.halted

    def _open(self) -> None:
        assert self._office is not None, "only a kiosk with a desk opens it"
        self._gesture = Gesture()
        self.go("opening")
        self._office.ask(self._office.desk.needs_first_account, self._begin)

    def _begin(self, needs_first: object) -> None:
        if self._name == "opening":  # else somebody closed it meanwhile
            self.go("first" if needs_first else "login")

    def go(self, name: str) -> None:
        """Show a page of this name; "" closes the maintenance screen."""
        assert self._office is not None, "only a kiosk with a desk has pages"
        self._office.hush()
        name, _, what = name.partition("-")
        self._show(name)
        self._touched_s = self.kiosk.now_s
        controller = self._pages.get(name)
        if controller is not None:
            controller.about(what)
            controller.enter()
        self.refresh()

    def _show(self, name: str) -> None:
        before, self._name = self._pages.get(self._name), name
        if before is not None:
            before.left()

    def _still_there(self, now_s: float) -> None:
        """Posted, not submitted: it must not wait behind a long comparison."""
        if self.kiosk.desk.session is not None and now_s - self._told_s >= TOUCH_GAP_S:
            self._told_s = now_s
            self.core.post(Ordered(StillThere()))

    @Slot()
    def leave(self) -> None:
        """Log out; before anybody is logged in, just close."""
        assert self._office is not None, "only an open screen is left"
        if self.kiosk.desk.session is None:
            self.go("")
        else:
            self._office.order(LogOut(), lambda: self.go(""))

    # --- what is shown ----------------------------------------------------------------------------------

    @Slot()
    def refresh(self) -> None:
        if self._name:
            self._end_what_is_over()
        page = self._current()
        if page == self._page:
            return
        self._page = page
        self._rows.show(page.rows)
        self._actions.show(page.actions)
        self.changed.emit()

    def _end_what_is_over(self) -> None:
        """A resident, a log-out and a minute without a touch all close the screen."""
        session = self.kiosk.desk.session
        is_outside = self._name in ("opening", "first", "login")
        idle_s = self.kiosk.now_s - self._touched_s
        is_idle = is_outside and idle_s >= self.kiosk.rules.desk_idle_s
        if self._serves_a_resident or is_idle or (session is None and not is_outside):
            self._show("")
        elif self._office is not None and self._office.waiting and idle_s < LONGEST_JOB_S:
            self._still_there(self._monotonic_s())  # a long job is no idleness

    def _current(self) -> Page:
        office, controller = self._office, self._pages.get(self._name)
        if office is None or not self._name:
            return CLOSED
        left_s = self._left_s(self.kiosk.desk.session)
        if left_s <= WARN_S:
            return _warning(office, left_s)
        if controller is None:
            return Page(office.t("desk.title"), is_busy=True)
        page = controller.page()
        return replace(page, message=office.message, message_tone=office.message_tone.value)

    def _left_s(self, session: Session | None) -> int:
        if session is None:
            return WARN_S + 1
        until_s = self.kiosk.desk.ends_at_s(self.kiosk.rules.desk_idle_s)
        return wording.seconds_left(until_s, self.kiosk.now_s)

    @Property(bool, notify=changed)
    def isOpen(self) -> bool:
        return self._page is not CLOSED

    @Property(str, notify=changed)
    def account(self) -> str:
        session = self.kiosk.desk.session
        if self._office is None or session is None:
            return ""
        return self._office.t(f"desk.logged_in_{session.role.value}", account=session.account_id)

    @Property(str, notify=changed)
    def title(self) -> str:
        return self._page.title

    @Property(str, notify=changed)
    def place(self) -> str:
        """Another one is another page, which begins at its top."""
        return self._page.place or self._page.title

    @Property(str, notify=changed)
    def subtitle(self) -> str:
        return self._page.subtitle

    @Property(str, notify=changed)
    def banner(self) -> str:
        return self._page.banner

    @Property(str, notify=changed)
    def bannerTone(self) -> str:
        return self._page.banner_tone

    @Property(str, notify=changed)
    def bannerPicture(self) -> str:
        return self._page.banner_picture

    @Property(str, notify=changed)
    def message(self) -> str:
        return self._page.message

    @Property(str, notify=changed)
    def messageTone(self) -> str:
        return self._page.message_tone

    @Property(str, notify=changed)
    def drawing(self) -> str:
        return self._page.drawing

    @Property(str, notify=changed)
    def field(self) -> str:
        return self._page.field

    @Property(str, notify=changed)
    def fieldLabel(self) -> str:
        return self._page.field_label

    @Property(str, notify=changed)
    def keypad(self) -> str:
        return self._page.keypad

    @Property(int, notify=changed)
    def progress(self) -> int:
        return self._page.progress

    @Property(bool, notify=changed)
    def isBusy(self) -> bool:
        return self._page.is_busy

    @Property(QObject, notify=changed)
    def rows(self) -> Rows:
        return self._rows

    @Property(QObject, notify=changed)
    def actions(self) -> Rows:
        return self._actions

    @Property(str, notify=changed)
    def primaryText(self) -> str:
        return self._page.primary.text if self._page.primary else ""

    @Property(bool, notify=changed)
    def canPrimary(self) -> bool:
        return self._page.primary is not None and self._page.primary.enabled

    # --- what is done ---------------------------------------------------------------------------------------

    @property
    def _controller(self) -> Controller:
        return self._pages[self._name]

    @Slot(str)
    def act(self, key: str) -> None:
        if key != "still-there":  # any touch says that
            self._controller.act(key)
        self.refresh()

    @Slot()
    def actPrimary(self) -> None:
        if self._page.primary is not None:
            self.act(self._page.primary.key)

    @Slot(str)
    def pressKey(self, key: str) -> None:
        self._controller.press(key)
        self.refresh()

    @Slot()
    def backspace(self) -> None:
        self._controller.backspace()
        self.refresh()

    @Slot()
    def clear(self) -> None:
        self._controller.clear()
        self.refresh()


def _pages(office: Office) -> dict[str, Controller]:
    return {
        "first": NewAccount(office, first=True),
        "new_account": NewAccount(office, first=False),
        "pin": NewPin(office),
        "login": Login(office),
        "home": HomePage(office),
        "paper": PaperPage(office),
        "payments": PaymentsPage(office),
        "doubts": DoubtsPage(office),
        "owed": OwedPage(office),
        "day": DayPage(office),
        "devices": DevicesPage(office),
        "service": ServicePage(office),
        "accounts": AccountsPage(office),
        "hours": HoursPage(office),
    }


def _warning(office: Office, left_s: int) -> Page:
    return Page(
        title=office.t("desk.still_there"),
        subtitle=office.t("desk.leaves_in", seconds=left_s),
        primary=Action("still-there", office.t("desk.stay")),
    )
