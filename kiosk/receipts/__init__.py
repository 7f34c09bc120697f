"""Receipts on paper: from the receipt to a document any printer can take."""

from kiosk.receipts.compose import compose
from kiosk.receipts.sample import compose_sample

__all__ = ["compose", "compose_sample"]
