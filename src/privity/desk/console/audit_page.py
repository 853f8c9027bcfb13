# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The audit log a page at a time, the newest first; or the story of one case, one colleague, one decision."""

from __future__ import annotations

from typing import Annotated, Final
from urllib.parse import urlencode

from aiohttp import web
from msgspec import Meta

from privity.desk.audit import log, reading
from privity.desk.console.asked import Asked
from privity.desk.console.forms import Form
from privity.desk.console.pages import Page, page
from privity.desk.limits import MAX_NUMBER
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right

Number = Annotated[int, Meta(ge=0, le=MAX_NUMBER)]

LISTED: Final = 100
"""Entries on one page."""


class Wanted(Form, frozen=True):
    before: Number | None = None
    """Entries with a smaller number; from the end where nothing is said."""
    about: Annotated[str, Meta(max_length=80)] | None = None
    after: Number | None = None
    """With `about`: entries with a higher number."""


async def _audit(asked: Asked, acting: Acting) -> web.Response:
    wanted, size = asked.query(Wanted), log.size(asked.db)
    if wanted.about is not None:
        after = -1 if wanted.after is None else wanted.after
        entries = reading.page(asked.db, after=after, limit=LISTED, about=wanted.about)
        more = f"/audit?{urlencode({'about': wanted.about, 'after': entries[-1].n})}" if len(entries) == LISTED else ""
    else:
        stop = size if wanted.before is None else min(wanted.before, size)
        first = max(0, stop - LISTED)
        entries = reading.page(asked.db, after=first - 1, limit=stop - first)[::-1]
        more = f"/audit?before={first}" if first > 0 else ""
    return asked.html("audit.html", entries=entries, about=wanted.about, size=size, more=more)


PAGES: Final[tuple[Page, ...]] = (page("GET", "/audit", Right.SEE_AUDIT, _audit),)
