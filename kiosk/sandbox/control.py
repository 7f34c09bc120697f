"""Switches for demos and tests, under /sandbox; answered to this machine alone."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from kiosk.domain.bill import Bill, BillLine
from kiosk.domain.identifiers import mask_name
from kiosk.domain.platform import Refusal, Refused
from kiosk.platform_api.operations import REFUSAL_STATUS
from kiosk.platform_api.wire import MAX_FEN
from kiosk.platform_api.wire_services import RefundState
from kiosk.sandbox import bill_desk, payment_desk, receipt_desk, service_desk
from kiosk.sandbox.context import Sandbox
from kiosk.sandbox.faults import Fault, FaultKind
from kiosk.sandbox.ledger import LateWallet
from kiosk.sandbox.line import Line
from kiosk.sandbox.link import LinkMode, OneShot, OneShotKind
from kiosk.sandbox.payment_book import all_payments, bills_of_payment
from kiosk.sandbox.people import demo_people
from kiosk.sandbox.seeding import reset
from kiosk.sandbox.statement_file import Defect, NothingToSpoil, statement_file

MAX_LISTED = 1000
LOOPBACK = frozenset({"127.0.0.1", "::1"})
YEAR_S = 366 * 86400.0


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NewAmount(_Body):
    amount_fen: Annotated[int, Field(ge=1, le=MAX_FEN)]


class NewBill(_Body):
    owner: str
    item_code: str
    amount_fen: Annotated[int, Field(ge=1, le=MAX_FEN)]
    note: Annotated[str, Field(max_length=200)] = ""


class PaidElsewhere(_Body):
    channel: Annotated[str, Field(pattern=r"^[a-z]{1,20}$")] = "counter"


class RefundDecision(_Body):
    state: RefundState


class TimeShift(_Body):
    seconds: Annotated[float, Field(ge=-YEAR_S, le=YEAR_S)]


class Policy(_Body):
    late_wallet: LateWallet


class FaultOrder(_Body):
    kind: FaultKind
    operation: str = "*"
    times: Annotated[int, Field(ge=1, le=10_000)] = 1
    seconds: Annotated[float, Field(ge=0, le=600)] = 0.0
    code: Refusal = Refusal.RATE_LIMITED


class OneShotOrder(_Body):
    kind: OneShotKind
    match: Annotated[str, Field(max_length=200)] = ""
    payload: Annotated[str, Field(max_length=100_000)] = ""  # sent as Latin-1 bytes
    keep_bytes: Annotated[int, Field(ge=0, le=65536)] = 40
    find: Annotated[str, Field(max_length=1000)] = ""


class LineOrder(_Body):
    """See `kiosk.sandbox.line.Line`."""

    latency_s: Annotated[float, Field(ge=0, le=120)] = 0.0
    jitter_s: Annotated[float, Field(ge=0, le=120)] = 0.0
    bytes_per_s: Annotated[float, Field(ge=0, le=1e9)] = 0.0
    slice_bytes: Annotated[int, Field(ge=0, le=65536)] = 0
    slice_gap_s: Annotated[float, Field(ge=0, le=10)] = 0.0
    limit_bytes: Annotated[int, Field(ge=0, le=10**7)] = 0
    slow_close_s: Annotated[float, Field(ge=0, le=120)] = 0.0


class LinkOrder(_Body):
    """What is left out stays as it is; `heal` comes first."""

    heal: bool = False
    mode: LinkMode | None = None
    delay_s: Annotated[float, Field(ge=0, le=120)] | None = None
    line: LineOrder | None = None
    arm: tuple[OneShotOrder, ...] = ()


class Empty(_Body):
    pass


def this_machine(request: Request) -> None:
    if request.client is None or request.client.host not in LOOPBACK:
        raise HTTPException(403, "the control pages answer to this machine alone")
    origin = request.headers.get("origin")  # sent by browsers with every form of a page
    if origin is not None and origin != f"http://{request.headers.get('host', '')}":
        raise HTTPException(403, "the control pages answer to their own forms alone")


def _done(result: Any) -> Any:
    """Turn a refusal into its HTTP status; pass everything else on."""
    if isinstance(result, Refused):
        raise HTTPException(REFUSAL_STATUS[result.code], result.detail)
    return result


def control_router(sandbox: Sandbox) -> APIRouter:
    router = APIRouter(prefix="/sandbox", dependencies=[Depends(this_machine)])
    _add_lists(router, sandbox)
    _add_agency(router, sandbox)
    _add_switches(router, sandbox)
    _add_faults(router, sandbox)
    return router


def _add_lists(router: APIRouter, sandbox: Sandbox) -> None:
    store = sandbox.store

    @router.get("/people")
    async def people() -> list[dict[str, Any]]:
        return store.rows("SELECT * FROM people ORDER BY rowid LIMIT ?", (MAX_LISTED,))

    @router.get("/demo-people")
    async def demo() -> list[dict[str, Any]]:
        return [
            {"key": entry.key, "story_zh": entry.story_zh, **asdict(entry.person)}
            for entry in demo_people()
        ]

    @router.get("/bills")
    async def bills(status: str = "open") -> list[dict[str, Any]]:
        return store.rows(
            "SELECT bill_no, version, owner, title, agency_name, amount_fen, late_fee_fen, status"
            " FROM bills WHERE status = ? ORDER BY rowid LIMIT ?",
            (status, MAX_LISTED),
        )

    @router.get("/payments")
    async def payments() -> list[dict[str, Any]]:
        return [
            {
                **asdict(payment),
                "bills": bills_of_payment(store, payment.payment_id),
                "cashier_url": f"{sandbox.site}/pay/{payment.token}",
            }
            for payment in all_payments(store, MAX_LISTED)
        ]

    @router.get("/receipts")
    async def receipts() -> list[dict[str, Any]]:
        return [
            {**asdict(head), "claims": [asdict(c) for c in claims_of(store, head.receipt_no)]}
            for head in receipt_desk.all_receipts(store, MAX_LISTED)
        ]

    claims_of = receipt_desk.claims_of

    @router.get("/fleet")
    async def fleet() -> list[dict[str, Any]]:
        return store.rows("SELECT * FROM heartbeats ORDER BY kiosk_id LIMIT ?", (MAX_LISTED,))

    @router.get("/statements/{kiosk_id}/{day}")
    async def statement(kiosk_id: str, day: date, defect: Defect = Defect.MATCHED) -> Response:
        rows = service_desk.statement_rows(store, kiosk_id, day)
        try:
            return Response(statement_file(kiosk_id, day, rows, defect), media_type="text/csv")
        except NothingToSpoil as trouble:
            raise HTTPException(409, str(trouble)) from trouble

    @router.get("/requests")
    async def requests() -> list[dict[str, Any]]:
        return [asdict(line) for line in sandbox.served]


def _add_agency(router: APIRouter, sandbox: Sandbox) -> None:
    store = sandbox.store

    @router.post("/bills")
    async def add(order: NewBill) -> dict[str, Any]:
        return asdict(_done(_add_bill(sandbox, order)))

    @router.post("/bills/{bill_no}/amount")
    async def amount(bill_no: str, order: NewAmount) -> dict[str, Any]:
        return asdict(_done(bill_desk.change_amount(store, bill_no, order.amount_fen)))

    @router.post("/bills/{bill_no}/pay-elsewhere")
    async def elsewhere(bill_no: str, order: PaidElsewhere) -> dict[str, str]:
        return {"receipt_no": _done(payment_desk.pay_elsewhere(store, bill_no, order.channel))}

    @router.post("/payments/{payment_id}/void")
    async def void(payment_id: str, _: Empty) -> dict[str, Any]:
        return asdict(_done(payment_desk.void(store, payment_id)))

    @router.post("/refund-requests/{request_id}")
    async def decide(request_id: str, order: RefundDecision) -> dict[str, str]:
        return {"receipt_no": _done(service_desk.decide_refund(store, request_id, order.state))}


def _add_bill(sandbox: Sandbox, order: NewBill) -> Refused | Bill:
    store = sandbox.store
    items = {item.code: item for item in sandbox.items}
    owners = store.rows("SELECT name FROM people WHERE number = ?", (order.owner,))
    if not owners or order.item_code not in items:
        return Refused(Refusal.NOT_FOUND, "no such person, or no such fee item")
    item, today = items[order.item_code], store.today()
    line = BillLine(item.code, item.name_zh, item.unit, 1, order.amount_fen, order.amount_fen)
    with store.transaction():
        number = store.next_number("added_bill")
        bill = Bill(
            bill_no=f"330105{today:%y}39{number:010d}",  # 39: apart from the seeded ones' 30
            version=1,
            title=item.name_zh,
            agency_code="330100999",
            agency_name=item.agency_zh,
            payer_name_masked=mask_name(owners[0]["name"]),
            lines=(line,),
            late_fee_fen=0,
            amount_fen=order.amount_fen,
            issued_on=today,
            due_on=None,
            note=order.note,
        )
        bill_desk.add_bill(store, order.owner, bill)
    return bill


def _add_switches(router: APIRouter, sandbox: Sandbox) -> None:
    store = sandbox.store

    @router.get("/state")
    async def state() -> dict[str, Any]:
        return {
            "now_s": store.now_s(),
            "today": store.today().isoformat(),
            "late_wallet": store.late,
            "faults": [asdict(fault) for fault in sandbox.faults.waiting()],
            "link": asdict(sandbox.link.state()),
        }

    @router.post("/time-shift")
    async def shift(order: TimeShift) -> dict[str, Any]:
        shift_s = store.shift_clock(order.seconds)
        return {"shift_s": shift_s, "today": date.isoformat(store.today())}

    @router.post("/policy")
    async def policy(order: Policy) -> dict[str, str]:
        store.set_late(order.late_wallet)
        return {"late_wallet": order.late_wallet}

    @router.post("/reset")
    async def start_afresh(_: Empty) -> dict[str, str]:
        sandbox.faults.clear()
        sandbox.link.heal()
        reset(store, sandbox.items, sandbox.residents)
        return {"state": "as new"}


def _add_faults(router: APIRouter, sandbox: Sandbox) -> None:
    @router.post("/faults")
    async def add(order: FaultOrder) -> dict[str, int]:
        sandbox.faults.add(Fault(**order.model_dump()))
        return {"waiting": len(sandbox.faults.waiting())}

    @router.delete("/faults")
    async def clear() -> dict[str, int]:
        sandbox.faults.clear()
        return {"waiting": 0}

    @router.post("/link")
    async def link(order: LinkOrder) -> dict[str, Any]:
        if order.heal:
            sandbox.link.heal()
        if order.mode is not None:
            sandbox.link.set_mode(order.mode)
        if order.delay_s is not None:
            sandbox.link.set_delay(order.delay_s)
        if order.line is not None:
            sandbox.link.set_line(Line(**order.line.model_dump()))
        for shot in order.arm:
            payload, find = (
                text.encode("latin-1", "replace") for text in (shot.payload, shot.find)
            )
            sandbox.link.arm(OneShot(shot.kind, shot.match, payload, shot.keep_bytes, find))
        return asdict(sandbox.link.state())
