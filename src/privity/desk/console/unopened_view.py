# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Reports that did not open: why each is here, tried again where that may help, or put aside with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

import msgspec
from aiohttp import web

from privity.desk.console.asked import Asked
from privity.desk.console.case import NoForm, Words
from privity.desk.console.errors import WithoutHub
from privity.desk.console.forms import Form
from privity.desk.console.pages import page
from privity.desk.console.plain import Run, line, runs
from privity.desk.intake import unopened
from privity.desk.intake.again import Tried
from privity.desk.intake.findings import State
from privity.desk.intake.unopened import Unopened
from privity.desk.limits import MAX_NUMBER
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from privity.message.errors import BadSealedReport, ReportDoesNotOpen, WrongIntakeKey
from privity.wire.errors import Refusal

WHY: Final = {
    WrongIntakeKey.__name__: "It is sealed to a key that this desk does not have.",
    BadSealedReport.__name__: "These bytes are no sealed report.",
    ReportDoesNotOpen.__name__: "It names a key of this desk and does not open: it was damaged, or sealed wrongly.",
}
"""By what the intake found; of others the state says it."""
STATES: Final = {
    State.CANNOT_OPEN: "It does not open.",
    State.MALFORMED: "It opened, and what is in it is no report that this version can read.",
    State.UNDECIDED: "It could be read, and the hub failed each time it was asked about its messages. In its case it is"
    " a tip.",
}
NAMES: Final = {
    State.CANNOT_OPEN: "did not open",
    State.MALFORMED: "could not be read",
    State.UNDECIDED: "undecided",
}
HELPS: Final = {
    WrongIntakeKey.__name__: "Helps once its file is back, named in older_intake_keys, and the desk started anew.",
    State.MALFORMED: "Helps once the desk runs a newer version.",
    State.UNDECIDED: "Asks the hub anew.",
}
"""Where trying again may help, and when."""
STILL: Final = {
    State.CANNOT_OPEN: "it still does not open with any key of this desk",
    State.MALFORMED: "it opens, and it is still no report that this version can read",
    State.UNDECIDED: "the hub still does not say anything of its messages",
}


class Wanted(Form, frozen=True):
    """Which of them."""

    aside: bool = False
    after: Annotated[int, msgspec.Meta(ge=0, le=MAX_NUMBER)] = 0


class Said(Form, frozen=True):
    words: Words


@dataclass(frozen=True, slots=True)
class Row:
    """One of them in words."""

    found: Unopened
    state: str
    sender: tuple[Run, ...]
    why: str
    detail: tuple[Run, ...]
    helps: str
    """Empty where trying again helps nothing."""
    aside: tuple[Run, ...]
    """Why it was put aside, where it was."""


async def _listed(asked: Asked, acting: Acting) -> web.Response:
    wanted = asked.query(Wanted)
    return _page(asked, acting, wanted, "")


async def _again(asked: Asked, acting: Acting) -> web.Response:
    asked.form(NoForm)
    report = asked.number("number")
    if asked.console.again is None:
        raise WithoutHub("these pages run without a hub")
    try:
        tried = await asked.console.again.try_again(acting, report, asked.now_ms)
    except Refusal as err:
        raise WithoutHub(f"the hub says nothing about this report now ({err.code.value}); try again later") from None
    if tried.case is not None:
        return asked.go(f"/case/{tried.case}")
    return _page(asked, acting, Wanted(), said_of(tried))


async def _aside(asked: Asked, acting: Acting) -> web.Response:
    unopened.put_aside(asked.db, acting, asked.number("number"), asked.form(Said).words, asked.now_ms)
    return asked.go("/unopened")


def said_of(tried: Tried) -> str:
    """What came of trying a report that is in no case."""
    if tried.appeal:
        return f"Report {tried.report} is an appeal. It was taken to the appeals."
    if tried.state is State.ASSESSED:
        return f"Report {tried.report} could be read. It names nobody and nothing, so it is in no case."
    return f"Report {tried.report} was tried: {STILL[tried.state]}."


def _page(asked: Asked, acting: Acting, wanted: Wanted, said: str) -> web.Response:
    found = unopened.listed(asked.db, acting, wanted.after, aside=wanted.aside)
    here = "/unopened?aside=true&" if wanted.aside else "/unopened?"
    return asked.html(
        "unopened.html",
        rows=[
            Row(
                one,
                NAMES[one.state],
                line(one.reporter_uri, 512),
                WHY.get(one.detail, STATES[one.state]),
                line(one.detail),
                HELPS.get(one.detail, HELPS.get(one.state, "")),
                () if one.aside is None else runs(one.aside.reason),
            )
            for one in found.reports
        ],
        aside=wanted.aside,
        waiting=unopened.waiting(asked.db),
        said=said,
        next=None if found.after is None else f"{here}after={found.after}",
        can_work=Right.WORK_CASE in acting.rights,
    )


PAGES: Final = (
    page("GET", "/unopened", Right.SEE_QUEUE, _listed),
    page("POST", "/unopened/{number}/again", Right.WORK_CASE, _again),
    page("POST", "/unopened/{number}/aside", Right.WORK_CASE, _aside),
)
