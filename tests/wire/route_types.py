# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What each handler of the hub takes and answers, read from its source: what `wire.api` says is held against it."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from typing import Any, get_type_hints

import msgspec
from aiohttp import web

READERS = {"body", "decode", "_public_body"}
"""What turns the bytes of a request into a wire type, which it gets as its last argument."""


def handler_of(route: web.AbstractRoute) -> Callable[..., Any]:
    """The function a slice wrote, without what stands around it."""
    found: Callable[..., Any] = route.handler
    while True:
        inside = inspect.getclosurevars(found).nonlocals.get("handler")
        if inside is None:
            return found
        found = inside


def request_type(handler: Callable[..., Any]) -> type[msgspec.Struct] | None:
    """The wire type of the body; None where there is none, or it is no JSON."""
    for name, arguments in _calls(handler):
        if name in READERS and len(arguments) > 1:
            kind = _resolve(handler, arguments[-1])
            assert isinstance(kind, type) and issubclass(kind, msgspec.Struct), (handler, kind)
            return kind
    return None


def answer_type(handler: Callable[..., Any]) -> type[msgspec.Struct] | None:
    """The wire type of the answer; None where bytes or a page are answered."""
    for name, arguments in _calls(handler):
        if name == "answer":
            return _type_of(handler, arguments[0])
    return None


def _calls(handler: Callable[..., Any]) -> Iterator[tuple[str, list[ast.expr]]]:
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(handler)))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id, node.args


def _type_of(handler: Callable[..., Any], node: ast.expr) -> type[msgspec.Struct]:
    if isinstance(node, ast.Await):
        node = node.value
    assert isinstance(node, ast.Call), (handler, ast.dump(node))
    called = _resolve(handler, node.func)
    kind = called if isinstance(called, type) else get_type_hints(called)["return"]
    assert isinstance(kind, type) and issubclass(kind, msgspec.Struct), (handler, kind)
    return kind


def _resolve(handler: Callable[..., Any], node: ast.expr) -> Any:
    if isinstance(node, ast.Attribute):
        return getattr(_resolve(handler, node.value), node.attr)
    assert isinstance(node, ast.Name), ast.dump(node)
    return handler.__globals__[node.id]
