# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The API documents say what the hub does: every route with its types, and files that are what the code generates."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from aiohttp import web

from privity.server.app import SLICES, build_app
from privity.server.sessions.requests import STAFF_PREFIX, _is_public
from privity.wire import asyncapi, openapi, socket
from privity.wire.api import BYTES, FORM, PARAMETERS, ROUTES, Caller
from privity.wire.errors import STATUS, Code
from tests.attacks.open_hub import open_hub
from tests.wire.documents import DOCUMENTS, ROOT
from tests.wire.route_types import answer_type, handler_of, request_type

BY_KEY = {(route.method, route.path): route for route in ROUTES}


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[list[web.AbstractRoute]]:
    async with open_hub(tmp_path) as hub:
        app = build_app(hub.world.context, (*SLICES, hub.world.parts))
        yield [route for route in app.router.routes() if route.method != "HEAD"]


def key(route: web.AbstractRoute) -> tuple[str, str]:
    assert route.resource is not None
    return route.method, route.resource.canonical


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_what_the_code_generates(name: str) -> None:
    assert (ROOT / name).read_text("utf-8") == DOCUMENTS[name](), f"{name} is older than the code: run `make spec`"


async def test_every_route_is_in_the_table_once_and_the_table_has_no_other(served: list[web.AbstractRoute]) -> None:
    assert sorted(map(key, served)) == sorted((route.method, route.path) for route in ROUTES)


async def test_each_route_takes_and_answers_what_the_table_says(served: list[web.AbstractRoute]) -> None:
    for route in served:
        said, handler = BY_KEY[key(route)], handler_of(route)
        takes, answers = request_type(handler), answer_type(handler)
        assert takes is (said.takes if isinstance(said.takes, type) else None), key(route)
        assert answers is (said.answers if isinstance(said.answers, type) else None), key(route)


async def test_a_wrong_row_would_be_noticed(served: list[web.AbstractRoute]) -> None:
    """The reader of handlers reads something: of most routes both types, and never one for another."""
    taken = {key(route): request_type(handler_of(route)) for route in served}
    assert len([kind for kind in taken.values() if kind is not None]) > 40
    assert taken["POST", "/v1/rooms/{id}/commit"] is not taken["POST", "/v1/rooms"]


async def test_each_path_matches_what_the_router_matches(served: list[web.AbstractRoute]) -> None:
    for route in served:
        assert route.resource is not None
        pattern = route.resource.get_info().get("pattern")
        if pattern is not None:
            parts = dict(re.findall(r"\(\?P<([a-z0-9]+)>(.*?)\)(?=/|$)", pattern.pattern))
            assert parts == {name: PARAMETERS[name][0] for name in parts}, key(route)
            assert parts, key(route)


def test_who_may_call_is_what_the_layer_that_asks_for_sessions_says() -> None:
    values = {"id": "a" * 26, "user": "a" * 26, "asker": "a" * 26, "code": "abcdefgh", "sha256": "0" * 64}
    for route in ROUTES:
        path = route.path.format(**values, target="x", handle="x", index=1, seq=1, table="device")
        desk = path.startswith(STAFF_PREFIX)
        assert (route.caller is Caller.DESK) == desk, route.path
        assert (route.caller is Caller.ANYBODY) == (not desk and _is_public(route.method, path)), route.path


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*map(references, value.values()))
    return set().union(*map(references, value)) if isinstance(value, list) else set()


def found(document: dict[str, Any], reference: str) -> Any:
    at: Any = document
    for part in reference.removeprefix("#/").split("/"):
        at = at[part]
    return at


@pytest.mark.parametrize("document", [openapi.document(), asyncapi.document()], ids=["openapi", "asyncapi"])
def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    named = references(document)
    assert len(named) > 15
    for reference in named:
        assert found(document, reference), reference


def test_operations_have_names_of_their_own_and_say_every_refusal() -> None:
    document = openapi.document()
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations) == len(ROUTES)
    for operation in operations:
        assert {str(status) for status in STATUS.values()} < operation["responses"].keys()
    codes = document["components"]["schemas"]["Code"]["enum"]
    assert codes == sorted(code.value for code in Code)


def test_a_body_that_is_no_json_says_so() -> None:
    paths = openapi.document()["paths"]
    assert list(paths["/v1/blobs"]["post"]["requestBody"]["content"]) == [BYTES]
    assert list(paths["/notice"]["post"]["requestBody"]["content"]) == [FORM]


def test_every_frame_of_the_socket_is_a_message_of_its_direction() -> None:
    document = asyncapi.document()
    for name, frames in (("fromHub", get_args(socket.FromHub)), ("fromDevice", get_args(socket.FromDevice))):
        said = [reference["$ref"].rpartition("/")[2] for reference in document["operations"][name]["messages"]]
        assert said == [frame.__name__ for frame in frames]
    for frame in (*get_args(socket.FromHub), *get_args(socket.FromDevice)):
        schema = document["components"]["schemas"][frame.__name__]["schema"]
        tag = msgspec.inspect.type_info(frame).tag  # type: ignore[attr-defined]  # a StructType: frames are Structs
        assert schema["prefixItems"][0] == {"enum": [tag]}
