# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The pages as an application: the door, the session, the right and the form come before any page, in this order."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Middleware

from privity.desk.config import DeskConfig
from privity.desk.console import csrf, forms, guard, headers, uploads
from privity.desk.console.asked import ANSWER, Asked, Console
from privity.desk.console.cookies import Cookies
from privity.desk.console.legal_desk import LegalDesk
from privity.desk.console.media import Pictures
from privity.desk.console.pages import Open, Page
from privity.desk.console.problems import answer_to
from privity.desk.console.recordings import Recordings
from privity.desk.console.referrals import Referrals
from privity.desk.console.rendering import Templates
from privity.desk.console.table import TABLE
from privity.desk.db.transaction import Db
from privity.desk.errors import DeskError
from privity.desk.intake.again import Again
from privity.desk.keys import DeskKeys
from privity.desk.staff import signing_in
from privity.desk.staff.acting import Acting
from privity.desk.staff.ceremony import Place
from privity.desk.staff.challenges import Challenges
from privity.desk.staff.codes import Tries
from privity.desk.staff.errors import NotSignedIn
from privity.desk.staff.model import SignedIn
from privity.wire.staff import ProfileFacts

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
NOBODY: Final = Acting("nobody", frozenset())
"""Whoever is at the door."""


def console_of(
    db: Db,
    keys: DeskKeys,
    config: DeskConfig,
    now_ms: Callable[[], int],
    random: Callable[[int], bytes],
    referrals: Referrals | None = None,
    profile: Callable[[str], Awaitable[ProfileFacts]] | None = None,
    again: Again | None = None,
    legal: LegalDesk | None = None,
) -> Console:
    """What the pages share. The configuration says at which address people open them."""
    url = urlsplit(config.console_url)
    place = Place(config.console_url, url.hostname or "")
    pictures = Pictures(db, keys, config.exposure, now_ms, random)
    return Console(
        db=db,
        keys=keys,
        config=config,
        door=signing_in.Door(place, Challenges(random), Tries(), random),
        cookies=Cookies(secure=url.scheme == "https"),
        templates=Templates(),
        pictures=pictures,
        recordings=Recordings(db, keys, config.exposure, now_ms, pictures),
        now_ms=now_ms,
        random=random,
        referrals=referrals,
        profile=profile,
        again=again,
        legal=legal,
    )


def build_app(console: Console, table: tuple[Page, ...] = TABLE) -> web.Application:
    """All pages over one desk."""
    app = web.Application(middlewares=[_outermost(console)], client_max_size=forms.MAX_FORM_BYTES)
    for page in table:
        app.router.add_route(page.method, page.path, partial(_answer, console, page))
    app.on_shutdown.append(console.looks.stop)
    return app


def _outermost(console: Console) -> Middleware:
    """Whatever happens inside leaves as a page with the headers of all pages."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            guard.check(request, console.origin)
            response = await handler(request)
        except Exception as err:  # noqa: BLE001  # where a bug ends: whoever asked learns that there was one, and no more
            response = answer_to(_nobody(console, request), err)
        headers.put_on(response)
        return response

    return middleware


async def _answer(console: Console, page: Page, request: web.Request) -> web.StreamResponse:
    asked = _asked(console, request)
    try:
        if page.needs is Open.TO_EVERYBODY:
            acting = NOBODY if asked.somebody is None else asked.somebody.acting
        else:
            acting = asked.me.acting
        if not isinstance(page.needs, Open):
            acting.must(page.needs)
        if page.method == "POST":
            asked = await _with_form(asked, request, page)
        response = await page.handler(asked, acting)
    except DeskError as err:
        response = answer_to(asked, err)
    is_page = response.content_type == "text/html"
    if is_page and asked.somebody is None and asked.cookie != _door_cookie(console, request):
        console.cookies.set(response, console.cookies.door, asked.cookie)
    return response


def _asked(console: Console, request: web.Request) -> Asked:
    now_ms = console.now_ms()
    token = console.cookies.read(request, console.cookies.session)
    somebody = _somebody(console, token, now_ms)
    if somebody is None:
        token = _door_cookie(console, request) or console.cookies.fresh(console.random)
    return Asked(
        console=console,
        path=request.path,
        parts=dict(request.match_info),
        asked_for=forms.fields_of(request.rel_url.raw_query_string.encode("ascii", "replace")),
        fields={},
        answer="",
        cookie=token,
        somebody=somebody,
        now_ms=now_ms,
    )


def _nobody(console: Console, request: web.Request) -> Asked:
    """For a page that says what went wrong before it was known who asks."""
    return Asked(console, request.path, {}, {}, {}, "", "", None, console.now_ms())


def _somebody(console: Console, token: str, now_ms: int) -> SignedIn | None:
    if not token:
        return None
    try:
        return signing_in.signed_in(console.db, token, now_ms)
    except NotSignedIn:
        return None


def _door_cookie(console: Console, request: web.Request) -> str:
    return console.cookies.read(request, console.cookies.door)


async def _came(asked: Asked, request: web.Request, page: Page) -> tuple[forms.Fields, tuple[uploads.Upload, ...]]:
    if not page.files:
        return await forms.read(request), ()
    if page.needs is not Open.TO_EVERYBODY:
        return await uploads.read(request, page.files)
    with asked.console.strangers.one_more():
        return await uploads.read(request, page.files)


async def _with_form(asked: Asked, request: web.Request, page: Page) -> Asked:
    came, files = await _came(asked, request, page)
    fields = dict(came)
    csrf.check(asked.cookie, forms.once(fields, csrf.FIELD))
    answer = forms.once(fields, ANSWER)
    fields = {name: values for name, values in fields.items() if name not in (csrf.FIELD, ANSWER)}
    return Asked(
        asked.console,
        asked.path,
        asked.parts,
        asked.asked_for,
        fields,
        answer,
        asked.cookie,
        asked.somebody,
        asked.now_ms,
        files,
    )
