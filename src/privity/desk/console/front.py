# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The ways in and out: a first passkey by a code, signing in, signing out; and the page with all keys."""

from __future__ import annotations

from typing import Annotated, Final

from aiohttp import web
from msgspec import Meta

from privity.desk.console.asked import Asked
from privity.desk.console.forms import Form
from privity.desk.console.nav import PLACES
from privity.desk.console.pages import Open, Page, page
from privity.desk.limits import MAX_NAME_CHARS
from privity.desk.staff import signing_in
from privity.desk.staff.acting import Acting
from privity.desk.staff.errors import ChallengeRefused

Code = Annotated[str, Meta(min_length=1, max_length=300)]
"""A code, its two halves, or the address that one stands in."""
Label = Annotated[str, Meta(min_length=1, max_length=MAX_NAME_CHARS)]

KEYS: Final = (
    ("j", "the next row of a list"),
    ("k", "the row before it"),
    ("o", "open the row"),
    ("d", "decide, where something can be decided"),
    ("u", "undo, where something can be undone"),
    ("/", "search"),
    ("?", "this page"),
)
"""What each letter does. The letters work where no field has the focus, and can be switched off under My passkeys."""


class Nothing(Form, frozen=True):
    """A form that only says that its button was pressed."""


class Come(Form, frozen=True):
    code: Code
    other: Code = ""
    """The second half of a code that two colleagues were shown."""


class Join(Form, frozen=True):
    code: Code
    label: Label


async def _index(asked: Asked, acting: Acting) -> web.Response:
    """To the first place that this person may open."""
    if asked.somebody is None:
        return asked.go("/sign-in")
    return asked.go(next(place.path for place in PLACES if place.right is None or place.right in acting.rights))


async def _sign_in(asked: Asked, acting: Acting) -> web.Response:
    if asked.somebody is not None:
        return asked.go("/")
    return _at_the_door(asked, 200, "")


async def _signed_in(asked: Asked, acting: Acting) -> web.Response:
    asked.form(Nothing)
    try:
        token = signing_in.sign_in(asked.db, asked.console.door, asked.answer, asked.browser, asked.now_ms)
    except ChallengeRefused as err:  # the page was open for long: it asks again
        return _at_the_door(asked, 403, f"{err}. Try again")
    return _let_in(asked, token)


async def _join(asked: Asked, acting: Acting) -> web.Response:
    return asked.html("join.html")


async def _come(asked: Asked, acting: Acting) -> web.Response:
    """The code is looked at and stays; it is used up with the passkey."""
    form = asked.form(Come)
    code = " ".join(part.rpartition("#")[2] for part in (form.code, form.other))
    door = asked.console.door
    found = signing_in.whose_code(asked.db, door, code, asked.now_ms)
    options = signing_in.ask_first(asked.db, door, found, asked.browser, asked.now_ms)
    return asked.html("first-passkey.html", member=found, code=code, options=options)


async def _joined(asked: Asked, acting: Acting) -> web.Response:
    form, door = asked.form(Join), asked.console.door
    token = signing_in.join(asked.db, door, form.code, form.label, asked.answer, asked.browser, asked.now_ms)
    return _let_in(asked, token)


async def _sign_out(asked: Asked, acting: Acting) -> web.Response:
    asked.form(Nothing)
    signing_in.sign_out(asked.db, asked.me, asked.now_ms)
    response = asked.go("/sign-in")
    asked.console.cookies.drop(response, asked.console.cookies.session)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


async def _help(asked: Asked, acting: Acting) -> web.Response:
    return asked.html("help.html", keys=KEYS)


def _at_the_door(asked: Asked, status: int, said: str) -> web.Response:
    options = signing_in.ask_sign_in(asked.console.door, asked.browser, asked.now_ms)
    return asked.html("sign-in.html", status, options=options, said=said)


def _let_in(asked: Asked, token: str) -> web.Response:
    """A session of its own for whoever proved a passkey; what the browser carried at the door is dropped."""
    if asked.somebody is not None:
        signing_in.sign_out(asked.db, asked.somebody, asked.now_ms)
    response, cookies = asked.go("/"), asked.console.cookies
    cookies.set(response, cookies.session, token)
    cookies.drop(response, cookies.door)
    return response


PAGES: Final[tuple[Page, ...]] = (
    page("GET", "/", Open.TO_EVERYBODY, _index),
    page("GET", "/sign-in", Open.TO_EVERYBODY, _sign_in),
    page("POST", "/sign-in", Open.TO_EVERYBODY, _signed_in),
    page("GET", "/join", Open.TO_EVERYBODY, _join),
    page("POST", "/join", Open.TO_EVERYBODY, _come),
    page("POST", "/join/passkey", Open.TO_EVERYBODY, _joined),
    page("POST", "/sign-out", Open.TO_STAFF, _sign_out),
    page("GET", "/help", Open.TO_STAFF, _help),
)
