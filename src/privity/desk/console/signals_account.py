# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One account as rules and clusters have it: words that are on it, what held for it, clusters it is in, its cases."""

from __future__ import annotations

from typing import Annotated, Final

from aiohttp import web
from msgspec import Meta

from privity.desk.cases import service as cases
from privity.desk.cases.model import View
from privity.desk.console.asked import Asked
from privity.desk.console.errors import PageUnknown
from privity.desk.console.forms import Form
from privity.desk.console.pages import Page, page
from privity.desk.console.plain import line
from privity.desk.console.signals_rules import DONE
from privity.desk.signals.coordination import service as coordination
from privity.desk.signals.ladder import reading
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from privity.identity.errors import BadUri
from privity.identity.uris import parse_user_uri

HITS: Final = 100
CASES: Final = 20


class Named(Form, frozen=True):
    uri: Annotated[str, Meta(max_length=512)] = ""


async def _account(asked: Asked, acting: Acting) -> web.Response:
    uri = asked.query(Named).uri
    try:
        parse_user_uri(uri)
    except BadUri:
        raise PageUnknown("there is no such page: what its address names is no account") from None
    rules = Right.SEE_RULES in acting.rights
    hits, labels = reading.about(asked.db, acting, uri, HITS, asked.now_ms) if rules else ((), ())
    found = (
        cases.queue(asked.db, acting, View.SEARCH, after=None, limit=CASES, text=uri, now_ms=asked.now_ms).cases
        if Right.SEE_QUEUE in acting.rights
        else ()
    )
    return asked.html(
        "account.html",
        address=line(uri),
        rules=rules,
        hits=hits,
        labels=labels,
        clusters=coordination.clusters_of(asked.db, acting, uri),
        cases=found,
        done=DONE,
    )


PAGES: Final[tuple[Page, ...]] = (page("GET", "/account", Right.SEE_CASE, _account),)
