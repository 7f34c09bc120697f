"""Open codes that a kiosk holds in reserve: sealed at rest, handed out in order, never twice.

Which codes were handed out is not kept here: the journal says so, and it says so before a
code is shown. So a pool that is restored from an old copy cannot repeat a code.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kiosk.platform_api.open_codes import CodeForged, is_genuine, require_genuine
from kiosk.platform_api.signing_keys import VerifyingKey
from kiosk.platform_api.wire_services import OpenCodeBody, OpenCodesAnswer

MAX_BLOCKS = 50
MAX_FILE_BYTES = 8 << 20
LOW_WATER = 0.2  # of what was fetched for one fee: time to fetch more
_MAGIC = b"open-codes/1"
_NONCE_BYTES = 12


class PoolUnusable(Exception):
    """The sealed file cannot be opened or takes no more; says why."""


@dataclass(frozen=True, slots=True)
class Reserve:
    """What is left for one fee and amount."""

    fetched: int
    left: int

    @property
    def is_low(self) -> bool:
        return self.left <= self.fetched * LOW_WATER


@dataclass(frozen=True, slots=True)
class Ready:
    """The next code of its block, checked again a moment ago."""

    block: OpenCodesAnswer
    code: OpenCodeBody


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    blocks: Annotated[tuple[OpenCodesAnswer, ...], Field(max_length=MAX_BLOCKS)] = ()


class OpenCodePool:
    """The reserve of one kiosk; one thread. `secret` is 32 bytes that only this kiosk has.

    Raises PoolUnusable for a file that was changed or sealed with another secret.
    """

    def __init__(self, path: Path, secret: bytes, kiosk_id: str, key: VerifyingKey) -> None:
        self._path = path
        self._seal = AESGCM(secret)
        self._kiosk_id = kiosk_id
        self._key = key
        self._blocks = self._read()

    @property
    def blocks(self) -> tuple[OpenCodesAnswer, ...]:
        """What is kept, in the order in which it came; a block with a false code is left out."""
        return tuple(block for block in self._blocks if self._is_genuine(block))

    @property
    def count(self) -> int:
        """Blocks kept, false ones too."""
        return len(self._blocks)

    def _is_genuine(self, block: OpenCodesAnswer) -> bool:
        right_kiosk = block.kiosk_id == self._kiosk_id
        return right_kiosk and all(is_genuine(block, code, self._key) for code in block.codes)

    def add(
        self, block: OpenCodesAnswer, now: datetime, spent: AbstractSet[str] = frozenset()
    ) -> None:
        """Keep a block that was fetched; blocks that are spent or have expired make room.

        Raises CodeForged, or PoolUnusable for another kiosk's block and for one too many.
        """
        if block.kiosk_id != self._kiosk_id:
            raise PoolUnusable(f"the block is for {block.kiosk_id}, this is {self._kiosk_id}")
        require_genuine(block, self._key)
        kept = [one for one in self._blocks if one.expires_at > now]
        kept = [one for one in kept if one.block_id not in {*spent, block.block_id}]
        if len(kept) >= MAX_BLOCKS:
            raise PoolUnusable(f"{MAX_BLOCKS} blocks are kept already")
        self._write((*kept, block))

    def next(
        self, item_code: str, amount_fen: int, handed_out: AbstractSet[str], now: datetime
    ) -> Ready | None:
        """The first code that was not handed out. Raises CodeForged before a false one shows."""
        for block in self._of(item_code, amount_fen, now):
            for code in block.codes:
                if code.code not in handed_out:
                    if not is_genuine(block, code, self._key):
                        raise CodeForged(code.serial)
                    return Ready(block, code)
        return None

    def reserve(
        self, item_code: str, amount_fen: int, handed_out: AbstractSet[str], now: datetime
    ) -> Reserve:
        codes = [
            code.code for block in self._of(item_code, amount_fen, now) for code in block.codes
        ]
        return Reserve(len(codes), sum(code not in handed_out for code in codes))

    def _of(self, item_code: str, amount_fen: int, now: datetime) -> list[OpenCodesAnswer]:
        return [
            block
            for block in self._blocks
            if (block.item_code, block.amount_fen) == (item_code, amount_fen)
            and block.expires_at > now
        ]

    # --- the sealed file -----------------------------------------------------------------------

    def _read(self) -> tuple[OpenCodesAnswer, ...]:
        try:
            with self._path.open("rb") as file:
                sealed = file.read(MAX_FILE_BYTES + 1)
        except FileNotFoundError:
            return ()
        head = len(_MAGIC)
        try:
            nonce = sealed[head : head + _NONCE_BYTES]
            text = self._seal.decrypt(nonce, sealed[head + _NONCE_BYTES :], self._label())
            if sealed[:head] != _MAGIC or len(sealed) > MAX_FILE_BYTES:
                raise PoolUnusable(f"{self._path} is not a pool of open codes")
            return _Kept.model_validate_json(text).blocks
        except (InvalidTag, ValidationError, ValueError) as error:
            raise PoolUnusable(
                f"{self._path} was changed, or sealed by another kiosk: remove it, and the"
                " codes are fetched again when the network is back"
            ) from error

    def _write(self, blocks: tuple[OpenCodesAnswer, ...]) -> None:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        text = _Kept(blocks=blocks).model_dump_json().encode()
        sealed = _MAGIC + nonce + self._seal.encrypt(nonce, text, self._label())
        fresh = self._path.with_suffix(".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(sealed)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._path)
        finally:
            fresh.unlink(missing_ok=True)
        directory = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
        self._blocks = blocks

    def _label(self) -> bytes:
        return _MAGIC + self._kiosk_id.encode()
