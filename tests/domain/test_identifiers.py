"""Identifiers of people, enterprises and papers, and what a scanned code is taken for."""

from __future__ import annotations

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kiosk.domain.identifiers import (
    MAX_SCAN_CHARS,
    USCC_ALPHABET,
    Scan,
    ScanKind,
    inquiry_code,
    is_payment_code,
    is_resident_id,
    is_uscc,
    mask_name,
    mask_number,
    resident_check_digit,
    route_scan,
    subject_digest,
    uscc_check_digit,
)

# The standard's own examples, synthetic people, and the specimen of the foreigners' card.
RESIDENTS = [
    "11010519491231002X",
    "440524188001010014",
    "330199190001010010",
    "330199190001010029",
    "330105190001010010",
    "810000190001010018",
    "82000019000101001X",
    "830000190001010011",
    "933000190001010018",
    "911124198108030024",
]
ENTERPRISES = [
    "91110000600037341L",
    "91350100M000100Y43",
    "91110000101623741K",
    "911101066976941872",
    "113301990010000280",  # the sum is a multiple of 31: the check character is 0, not none
]
DIGITS17 = st.text(string.digits, min_size=17, max_size=17)
BIRTHS = st.dates().map(lambda day: f"{day:%Y%m%d}".zfill(8))


# --- residents -------------------------------------------------------------------------------


@pytest.mark.parametrize("number", RESIDENTS)
def test_a_valid_resident_number_is_accepted(number):
    assert is_resident_id(number)
    assert is_resident_id(number.lower())


@pytest.mark.parametrize("number", RESIDENTS)
def test_any_other_last_character_is_refused(number):
    wrong = [last for last in "0123456789X" if last != number[-1]]
    assert [last for last in wrong if is_resident_id(number[:-1] + last)] == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "330199190001010010 ",
        "33019919000101001",  # 17 characters
        "3301991900010100100",
        "330199190013010013",  # month 13
        "330199190002300016",  # 30 February
        "330199900101001",  # the 15 digits of before 1999
        "33019919000101001Y",
        "３３０１９９１９０００１０１００１０",  # full-width digits
    ],
)
def test_what_is_no_resident_number_is_refused(text):
    assert not is_resident_id(text)


@given(st.text(string.digits, min_size=6, max_size=6), BIRTHS, st.integers(0, 999))
def test_every_number_with_a_real_date_and_its_check_character_is_accepted(region, born, order):
    first17 = f"{region}{born}{order:03d}"
    assert is_resident_id(first17 + resident_check_digit(first17))


@given(st.sampled_from(RESIDENTS), st.integers(0, 16), st.sampled_from(string.digits))
def test_one_mistyped_digit_is_noticed(number, place, digit):
    assume(number[place] != digit)
    assert not is_resident_id(number[:place] + digit + number[place + 1 :])


@given(st.sampled_from(RESIDENTS), st.integers(0, 15))
def test_two_swapped_neighbours_are_noticed(number, place):
    assume(number[place] != number[place + 1])
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert not is_resident_id(swapped)


@given(DIGITS17)
def test_the_check_character_is_that_of_the_published_weights(first17):
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(weight * int(digit) for weight, digit in zip(weights, first17, strict=True))
    assert resident_check_digit(first17) == "10X98765432"[total % 11]


# --- enterprises -----------------------------------------------------------------------------


@pytest.mark.parametrize("code", ENTERPRISES)
def test_a_valid_credit_code_is_accepted(code):
    assert is_uscc(code)


@pytest.mark.parametrize("code", ENTERPRISES)
def test_any_other_check_character_of_a_credit_code_is_refused(code):
    others = sorted(USCC_ALPHABET - {code[-1]})
    assert [last for last in others if is_uscc(code[:-1] + last)] == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "91350211M0000XUF46",  # in use, though its check character should be R: callers warn
        "91110000600037341l",
        "9111000060003734IL",  # I is not in the alphabet
        "91AB0000600037341L",
        "911100006000?7341L",
        "91110000600037341",
    ],
)
def test_what_is_no_credit_code_is_refused(text):
    assert not is_uscc(text)


