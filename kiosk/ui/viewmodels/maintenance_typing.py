"""What is typed on a keypad of the maintenance screen."""

from __future__ import annotations

from dataclasses import dataclass, replace

DIGITS = frozenset("0123456789")
LETTERS = frozenset("ABCDEFGHJKLMNPQRSTUVWXYZ")  # all but I and O, which look like 1 and 0


@dataclass(frozen=True, slots=True)
class Typing:
    """Characters so far; `secret` ones are shown as dots."""

    longest: int
    letters: bool = False
    secret: bool = False
    text: str = ""

    def press(self, key: str) -> Typing:
        allowed = DIGITS | LETTERS if self.letters else DIGITS
        if key not in allowed or len(self.text) >= self.longest:
            return self
        return replace(self, text=self.text + key)

    def delete(self) -> Typing:
        return replace(self, text=self.text[:-1])

    def cleared(self) -> Typing:
        return replace(self, text="")

    @property
    def shown(self) -> str:
        return "●" * len(self.text) if self.secret else self.text

    @property
    def keypad(self) -> str:
        return "letters" if self.letters else "digits"

    def __repr__(self) -> str:  # A PIN must not reach a log by way of a traceback.
        return f"Typing({len(self.text)} characters)"
