# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A process that counts: it owns some partitions at a time, and takes others when their owners are gone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec
import structlog

from privity.desk.signals.counters.accounts import MOST
from privity.desk.signals.counters.errors import CountersUnreadable
from privity.desk.signals.counters.marks import Marks
from privity.desk.signals.features.known import Known, UnknownLabel
from privity.desk.signals.running import postgres_store as store
from privity.desk.signals.running.errors import DeskUnlike, PartitionLost
from privity.desk.signals.running.hits import InForce
from privity.desk.signals.running.partitions import counts
from privity.desk.signals.running.postgres import OWNED_S, Partition
from privity.desk.signals.running.postgres_store import Connected
from privity.desk.signals.running.runner import Runner
from privity.desk.signals.running.sealing import Sealing
from privity.desk.signals.running.told import Labelled, Told
from privity.wire.observed import Observed

LOOK_S: Final = 5.0
"""After which another partition is looked for, and one's own are owned on."""

log: Final = structlog.get_logger()


@dataclass(slots=True)
class _Owned:
    partition: Partition
    runner: Runner
    aside: int = 0


@dataclass(slots=True)
class Owning:
    """What one process owns, over one connection. After any error of the connection it begins anew with another.

    Attributes:
        most: Partitions at a time.
        compiled: The rules of what the desk told.
        catalogue: What this process reads (`told.alike`).
        always: Features that every hit carries.
        beat_s: Seconds of a clock that never goes back.

    What time it is, the database says, to all who count: a machine whose clock is wrong counts as the others do.
    """

    db: Connected = field(repr=False)
    sealing: Sealing = field(repr=False)
    most: int
    compiled: Callable[[Told], Sequence[InForce]]
    catalogue: bytes
    always: Collection[str]
    beat_s: Callable[[], float]
    accounts: int = MOST
    owned_s: float = OWNED_S
    known: Known = field(default_factory=Known, repr=False)
    _owned: list[_Owned] = field(default_factory=list)
    _step: int = -1
    _now_ms: int = 0
    _told: Told | None = None
    _in_force: Sequence[InForce] = ()
    _labels: int = 0
    _looked_s: float | None = None

    @property
    def owned(self) -> list[int]:
        """The partitions, sorted."""
        return sorted(one.partition.partition for one in self._owned)

    def turn(self) -> int:
        """A page of each partition; how many observations. 0 too while no desk has begun here.

        Raises StoreKeyWrong, DeskUnlike, or what psycopg raises.
        """
        if not self._listen():
            return 0
        self._look()
        counted = 0
        for one in list(self._owned):
            try:
                counted += one.runner.work()
                self._note_aside(one)
            except PartitionLost:
                self._lost(one)
        return counted

    def leave(self) -> None:
        """Keep everything, and let others own it at once."""
        for one in list(self._owned):
            try:
                one.runner.keep()
                one.partition.let_go()
            except PartitionLost:
                self._lost(one)
        self._owned.clear()

    def _listen(self) -> bool:
        """Take note of what the desk says; whether it has said anything yet."""
        if not store.is_there(self.db):
            return False
        step, self._now_ms = store.step(self.db)
        if step != self._step:
            found = store.told(self.db)
            if found is None:
                return False
            told = Told.opened(self.sealing, found[1])
            if told.catalogue != self.catalogue:
                raise DeskUnlike(
                    "the desk is of another version: start this process anew when both are of the same one"
                )
            if self._told is not None and told.marks != self._told.marks:
                self._owned.clear()  # another desk has begun here: its counters have other marks
                self.known.forget()
                self._labels = 0
            self._step, self._told, self._in_force = found[0], told, self.compiled(told)
            self.known.election = told.election
        for n, sealed in store.labels_after(self.db, self._labels):
            self._label(sealed)
            self._labels = n
        return True

    def _label(self, sealed: bytes) -> None:
        try:
            label = Labelled.opened(self.sealing, sealed)
            self.known.label(label.account, label.word, label.until_ms)
        except (CountersUnreadable, UnknownLabel, msgspec.MsgspecError) as err:
            log.error("desk.signals_label_unread", name=type(err).__name__)

    def _look(self) -> None:
        now_s = self.beat_s()
        if self._looked_s is not None and now_s - self._looked_s < min(LOOK_S, self.owned_s / 4):
            return
        for one in list(self._owned):
            try:
                one.partition.own_on()
            except PartitionLost:
                self._lost(one)
        while len(self._owned) < self.most:
            found = Partition.own(self.db, self.sealing, self.accounts, self.owned_s)
            if found is None:
                break
            self._owned.append(_Owned(found, self._runner(found)))
            log.info("desk.partition_owned", partition=found.partition)
        self._looked_s = now_s

    def _runner(self, partition: Partition) -> Runner:
        assert self._told is not None

        def before(page: Sequence[Observed]) -> None:
            for reporter, agreed in partition.agreed.items():
                self.known.agreed(reporter, *agreed)

        return Runner(
            source=partition,
            keeper=partition,
            sink=partition,
            in_force=lambda: self._in_force,
            known=self.known,
            marks=Marks(self._told.marks),
            now_ms=lambda: self._now_ms,
            mine=counts(partition.partition, store.how_many(self.db)),
            always=self.always,
            before=before,
        )

    def _note_aside(self, one: _Owned) -> None:
        total = one.runner.aside.total
        if total != one.aside:
            store.set_aside(self.db, one.partition.partition, total - one.aside)
            one.aside = total

    def _lost(self, one: _Owned) -> None:
        self._owned.remove(one)
        log.warning("desk.partition_lost", partition=one.partition.partition)
