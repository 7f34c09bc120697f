"""A client of CNNONTAX: one bill by its payment code (2601/5601), and its state (8997/5997).

It makes the same facts as the client of the REST contract, so that everything above it works
with either. What CNNONTAX has no message for (people, payments, copies) is not in `OFFERS`, and
is `NotSent("not_offered")` where it is asked all the same.
"""

from __future__ import annotations

import re
import secrets
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from kiosk.domain.bill import Bill, BillLine
from kiosk.domain.hours import CHINA
from kiosk.domain.identifiers import is_payment_code, mask_name
from kiosk.domain.platform import (
    NOT_OFFERED,
    Acknowledged,
    AnswerLost,
    BillsFound,
    CheckLink,
    NotSent,
    Offer,
    Outcome,
    PlatformCall,
    Refusal,
    Refused,
    SearchBills,
    SubjectKind,
)
from kiosk.platform_api.cnnontax import (
    HEADER_BYTES,
    BadFrame,
    Dialect,
    Message,
    decode,
    encode,
    frame_length,
)
from kiosk.platform_api.transport import Timeouts
from kiosk.platform_api.wire import MAX_FEN

QUERY_BILL, BILL = "2601", "5601"
QUERY_STATE, STATE = "8997", "5997"
ACKNOWLEDGEMENT = "5001"
OK_RESULT = "00000"
QR_PAY_MODE = "2"  # PayMode is 1 or 2; which is which is not published


class PayState(StrEnum):
    """PayStats of 5997 and 5601."""

    UNPAID = "0"
    PAID = "1"
    VOID = "2"


@dataclass(frozen=True, slots=True)
class BillState:
    """One bill as the treasury sees it now."""

    bill: Bill
    state: PayState


Found = BillState | NotSent | AnswerLost | Refused


