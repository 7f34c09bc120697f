"""The operations of the platform's API, version 1: one table for client, server and document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from kiosk.domain.platform import Refusal
from kiosk.platform_api import wire

REFUSAL_STATUS: Mapping[Refusal, int] = MappingProxyType(
    {
        Refusal.ALREADY_PAID: 409,
        Refusal.AMOUNT_CHANGED: 409,
        Refusal.LEASED: 409,
        Refusal.PAYMENT_CLOSED: 409,
        Refusal.KEY_REUSED: 409,
        Refusal.NOT_FOUND: 404,
        Refusal.CLAIMED_ELSEWHERE: 409,
        Refusal.ALREADY_PRINTED: 409,
        Refusal.WINDOW_PASSED: 410,
        Refusal.RECEIPT_VOID: 410,
        Refusal.RATE_LIMITED: 429,
        Refusal.INVALID: 422,
    }
)

# Any request may be refused with these before it is acted on.
ALWAYS = frozenset({Refusal.INVALID, Refusal.RATE_LIMITED})


@dataclass(frozen=True, slots=True)
class Operation:
    """One row of the API. `refusals` are the only ones that make sense as its answer."""

    name: str
    method: str
    path: str
    summary: str
    request: type[wire.Request] | None
    answer: type[wire.Answer]
    refusals: frozenset[Refusal] = ALWAYS
    idempotency_key: bool = False
    long_poll: bool = False


SEARCH_BILLS = Operation(
    "search_bills",
    "POST",
    "/v1/bills/search",
    "Open bills of a person, an enterprise or a payment code.",
    wire.SearchRequest,
    wire.BillsAnswer,
)
SEARCH_RECEIPTS = Operation(
    "search_receipts",
    "POST",
    "/v1/receipts/search",
    "Receipts of the last six months, paid through any channel.",
    wire.SearchRequest,
    wire.ReceiptsAnswer,
)
CREATE_PAYMENT = Operation(
    "create_payment",
    "POST",
    "/v1/payments",
    "Open one payment for a basket of bills and lease them; the same key gets the same answer.",
    wire.CreatePaymentRequest,
    wire.PaymentAnswer,
    ALWAYS
    | {
        Refusal.ALREADY_PAID,
        Refusal.AMOUNT_CHANGED,
        Refusal.LEASED,
        Refusal.PAYMENT_CLOSED,
        Refusal.KEY_REUSED,
        Refusal.NOT_FOUND,
    },
    idempotency_key=True,
)
QUERY_PAYMENT = Operation(
    "query_payment",
    "GET",
    "/v1/payments/{payment_id}",
    "State of a payment; waits for the first change from `known`, at most `wait_s`.",
    None,
    wire.PaymentAnswer,
    long_poll=True,
)
CLOSE_PAYMENT = Operation(
    "close_payment",
    "POST",
    "/v1/payments/{payment_id}/close",
    "Close a payment, or leave a tombstone for one that never arrived; answers paid if it was.",
    wire.ClosePaymentRequest,
    wire.PaymentAnswer,
)
ISSUE_RECEIPTS = Operation(
    "issue_receipts",
    "POST",
    "/v1/payments/{payment_id}/receipts",
    "Receipts of a paid payment, one for each bill; issued once, answered as often as asked.",
    wire.IssueReceiptsRequest,
    wire.IssueReceiptsAnswer,
    ALWAYS | {Refusal.NOT_FOUND},
)
CLAIM_RECEIPT = Operation(
    "claim_receipt",
    "PUT",
    "/v1/claims/{claim_id}",
    "Take the right to print one copy of a receipt; the same claim gets the same answer.",
    wire.ClaimRequest,
    wire.ClaimAnswer,
    ALWAYS
    | {
        Refusal.NOT_FOUND,
        Refusal.KEY_REUSED,
        Refusal.CLAIMED_ELSEWHERE,
        Refusal.ALREADY_PRINTED,
        Refusal.WINDOW_PASSED,
        Refusal.RECEIPT_VOID,
    },
)
CONFIRM_CLAIM = Operation(
    "confirm_claim",
    "POST",
    "/v1/claims/{claim_id}/confirm",
    "The copy is on paper, or perhaps on paper (`doubt`): its number is used up.",
    wire.ConfirmClaimRequest,
    wire.ClaimStateAnswer,
    ALWAYS | {Refusal.NOT_FOUND},
)
RELEASE_CLAIM = Operation(
    "release_claim",
    "POST",
    "/v1/claims/{claim_id}/release",
    "The copy is proven not to be on paper: its number is free again, and a claim that"
    " never arrived cannot arrive later.",
    wire.ReleaseClaimRequest,
    wire.ClaimStateAnswer,
    ALWAYS | {Refusal.NOT_FOUND},
)
CHECK_HEALTH = Operation(
    "check_health",
    "GET",
    "/v1/health",
    "The platform is alive and this is its clock.",
    None,
    wire.HealthAnswer,
)

OPERATIONS = (
    SEARCH_BILLS,
    SEARCH_RECEIPTS,
    CREATE_PAYMENT,
    QUERY_PAYMENT,
    CLOSE_PAYMENT,
    ISSUE_RECEIPTS,
    CLAIM_RECEIPT,
    CONFIRM_CLAIM,
    RELEASE_CLAIM,
    CHECK_HEALTH,
)
