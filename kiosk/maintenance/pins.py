"""PINs of operators: which are refused, how they are hashed and compared (argon2id)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import pairwise

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

MIN_DIGITS, MAX_DIGITS = 6, 12
HASHER = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)  # 64 MiB, 3 passes
LINES = ("123", "456", "789", "147", "258", "369", "159", "357")
KEYPAD_LINES = frozenset(LINES) | {line[::-1] for line in LINES}
KNOWN_BY_HEART = ("147896", "789654", "5201314", "1314520")
DATE_YEARS = range(1900, 2100)


class WeakPin(Exception):
    """This PIN is refused; the message is a stable code: not_digits, too_short, too_long,
    repeats, sequence, date, account."""


def refuse_weak(pin: str, account_id: str) -> None:
    """Raise WeakPin for what a thief tries first."""
    if not (pin.isascii() and pin.isdigit()):
        raise WeakPin("not_digits")
    if len(pin) < MIN_DIGITS:
        raise WeakPin("too_short")
    if len(pin) > MAX_DIGITS:
        raise WeakPin("too_long")
    if _repeats(pin):
        raise WeakPin("repeats")
    if _is_sequence(pin):
        raise WeakPin("sequence")
    if any(True for _ in _dates(pin)):
        raise WeakPin("date")
    if account_id in pin or account_id[::-1] in pin:
        raise WeakPin("account")


def _repeats(pin: str) -> bool:
    """111111, 121212, 123123, 112233, or fewer than four different digits."""
    periods = range(1, len(pin) // 2 + 1)
    periodic = any(pin == (pin[:n] * len(pin))[: len(pin)] for n in periods)
    pairs = len(pin) % 2 == 0 and all(a == b for a, b in zip(pin[::2], pin[1::2], strict=True))
    return periodic or pairs or len(set(pin)) < 4


def _is_sequence(pin: str) -> bool:
    """Five digits at equal steps, also across 9 and 0, a path on the keypad, or the number
    that everybody knows by heart (520 1314, in either order)."""
    digits = [int(each) for each in pin]
    steps = [(b - a) % 10 for a, b in pairwise(digits)]
    same = any(len(set(steps[n : n + 4])) == 1 for n in range(len(steps) - 3))
    straight = any(
        {pin[n : n + 3], pin[n + 3 : n + 6]} <= KEYPAD_LINES for n in range(len(pin) - 5)
    )
    return same or straight or any(known in pin for known in KNOWN_BY_HEART)


def _dates(pin: str) -> Iterator[date]:
    """Every way to read all of it as a date: six or eight digits, year first, in the middle
    or last."""
    if len(pin) not in (6, 8):
        return
    width = len(pin) - 4
    for year, first, second in (
        (pin[:width], pin[width : width + 2], pin[width + 2 :]),
        (pin[-width:], pin[:2], pin[2:4]),
    ):
        for month, day in ((first, second), (second, first)):
            for century in (0,) if width == 4 else (1900, 2000):
                try:
                    found = date(int(year) + century, int(month), int(day))
                except ValueError:
                    continue
                if found.year in DATE_YEARS:
                    yield found


def hash_of(pin: str) -> str:
    """The argon2id hash with its own salt, as the accounts file keeps it."""
    return HASHER.hash(pin)


def matches(pin_hash: str, pin: str) -> bool:
    """Whether this is the PIN; an empty hash costs the same time and never matches."""
    try:
        HASHER.verify(pin_hash or _nobody(), pin)
        return bool(pin_hash)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    """Compared where there is no such account, so that the time does not tell."""
    return hash_of("no account has this")