class _Untrusted(Exception):
    """A genuine frame that does not answer the question; `reason` is a stable code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class CnnontaxClient:
    """Speaks with one peer: a connection for each question; any thread, one at a time."""

    OFFERS: ClassVar[frozenset[Offer]] = frozenset()  # bills by payment code, and nothing more

    def __init__(
        self,
        address: tuple[str, int],
        dialect: Dialect,
        timeouts: Timeouts | None = None,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(CHINA),
    ) -> None:
        self._address = address
        self._dialect = dialect
        self._timeouts = timeouts or Timeouts(connect_s=3.0, read_s=30.0, total_s=30.0)
        self._now = now

    def perform(self, call: PlatformCall) -> Outcome:
        """A bill search by payment code, and whether the peer is there."""
        match call:
            case SearchBills(subject=subject) if subject.kind is SubjectKind.PAYMENT_CODE:
                found = self.query_bill(subject.number)
                if not isinstance(found, BillState):
                    return found
                payable = found.state is PayState.UNPAID
                return BillsFound((found.bill,) if payable else ())
            case CheckLink():
                return self._reach()
        return NotSent(NOT_OFFERED)

    def _reach(self) -> Acknowledged | NotSent:
        """There is no message that asks nothing: a connection is what can be had."""
        connection = self._connect()
        if isinstance(connection, NotSent):
            return connection
        connection.close()
        return Acknowledged()

    def query_bill(self, pay_code: str) -> Found:
        """2601 → 5601."""
        return self._ask(QUERY_BILL, BILL, {"PayCode": pay_code})

    def query_state(self, pay_code: str, check_code: str = "") -> Found:
        """8997 → 5997; `check_code` is the CrcCode printed beside the payment code."""
        fields = {"PayCode": pay_code, "PayMode": QR_PAY_MODE, "Hold1": check_code}
        return self._ask(QUERY_STATE, STATE, fields)

    def _ask(self, number: str, expected: str, fields: Mapping[str, str]) -> Found:
        if not is_payment_code(fields["PayCode"]):
            return NotSent("not_a_payment_code")
        now, message_id = self._now(), secrets.token_hex(10)
        head = {"MsgID": message_id, "MsgRef": "", "WorkDate": f"{now:%Y%m%d}", "Reserve": ""}
        frame = encode(Message(number, head, (fields,)), self._dialect, now.year)
        answer = self._exchange(frame)
        if not isinstance(answer, bytes):
            return answer
        try:
            message = decode(answer, self._dialect)
            return _judged(message, message_id, number, expected, fields["PayCode"])
        except (BadFrame, _Untrusted) as trouble:
            return AnswerLost(trouble.reason)

    def _connect(self) -> socket.socket | NotSent:
        try:
            return socket.create_connection(self._address, self._timeouts.connect_s)
        except TimeoutError:
            return NotSent("connect_timeout")
        except ConnectionRefusedError:
            return NotSent("connection_refused")
        except OSError:
            return NotSent("cannot_connect")

    def _exchange(self, frame: bytes) -> bytes | NotSent | AnswerLost:
        connection = self._connect()
        if isinstance(connection, NotSent):
            return connection
        with connection:
            until_s = time.monotonic() + self._timeouts.total_s
            try:
                connection.settimeout(self._timeouts.read_s)
                connection.sendall(frame)
                header = _read(connection, HEADER_BYTES, until_s, self._timeouts.read_s)
                rest = frame_length(header) - HEADER_BYTES
                return header + _read(connection, rest, until_s, self._timeouts.read_s)
            except TimeoutError:
                return AnswerLost("answer_timeout")
            except BadFrame as trouble:
                return AnswerLost(trouble.reason)
            except OSError:
                return AnswerLost("connection_reset")


def _read(connection: socket.socket, count: int, until_s: float, read_s: float) -> bytes:
    """Exactly so many bytes. Raises BadFrame at an early end, TimeoutError at the deadline."""
    found = bytearray()
    while len(found) < count:
        left_s = until_s - time.monotonic()
        if left_s <= 0:
            raise TimeoutError
        connection.settimeout(min(left_s, read_s))
        piece = connection.recv(count - len(found))
        if not piece:
            raise BadFrame("cut_off")
        found += piece
    return bytes(found)


# --- what is believed --------------------------------------------------------------------------------


def _judged(
    message: Message, message_id: str, asked: str, expected: str, pay_code: str
) -> BillState | Refused:
    if message.head.get("MsgRef", "") not in ("", message_id):  # Not everybody fills it in.
        raise _Untrusted("wrong_reference")
    if len(message.vouchers) != 1:
        raise _Untrusted("not_one_voucher")
    fields = message.vouchers[0]
    if message.number == ACKNOWLEDGEMENT:
        return _refusal(fields, asked)
    if message.number != expected:
        raise _Untrusted("wrong_message")
    if fields.get("PayCode") != pay_code:
        raise _Untrusted("wrong_bill")
    try:
        return BillState(_bill(fields), PayState(fields["PayStats"]))
    except (KeyError, ValueError) as trouble:
        raise _Untrusted("not_a_bill") from trouble


def _refusal(fields: Mapping[str, str], asked: str) -> Refused:
    """The peer says no: the question was one, and nothing was changed by asking."""
    result = fields.get("Result", "")
    if fields.get("OriMsgNo") != asked or not re.fullmatch("[0-9]{5}", result):
        raise _Untrusted("not_an_acknowledgement")
    if result == OK_RESULT:
        raise _Untrusted("acknowledged_without_answer")
    return Refused(Refusal.INVALID, f"{result} {fields.get('Information', '')}"[:200])


def _bill(fields: Mapping[str, str]) -> Bill:
    """Raises KeyError or ValueError for fields that make no whole bill."""
    lines = tuple(_line(row) for row in fields["PayInfo"].split("#") if row)
    late, amount = _fen(fields.get("DelayAmt") or "0"), _fen(fields["Amt"])
    if not lines or sum(line.amount_fen for line in lines) + late != amount or amount < 1:
        raise ValueError("the rows do not come to the amount")
    return Bill(
        bill_no=fields["PayCode"],
        version=0,  # there is none: the amount is all that can be compared
        title=lines[0].item_name,
        agency_code=fields["ChgAgenCode"],
        agency_name=fields["ChgAgenName"],
        payer_name_masked=mask_name(fields["PayerName"]) if fields.get("PayerName") else "",
        lines=lines,
        late_fee_fen=late,
        amount_fen=amount,
        issued_on=_day(fields["BillDate"]),
        note=fields.get("Memo", ""),
    )


def _line(row: str) -> BillLine:
    code, name, amount, unit, quantity, standard, *_ = row.split("|")
    if not code or not name or not re.fullmatch("[0-9]{1,6}", quantity):
        raise ValueError("a row of PayInfo lacks something")
    return BillLine(code, name, unit, int(quantity), _fen(standard), _fen(amount))


def _fen(yuan: str) -> int:
    """Yuan with at most two decimals, exactly."""
    found = re.fullmatch(r"([0-9]{1,9})(?:\.([0-9]{1,2}))?", yuan)
    if found is None:
        raise ValueError("not an amount in yuan")
    fen = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))
    if fen > MAX_FEN:
        raise ValueError("more than anybody can owe")
    return fen


def _day(text: str) -> date:
    """yyyyMMdd, with or without hyphens."""
    return datetime.strptime(text.replace("-", "")[:8], "%Y%m%d").date()  # noqa: DTZ007 a day