@given(
    st.text(string.digits, min_size=8, max_size=8),
    st.text(st.sampled_from(sorted(USCC_ALPHABET)), min_size=9, max_size=9),
)
def test_the_check_character_of_a_credit_code_is_that_of_the_powers_of_three(first8, next9):
    first17 = first8 + next9
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(alphabet.index(char) * pow(3, place, 31) for place, char in enumerate(first17))
    assert uscc_check_digit(first17) == alphabet[(31 - total % 31) % 31]
    assert is_uscc(first17 + uscc_check_digit(first17))


# --- papers ----------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["34000019081115065040", "33010526300000000001"])
def test_twenty_digits_of_a_known_province_are_a_payment_code(code):
    assert is_payment_code(code)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "3400001908111506504",
        "340000190811150650400",
        "28000019081115065040",  # no province begins with 28: a wallet's code
        "99000019081115065040",
        "3400001908111506504X",
        "３４００００１９０８１１１５０６５０４０",
    ],
)
def test_other_texts_are_no_payment_code(text):
    assert not is_payment_code(text)


# --- masks and digests -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("", ""),
        ("张", "*"),
        ("张三", "张*"),
        ("张小三", "张*三"),
        ("欧阳小三", "欧**三"),
        ("LI MING", "L*****G"),
    ],
)
def test_a_name_is_masked_but_for_its_ends(name, masked):
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("330199190001010010", "330***********0010"),
        ("13800138000", "138****8000"),
        ("12345", "***45"),
        ("12", "12"),
        ("", ""),
    ],
)
def test_a_number_is_masked_in_its_middle(number, masked):
    assert mask_number(number) == masked


@given(st.text(max_size=40))
def test_masks_keep_the_length(text):
    assert len(mask_name(text)) == len(text)
    assert len(mask_number(text)) == len(text)


@given(st.text(string.digits, min_size=10, max_size=30))
def test_a_long_number_shows_seven_characters_at_most(number):
    assert mask_number(number).count("*") == len(number) - 7


def test_a_digest_depends_on_the_key_and_not_on_the_case():
    number = "11010519491231002X"
    assert subject_digest(b"k", number) == subject_digest(b"k", number.lower())
    assert subject_digest(b"k", number) != subject_digest(b"other", number)
    assert subject_digest(b"k", number) != subject_digest(b"k", "330199190001010010")
    assert len(subject_digest(b"k", number)) == 32


@given(st.text(max_size=40), st.text(max_size=40))
def test_an_inquiry_code_is_short_stable_and_free_of_look_alikes(payment_id, other):
    code = inquiry_code(payment_id)
    assert code == inquiry_code(payment_id)
    assert len(code) == 9
    assert code[4] == "-"
    assert not set(code) & set("0O1IL")
    assert (code == inquiry_code(other)) == (payment_id == other)


