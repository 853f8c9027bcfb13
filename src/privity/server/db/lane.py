# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The connection on which one process writes: it holds the process's place, runs batches, and is made again when lost.

What an outcome says is exact: nothing was changed, or, where the line broke while a COMMIT waited for its answer, that
it may have been stored. A repetition by the same ref then finds out.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import psycopg

from privity.server.db.batches import Done, Job, unavailable
from privity.server.db.link import Link, Watch, name_of
from privity.server.db.postgres_tx import PostgresTx
from privity.server.errors import AlreadyRunning, HubError, StoreUnreachable
from privity.wire.errors import Refusal

MAX_BATCH: Final = 64
"""Writes of one transaction: each is a subtransaction, and snapshots are slow where one has more than 64 of these."""
HUB_LOCK: Final = 0x5072_6976_0001
"""Held by every process that serves, as long as its connection lasts: alone, or as one of several workers."""
WRITE_LOCK: Final = 0x5072_6976_0002
"""Held by whoever writes, until the commit."""
ALONE: Final = f"BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock({WRITE_LOCK})"
SIDE_BY_SIDE: Final = f"BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock_shared({WRITE_LOCK})"
STORAGE: Final = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.errors.ReadOnlySqlTransaction,
    psycopg.errors.IdleInTransactionSessionTimeout,
)
"""Errors that are the storage's, and not of what was asked of it."""
_KILLED_S: Final = 1.0
"""PostgreSQL notices within this that a process is gone."""
_WAITS_S: Final = (0.1, 5.0)
"""Between attempts to connect: the first, and the longest."""


class GivenUp(Exception):
    """A bug: a function caught an error of the database and went on, in a transaction that stood no more."""


class _Lost(Exception):
    """The transaction is gone while it ran, or its connection. Names the error."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a lane is to the others that use the database."""

    name: str
    """Its connections, and no others, have it."""
    begin: str = ALONE
    shared: bool = False
    """Whether it is one of several workers, or the only hub."""
    paused_s: int = 60
    """How long it may hold a transaction open without a word before PostgreSQL ends it."""


class Lane:
    """Batches of one thread. Raises StorageError or AlreadyRunning where it cannot begin."""

    def __init__(self, store: str, place: Place, watch: Watch) -> None:
        self._store = store
        self._place = place
        self._watch = watch
        self._wait_s = _WAITS_S[0]
        self._not_before = 0.0
        self.link: Link | None = self._take_place()

    def run(self, batch: list[Job]) -> list[Done]:
        """All of the batch in one transaction. When the transaction itself is lost, every job of it failed."""
        try:
            link = self._usable()
        except HubError as err:
            return _all_failed(batch, unavailable(name_of(err)))
        committing = False
        try:
            begin = self._place.begin
            done = _run_alone(link, begin, batch[0]) if len(batch) == 1 else _run_each(link, begin, batch)
            if any(one.error is None for one in done):
                committing = True
                did = link.control("COMMIT")
                if did != "COMMIT":  # PostgreSQL answers so, without an error, where the transaction had failed
                    raise _Lost(did)
            else:
                link.control("ROLLBACK")
        except (psycopg.Error, _Lost) as err:
            paused = isinstance(err, psycopg.errors.IdleInTransactionSessionTimeout)
            unsure = committing and not link.usable and not paused
            roll_back(link)
            name = str(err) if isinstance(err, _Lost) else name_of(err)
            return _all_failed(batch, unavailable(name, "it may have been stored") if unsure else unavailable(name))
        return done

    def leave(self) -> None:
        """Give the place up, so that whoever comes next has it at once."""
        if self.link is not None:
            if self.link.usable:
                with suppress(psycopg.Error):
                    self.link.control("SELECT pg_advisory_unlock_all()")
            self.link.close()
            self.link = None

    def _usable(self) -> Link:
        """The connection to write on. Raises HubError where there is none now."""
        if self.link is not None and self.link.usable:
            return self.link
        if self.link is not None:
            self.link.close()
            self.link = None
        now = time.monotonic()
        if now < self._not_before:
            raise StoreUnreachable("the connection to the database was lost")
        try:
            self.link = self._take_place()
        except HubError:
            self._not_before = now + self._wait_s
            self._wait_s = min(2 * self._wait_s, _WAITS_S[1])
            raise
        self._wait_s, self._not_before = _WAITS_S[0], 0.0
        return self.link

    def _take_place(self) -> Link:
        """A connection that holds its place. What an earlier one of this lane still holds is taken from it."""
        place = self._place
        link = Link(self._store, place.name)
        lock = "pg_try_advisory_lock_shared" if place.shared else "pg_try_advisory_lock"
        try:
            link.run(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE application_name = $1 AND datname = current_database() AND pid <> pg_backend_pid()",
                (place.name,),
            )
            link.control(f"SET idle_in_transaction_session_timeout = '{place.paused_s}s'")
            taken = _taken(link, lock)
        except psycopg.Error as err:
            link.close()
            raise StoreUnreachable(f"the database of `store` cannot be used: {name_of(err)}") from None
        if not taken:
            link.close()
            others = "a hub without workers" if place.shared else "a hub, or its workers,"
            raise AlreadyRunning(f"{others} serves the database that `store` names; stop it first")
        self._watch.add(link)
        return link


def _taken(link: Link, lock: str) -> bool:
    """Whether the place is ours now. What a process held that was killed is free a moment later."""
    until = time.monotonic() + _KILLED_S
    while True:
        if link.run(f"SELECT {lock}($1)", (HUB_LOCK,)).fetchone() == (True,):  # names of functions
            return True
        if time.monotonic() > until:
            return False
        time.sleep(0.05)


def roll_back(link: Link) -> None:
    """A link on which that fails is closed: its transaction ends with it."""
    if link.usable:
        try:
            link.control("ROLLBACK")
        except psycopg.Error:
            link.close()


def _run_alone(link: Link, begin: str, job: Job) -> list[Done]:
    """Nobody else is in this transaction: what fails takes all of it."""
    link.control(begin)
    return [_run_one(link, job)]


def _run_each(link: Link, begin: str, batch: list[Job]) -> list[Done]:
    """Each inside a SAVEPOINT; one round trip between two of them."""
    done: list[Done] = []
    between = f"{begin}; SAVEPOINT job"
    for job in batch:
        link.control(between)
        one = _run_one(link, job)
        done.append(one)
        undo = "" if one.error is None else "ROLLBACK TO SAVEPOINT job; "
        between = f"{undo}RELEASE SAVEPOINT job; SAVEPOINT job"
    link.control(between.removesuffix("; SAVEPOINT job"))
    return done


def _run_one(link: Link, job: Job) -> Done:
    tx = PostgresTx(link)
    try:
        result = job.fn(tx)
        if link.given_up:
            raise GivenUp("an error of the database was caught inside of a transaction")
    except Exception as err:  # it belongs to the one caller that awaits it, whatever it was
        if not link.usable:  # the line is gone: nothing of the batch stands
            raise _Lost(name_of(err)) from err
        return Done(job, None, unavailable(name_of(err)) if isinstance(err, STORAGE) else err, [])
    return Done(job, result, None, tx.calls)


def _all_failed(batch: list[Job], refusal: Refusal) -> list[Done]:
    return [Done(job, None, refusal, []) for job in batch]
