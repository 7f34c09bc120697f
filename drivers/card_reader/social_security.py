"""The social security card (社会保障卡, LD/T 32): who it belongs to.

Read from EF05 (the card) and EF06 (its holder) of the social security environment. Only
what may be read without a PIN is read: trying PINs on a stranger's card can block it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from drivers.api import CardKind, IdCard
from drivers.card_fields import BadCardText, date_of, name_of, number_of

Transmit = Callable[[bytes], bytes]

ENVIRONMENT = "sx1.sh.社会保障".encode("gbk")
MAX_ROUNDS = 8
OK = 0x9000
MORE, WRONG_LENGTH = 0x61, 0x6C
NO_SUCH_FILE = frozenset({0x6A82, 0x6A83, 0x6A81, 0x6981, 0x6A86, 0x6B00, 0x6D00, 0x6E00})
PROTECTED = frozenset({0x6982, 0x6983, 0x6985, 0x6986, 0x6987, 0x6988})
CARD_FILE, HOLDER_FILE = 5, 6


class Refused(Exception):
    """`reason` is one of `CardReadFailed`'s."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Record:
    """A record "tag, length, value" of an elementary file; `size` is all of it."""

    file: int
    number: int
    tag: int
    size: int


VERSION = Record(CARD_FILE, 3, 0x03, 6)
ISSUED = Record(CARD_FILE, 5, 0x05, 6)
VALID_UNTIL = Record(CARD_FILE, 6, 0x06, 6)
NUMBER = Record(HOLDER_FILE, 1, 0x08, 20)
NAME = Record(HOLDER_FILE, 2, 0x09, 32)
NAME_EXTENSION = Record(HOLDER_FILE, 3, 0x4E, 22)  # from version 2 on


def read(transmit: Transmit) -> IdCard:
    """The card's holder. Raises Refused, and whatever `transmit` raises."""
    _enter(transmit)
    try:
        version = _optional(transmit, VERSION)
        return IdCard(
            kind=CardKind.SOCIAL_SECURITY,
            name=_name(transmit, version),
            number=number_of(_value(transmit, NUMBER).decode("ascii", "replace")),
            valid_from=_date(_optional(transmit, ISSUED)),
            valid_until=_date(_optional(transmit, VALID_UNTIL)),
        )
    except BadCardText:
        raise Refused("damaged") from None


def _enter(transmit: Transmit) -> None:
    data, status = _exchange(transmit, _select_by_name(ENVIRONMENT))
    if status != OK:
        raise Refused("not_an_id_card")
    # Some cards answer any SELECT with 9000; what they selected stands in tag 84 of tag 6F.
    if (data[:1], data[2:3]) == (b"\x6f", b"\x84") and not data[4:].startswith(ENVIRONMENT):
        raise Refused("not_an_id_card")


def _select_by_name(name: bytes) -> bytes:
    return b"\x00\xa4\x04\x00" + bytes([len(name)]) + name


def _name(transmit: Transmit, version: bytes) -> str:
    name = _value(transmit, NAME)
    if not version.startswith(b"1"):
        name = name.rstrip(b"\0 ") + _optional(transmit, NAME_EXTENSION)
    try:
        return name_of(name.rstrip(b"\0 ").decode("gb18030"))
    except UnicodeDecodeError:
        raise BadCardText("the name is not GB 18030") from None


def _date(digits: bytes) -> date | None:
    """Four bytes of BCD; cards fill what they do not know with 00 or FF."""
    if not digits.strip(b"\0") or not digits.strip(b"\xff"):
        return None
    return date_of(digits.hex())


def _optional(transmit: Transmit, record: Record) -> bytes:
    """The value, or nothing where the card has no such record or does not show it."""
    try:
        return _value(transmit, record)
    except Refused as refused:
        if refused.reason == "use_id_card":
            return b""
        raise


def _value(transmit: Transmit, record: Record) -> bytes:
    """By short file identifier, else by selecting the file first, as cards differ."""
    data, status = _exchange(transmit, _read_record(record, record.file << 3 | 4))
    if status in NO_SUCH_FILE and _select_file(transmit, record.file):
        data, status = _exchange(transmit, _read_record(record, 4))
    if status in NO_SUCH_FILE | PROTECTED:
        raise Refused("use_id_card")
    if status != OK or len(data) < 2 or data[0] != record.tag or data[1] > len(data) - 2:
        raise Refused("damaged")
    return data[2 : 2 + data[1]]


def _read_record(record: Record, where: int) -> bytes:
    return bytes([0x00, 0xB2, record.number, where, record.size])


def _select_file(transmit: Transmit, file: int) -> bool:
    for how in (0x02, 0x00):
        command = bytes([0x00, 0xA4, how, 0x00, 0x02, 0xEF, file])
        if _exchange(transmit, command)[1] == OK:
            return True
    return False


def _exchange(transmit: Transmit, command: bytes) -> tuple[bytes, int]:
    """Data and status; more data is fetched (61xx), a wrong length is put right (6Cxx).

    Raises Refused for a reply that is none.
    """
    data = b""
    for _ in range(MAX_ROUNDS):
        reply = transmit(command)
        if len(reply) < 2:
            raise Refused("damaged")
        data += reply[:-2]
        if reply[-2] == MORE:
            command = bytes([0x00, 0xC0, 0x00, 0x00, reply[-1]])
        elif reply[-2] == WRONG_LENGTH:
            command = command[:-1] + reply[-1:]
        else:
            return data, int.from_bytes(reply[-2:], "big")
    raise Refused("damaged")
