# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What an account shows of itself: asked of the hub, kept with the case, and looked at again as it was then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

import msgspec
from aiohttp import web

from privity.desk.cases import profiles
from privity.desk.cases import service as cases
from privity.desk.cases.model import SubjectKind
from privity.desk.cases.profiles import Copy
from privity.desk.console.asked import Asked
from privity.desk.console.case import NoForm, Words
from privity.desk.console.errors import NobodyThere, WithoutHub
from privity.desk.console.evidence_view import picture_page
from privity.desk.console.exposure import Stage
from privity.desk.console.forms import Form
from privity.desk.console.media import SHOWN_S
from privity.desk.console.pages import page
from privity.desk.console.plain import Run, line, runs
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from privity.wire.errors import Code, Refusal
from privity.wire.staff import ProfileFacts

Position = Annotated[int, msgspec.Meta(ge=0, lt=profiles.MOST_COPIES)]


class CopyAsked(Form, frozen=True):
    """Which copy, and why."""

    copy: Position
    words: Words


class PictureAsked(Form, frozen=True):
    """Of which copy, how much of it, and why."""

    copy: Position
    stage: Stage
    words: Words


@dataclass(frozen=True, slots=True)
class ShownProfile:
    """A profile as a page may draw it."""

    uri: tuple[Run, ...]
    handle: tuple[Run, ...]
    name: tuple[Run, ...]
    bio: tuple[Run, ...]
    listed: bool
    hidden: bool


async def asked_of_the_hub(asked: Asked, address: str) -> ProfileFacts:
    """What an account shows now, by its URI or handle. Raises NobodyThere, WithoutHub or HubError."""
    if asked.console.profile is None:
        raise WithoutHub("these pages run without a hub")
    try:
        return await asked.console.profile(address)
    except Refusal as err:
        if err.code in (Code.NOT_FOUND, Code.ACCOUNT_CLOSED):
            raise NobodyThere("the hub knows no account by this address or handle") from None
        raise WithoutHub(f"the hub does not say what this account shows ({err.code.value})") from None


async def _ask(asked: Asked, acting: Acting) -> web.Response:
    asked.form(NoForm)
    number = asked.number("number")
    held = cases.case(asked.db, acting, number).case
    if held.kind is not SubjectKind.ACCOUNT:
        raise NobodyThere(f"case {number} is about no account, so there is no profile to ask for")
    facts = await asked_of_the_hub(asked, held.subject)
    kept = profiles.keep_copy(asked.db, asked.keys.evidence, asked.random, acting, number, facts, asked.now_ms)
    return _page(asked, acting, kept, facts, now=True)


async def _show(asked: Asked, acting: Acting) -> web.Response:
    number, wanted = asked.number("number"), asked.form(CopyAsked)
    facts = profiles.opened(asked.db, asked.keys.evidence, acting, number, wanted.copy, wanted.words, asked.now_ms)
    return _page(asked, acting, profiles.copy(asked.db, number, wanted.copy), facts, now=False)


async def _reveal(asked: Asked, acting: Acting) -> web.Response:
    number, wanted = asked.number("number"), asked.form(PictureAsked)
    copy = profiles.copy(asked.db, number, wanted.copy)
    revealed = await asked.console.pictures.reveal_profile(acting, number, copy, wanted.stage, wanted.words)
    return picture_page(
        asked,
        revealed,
        "profile/picture",
        what=f"the profile, copy {copy.position + 1}",
        whose="the picture of the profile",
        fields={"copy": copy.position},
        stage=wanted.stage,
        words=wanted.words,
    )


def _page(asked: Asked, acting: Acting, kept: Copy, facts: ProfileFacts, *, now: bool) -> web.Response:
    return asked.html(
        "profile.html",
        number=asked.number("number"),
        kept=kept,
        profile=ShownProfile(
            line(facts.user_uri, 512),
            line(facts.handle),
            line(facts.name),
            runs(facts.bio),
            facts.listed,
            facts.hidden,
        ),
        now=now,
        budget=asked.console.pictures.standing(acting),
        seconds=SHOWN_S,
    )


PAGES: Final = (
    page("POST", "/case/{number}/profile", Right.OPEN_EVIDENCE, _ask),
    page("POST", "/case/{number}/profile/copy", Right.OPEN_EVIDENCE, _show),
    page("POST", "/case/{number}/profile/picture", Right.OPEN_EVIDENCE, _reveal),
)
