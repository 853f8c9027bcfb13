# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The driver of a host on several machines: partitions on a PostgreSQL database, each owned by one process at a time.

The desk spreads what it took over the partitions' logs (`spreading`). Whoever owns a partition counts it, asks the
rules, and writes hits; the desk acts upon these. An owner that dies leaves its partition to others when its time is
over, and one that was only slow is told so before it can write anything: the fence has moved on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import msgspec
import structlog

from privity.desk.signals.counters.accounts import MOST, Accounts
from privity.desk.signals.counters.commons import Commons
from privity.desk.signals.counters.errors import CountersUnreadable
from privity.desk.signals.counters.periods import DAY_MS
from privity.desk.signals.counters.state import AccountState
from privity.desk.signals.running import postgres_store as store
from privity.desk.signals.running.errors import PartitionLost
from privity.desk.signals.running.hits import Hit
from privity.desk.signals.running.joints import Kept, Unreadable
from privity.desk.signals.running.postgres_store import Connected
from privity.desk.signals.running.sealing import Sealing
from privity.wire.observed import Observed

OWNED_S: Final = 30.0
"""An owner that has said nothing for so long is taken for dead."""

told: Final = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Partition:
    """An owned partition: source, keeper and sink of a `Runner`."""

    db: Connected = field(repr=False)
    partition: int
    fence: int
    sealing: Sealing = field(repr=False)
    most: int = MOST
    owned_s: float = OWNED_S
    agreed: dict[str, tuple[float, float]] = field(default_factory=dict, repr=False)
    """Of the reporters in the page that was read last: what the desk knew of them."""

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

    def after(self, number: int, most: int) -> Sequence[Observed | Unreadable]:
        """The partition's next observations."""
        self.agreed.clear()
        return [self._read(n, sealed) for n, sealed in store.log_after(self.db, self.partition, number, most)]

    def load(self) -> Kept:
        """What its last owner kept. What does not read begins anew: it is worth less than a partition that runs."""
        number, sealed_commons = store.kept(self.db, self.partition)
        accounts, bad = Accounts(self.most), []
        for name, sealed in store.accounts(self.db, self.partition):
            try:
                account, data = msgspec.msgpack.decode(self.sealing.opened(name, sealed), type=tuple[str, bytes])
                accounts.put(account, AccountState.decode(data))
            except (CountersUnreadable, msgspec.MsgspecError):
                bad.append(name)
        if bad:
            store.drop_accounts(self.db, self.partition, bad)
            told.warning("desk.counters_begin_anew", partition=self.partition, accounts=len(bad))
        if sealed_commons is None:
            return Kept(number, accounts, Commons())
        try:
            commons = Commons.decode(self.sealing.opened(b"commons", sealed_commons))
        except CountersUnreadable:
            commons = Commons()
            commons.changed = True
            told.warning("desk.counters_begin_anew", partition=self.partition, accounts=0)
        return Kept(number, accounts, commons)

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

    def _read(self, number: int, sealed: bytes) -> Observed | Unreadable:
        try:
            data = self.sealing.opened(b"observed", sealed)
            seen, agreed = msgspec.msgpack.decode(data, type=tuple[Observed, tuple[float, float] | None])
        except (CountersUnreadable, msgspec.MsgspecError) as err:
            return Unreadable(number, type(err).__name__)
        if agreed is not None:
            self.agreed[seen.account] = agreed
        return seen

    def _sealed(self, changed: Iterable[tuple[str, bytes]]) -> Iterator[tuple[bytes, bytes]]:
        for account, data in changed:
            name = self.sealing.name(account)
            yield name, self.sealing.sealed(name, msgspec.msgpack.encode((account, data)))
