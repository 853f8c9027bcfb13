# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Taking sealed reports in and relaying them; opening one takes a key that the hub does not have."""

from __future__ import annotations

import hashlib

from privity.message.sealed_report import MAX_SEALED
from privity.server.context import HubContext
from privity.server.db.database import Tx
from privity.server.limits import MAX_NOTICES_WAITING
from privity.server.reports import store
from privity.server.reports.model import SealedReport
from privity.wire.errors import Code, Refusal
from privity.wire.staff import RELAYED, RELAYED_BYTES


async def submit(context: HubContext, reporter_uri: str, sealed: bytes) -> str:
    """Store a report; returns its receipt. The same bytes get the same one while the hub holds them."""
    if context.config.intake_public_key is None:
        raise Refusal(Code.UNAVAILABLE, "this hub has no desk that could open a report")
    if not 0 < len(sealed) <= MAX_SEALED:
        raise Refusal(Code.TOO_LARGE, f"a sealed report has 1 to {MAX_SEALED} bytes, got {len(sealed)}")
    context.limits.take("report.submit", reporter_uri)
    digest = hashlib.sha256(sealed).digest()
    receipt = new_receipt(context)

    def write(tx: Tx) -> str:
        known = store.receipt_of(tx, reporter_uri, digest)
        if known is not None:
            return known
        store.add(tx, reporter_uri, context.now_ms(), receipt, digest, sealed)
        tx.after_commit(context.arrivals.arrived)
        return receipt

    return await context.db.write(write)


def put_public(tx: Tx, context: HubContext, sender: str, receipt: str, sealed: bytes) -> None:
    """Store what somebody at the public form said; raises UNAVAILABLE where too much of that waits already."""
    if store.count_of_public(tx) >= MAX_NOTICES_WAITING:
        raise Refusal(Code.UNAVAILABLE, "too many notices wait to be read; try again later")
    store.add(tx, sender, context.now_ms(), receipt, hashlib.sha256(sealed).digest(), sealed)
    tx.after_commit(context.arrivals.arrived)


def new_receipt(context: HubContext) -> str:
    """32 hex digits that nobody guesses: four bytes of the time, so that who keeps many in order appends, and twelve at
    random."""
    seconds = context.now_ms() // 1000 & 0xFFFFFFFF
    return seconds.to_bytes(4, "big").hex() + context.random(12).hex()


async def oldest(context: HubContext, wait_s: float = 0) -> list[SealedReport]:
    """The oldest reports that wait for the desk: as many as one answer holds, and none only after so long."""
    seen = context.arrivals.count
    found = await context.db.read(lambda reader: store.oldest(reader, RELAYED, RELAYED_BYTES))
    if found or wait_s <= 0:
        return found
    await context.arrivals.later_than(seen, wait_s)
    return await context.db.read(lambda reader: store.oldest(reader, RELAYED, RELAYED_BYTES))


async def forget(context: HubContext, receipts: list[str]) -> None:
    """The desk holds these: delete the hub's copies."""
    if len(receipts) > RELAYED:
        raise Refusal(Code.MALFORMED, f"at most {RELAYED} receipts are taken at once, got {len(receipts)}")
    await context.db.write(lambda tx: store.forget(tx, receipts))


async def waiting(context: HubContext) -> int:
    """How many reports the desk has not taken yet."""
    return await context.db.read(store.count)
