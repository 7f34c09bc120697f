"""The desk of one running kiosk: `kiosk.maintenance.desk.Desk`, upon the core thread."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

import structlog

from drivers.api import Role
from kiosk.domain import operator as o
from kiosk.domain.events import Ordered
from kiosk.domain.hours import CHINA
from kiosk.domain.kiosk import Kiosk
from kiosk.domain.operator import AccountRole, Level, NotDone, Order
from kiosk.domain.operator_checks import is_account_id
from kiosk.domain.record_rows import BadRecord
from kiosk.engine.engine import CommitUncertain, Engine, Entry
from kiosk.engine.worker import Worker
from kiosk.event_ids import EventId
from kiosk.journal.errors import JournalError
from kiosk.maintenance import day as books
from kiosk.maintenance import home, pins, story, wording
from kiosk.maintenance.accounts import Accounts, AccountsRefused
from kiosk.maintenance.corrections import correction
from kiosk.maintenance.diary_reader import Ask, DiaryReader
from kiosk.maintenance.machine import Machine
from kiosk.maintenance.new_file import new_text_file
from kiosk.maintenance.paid_for import paid_for
from kiosk.maintenance.revised import Published
from kiosk.maintenance.statements import FetchStatement, FetchVersion
from kiosk.maintenance.support_bundle import Sources, bundle_name, newest, write_bundle
from kiosk.maintenance.trouble import DeskTrouble, not_written
from kiosk.maintenance.unrecorded import Unrecorded, may_take_bundle
from kiosk.maintenance.views import (
    AccountLine,
    Day,
    DeviceLine,
    Doubtful,
    Home,
    LevelNow,
    OwedReceipt,
    PaidFor,
    Story,
    Wanted,
    Words,
)
from kiosk.maintenance.visits_found import VisitSearch
from kiosk.reconcile import Comparison, Statement, compare
from kiosk.reconcile.export import export_csv
from kiosk.settings import Settings

log = structlog.get_logger(__name__)

SAVE_PATIENCE_S = 5.0
SAVE_LOOK_S = 0.05
MAX_COMPARED = 16  # days whose comparison is kept for corrections, close and export

Result = TypeVar("Result")
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a desk works with."""

    settings: Settings
    version: str
    ask: Ask
    fetch_statement: FetchStatement
    fetch_version: FetchVersion
    machine: Machine


