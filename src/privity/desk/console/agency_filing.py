# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Where an officer hands in a request with their passkey. Whoever comes, and with whatever, gets the same bytes.

The answer is the acknowledgement and nothing else: no look-up is made, and none could be seen in it. How a form is
shaped and how many came within the hour is looked at before; what stands in it is not.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Final

from aiohttp import web

from privity.desk.console.asked import Asked
from privity.desk.console.legal_filing import attachments_of
from privity.desk.console.pages import Open, Page, page
from privity.desk.legal.agencies import proving
from privity.desk.legal.agencies.errors import ProofRefused
from privity.desk.legal.requests import filing, signed
from privity.desk.legal.requests.model import Filing
from privity.desk.legal.requests.taking import ACKNOWLEDGEMENT
from privity.desk.legal.rulebook import strict_yaml
from privity.desk.staff.acting import Acting
from privity.desk.staff.ceremony import request_options

MAX_SIGNED: Final = 2 * strict_yaml.MAX_BYTES
MAX_OPEN: Final = 9 << 20
"""Bytes of a form that somebody sends whom nobody knows."""


async def _page(asked: Asked, acting: Acting) -> web.Response:
    return asked.html("agency-file.html", contact=asked.legal.contact, said="")


async def _sign(asked: Asked, acting: Acting) -> web.Response:
    """What the passkey is to sign: the hash of exactly these bytes. Nothing is kept yet."""
    chosen = [each.content for each in asked.files if each.field == "file"]
    written = "".join(asked.fields.get("request", ())).encode()
    request = chosen[0] if chosen else written
    if not request.strip() or len(request) > strict_yaml.MAX_BYTES or (chosen and written.strip()):
        said = f"Expected one request of at most {strict_yaml.MAX_BYTES:,} bytes: a file, or its text."
        return asked.html("agency-file.html", 400, contact=asked.legal.contact, said=said)
    try:
        challenge = proving.request_challenge(request)
    except ProofRefused as err:
        return asked.html("agency-file.html", 400, contact=asked.legal.contact, said=f"{err}.")
    return asked.html(
        "agency-file-sign.html",
        request=base64.b64encode(request).decode(),
        sha256=hashlib.sha256(request).hexdigest(),
        options=request_options(asked.legal.door.place, challenge),
        contact=asked.legal.contact,
    )


async def _file(asked: Asked, acting: Acting) -> web.Response:
    """Whatever came is taken in, and acknowledged in one way. What a passkey answered is looked at by a clerk."""
    legal = asked.legal
    legal.flood.one_more(asked.now_ms)
    attached = attachments_of(asked.files)
    if asked.answer:
        attached = (*attached, signed.beside(asked.answer, asked.browser))
    filed = Filing(_request(asked), attached)
    said = filing.submit(asked.db, asked.keys.evidence, legal.rules, filed, asked.now_ms, asked.random)
    return acknowledged(said)


def acknowledged(said: bytes = ACKNOWLEDGEMENT) -> web.Response:
    return web.Response(body=said, content_type="text/plain", charset="utf-8")


def _request(asked: Asked) -> bytes:
    """The bytes that were signed; what is no base64 is taken as it came."""
    text = "".join(asked.fields.get("request", ()))
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return text.encode("utf-8", "replace")


PAGES: Final[tuple[Page, ...]] = (
    page("GET", "/agency/file", Open.TO_EVERYBODY, _page),
    page("POST", "/agency/file/sign", Open.TO_EVERYBODY, _sign, files=MAX_SIGNED),
    page("POST", "/agency/file", Open.TO_EVERYBODY, _file, files=MAX_OPEN),
)
