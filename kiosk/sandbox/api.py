"""The platform's API, version 1, served from the table of operations."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from types import MappingProxyType

from fastapi import APIRouter, Request, Response

from kiosk.domain.platform import PlatformState, Refusal, Refused
from kiosk.domain.receipt import ReceiptHead
from kiosk.platform_api import operations, wire
from kiosk.platform_api.operations import REFUSAL_STATUS, Operation
from kiosk.platform_api.services import ALL_OPERATIONS
from kiosk.platform_api.signing import Answered, Asked
from kiosk.platform_api.strict_json import Malformed, parse
from kiosk.sandbox import bill_desk, payment_desk, receipt_desk
from kiosk.sandbox.bill_desk import Party
from kiosk.sandbox.context import Handler, Result, Sandbox
from kiosk.sandbox.faults import Fault, FaultKind
from kiosk.sandbox.ledger import WAITING, ClaimState, Payment
from kiosk.sandbox.service_api import SERVICE_HANDLERS

MAX_REQUEST_BYTES = 64 * 1024

Endpoint = Callable[[Request], Awaitable[Response]]


def api_router(sandbox: Sandbox) -> APIRouter:
    router = APIRouter()
    handlers = {**_HANDLERS, **SERVICE_HANDLERS}
    by_path: dict[str, dict[str, Endpoint]] = {}
    for operation in ALL_OPERATIONS:
        endpoint = _endpoint(sandbox, operation, handlers[operation.name])
        by_path.setdefault(operation.path, {})[operation.method] = endpoint
    for path, endpoints in by_path.items():  # one route each: its 405 names all its methods
        router.add_api_route(path, _by_method(endpoints), methods=list(endpoints))
    return router


def _by_method(endpoints: Mapping[str, Endpoint]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        return await endpoints[request.method](request)

    return endpoint


def _endpoint(sandbox: Sandbox, operation: Operation, handler: Handler) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        raw = await _read(request) if operation.request is not None else None
        asked = _asked(request, raw)
        fault: Fault | None = None
        body = sandbox.seal.judge(asked) or _parse(request, raw, operation)
        if not isinstance(body, Refused):
            fault = sandbox.faults.take(operation.name)
            result = await _result(sandbox, request, body, handler, fault)
        else:
            result = body
        response = result if isinstance(result, Response) else _respond(result, asked)
        return signed(sandbox, operation, response, asked, fault)

    return endpoint


async def _result(
    sandbox: Sandbox,
    request: Request,
    body: wire.Request | None,
    handler: Handler,
    fault: Fault | None,
) -> Result | Response:
    early = await _before(fault)
    if early is not None:
        return early
    return _after(fault, await handler(sandbox, request, body))


# --- in and out --------------------------------------------------------------------------------


def _asked(request: Request, raw: bytes | None) -> Asked:
    path = request.scope["raw_path"].decode("latin-1")
    query = request.scope["query_string"].decode("latin-1")
    host = request.headers.get("host", "")
    uri = f"{request.url.scheme}://{host}{path}" + (f"?{query}" if query else "")
    return Asked(request.method, uri, _combined(request), raw)


def _combined(request: Request) -> dict[str, str]:
    """Headers that came more than once are one list, as RFC 9110 has it."""
    names = dict.fromkeys(request.headers.keys())
    return {name: ", ".join(request.headers.getlist(name)) for name in names}


async def _read(request: Request) -> bytes:
    """The body, or what is too much of it: one byte more than is taken."""
    raw = bytearray()
    async for piece in request.stream():
        raw += piece
        if len(raw) > MAX_REQUEST_BYTES:
            break
    return bytes(raw[: MAX_REQUEST_BYTES + 1])


def _parse(
    request: Request, raw: bytes | None, operation: Operation
) -> wire.Request | Refused | None:
    if not re.fullmatch(wire.NONCE, request.headers.get(wire.REQUEST_ID_HEADER, "")):
        return Refused(Refusal.INVALID, f"{wire.REQUEST_ID_HEADER} must be 32 hex digits")
    if not all(wire.is_id(str(value)) for value in request.path_params.values()):
        return Refused(Refusal.INVALID, "an id in the path is malformed")
    if operation.request is None or raw is None:
        return None
    if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
        return Refused(Refusal.INVALID, "Content-Type must be application/json")
    if len(raw) > MAX_REQUEST_BYTES:
        return Refused(Refusal.INVALID, f"the body exceeds {MAX_REQUEST_BYTES} bytes")
    try:
        body = parse(operation.request, raw)
    except Malformed as trouble:
        return Refused(Refusal.INVALID, trouble.reason)
    key = request.headers.get(wire.IDEMPOTENCY_HEADER)
    if operation.idempotency_key and key != getattr(body, "payment_id", None):
        return Refused(Refusal.INVALID, f"{wire.IDEMPOTENCY_HEADER} must be the payment_id")
    return body


def _respond(result: Result, asked: Asked) -> Response:
    nonce = asked.headers.get(wire.REQUEST_ID_HEADER.lower(), "")
    headers = {wire.REQUEST_ID_HEADER: nonce, "Cache-Control": "no-store"}
    if not isinstance(result, Refused):
        return Response(result.model_dump_json(), media_type="application/json", headers=headers)
    status = REFUSAL_STATUS[result.code]
    problem = wire.Problem(
        title=result.code.replace("_", " "),
        status=status,
        code=result.code,
        detail=result.detail,
    )
    return Response(
        problem.model_dump_json(),
        status_code=status,
        media_type="application/problem+json",
        headers=headers,
    )


def signed(
    sandbox: Sandbox, operation: Operation, response: Response, asked: Asked, fault: Fault | None
) -> Response:
    """The answer with the platform's signature, or with what the ordered fault makes of it."""
    kind = fault.kind if fault is not None else None
    answered = Answered(response.status_code, dict(response.headers), bytes(response.body))
    if kind is not FaultKind.UNSIGNED and wire.REQUEST_ID_HEADER.lower() in answered.headers:
        forged = kind is FaultKind.FORGED
        response.headers.update(sandbox.seal.headers(answered, asked, forged=forged))
    if kind is FaultKind.REPLAYED:
        return sandbox.remembered.get(operation.name, response)
    if kind is FaultKind.ALTERED:
        body = bytes(response.body)
        headers = {**response.headers, "content-length": str(len(body) + 1)}
        return Response(body[:-1] + b" }", status_code=response.status_code, headers=headers)
    sandbox.remembered[operation.name] = response
    return response


