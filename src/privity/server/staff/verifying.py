# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the hub says of a page of reports: which franks are its own, who was there, and how much was left out.

One snapshot of the database for the whole page, and no content: the hub sees tags, names and times.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from privity.server.accounts import closed
from privity.server.context import HubContext
from privity.server.db.database import Query
from privity.server.delivery import log
from privity.server.franking import service as franking
from privity.server.franking.model import Franker
from privity.server.rooms import service as rooms
from privity.wire.errors import Code, Refusal
from privity.wire.socket import EventKind
from privity.wire.staff import ASKED, FrankOutcome, ReportAnswer, ReportQuestion, VerifyReports

MAX_FRANKS: Final = 1_000
"""In one request: each costs a signature, and a few at a time leave the loop to everybody else."""


async def verify(context: HubContext, franker: Franker, asked: VerifyReports) -> list[ReportAnswer]:
    """The answers, in the order of the questions."""
    franks = sum(len(one.franks) for one in asked.reports)
    if len(asked.reports) > ASKED or franks > MAX_FRANKS:
        raise Refusal(
            Code.MALFORMED,
            f"at most {ASKED} reports and {MAX_FRANKS} franks are taken, got {len(asked.reports)} and {franks}",
        )
    now_ms = context.now_ms()

    def read(query: Query) -> list[ReportAnswer]:
        agents = rooms.agents(query)
        return [_one(context, query, franker, at, one, now_ms, agents) for at, one in enumerate(asked.reports)]

    return await context.db.read(read)


def _one(
    context: HubContext,
    query: Query,
    franker: Franker,
    at: int,
    asked: ReportQuestion,
    now_ms: int,
    agents: Sequence[bytes],
) -> ReportAnswer:
    outcomes = [franking.verify(franker, asked.sender_uri, asked.room_uri, one, now_ms, agents) for one in asked.franks]
    times = [
        one.ts_ms if outcome is FrankOutcome.VERIFIED else None
        for one, outcome in zip(asked.franks, outcomes, strict=True)
    ]
    verified = {at_ms for at_ms in times if at_ms is not None}
    room = rooms.find(query, asked.room_uri) if verified else None

    def there(at_ms: int) -> bool:
        """An account that was closed since is written in another way."""
        if room is None:
            return False
        if rooms.participated(query, room.id, asked.reporter_uri, at_ms):
            return True
        return rooms.participated(query, room.id, closed.written(context, asked.reporter_uri), at_ms)

    participated = [None if at_ms is None else there(at_ms) for at_ms in times]
    omitted = None if room is None else _omitted(query, room.id, verified)
    return ReportAnswer(at, outcomes, participated, omitted)


def _omitted(query: Query, room_id: int, times: set[int]) -> int:
    """Messages between the first and the last of these that are not among them."""
    if len(times) == 1:
        return 0
    between = log.count_between(query, room_id, EventKind.APPLICATION, min(times), max(times))
    return between - sum(log.count_between(query, room_id, EventKind.APPLICATION, at, at) for at in times)
