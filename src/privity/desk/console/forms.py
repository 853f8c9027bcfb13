# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Forms as they come from a browser, read strictly: a Struct says what each field may hold, and nothing else does."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final, TypeVar, get_origin, get_type_hints
from urllib.parse import parse_qsl

import msgspec
from aiohttp import ClientPayloadError, web

from privity.desk.console.errors import FormInvalid, FormTooLarge

MAX_FORM_BYTES: Final = 256 << 10
"""A body: the longest reason, three bytes a letter and each of them escaped, beside a passkey's answer."""

MAX_FORM_S: Final = 30
"""How long a form may take to arrive: whoever sends a letter a minute keeps no connection."""

MAX_FIELDS: Final = 1000
"""Fields of one form: a box for each message of the longest report."""

_KIND: Final = "application/x-www-form-urlencoded"

Fields = Mapping[str, list[str]]
F = TypeVar("F", bound="Form")


class Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a form may hold. A field of a list type collects; others stand once. Left empty, one counts as left out."""


async def read(request: web.Request) -> Fields:
    """The fields of a POST. Raises FormInvalid or FormTooLarge."""
    if request.content_type != _KIND:
        raise FormInvalid(f"a form comes as {_KIND}")
    if (request.content_length or 0) > MAX_FORM_BYTES:
        raise FormTooLarge(f"a form has at most {MAX_FORM_BYTES} bytes")
    try:
        async with asyncio.timeout(MAX_FORM_S):
            body = await request.read()
    except TimeoutError:
        raise FormInvalid(f"the form did not arrive within {MAX_FORM_S} seconds") from None
    except web.HTTPRequestEntityTooLarge:
        raise FormTooLarge(f"a form has at most {MAX_FORM_BYTES} bytes; this one went on") from None
    except (ConnectionError, ClientPayloadError, web.RequestPayloadError):
        raise FormInvalid("the form did not arrive whole") from None
    return fields_of(body)


def fields_of(body: bytes) -> Fields:
    """Raises FormInvalid."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            errors="strict",
            max_num_fields=MAX_FIELDS,
        )
    except ValueError:  # UnicodeDecodeError is one
        raise FormInvalid("this is not a form: its bytes are no fields") from None
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value.replace("\r\n", "\n"))
    return found


def once(fields: Fields, name: str) -> str:
    """A field that is there at most once. Raises FormInvalid."""
    values = fields.get(name, [""])
    if len(values) != 1:
        raise FormInvalid(f"the field {name} came {len(values)} times")
    return values[0]


def to(kind: type[F], fields: Fields) -> F:
    """The fields as what a page expects. Raises FormInvalid, which names the field and what it may hold."""
    hints = get_type_hints(kind)
    values: dict[str, str | list[str]] = {}
    for name, came in fields.items():
        if get_origin(hints.get(name)) is list:
            values[name] = [value for value in came if value]
        elif once(fields, name):
            values[name] = came[0]
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as err:
        raise FormInvalid(f"the form cannot be taken: {_plain(str(err))}") from None


def _plain(said: str) -> str:
    """msgspec names a field as `$.name`."""
    return said.replace("`$.", "`").replace("`", "")
