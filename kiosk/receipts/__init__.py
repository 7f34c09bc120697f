"""Receipts on paper: from the receipt to a document any printer can take."""

from kiosk.receipts.code_slip import compose_code_slip
from kiosk.receipts.compose import compose
from kiosk.receipts.sample import compose_sample
from kiosk.receipts.slip import compose_inquiry_slip

__all__ = ["compose", "compose_code_slip", "compose_inquiry_slip", "compose_sample"]
