# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Putting a change on its way into the key log, and waiting until everybody can see it."""

from __future__ import annotations

import hmac

from privity.keylog.opening import opening_of
from privity.server.context import HubContext
from privity.server.db.database import Query, Tx
from privity.server.keylog import store
from privity.server.keylog.model import PUBLISH_WAIT_S, RETRY_MS, Stage
from privity.wire.errors import Code, Refusal

newest_accepted = store.newest_accepted
newest_published = store.newest_version
values_from = store.values_from
changes_of = store.changes_of


def add(tx: Tx, context: HubContext, label: str, version: int, value: bytes) -> None:
    """Queue one change; it is cut with the next epoch."""
    opening = opening_of(context.keys.vrf, label.encode(), version)
    store.add_change(tx, label, version, opening, value, context.now_ms())
    tx.after_commit(context.epochs.wake)


def next_time(query: Query, now_ms: int) -> int:
    """The timestamp of an epoch that is cut now: the log's time never goes back, whatever the clock does."""
    last = store.entry(query, store.size(query) - 1)
    return now_ms if last is None else max(now_ms, last.timestamp_ms)


def stage_of(query: Query, label: str, version: int, value: bytes) -> Stage:
    """Where exactly this value stands."""
    held = store.held(query, label, version)
    if held is not None:
        return Stage.PUBLISHED if hmac.compare_digest(held.value, value) else Stage.GONE
    waits = any(one.version == version and one.value == value for one in store.changes_of(query, label))
    return Stage.WAITING if waits else Stage.GONE


async def published(context: HubContext, label: str, version: int, value: bytes) -> None:
    """Return once readers see it. Raises KEYLOG_DELAYED when that takes too long: it stays on its way."""
    context.epochs.wake()
    stage = await context.epochs.settled(
        lambda: context.db.read(lambda reader: stage_of(reader, label, version, value)), PUBLISH_WAIT_S
    )
    if stage is Stage.WAITING:
        raise Refusal(
            Code.KEYLOG_DELAYED,
            "the change is taken and waits for those who watch the key log; ask again, nothing is done twice",
            retry_after_ms=RETRY_MS,
        )
    if stage is Stage.GONE:
        raise Refusal(Code.DEVICE_LIST_REFUSED, "time has changed what the list follows; look again and sign anew")
