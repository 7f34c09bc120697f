"""PINs that a thief tries first are refused; hashes are argon2id, each with its own salt."""

from __future__ import annotations

import pytest

from kiosk.maintenance.pins import WeakPin, hash_of, matches, refuse_weak


@pytest.mark.parametrize(
    ("pin", "code"),
    [
        ("12a456", "not_digits"), ("１２３４５６", "not_digits"), ("", "not_digits"),
        ("73920", "too_short"), ("7392041857362", "too_long"),
        ("111111", "repeats"), ("121212", "repeats"), ("739739", "repeats"),
        ("112233", "repeats"), ("772277", "repeats"), ("1234512345", "repeats"),
        ("123456", "sequence"), ("654321", "sequence"), ("789012", "sequence"),
        ("135791", "sequence"), ("912345", "sequence"), ("147258", "sequence"),
        ("159753", "sequence"), ("159357", "sequence"), ("123654", "sequence"),
        ("147852", "sequence"), ("963852", "sequence"), ("04789654", "sequence"),
        ("5201314", "sequence"), ("71314520", "sequence"),
        ("850317", "date"), ("170385", "date"), ("031785", "date"), ("19850317", "date"),
        ("17031985", "date"), ("20260229", ""), ("991332", ""),
        ("739018", ""), ("790158", "account"), ("710982", "account"), ("739204", ""), ("8402719536", ""),
    ],
)  # fmt: skip
def test_a_weak_pin_is_refused_with_its_reason(pin: str, code: str) -> None:
    if code:
        with pytest.raises(WeakPin, match=f"^{code}$"):
            refuse_weak(pin, "901")
    else:
        refuse_weak(pin, "555")


def test_a_hash_is_argon2id_with_a_salt_of_its_own() -> None:
    first, second = hash_of("739204"), hash_of("739204")
    assert first.startswith("$argon2id$")
    assert first != second
    assert matches(first, "739204")
    assert not matches(first, "739205")


def test_no_pin_matches_where_there_is_no_account_or_no_hash() -> None:
    assert not matches("", "739204")
    assert not matches("", "no account has this")
    assert not matches("not a hash", "739204")
