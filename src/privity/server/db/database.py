# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The port: all that the hub knows of its database. `sqlite` and `postgres` implement it, `open` chooses between them.

SQL is written once, in what both engines understand: `?` and `?1` for values, `ON CONFLICT`, `RETURNING`, `CASE` where
one of them would say max(a, b). No slice imports an engine, and no error of one is caught inside a transaction: after
one, PostgreSQL has given up all of it. What may fail alone is an `attempt`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
Row = tuple[Any, ...]
Columns = Mapping[str, type]
"""The columns of `given`, by their names: int, str or bytes."""


class Rows(Protocol):
    """What a statement brought."""

    @property
    def rowcount(self) -> int:
        """How many rows it changed."""

    def fetchone(self) -> Row | None: ...

    def fetchall(self) -> list[Row]: ...

    def __iter__(self) -> Iterator[Row]: ...


class Query(Protocol):
    """What a store's reading functions take: a snapshot, or a transaction that also writes."""

    def execute(self, sql: str, parameters: Iterable[object] = (), /) -> Rows: ...

    def one(self, sql: str, parameters: Iterable[object] = (), /) -> Row | None: ...

    def all(self, sql: str, parameters: Iterable[object] = (), /) -> list[Row]: ...

    def for_each(self, sql: str, columns: Columns, rows: Sequence[Sequence[object]], /) -> list[Row]:
        """Run one statement for many rows that have nothing to do with each other; whatever it returned for all.

        The statement finds its row in a table named `given`. PostgreSQL runs it once for all of them: in which order
        is not promised, none sees what it did for another, and two may not change the same row.
        """

    def clock_ms(self) -> int:
        """What the clock of the database's machine says: the one clock that all who share it have in common."""


class Reader(Query, Protocol):
    """A consistent snapshot. There is no way to write in it."""


class Tx(Query, Protocol):
    """A write transaction as a store sees it. Valid only while the function that got it runs."""

    def executemany(self, sql: str, rows: Iterable[Iterable[object]], /) -> None:
        """One statement for each row, in their order."""

    def attempt(self, change: Callable[[], None], *errors: type[Exception]) -> Exception | None:
        """Make a change that may fail without the rest: one of these errors undoes it alone, and is returned."""

    def after_commit(self, call: Callable[[], None], /) -> None:
        """Run `call` on the event loop once this is on the disk, before the writer's future resolves.

        Calls of one batch run in the order of their transactions. A transaction that fails runs none.
        """


class Database(Protocol):
    """`write` and `read` from coroutines, and `close` at the end."""

    async def write(self, fn: Callable[[Tx], T], /) -> T:
        """Run `fn(tx)` in the writer thread; returns its result after the COMMIT, or raises what it raised.

        `fn` must not block on anything but the database. A raised error undoes this function's changes and no others.
        Raises an UNAVAILABLE Refusal where the storage itself failed; its words say whether anything may have been
        stored.
        """

    async def write_rooms(self, fn: Callable[[Tx], T], /) -> T:
        """`write` for what only touches rooms that this process owns, by leases which `fn` checks.

        Where several processes share a database, theirs run side by side with it; `write` runs alone.
        """

    async def read(self, fn: Callable[[Reader], T], /) -> T:
        """Run `fn(reader)` in a reader thread on one snapshot that includes every acknowledged write."""

    @property
    def waiting(self) -> int:
        """Writes in the queue."""

    async def scrub(self) -> bool:
        """Give up what the engine still keeps of rows that were deleted, as far as it can.

        Whether that was possible: somebody may read for longer than others can wait.
        """

    async def close(self) -> None:
        """Finish the writes that wait, then close. Later calls are refused."""
