"""The dialogue with a social security card, and with cards that are none."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.api import CardKind, IdCard
from drivers.card_reader.social_security import Refused, read
from tests.drivers.chipcards import (
    NOT_FOUND,
    OK,
    SocialSecurityCard,
    bank_card,
    passport,
    tlv,
    transit_card,
)

ZHANG = IdCard(
    CardKind.SOCIAL_SECURITY, "张三", "330199190001010010", date(2024, 1, 1), date(2034, 1, 1)
)
MANNERS = ["plain", "61", "6C", "select"]


@pytest.mark.parametrize("version", ["1.00", "2.00", "3.00"])
@pytest.mark.parametrize("manner", MANNERS)
def test_every_version_is_read_in_every_manner_of_answering(version, manner):
    assert read(SocialSecurityCard(version, manner=manner)) == ZHANG


def test_the_commands_are_the_documented_ones():
    sent = []
    card = SocialSecurityCard()

    def transmit(command):
        sent.append(command.hex().upper())
        return card(command)

    read(transmit)
    assert sent[0] == "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
    assert {"00B2013414", "00B2023420", "00B2032C06", "00B2052C06", "00B2062C06"} <= set(sent)
    assert not any(command.startswith("0020") for command in sent)


def test_the_golden_number_is_read():
    assert tlv(0x08, b"330199190001010010") + OK == bytes.fromhex(
        "08123333303139393139303030313031303031309000"
    )
    assert read(SocialSecurityCard()).number == "330199190001010010"


@pytest.mark.parametrize("version, name", [("1.00", "一" * 15), ("2.00", "一" * 15 + "二三")])
def test_a_long_name_goes_on_in_the_extension_from_version_two(version, name):
    card = SocialSecurityCard(version, name, extension="二三".encode("gb18030"))
    assert read(card).name == name


@pytest.mark.parametrize("name", ["䶮", "𬱖三", "买买提·阿不都拉"])
def test_rare_names_come_whole(name):
    assert read(SocialSecurityCard(name=name)).name == name


@pytest.mark.parametrize("digits", ["00000000", "FFFFFFFF"])
def test_a_card_without_an_end_has_none(digits):
    assert read(SocialSecurityCard(valid_until=digits)).valid_until is None


@pytest.mark.parametrize("card", [bank_card, transit_card, passport])
def test_cards_of_other_kinds_are_refused_and_not_read(card):
    with pytest.raises(Refused) as refused:
        read(card)
    assert refused.value.reason == "not_an_id_card"


def test_a_card_that_wants_a_key_is_told_to_be_left_for_the_identity_card():
    with pytest.raises(Refused) as refused:
        read(SocialSecurityCard(manner="protected"))
    assert refused.value.reason == "use_id_card"


def test_a_card_without_a_holder_is_told_to_be_left_for_the_identity_card():
    with pytest.raises(Refused) as refused:
        read(lambda command: OK if command[1] == 0xA4 else NOT_FOUND)
    assert refused.value.reason == "use_id_card"


@pytest.mark.parametrize(
    "card",
    [
        SocialSecurityCard(number="330199190001010011"),
        SocialSecurityCard(name="\x1b"),
        SocialSecurityCard(name=""),
        SocialSecurityCard(valid_until="20341301"),
        SocialSecurityCard(valid_until="2034010A"),
    ],
    ids=["check digit", "control", "empty", "month", "not decimal"],
)
def test_what_cannot_be_relied_on_is_damaged(card):
    with pytest.raises(Refused) as refused:
        read(card)
    assert refused.value.reason == "damaged"


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=30))
def test_any_answers_end_in_a_refusal(answers):
    waiting = iter(answers)
    with pytest.raises(Refused):
        read(lambda _: next(waiting, b"\x6f\x00"))


@given(st.integers(0, 0xFFFF))
def test_a_card_that_always_says_the_same_is_refused(status):
    with pytest.raises(Refused):
        read(lambda _: status.to_bytes(2, "big"))


@given(st.binary(min_size=1, max_size=3), st.integers(0, 30))
def test_a_spoiled_record_is_never_another_name_or_number(noise, place):
    card = SocialSecurityCard()

    def spoiled(command):
        reply = card(command)
        if command[:4] != b"\x00\xb2\x01\x34":
            return reply
        return reply[:place] + noise + reply[place + len(noise) :]

    try:
        number = read(spoiled).number
    except Refused:
        return
    changed = sum(a != b for a, b in zip(number, ZHANG.number, strict=True))
    assert changed == 0 or changed >= 2  # The check character finds every single change.
