"""A payment code or a company's credit code is being typed or scanned."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Property, Signal, Slot
from PySide6.QtQml import QmlElement

from drivers.api import Role
from kiosk.domain.events import CodeSubmitted, Touched
from kiosk.domain.identifiers import USCC_ALPHABET
from kiosk.domain.kiosk import Kiosk
from kiosk.domain.visit import EnteringCode
from kiosk.ui.core_bridge import CoreBridge
from kiosk.ui.translations import Texts
from kiosk.ui.viewmodels import wording
from kiosk.ui.viewmodels.follower import Follower
from kiosk.ui.viewmodels.look import LookViewModel

QML_IMPORT_NAME = "Kiosk.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1

DIGITS = frozenset("0123456789")


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed so far, and which kind of code it is going to be."""

    text: str = ""
    enterprise: bool = False

    @property
    def wanted_chars(self) -> int:
        return 18 if self.enterprise else 20

    @property
    def is_complete(self) -> bool:
        return len(self.text) == self.wanted_chars

    def press(self, key: str) -> Typed:
        """With one more character, unless it cannot be part of such a code."""
        alphabet = USCC_ALPHABET if self.enterprise else DIGITS
        if key not in alphabet or self.is_complete:
            return self
        return Typed(self.text + key, self.enterprise)

    def delete(self) -> Typed:
        return Typed(self.text[:-1], self.enterprise)


@dataclass(frozen=True, slots=True)
class CodeEntryPage:
    title: str = ""
    subtitle: str = ""
    notice: str = ""
    field: str = ""
    progress: str = ""
    enterprise: bool = False
    can_submit: bool = False


def code_entry_page(kiosk: Kiosk, texts: Texts, typed: Typed) -> CodeEntryPage:
    page = kiosk.visit.page if kiosk.visit else None
    if not isinstance(page, EnteringCode):
        return CodeEntryPage()
    scans = kiosk.is_up(Role.SCANNER)
    title = "title_enterprise" if typed.enterprise else "title" if scans else "title_typed"
    hint = "type_hint_enterprise" if typed.enterprise else "scan_hint" if scans else "type_hint"
    return CodeEntryPage(
        title=texts.of(f"code_entry.{title}"),
        subtitle=texts.of(f"code_entry.{hint}"),
        notice=wording.notice(texts, page.notice),
        field=wording.grouped(typed.text),
        progress=_progress(typed, texts),
        enterprise=typed.enterprise,
        can_submit=typed.is_complete,
    )


def _progress(typed: Typed, texts: Texts) -> str:
    if typed.is_complete:
        return texts.of("code_entry.complete")
    if not typed.text:
        return texts.of("code_entry.empty")
    return texts.count("code_entry.left", typed.wanted_chars - len(typed.text))


@QmlElement
class CodeEntryViewModel(Follower):
    changed = Signal()

    def __init__(self, core: CoreBridge, look: LookViewModel) -> None:
        super().__init__(core, look)
        self._typed = Typed()
        self._page = CodeEntryPage()
        self._was_entering = False
        self.refresh()

    def begin(self, *, enterprise: bool) -> None:
        self._typed = Typed(enterprise=enterprise)
        self.refresh()

    def refresh(self) -> None:
        visit = self.kiosk.visit
        is_entering = visit is not None and isinstance(visit.page, EnteringCode)
        if self._was_entering and not is_entering:
            self._typed = Typed()  # Nothing typed survives the page.
        self._was_entering = is_entering
        page = code_entry_page(self.kiosk, self.texts, self._typed)
        if page != self._page:
            self._page = page
            self.changed.emit()

    def _type(self, typed: Typed) -> None:
        self._typed = typed
        self.refresh()
        self.core.post(Touched())

    @Property(str, notify=changed)
    def title(self) -> str:
        return self._page.title

    @Property(str, notify=changed)
    def subtitle(self) -> str:
        return self._page.subtitle

    @Property(str, notify=changed)
    def notice(self) -> str:
        return self._page.notice

    @Property(str, notify=changed)
    def field(self) -> str:
        return self._page.field

    @Property(str, notify=changed)
    def progress(self) -> str:
        return self._page.progress

    @Property(bool, notify=changed)
    def enterprise(self) -> bool:
        return self._page.enterprise

    @Property(bool, notify=changed)
    def canSubmit(self) -> bool:
        return self._page.can_submit

    @Slot(str)
    def press(self, key: str) -> None:
        self._type(self._typed.press(key))

    @Slot()
    def backspace(self) -> None:
        self._type(self._typed.delete())

    @Slot()
    def clear(self) -> None:
        self._type(Typed(enterprise=self._typed.enterprise))

    @Slot(bool)
    def choose(self, enterprise: bool) -> None:
        if enterprise != self._typed.enterprise:
            self._type(Typed(enterprise=enterprise))

    @Slot()
    def submit(self) -> None:
        self.core.post(CodeSubmitted(self._typed.text))
