# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The door: who is let in before any route is looked at.

A local port is open to every page of the browser and to every program of the machine. A page of another origin cannot
hide its `Origin`; a name that was pointed to this address shows in `Host`; everybody else lacks the secret.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

import msgspec
from aiohttp import ClientPayloadError, web
from aiohttp.typedefs import Middleware

from privity.faces.app.errors import (
    ForeignOrigin,
    Malformed,
    NoSession,
    NotThere,
    TokenRefused,
    TooManyPages,
    WrongHost,
)
from privity.faces.app.headers import HEADERS
from privity.faces.app.port.envelopes import Problem
from privity.faces.app.problems import BUG, FORESEEN, problem_of
from privity.faces.app.tokens import Doorkeeper
from privity.server.web import log_bug

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
SCHEME: Final = "Privity "
_STATUS: Final[tuple[tuple[type[Exception], int], ...]] = (
    (WrongHost, 421),
    (ForeignOrigin, 403),
    (TokenRefused, 403),
    (NoSession, 401),
    (TooManyPages, 429),
    (Malformed, 400),
    (NotThere, 404),
)
"""What is not named here was asked for rightly and could not be done: 409."""
_SAME: Final = (None, "same-origin", "none")
"""What a browser says of where a request comes from: our own page, or the person's own doing."""


def check_origin(request: web.Request, port: int) -> None:
    """Raise WrongHost or ForeignOrigin unless our own page, or the person, made the request."""
    hosts = request.headers.getall("Host", [])
    if len(hosts) != 1 or hosts[0] not in (f"127.0.0.1:{port}", f"localhost:{port}"):
        raise WrongHost("this address is asked for as 127.0.0.1 or localhost, and by no other name")
    origins = request.headers.getall("Origin", [])
    ours = f"http://{hosts[0]}"
    changes = request.method not in ("GET", "HEAD") or request.headers.get("Upgrade") is not None
    if (changes and not origins) or any(origin != ours for origin in origins):
        raise ForeignOrigin("only the page of this program may ask that")
    if request.headers.get("Sec-Fetch-Site") not in _SAME and not _leads_to_the_page(request):
        raise ForeignOrigin("another site made this request")


def _leads_to_the_page(request: web.Request) -> bool:
    """A link or our own file that leads a browser to the page, which says nothing without a secret."""
    return (request.method, request.path, request.headers.get("Sec-Fetch-Mode")) == ("GET", "/", "navigate")


def session_of(request: web.Request) -> str:
    """The session that the request carries, whatever it is worth. Raises NoSession."""
    word = request.headers.get("Authorization", "")
    if not word.startswith(SCHEME):
        raise NoSession("this needs the session of a page")
    return word.removeprefix(SCHEME)


def check_session(request: web.Request, doorkeeper: Doorkeeper) -> None:
    """Raise NoSession unless the request carries a session that was given here."""
    doorkeeper.check(session_of(request))


def refused(problem: Problem, status: int) -> web.Response:
    return web.Response(body=msgspec.json.encode(problem), status=status, content_type="application/json")


def door(port: Callable[[], int]) -> Middleware:
    """The outermost layer: checks who asks, names what goes wrong, and puts the headers on every answer."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        answer = await _answered(request, handler, port())
        if not answer.prepared:
            for name, value in HEADERS.items():
                answer.headers.setdefault(name, value)
        return answer

    return middleware


async def _answered(request: web.Request, handler: Handler, port: int) -> web.StreamResponse:
    try:
        check_origin(request, port)
        return await handler(request)
    except FORESEEN as err:
        return refused(problem_of(err), next((status for kind, status in _STATUS if isinstance(err, kind)), 409))
    except web.HTTPException as err:
        return refused(Problem(name="Http", text=f"The request ended with HTTP status {err.status}."), err.status)
    except (ConnectionError, ClientPayloadError, web.RequestPayloadError) as err:
        return refused(Problem(name="Malformed", text=f"The connection broke: {type(err).__name__}."), 400)
    except Exception as err:  # noqa: BLE001  # where a bug ends: whoever asked learns that there was one, and no more
        log_bug(err)
        return refused(BUG, 500)
