"""A kiosk process that plays one visit and may be killed at a commit; run by test_kill9.

Usage: python -m tests.crash.visit_process ORDER, where ORDER is a JSON object.
Prints one JSON line at the end, if it lives to see it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from drivers.api import CardKind, IdCard
from drivers.simulation import SimulatedWorld
from kiosk import bootstrap
from kiosk.demo.phone import Phone
from kiosk.domain import events as e
from kiosk.domain.events import DiskSeen
from kiosk.domain.kiosk import Kiosk
from kiosk.domain.ledger import Ledger
from kiosk.domain.records import Record
from kiosk.domain.visit import Choosing, Done, Paying
from kiosk.engine.engine import Diary
from kiosk.journal import keys
from tests.support.headless import HeadlessKiosk, settings_for


class DeadlyDiary:
    """The real journal, with SIGKILL just before or just after the n-th commit."""

    def __init__(self, diary: Diary, commit: int, when: str) -> None:
        self._diary, self._commit, self._when = diary, commit, when
        self._commits = 0

    def records(self) -> Sequence[Record]:
        return self._diary.records()

    def commit(self, records: Sequence[Record], at: datetime, mono_s: float, batch: str) -> None:
        self._commits += 1
        self._die("before")
        self._diary.commit(records, at, mono_s, batch)
        self._die("after")

    def _die(self, when: str) -> None:
        if self._commits == self._commit and self._when == when:
            os.kill(os.getpid(), signal.SIGKILL)

    def look(self, *, was_low: bool) -> DiskSeen:
        return self._diary.look(was_low=was_low)

    def tidy(self) -> None:
        self._diary.tidy()

    def carry(self, ledger: Ledger, at: datetime, mono_s: float) -> bool:
        return self._diary.carry(ledger, at, mono_s)

    def close(self) -> None:
        self._diary.close()


def main(order: dict[str, Any]) -> None:
    directory = Path(order["directory"])
    settings = settings_for(directory)
    world = SimulatedWorld(directory / "strips")
    secrets = keys.for_directory(settings.storage_directory)

    def open_diary() -> Diary:
        diary = bootstrap.journal_diary(settings.storage_directory, secrets)
        return DeadlyDiary(diary, order["commit"], order["when"])

    card = IdCard(CardKind.RESIDENT, order["name"], order["number"])
    with HeadlessKiosk(settings, order["url"], world, open_diary=open_diary) as kiosk:
        kiosk.ready()
        if order["recover"]:
            kiosk.wait(lambda k: not k.ledger.open_payments and not k.ledger.open_claims)
            collect(kiosk, card)
        else:
            pay(kiosk, card, order["bill_no"])
        kiosk.wait(lambda k: not k.ledger.open_payments and not k.ledger.open_claims)
        print(json.dumps(account(kiosk.kiosk)))


def pay(kiosk: HeadlessKiosk, card: IdCard, bill_no: str) -> None:
    kiosk.world.id_reader.place(card)
    page = kiosk.wait_page(Choosing)
    assert isinstance(page, Choosing)
    for bill in page.bills:
        if bill.bill_no != bill_no:
            kiosk.post(e.BillToggled(bill.bill_no))
    kiosk.post(e.PayTouched())
    shown = kiosk.wait(
        lambda k: (
            k.visit is not None and isinstance(k.visit.page, Paying) and bool(k.visit.page.qr_url)
        )
    )
    assert shown.visit is not None
    assert isinstance(shown.visit.page, Paying)
    Phone().pay(shown.visit.page.qr_url)
    kiosk.wait_page(Done)
    kiosk.world.id_reader.remove()
    kiosk.post(e.LeaveTouched())
    kiosk.wait(lambda k: k.visit is None)


def collect(kiosk: HeadlessKiosk, card: IdCard) -> None:
    """The resident comes back: unprinted receipts come out, unpaid bills stay unpaid."""
    kiosk.world.id_reader.place(card)
    page = kiosk.wait_page((Choosing, Done))
    if isinstance(page, Choosing) and page.unprinted:
        kiosk.post(e.CollectTouched())
        kiosk.wait_page(Done)
    kiosk.post(e.LeaveTouched())
    kiosk.wait(lambda k: k.visit is None)


def account(kiosk: Kiosk) -> dict[str, Any]:
    ledger = kiosk.ledger
    return {
        "payments": {each.payment_id: each.state.value for each in ledger.payments.values()},
        "jobs": [
            [job.receipt_no, job.copy_number, job.state.value] for job in ledger.jobs.values()
        ],
    }


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
