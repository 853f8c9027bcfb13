# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The hub's own label: a new version of its record whenever the hub starts with a key that the newest does not name."""

from __future__ import annotations

from dataclasses import replace

from privity.identity.server_record import ServerRecord
from privity.keylog.labels import server_label
from privity.server.context import HubContext
from privity.server.db.database import Tx
from privity.server.keylog import queue


async def queue_if_changed(context: HubContext) -> None:
    """Queue the record of the keys that the hub runs with, unless the newest version says the same."""
    label = server_label(context.config.host).decode()

    def write(tx: Tx) -> None:
        newest = queue.newest_accepted(tx, label)
        known = None if newest is None else ServerRecord.decode(newest[1])
        wanted = _current(context, known)
        if known is None or replace(known, version=wanted.version, prev=wanted.prev) != wanted:
            queue.add(tx, context, label, wanted.version, wanted.encode())

    await context.db.write(write)


def _current(context: HubContext, known: ServerRecord | None) -> ServerRecord:
    return ServerRecord(
        host=context.config.host,
        version=0 if known is None else known.version + 1,
        franking_key=context.keys.franking_public,
        external_sender_key=context.keys.external_sender_public,
        intake_key=context.config.intake_public_key,
        prev=None if known is None else known.hash(),
    )
