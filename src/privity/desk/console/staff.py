# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The staff: the list, one colleague, inviting, other roles, and ending."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from aiohttp import web
from msgspec import Meta

from privity.desk.console.asked import Asked
from privity.desk.console.forms import Form
from privity.desk.console.front import Label, Nothing
from privity.desk.console.pages import Page, page
from privity.desk.limits import MAX_REASON_CHARS
from privity.desk.staff import proposals, recovery, service
from privity.desk.staff.acting import Acting
from privity.desk.staff.model import Half
from privity.desk.staff.rights import RIGHTS, Right, Role

Reason = Annotated[str, Meta(min_length=1, max_length=MAX_REASON_CHARS)]

MEANINGS: Final = {
    Role.MODERATOR: "works the queue, opens evidence, decides what can be undone",
    Role.SENIOR: "a moderator who also confirms what cannot be undone",
    Role.APPEALS: "answers appeals against what others decided",
    Role.REFERRALS: "approves and sends reports to clearinghouses and authorities",
    Role.LEGAL_CLERK: "takes legal requests in and verifies who asks; judges and releases nothing",
    Role.LEGAL_REVIEWER: "judges legal requests, and approves a release first",
    Role.LEGAL_RELEASER: "approves a release second",
    Role.ADMIN: "invites, changes and ends staff; sees no case",
    Role.AUDITOR: "reads the audit log; sees no case",
}
"""Each role in the words of the pages."""


class Invite(Form, frozen=True):
    name: Label
    role: list[Role] = msgspec.field(default_factory=list)


class Roles(Form, frozen=True):
    role: list[Role] = msgspec.field(default_factory=list)


class Why(Form, frozen=True):
    reason: Reason


async def _list(asked: Asked, acting: Acting) -> web.Response:
    return asked.html(
        "staff.html",
        members=service.members(asked.db, acting),
        waiting={each.member: each for each in recovery.waiting(asked.db, acting, asked.now_ms)},
        proposals=proposals.waiting(asked.db, acting, asked.now_ms),
        manages=Right.MANAGE_STAFF in acting.rights,
        second=proposals.may_ask(asked.db, acting),
        meanings=MEANINGS,
    )


async def _one(asked: Asked, acting: Acting) -> web.Response:
    number = asked.number("number")
    waiting = [each for each in recovery.waiting(asked.db, acting, asked.now_ms) if each.member == number]
    return asked.html(
        "colleague.html",
        member=service.member(asked.db, number),
        rights=sorted({right.value for role in service.member(asked.db, number).roles for right in RIGHTS[role]}),
        waiting=waiting[0] if waiting else None,
        proposals=[each for each in proposals.waiting(asked.db, acting, asked.now_ms) if each.member == number],
        second=proposals.may_ask(asked.db, acting, number),
        manages=Right.MANAGE_STAFF in acting.rights,
        vouches=Right.RECOVER_STAFF in acting.rights,
        meanings=MEANINGS,
    )


async def _invite(asked: Asked, acting: Acting) -> web.Response:
    form = asked.form(Invite)
    return half_page(asked, proposals.invite(asked.db, acting, form.name, form.role, asked.now_ms, asked.random))


async def _renew(asked: Asked, acting: Acting) -> web.Response:
    asked.form(Nothing)
    made = proposals.renew_code(asked.db, acting, asked.number("number"), asked.now_ms, asked.random)
    return half_page(asked, made)


async def _change(asked: Asked, acting: Acting) -> web.Response:
    number = asked.number("number")
    proposals.change_roles(asked.db, acting, number, asked.form(Roles).role, asked.now_ms)
    return asked.go(f"/staff/{number}")


async def _end(asked: Asked, acting: Acting) -> web.Response:
    number, form = asked.number("number"), asked.form(Why)
    asked.fresh(f"end staff:{number}")
    service.end(asked.db, acting, number, form.reason, asked.now_ms)
    return asked.go("/staff")


async def _agree(asked: Asked, acting: Acting) -> web.Response:
    asked.form(Nothing)
    number = asked.number("number")
    asked.fresh(f"agree to proposal:{number}")
    found, made = proposals.confirm(asked.db, acting, number, asked.now_ms, asked.random)
    return asked.go(f"/staff/{found.member}") if made is None else half_page(asked, made)


async def _withdraw(asked: Asked, acting: Acting) -> web.Response:
    asked.form(Nothing)
    proposals.withdraw(asked.db, acting, asked.number("number"), asked.now_ms)
    return asked.go("/staff")


def half_page(asked: Asked, made: Half) -> web.Response:
    """Half of a code, shown this once. It stands behind `#`, which no browser sends to anybody."""
    return asked.html("code.html", made=made, address=f"{asked.console.origin}/join#{made.code}")


PAGES: Final[tuple[Page, ...]] = (
    page("GET", "/staff", Right.SEE_STAFF, _list),
    page("POST", "/staff/invite", Right.MANAGE_STAFF, _invite),
    page("POST", "/staff/proposal/{number}/agree", Right.MANAGE_STAFF, _agree),
    page("POST", "/staff/proposal/{number}/withdraw", Right.MANAGE_STAFF, _withdraw),
    page("GET", "/staff/{number}", Right.SEE_STAFF, _one),
    page("POST", "/staff/{number}/code", Right.MANAGE_STAFF, _renew),
    page("POST", "/staff/{number}/roles", Right.MANAGE_STAFF, _change),
    page("POST", "/staff/{number}/end", Right.MANAGE_STAFF, _end),
)
