# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The driver of a host on several machines: partitions on a PostgreSQL database, each owned by one process at a time.

The desk spreads what it took over the partitions' logs. Whoever owns a partition counts it, asks the rules, and writes
hits; the desk acts upon these. An owner that dies leaves its partition to others when its time is over, and one that
was only slow is told so before it can write anything: the fence has moved on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import msgspec

from privity.desk.signals.counters.accounts import MOST, Accounts
from privity.desk.signals.counters.commons import Commons
from privity.desk.signals.counters.periods import DAY_MS
from privity.desk.signals.counters.state import AccountState
from privity.desk.signals.running import postgres_store as store
from privity.desk.signals.running.hits import Hit
from privity.desk.signals.running.joints import Kept, Sink
from privity.desk.signals.running.partitions import goes_to
from privity.desk.signals.running.postgres_store import Connected
from privity.desk.signals.running.sealing import Sealing
from privity.wire.observed import Observed

OWNED_S: Final = 30.0
"""An owner that has said nothing for so long is taken for dead."""
KEPT_DAYS: Final = 8
"""A hit is remembered for longer than observations are kept: they cannot bring it a second time."""


class PartitionLost(Exception):
    """Somebody else owns the partition now: this owner was silent for too long, and stops."""


class PartitionsUnlike(ValueError):
    """The database is spread over another number of partitions than was expected."""


@dataclass(frozen=True, slots=True)
class Spreading:
    """The desk's end: observations go out to partitions, hits come back."""

    db: Connected = field(repr=False)
    partitions: int
    sealing: Sealing = field(repr=False)

    def begin(self) -> None:
        """Make the tables where they are missing. Raises PartitionsUnlike."""
        there = store.make(self.db, self.partitions)
        if there != self.partitions:
            raise PartitionsUnlike(f"expected {self.partitions} partitions, this database has {there}")

    def spread(self, page: Sequence[Observed]) -> int:
        """Hand observations to their partitions; those that were are left out. The last number that is there."""
        with self.db.transaction():
            number = store.spread_to(self.db)
            new = [seen for seen in page if seen.number > number]
            if not new:
                return number
            store.add_log(self.db, self._rows(new), new[-1].number)
            return new[-1].number

    def act(self, sink: Sink, today: int, most: int = 100) -> int:
        """Hand hits to the desk's sink; how many. What a crash keeps from being ticked off comes again."""
        waiting = store.hits(self.db, most)
        for _, sealed in waiting:
            sink.take(Hit.unpacked(self.sealing.opened(b"hit", sealed)))
        store.taken(self.db, [n for n, _ in waiting], today - KEPT_DAYS)
        return len(waiting)

    def _rows(self, new: Iterable[Observed]) -> Iterator[tuple[int, int, bytes]]:
        for seen in new:
            data = msgspec.msgpack.encode(seen)
            for partition in goes_to(seen, self.partitions):
                yield partition, seen.number, self.sealing.sealed(b"observed", data)


@dataclass(frozen=True, slots=True)
class Partition:
    """An owned partition: source, keeper and sink of a `Runner`."""

    db: Connected = field(repr=False)
    partition: int
    fence: int
    sealing: Sealing = field(repr=False)
    most: int = MOST
    owned_s: float = OWNED_S

    @classmethod
    def own(cls, db: Connected, sealing: Sealing, most: int = MOST, owned_s: float = OWNED_S) -> Partition | None:
        """One that nobody owns; None where there is none."""
        found = store.own(db, owned_s)
        return None if found is None else cls(db, *found, sealing, most, owned_s)

    def own_on(self) -> None:
        """Say that its owner lives. Raises PartitionLost."""
        if not store.own_on(self.db, self.partition, self.fence, self.owned_s):
            raise PartitionLost(f"partition {self.partition} is somebody else's now")

    def let_go(self) -> None:
        """Leave it to others."""
        store.let_go(self.db, self.partition, self.fence)

    def after(self, number: int, most: int) -> Sequence[Observed]:
        """The partition's next observations."""
        return [
            msgspec.msgpack.decode(self.sealing.opened(b"observed", sealed), type=Observed)
            for _, sealed in store.log_after(self.db, self.partition, number, most)
        ]

    def load(self) -> Kept:
        """What its last owner kept."""
        number, commons = store.kept(self.db, self.partition)
        accounts = Accounts(self.most)
        for name, sealed in store.accounts(self.db, self.partition):
            account, data = msgspec.msgpack.decode(self.sealing.opened(name, sealed), type=tuple[str, bytes])
            accounts.put(account, AccountState.decode(data))
        if commons is None:
            return Kept(number, accounts, Commons())
        return Kept(number, accounts, Commons.decode(self.sealing.opened(b"commons", commons)))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, and nothing for who lost the partition. Raises PartitionLost."""
        with self.db.transaction():
            self.own_on()
            yield

    def keep(
        self, number: int, changed: Iterable[tuple[str, bytes]], gone: Sequence[str], commons: bytes | None
    ) -> None:
        """Write what has changed."""
        names = [self.sealing.name(account) for account in gone]
        sealed = None if commons is None else self.sealing.sealed(b"commons", commons)
        store.keep(self.db, self.partition, number, self._sealed(changed), names, sealed)

    def take(self, hit: Hit) -> None:
        """Write a hit down for the desk, once."""
        name, bits = self.sealing.name(hit.account), hit.hits.to_bytes(-(-hit.hits.bit_length() // 8), "big")
        data = self.sealing.sealed(b"hit", hit.packed())
        store.add_hit(self.db, hit.version, name, hit.at_ms // DAY_MS, bits, data)

    def _sealed(self, changed: Iterable[tuple[str, bytes]]) -> Iterator[tuple[bytes, bytes]]:
        for account, data in changed:
            name = self.sealing.name(account)
            yield name, self.sealing.sealed(name, msgspec.msgpack.encode((account, data)))
