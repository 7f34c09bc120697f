"""Handlers of the operations in `services`: wire in, desk, wire out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from fastapi import Request

from kiosk.domain.platform import Refusal, Refused
from kiosk.platform_api import services
from kiosk.platform_api import wire_services as wire
from kiosk.platform_api.open_codes import signature_of
from kiosk.platform_api.signing_keys import Algorithm, KeyUnusable, verifying_key
from kiosk.platform_api.wire import Request as Body
from kiosk.sandbox import open_code_desk, service_desk
from kiosk.sandbox.context import Handler, Result, Sandbox
from kiosk.sandbox.guides import GUIDES, NOTICE_EN, NOTICE_ZH
from kiosk.sandbox.open_code_desk import Block

CATALOGUE_VERSION = 1
HEARTBEAT_S = 300.0
RECONNECT_WINDOW_S = 5.0
ENROLMENT_CODE = "DEMO-DEMO"  # the only one; in service each kiosk gets its own, once


async def _verify_receipt(sandbox: Sandbox, _: Request, body: Body | None) -> Result:
    assert isinstance(body, wire.VerifyReceiptRequest)
    return service_desk.verify_receipt(sandbox.store, body)


async def _write_off(sandbox: Sandbox, request: Request, body: Body | None) -> Result:
    assert isinstance(body, wire.WriteOffRequest)
    return service_desk.write_off(sandbox.store, request.path_params["write_off_id"], body)


async def _request_refund(sandbox: Sandbox, request: Request, body: Body | None) -> Result:
    assert isinstance(body, wire.RefundRequest)
    return service_desk.request_refund(sandbox.store, request.path_params["request_id"], body)


async def _query_refund(sandbox: Sandbox, request: Request, _: Body | None) -> Result:
    return service_desk.query_refund(sandbox.store, request.path_params["request_id"])


async def _fetch_open_codes(sandbox: Sandbox, request: Request, body: Body | None) -> Result:
    assert isinstance(body, wire.OpenCodesRequest)
    block_id = request.path_params["block_id"]
    block = open_code_desk.open_codes(sandbox.store, sandbox.items, block_id, body)
    return block if isinstance(block, Refused) else _signed(sandbox, block)


def _signed(sandbox: Sandbox, block: Block) -> wire.OpenCodesAnswer:
    unsigned = "A" * 86 + "=="
    answer = wire.OpenCodesAnswer(
        block_id=block.block_id,
        kiosk_id=block.kiosk_id,
        item_code=block.item.code,
        item_name=block.item.name_zh,
        agency_name=block.item.agency_zh,
        amount_fen=block.amount_fen,
        expires_at=datetime.fromtimestamp(block.expires_s, UTC),
        codes=tuple(
            wire.OpenCodeBody(
                serial=serial, code=code, qr_url=f"{sandbox.site}/open/{token}", signature=unsigned
            )
            for serial, code, token in block.codes
        ),
    )
    codes = tuple(
        code.model_copy(update={"signature": signature_of(answer, code, sandbox.seal.own)})
        for code in answer.codes
    )
    return answer.model_copy(update={"codes": codes})


async def _report_open_codes(sandbox: Sandbox, _: Request, body: Body | None) -> Result:
    assert isinstance(body, wire.ReportOpenCodesRequest)
    return open_code_desk.report_open_codes(sandbox.store, body)


async def _fetch_statement(sandbox: Sandbox, _: Request, body: Body | None) -> Result:
    assert isinstance(body, wire.StatementRequest)
    return service_desk.statement(sandbox.store, body)


async def _fetch_catalogue(sandbox: Sandbox, _: Request, __: Body | None) -> Result:
    items = tuple(wire.CatalogueItem.model_validate(asdict(item)) for item in sandbox.items)
    return wire.CatalogueAnswer(version=CATALOGUE_VERSION, items=items)


async def _fetch_guides(_: Sandbox, __: Request, ___: Body | None) -> Result:
    return wire.GuidesAnswer(version=CATALOGUE_VERSION, guides=GUIDES)


async def _fetch_notices(sandbox: Sandbox, _: Request, __: Body | None) -> Result:
    now = datetime.fromtimestamp(sandbox.store.now_s(), UTC)
    notice = wire.NoticeBody(
        notice_id="sandbox",
        text_zh=NOTICE_ZH,
        text_en=NOTICE_EN,
        since=now - timedelta(days=1),
        until=now + timedelta(days=1),
    )
    return wire.NoticesAnswer(notices=(notice,))


async def _rate(sandbox: Sandbox, request: Request, body: Body | None) -> Result:
    assert isinstance(body, wire.RatingRequest)
    return service_desk.rate(sandbox.store, request.path_params["rating_id"], body)


async def _register(sandbox: Sandbox, request: Request, body: Body | None) -> Result:
    assert isinstance(body, wire.RegisterRequest)
    kiosk_id: str = request.path_params["kiosk_id"]
    if body.enrolment_code != ENROLMENT_CODE:
        return Refused(Refusal.NOT_FOUND, "no such enrolment code")
    try:
        key = verifying_key(body.public_key.encode(), Algorithm(body.algorithm), "public_key")
    except KeyUnusable as trouble:
        return Refused(Refusal.INVALID, str(trouble))
    if key.algorithm is not sandbox.seal.algorithm:
        return Refused(Refusal.INVALID, f"this platform signs with {sandbox.seal.algorithm}")
    if not sandbox.seal.register(kiosk_id, key):
        return Refused(Refusal.RATE_LIMITED, "there are devices enough")
    service_desk.register(sandbox.store, kiosk_id, body)
    return wire.RegisterAnswer(
        kiosk_id=kiosk_id,
        registered_at=datetime.fromtimestamp(sandbox.store.now_s(), UTC),
        reconnect_window_s=RECONNECT_WINDOW_S,
    )


async def _renew(sandbox: Sandbox, request: Request, body: Body | None) -> Result:
    assert isinstance(body, wire.RenewRequest)
    kiosk_id: str = request.path_params["kiosk_id"]
    made = sandbox.authority.certificate_for(body.csr, kiosk_id, sandbox.store.now_s())
    if made is None or body.kiosk_id != kiosk_id:
        return Refused(Refusal.INVALID, "csr is no request for a certificate of this kiosk")
    return wire.RenewAnswer(kiosk_id=kiosk_id, certificate=made[0], until=made[1])


async def _heartbeat(sandbox: Sandbox, _: Request, body: Body | None) -> Result:
    assert isinstance(body, wire.HeartbeatRequest)
    service_desk.beat(sandbox.store, body)
    return wire.HeartbeatAnswer(
        time=datetime.fromtimestamp(sandbox.store.now_s(), UTC),
        next_in_s=HEARTBEAT_S,
        reconnect_window_s=RECONNECT_WINDOW_S,
    )


SERVICE_HANDLERS: Mapping[str, Handler] = MappingProxyType(
    {
        services.VERIFY_RECEIPT.name: _verify_receipt,
        services.WRITE_OFF.name: _write_off,
        services.FETCH_OPEN_CODES.name: _fetch_open_codes,
        services.REPORT_OPEN_CODES.name: _report_open_codes,
        services.REQUEST_REFUND.name: _request_refund,
        services.QUERY_REFUND.name: _query_refund,
        services.FETCH_STATEMENT.name: _fetch_statement,
        services.FETCH_CATALOGUE.name: _fetch_catalogue,
        services.FETCH_GUIDES.name: _fetch_guides,
        services.FETCH_NOTICES.name: _fetch_notices,
        services.RATE.name: _rate,
        services.REGISTER.name: _register,
        services.RENEW.name: _renew,
        services.HEARTBEAT.name: _heartbeat,
    }
)
