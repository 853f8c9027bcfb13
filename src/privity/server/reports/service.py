# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Taking sealed reports in and relaying them; opening one takes a key that the hub does not have."""

from __future__ import annotations

import hashlib
from typing import Final

from privity.server.context import HubContext
from privity.server.db.database import Tx
from privity.server.reports import store
from privity.server.reports.model import SealedReport
from privity.wire.errors import Code, Refusal

MAX_SEALED: Final = 2 << 20
"""Bytes of one sealed report: dozens of messages with their evidence, and attachments that are gone elsewhere."""
RELAYED: Final = 100
"""Reports in one answer (`wire.staff.RelayedReports`)."""


async def submit(context: HubContext, reporter_uri: str, sealed: bytes) -> str:
    """Store a report; returns its receipt. The same bytes get the same one while the hub holds them."""
    if context.config.intake_public_key is None:
        raise Refusal(Code.UNAVAILABLE, "this hub has no desk that could open a report")
    if not 0 < len(sealed) <= MAX_SEALED:
        raise Refusal(Code.TOO_LARGE, f"a sealed report has 1 to {MAX_SEALED} bytes, got {len(sealed)}")
    context.limits.take("report.submit", reporter_uri)
    digest = hashlib.sha256(sealed).digest()
    receipt = context.random(16).hex()

    def write(tx: Tx) -> str:
        known = store.receipt_of(tx, reporter_uri, digest)
        if known is not None:
            return known
        store.add(tx, reporter_uri, context.now_ms(), receipt, digest, sealed)
        return receipt

    return await context.db.write(write)


async def after(context: HubContext, seq: int) -> list[SealedReport]:
    """The oldest reports after `seq`, for the desk."""
    return await context.db.read(lambda reader: store.after(reader, seq, RELAYED))


async def forget(context: HubContext, through: int) -> None:
    """The desk holds them: delete the hub's copies."""
    await context.db.write(lambda tx: store.forget_through(tx, min(through, 1 << 62)))
