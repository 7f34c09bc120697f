"""CNNONTAX, the treasury's frames between banks, platforms and agencies (2017), as a codec.

    LEN(8) CNNONTAX 1.0 MsgNo(4)   23 bytes of ASCII; LEN counts everything, padded with spaces
    <CFX>…</CFX>                   GBK; vouchers inside are GBK XML again, in base64
    MAC(64)                        SHA-256 in hex over token + XML

Written after published code of implementers; the standard itself is not public. What that
code does not settle is a field of `Dialect`, for whoever connects a province to fill in:
the voucher's root element and VtCode, the case of the MAC's digits, and the encoding of the
token. Not known at all, and therefore not here: the numbers of the messages by which a bank
confirms a payment, reconciles a day or pays back.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from xml.etree import ElementTree as ET  # a text with a DTD is refused unread

HEADER_BYTES = 23
MAC_BYTES = 64
MAX_FRAME_BYTES = 1 << 20
MAX_FIELDS = 200
APP, VERSION = "CNNONTAX", "1.0"
ENCODING = "gb18030"  # a superset of GBK: rare names survive

_HEADER = re.compile(rb"([0-9]{1,7}) *")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")


class BadFrame(Exception):
    """Bytes that are not one whole, genuine message; `reason` is a stable code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, repr=False)
class Dialect:
    """What a province must say before anybody can speak with it; `token` is secret."""

    token: bytes
    source: str  # SRC: who we are
    destination: str  # DES
    division: str  # AdmDivCode, six digits
    voucher_root: str = "Voucher"
    voucher_type: str = ""  # VtCode
    mac_case: Literal["lower", "upper"] = "lower"


@dataclass(frozen=True, slots=True, repr=False)
class Message:
    """One message: its number, its head, and the fields of its vouchers."""

    number: str
    head: Mapping[str, str]
    vouchers: tuple[Mapping[str, str], ...]


def encode(message: Message, dialect: Dialect, year: int) -> bytes:
    """The frame's bytes. Raises ValueError for what XML cannot hold (a bug)."""
    root = ET.Element("CFX")
    head = ET.SubElement(root, "HEAD")
    fixed = {"APP": APP, "VER": VERSION, "SRC": dialect.source, "DES": dialect.destination}
    for name, value in {**fixed, "MsgNo": message.number, **message.head}.items():
        ET.SubElement(head, name).text = value
    mof = ET.SubElement(ET.SubElement(root, "MSG"), "MOF")
    ET.SubElement(mof, "VoucherCount").text = str(len(message.vouchers))
    for index, fields in enumerate(message.vouchers, 1):
        body = ET.SubElement(
            mof,
            "VoucherBody",
            AdmDivCode=dialect.division,
            StYear=str(year),
            VtCode=dialect.voucher_type,
            VoucherNo=fields.get("PayCode", str(index)),
        )
        voucher = ET.Element(dialect.voucher_root)
        for name, value in fields.items():
            ET.SubElement(voucher, name).text = value
        ET.SubElement(body, "Voucher").text = base64.b64encode(_xml(voucher)).decode()
    xml = _xml(root)
    length = HEADER_BYTES + len(xml) + MAC_BYTES
    header = f"{length:<8}{APP}{VERSION}{message.number}".encode("ascii")
    assert len(header) == HEADER_BYTES, "a message number has four digits"
    return header + xml + _mac(dialect, xml)


def _xml(element: ET.Element) -> bytes:
    text = ET.tostring(element, encoding="unicode")
    if re.search(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text):
        raise ValueError("a field holds a character that XML does not have")
    return b'<?xml version="1.0" encoding="GBK"?>' + text.encode(ENCODING)


def _mac(dialect: Dialect, xml: bytes) -> bytes:
    digits = hashlib.sha256(dialect.token + xml).hexdigest()
    return (digits.upper() if dialect.mac_case == "upper" else digits).encode()


# --- reading ---------------------------------------------------------------------------------------


def frame_length(header: bytes) -> int:
    """How long the frame is that begins with these 23 bytes. Raises BadFrame."""
    found = _HEADER.fullmatch(header[:8])
    if len(header) != HEADER_BYTES or found is None or len(header[:8]) != 8:
        raise BadFrame("bad_header")
    if header[8:19] != f"{APP}{VERSION}".encode() or not header[19:].isdigit():
        raise BadFrame("bad_header")
    length = int(found[1])
    if not HEADER_BYTES + MAC_BYTES < length <= MAX_FRAME_BYTES:
        raise BadFrame("bad_length")
    return length


def decode(frame: bytes, dialect: Dialect) -> Message:
    """Read one whole frame. Raises BadFrame: cut, forged, not XML, more than one meaning."""
    if frame_length(frame[:HEADER_BYTES]) != len(frame):
        raise BadFrame("bad_length")
    xml, mac = frame[HEADER_BYTES:-MAC_BYTES], frame[-MAC_BYTES:]
    if not hmac.compare_digest(mac.lower(), _mac(dialect, xml).lower()):
        raise BadFrame("wrong_mac")
    root = _parsed(xml)
    head = _fields(_only(root, "HEAD"))
    number = frame[19:HEADER_BYTES].decode()
    if root.tag != "CFX" or head.get("APP") != APP or head.get("MsgNo") != number:
        raise BadFrame("contradiction")
    mof = _only(_only(root, "MSG"), "MOF")
    vouchers = tuple(_voucher(body) for body in mof.findall("VoucherBody"))
    if _only(mof, "VoucherCount").text != str(len(vouchers)):
        raise BadFrame("contradiction")
    return Message(number, head, vouchers)


def _voucher(body: ET.Element) -> Mapping[str, str]:
    try:
        inner = base64.b64decode(
            "".join((_only(body, "Voucher").text or "").split()), validate=True
        )
    except (binascii.Error, ValueError) as error:
        raise BadFrame("bad_voucher") from error
    return _fields(_parsed(inner))


def _parsed(xml: bytes) -> ET.Element:
    try:
        text = xml.decode(ENCODING)
    except UnicodeDecodeError as error:
        raise BadFrame("not_gbk") from error
    text = re.sub(r"^\s*<\?xml[^>]{0,100}\?>", "", text)
    if "<!" in text:  # no DTD, no entities, no CDATA: none of them is ever needed
        raise BadFrame("not_xml")
    try:
        return ET.fromstring(text)  # noqa: S314 see above
    except ET.ParseError as error:
        raise BadFrame("not_xml") from error


def _only(parent: ET.Element, name: str) -> ET.Element:
    found = parent.findall(name)
    if len(found) != 1:
        raise BadFrame("contradiction")
    return found[0]


def _fields(parent: ET.Element) -> dict[str, str]:
    """Children by name: their order differs between implementations, their number must not."""
    found: dict[str, str] = {}
    for child in parent:
        if child.tag in found or len(child) or not _NAME.fullmatch(child.tag):
            raise BadFrame("contradiction")
        found[child.tag] = (child.text or "").strip()
        if len(found) > MAX_FIELDS:
            raise BadFrame("contradiction")
    return found
