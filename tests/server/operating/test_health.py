# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`/health` is what a write says: it commits, it is refused, or nobody answers; and strangers hear no more."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from privity.server.db.database import Query, Tx
from privity.server.health import model, service, store
from privity.server.health.supervised import ALIVE, TURNING, Supervisor, say_alive
from privity.server.metrics import service as metrics
from privity.server.metrics.routes import metrics_app
from privity.wire.errors import Code, Refusal
from tests.server.rooms.world import World


async def asked(world: World) -> tuple[int, object]:
    async with world.http.get("/health") as answer:
        return answer.status, await answer.json()


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is slow is no writer that stands still."""
    monkeypatch.setattr(service, "PATIENCE_S", 60.0)


@pytest.fixture
def unkept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks are not kept."""
    monkeypatch.setattr(service, "KEPT_S", 0.0)


@asynccontextmanager
async def held_up(world: World) -> AsyncIterator[None]:
    """The writer stands still for as long as this lasts, and nobody has patience with it."""
    go_on, stands = threading.Event(), threading.Event()

    def wait(tx: Tx) -> None:
        stands.set()
        go_on.wait()

    task = asyncio.create_task(world.context.db.write(wait))
    await asyncio.to_thread(stands.wait)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(service, "PATIENCE_S", 0.05)
            yield
    finally:
        go_on.set()
        await task


async def test_a_hub_that_stores_is_well_and_says_no_more(world: World) -> None:
    assert await asked(world) == (200, {"ok": True})


async def test_the_write_is_a_real_one_and_changes_nothing(world: World) -> None:
    def changes(tx: Tx) -> tuple[int, object]:
        before = tx.all("SELECT * FROM inbox_base")
        store.write_nothing(tx)
        changed = tx.execute("UPDATE inbox_base SET seq = seq WHERE only_one = 1").rowcount
        return changed, before == tx.all("SELECT * FROM inbox_base")

    assert await world.context.db.write(changes) == (1, True)


async def test_a_storage_that_refuses_is_503_without_its_reason(
    world: World, monkeypatch: pytest.MonkeyPatch, unkept: None
) -> None:
    def full(tx: Tx) -> None:
        raise Refusal(Code.UNAVAILABLE, "the hub cannot store now (SQLITE_FULL); nothing was changed")

    monkeypatch.setattr(store, "write_nothing", full)
    status, said = await asked(world)
    assert (status, said) == (
        503,
        {"code": "unavailable", "message": "the hub cannot store now", "retry_after_ms": 0},
    )
    figures = await service.figures(world.context)
    assert not figures.ok
    assert figures.refused is not None
    assert "SQLITE_FULL" in figures.refused


async def test_a_writer_that_stands_still_is_503_and_asked_once(world: World, unkept: None) -> None:
    async with held_up(world):
        assert (await asked(world))[0] == 503
        looking = world.context.pulse.looking
        for _ in range(5):
            assert (await asked(world))[0] == 503
        assert world.context.pulse.looking is looking
    assert world.context.pulse.looking is not None
    await world.context.pulse.looking
    assert await asked(world) == (200, {"ok": True})


async def test_one_look_serves_everybody_for_a_second(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    written = 0
    write = store.write_nothing

    def counted(tx: Tx) -> None:
        nonlocal written
        written += 1
        write(tx)

    monkeypatch.setattr(store, "write_nothing", counted)
    monkeypatch.setattr(service, "KEPT_S", 3600.0)
    answers = await asyncio.gather(*(asked(world) for _ in range(30)))
    assert {status for status, _ in answers} == {200}
    assert written == 1
    assert model.KEPT_S == 1.0


async def test_whoever_asks_without_end_is_limited_by_name(world: World) -> None:
    answers = [await asked(world) for _ in range(125)]
    assert [status for status, _ in answers].count(429) == 5
    assert isinstance(answers[-1][1], dict)
    assert answers[-1][1]["limit"] == "health.get"


async def test_figures_are_for_the_listener_of_this_machine(world: World, unkept: None) -> None:
    server = TestServer(metrics_app(world.context))
    await server.start_server()
    async with ClientSession(server.make_url("/")) as http:
        async with http.get("/health") as answer:
            found = await answer.json()
        assert answer.status == 200
        assert found["ok"] is True
        assert found["free_bytes"] > 0
        assert {"write_ms", "writes_waiting", "connections", "keylog_age_s"} <= found.keys()
        async with held_up(world), http.get("/health") as answer:
            stuck = await answer.json()
    assert answer.status == 503
    assert stuck["ok"] is False
    assert "free_bytes" not in stuck
    await server.close()


async def test_counts_are_there_while_the_storage_is_away_and_what_is_in_it_is_unknown(
    world: World, monkeypatch: pytest.MonkeyPatch, unkept: None
) -> None:
    whole = (await metrics.page(world.context)).decode()
    assert "privity_blob_bytes 0.0" in whole

    def away(tx: Tx) -> None:
        raise Refusal(Code.UNAVAILABLE, "the hub cannot store now (AdminShutdown); nothing was changed")

    monkeypatch.setattr(store, "write_nothing", away)
    page = (await metrics.page(world.context)).decode()
    assert "privity_blob_bytes NaN" in page
    assert len(page.splitlines()) == len(whole.splitlines())
    async with held_up(world):
        assert "privity_blob_bytes NaN" in (await metrics.page(world.context)).decode()


async def test_the_supervisor_is_not_told_that_a_hub_lives_whose_writer_stands_still(
    world: World, unkept: None
) -> None:
    said: list[bytes] = []

    class Heard(Supervisor):
        def say(self, state: bytes) -> None:
            said.append(state)

    async with held_up(world):
        alive = asyncio.create_task(say_alive(world.context, Heard({"NOTIFY_SOCKET": "@x", "WATCHDOG_USEC": "2000"})))
        await _until_said(said, TURNING)
        assert set(said) == {TURNING}
    await _until_said(said, ALIVE)
    alive.cancel()
    assert set(said[said.index(ALIVE) :]) == {ALIVE}


async def _until_said(said: list[bytes], word: bytes) -> None:
    async with asyncio.timeout(60):
        while word not in said:
            await asyncio.sleep(0.01)


class Three:
    """What a hub of three workers knows of them (context.Sharing)."""

    name = "ours"

    def owned(self, query: Query, room_uris: Collection[str], /) -> Collection[str]:
        return room_uris

    async def lead(self) -> None:
        return None

    def silent(self, query: Query, /) -> Mapping[str, int]:
        return {"stuck": 12_500}


async def test_who_asks_one_worker_hears_which_other_one_is_silent(world: World) -> None:
    alone = await service.figures(world.context)
    assert (alone.worker, alone.silent_workers) == (None, ())
    found = await service.figures(replace(world.context, sharing=Three()))
    assert found.ok, "whoever asks this one is served"
    assert (found.worker, found.silent_workers) == ("ours", (model.SilentWorker("stuck", 12.5),))


@pytest.mark.parametrize("environment", [{}, {"WATCHDOG_USEC": "2000000"}, {"NOTIFY_SOCKET": "@x"}])
async def test_nobody_who_counts_is_told_nothing(world: World, environment: dict[str, str]) -> None:
    assert Supervisor(environment).interval_s is None
    async with asyncio.timeout(60):
        await say_alive(world.context, Supervisor(environment))