# --- ordered faults --------------------------------------------------------------------------


async def _before(fault: Fault | None) -> Refused | Response | None:
    match fault:
        case Fault(kind=FaultKind.ERROR_BEFORE):
            return Response("internal error", status_code=500, media_type="text/plain")
        case Fault(kind=FaultKind.REFUSE, code=code):
            return Refused(code, "ordered by the sandbox")
        case Fault(kind=FaultKind.DELAY, seconds=seconds):
            await asyncio.sleep(seconds)
    return None


def _after(fault: Fault | None, result: Result) -> Result | Response:
    match fault, result:
        case Fault(kind=FaultKind.ERROR_AFTER), _:
            return Response("internal error", status_code=500, media_type="text/plain")
        case Fault(kind=FaultKind.HTML_AFTER), _:
            return Response("<html><body>请登录</body></html>", media_type="text/html")
        case Fault(kind=FaultKind.WRONG_SUBJECT), wire.BillsAnswer() | wire.ReceiptsAnswer():
            return result.model_copy(update={"subject_echo": "0" * 64})
        case Fault(kind=FaultKind.WRONG_PAYMENT_ID), wire.PaymentAnswer():
            return result.model_copy(update={"payment_id": "somebody-elses"})
        case Fault(kind=FaultKind.WRONG_AMOUNT), wire.PaymentAnswer(amount_fen=int(amount)):
            return result.model_copy(update={"amount_fen": amount + 1})
    return result


