"""What the maintenance pages share: the desk, the texts, the way from page to page."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

from kiosk import event_catalogue
from kiosk.domain.kiosk import Kiosk
from kiosk.domain.operator import AccountRole, NotDone, Order
from kiosk.domain.operator_checks import is_for_technicians
from kiosk.maintenance.desk import Desk, DeskTrouble, WeakPin
from kiosk.maintenance.views import Words
from kiosk.ui.core_bridge import CoreBridge
from kiosk.ui.translations import Texts
from kiosk.ui.viewmodels.look import LookViewModel
from kiosk.ui.viewmodels.maintenance_page import Page, Tone

Result = TypeVar("Result")
Places = Callable[[], tuple[Path, ...]]
"""Where files can be written for taking away: sticks that are plugged in, and a folder here."""


class Office(QObject):
    """The operator's side of the screen, on the main thread.

    Jobs run one after the other on the desk's thread; what they bring comes back here.
    `message` is the last answer in words, shown above the page until the next act.
    """

    refreshed = Signal()
    _arrived = Signal(object)
    _heard = Signal(object)

    def __init__(
        self, core: CoreBridge, look: LookViewModel, desk: Desk, places: Places, help_phone: str
    ) -> None:
        super().__init__()
        self.desk = desk
        self.help_phone = help_phone
        self.places = places
        self.core = core
        self._look = look
        self.waiting = 0
        self.message = ""
        self.message_tone = Tone.INFO
        self.go: Callable[[str], None] = lambda _name: None
        self._arrived.connect(self._take, Qt.ConnectionType.QueuedConnection)
        self._heard.connect(self._go_on, Qt.ConnectionType.QueuedConnection)

    @property
    def kiosk(self) -> Kiosk:
        return self.core.kiosk

    @property
    def texts(self) -> Texts:
        return self._look.texts

    @property
    def language(self) -> str:
        return self.texts.language.value

    @property
    def account_id(self) -> str:
        """Who is logged in; empty: nobody."""
        session = self.kiosk.desk.session
        return session.account_id if session else ""

    @property
    def log_in(self) -> tuple[str, float] | None:
        """Who is logged in and since when, to tell one log-in from the next."""
        session = self.kiosk.desk.session
        return (session.account_id, session.since_s) if session else None

    def may(self, order: Order) -> bool:
        """Whether who is logged in may give such an order, by the domain's own rule."""
        session = self.kiosk.desk.session
        if session is None:
            return False
        is_technician = session.role is AccountRole.TECHNICIAN
        return is_technician or not is_for_technicians(order, session)

    def t(self, key: str, **values: object) -> str:
        return self.texts.of(key, **values)

    def words(self, words: Words) -> str:
        return words.of(self.language)

    # --- asking the desk ------------------------------------------------------------------------

    def ask(self, job: Callable[[], Result], then: Callable[[Result], None]) -> None:
        """Run a job on the desk's thread and go on with its result on this one.

        What it raises of WeakPin and DeskTrouble is told in words; nothing else may come.
        """
        self.waiting += 1
        self.hush()
        self.desk.submit(job, lambda result: self._arrived.emit((then, result)))
        self.refreshed.emit()

    def ask_behind(self, job: Callable[[], Result], then: Callable[[Result], None]) -> None:
        """Run a short job that nobody waits for: nothing is held up, said or hushed by it."""
        self.desk.submit(job, lambda result: self._heard.emit((then, result)))

    @Slot(object)
    def _go_on(self, heard: tuple[Callable[[Any], None], Any]) -> None:
        then, result = heard
        if isinstance(result, Exception):
            raise result
        then(result)
        self.refreshed.emit()

    def order(self, order: Order, then: Callable[[], None] = lambda: None) -> None:
        """Give an order; `then` happens only where it was not refused."""
        self.ask(lambda: self.desk.order(order), lambda answer: self.judge(answer, then))

    def judge(self, answer: NotDone | None, then: Callable[[], None]) -> None:
        """Go on after an order that was taken, or tell why it was not."""
        if answer is None:
            then()
        else:
            self.tell(answer.value)

    @Slot(object)
    def _take(self, arrived: tuple[Callable[[Any], None], Any]) -> None:
        then, result = arrived
        self.waiting -= 1
        match result:
            case WeakPin():
                self.tell(str(result))
            case DeskTrouble():
                self.tell(result.code)
            case Exception():
                raise result
            case _:
                then(result)
        self.refreshed.emit()

    # --- saying something ---------------------------------------------------------------------------

    def tell(self, code: str) -> None:
        """A refusal in the words of the event catalogue, with what to do."""
        found = event_catalogue.find("desk", code) or event_catalogue.find("office", code)
        assert found is not None, f"config/events.toml lacks desk.{code}"
        stop = "。" if self.language == "zh" else ". "
        self.say(f"{found.words(self.language)}{stop}{found.advice(self.language)}", Tone.REMEMBER)

    def say(self, message: str, tone: Tone = Tone.GOOD) -> None:
        self.message, self.message_tone = message, tone

    def hush(self) -> None:
        self.message = ""


class Controller(ABC):
    """One page, or a few that belong together: what is shown, and what an act does."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def enter(self) -> None:  # noqa: B027 many pages have none
        """The operator comes to this page; forget what was left from the last time."""

    def left(self) -> None:  # noqa: B027 many pages have none
        """The page is up no longer, also by a log-out: forget whatever was typed."""

    def about(self, what: str) -> None:  # noqa: B027 most pages are about nothing in particular
        """What followed the page's name; before `enter`."""

    @abstractmethod
    def page(self) -> Page:
        """What is to be seen now; a pure derivation of snapshot and what was read."""

    @abstractmethod
    def act(self, key: str) -> None:
        """A button was touched: the key of an action, or of the row that holds it."""

    def press(self, key: str) -> None:  # noqa: B027 many pages have none
        """A key of the keypad."""

    def backspace(self) -> None:  # noqa: B027 many pages have none
        """The keypad's delete key."""

    def clear(self) -> None:  # noqa: B027 many pages have none
        """The keypad's clear key."""