class DeskService:
    """Implements `Desk`; make one for each kiosk, and `start` its thread."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._reader = DiaryReader(around.ask)
        self._accounts = Accounts(around.settings.storage_directory)
        self._kiosk_id = around.settings.kiosk.id
        self._facts = home.Facts.of(around.version, around.settings.storage_directory)
        self._published = Published()
        self._unrecorded = Unrecorded()
        self._compared: dict[date, tuple[Statement, Comparison]] = {}
        self._worker: Worker[Callable[[], None]] = Worker("desk", lambda job: job())

    def start(self) -> None:
        self._worker.start()

    def stop(self, timeout_s: float) -> None:
        self._worker.stop(timeout_s)

    def submit(self, job: Callable[[], Result], done: Callable[[Result | Exception], None]) -> None:
        def work() -> None:
            try:
                result: Result | Exception = job()
            except (DeskTrouble, pins.WeakPin) as trouble:
                result = trouble
            done(result)

        self._worker.put(work)

    # --- who is there ---------------------------------------------------------------------------

    def needs_first_account(self) -> bool:
        def needs(engine: Engine) -> bool:  # what a halted kiosk does not know may be there
            return not (engine.kiosk.halted or engine.kiosk.ledger.office.accounts)

        return self._reader.ask(needs)

    def accounts(self) -> tuple[AccountLine, ...]:
        def lines(engine: Engine) -> tuple[AccountLine, ...]:
            kiosk = engine.kiosk
            held = kiosk.desk.held_until_s
            return tuple(
                AccountLine(
                    account_id,
                    role,
                    held.get(account_id, 0.0) > kiosk.now_s,
                    max(0.0, held.get(account_id, 0.0) - kiosk.now_s),
                )
                for account_id, role in sorted(kiosk.ledger.office.accounts.items())
            )

        return self._reader.ask(lines)

    def log_in(self, account_id: str, pin: str) -> NotDone | None:
        try:
            known = self._accounts.load().get(account_id)
        except AccountsRefused as error:
            raise DeskTrouble("accounts_refused", str(error)) from error
        right = pins.matches(known.pin_hash if known else "", pin)
        log_in = o.LogIn(account_id if is_account_id(account_id) else "", right)

        def come_in(engine: Engine) -> NotDone | None:
            if not engine.kiosk.halted:
                return _given(engine, log_in)
            role = known.role if known else None
            return self._unrecorded.log_in(engine, log_in.account_id, role, right=right)

        return self._reader.ask(come_in)

    def keep_account(self, account_id: str, role: AccountRole, pin: str) -> NotDone | None:
        pins.refuse_weak(pin, account_id)
        refused = self.order(o.KeepAccount(account_id, role, pins.hash_of(pin)))
        return refused or self._saved(account_id)

    def _saved(self, account_id: str) -> NotDone | None:
        """Wait until the file holds it. Raises DeskTrouble (accounts_refused)."""
        until_s = time.monotonic() + SAVE_PATIENCE_S
        while time.monotonic() < until_s:
            if not self._reader.ask(lambda engine: engine.kiosk.desk.saving):
                break
            time.sleep(SAVE_LOOK_S)
        if self._reader.ask(lambda engine: account_id in engine.kiosk.ledger.office.accounts):
            return None
        raise DeskTrouble("accounts_refused", "the accounts file could not be written")

    # --- orders -----------------------------------------------------------------------------------

    def order(self, order: Order) -> NotDone | None:
        return self._reader.ask(lambda engine: _given(engine, order))

    # --- reading ----------------------------------------------------------------------------------

    def home(self, kiosk: Kiosk) -> Home:
        return home.home_of(kiosk, self._facts, self._published.revised(kiosk))

    def search(self, wanted: Wanted) -> VisitSearch:
        return VisitSearch(self._reader, wanted)

    def story(self, visit_id: str) -> Story:
        return story.story_of(self._reader, visit_id)

    def doubtful(self, kiosk: Kiosk) -> tuple[Doubtful, ...]:
        return home.doubtful_of(kiosk)

    def result(self, kiosk: Kiosk, payment_id: str) -> tuple[Words, Words] | None:
        return home.result_of(kiosk, payment_id)

    def paid_for(self, payment_id: str) -> tuple[PaidFor, ...]:
        return paid_for(self._reader, self._kiosk(), payment_id)

    def owed(self, kiosk: Kiosk) -> tuple[OwedReceipt, ...]:
        return home.owed_of(kiosk)

    def testable(self) -> tuple[DeviceLine, ...]:
        kiosk = self._kiosk()
        tests = kiosk.ledger.office.tests
        return tuple(
            DeviceLine(role, wording.NAMES[role.value], _last_test(tests.get(role.value)))
            for role in Role
            if role in kiosk.rules.roles
        )

    def _kiosk(self) -> Kiosk:
        return self._reader.ask(lambda engine: engine.kiosk)

    # --- the day -----------------------------------------------------------------------------------

    def day(self, day: date, progress: Progress | None = None) -> Day:
        tell: Progress = progress or (lambda _done, _of: None)
        try:
            theirs = self._around.fetch_statement(day)
        except DeskTrouble:
            return books.no_statement(day, books.words_of("not_had")[0])
        ours = books.ours_of(self._reader, day, tell)
        compared = compare(ours, theirs, self._kiosk_id, day, tell)
        self._compared.pop(day, None)
        self._compared[day] = (theirs, compared)
        if compared.is_final:
            self._published.heard(day, theirs.name)
        while len(self._compared) > MAX_COMPARED:
            del self._compared[next(iter(self._compared))]
        return books.day_of(compared, self._kiosk())

    def hear_of(self, day: date) -> bool:
        try:
            self._published.heard(day, self._around.fetch_version(day))
        except DeskTrouble:
            return False
        return True

    def correct(self, payment_id: str, *, paid: bool) -> NotDone | None:
        final = {day: theirs for day, (theirs, found) in self._compared.items() if found.is_final}
        order = correction(self._kiosk(), final, payment_id, paid=paid)
        return order if isinstance(order, NotDone) else self.order(order)

    def close_day(self, day: date, cases: tuple[str, ...] = ()) -> NotDone | None:
        if day not in self._compared or not self._compared[day][1].is_final:
            return NotDone.EVIDENCE_MISSING
        compared = self._compared[day][1]
        return self.order(
            o.CloseDay(
                day.isoformat(),
                compared.statement_name,
                compared.ours_count,
                compared.ours_fen,
                len(compared.differences),
                cases,
            )
        )

    def export_day(self, day: date, directory: Path) -> Path:
        if day not in self._compared:
            raise DeskTrouble("not_compared", f"compare {day} with its statement first")
        path = directory / f"{self._kiosk_id}-{day}.csv"
        self._take(o.Took(o.Taking.DAY_EXPORTED, path.name))
        try:
            with new_text_file(path, "utf-8-sig", replace=True) as file:
                export_csv(self._compared[day][1], file)
        except OSError as error:
            raise not_written(error, path) from error
        return path

    def _take(self, order: o.Took) -> None:
        """Recorded before it is written. Raises DeskTrouble with the refusal as its code."""
        self._refuse(self.order(order))

    def _refuse(self, refused: NotDone | None) -> None:
        if refused is not None:
            raise DeskTrouble(refused.value, f"it was refused: {refused.value}")

    def _salvaged(self) -> tuple[list[Entry], str]:
        """What can still be read of the journal; "unreadable" instead of "whole" where nothing."""
        try:
            return self._reader.ask(
                lambda engine: engine.salvage(
                    lambda rows: newest(rows, JournalError, BadRecord, CommitUncertain)
                )
            )
        except DeskTrouble:
            return [], "unreadable"

    # --- service ------------------------------------------------------------------------------------

    def level(self, level: Level) -> LevelNow:
        return self._around.machine.level(level)

    def support_bundle(self, directory: Path) -> Path:
        """Where the journal has failed, nothing is recorded, and the bundle says so."""
        kiosk, now = self._kiosk(), datetime.now(UTC)
        if kiosk.halted:
            self._refuse(may_take_bundle(kiosk))
            log.warning(EventId.OFFICE_UNRECORDED, kind=o.Taking.SUPPORT_BUNDLE.value)
            taking, (rows, reading) = "not_recorded", self._salvaged()
        else:
            self._take(o.Took(o.Taking.SUPPORT_BUNDLE))
            reader = self._reader
            taking, (rows, reading) = (
                "recorded",
                newest(reader.backward(reader.last_seq), DeskTrouble),
            )
        parts = ((part.code, part.light.value) for part in self.home(kiosk).parts)
        checks = [("journal_rows", reading), ("taking_this", taking), *parts]
        sources = Sources(self._around.settings, self._around.version, rows, checks, now)
        try:
            return write_bundle(directory / bundle_name(self._kiosk_id, now), sources)
        except OSError as error:
            raise not_written(error, directory) from error


def _given(engine: Engine, order: Order) -> NotDone | None:
    """What became of an order; who leaves a halted kiosk is gone, recorded or not."""
    engine.handle(Ordered(order))
    if engine.kiosk.halted:
        return None if isinstance(order, o.LogOut) else NotDone.HALTED
    return engine.kiosk.desk.answer


def _last_test(result: tuple[bool, int] | None) -> Words:
    if result is None:
        return Words("还没有测试过", "Never tested")
    passed, at_s = result
    at = datetime.fromtimestamp(at_s, UTC).astimezone(CHINA)
    verdict = Words("通过", "Passed") if passed else Words("没有通过", "Failed")
    return Words(f"{at:%m-%d %H:%M} {verdict.zh}", f"{verdict.en}, {at:%m-%d %H:%M}")
