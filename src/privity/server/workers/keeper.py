# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Keeping this worker's leases alive, and knowing who owns the rest."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Collection
from typing import Final

import structlog

from privity.server.db.database import Database, Query, Tx
from privity.server.workers import leases, store
from privity.server.workers.leases import RENEW_S, Holding
from privity.server.workers.shards import shard_of
from privity.wire.errors import Refusal

LEADING: Final = 0
"""The shard whose owner also does what only one worker does: publishing the key log, and keeping house."""


class Keeper:
    """This worker's part of all rooms. Everything but `owned` happens on the event loop."""

    __slots__ = ("_changed", "_db", "_holding", "_leads", "name")

    def __init__(self, db: Database, name: str, changed: Callable[[Holding], None]) -> None:
        """`changed` is told when this worker took shards or gave some up."""
        self._db = db
        self.name = name
        self._changed = changed
        self._holding = Holding({}, {}, [], [])
        self._leads = asyncio.Event()

    def owner(self, room_uri: str) -> str | None:
        """Who owned the room when this worker last looked; None where nobody did."""
        return self._holding.owners.get(shard_of(room_uri))

    def owned(self, query: Query, room_uris: Collection[str]) -> set[str]:
        """Which of these rooms this worker owns in this very transaction. Called in the writer's thread."""
        mine = self._holding.mine
        shards = {uri: shard_of(uri) for uri in room_uris}
        fences = [(shard, mine[shard]) for shard in sorted(set(shards.values())) if shard in mine]
        own = store.still_own(query, self.name, fences) if fences else set()
        return {uri for uri, shard in shards.items() if shard in own}

    def silent(self, query: Query) -> dict[str, int]:
        """Other workers that have fallen silent, and for how many ms."""
        found = leases.silent(query, query.clock_ms())
        found.pop(self.name, None)
        return found

    @property
    def leads(self) -> bool:
        return self._leads.is_set()

    async def lead(self) -> None:
        """Wait until this worker leads."""
        await self._leads.wait()

    async def join(self, predecessor: str | None = None) -> None:
        """Be one of the workers. What the predecessor held, whose process is known to be gone, is free at once."""

        def enter(tx: Tx) -> Holding:
            if predecessor is not None:
                leases.leave(tx, predecessor)
            return leases.renew(tx, self.name, tx.clock_ms(), {})

        self._take(await self._db.write(enter))

    async def keep(self) -> None:
        """Renew for good. A database that is away is waited for; meanwhile others may take over."""
        while True:
            await asyncio.sleep(RENEW_S)
            await self.look()

    async def look(self) -> None:
        """Renew now."""
        try:
            before = self._holding.mine
            self._take(await self._db.write(lambda tx: leases.renew(tx, self.name, tx.clock_ms(), before)))
        except (Refusal, OSError, sqlite3.Error) as err:
            structlog.get_logger("privity.hub").warning("worker.not_renewed", error=type(err).__name__)

    async def leave(self) -> None:
        """Give everything up, so that nobody waits for the leases to end."""
        self._holding = Holding({}, {}, [], [])
        self._leads.clear()
        await self._db.write(lambda tx: leases.leave(tx, self.name))

    def _take(self, holding: Holding) -> None:
        self._holding = holding
        if LEADING in holding.mine:
            self._leads.set()
        else:
            self._leads.clear()
        if holding.taken or holding.given:
            self._changed(holding)
