"""What the desk could not do."""

from __future__ import annotations


class DeskTrouble(Exception):
    """It could not be done; the message is a sentence for people, in English, and `code` a
    stable one: halted, accounts_refused, no_such_visit, statement_not_had,
    not_compared, cannot_write."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
