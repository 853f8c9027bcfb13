# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The hash lists: how old, how large, what people say of them. What stands in one is looked for and never listed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from aiohttp import web
from msgspec import Meta

from privity.desk.console.asked import Asked
from privity.desk.console.forms import Form
from privity.desk.console.pages import Page, page
from privity.desk.console.signals_acts import Nothing, Why, Words
from privity.desk.db.transaction import Db
from privity.desk.limits import MAX_NUMBER
from privity.desk.matching.errors import ListUnknown, NothingToAgree
from privity.desk.matching.lists import service
from privity.desk.matching.lists.model import FILE, Category, Entry, HashKind, HashList
from privity.desk.matching.looking import agreeing
from privity.desk.matching.looking.policy import FOLLOWS, Action
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right

HOLDS: Final = {
    Category.KNOWN_ILLEGAL: "pictures of child abuse",
    Category.NCII: "intimate pictures that are shown without consent",
    Category.TERRORISM: "terrorist material",
    Category.OWN: "what this house has decided about",
    Category.UNKNOWN: "nobody has said what",
}
MOST: Final = {
    Action.QUARANTINE: "it is hidden at once where a person has seen the entry and two people have agreed to it, until"
    " a person decides; else a case",
    Action.REVIEW: "a case, and nothing else",
    Action.LOG: "it is written down, and nothing else",
}
"""What follows from a match at the most."""


class Searching(Form, frozen=True):
    kind: HashKind
    value: Annotated[str, Meta(min_length=1, max_length=200)]


class Agreeing(Form, frozen=True):
    agreement: Annotated[int, Meta(ge=1, le=MAX_NUMBER)]
    words: Words = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A list with its numbers."""

    found: HashList
    holds: str
    most: str
    counts: dict[HashKind, int]
    right: int
    wrong: int
    stale: bool
    of_files: bool


async def _lists(asked: Asked, acting: Acting) -> web.Response:
    return asked.html("lists.html", rows=[_row(asked.db, each, asked.now_ms) for each in service.lists(asked.db)])


async def _list(asked: Asked, acting: Acting) -> web.Response:
    return _page(asked, acting, None)


async def _search(asked: Asked, acting: Acting) -> web.Response:
    """A search changes nothing and is a POST: a hash belongs into no address."""
    form = asked.form(Searching)
    value = "".join(form.value.split())
    found = service.search(asked.db, acting, asked.number("number"), form.kind.value, value, asked.now_ms)
    return _page(asked, acting, found)


async def _resume(asked: Asked, acting: Acting) -> web.Response:
    asked.form(Nothing)
    found = _existing(asked)
    service.resume(asked.db, acting, found.name, asked.now_ms)
    return asked.go(f"/lists/{found.number}")


async def _ask(asked: Asked, acting: Acting) -> web.Response:
    found, form = _existing(asked), asked.form(Why)
    agreeing.ask(asked.db, acting, found.name, form.words, asked.now_ms)
    return asked.go(f"/lists/{found.number}")


async def _agree(asked: Asked, acting: Acting) -> web.Response:
    """With a passkey for exactly what was asked: what was asked for anew since is not agreed to."""
    found, form = _existing(asked), asked.form(Agreeing)
    if agreeing.of_agreement(asked.db, form.agreement) != found.number:
        raise NothingToAgree(f"agreement {form.agreement} is not about list {found.number}")
    asked.fresh(f"agree list-agreement:{form.agreement}")
    agreeing.agree(asked.db, acting, form.agreement, form.words, asked.now_ms)
    return asked.go(f"/lists/{found.number}")


async def _end(asked: Asked, acting: Acting) -> web.Response:
    found, form = _existing(asked), asked.form(Why)
    agreeing.end(asked.db, acting, found.name, form.words, asked.now_ms)
    return asked.go(f"/lists/{found.number}")


def _page(asked: Asked, acting: Acting, found: tuple[Entry, ...] | None) -> web.Response:
    of = _existing(asked)
    standing = agreeing.standing(asked.db, acting, of.number)
    return asked.html(
        "list.html",
        row=_row(asked.db, of, asked.now_ms),
        kinds=tuple(HashKind),
        found=found,
        manages=Right.MANAGE_LISTS in acting.rights,
        can_agree=Right.AGREE_LISTS in acting.rights,
        own=standing.waiting is not None and standing.waiting.asked_by == acting.who,
        standing=standing,
    )


def _existing(asked: Asked) -> HashList:
    found = service.numbered(asked.db, asked.number("number"))
    if found.removed_ms is not None:
        raise ListUnknown(f"there is no list {found.number}")
    return found


def _row(db: Db, found: HashList, now_ms: int) -> Row:
    right, wrong = service.feedback(db, found.number)
    return Row(
        found,
        HOLDS[found.category],
        MOST[FOLLOWS[found.category]],
        service.counts(db, found.number),
        right,
        wrong,
        found.stale(now_ms),
        found.source == FILE,
    )


PAGES: Final[tuple[Page, ...]] = (
    page("GET", "/lists", Right.SEE_CASE, _lists),
    page("GET", "/lists/{number}", Right.SEE_CASE, _list),
    page("POST", "/lists/{number}/search", Right.MANAGE_LISTS, _search),
    page("POST", "/lists/{number}/ask", Right.MANAGE_LISTS, _ask),
    page("POST", "/lists/{number}/agree", Right.AGREE_LISTS, _agree),
    page("POST", "/lists/{number}/end", Right.MANAGE_LISTS, _end),
    page("POST", "/lists/{number}/resume", Right.MANAGE_LISTS, _resume),
)