# --- lookups ------------------------------------------------------------------------------------


def _party(body: wire.SearchRequest) -> Party:
    return Party(body.subject.kind, body.subject.number, body.subject.name)


def _echo(body: wire.SearchRequest) -> str:
    return wire.subject_echo(body.nonce, body.subject.kind, body.subject.number)


async def _search_bills(sandbox: Sandbox, _: Request, body: wire.Request | None) -> Result:
    assert isinstance(body, wire.SearchRequest)
    found = bill_desk.open_bills(sandbox.store, _party(body))
    bills = [wire.BillBody.model_validate(asdict(bill)) for bill in found[: wire.MAX_BILLS]]
    return wire.BillsAnswer(subject_echo=_echo(body), bills=tuple(bills))


async def _search_receipts(sandbox: Sandbox, _: Request, body: wire.Request | None) -> Result:
    assert isinstance(body, wire.SearchRequest)
    heads = receipt_desk.of_party(sandbox.store, _party(body))
    return wire.ReceiptsAnswer(subject_echo=_echo(body), receipts=_heads(heads))


def _heads(heads: list[ReceiptHead]) -> tuple[wire.ReceiptHeadBody, ...]:
    return tuple(wire.ReceiptHeadBody.model_validate(asdict(head)) for head in heads)


# --- payments --------------------------------------------------------------------------------------


async def _create_payment(sandbox: Sandbox, _: Request, body: wire.Request | None) -> Result:
    assert isinstance(body, wire.CreatePaymentRequest)
    created = payment_desk.create(sandbox.store, body)
    return created if isinstance(created, Refused) else payment_answer(sandbox, created)


async def _query_payment(sandbox: Sandbox, request: Request, _: wire.Request | None) -> Result:
    payment_id = str(request.path_params["payment_id"])
    known, wait_s = request.query_params.get("known"), request.query_params.get("wait_s", "0")
    if known not in {None, *PlatformState}:
        return Refused(Refusal.INVALID, "known is malformed")
    try:
        patience_s = float(wait_s)
    except ValueError:
        return Refused(Refusal.INVALID, "wait_s is not a number")
    if not 0 <= patience_s <= wire.MAX_WAIT_S:
        return Refused(Refusal.INVALID, f"wait_s is not between 0 and {wire.MAX_WAIT_S:g}")
    return await _first_change(sandbox, payment_id, known, patience_s)


async def _first_change(
    sandbox: Sandbox, payment_id: str, known: str | None, patience_s: float
) -> wire.PaymentAnswer:
    loop = asyncio.get_running_loop()
    until_s = loop.time() + patience_s
    while True:
        signal = sandbox.changes.signal()
        payment = payment_desk.query(sandbox.store, payment_id)
        state = PlatformState.NOT_FOUND if payment is None else payment.state
        left_s = until_s - loop.time()
        if state != known or left_s <= 0 or sandbox.changes.ended:
            return payment_answer(sandbox, payment, payment_id)
        if payment is not None and payment.state in WAITING:  # Its expiry is a change, too.
            expires_in_s = payment.expires_s - sandbox.store.now_s()
            if expires_in_s > 0:
                left_s = min(left_s, expires_in_s + 0.01)
        try:
            async with asyncio.timeout(left_s):
                await signal.wait()
        except TimeoutError:
            continue


async def _close_payment(sandbox: Sandbox, request: Request, body: wire.Request | None) -> Result:
    assert isinstance(body, wire.ClosePaymentRequest)
    payment_id = str(request.path_params["payment_id"])
    closed = payment_desk.close(sandbox.store, payment_id, body.kiosk_id)
    return payment_answer(sandbox, closed)


