# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The door: which requests are looked at. A name that was pointed here shows in `Host`, another site in `Origin`."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from privity.desk.console.errors import ForeignRequest, WrongHost

_READS: Final = frozenset({"GET", "HEAD"})
_OWN: Final = frozenset({"same-origin", "none"})
"""What a browser says of where a request comes from: our own page, or the person's own doing."""


def check(request: web.Request, origin: str) -> None:
    """Raise WrongHost or ForeignRequest unless a page of this desk, or the person, made the request."""
    hosts = request.headers.getall("Host", [])
    if len(hosts) != 1 or hosts[0].lower() != urlsplit(origin).netloc:
        raise WrongHost(f"this desk is opened as {origin}, and by no other name")
    origins = request.headers.getall("Origin", [])
    site = request.headers.get("Sec-Fetch-Site")
    if request.method in _READS:
        if any(each != origin for each in origins) or not (site is None or site in _OWN or _is_a_link(request)):
            raise ForeignRequest("another site made this request")
    elif origins != [origin] or site not in (None, "same-origin"):
        raise ForeignRequest("this was not sent by a page of this desk")


def _is_a_link(request: web.Request) -> bool:
    """A link of another site that the person followed: it brings no cookie, and leads to the way in."""
    return (request.headers.get("Sec-Fetch-Mode"), request.headers.get("Sec-Fetch-Dest")) == ("navigate", "document")
