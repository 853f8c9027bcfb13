# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The page of counts, with what is looked at when it is asked for."""

from __future__ import annotations

from prometheus_client import generate_latest

from privity.server.blobs import service as blobs
from privity.server.context import HubContext
from privity.server.keylog import service as keylog
from privity.server.reports import service as reports


async def page(context: HubContext) -> bytes:
    """All counts in the text format of Prometheus."""
    metrics = context.metrics
    metrics.connections.set(len(context.sessions))
    metrics.writes_waiting.set(context.db.waiting)
    metrics.blob_bytes.set(await blobs.stored_bytes(context))
    metrics.reports_waiting.set(await reports.waiting(context))
    metrics.keylog_waiting.set(await keylog.waiting(context))
    metrics.keylog_lost.set(await keylog.lost_values(context))
    metrics.keylog_age_seconds.set(await keylog.age_s(context))
    return generate_latest(metrics.registry)
