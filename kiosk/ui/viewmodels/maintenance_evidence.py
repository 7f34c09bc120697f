"""The evidence of a story in words; what has none stands as it was recorded."""

from __future__ import annotations

from datetime import datetime

from kiosk import event_catalogue
from kiosk.domain.operator import CopyReason
from kiosk.maintenance.wording import WALLETS
from kiosk.ui.viewmodels import wording
from kiosk.ui.viewmodels.maintenance_office import Office

AMOUNTS = ("amount_fen", "paid_fen")
NAMES = frozenset(
    (*AMOUNTS, "wallet", "transaction_no", "receipt_no", "reason", "account", "statement",
     "copy_number", "paid_at", "answer", "expires_in_s", "qr_sha256", "inquiry_code", "bill_no",
     "why", "fact", "count", "stage", "account_id")
)  # fmt: skip
COMMON = frozenset(
    ("open", "user_paying", "paid", "closed", "voided", "not_found",  # the platform's answers
     "not_sent", "answer_lost", "refused", "unexpected_answer",  # facts of calls
     "queued", "sent", "head_idle", "cut", "taken", "retracted",  # stages of a print
     "left", "idle", "back", "next", "swap", "restart", "deadline", "cancelled", "expired",
     "create_lost", "nobody_is_waiting", "no_answer", "not_printed")
)  # fmt: skip
REASONS = frozenset(each.value for each in CopyReason)
OFFICE = "office "
"""A copy that staff ordered: the reason they chose follows."""


def evidence(office: Office, name: str, value: str) -> str:
    """One field and its value, both in words where there are words."""
    if name not in NAMES:
        return f"{name} {value}"
    if name == "copy_number":
        return office.t("desk_evidence.copy_number", number=value)
    return f"{office.t(f'desk_evidence.{name}')} {_said(office, name, value)}"


def _said(office: Office, name: str, value: str) -> str:
    if name in AMOUNTS and value.isdigit():
        return wording.amount(office.texts, int(value))
    if name == "wallet" and value in WALLETS:
        return office.words(WALLETS[value])
    if name == "paid_at":
        return wording.moment(office.texts, datetime.fromisoformat(value))
    if name in ("answer", "reason", "why", "fact", "stage"):
        return _code(office, value)
    return value


def _code(office: Office, value: str) -> str:
    key, chosen = value.replace(" ", "_"), value.removeprefix(OFFICE)
    if key in COMMON:
        return office.t(f"desk_said.{key}")
    if value.startswith(OFFICE) and chosen in REASONS:
        return office.t(f"desk_copy_reason.{chosen}")
    found = event_catalogue.find("platform", value) or event_catalogue.find("device", value)
    return found.words(office.language) if found else value
