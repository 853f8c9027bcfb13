# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The port over PostgreSQL: one writer on one connection, readers on others, and at most one hub for a database, or
several workers that own its rooms by lease.

Whoever writes, a hub or a command beside it, holds one lock until its commit: what the stores do was written for one
writer at a time. A connection that is lost is made again with the next batch; until then callers hear UNAVAILABLE.
"""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import Callable
from contextlib import closing
from typing import Final, TypeVar

import psycopg

from privity.server.db import postgres_schema
from privity.server.db.batches import Batches, unavailable
from privity.server.db.database import Reader, Tx
from privity.server.db.lane import ALONE, MAX_BATCH, SIDE_BY_SIDE, STORAGE, GivenUp, Lane, Place, roll_back
from privity.server.db.link import ANSWER_S, Link, Watch, name_of
from privity.server.db.postgres_tx import PostgresReader, PostgresTx
from privity.server.db.readers import Readers
from privity.server.errors import HubError, StoreUnreachable

PAUSED_S: Final = 5
"""A worker that stands still holds up the others no longer than this."""
_LOOK: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_NAME: Final = 32
"""PostgreSQL cuts the names of connections after 63 characters."""
_LOST: Final = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.errors.IdleInTransactionSessionTimeout,
)
_BESIDE: Final = "privity beside"

T = TypeVar("T")


class PostgresDatabase:
    """Connects, takes its place, and brings the schema up to date (database.Database).

    Without the name of a worker it is the only hub. Raises StorageError or AlreadyRunning.
    """

    def __init__(self, store: str, worker: str | None = None, *, answer_s: float = ANSWER_S) -> None:
        self._store = store
        self._name = f"privity {(worker or 'hub')[:_NAME]} {secrets.token_hex(6)}"
        self._watch = Watch(answer_s)
        self._local = threading.local()
        try:
            self._lanes = self._take_lanes(worker)
        except HubError:
            self._watch.close()
            raise
        self._batches = [Batches(lane.run, MAX_BATCH) for lane in self._lanes]
        self._readers = Readers(self._read)

    async def write(self, fn: Callable[[Tx], T]) -> T:
        return await self._batches[0].write(fn)

    async def write_rooms(self, fn: Callable[[Tx], T]) -> T:
        return await self._batches[-1].write(fn)

    @property
    def waiting(self) -> int:
        return sum(batches.waiting for batches in self._batches)

    async def read(self, fn: Callable[[Reader], T]) -> T:
        self._batches[0].check_open()
        return await self._readers.read(fn)

    async def scrub(self) -> bool:
        """Give the room of deleted rows back to their tables, to be written over by others."""
        self._batches[0].check_open()
        return await asyncio.to_thread(self._vacuum)

    async def close(self) -> None:
        closed = [await batches.close() for batches in self._batches]
        if not any(closed):
            return
        await self._readers.close()
        for lane in self._lanes:
            await asyncio.to_thread(lane.leave)
        await asyncio.to_thread(self._watch.close)

    def _take_lanes(self, worker: str | None) -> list[Lane]:
        """A hub that is alone has one. A worker has another for what its leases allow beside those of others."""
        if worker is None:
            lanes = [Lane(self._store, Place(self._name), self._watch)]
        else:
            lanes = [
                Lane(self._store, Place(self._name, ALONE, True, PAUSED_S), self._watch),
                Lane(self._store, Place(f"{self._name} rooms", SIDE_BY_SIDE, True, PAUSED_S), self._watch),
            ]
        if lanes[0].link is not None:
            postgres_schema.apply(lanes[0].link)
        return lanes

    def _read(self, fn: Callable[[Reader], T]) -> T:
        try:
            link = self._reader()
        except (psycopg.Error, HubError) as err:
            raise unavailable(name_of(err)) from None
        try:
            return fn(PostgresReader(link))
        except _LOST as err:
            raise unavailable(name_of(err)) from None
        finally:
            roll_back(link)

    def _reader(self) -> Link:
        """This thread's connection, with a snapshot. One that was lost meanwhile is made again once."""
        link: Link | None = getattr(self._local, "link", None)
        if link is not None and link.usable:
            try:
                link.control(_LOOK)
            except psycopg.OperationalError:
                link.close()
            else:
                return link
        link = Link(self._store, f"{self._name} reader")
        self._watch.add(link)
        self._local.link = link
        link.control(_LOOK)
        return link

    def _vacuum(self) -> bool:
        try:
            with closing(Link(self._store, _BESIDE)) as link:
                postgres_schema.vacuum(link)
        except (psycopg.Error, HubError):
            return False
        return True


def check_fresh(store: str) -> None:
    """Raise AlreadyInitialised for the database of a hub that has begun. Raises StorageError."""
    with closing(Link(store, _BESIDE)) as link:
        postgres_schema.check_fresh(link)


def write_beside(store: str, fn: Callable[[Tx], T]) -> T:
    """One transaction on a database that a hub may serve; brings the schema up to date. Raises StorageError."""
    with closing(Link(store, _BESIDE)) as link:
        postgres_schema.apply(link)
        try:
            link.control(ALONE)
            result = fn(PostgresTx(link))
            did = link.control("COMMIT")
        except STORAGE as err:
            raise StoreUnreachable(f"the database of `store` failed: {name_of(err)}") from None
        if did != "COMMIT":
            raise GivenUp(f"expected a commit, got {did}")
        return result


def read_beside(store: str, fn: Callable[[Reader], T]) -> T:
    """One snapshot of a database that a hub may serve. Raises StorageError."""
    with closing(Link(store, _BESIDE)) as link:
        try:
            link.control(_LOOK)
            postgres_schema.check_there(link)
            return fn(PostgresReader(link))
        except STORAGE as err:
            raise StoreUnreachable(f"the database of `store` failed: {name_of(err)}") from None
