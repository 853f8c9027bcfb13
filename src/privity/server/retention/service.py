# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whether what had to go has gone, and what an operator is told about it."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from privity.server.context import HubContext
from privity.server.db.database import Query
from privity.server.retention import store
from privity.server.retention.classes import CLASSES, SLACK_MS, Kept
from privity.server.retention.counting import Counted


@dataclass(frozen=True, slots=True)
class Standing:
    """One class: rows that its table holds, and how many of the class are overdue."""

    kept: Kept
    held: int
    overdue: int


def standings(query: Query, now_ms: int, window_days: int) -> list[Standing]:
    """Of every class, out of the database itself; overdue is what the hourly job should have taken long ago."""
    return [
        Standing(one, store.held(query, one), store.due(query, one, one.before_ms(now_ms, window_days) - SLACK_MS))
        for one in CLASSES
    ]


def overdue(query: Query, now_ms: int, window_days: int) -> list[tuple[Kept, int]]:
    """The classes of which something is due now, and how many rows."""
    found = [(one, store.due(query, one, one.before_ms(now_ms, window_days))) for one in CLASSES]
    return [(one, rows) for one, rows in found if rows]


async def account(context: HubContext, counted: Counted, seconds: float) -> None:
    """Say in the log what went, by table, and what had to go and did not. It is counted in the metrics, too."""
    log = structlog.get_logger("privity.hub")
    now_ms, window = context.now_ms(), context.config.report_window_days
    left = await context.db.read(lambda reader: overdue(reader, now_ms, window))
    rows_left = sum(rows for _, rows in left)
    context.metrics.forgotten.inc(counted.counts.total())
    context.metrics.overdue.set(rows_left)
    for table, rows in sorted(counted.counts.items()):
        log.info("retention.forgot", table=table, rows=rows)
    for one, rows in left:
        log.error("retention.overdue", table=one.table, rows=rows)
    log.info("retention.done", rows=counted.counts.total(), left=rows_left, seconds=round(seconds, 3))
