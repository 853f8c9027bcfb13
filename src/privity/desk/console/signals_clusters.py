# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Accounts that acted as one: each cluster as a whole, what it rests on, and what people say of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, Literal

from aiohttp import web
from msgspec import Meta

from privity.desk.console.asked import Asked
from privity.desk.console.forms import Form
from privity.desk.console.pages import Page, page
from privity.desk.console.plain import Run, line
from privity.desk.limits import CONFIRM_WITHIN_MS, CONFIRMED_MS, CONFIRMED_YOUNGER_MS, MAX_NUMBER
from privity.desk.signals.coordination import confirming, service
from privity.desk.signals.coordination.kept import Kept, State
from privity.desk.signals.coordination.model import DAY_MS, Kind, View, Why
from privity.desk.signals.coordination.sentences import sentence
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right

VIEWS: Final = (
    (State.PROPOSED, "Not judged", "No cluster waits. The desk looks for them by itself every few hours."),
    (State.CONFIRMED, "Campaigns", "Nobody has judged a cluster a campaign."),
    (State.BENIGN, "Harmless", "Nobody has judged a cluster harmless."),
)
STATES: Final = {State.PROPOSED: "nobody has judged it", State.CONFIRMED: "a campaign", State.BENIGN: "harmless"}
FOUND_BY: Final = {
    View.TIME_BINS: "they did the same within the same minutes, again and again",
    View.SHARED_OBJECTS: "they did the same to the same people or conversations, at whatever time",
    View.INFRASTRUCTURE: "they came from the same networks or by the same inviters, and acted alike",
}
DID: Final = {
    Kind.ASKED: "asked for contact",
    Kind.KNOCKED: "asked to be let in",
    Kind.REPORTED: "reported",
    Kind.SHOWED: "changed what they show",
}


class Listing(Form, frozen=True):
    state: State = State.PROPOSED
    before: Annotated[int, Meta(ge=1, le=MAX_NUMBER)] | None = None


class Judging(Form, frozen=True):
    state: Literal["confirmed", "benign"]
    seen: Annotated[int, Meta(ge=0, le=MAX_NUMBER)]
    """When it was found last, as the page had it: what was found since, nobody has looked at."""
    words: Annotated[str, Meta(max_length=4_000)] = ""


class Confirming(Form, frozen=True):
    seen: Annotated[int, Meta(ge=0, le=MAX_NUMBER)]
    words: Annotated[str, Meta(max_length=4_000)] = ""


@dataclass(frozen=True, slots=True)
class Object:
    """One thing that members did in common."""

    name: tuple[Run, ...]
    did: str
    from_ms: int
    to_ms: int
    members: int
    others: int
    outward: bool


async def _list(asked: Asked, acting: Acting) -> web.Response:
    wanted = asked.query(Listing)
    found = service.listed(asked.db, acting, wanted.state, wanted.before)
    more = f"/clusters?state={wanted.state.value}&before={found[-1].number}" if len(found) == service.PAGE else ""
    return asked.html(
        "clusters.html",
        rows=[(each, sentence(each.cluster)) for each in found],
        views=views(asked),
        state=wanted.state,
        empty=next(empty for state, _, empty in VIEWS if state is wanted.state),
        next=more,
    )


def views(asked: Asked) -> list[tuple[State, str, str]]:
    """With how many campaigns wait for a second person, which the navigation counts."""
    waiting = confirming.count_waiting(asked.db, asked.now_ms)
    said = f" ({waiting} for a second person)" if waiting else ""
    return [(state, label + (said if state is State.CONFIRMED else ""), empty) for state, label, empty in VIEWS]


async def _cluster(asked: Asked, acting: Acting) -> web.Response:
    kept = service.cluster(asked.db, acting, asked.number("number"))
    found = kept.cluster
    return asked.html(
        "cluster.html",
        kept=kept,
        state=STATES[kept.state],
        says=sentence(found),
        found_by=[FOUND_BY[view] for view in found.views],
        weighs=weighs(found.why),
        members=sorted(found.members, key=lambda member: (member.standing, -member.shared, member.account)),
        objects=objects(kept),
        can_judge=Right.DECIDE in acting.rights,
        anew=confirming.is_to_be_judged_anew(asked.db, kept, asked.now_ms),
        confirmed=confirming.shown(asked.db, kept.number, asked.now_ms),
        can_confirm=confirming.may_be_confirmed(asked.db, acting, kept, asked.now_ms),
        whom=frozenset(confirming.whom(asked.db, kept, asked.now_ms)),
        days=CONFIRMED_MS // DAY_MS,
        younger_days=CONFIRMED_YOUNGER_MS // DAY_MS,
        within_ms=kept.seen_ms + CONFIRM_WITHIN_MS,
    )


def weighs(why: Why) -> list[tuple[str, str]]:
    """What tells it from people who belong together: what it is, and how much it weighs."""
    return [
        ("made within 14 days", f"{why.burst_share:.0%} of the accounts{_chance(why.burst)}"),
        ("came from one network, or by one inviter", f"{why.source_share:.0%} of the accounts{_chance(why.source)}"),
        ("did not know them and did not accept", f"{why.unwelcome:.0%} of the people whom they asked"),
        ("concern others, and not only themselves", f"{why.outward} of what they did in common"),
    ]


def _chance(weight: float) -> str:
    """The weight is the common logarithm of how unlikely it is."""
    return f"; by chance once in 10 to the {weight:.0f}" if weight >= 1 else "; no more than chance gives"


def objects(kept: Kept) -> list[Object]:
    """What concerns others first, then what most members did."""
    ordered = sorted(kept.cluster.shared, key=lambda each: (not each.outward, -each.members))
    return [
        Object(
            line(each.object.removeprefix(f"{each.kind.value}:"), 512),
            DID[each.kind],
            each.from_ms,
            each.to_ms,
            each.members,
            each.others,
            each.outward,
        )
        for each in ordered
    ]


async def _judge(asked: Asked, acting: Acting) -> web.Response:
    number, form = asked.number("number"), asked.form(Judging)
    now_ms = asked.console.now_ms()  # a body may come slowly, and whoever counts asks for what was noted since
    service.judge(asked.db, acting, number, State(form.state), form.words, now_ms, seen_ms=form.seen)
    return asked.go(f"/clusters/{number}")


async def _confirm(asked: Asked, acting: Acting) -> web.Response:
    number, form = asked.number("number"), asked.form(Confirming)
    confirming.confirm(asked.db, acting, number, form.seen, form.words, asked.console.now_ms())
    return asked.go(f"/clusters/{number}")


PAGES: Final[tuple[Page, ...]] = (
    page("GET", "/clusters", Right.SEE_CASE, _list),
    page("GET", "/clusters/{number}", Right.SEE_CASE, _cluster),
    page("POST", "/clusters/{number}/judge", Right.DECIDE, _judge),
    page("POST", "/clusters/{number}/confirm", confirming.NEEDS, _confirm),
)