def payment_answer(
    sandbox: Sandbox, payment: Payment | None, payment_id: str = ""
) -> wire.PaymentAnswer:
    """A payment in wire form; None is a payment the platform never heard of."""
    if payment is None:
        return wire.PaymentAnswer(
            payment_id=payment_id, state=PlatformState.NOT_FOUND, amount_fen=None
        )
    settled = payment.paid_s is not None
    waiting = payment.state in WAITING
    left_s = payment.expires_s - sandbox.store.now_s()
    return wire.PaymentAnswer(
        payment_id=payment.payment_id,
        state=payment.state,
        amount_fen=payment.amount_fen,
        qr_url=f"{sandbox.site}/pay/{payment.token}" if waiting else None,
        expires_in_s=max(left_s, 0.0) if waiting else 0.0,
        paid_at=None if payment.paid_s is None else datetime.fromtimestamp(payment.paid_s, UTC),
        wallet=payment.wallet if settled else "",
        transaction_no=payment.transaction_no,
    )


# --- receipts and claims ------------------------------------------------------------------------


async def _issue_receipts(sandbox: Sandbox, request: Request, _: wire.Request | None) -> Result:
    payment_id = str(request.path_params["payment_id"])
    payment = payment_desk.query(sandbox.store, payment_id)
    if payment is None:
        return Refused(Refusal.NOT_FOUND, "no such payment")
    if payment.state is not PlatformState.PAID:
        return Refused(Refusal.INVALID, f"the payment is {payment.state}")
    heads = receipt_desk.of_payment(sandbox.store, payment_id)
    return wire.IssueReceiptsAnswer(payment_id=payment_id, receipts=_heads(heads))


async def _claim_receipt(sandbox: Sandbox, request: Request, body: wire.Request | None) -> Result:
    assert isinstance(body, wire.ClaimRequest)
    claim_id = str(request.path_params["claim_id"])
    granted = receipt_desk.claim(
        sandbox.store,
        claim_id,
        body.kiosk_id,
        body.receipt_no,
        reprint=body.reprint,
        site=sandbox.site,
    )
    if isinstance(granted, Refused):
        return granted
    return wire.ClaimAnswer(
        claim_id=claim_id,
        copy_number=granted.claim.copy_number,
        receipt=wire.ReceiptBody.model_validate(asdict(granted.receipt)),
    )


async def _confirm_claim(sandbox: Sandbox, request: Request, body: wire.Request | None) -> Result:
    assert isinstance(body, wire.ConfirmClaimRequest)
    wanted = ClaimState.DOUBTFUL if body.doubt else ClaimState.CONFIRMED
    return _settle(sandbox, request, body.kiosk_id, wanted)


async def _release_claim(sandbox: Sandbox, request: Request, body: wire.Request | None) -> Result:
    assert isinstance(body, wire.ReleaseClaimRequest)
    return _settle(sandbox, request, body.kiosk_id, ClaimState.RELEASED)


def _settle(sandbox: Sandbox, request: Request, kiosk_id: str, wanted: ClaimState) -> Result:
    claim_id = str(request.path_params["claim_id"])
    settled = receipt_desk.settle_claim(sandbox.store, claim_id, kiosk_id, wanted)
    if isinstance(settled, Refused):
        return settled
    return wire.ClaimStateAnswer.model_validate({"claim_id": claim_id, "state": str(settled)})


async def _check_health(sandbox: Sandbox, _: Request, __: wire.Request | None) -> Result:
    return wire.HealthAnswer(status="ok", time=datetime.fromtimestamp(sandbox.store.now_s(), UTC))


_HANDLERS: Mapping[str, Handler] = MappingProxyType(
    {
        operations.SEARCH_BILLS.name: _search_bills,
        operations.SEARCH_RECEIPTS.name: _search_receipts,
        operations.CREATE_PAYMENT.name: _create_payment,
        operations.QUERY_PAYMENT.name: _query_payment,
        operations.CLOSE_PAYMENT.name: _close_payment,
        operations.ISSUE_RECEIPTS.name: _issue_receipts,
        operations.CLAIM_RECEIPT.name: _claim_receipt,
        operations.CONFIRM_CLAIM.name: _confirm_claim,
        operations.RELEASE_CLAIM.name: _release_claim,
        operations.CHECK_HEALTH.name: _check_health,
    }
)
