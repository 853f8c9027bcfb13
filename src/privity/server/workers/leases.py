# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who owns which shard: a lease with an end, and a fence that rises by one whenever the owner changes.

The end says when others may take a shard; it depends on clocks, and nothing is safe because of it. What is safe is the
fence: a worker writes to a room only in a transaction in which the lease is still its own (`store.still_own`), and
leases change only in transactions that exclude such writes. So an owner that was paused past its end and wakes up finds
that it owns nothing, whatever its clock says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from privity.server.db.database import Query, Tx
from privity.server.workers import store
from privity.server.workers.shards import SHARDS

LEASE_MS: Final = 10_000
"""How long a shard waits for an owner that is gone: a restart or a pause of some seconds moves nothing."""
RENEW_S: Final = 2.0
"""Four renewals may fail before others take over."""
LATE_MS: Final = 3 * int(RENEW_S * 1000)
"""A worker that has not renewed for so long does not do well."""
MISSED_MS: Final = 600_000
"""How long the others name one that fell silent without leaving."""


@dataclass(frozen=True, slots=True)
class Holding:
    """What one renewal found: which shards are this worker's, with their fences; who owns each of all."""

    mine: Mapping[int, int]
    owners: Mapping[int, str]
    """Without those that nobody owns."""
    taken: Sequence[int]
    """Shards that became this worker's now."""
    given: Sequence[int]
    """Shards that were its own, and are somebody else's or nobody's now."""


def renew(tx: Tx, worker: str, now_ms: int, before: Mapping[int, int]) -> Holding:
    """Stay among the workers, keep what is one's own, take what is free and give up what is more than a fair share.

    `before` is what the last renewal found to be this worker's. `now_ms` is the database's clock.
    """
    store.stay(tx, worker, now_ms + LEASE_MS)
    # where the clock was ahead, who died then would own its rooms until it gets there again
    store.cap(tx, now_ms + LEASE_MS)
    store.forget_gone(tx, now_ms - MISSED_MS)
    here = store.workers(tx, now_ms)
    leases = store.leases(tx)
    fair = -(-SHARDS // len(here))
    mine = [lease for lease in leases if lease.worker == worker]
    free = [lease for lease in leases if lease.worker not in here]
    keep, surplus = mine[:fair], mine[fair:]
    wanted = free[: max(0, fair - len(keep))]
    store.take(tx, worker, [lease.shard for lease in wanted])
    store.give_up(tx, [lease.shard for lease in surplus])
    now_mine = {lease.shard: lease.fence for lease in keep} | {lease.shard: lease.fence + 1 for lease in wanted}
    gone = {lease.shard for lease in surplus}
    owners = {lease.shard: lease.worker for lease in leases if lease.worker in here and lease.shard not in gone}
    owners.update(dict.fromkeys(now_mine, worker))
    taken = [shard for shard, fence in now_mine.items() if before.get(shard) != fence]
    return Holding(now_mine, owners, taken, [shard for shard in before if shard not in now_mine])


def silent(query: Query, now_ms: int) -> dict[str, int]:
    """Workers that have not renewed as they should, and for how many ms: stuck, cut off, or killed with nobody after
    them."""
    since = {worker: now_ms - (until_ms - LEASE_MS) for worker, until_ms in store.ends(query).items()}
    return {worker: silent_ms for worker, silent_ms in since.items() if silent_ms > LATE_MS}


def leave(tx: Tx, worker: str) -> None:
    """Give up everything: the others take it at once."""
    store.give_up(tx, [lease.shard for lease in store.leases(tx) if lease.worker == worker])
    store.go(tx, worker)
