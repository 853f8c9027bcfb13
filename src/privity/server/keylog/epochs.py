# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One epoch from the queue to the readers: two transactions, and between them the witnesses.

The first makes the cut durable together with the log's signature, before that signature leaves the machine. The second
publishes exactly what was cut. Whatever ends the process in between, the same epoch is taken up again, so the log never
signs two checkpoints of one size.
"""

from __future__ import annotations

from typing import Final

from privity.keylog.commitment import commit
from privity.keylog.entry import Entry
from privity.keylog.publish import Change, cut
from privity.server.context import HubContext
from privity.server.db.database import Query, Tx
from privity.server.devices import publication
from privity.server.errors import LogDamaged
from privity.server.keylog import queue, store
from privity.server.keylog.model import Leaf, Prepared, Written, origin_of
from privity.server.keylog.stored import StoredLog
from privity.tlog.checkpoint import sign_checkpoint

MAX_CHANGES: Final = 1_000
"""Changes of one epoch: their VRF takes 0.4 s, and the next epoch follows at once."""


async def prepare(context: HubContext) -> Prepared:
    """Cut the next epoch out of the queue and sign it; without changes it shows that the log is alive.

    Where another worker was faster, its epoch is the one; this signature never leaves this function.
    """
    made, fallen = await context.db.read(lambda reader: _cut(context, reader))

    def write(tx: Tx) -> Prepared | None:
        before = store.prepared(tx)
        if before is not None or store.size(tx) != made.index:
            return before
        store.remove_changes(tx, fallen)
        store.put_prepared(tx, made)
        tx.after_commit(context.epochs.changed)
        return made

    prepared = await context.db.write(write)
    return await prepare(context) if prepared is None else prepared


async def publish(context: HubContext, prepared: Prepared, note: bytes) -> None:
    """Let readers see a prepared epoch under its cosigned checkpoint. Raises LogDamaged if another was prepared."""

    def write(tx: Tx) -> None:
        if store.prepared(tx) != prepared:
            raise LogDamaged(f"epoch {prepared.index} is not the one that was prepared")
        store.add_entry(tx, prepared.index, prepared.entry, prepared.audit_update)
        store.put_nodes(tx, prepared.written.log_nodes, prepared.written.prefix_nodes)
        values = [(leaf.label, store.publish_change(tx, leaf, prepared.index)) for leaf in prepared.written.leaves]
        store.add_checkpoint(tx, prepared.size, note)
        store.remove_prepared(tx)
        publication.publish(tx, context, values, prepared.timestamp_ms)
        tx.after_commit(context.epochs.changed)

    await context.db.write(write)


def _cut(context: HubContext, query: Query) -> tuple[Prepared, list[int]]:
    """The epoch, and the queued changes that time has overtaken."""
    log = StoredLog.of(query)
    at_ms = queue.next_time(query, context.now_ms())
    queued = store.changes(query, MAX_CHANGES)
    fallen = publication.overtaken(query, queued, at_ms)
    taken = [change for change in queued if change.id not in set(fallen)]
    changes = [Change(one.label.encode(), one.version, one.opening, one.value) for one in taken]
    made = cut(origin_of(context.config.host), log.size, log.nodes, log.node_at, changes, at_ms, context.keys.vrf)
    note = sign_checkpoint(context.keys.log, made.checkpoint)
    leaves = [
        Leaf(one.id, one.label, one.version, commit(one.opening, one.label.encode(), one.version, one.value))
        for one in taken
    ]
    written = Written(leaves, list(made.prefix_changes.items()), list(made.log_nodes))
    update = made.update.encode()
    return Prepared(made.index, at_ms, made.entry.prefix_root, update, note.encode(), written), fallen


def newest_entry(query: Query) -> Entry | None:
    """The last published one."""
    return store.entry(query, store.size(query) - 1)
