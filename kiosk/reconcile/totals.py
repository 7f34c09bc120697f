"""What was taken on a day, by item, agency and wallet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kiosk.reconcile.ours import OurPayment

NOT_KNOWN = ""


@dataclass(frozen=True, slots=True)
class Total:
    """`code` is the item's, agency's or wallet's; empty: the journal does not say."""

    code: str
    name: str  # of the agency; empty where the code is all there is
    count: int  # of payments
    amount_fen: int


def totals_of(
    paid: Iterable[OurPayment],
) -> tuple[tuple[Total, ...], tuple[Total, ...], tuple[Total, ...]]:
    """By item, by agency, by wallet; each adds up to the whole, the largest first."""
    items, agencies, wallets = _Sum(), _Sum(), _Sum()
    for payment in paid:
        wallets.add([(payment.wallet, "", payment.amount_fen)])
        rest_fen = payment.amount_fen - sum(part[3] for part in payment.parts)
        rest = [(NOT_KNOWN, "", rest_fen)] if rest_fen else []
        items.add([(item_code, "", fen) for _, _, item_code, fen in payment.parts] + rest)
        agencies.add([(code, name, fen) for code, name, _, fen in payment.parts] + rest)
    return items.totals(), agencies.totals(), wallets.totals()


class _Sum:
    def __init__(self) -> None:
        self._sums: dict[str, tuple[str, int, int]] = {}

    def add(self, parts: list[tuple[str, str, int]]) -> None:
        """The parts of one payment: (code, name, fen); it counts once for each code."""
        counted = set()
        for code, name, fen in parts:
            known, count, before_fen = self._sums.get(code, (name, 0, 0))
            count += code not in counted
            counted.add(code)
            self._sums[code] = (known or name, count, before_fen + fen)

    def totals(self) -> tuple[Total, ...]:
        found = (Total(code, *rest) for code, rest in self._sums.items())
        return tuple(sorted(found, key=lambda total: (-total.amount_fen, total.code)))