# --- what is held up ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "scan"),
    [
        ("33010526300000000001", Scan(ScanKind.PAYMENT_CODE, "33010526300000000001")),
        ("  33010526300000000001\r\n", Scan(ScanKind.PAYMENT_CODE, "33010526300000000001")),
        ("3301 0526 3000 0000 0001", Scan(ScanKind.PAYMENT_CODE, "33010526300000000001")),
        (
            "http://pay.example.com/fntop/qrcode/billId=33010526300000000001",
            Scan(ScanKind.PAYMENT_CODE, "33010526300000000001"),
        ),
        (
            "https://pay.example.com/?t=20261121&payCode=34000019081115065040&x=1",
            Scan(ScanKind.PAYMENT_CODE, "34000019081115065040"),
        ),
        ("91110000600037341L", Scan(ScanKind.ENTERPRISE, "91110000600037341L")),
        ("91110000600037341l", Scan(ScanKind.ENTERPRISE, "91110000600037341L")),
        ("330199190001010010", Scan(ScanKind.RESIDENT_NUMBER)),
        ("11010519491231002x", Scan(ScanKind.RESIDENT_NUMBER)),
        ("28" + "0" * 16, Scan(ScanKind.WALLET_CODE)),  # Alipay, 18 digits
        ("30" + "1" * 22, Scan(ScanKind.WALLET_CODE)),  # Alipay, 24 digits
        ("25" + "1" * 14, Scan(ScanKind.WALLET_CODE)),  # Alipay, 16 digits
        ("13" + "4" * 16, Scan(ScanKind.WALLET_CODE)),  # WeChat
        ("62" + "1" * 17, Scan(ScanKind.WALLET_CODE)),  # UnionPay
        ("", Scan(ScanKind.UNKNOWN)),
        ("   ", Scan(ScanKind.UNKNOWN)),
        ("hello", Scan(ScanKind.UNKNOWN)),
        ("99000019081115065040", Scan(ScanKind.UNKNOWN)),
        ("http://x/330105263000000000011", Scan(ScanKind.UNKNOWN)),  # a run of 21 digits
        ("33010526300000000001\x00", Scan(ScanKind.UNKNOWN)),
        ("33010526300000000001" + " " * MAX_SCAN_CHARS + "x", Scan(ScanKind.UNKNOWN)),
        ("91350211M0000XUF46", Scan(ScanKind.UNKNOWN)),
    ],
)
def test_a_scanned_text_is_taken_for_what_it_is(text, scan):
    assert route_scan(text) == scan


def test_a_wallet_code_that_looks_like_a_person_is_told_by_its_check_character():
    wallet = "110105194912310021"
    assert route_scan(wallet[:-1] + "X") == Scan(ScanKind.RESIDENT_NUMBER)
    assert route_scan(wallet) == Scan(ScanKind.WALLET_CODE)


@given(st.text(max_size=600))
def test_any_text_at_all_has_a_kind_and_only_codes_to_look_up_have_a_value(text):
    scan = route_scan(text)
    assert bool(scan.value) == (scan.kind in {ScanKind.PAYMENT_CODE, ScanKind.ENTERPRISE})
    assert scan.kind is not ScanKind.PAYMENT_CODE or is_payment_code(scan.value)
    assert scan.kind is not ScanKind.ENTERPRISE or is_uscc(scan.value)


@given(st.from_regex(r"(?:2[5-9]|30)[0-9]{14,22}", fullmatch=True))
def test_no_code_of_alipay_is_ever_looked_up(code):
    assert route_scan(code).value == ""


@given(st.sampled_from(RESIDENTS), st.text(" -", max_size=4))
def test_a_persons_number_is_never_passed_on(number, before):
    assert route_scan(before + number) == Scan(ScanKind.RESIDENT_NUMBER)


# --- exact edges -------------------------------------------------------------------------------


@pytest.mark.parametrize("date", ["19000231", "19001301", "19000100", "00000101"])
def test_a_number_with_an_impossible_date_is_refused_even_with_its_check_character(date):
    first17 = f"330199{date}001"
    assert is_resident_id(first17 + resident_check_digit(first17)) is False


def test_a_text_of_the_wrong_form_is_plainly_no_resident_number():
    assert is_resident_id("330199") is False


@pytest.mark.parametrize("province", ["11", "33", "46", "65"])
def test_the_first_and_the_last_province_have_payment_codes(province):
    assert is_payment_code(province + "0" * 18)


def test_a_letter_among_the_region_of_a_credit_code_is_refused():
    first17 = "91A10000600037341"
    assert not is_uscc(first17 + uscc_check_digit(first17))


def test_a_text_of_five_hundred_and_twelve_characters_is_read_and_a_longer_one_is_not():
    code = "33010526300000000001"
    text = "x" * (512 - 1 - len(code)) + "/" + code
    assert route_scan(text) == Scan(ScanKind.PAYMENT_CODE, code)
    assert route_scan("x" + text) == Scan(ScanKind.UNKNOWN)
