# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The page of counts, with what is looked at when it is asked for.

Counts are wanted most while the database is away: then what has to be read there is NaN, and the rest stands.
"""

from __future__ import annotations

from math import nan

from prometheus_client import generate_latest

from privity.server.blobs import service as blobs
from privity.server.context import HubContext
from privity.server.health import service as health
from privity.server.keylog import service as keylog
from privity.server.observing import service as observing
from privity.server.reports import service as reports
from privity.wire.errors import Refusal


async def page(context: HubContext) -> bytes:
    """All counts in the text format of Prometheus."""
    metrics = context.metrics
    metrics.connections.set(len(context.sessions))
    metrics.writes_waiting.set(context.db.waiting)
    try:
        await _look(context)
    except Refusal:
        for unknown in (
            metrics.blob_bytes,
            metrics.reports_waiting,
            metrics.keylog_waiting,
            metrics.keylog_lost,
            metrics.keylog_age_seconds,
            metrics.observed_age_seconds,
        ):
            unknown.set(nan)
    return generate_latest(metrics.registry)


async def _look(context: HubContext) -> None:
    """Raises UNAVAILABLE where the database does not answer, without waiting for it."""
    await health.check(context)
    metrics = context.metrics
    metrics.blob_bytes.set(await blobs.stored_bytes(context))
    metrics.reports_waiting.set(await reports.waiting(context))
    metrics.keylog_waiting.set(await keylog.waiting(context))
    metrics.keylog_lost.set(await keylog.lost_values(context))
    metrics.keylog_age_seconds.set(await keylog.age_s(context))
    metrics.observed_age_seconds.set(await observing.age_s(context))
