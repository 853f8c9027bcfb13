# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What any collector of this version can read, what is another than before, and that somebody has looked at it."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from aiohttp import web

from privity.desk.console.asked import Asked
from privity.desk.console.forms import Form
from privity.desk.console.pages import Page, page
from privity.desk.legal import overseeing
from privity.desk.legal.collecting import capabilities
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right

PLACE: Final = "/legal/collectors"


class Seen(Form, frozen=True):
    sha256: Annotated[str, msgspec.Meta(min_length=64, max_length=64)]
    """Of the manifest that the page showed: another one is not what was looked at."""


async def _shown(asked: Asked, acting: Acting) -> web.Response:
    found = overseeing.look(asked.db, acting)
    return asked.html(
        "legal_collectors.html",
        running=found.running,
        before=found.before,
        changes=found.changes,
        collectors=capabilities.decoded(found.running.manifest).collectors,
        judges=Right.JUDGE_LEGAL in acting.rights,
    )


async def _seen(asked: Asked, acting: Acting) -> web.Response:
    overseeing.seen(asked.db, acting, asked.form(Seen).sha256, asked.now_ms)
    return asked.go(PLACE)


PAGES: Final[tuple[Page, ...]] = (
    page("GET", PLACE, Right.SEE_LEGAL, _shown),
    page("POST", PLACE, Right.JUDGE_LEGAL, _seen),
)
