"""The accounts file: who may log in, as argon2id hashes, beside the journal, mode 0600.

The journal knows which accounts there are and counts wrong PINs; this file holds what the
journal must not.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kiosk.domain.operating import MAX_ACCOUNTS
from kiosk.domain.operator import AccountRole
from kiosk.domain.operator_checks import ACCOUNT_ID
from kiosk.journal.errors import KeyRefused
from kiosk.journal.files import DISK, Disk, write_atomically
from kiosk.journal.keys import refuse_shared

FILE_NAME = "accounts.json"
MAX_BYTES = 65536


class AccountsRefused(Exception):
    """The accounts file cannot be used; the message says why and what to do."""


class Account(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    account_id: Annotated[str, Field(pattern=f"^{ACCOUNT_ID.pattern}$")]
    role: AccountRole
    pin_hash: Annotated[str, Field(pattern=r"^\$argon2id\$", max_length=256, repr=False)]


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = Field(alias="schema")
    accounts: Annotated[tuple[Account, ...], Field(max_length=MAX_ACCOUNTS)] = ()


class Accounts:
    """The file of one storage directory; read anew at each log-in."""

    def __init__(self, directory: Path, disk: Disk = DISK) -> None:
        self._path = directory / FILE_NAME
        self._disk = disk

    def load(self) -> Mapping[str, Account]:
        """Every account by its number, none where there is no file. Raises AccountsRefused."""
        try:
            descriptor = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise AccountsRefused(f"{self._path} cannot be read: {error.strerror}") from error
        try:
            refuse_shared(self._path, os.fstat(descriptor))
            content = os.read(descriptor, MAX_BYTES + 1)
        except KeyRefused as error:
            raise AccountsRefused(str(error)) from error
        finally:
            os.close(descriptor)
        try:
            found = _File.model_validate_json(content[:MAX_BYTES])
        except ValidationError as error:
            raise AccountsRefused(f"{self._path} does not hold what was written to it") from error
        return {account.account_id: account for account in found.accounts}

    def keep(self, account: Account) -> None:
        """Add an account, or replace the one of this number. Raises AccountsRefused."""
        self._write({**self.load(), account.account_id: account})

    def drop(self, account_id: str) -> None:
        """Take an account out. Raises AccountsRefused."""
        self._write({key: each for key, each in self.load().items() if key != account_id})

    def tidy(self, account_ids: Collection[str]) -> None:
        """Take out whatever is none of these; writes only where there is such a one.

        Raises AccountsRefused.
        """
        found = self.load()
        known = {key: each for key, each in found.items() if key in account_ids}
        if len(known) < len(found):
            self._write(known)

    def _write(self, accounts: Mapping[str, Account]) -> None:
        if len(accounts) > MAX_ACCOUNTS:
            raise AccountsRefused(f"{self._path} holds {MAX_ACCOUNTS} accounts: take one out first")
        content = _File(schema=1, accounts=tuple(accounts.values()))
        try:
            text = content.model_dump_json(by_alias=True, indent=1).encode()
            write_atomically(self._path, text, disk=self._disk)
        except OSError as error:
            raise AccountsRefused(f"{self._path} cannot be written: {error.strerror}") from error
