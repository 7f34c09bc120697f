"""The dock's one view model: facts → rows and words; touches → actions."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Property, QObject, QUrl, Signal, Slot
from PySide6.QtQml import QmlElement

from kiosk.ui.dock.contract import WALLETS, DockActions, DockFacts, Fault, PhoneFacts, PhoneStage
from kiosk.ui.translations import Texts
from kiosk.ui.viewmodels import wording
from kiosk.ui.viewmodels.look import Words
from kiosk.ui.viewmodels.rows import Rows

QML_IMPORT_NAME = "Kiosk.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1

MESSAGES = {
    PhoneStage.EMPTY: "dock.phone_empty",
    PhoneStage.READY: "dock.phone_ready",
    PhoneStage.WORKING: "dock.phone_working",
    PhoneStage.PAID: "dock.phone_paid",
    PhoneStage.DECLINED: "dock.phone_declined",
    PhoneStage.CLOSED: "dock.phone_closed",
}


@dataclass(frozen=True, slots=True)
class PersonRow:
    key: int
    name: str
    note: str
    is_on_reader: bool
    action_name: str


@dataclass(frozen=True, slots=True)
class FaultRow:
    key: str
    label: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class StripRow:
    source: str
    name: str


@dataclass(frozen=True, slots=True)
class WalletRow:
    key: str
    label: str


@dataclass(frozen=True, slots=True)
class PhonePage:
    stage: str = ""
    message: str = ""
    payee: str = ""
    items: str = ""
    amount: str = ""


def person_rows(facts: DockFacts, texts: Texts) -> tuple[PersonRow, ...]:
    return tuple(
        PersonRow(
            index,
            person.name,
            person.note,
            index == facts.on_reader,
            texts.of("dock.take" if index == facts.on_reader else "dock.place", name=person.name),
        )
        for index, person in enumerate(facts.people)
    )


def fault_rows(facts: DockFacts, texts: Texts) -> tuple[FaultRow, ...]:
    return tuple(
        FaultRow(fault.value, texts.of(f"dock.fault_{fault.value}"), fault in facts.faults)
        for fault in Fault
    )


def strip_rows(facts: DockFacts, texts: Texts) -> tuple[StripRow, ...]:
    """The newest first: it is the one that comes out."""
    rows = [
        StripRow(QUrl.fromLocalFile(str(path)).toString(), texts.of("dock.strip", number=number))
        for number, path in enumerate(facts.strips, start=1)
    ]
    return tuple(reversed(rows))


def phone_page(phone: PhoneFacts, texts: Texts) -> PhonePage:
    message = MESSAGES.get(phone.stage)
    return PhonePage(
        stage=phone.stage.value,
        message=texts.of(message) if message else "",
        payee=phone.payee,
        items=phone.items,
        amount=wording.amount(texts, phone.amount_fen) if phone.amount_fen else "",
    )


@QmlElement
class DockViewModel(QObject):
    changed = Signal()
    phoneChanged = Signal()

    def __init__(self, actions: DockActions, texts: Texts) -> None:
        super().__init__()
        self._actions = actions
        self._texts = texts
        self._words = Words(texts)
        self._facts = DockFacts()
        self._phone = phone_page(self._facts.phone, texts)
        self._people = Rows(PersonRow)
        self._faults = Rows(FaultRow)
        self._strips = Rows(StripRow)
        self._wallets = Rows(WalletRow)
        self._wallets.show(
            tuple(
                WalletRow(key, texts.of("dock.phone_pay", wallet=texts.of(f"dock.wallet_{key}")))
                for key in WALLETS
            )
        )
        self.show_facts(self._facts)

    def show_facts(self, facts: DockFacts) -> None:
        """Take these facts; on the main thread only."""
        self._facts = facts
        self._people.show(person_rows(facts, self._texts))
        self._faults.show(fault_rows(facts, self._texts))
        self._strips.show(strip_rows(facts, self._texts))
        phone = phone_page(facts.phone, self._texts)
        if phone != self._phone:
            self._phone = phone
            self.phoneChanged.emit()
        self.changed.emit()

    @Property(Words, notify=changed)
    def words(self) -> Words:
        return self._words

    @Property(QObject, notify=changed)
    def people(self) -> Rows:
        return self._people

    @Property(QObject, notify=changed)
    def faults(self) -> Rows:
        return self._faults

    @Property(QObject, notify=changed)
    def strips(self) -> Rows:
        return self._strips

    @Property(QObject, notify=changed)
    def wallets(self) -> Rows:
        return self._wallets

    @Property(bool, notify=changed)
    def hasStrips(self) -> bool:
        return bool(self._facts.strips)

    @Property(str, notify=changed)
    def sampleCode(self) -> str:
        return self._facts.sample_code

    @Property(str, notify=phoneChanged)
    def stage(self) -> str:
        return self._phone.stage

    @Property(str, notify=phoneChanged)
    def message(self) -> str:
        return self._phone.message

    @Property(str, notify=phoneChanged)
    def payee(self) -> str:
        return self._phone.payee

    @Property(str, notify=phoneChanged)
    def items(self) -> str:
        return self._phone.items

    @Property(str, notify=phoneChanged)
    def amount(self) -> str:
        return self._phone.amount

    @Slot(int)
    def touchPerson(self, index: int) -> None:
        """Place this card, or take it when it is on the reader."""
        if index == self._facts.on_reader:
            self._actions.remove_card()
        else:
            self._actions.place_card(index)

    @Slot(str)
    def scan(self, text: str) -> None:
        if text.strip():
            self._actions.scan(text.strip())

    @Slot()
    def openPhone(self) -> None:
        self._actions.phone_open()

    @Slot(str)
    def pay(self, wallet: str) -> None:
        self._actions.phone_pay(wallet)

    @Slot()
    def decline(self) -> None:
        self._actions.phone_decline()

    @Slot()
    def payLate(self) -> None:
        self._actions.phone_pay_late()

    @Slot(str, bool)
    def switchFault(self, key: str, on: bool) -> None:
        self._actions.set_fault(Fault(key), on=on)
