"""The OpenAPI 3.1 document of the platform API, made from the models the code runs on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from kiosk.domain.platform import PlatformState
from kiosk.platform_api import wire
from kiosk.platform_api.examples import EXAMPLES, NONCE, Example, refusal
from kiosk.platform_api.operations import REFUSAL_STATUS, Operation
from kiosk.platform_api.services import ALL_OPERATIONS

_REF = "#/components/schemas/"


def openapi_document() -> dict[str, Any]:
    """The document as plain data, ready for json.dump; no server is needed."""
    models: list[type[BaseModel]] = [operation.answer for operation in ALL_OPERATIONS]
    models += [operation.request for operation in ALL_OPERATIONS if operation.request is not None]
    models.append(wire.Problem)
    _, schemas = models_json_schema(
        [(model, "validation") for model in models], ref_template=_REF + "{model}"
    )
    paths: dict[str, Any] = {}
    for operation in ALL_OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "公共支付平台 · public payment platform",
            "version": "1.0.0",
            "summary": "What a payment kiosk asks of the platform that knows bills and money.",
            "description": (
                "Amounts are integers of fen. Subjects travel in bodies, never in URLs. "
                f"Every answer echoes the request's {wire.REQUEST_ID_HEADER}; without the "
                "echo it is no answer. Only state `paid` means paid: a timeout, a 5xx or an "
                "expired code never mean that nothing happened."
            ),
        },
        "paths": paths,
        "components": {"schemas": schemas["$defs"]},
    }


def _operation(operation: Operation) -> dict[str, Any]:
    example = EXAMPLES[operation.name]
    answers = {"example": example.answer, **example.others}
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": _parameters(operation, example),
        "responses": {
            "200": _response("The answer.", "application/json", operation.answer, answers)
        },
    }
    if links := _links(operation):
        described["responses"]["200"]["links"] = links
    for status in sorted({REFUSAL_STATUS[code] for code in operation.refusals}):
        codes = sorted(code for code in operation.refusals if REFUSAL_STATUS[code] == status)
        text = "Refused, nothing happened: " + ", ".join(codes)
        described["responses"][str(status)] = _response(
            text,
            "application/problem+json",
            wire.Problem,
            {str(code): refusal(code) for code in codes},
        )
    if operation.request is not None:
        assert example.request is not None
        content = _content(operation.request, {"example": example.request})
        described["requestBody"] = {"required": True, "content": {"application/json": content}}
    return described


def _links(operation: Operation) -> dict[str, Any]:
    """What an id in the answer is good for."""
    given = {name for name in operation.answer.model_fields if name.endswith("_id")}
    found = {}
    for other in ALL_OPERATIONS:
        for name in given & set(re.findall(r"{(\w+)}", other.path)):
            value = f"$response.body#/{name}"
            found[other.name] = {"operationId": other.name, "parameters": {name: value}}
    return found


def _parameters(operation: Operation, example: Example) -> list[dict[str, Any]]:
    identifier = {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"}
    nonce = {"type": "string", "pattern": wire.NONCE}
    found = [_parameter(name, "path", identifier, value) for name, value in example.ids.items()]
    found.append(_parameter(wire.REQUEST_ID_HEADER, "header", nonce, NONCE))
    if operation.idempotency_key:
        key = getattr(example.request, "payment_id", "")
        found.append(_parameter(wire.IDEMPOTENCY_HEADER, "header", identifier, key))
    if operation.long_poll:
        states = {"type": "string", "enum": [str(state) for state in PlatformState]}
        wait = {"type": "number", "minimum": 0, "maximum": wire.MAX_WAIT_S, "default": 0}
        found.append(_parameter("known", "query", states, str(PlatformState.OPEN), required=False))
        found.append(_parameter("wait_s", "query", wait, 0, required=False))
    return found


def _parameter(
    name: str, place: str, schema: dict[str, Any], example: str | int, *, required: bool = True
) -> dict[str, Any]:
    return {"name": name, "in": place, "required": required, "schema": schema, "example": example}


def _response(
    text: str, media_type: str, model: type[wire.Answer], examples: Mapping[str, wire.Answer]
) -> dict[str, Any]:
    echo = {"schema": {"type": "string"}, "example": NONCE}
    return {
        "description": text,
        "headers": {wire.REQUEST_ID_HEADER: echo},
        "content": {media_type: _content(model, examples)},
    }


def _content(
    model: type[wire.Request | wire.Answer],
    examples: Mapping[str, wire.Request] | Mapping[str, wire.Answer],
) -> dict[str, Any]:
    shown = {name: {"value": value.model_dump(mode="json")} for name, value in examples.items()}
    return {"schema": {"$ref": _ref(model)}, "examples": shown}


def _ref(model: type[wire.Request | wire.Answer]) -> str:
    return _REF + model.__name__
