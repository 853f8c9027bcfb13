# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What is wrong with the database of those who count has a name, and none of the names needs a database to be shown."""

from __future__ import annotations

from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from privity.desk.signals.running import connecting, spreading
from privity.desk.signals.running import owning as owned
from privity.desk.signals.running import postgres_store as store
from privity.desk.signals.running.errors import (
    DeskUnlike,
    PartitionLost,
    PartitionsUnlike,
    StoreKeyWrong,
    StoreShared,
    StoreUnfit,
    StoreUnreachable,
)
from privity.desk.signals.running.postgres import Partition
from privity.desk.signals.running.sealing import Sealing
from privity.desk.signals.running.told import Told

FIT = {"fsync": "on", "full_page_writes": "on", "server_encoding": "UTF8"}
SEALING = Sealing(b"s" * 32, lambda size: b"r" * size)
TOLD = Told(b"catalogue", b"m" * 32, False, ())


class _Server:
    """A connection to a PostgreSQL of this version and with these settings."""

    def __init__(self, version: int = 150_000, off: str = "") -> None:
        self.info = SimpleNamespace(server_version=version)
        self.settings = FIT | {off: "off"}
        self.closed = False

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Connects to whatever it is given."""
    monkeypatch.setattr(store, "shown", lambda db, name: db.settings[name])
    monkeypatch.setattr(store, "is_the_hubs", lambda db: False)

    def to(server: _Server) -> Any:
        monkeypatch.setattr(psycopg, "connect", lambda told, autocommit: server)
        return connecting.connected("postgresql://somebody@/some", "test")

    return to


def test_a_server_that_is_old_or_may_lose_what_it_took_is_refused(connect: Any) -> None:
    assert connect(good := _Server()) is good
    with pytest.raises(StoreUnfit, match="needs PostgreSQL 15 or newer, got 14"):
        connect(_Server(version=140_012))
    for name, wanted in FIT.items():
        server = _Server(off=name)
        with pytest.raises(StoreUnfit, match=f"a database with {name} = {wanted}, got off"):
            connect(server)
        assert server.closed
    assert not good.closed


def test_the_hubs_database_is_refused(connect: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "is_the_hubs", lambda db: True)
    with pytest.raises(StoreShared, match="the hub's database"):
        connect(server := _Server())
    assert server.closed


@pytest.mark.parametrize("address", ["postgresql://x:no-word@[", "postgresql://x:no-word@127.0.0.1:1/none"])
def test_where_nobody_answers_no_password_is_told(address: str) -> None:
    with pytest.raises(StoreUnreachable) as refused:
        connecting.connected(address, "test")
    assert "no-word" not in str(refused.value)


def test_what_was_sealed_under_another_key_is_no_database_of_this_desk() -> None:
    sealed = TOLD.sealed(SEALING)
    assert Told.opened(SEALING, sealed) == TOLD
    with pytest.raises(StoreKeyWrong):
        Told.opened(Sealing(b"t" * 32, lambda size: b"r" * size), sealed)


def test_another_number_of_partitions_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "make", lambda db, partitions: 4)
    monkeypatch.setattr(store, "told", lambda db: None)
    nobody: Any = None
    assert spreading.Spreading(nobody, 4, SEALING).begin()
    with pytest.raises(PartitionsUnlike, match="expected 3 partitions, this database has 4"):
        spreading.Spreading(nobody, 3, SEALING).begin()


def test_a_desk_whose_rules_read_something_else_is_not_counted_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "is_there", lambda db: True)
    monkeypatch.setattr(store, "step", lambda db: (1, 0))
    monkeypatch.setattr(store, "told", lambda db: (1, TOLD.sealed(SEALING)))
    monkeypatch.setattr(store, "labels_after", lambda db, n: [])
    monkeypatch.setattr(store, "own", lambda db, seconds: None)
    nobody: Any = None

    def worker(catalogue: bytes) -> owned.Owning:
        return owned.Owning(nobody, SEALING, 1, lambda told: (), catalogue=catalogue, always=(), beat_s=lambda: 0.0)

    assert worker(b"catalogue").turn() == 0
    with pytest.raises(DeskUnlike):
        worker(b"another").turn()


def test_who_has_lost_a_partition_writes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    fences = {3: 7}
    monkeypatch.setattr(store, "own_on", lambda db, partition, fence, seconds: fences[partition] == fence)
    db: Any = SimpleNamespace(transaction=nullcontext)
    with Partition(db, 3, 7, SEALING).transaction():
        pass
    with (
        pytest.raises(PartitionLost, match="partition 3 is somebody else's now"),
        Partition(db, 3, 6, SEALING).transaction(),
    ):
        pytest.fail("nothing is written")
