"""Staff at a halted kiosk, where no log-in and no act can be recorded.

Who may come in is what the journal last said, or the accounts file where nothing of a journal
is known. Wrong PINs are counted in memory on top of those that the journal knows, so a restart
forgets the ones made here. All that can be done is taking a support bundle.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from kiosk.domain.kiosk import Kiosk
from kiosk.domain.operating import hold_s
from kiosk.domain.operator import AccountRole, NotDone
from kiosk.domain.operator_desk import Session
from kiosk.engine.engine import Engine


class Unrecorded:
    """Belongs to the core thread, like the engine that it is given."""

    def __init__(self) -> None:
        self._failures: dict[str, int] = {}

    def log_in(
        self, engine: Engine, account_id: str, in_file: AccountRole | None, *, right: bool
    ) -> NotDone | None:
        """None: logged in, until the log-out, a minute without a touch or the journal's return."""
        kiosk, desk = engine.kiosk, engine.kiosk.desk
        accounts = kiosk.ledger.office.accounts
        key = account_id if account_id in accounts else ""
        role = accounts.get(account_id) if accounts else in_file
        if desk.session is not None:
            return NotDone.BUSY
        if kiosk.now_s < desk.held_until_s.get(key, 0.0):
            return NotDone.HELD
        if right and role is not None:
            self._failures.pop(key, None)
            session = Session(account_id, role, kiosk.now_s, kiosk.now_s)
            engine.work_unrecorded(replace(desk, session=session))
            return None
        self._failures[key] = self._failures.get(key, 0) + 1
        wait_s = hold_s(kiosk.ledger.office.failures.get(key, 0) + self._failures[key])
        held = {**desk.held_until_s, key: kiosk.now_s + wait_s}
        engine.work_unrecorded(replace(desk, held_until_s=MappingProxyType(held)))
        return NotDone.WRONG_PIN


def may_take_bundle(kiosk: Kiosk) -> NotDone | None:
    """As the order that cannot be given would be judged."""
    if kiosk.desk.session is None:
        return NotDone.NOT_LOGGED_IN
    is_technician = kiosk.desk.session.role is AccountRole.TECHNICIAN
    return None if is_technician else NotDone.NOT_YOUR_ROLE
