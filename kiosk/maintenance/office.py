"""Carries out what operators ordered of files and machine, on a thread of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import structlog

from kiosk.domain.effects import ChangeLevel, DeskEffect, RestartNow, SaveAccount, TidyAccounts
from kiosk.domain.events import AccountSaved
from kiosk.domain.operator import Restart
from kiosk.event_ids import EventId
from kiosk.maintenance.accounts import Account, Accounts, AccountsRefused
from kiosk.maintenance.machine import Machine

log = structlog.get_logger(__name__)

EXIT_RESTART = 0  # as the guardian has it: wanted, no failure, and the end of maintenance only


class Office:
    """`post` hands events to the core; `leave` ends the process with a code."""

    def __init__(
        self,
        directory: Path,
        post: Callable[[AccountSaved], None],
        leave: Callable[[int], None],
        machine: Machine | None = None,
    ) -> None:
        self._accounts = Accounts(directory)
        self._post = post
        self._leave = leave
        self._machine = machine or Machine()

    def serve(self, effect: DeskEffect) -> None:
        """One effect; its record is durable already."""
        match effect:
            case SaveAccount():
                self._post(self._save(effect))
            case TidyAccounts(account_ids):
                self._tidy(account_ids)
            case ChangeLevel(level, percent):
                self._machine.set_level(level, percent)
            case RestartNow(Restart.APPLICATION):
                self._leave(EXIT_RESTART)
            case RestartNow(Restart.MACHINE):
                self._machine.restart()

    def _tidy(self, account_ids: tuple[str, ...]) -> None:
        try:
            self._accounts.tidy(account_ids)
        except AccountsRefused as error:
            log.error(EventId.OFFICE_ACCOUNTS_REFUSED, reason=str(error))

    def _save(self, effect: SaveAccount) -> AccountSaved:
        dropped, failed = not effect.pin_hash, ""
        try:
            if dropped:
                self._accounts.drop(effect.account_id)
            else:
                self._accounts.keep(
                    Account(
                        account_id=effect.account_id, role=effect.role, pin_hash=effect.pin_hash
                    )
                )
        except AccountsRefused as error:
            log.error(EventId.OFFICE_ACCOUNTS_REFUSED, reason=str(error))
            failed = str(error)
        return AccountSaved(effect.account_id, effect.role, dropped=dropped, failed=failed)
