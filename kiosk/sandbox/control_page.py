"""The control page for people: the same switches as the control API, as forms without scripts."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form
from fastapi.responses import HTMLResponse, RedirectResponse

from kiosk.domain.platform import Refused
from kiosk.platform_api.services import ALL_OPERATIONS
from kiosk.platform_api.wire import MAX_FEN
from kiosk.sandbox import bill_desk, payment_desk, receipt_desk
from kiosk.sandbox.cashier import SECURITY_HEADERS, Language, Pages
from kiosk.sandbox.context import Sandbox
from kiosk.sandbox.control import YEAR_S, this_machine
from kiosk.sandbox.faults import MAX_FAULTS, Fault, FaultKind
from kiosk.sandbox.ledger import LateWallet
from kiosk.sandbox.line import Line
from kiosk.sandbox.link import LinkMode
from kiosk.sandbox.payment_book import all_payments
from kiosk.sandbox.seeding import reset

SHOWN = 50
SLOW_S = 2.0
_MODES = (
    (LinkMode.UP, "接通"),
    (LinkMode.DOWN, "断开"),
    (LinkMode.BLACK_HOLE, "黑洞"),
    (LinkMode.RESET, "重置"),
)


def control_page_router(sandbox: Sandbox, pages: Pages) -> APIRouter:
    router = APIRouter(prefix="/sandbox/page", dependencies=[Depends(this_machine)])
    _add_page(router, sandbox, pages)
    _add_line_and_faults(router, sandbox)
    _add_book(router, sandbox)
    return router


def _back(result: object = None) -> RedirectResponse:
    """See-other to the page; a refusal is told there."""
    problem = f"?problem={quote(result.detail)}" if isinstance(result, Refused) else ""
    return RedirectResponse(f"/sandbox/page{problem}", 303, SECURITY_HEADERS)


def _add_page(router: APIRouter, sandbox: Sandbox, pages: Pages) -> None:
    store = sandbox.store

    @router.get("")
    async def show(lang: Language = Language.ZH, problem: str = "") -> HTMLResponse:
        return pages.show(
            "control.html",
            lang,
            problem=problem[:200],
            site=sandbox.site,
            now=store.now_s(),
            people=store.value("SELECT count(*) FROM people"),
            open_bills=store.value("SELECT count(*) FROM bills WHERE status = 'open'"),
            link=sandbox.link.state(),
            link_modes=_MODES,
            faults=sandbox.faults.waiting(),
            fault_kinds=list(FaultKind),
            operations=[operation.name for operation in ALL_OPERATIONS],
            late=store.late,
            late_policies=list(LateWallet),
            payments=all_payments(store, SHOWN),
            receipts=receipt_desk.all_receipts(store, SHOWN),
            bills=store.rows(
                "SELECT bill_no, title, amount_fen, people.name FROM bills JOIN people"
                " ON people.number = bills.owner WHERE status = 'open'"
                " ORDER BY bills.rowid LIMIT ?",
                (SHOWN,),
            ),
        )


def _add_line_and_faults(router: APIRouter, sandbox: Sandbox) -> None:
    @router.post("/link")
    async def link(mode: Annotated[LinkMode, Form()]) -> RedirectResponse:
        sandbox.link.set_mode(mode)
        return _back()

    @router.post("/slow")
    async def slow() -> RedirectResponse:
        sandbox.link.set_line(Line(latency_s=SLOW_S))
        return _back()

    @router.post("/heal")
    async def heal() -> RedirectResponse:
        sandbox.link.heal()
        return _back()

    @router.post("/fault")
    async def fault(
        kind: Annotated[FaultKind, Form()],
        operation: Annotated[str, Form(max_length=40)] = "*",
        times: Annotated[int, Form(ge=1, le=100)] = 1,
    ) -> RedirectResponse:
        if len(sandbox.faults.waiting()) < MAX_FAULTS:
            sandbox.faults.add(Fault(kind, operation, times, seconds=SLOW_S))
        return _back()

    @router.post("/clear-faults")
    async def clear() -> RedirectResponse:
        sandbox.faults.clear()
        return _back()


def _add_book(router: APIRouter, sandbox: Sandbox) -> None:
    store = sandbox.store

    @router.post("/late")
    async def late(late_wallet: Annotated[LateWallet, Form()]) -> RedirectResponse:
        store.set_late(late_wallet)
        return _back()

    @router.post("/shift")
    async def shift(
        seconds: Annotated[float, Form(ge=-YEAR_S, le=YEAR_S, allow_inf_nan=False)],
    ) -> RedirectResponse:
        store.shift_clock(seconds)
        return _back()

    @router.post("/reset")
    async def start_afresh() -> RedirectResponse:
        sandbox.faults.clear()
        sandbox.link.heal()
        reset(store, sandbox.items, sandbox.residents)
        return _back()

    @router.post("/void")
    async def void(payment_id: Annotated[str, Form(max_length=64)]) -> RedirectResponse:
        return _back(payment_desk.void(store, payment_id))

    @router.post("/elsewhere")
    async def elsewhere(bill_no: Annotated[str, Form(max_length=20)]) -> RedirectResponse:
        return _back(payment_desk.pay_elsewhere(store, bill_no, "counter"))

    @router.post("/amount")
    async def amount(
        bill_no: Annotated[str, Form(max_length=20)],
        amount_fen: Annotated[int, Form(ge=1, le=MAX_FEN)],
    ) -> RedirectResponse:
        return _back(bill_desk.change_amount(store, bill_no, amount_fen))
