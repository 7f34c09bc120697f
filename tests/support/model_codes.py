"""A model of the platform's side of open codes: blocks, payments by phone, verdicts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from kiosk.domain import platform as p
from kiosk.domain.open_code import Block, OpenCode

WEEK_S = 7 * 86400


@dataclass
class ModelCode:
    block: Block
    paid_fen: int = 0
    receipt_no: str = ""
    voided: bool = False
    handed_out: bool = False
    payments: int = 0


@dataclass
class ModelCodes:
    """`now_s` is the platform's clock, seconds since 1970."""

    now_s: Callable[[], float] = lambda: 1_795_240_800.0  # 2026-11-21 06:00 UTC
    life_s: int = WEEK_S
    blocks: dict[str, Block] = field(default_factory=dict)
    codes: dict[str, ModelCode] = field(default_factory=dict)
    refuses: p.Refusal | None = None

    def fetch(self, call: p.FetchOpenCodes) -> p.Outcome:
        if self.refuses is not None:
            return p.Refused(self.refuses)
        block = self.blocks.get(call.block_id)
        if block is None:
            first = len(self.codes) + 1
            codes = tuple(
                OpenCode(
                    n + 1, f"33010526380000{first + n:06d}", f"https://pay.example/o/{first + n}"
                )
                for n in range(call.count)
            )
            block = Block(
                call.block_id, call.item_code, "公安交通违法罚款", "交通警察支队", call.amount_fen,
                int(self.now_s()) + self.life_s, codes,
            )  # fmt: skip
            self.blocks[call.block_id] = block
            self.codes |= {code.code: ModelCode(block) for code in codes}
        return p.OpenCodesFetched(block)

    def pay(self, code: str) -> bool:
        """A phone pays, over its own network; True if money moved."""
        known = self.codes[code]
        if known.voided or known.paid_fen or self.now_s() >= known.block.expires_s:
            return False
        known.paid_fen = known.block.amount_fen
        known.payments += 1
        known.receipt_no = f"33010226-{len(self.codes) + int(code[-6:]):010d}"
        return True

    def report(self, call: p.ReportOpenCodes) -> p.Outcome:
        return p.OpenCodesSeen(tuple(self._seen(one) for one in call.codes))

    def _seen(self, one: p.CodeReport) -> p.CodeSeen:
        known = self.codes.get(one.code)
        if known is None:
            return p.CodeSeen(one.code, p.CodeState.UNKNOWN)
        known.handed_out = True
        if known.paid_fen:
            return p.CodeSeen(one.code, p.CodeState.SETTLED, known.paid_fen, known.receipt_no)
        if one.withdrawn:
            known.voided = True
        if known.voided:
            return p.CodeSeen(one.code, p.CodeState.VOIDED)
        expired = self.now_s() >= known.block.expires_s
        return p.CodeSeen(one.code, p.CodeState.EXPIRED if expired else p.CodeState.HANDED_OUT)
