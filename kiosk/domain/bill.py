"""What a resident owes the public purse (非税收入缴款书)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class BillLine:
    """One fee item of a bill (项目): code and name of the catalogue, amount in fen."""

    item_code: str
    item_name: str
    unit: str  # 单位, such as 学期, 本, 件
    quantity: int
    standard_fen: int  # 收费标准 per unit
    amount_fen: int


FINES = "10305"  # 罚没收入 in the classification of government revenue


def is_fine(lines: tuple[BillLine, ...]) -> bool:
    """A fine's late fee is called 加处罚款 (行政处罚法), everything else's 滞纳金."""
    return any(line.item_code.startswith(FINES) for line in lines)


@dataclass(frozen=True, slots=True)
class Bill:
    """One payable notice.

    `bill_no` is the 20-digit payment code (缴款码). `version` changes whenever the agency
    changes anything that matters; it is sent back when paying, so that a stale bill is
    refused instead of charged. The late fee (滞纳金/加处罚款) is the server's, never ours.
    """

    bill_no: str
    version: int
    title: str  # what it is for, in the payer's words: 普通高中学费
    agency_code: str  # 执收单位编码
    agency_name: str
    payer_name_masked: str
    lines: tuple[BillLine, ...]
    late_fee_fen: int
    amount_fen: int  # lines + late fee
    issued_on: date
    due_on: date | None = None
    note: str = ""  # 决定书编号, 学期 …

    @property
    def principal_fen(self) -> int:
        return self.amount_fen - self.late_fee_fen


LATE_FEE = "late_fee"
MAX_PARTS = 100  # a record has a limit, and an operator reads no more


def parts_of(bills: Iterable[Bill]) -> tuple[tuple[str, str, str, int], ...]:
    """What a payment is for: (agency code, agency, item code, fen), each pair once.

    Adds up to the bills' amounts unless there are more than a hundred; nothing of the payer.
    """
    sums: dict[tuple[str, str, str], int] = {}
    for bill in bills:
        amounts = [(line.item_code, line.amount_fen) for line in bill.lines]
        for item_code, fen in (*amounts, (LATE_FEE, bill.late_fee_fen)):
            key = (bill.agency_code, bill.agency_name, item_code)
            sums[key] = sums.get(key, 0) + fen
    return tuple((*key, fen) for key, fen in sums.items() if fen)[:MAX_PARTS]
