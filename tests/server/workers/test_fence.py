# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""An owner writes only while it owns: no lease changes under a batch, and a batch that begins after a change stops."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from privity.server.config import HubSection, check
from privity.server.db.database import Database, Tx
from privity.server.db.open import open_database
from privity.server.delivery.accepting import OWNER_RETRY_MS, Terms, accept_all
from privity.server.delivery.model import Checked
from privity.server.errors import AlreadyRunning
from privity.server.limits import Limits
from privity.server.workers import store
from privity.server.workers.keeper import Keeper
from privity.server.workers.leases import Holding
from privity.server.workers.shards import SHARDS, shard_of
from privity.wire.errors import Code
from privity.wire.socket import Submit
from tests import postgres

ROOM = "mimi://hub.example/r/abc"
OTHER = "mimi://hub.example/r/abd"


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[tuple[Database, Database]]:
    """One database, as two workers open it."""
    postgres.need_postgres()
    name = postgres.new_store()
    config = check(HubSection("hub.example", store=name, bus="nats://127.0.0.1:1"), tmp_path)
    first, second = open_database(config, "a"), open_database(config, "b")
    with pytest.raises(AlreadyRunning):
        open_database(config)
    yield first, second
    await first.close()
    await second.close()
    postgres.drop(name)


def keeper(db: Database, name: str) -> Keeper:
    def ignore(holding: Holding) -> None:
        return None

    return Keeper(db, name, ignore)


async def test_what_somebody_else_took_is_own_no_more_whatever_the_owner_believes(
    two: tuple[Database, Database],
) -> None:
    first, second = two
    owner = keeper(first, "a")
    await owner.join()
    rooms = {ROOM, OTHER}
    assert await first.write_rooms(lambda tx: owner.owned(tx, rooms)) == rooms
    await second.write(lambda tx: store.take(tx, "b", [shard_of(ROOM)]))
    assert owner.owner(ROOM) == "a", "it does not know yet"
    assert await first.write_rooms(lambda tx: owner.owned(tx, rooms)) == {OTHER}
    await second.write(lambda tx: store.take(tx, "a", [shard_of(ROOM)]))
    assert await first.write_rooms(lambda tx: owner.owned(tx, rooms)) == {OTHER}, "given back is another lease"
    await owner.look()
    assert await first.write_rooms(lambda tx: owner.owned(tx, rooms)) == rooms


async def test_a_lease_does_not_change_while_a_batch_is_written(two: tuple[Database, Database]) -> None:
    first, second = two
    owner = keeper(first, "a")
    await owner.join()
    asked, go_on = threading.Event(), threading.Event()
    order: list[str] = []

    def batch(tx: Tx) -> None:
        assert owner.owned(tx, {ROOM}) == {ROOM}
        asked.set()
        assert go_on.wait(60)
        assert owner.owned(tx, {ROOM}) == {ROOM}
        order.append("written")

    def take(tx: Tx) -> None:
        order.append("taken")
        store.take(tx, "b", [shard_of(ROOM)])

    writing = asyncio.ensure_future(first.write_rooms(batch))
    await asyncio.to_thread(asked.wait, 60)
    assert await second.write_rooms(lambda tx: tx.one("SELECT 1")) == (1,), "batches of two workers do not wait"
    taking = asyncio.ensure_future(second.write(take))
    await asyncio.sleep(0.2)
    assert not taking.done()
    go_on.set()
    await asyncio.gather(writing, taking)
    assert order == ["written", "taken"]


async def test_who_leads_is_who_owns_the_first_shard(two: tuple[Database, Database]) -> None:
    first, second = two
    one, other = keeper(first, "a"), keeper(second, "b")
    await one.join()
    await other.join()
    assert one.leads and not other.leads
    waiting = asyncio.ensure_future(other.lead())
    await one.leave()
    assert not one.leads and one.owner(ROOM) is None
    await other.look()
    await asyncio.wait_for(waiting, 60)
    await one.join()
    await other.look()
    await one.look()
    assert other.leads and len(other._holding.mine) == SHARDS // 2 == len(one._holding.mine)


async def test_messages_to_rooms_of_others_are_refused_and_change_nothing(two: tuple[Database, Database]) -> None:
    first, _ = two
    stranger = keeper(first, "a")
    message = Checked("c", "u", Submit(bytes(16), ROOM, b"sealed"), 0, bytes(32))

    def never(*args: object) -> None:
        raise AssertionError("a room of somebody else was touched")

    terms = Terms(never, never, Limits(lambda: 0), stranger.owned)  # type: ignore[arg-type]  # neither is ever reached
    outcome = await first.write_rooms(lambda tx: accept_all(tx, terms, [message, message], 0))
    assert outcome.effects == []
    assert [one for one, _ in outcome.refused] == [message, message]
    refusal = outcome.refused[0][1]
    assert (refusal.code, refusal.body.retry_after_ms) == (Code.UNAVAILABLE, OWNER_RETRY_MS)
