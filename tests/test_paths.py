"""Where the program keeps what is its user's."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from kiosk.paths import NoHome, make_private, state_directory


def nobodys_home() -> Path:
    raise RuntimeError("Could not determine home directory.")


def test_the_state_goes_where_the_environment_says():
    place = state_directory({"XDG_STATE_HOME": "/srv/state"}, nobodys_home)
    assert place == Path("/srv/state/public-payment-kiosk")


def test_without_a_variable_the_state_goes_into_the_home_directory():
    place = state_directory({}, lambda: Path("/home/kiosk"))
    assert place == Path("/home/kiosk/.local/state/public-payment-kiosk")


def test_a_user_without_a_home_is_told_what_to_set():
    with pytest.raises(NoHome, match="XDG_STATE_HOME"):
        state_directory({}, nobodys_home)


def test_a_private_directory_and_what_was_missing_above_it_are_the_owners_alone(tmp_path):
    make_private(tmp_path / "a" / "b")
    for made in (tmp_path / "a", tmp_path / "a" / "b"):
        assert stat.S_IMODE(made.stat().st_mode) == 0o700


def test_a_private_directory_that_is_there_stays_as_it_is(tmp_path):
    place = tmp_path / "shared"
    place.mkdir(mode=0o755)
    make_private(place)
    assert stat.S_IMODE(place.stat().st_mode) == 0o755
