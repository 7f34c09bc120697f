"""Language, text size and contrast: they belong to the screen and end with the visit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement

from kiosk.domain.fee_item import FeeItem
from kiosk.domain.kiosk import Kiosk
from kiosk.ui.core_bridge import CoreBridge
from kiosk.ui.translations import Language, Texts, texts

QML_IMPORT_NAME = "Kiosk.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1

TEXT_SIZES_PX = (32, 38, 45, 52)
FORGET_AFTER_S = 60.0
"""A choice made on the start page and followed by no visit is forgotten after this time."""


class Contrast(StrEnum):
    DEFAULT = "default"
    HIGH = "high"
    DARK = "dark"
    YELLOW = "yellow"


CONTRASTS = tuple(Contrast)


@dataclass(frozen=True, slots=True)
class Look:
    language: Language = Language.ZH
    size_step: int = 0  # index into TEXT_SIZES_PX
    contrast: Contrast = Contrast.DEFAULT

    @classmethod
    def of(cls, language: str, text_px: int, contrast: str) -> Look:
        """By the words of a site file, whose settings allow no others."""
        return cls(Language(language), TEXT_SIZES_PX.index(text_px), Contrast(contrast))

    @property
    def text_px(self) -> int:
        return TEXT_SIZES_PX[self.size_step]

    def larger(self) -> Look:
        """The next text size; after the largest comes the smallest."""
        return replace(self, size_step=(self.size_step + 1) % len(TEXT_SIZES_PX))

    def other_contrast(self) -> Look:
        following = (CONTRASTS.index(self.contrast) + 1) % len(CONTRASTS)
        return replace(self, contrast=CONTRASTS[following])

    def other_language(self) -> Look:
        other = Language.EN if self.language is Language.ZH else Language.ZH
        return replace(self, language=other)


USUAL = Look()


def is_over(before: Kiosk, now: Kiosk, *, chosen_at_s: float) -> bool:
    """Whether the one who chose the look has gone: visit or session at the desk ended, or
    nobody ever began one."""
    if now.visit is None and now.desk.session is not None:
        return False
    if now.visit is None:
        has_left = before.visit is not None or before.desk.session is not None
        return has_left or now.now_s - chosen_at_s >= FORGET_AFTER_S
    return (
        before.visit is not None
        and before.visit.subject != now.visit.subject
        and (before.visit.subject is not None)
    )


@QmlElement
class Words(QObject):
    """The sentences of one language, for QML."""

    def __init__(self, sentences: Texts) -> None:
        super().__init__()
        self._sentences = sentences

    @Slot(str, result=str)
    def of(self, key: str) -> str:
        return self._sentences.of(key)


@QmlElement
class LookViewModel(QObject):
    changed = Signal()

    def __init__(
        self,
        core: CoreBridge,
        usual: Look = USUAL,
        *,
        reduced_motion: bool = False,
        fee_items: Sequence[FeeItem] = (),
    ) -> None:
        super().__init__()
        self._usual = self._look = usual
        self._reduced_motion = reduced_motion
        self._texts = {each: texts(each).knowing(fee_items) for each in Language}
        self._words = {each: Words(sentences) for each, sentences in self._texts.items()}
        self._kiosk = core.kiosk
        self._chosen_at_s = core.kiosk.now_s
        core.kiosk_changed.connect(self._follow)

    @property
    def texts(self) -> Texts:
        return self._texts[self._look.language]

    def wear(self, look: Look) -> None:
        """Change language, text size and contrast at once."""
        self._chosen_at_s = self._kiosk.now_s
        if look != self._look:
            self._look = look
            self.changed.emit()

    @Slot(object)
    def _follow(self, kiosk: Kiosk) -> None:
        before, self._kiosk = self._kiosk, kiosk
        if self._look != self._usual and is_over(before, kiosk, chosen_at_s=self._chosen_at_s):
            self.wear(self._usual)

    @Property(Words, notify=changed)
    def words(self) -> Words:
        return self._words[self._look.language]

    @Property(str, notify=changed)
    def language(self) -> str:
        return self._look.language.value

    @Property(str, notify=changed)
    def contrast(self) -> str:
        return self._look.contrast.value

    @Property(int, notify=changed)
    def contrastStep(self) -> int:
        return CONTRASTS.index(self._look.contrast)

    @Property(int, notify=changed)
    def sizeStep(self) -> int:
        return self._look.size_step

    @Property(int, notify=changed)
    def textPx(self) -> int:
        return self._look.text_px

    @Property(bool, notify=changed)
    def reducedMotion(self) -> bool:
        return self._reduced_motion

    @Slot()
    def nextTextSize(self) -> None:
        self.wear(self._look.larger())

    @Slot()
    def nextContrast(self) -> None:
        self.wear(self._look.other_contrast())

    @Slot()
    def switchLanguage(self) -> None:
        self.wear(self._look.other_language())
