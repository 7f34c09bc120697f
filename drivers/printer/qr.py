"""QR codes as squares of modules (ISO/IEC 18004), error correction M."""

from __future__ import annotations

from typing import Any

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.exceptions import DataOverflowError

from drivers.printer.bitmap import Bitmap

MAX_DATA_BYTES = 512
# Trying all eight masks costs five times as much; every reader takes any of them.
MASK = 3


def modules_per_side(data: bytes) -> int:
    """21, 25 … 177. Raises ValueError when the data does not fit."""
    return int(_code(data).version) * 4 + 17


def matrix(data: bytes) -> list[list[bool]]:
    """Rows of modules, True = black, without a quiet zone. Raises ValueError."""
    code = _code(data)
    code.make(fit=False)
    return [[bool(module) for module in row] for row in code.modules]


def bitmap(data: bytes, module_dots: int, width_bytes: int) -> Bitmap:
    """The code in the middle of a picture as wide as the paper. Raises ValueError."""
    rows = matrix(data)
    left = (width_bytes * 8 - len(rows) * module_dots) // 2
    if left < 0:
        raise ValueError("the QR code is wider than the paper")
    printed = b"".join(
        _row_bytes(row, module_dots, left, width_bytes) * module_dots for row in rows
    )
    return Bitmap(width_bytes, len(rows) * module_dots, printed)


def _row_bytes(row: list[bool], module_dots: int, left: int, width_bytes: int) -> bytes:
    dots = "0" * left + "".join(("1" if black else "0") * module_dots for black in row)
    return int(dots.ljust(width_bytes * 8, "0"), 2).to_bytes(width_bytes, "big")


def _code(data: bytes) -> qrcode.QRCode[Any]:
    if not 0 < len(data) <= MAX_DATA_BYTES:
        raise ValueError(f"a QR code holds 1 to {MAX_DATA_BYTES} bytes here, not {len(data)}")
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0, mask_pattern=MASK)
    code.add_data(data, optimize=0)
    try:
        code.best_fit(start=1)
    except DataOverflowError as error:
        raise ValueError("the data does not fit into a QR code") from error
    return code
