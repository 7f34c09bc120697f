"""Open codes (一费一码): what the platform signs in each of them, and how a kiosk checks it."""

from __future__ import annotations

import base64
import binascii

from kiosk.platform_api.signing_keys import SigningKey, VerifyingKey
from kiosk.platform_api.wire_services import OpenCodeBody, OpenCodesAnswer


class CodeForged(Exception):
    """A code that the platform did not sign like this; `serial` says which."""

    def __init__(self, serial: int) -> None:
        super().__init__(f"open code {serial} of the block is not the platform's")
        self.serial = serial


def statement_of(block: OpenCodesAnswer, code: OpenCodeBody) -> bytes:
    """The bytes under a code's signature: everything that a resident will be told."""
    lines = (
        "open-code/1",
        block.block_id,
        block.kiosk_id,
        str(code.serial),
        code.code,
        code.qr_url,
        block.item_code,
        str(block.amount_fen),
        str(int(block.expires_at.timestamp())),
    )
    return "\n".join(lines).encode("ascii")


def signature_of(block: OpenCodesAnswer, code: OpenCodeBody, key: SigningKey) -> str:
    return base64.b64encode(key.sign(statement_of(block, code))).decode()


def require_genuine(block: OpenCodesAnswer, key: VerifyingKey) -> None:
    """Every code of the block is the platform's. Raises CodeForged."""
    for code in block.codes:
        if not is_genuine(block, code, key):
            raise CodeForged(code.serial)


def is_genuine(block: OpenCodesAnswer, code: OpenCodeBody, key: VerifyingKey) -> bool:
    """Also for a code that was stored and is about to be shown."""
    try:
        signature = base64.b64decode(code.signature, validate=True)
    except binascii.Error:
        return False
    return key.verify(signature, statement_of(block, code))
