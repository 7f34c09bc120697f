"""What an interrupted tour left: its payments are asked about before anything is cleared."""

from __future__ import annotations

import threading
from pathlib import Path

from drivers.simulation import SimulatedWorld
from kiosk import bootstrap
from kiosk.demo.sandbox_process import SandboxProcess
from kiosk.demo.settings import demo_settings
from kiosk.domain.kiosk import Kiosk, Link
from kiosk.journal.connection import FILE_NAME

PATIENCE_S = 60.0


def settle(out: Path) -> list[str]:
    """Start the interrupted kiosk on its own journal and book; one line for each payment.

    Empty where nothing was begun. Raises JournalError for a journal that cannot be used.
    """
    if not (out / "kiosk" / FILE_NAME).exists():
        return []
    settings = demo_settings(out)
    settled = threading.Event()
    last: list[Kiosk] = []

    def publish(kiosk: Kiosk) -> None:
        last[:] = [kiosk]
        ledger = kiosk.ledger
        unsettled = ledger.open_payments or ledger.open_claims or ledger.open_jobs
        if kiosk.halted or (kiosk.link is Link.UP and not unsettled):
            settled.set()

    with SandboxProcess(out / "state" / "sandbox") as sandbox:
        machine = bootstrap.build(
            sandbox.signed(settings), publish, world=SimulatedWorld(), base_url=sandbox.url
        )
        machine.start()
        in_time = settled.wait(PATIENCE_S)
        machine.stop()
    if not in_time or last[0].halted:
        return [f"the interrupted tour could not be settled: {last[0].halted or 'no answer'}"]
    return [_line(last[0], payment_id) for payment_id in last[0].ledger.payments]


def _line(kiosk: Kiosk, payment_id: str) -> str:
    owed = sum(1 for paid in kiosk.ledger.owed.values() if paid == payment_id)
    state = kiosk.ledger.payments[payment_id].state
    waiting = f", {owed} receipts waiting to be collected" if owed else ""
    return f"payment {payment_id} of the interrupted tour: {state}{waiting}"
