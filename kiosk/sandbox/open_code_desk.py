"""Open codes (一费一码): minted in blocks, handed out by kiosks without a network, paid by phone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from kiosk.domain.bill import Bill, BillLine
from kiosk.domain.fee_item import FeeItem
from kiosk.domain.identifiers import mask_name
from kiosk.domain.platform import Refusal, Refused
from kiosk.platform_api import wire_services as wire
from kiosk.sandbox import bill_desk, payment_desk
from kiosk.sandbox.store import Store, new_token

OPEN_CODE_LIFE = timedelta(days=7)
MAX_BLOCKS_OF_A_KIOSK = 100


@dataclass(frozen=True, slots=True)
class Block:
    """Codes as they are kept: without signatures, which are made when they are sent."""

    block_id: str
    kiosk_id: str
    item: FeeItem
    amount_fen: int
    expires_s: float
    codes: tuple[tuple[int, str, str], ...]  # serial, code, token


def open_codes(
    store: Store, items: tuple[FeeItem, ...], block_id: str, asked: wire.OpenCodesRequest
) -> Refused | Block:
    """The block, made at the first request for it."""
    item = next((item for item in items if item.code == asked.item_code), None)
    if item is None:
        return Refused(Refusal.NOT_FOUND, f"no fee item {asked.item_code}")
    with store.transaction():
        if not store.rows("SELECT 1 FROM open_code_blocks WHERE block_id = ?", (block_id,)):
            count = store.value(
                "SELECT count(*) FROM open_code_blocks WHERE kiosk_id = ? AND expires_s > ?",
                (asked.kiosk_id, store.now_s()),
            )
            if count >= MAX_BLOCKS_OF_A_KIOSK:
                return Refused(Refusal.RATE_LIMITED, "this kiosk has blocks enough")
            _mint(store, block_id, asked)
        kept = store.rows("SELECT * FROM open_code_blocks WHERE block_id = ?", (block_id,))[0]
        codes = store.rows(
            "SELECT * FROM open_codes WHERE block_id = ? ORDER BY serial", (block_id,)
        )
    wanted = (asked.kiosk_id, asked.item_code, asked.amount_fen, asked.count)
    if tuple(kept[name] for name in ("kiosk_id", "item_code", "amount_fen", "wanted")) != wanted:
        return Refused(Refusal.KEY_REUSED, "this block belongs to another request")
    rows = tuple((row["serial"], row["code"], row["token"]) for row in codes)
    return Block(
        block_id, asked.kiosk_id, item, asked.amount_fen, float(int(kept["expires_s"])), rows
    )


def _mint(store: Store, block_id: str, asked: wire.OpenCodesRequest) -> None:
    expires_s = store.now_s() + OPEN_CODE_LIFE.total_seconds()
    block = (block_id, asked.kiosk_id, asked.item_code, asked.amount_fen, asked.count, expires_s)
    store.run("INSERT INTO open_code_blocks VALUES (?, ?, ?, ?, ?, ?)", block)
    for serial in range(1, asked.count + 1):
        number = store.next_number("open_code")
        code = f"330105{store.today():%y}38{number:010d}"  # 38: apart from bills' 30 and 39
        store.run(
            "INSERT INTO open_codes VALUES (?, ?, ?, ?, NULL, NULL)",
            (code, block_id, serial, new_token()),
        )


def report_open_codes(
    store: Store, asked: wire.ReportOpenCodesRequest
) -> wire.OpenCodeStatesAnswer:
    with store.transaction():
        states = [_reported(store, asked.kiosk_id, one) for one in asked.codes]
    return wire.OpenCodeStatesAnswer(states=tuple(states))


def _reported(store: Store, kiosk_id: str, one: wire.HandedOut) -> wire.OpenCodeStateBody:
    found = store.rows(
        "SELECT * FROM open_codes JOIN open_code_blocks USING (block_id)"
        " WHERE code = ? AND kiosk_id = ?",
        (one.code, kiosk_id),
    )
    if not found:
        return wire.OpenCodeStateBody(code=one.code, state=wire.OpenCodeState.UNKNOWN)
    store.run(
        "UPDATE open_codes SET handed_out_s = coalesce(handed_out_s, ?) WHERE code = ?",
        (one.handed_out_at.timestamp(), one.code),
    )
    kept = found[0]
    if kept["receipt_no"] is not None:
        return wire.OpenCodeStateBody(
            code=one.code,
            state=wire.OpenCodeState.SETTLED,
            receipt_no=kept["receipt_no"],
            paid_fen=kept["amount_fen"],
        )
    if one.withdrawn and not _is_voided(store, one.code):
        store.run("INSERT INTO open_codes_voided VALUES (?, ?)", (one.code, store.now_s()))
    state = wire.OpenCodeState.HANDED_OUT
    if _is_voided(store, one.code):
        state = wire.OpenCodeState.VOIDED
    elif store.now_s() >= kept["expires_s"]:
        state = wire.OpenCodeState.EXPIRED
    return wire.OpenCodeStateBody(code=one.code, state=state)


def _is_voided(store: Store, code: str) -> bool:
    return bool(store.rows("SELECT 1 FROM open_codes_voided WHERE code = ?", (code,)))


@dataclass(frozen=True, slots=True)
class OpenCode:
    """A code as its page shows it."""

    code: str
    token: str
    item_name: str
    amount_fen: int
    is_payable: bool
    receipt_no: str | None


def open_code(store: Store, items: tuple[FeeItem, ...], token: str) -> OpenCode | None:
    found = store.rows(
        "SELECT * FROM open_codes JOIN open_code_blocks USING (block_id) WHERE token = ?", (token,)
    )
    if not found:
        return None
    row = found[0]
    name = next(item.name_zh for item in items if item.code == row["item_code"])
    alive = store.now_s() < row["expires_s"] and not _is_voided(store, row["code"])
    payable = row["receipt_no"] is None and alive
    return OpenCode(row["code"], token, name, row["amount_fen"], payable, row["receipt_no"])


def pay_open_code(
    store: Store, items: tuple[FeeItem, ...], token: str, number: str
) -> Refused | str:
    """The payer's phone pays; the number of the receipt. One success at most."""
    with store.transaction():
        code = open_code(store, items, token)
        if code is None:
            return Refused(Refusal.NOT_FOUND, "no such code")
        if not code.is_payable:
            return Refused(Refusal.ALREADY_PAID, "the code is used or has expired")
        owners = store.rows("SELECT name FROM people WHERE number = ?", (number,))
        if not owners:
            return Refused(Refusal.INVALID, "nobody has this number")
        item = next(item for item in items if item.name_zh == code.item_name)
        line = BillLine(item.code, item.name_zh, item.unit, 1, code.amount_fen, code.amount_fen)
        bill = Bill(
            bill_no=code.code,
            version=1,
            title=item.name_zh,
            agency_code="330100999",
            agency_name=item.agency_zh,
            payer_name_masked=mask_name(owners[0]["name"]),
            lines=(line,),
            late_fee_fen=0,
            amount_fen=code.amount_fen,
            issued_on=store.today(),
            due_on=None,
            note="",
        )
        bill_desk.add_bill(store, number, bill)
        receipt_no = payment_desk.settle_elsewhere(store, code.code, "opencode", store.now_s())
        store.run("UPDATE open_codes SET receipt_no = ? WHERE token = ?", (receipt_no, token))
        return receipt_no
