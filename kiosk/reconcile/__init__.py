"""Daily reconciliation (reliability.md 2.9): the journal's day against the platform's statement.

Pure: rows in, differences out. Who reads files, asks the platform or shows words is above.
"""

from kiosk.reconcile.compare import Comparison, compare
from kiosk.reconcile.kinds import Actor, Difference, Kind
from kiosk.reconcile.ours import OurPayment, Ours
from kiosk.reconcile.statement import Statement, StatementLine, read_statement

__all__ = [
    "Actor",
    "Comparison",
    "Difference",
    "Kind",
    "OurPayment",
    "Ours",
    "Statement",
    "StatementLine",
    "compare",
    "read_statement",
]
