"""Puts the sandbox's pages and operations together into one web application."""

from __future__ import annotations

import time
from typing import Any

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, JSONResponse

from kiosk.platform_api.openapi import openapi_document
from kiosk.sandbox.api import api_router
from kiosk.sandbox.cashier import Language, Pages, cashier_router
from kiosk.sandbox.context import Sandbox, Served
from kiosk.sandbox.control import control_router
from kiosk.sandbox.control_page import control_page_router
from kiosk.sandbox.people import demo_people


class AccessLog:
    """Keeps method, path, status and time of the latest requests: no headers, no bodies."""

    def __init__(self, app: Any, sandbox: Sandbox) -> None:
        self._app = app
        self._sandbox = sandbox

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began_s, status = time.monotonic(), 0

        async def note_status(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, note_status)
        finally:
            query = scope["query_string"].decode("latin-1")
            target = scope["path"] + (f"?{query}" if query else "")
            took_ms = (time.monotonic() - began_s) * 1000
            self._sandbox.served.append(Served(scope["method"], target, status, took_ms))


def build_app(sandbox: Sandbox) -> FastAPI:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    pages = Pages()
    app.include_router(api_router(sandbox))
    app.include_router(cashier_router(sandbox, pages))
    app.include_router(control_page_router(sandbox, pages))
    app.include_router(control_router(sandbox))

    @app.get("/openapi.json")
    async def document() -> JSONResponse:
        return JSONResponse(openapi_document())

    @app.get("/")
    async def index() -> HTMLResponse:
        return pages.show(
            "index.html",
            Language.ZH,
            people=demo_people(),
            link_url=sandbox.link.url,
            site=sandbox.site,
        )

    app.add_middleware(AccessLog, sandbox=sandbox)
    return app
