# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What somebody has to look at that stands in no queue: what was escalated, and what the hub would not do."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from privity.desk.console.asked import Asked
from privity.desk.console.pages import page
from privity.desk.decisions import service as decisions
from privity.desk.decisions.actions import Escalation
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right


async def _attention(asked: Asked, acting: Acting) -> web.Response:
    return asked.html(
        "attention.html",
        escalated=[(to, decisions.escalated(asked.db, acting, to)) for to in Escalation],
        refused=decisions.refused_effects(asked.db, acting),
    )


PAGES: Final = (page("GET", "/attention", Right.SEE_CASE, _attention),)
