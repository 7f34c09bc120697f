"""Identifiers of people, enterprises and papers: validation, masking, routing of scans.

Check digits come from python-stdnum (pure functions); its whole-number checks are not
used because they refuse birthplaces that exist on living cards (domain: GB 11643).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_2

PROVINCES = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 "
    "61 62 63 64 65".split()
)
USCC_ALPHABET = frozenset("0123456789ABCDEFGHJKLMNPQRTUWXY")
MAX_SCAN_CHARS = 512


# --- people and enterprises ------------------------------------------------------------------


def resident_check_digit(first17: str) -> str:
    """MOD 11-2 check character of GB 11643; `first17` is 17 digits."""
    return mod_11_2.calc_check_digit(first17)


def is_resident_id(text: str) -> bool:
    """18 characters of GB 11643 with a real date and the right check character.

    Region codes are not judged: retired ones stay on cards for life.
    """
    if not re.fullmatch(r"[0-9]{17}[0-9Xx]", text):
        return False
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    return resident_check_digit(text[:17]) == text[17].upper()


def uscc_check_digit(first17: str) -> str:
    """Check character of a unified social credit code (GB 32100-2015)."""
    return uscc.calc_check_digit(first17)


def is_uscc(text: str) -> bool:
    """18 characters of the USCC alphabet with the right check character.

    Codes with a wrong check character are known to be in use; callers warn, the
    platform decides.
    """
    return (
        len(text) == 18
        and set(text) <= USCC_ALPHABET
        and text[2:8].isdigit()
        and uscc_check_digit(text[:-1]) == text[-1]
    )


# --- papers ----------------------------------------------------------------------------------


def is_payment_code(text: str) -> bool:
    """A 20-digit payment code (缴款码) of a known province; the server knows the rest."""
    return bool(re.fullmatch(r"[0-9]{20}", text)) and text[:2] in PROVINCES


# --- masking and digests -----------------------------------------------------------------------


def mask_name(name: str) -> str:
    """张三 → 张*, 张小三 → 张*三, LI MING → L*****G; empty stays empty."""
    if len(name) <= 1:
        return "*" * len(name)
    if len(name) == 2:
        return name[0] + "*"
    return name[0] + "*" * (len(name) - 2) + name[-1]


def mask_number(number: str) -> str:
    """330199190001010010 → 330***********0010; short numbers keep the last two only."""
    if len(number) < 10:
        return "*" * max(0, len(number) - 2) + number[-2:]
    return number[:3] + "*" * (len(number) - 7) + number[-4:]


def subject_digest(key: bytes, number: str) -> str:
    """Keyed digest of a person's or enterprise's number, the only form that is stored."""
    return hmac.new(key, number.upper().encode(), hashlib.sha256).hexdigest()[:32]


def inquiry_code(payment_id: str) -> str:
    """The short code a resident can read to an operator: 8 characters, no 0 O 1 I L."""
    alphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
    number = int.from_bytes(hashlib.sha256(payment_id.encode()).digest()[:8])
    code = ""
    for _ in range(8):
        number, index = divmod(number, len(alphabet))
        code += alphabet[index]
    return f"{code[:4]}-{code[4:]}"


# --- what a resident may hold up (domain facts §6.4) -----------------------------------------------


class ScanKind(StrEnum):
    PAYMENT_CODE = "payment_code"  # a bill's 缴款码, bare or inside a URL
    ENTERPRISE = "enterprise"  # 统一社会信用代码
    WALLET_CODE = "wallet_code"  # the phone's own payment code: must not be shown here
    RESIDENT_NUMBER = "resident_number"  # typed numbers of persons are never looked up
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Scan:
    kind: ScanKind
    value: str = ""  # the code to look up; empty unless PAYMENT_CODE or ENTERPRISE


def route_scan(text: str) -> Scan:
    """Say what a scanned or typed text is; control characters and over-long texts are UNKNOWN."""
    text = text.strip()
    if not text or len(text) > MAX_SCAN_CHARS or not text.isprintable():
        return Scan(ScanKind.UNKNOWN)
    compact = text.replace(" ", "").replace("-", "")
    if is_payment_code(compact):
        return Scan(ScanKind.PAYMENT_CODE, compact)
    if is_resident_id(compact):
        return Scan(ScanKind.RESIDENT_NUMBER)
    if re.fullmatch(r"(2[5-9]|30)\d{14,22}|1[0-5]\d{16}|62\d{17}", compact):
        return Scan(ScanKind.WALLET_CODE)
    if is_uscc(compact.upper()):
        return Scan(ScanKind.ENTERPRISE, compact.upper())
    for run in re.findall(r"(?<![0-9])[0-9]{20}(?![0-9])", text):
        if is_payment_code(run):
            return Scan(ScanKind.PAYMENT_CODE, run)
    return Scan(ScanKind.UNKNOWN)
