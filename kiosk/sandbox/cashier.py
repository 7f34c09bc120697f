"""The cashier's pages behind the QR code, and the page that verifies a receipt.

Plain forms without scripts: any phone can pay, and so can a test over HTTP. The token in
the address is random and names nobody.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from kiosk.domain.hours import CHINA
from kiosk.domain.money import yuan
from kiosk.domain.platform import PlatformState, Refusal, Refused
from kiosk.sandbox import open_code_desk, payment_desk, receipt_desk
from kiosk.sandbox.cashier_texts import TEXTS
from kiosk.sandbox.context import Sandbox
from kiosk.sandbox.ledger import WAITING, WalletAnswer
from kiosk.sandbox.payment_desk import Basket, Wallet

BADGES = {Wallet.ALIPAY: "支", Wallet.WECHAT: "微", Wallet.UNIONPAY: "云", Wallet.ZHELIBANAN: "浙"}
SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Language(StrEnum):
    ZH = "zh"
    EN = "en"


class WalletOutcome(StrEnum):
    SUCCESS = "success"
    DECLINE = "decline"
    ABANDON = "abandon"


class Pages:
    """Renders the templates beside this module."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=PackageLoader("kiosk.sandbox"), autoescape=True, undefined=StrictUndefined
        )
        self._environment.filters["yuan"] = yuan
        self._environment.filters["beijing"] = _beijing_time

    def show(
        self, template: str, language: Language, *, status: int = 200, **values: Any
    ) -> HTMLResponse:
        other = Language.EN if language is Language.ZH else Language.ZH
        text = self._environment.get_template(template).render(
            t=TEXTS[language], lang=str(language), other_lang=str(other), **values
        )
        return HTMLResponse(text, status_code=status, headers=SECURITY_HEADERS)


def _beijing_time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, CHINA).strftime("%Y-%m-%d %H:%M:%S")


def cashier_router(sandbox: Sandbox, pages: Pages) -> APIRouter:
    router = APIRouter()
    store = sandbox.store

    @router.get("/pay/{token}")
    async def choose(
        token: str, lang: Language = Language.ZH, declined: str = "", fresh: str = ""
    ) -> HTMLResponse:
        basket = payment_desk.basket(store, token)
        if basket is None or basket.payment.state not in WAITING:
            return _ended(pages, basket, lang, fresh=bool(fresh))
        wallets = [(str(wallet), BADGES[wallet]) for wallet in Wallet]
        return pages.show("choose.html", lang, basket=basket, wallets=wallets, declined=declined)

    @router.post("/pay/{token}/wallet")
    async def open_wallet(
        token: str, wallet: Annotated[Wallet, Form()], lang: Annotated[Language, Form()]
    ) -> RedirectResponse:
        payment_desk.begin(store, token, wallet)
        return _go(f"/pay/{token}/wallet", lang, wallet=wallet)

    @router.get("/pay/{token}/wallet")
    async def wallet_page(token: str, wallet: Wallet, lang: Language = Language.ZH) -> HTMLResponse:
        basket = payment_desk.basket(store, token)
        if basket is None or basket.payment.state not in WAITING:
            return _ended(pages, basket, lang, fresh=False)
        return pages.show(
            "wallet.html", lang, basket=basket, wallet=str(wallet), badge=BADGES[wallet]
        )

    @router.post("/pay/{token}/confirm")
    async def confirm(
        token: str,
        wallet: Annotated[Wallet, Form()],
        outcome: Annotated[WalletOutcome, Form()],
        lang: Annotated[Language, Form()] = Language.ZH,
    ) -> RedirectResponse:
        if outcome is not WalletOutcome.SUCCESS:
            payment_desk.give_up(store, token)
            declined = outcome is WalletOutcome.DECLINE
            return _go(f"/pay/{token}", lang, declined="1" if declined else "")
        verdict = payment_desk.pay(store, token, wallet)
        fresh = verdict is WalletAnswer.PAID_NOW
        return _go(f"/pay/{token}", lang, fresh="1" if fresh else "")

    @router.get("/open/{token}")
    async def open_code(
        token: str, lang: Language = Language.ZH, problem: str = ""
    ) -> HTMLResponse:
        code = open_code_desk.open_code(store, sandbox.items, token)
        if code is not None and not code.is_payable:
            kind = "already" if code.receipt_no else "closed"
            return pages.show("ended.html", lang, kind=kind, basket=None)
        status = 404 if code is None else 200
        return pages.show("open.html", lang, status=status, code=code, problem=bool(problem))

    @router.post("/open/{token}")
    async def pay_open_code(
        token: str,
        number: Annotated[str, Form(max_length=32)],
        lang: Annotated[Language, Form()] = Language.ZH,
    ) -> RedirectResponse:
        paid = open_code_desk.pay_open_code(store, sandbox.items, token, number.strip().upper())
        wrong = isinstance(paid, Refused) and paid.code is Refusal.INVALID
        return _go(f"/open/{token}", lang, problem="1" if wrong else "")

    @router.get("/v/{receipt_no}/{check_code}")  # on paper: short
    @router.get("/verify/{receipt_no}/{check_code}")
    async def verify(
        receipt_no: str, check_code: str, lang: Language = Language.ZH
    ) -> HTMLResponse:
        verified = receipt_desk.verify(store, receipt_no, check_code)
        status = 404 if verified is None else 200
        return pages.show("verify.html", lang, status=status, verified=verified)

    return router


def _go(path: str, lang: Language, **query: str) -> RedirectResponse:
    """See-other, so that reloading the page it leads to pays nothing."""
    parts = [f"{name}={value}" for name, value in query.items() if value]
    target = path + "?" + "&".join([f"lang={lang}", *parts])
    return RedirectResponse(target, status_code=303, headers=SECURITY_HEADERS)


def _ended(pages: Pages, basket: Basket | None, lang: Language, *, fresh: bool) -> HTMLResponse:
    if basket is None:
        return pages.show("ended.html", lang, status=404, kind="unknown", basket=None)
    kinds = {
        PlatformState.PAID: "paid" if fresh else "already",
        PlatformState.VOIDED: "voided",
    }
    kind = kinds.get(basket.payment.state, "closed")
    return pages.show("ended.html", lang, kind=kind, basket=basket)
