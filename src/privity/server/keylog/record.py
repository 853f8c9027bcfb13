# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The hub's own label: a new version of its record whenever the hub starts with a key that the newest does not name.

A version that the hub lost is published all the same: until it is back no other is made.
"""

from __future__ import annotations

from dataclasses import replace

from privity.identity.server_record import ServerRecord
from privity.keylog.labels import server_label
from privity.server.context import HubContext
from privity.server.db.database import Tx
from privity.server.keylog import lost, queue
from privity.wire.errors import Refusal


async def queue_if_changed(context: HubContext) -> None:
    """Queue the record of the keys that the hub runs with, unless the newest version says the same."""
    await context.db.write(lambda tx: queue_in(tx, context))


def queue_in(tx: Tx, context: HubContext) -> None:
    """`queue_if_changed`, in a transaction."""
    label = label_of(context)
    while True:
        newest = queue.newest_accepted(tx, label)
        known = None if newest is None else ServerRecord.decode(newest[1])
        wanted = _current(context, known)
        if lost.find(tx, context, label, wanted.version) is None:
            break
        if not any(_made_again(tx, context, one) for one in (wanted, replace(wanted, intake_key=None))):
            return  # it named other keys; a device has to bring it back
    if known is None or replace(known, version=wanted.version, prev=wanted.prev) != wanted:
        queue.add(tx, context, label, wanted.version, wanted.encode())


def label_of(context: HubContext) -> str:
    """Under which the hub's records stand in the key log."""
    return server_label(context.config.host).decode()


def _made_again(tx: Tx, context: HubContext, guess: ServerRecord) -> bool:
    """Whether the lost record is this one. Of the keys that the hub still runs with, before it had a desk or since, it
    needs nobody to tell it."""

    def take_back() -> None:
        lost.take_back(tx, context, label_of(context), guess.version, guess.encode())

    return tx.attempt(take_back, Refusal) is None


def _current(context: HubContext, known: ServerRecord | None) -> ServerRecord:
    return ServerRecord(
        host=context.config.host,
        version=0 if known is None else known.version + 1,
        franking_key=context.keys.franking_public,
        external_sender_key=context.keys.external_sender_public,
        intake_key=context.config.intake_public_key,
        prev=None if known is None else known.hash(),
    )
