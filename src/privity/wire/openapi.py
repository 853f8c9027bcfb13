# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The REST API as OpenAPI 3.1 (spec/openapi.json): from the routes of `wire.api` and the Structs they name."""

from __future__ import annotations

import inspect
import re
from typing import Any, Final

import msgspec

from privity.wire.api import BYTES, PAGE, PARAMETERS, QUERY, ROUTES, Caller, Content, Route
from privity.wire.errors import STATUS, ErrorBody
from privity.wire.session import COUNT_HEADER, MAC_HEADER, SESSION_HEADER
from privity.wire.staff import NONCE_HEADER, SIGNATURE_HEADER, TIME_HEADER

TEMPLATE: Final = "#/components/schemas/{name}"
_BRACES: Final = re.compile(r"\{([a-z0-9]+)\}")
_HEADERS: Final = {
    Caller.ANYBODY: (),
    Caller.DEVICE: (
        (SESSION_HEADER, "name of the session, from `Ready` on the socket"),
        (COUNT_HEADER, "a number that no other request of this session has"),
        (MAC_HEADER, "HMAC-SHA-256 in lower-case hex over method, path with query, count and the hash of the body"),
    ),
    Caller.DESK: (
        (TIME_HEADER, "milliseconds since 1970"),
        (NONCE_HEADER, "32 hex digits that no other request has"),
        (SIGNATURE_HEADER, "hex of the desk's Ed25519 signature"),
    ),
}


def document() -> dict[str, Any]:
    """The whole document, as JSON values."""
    structs = sorted(
        {content for route in ROUTES for content in (route.takes, route.answers) if isinstance(content, type)},
        key=lambda struct: struct.__name__,
    )
    _, schemas = msgspec.json.schema_components([*structs, ErrorBody], ref_template=TEMPLATE)
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Privity hub",
            "version": "1",
            "description": "Bodies are JSON, bytes in them base64. Every refusal is an ErrorBody with a code.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": {name: described(schema) for name, schema in sorted(schemas.items())},
            "responses": {"Refused": _refusal(ErrorBody), "RefusedOnAPage": _refusal(PAGE)},
            "securitySchemes": {
                name: {"type": "apiKey", "in": "header", "name": name, "description": about}
                for headers in _HEADERS.values()
                for name, about in headers
            },
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    refused = f"#/components/responses/{'RefusedOnAPage' if route.answers == PAGE else 'Refused'}"
    operation: dict[str, Any] = {
        "operationId": _name(route),
        "summary": route.about,
        "tags": [route.caller.value],
        "security": [{name: [] for name, _ in _HEADERS[route.caller]}],
        "parameters": [_in_path(name) for name in _BRACES.findall(route.path)]
        + [_in_query(name, needed=route.needs_query) for name in route.query],
        "responses": {
            str(route.success): {"description": "done", **_content(route.answers)},
            **{str(status): {"$ref": refused} for status in sorted(set(STATUS.values()))},
        },
    }
    if route.takes is not None:
        operation["requestBody"] = {"required": True, **_content(route.takes)}
    return operation


def _name(route: Route) -> str:
    """Such as `put_v1_links_code_answer`."""
    return "_".join([route.method.lower(), *re.findall(r"[a-z0-9]+", route.path)])


def _in_path(name: str) -> dict[str, Any]:
    pattern, about = PARAMETERS[name]
    schema = {"type": "string", "pattern": f"^{pattern}$"}
    return {"name": name, "in": "path", "required": True, "description": about, "schema": schema}


def _in_query(name: str, *, needed: bool) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": 0, "maximum": 10**15 - 1}
    return {"name": name, "in": "query", "required": needed, "description": QUERY[name], "schema": schema}


def _content(content: Content) -> dict[str, Any]:
    if content is None:
        return {}
    if isinstance(content, str):
        return {"content": {content: {"schema": {} if content == BYTES else {"type": "string"}}}}
    return {"content": {"application/json": {"schema": {"$ref": TEMPLATE.format(name=content.__name__)}}}}


def _refusal(content: Content) -> dict[str, Any]:
    seconds = {"description": "seconds after which to try again", "schema": {"type": "integer", "minimum": 0}}
    return {"description": "refused by name", "headers": {"Retry-After": seconds}, **_content(content)}


def described(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with the docstring of its Struct as it is meant to be read."""
    about = schema.get("description")
    return schema if about is None else {**schema, "description": inspect.cleandoc(about)}
