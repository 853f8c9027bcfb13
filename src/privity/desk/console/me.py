# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One's own passkeys, sessions and keys."""

from __future__ import annotations

from typing import Annotated, Final

from aiohttp import web
from msgspec import Meta

from privity.desk.console.asked import Asked
from privity.desk.console.forms import Form
from privity.desk.console.front import Label, Nothing
from privity.desk.console.pages import Open, Page, page
from privity.desk.staff import service, signing_in
from privity.desk.staff.acting import Acting

ADD: Final = "add a passkey"


class Added(Form, frozen=True):
    label: Label


class Removed(Form, frozen=True):
    passkey: Annotated[str, Meta(pattern="^(?:[0-9a-f]{2}){1,1023}$")]


class Letters(Form, frozen=True):
    on: bool = False


async def _me(asked: Asked, acting: Acting) -> web.Response:
    me = asked.me
    return asked.html(
        "me.html",
        passkeys=signing_in.passkeys(asked.db, me),
        sessions=signing_in.sessions(asked.db, me),
        labels={each.id: each.label for each in signing_in.passkeys(asked.db, me)},
    )


async def _begin(asked: Asked, acting: Acting) -> web.Response:
    """Only whoever proves a passkey now may make another one: a session left open is not enough."""
    asked.form(Nothing)
    asked.fresh(ADD)
    options = signing_in.ask_another(asked.db, asked.console.door, asked.me, asked.now_ms)
    return asked.html("another-passkey.html", options=options)


async def _add(asked: Asked, acting: Acting) -> web.Response:
    label = asked.form(Added).label
    signing_in.add_passkey(asked.db, asked.console.door, asked.me, label, asked.answer, asked.now_ms)
    return asked.go("/me")


async def _remove(asked: Asked, acting: Acting) -> web.Response:
    passkey = asked.form(Removed).passkey
    asked.fresh(f"remove passkey {passkey[:16]}")
    signing_in.remove_passkey(asked.db, asked.me, bytes.fromhex(passkey), asked.now_ms)
    return asked.go("/me")


async def _end_others(asked: Asked, acting: Acting) -> web.Response:
    asked.form(Nothing)
    signing_in.end_other_sessions(asked.db, asked.me, asked.now_ms)
    return asked.go("/me")


async def _letters(asked: Asked, acting: Acting) -> web.Response:
    service.set_letter_keys(asked.db, acting, asked.form(Letters).on)
    return asked.go("/me")


PAGES: Final[tuple[Page, ...]] = (
    page("GET", "/me", Open.TO_STAFF, _me),
    page("POST", "/me/passkeys/new", Open.TO_STAFF, _begin),
    page("POST", "/me/passkeys", Open.TO_STAFF, _add),
    page("POST", "/me/passkeys/remove", Open.TO_STAFF, _remove),
    page("POST", "/me/sessions/end", Open.TO_STAFF, _end_others),
    page("POST", "/me/letters", Open.TO_STAFF, _letters),
)
