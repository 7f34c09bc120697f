"""The operations beside bills, payments and copies, and the table of them all."""

from __future__ import annotations

from kiosk.domain.platform import Refusal
from kiosk.platform_api import wire_services as wire
from kiosk.platform_api.operations import ALWAYS, OPERATIONS, Operation

VERIFY_RECEIPT = Operation(
    "verify_receipt",
    "POST",
    "/v1/receipts/verify",
    "Is this paper genuine: code, number and check code, five times a day for one receipt.",
    wire.VerifyReceiptRequest,
    wire.VerifiedAnswer,
    ALWAYS | {Refusal.NOT_FOUND},
)
WRITE_OFF = Operation(
    "write_off",
    "PUT",
    "/v1/write-offs/{write_off_id}",
    "The number of a receipt is used up (核销); the same id gets the same answer.",
    wire.WriteOffRequest,
    wire.WriteOffAnswer,
    ALWAYS | {Refusal.NOT_FOUND, Refusal.KEY_REUSED, Refusal.RECEIPT_VOID},
)
FETCH_OPEN_CODES = Operation(
    "fetch_open_codes",
    "PUT",
    "/v1/open-code-blocks/{block_id}",
    "A block of signed codes for one fee and amount, to be handed out while the network is"
    " away; the same id gets the same codes.",
    wire.OpenCodesRequest,
    wire.OpenCodesAnswer,
    ALWAYS | {Refusal.NOT_FOUND, Refusal.KEY_REUSED},
)
REPORT_OPEN_CODES = Operation(
    "report_open_codes",
    "POST",
    "/v1/open-codes/report",
    "Which codes were handed out, and what became of them; asked again, nothing changes.",
    wire.ReportOpenCodesRequest,
    wire.OpenCodeStatesAnswer,
)
REQUEST_REFUND = Operation(
    "request_refund",
    "PUT",
    "/v1/refund-requests/{request_id}",
    "Ask finance for a refund (退付); the kiosk pays nothing back.",
    wire.RefundRequest,
    wire.RefundAnswer,
    ALWAYS | {Refusal.NOT_FOUND, Refusal.KEY_REUSED, Refusal.RECEIPT_VOID},
)
QUERY_REFUND = Operation(
    "query_refund",
    "GET",
    "/v1/refund-requests/{request_id}",
    "How far finance is with a request.",
    None,
    wire.RefundAnswer,
    ALWAYS | {Refusal.NOT_FOUND},
)
FETCH_STATEMENT = Operation(
    "fetch_statement",
    "POST",
    "/v1/statements/search",
    "Everything this kiosk was paid on one day, page by page, with counts and sums.",
    wire.StatementRequest,
    wire.StatementAnswer,
    ALWAYS | {Refusal.NOT_FOUND},
)
FETCH_CATALOGUE = Operation(
    "fetch_catalogue",
    "GET",
    "/v1/catalogue",
    "The fee items that can be paid.",
    None,
    wire.CatalogueAnswer,
)
FETCH_GUIDES = Operation(
    "fetch_guides", "GET", "/v1/guides", "Guides for residents.", None, wire.GuidesAnswer
)
FETCH_NOTICES = Operation(
    "fetch_notices",
    "GET",
    "/v1/notices",
    "Notices of the day for the start page.",
    None,
    wire.NoticesAnswer,
)
RATE = Operation(
    "rate",
    "PUT",
    "/v1/ratings/{rating_id}",
    "How a resident found it; the same id gets the same answer.",
    wire.RatingRequest,
    wire.RatingAnswer,
    ALWAYS | {Refusal.KEY_REUSED},
)
REGISTER = Operation(
    "register",
    "PUT",
    "/v1/devices/{kiosk_id}",
    "Make a kiosk and its key known, or give it a new key; needs an enrolment code.",
    wire.RegisterRequest,
    wire.RegisterAnswer,
    ALWAYS | {Refusal.NOT_FOUND},
)
RENEW = Operation(
    "renew_certificate",
    "PUT",
    "/v1/devices/{kiosk_id}/certificate",
    "A certificate for the kiosk's next key; asked over a connection with the present one.",
    wire.RenewRequest,
    wire.RenewAnswer,
)
HEARTBEAT = Operation(
    "heartbeat",
    "POST",
    "/v1/heartbeats",
    "The kiosk is alive, and how it is.",
    wire.HeartbeatRequest,
    wire.HeartbeatAnswer,
)

SERVICES = (
    VERIFY_RECEIPT,
    WRITE_OFF,
    FETCH_OPEN_CODES,
    REPORT_OPEN_CODES,
    REQUEST_REFUND,
    QUERY_REFUND,
    FETCH_STATEMENT,
    FETCH_CATALOGUE,
    FETCH_GUIDES,
    FETCH_NOTICES,
    RATE,
    REGISTER,
    RENEW,
    HEARTBEAT,
)
ALL_OPERATIONS = (*OPERATIONS, *SERVICES)
