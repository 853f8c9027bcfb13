# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`/notice`: the form, the receipt, what became of a notice, and an appeal. Pages for anybody, without a session.

No cookie is set and none is read, so that a page of another site can send nothing in anybody's name; what comes from
one all the same is refused, since it would spend the limits of whoever looks at it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib.resources import files
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from privity.server.context import HubContext
from privity.server.limits import MAX_FORM_BYTES, address_key
from privity.server.notices import forms, page, service
from privity.server.notices.forms import Incomplete
from privity.server.notices.words import Words, words_for
from privity.server.sessions.requests import caller_address, read_of_stranger
from privity.wire.errors import STATUS, Code, Refusal

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}
"""Without `same-origin` a browser would name no origin with a form, and we could not tell ours from others."""

Handler = Callable[[web.Request, Words], Awaitable[web.Response]]


def routes(context: HubContext) -> list[web.RouteDef]:
    style = files("privity.server.notices").joinpath("notice.css").read_text("utf-8")

    def shown(handler: Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
        """A refusal is a page too."""

        async def answered(request: web.Request) -> web.Response:
            words = words_for(request.headers.get("Accept-Language", ""))
            try:
                context.limits.take("notice.page", address_key(caller_address(request, context.config)))
                return await handler(request, words)
            except Refusal as refusal:
                context.metrics.refused(refusal.code)
                answer = _html(page.refused(words, refusal.body), STATUS[refusal.code])
                if refusal.body.retry_after_ms is not None:
                    answer.headers["Retry-After"] = str(-(-refusal.body.retry_after_ms // 1000))
                return answer

        return answered

    async def form(request: web.Request, words: Words) -> web.Response:
        service.intake_key(context)
        return _html(page.form(words, context.config.host, {}, {}))

    async def submit(request: web.Request, words: Words) -> web.Response:
        fields = await _fields(request, context, forms.NOTICE)
        try:
            notice = forms.notice(fields, words.language)
        except Incomplete as err:
            return _html(page.form(words, context.config.host, fields, err.problems), STATUS[Code.MALFORMED])
        handed = await service.submit(context, caller_address(request, context.config), notice)
        return _html(page.received(words, handed))

    async def ask_status(request: web.Request, words: Words) -> web.Response:
        return _html(page.ask_status(words))

    async def status(request: web.Request, words: Words) -> web.Response:
        typed = forms.handed(await _fields(request, context, forms.STATUS))
        found = await service.look_up(context, caller_address(request, context.config), typed)
        return _html(page.status(words, typed, found, context.now_ms(), {}, {}))

    async def appeal(request: web.Request, words: Words) -> web.Response:
        fields = await _fields(request, context, forms.APPEAL)
        typed, address = forms.handed(fields), caller_address(request, context.config)
        try:
            text = forms.appeal(fields)
        except Incomplete as err:
            found = await service.look_up(context, address, typed)
            again = page.status(words, typed, found, context.now_ms(), fields, err.problems)
            return _html(again, STATUS[Code.MALFORMED])
        await service.appeal(context, address, typed, text)
        return _html(page.appealed(words, typed))

    async def css(request: web.Request) -> web.Response:
        return web.Response(text=style, content_type="text/css", charset="utf-8", headers=HEADERS)

    return [
        web.get("/notice", shown(form)),
        web.post("/notice", shown(submit)),
        web.get("/notice/status", shown(ask_status)),
        web.post("/notice/status", shown(status)),
        web.post("/notice/appeal", shown(appeal)),
        web.get("/notice/style.css", css),
    ]


async def _fields(request: web.Request, context: HubContext, names: frozenset[str]) -> forms.Fields:
    body = await read_of_stranger(request, context, MAX_FORM_BYTES)
    _check_own_page(request)
    if request.content_type != "application/x-www-form-urlencoded":
        raise Refusal(Code.MALFORMED, "a form comes as application/x-www-form-urlencoded")
    return forms.read(body, names)


def _check_own_page(request: web.Request) -> None:
    """Raise NOT_ALLOWED for a form that a browser sends from a page of another site."""
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site", "same-origin")
    foreign = origin is not None and urlsplit(origin).netloc.lower() != request.host.lower()
    if foreign or site not in ("same-origin", "none"):
        raise Refusal(
            Code.NOT_ALLOWED, "this form was sent from a page of another site; open it here and send it again"
        )


def _html(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8", headers=HEADERS)
