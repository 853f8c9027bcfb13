# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A case of the desk's own: opened without a report, about an account that the hub knows or about a conversation."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from aiohttp import web

from privity.desk.cases import own, profiles
from privity.desk.console.asked import Asked
from privity.desk.console.case import Words
from privity.desk.console.forms import Form
from privity.desk.console.pages import page
from privity.desk.console.profile_view import asked_of_the_hub
from privity.desk.console.queue import reason_name
from privity.desk.db.transaction import transaction
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from privity.identity.errors import BadUri
from privity.identity.uris import parse_room_uri
from privity.message.report import Reason

MAX_ADDRESS: Final = 512


class Opening(Form, frozen=True):
    """What the case is to be about: a handle, or the address of an account or a conversation."""

    subject: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_ADDRESS)]
    reason: Reason
    words: Words


async def _blank(asked: Asked, acting: Acting) -> web.Response:
    return asked.html("open.html", reasons=[(int(each), reason_name(each)) for each in Reason])


async def _open(asked: Asked, acting: Acting) -> web.Response:
    """What the hub shows of an account at this moment is kept with the case: it is why there is one."""
    form = asked.form(Opening)
    subject, hours = form.subject.strip(), asked.config.deadline_hours
    if _is_room(subject):
        number = own.open_case(asked.db, acting, hours, subject, form.reason, form.words, asked.now_ms)
        return asked.go(f"/case/{number}")
    facts = await asked_of_the_hub(asked, subject)
    with transaction(asked.db):
        number = own.open_case(asked.db, acting, hours, facts.user_uri, form.reason, form.words, asked.now_ms)
        if Right.OPEN_EVIDENCE in acting.rights:
            profiles.keep_copy(asked.db, asked.keys.evidence, asked.random, acting, number, facts, asked.now_ms)
    return asked.go(f"/case/{number}")


def _is_room(subject: str) -> bool:
    try:
        parse_room_uri(subject)
    except BadUri:
        return False
    return True


PAGES: Final = (
    page("GET", "/open", Right.WORK_CASE, _blank),
    page("POST", "/open", Right.WORK_CASE, _open),
)
