"""The start page: put your card on the reader, or come with a code."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Property, Signal, Slot
from PySide6.QtQml import QmlElement

from drivers.api import Role
from kiosk.domain.events import EnterCodeTouched, OpenCodeWanted
from kiosk.domain.kiosk import Kiosk
from kiosk.domain.open_codes import is_offered
from kiosk.domain.upkeep import notice_now
from kiosk.ui.core_bridge import CoreBridge
from kiosk.ui.translations import Language, Texts
from kiosk.ui.viewmodels import wording
from kiosk.ui.viewmodels.code_entry import CodeEntryViewModel
from kiosk.ui.viewmodels.follower import Follower
from kiosk.ui.viewmodels.look import LookViewModel

QML_IMPORT_NAME = "Kiosk.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1

DRIFT_PX = 10
DRIFT = ((0, 0), (1, 1), (0, 1), (-1, 0), (-1, -1), (0, -1), (1, -1), (1, 0))
"""Where the picture stands in each minute, in steps of DRIFT_PX: no pixel burns in."""


@dataclass(frozen=True, slots=True)
class AttractPage:
    title: str = ""
    subtitle: str = ""
    reads_cards: bool = False
    notice: str = ""
    no_paper: str = ""
    news: str = ""  # the platform's notice of the day
    is_drill: bool = False  # an outage can be practised
    drift_right_px: int = 0
    drift_down_px: int = 0


def attract_page(kiosk: Kiosk, texts: Texts) -> AttractPage:
    reads_cards = kiosk.can_read_cards
    without = "" if reads_cards else "_no_reader"
    prints = Role.RECEIPT_PRINTER not in kiosk.rules.roles or kiosk.can_print
    right, down = DRIFT[kiosk.wall.minute % len(DRIFT)]
    return AttractPage(
        title=texts.of(f"attract.title{without}"),
        subtitle=texts.of(f"attract.subtitle{without}"),
        reads_cards=reads_cards,
        notice=wording.notice(texts, kiosk.notice),
        no_paper="" if prints else texts.of("attract.no_paper"),
        news=_news(kiosk, texts),
        is_drill=is_offered(kiosk),
        drift_right_px=right * DRIFT_PX,
        drift_down_px=down * DRIFT_PX,
    )


def _news(kiosk: Kiosk, texts: Texts) -> str:
    """Beneath what concerns this kiosk: at most one more sentence, and none beside trouble."""
    notice = notice_now(kiosk)
    if notice is None or kiosk.notice is not None:
        return ""
    return notice.text_en if texts.language is Language.EN and notice.text_en else notice.text_zh


@QmlElement
class AttractViewModel(Follower):
    changed = Signal()

    def __init__(
        self, core: CoreBridge, look: LookViewModel, code_entry: CodeEntryViewModel
    ) -> None:
        super().__init__(core, look)
        self._page = AttractPage()
        self._code_entry = code_entry
        self.refresh()

    def refresh(self) -> None:
        page = attract_page(self.kiosk, self.texts)
        if page != self._page:
            self._page = page
            self.changed.emit()

    @Property(str, notify=changed)
    def title(self) -> str:
        return self._page.title

    @Property(str, notify=changed)
    def subtitle(self) -> str:
        return self._page.subtitle

    @Property(bool, notify=changed)
    def readsCards(self) -> bool:
        return self._page.reads_cards

    @Property(str, notify=changed)
    def notice(self) -> str:
        return self._page.notice

    @Property(str, notify=changed)
    def noPaper(self) -> str:
        return self._page.no_paper

    @Property(str, notify=changed)
    def news(self) -> str:
        return self._page.news

    @Property(bool, notify=changed)
    def isDrill(self) -> bool:
        return self._page.is_drill

    @Property(int, notify=changed)
    def driftRightPx(self) -> int:
        return self._page.drift_right_px

    @Property(int, notify=changed)
    def driftDownPx(self) -> int:
        return self._page.drift_down_px

    @Slot()
    def enterCode(self) -> None:
        self._code_entry.begin(enterprise=False)
        self.core.post(EnterCodeTouched())

    @Slot()
    def practise(self) -> None:
        self.core.post(OpenCodeWanted())

    @Slot()
    def enterEnterprise(self) -> None:
        self._code_entry.begin(enterprise=True)
        self.core.post(EnterCodeTouched())
