# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What matched a list, as it was decided by rule: what followed and why. No picture is shown, and no hash whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, Literal

from aiohttp import web
from msgspec import Meta

from privity.desk.console.asked import Asked
from privity.desk.console.forms import Form
from privity.desk.console.pages import Page, page
from privity.desk.limits import MAX_NUMBER
from privity.desk.matching import judging
from privity.desk.matching.lists import service as lists
from privity.desk.matching.lists.model import Entry, HashKind
from privity.desk.matching.looking.policy import Action, Surface
from privity.desk.matching.looking.store import Match
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right

ROWS: Final = 50
DIGITS: Final = 8
"""Of a hash that are shown: enough to tell two apart, and too few to look for the rest."""
FOLLOWED: Final = {
    Action.QUARANTINE: "hidden until a person decides",
    Action.REVIEW: "shown to people",
    Action.LOG: "written down, nothing else",
}
SHOWN: Final = {Surface.PROFILE: "shown to everybody by", Surface.DISCLOSED: "disclosed to the desk in"}


class Listing(Form, frozen=True):
    before: Annotated[int, Meta(ge=1, le=MAX_NUMBER)] | None = None


class Judging(Form, frozen=True):
    said: Literal["right", "wrong"]


@dataclass(frozen=True, slots=True)
class Row:
    """A match in words."""

    match: Match
    list_name: str
    how: str
    followed: str
    where: str
    content: str
    account: str
    """Empty where it was disclosed in a report."""
    entry: Entry | None
    """None where it is in no list any more: then nobody judges it."""


async def _matches(asked: Asked, acting: Acting) -> web.Response:
    found = judging.matches(asked.db, acting, ROWS, asked.query(Listing).before)
    entries = {each.number: each for each in lists.entries(asked.db, [one.entry for one in found], asked.now_ms)}
    names = {number: lists.numbered(asked.db, number).name for number in {one.list for one in found}}
    return asked.html(
        "matches.html",
        rows=[_row(each, names[each.list], entries.get(each.entry)) for each in found],
        next=f"/lists/matches?before={found[-1].number}" if len(found) == ROWS else "",
        can_judge=Right.DECIDE in acting.rights,
    )


def _row(match: Match, name: str, entry: Entry | None) -> Row:
    return Row(
        match,
        name,
        _how(match),
        FOLLOWED[match.action],
        SHOWN[match.surface],
        match.content.hex()[:DIGITS],
        match.about if match.surface is Surface.PROFILE else "",
        entry,
    )


def _how(match: Match) -> str:
    if match.kind is not HashKind.PDQ:
        return f"the same bytes ({match.kind.value})"
    shots = f", in {match.frames} shots of a film" if match.frames > 1 else ""
    return f"looks the same: {match.distance} of 256 bits differ{shots}"


async def _judge(asked: Asked, acting: Acting) -> web.Response:
    said = asked.form(Judging).said
    judging.judge(asked.db, acting, asked.number("number"), right=said == "right", now_ms=asked.now_ms)
    return asked.go("/lists/matches")


PAGES: Final[tuple[Page, ...]] = (
    page("GET", "/lists/matches", Right.SEE_CASE, _matches),
    page("POST", "/lists/matches/{number}/judge", Right.DECIDE, _judge),
)
