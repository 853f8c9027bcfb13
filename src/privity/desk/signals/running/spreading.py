# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The desk's end of partitions on PostgreSQL: observations and what it knows go out, hits come back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from privity.desk.signals.counters.errors import CountersUnreadable
from privity.desk.signals.running import postgres_store as store
from privity.desk.signals.running.errors import PartitionsUnlike
from privity.desk.signals.running.hits import Hit
from privity.desk.signals.running.partitions import goes_to, partition_of
from privity.desk.signals.running.postgres_store import Connected
from privity.desk.signals.running.sealing import Sealing
from privity.desk.signals.running.told import Labelled, Told
from privity.wire.observed import Observed

KEPT_DAYS: Final = 8
"""A hit, and a word whose time is over, are remembered for longer than observations are kept: these cannot bring the
hit a second time, and are counted again with the word that was there."""

Agreed = Mapping[str, tuple[float, float]]
"""Of reporters, how many of their reports were right, and how many were decided."""


@dataclass(frozen=True, slots=True)
class Begun:
    """Counters to begin with: what the desk has counted by itself up to an observation."""

    number: int
    commons: bytes
    accounts: Sequence[tuple[str, bytes]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A hit that nobody has acted upon. None where it does not open, or no version of this house wrote it."""

    n: int
    hit: Hit | None


@dataclass(frozen=True, slots=True)
class Spreading:
    """What only the desk does. Every method is for the thread that the connection is of."""

    db: Connected = field(repr=False)
    partitions: int
    sealing: Sealing = field(repr=False)

    def begin(self) -> bool:
        """Make the tables where they are missing; whether counters are to be begun (`begin_with`).

        Raises PartitionsUnlike, or StoreKeyWrong.
        """
        there = store.make(self.db, self.partitions)
        if there != self.partitions:
            raise PartitionsUnlike(f"expected {self.partitions} partitions, this database has {there}")
        found = store.told(self.db)
        if found is None:
            return True
        Told.opened(self.sealing, found[1])
        return False

    def spread_to(self) -> int:
        """The last observation that was spread."""
        return store.spread_to(self.db)

    def begin_with(self, begun: Begun, told: Told) -> None:
        """Everything anew, from these counters; who owned a partition has lost it."""
        with self.db.transaction():
            store.forget_all(self.db)
            rows = ((partition_of(account, self.partitions), account, data) for account, data in begun.accounts)
            store.add_accounts(
                self.db, ((partition, *self._counters(account, data)) for partition, account, data in rows)
            )
            commons = self.sealing.sealed(b"commons", begun.commons)
            store.begin_at(self.db, begun.number, commons)
            store.tell(self.db, told.sealed(self.sealing))

    def tell(self, told: Told, labels: Iterable[Labelled] = ()) -> None:
        """What has changed of it."""
        with self.db.transaction():
            store.spread_to(self.db)
            there = store.told(self.db)
            if there is None or Told.opened(self.sealing, there[1]) != told:
                store.tell(self.db, told.sealed(self.sealing))
            store.label(self.db, ((one.name(self.sealing), one.sealed(self.sealing), one.over_day) for one in labels))

    def spread(self, page: Sequence[Observed], agreed: Agreed | None = None) -> int:
        """Hand observations to their partitions; those that were are left out. The last number that is there."""
        with self.db.transaction():
            number = store.spread_to(self.db)
            new = [seen for seen in page if seen.number > number]
            if not new:
                return number
            store.add_log(self.db, self._rows(new, agreed or {}), new[-1].number)
            return new[-1].number

    def waiting(self, most: int = 100) -> list[Waiting]:
        """Hits for the desk, oldest first."""
        return [Waiting(n, self._hit(sealed)) for n, sealed in store.hits(self.db, most)]

    def taken(self, numbers: Sequence[int]) -> None:
        """These were acted upon. What a crash keeps from being ticked off comes again."""
        store.taken(self.db, numbers)

    def forget_over(self, today: int, first: int) -> None:
        """Hits that were acted upon and words on accounts whose time is over, and observations before the `first` that
        the desk itself has still. `today` is a day that is believed."""
        with self.db.transaction():
            store.drop_log(self.db, first)
            store.drop_hits(self.db, today - KEPT_DAYS)
            store.drop_labels(self.db, today - KEPT_DAYS)

    def _hit(self, sealed: bytes) -> Hit | None:
        try:
            return Hit.unpacked(self.sealing.opened(b"hit", sealed))
        except (CountersUnreadable, msgspec.MsgspecError):
            return None

    def _counters(self, account: str, data: bytes) -> tuple[bytes, bytes]:
        name = self.sealing.name(account)
        return name, self.sealing.sealed(name, msgspec.msgpack.encode((account, data)))

    def _rows(self, new: Iterable[Observed], agreed: Agreed) -> Iterator[tuple[int, int, bytes]]:
        for seen in new:
            data = msgspec.msgpack.encode((seen, agreed.get(seen.account)))
            for partition in goes_to(seen, self.partitions):
                yield partition, seen.number, self.sealing.sealed(b"observed", data)
