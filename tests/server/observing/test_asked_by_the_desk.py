# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the desk gets when it asks, who else does (nobody), and when the hub forgets."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from privity.server.db.database import Tx
from privity.server.delivery import restoring
from privity.server.delivery.retention import maintain
from privity.server.observing import service, store
from privity.server.observing.model import Seen
from privity.wire.errors import Code
from privity.wire.observed import KEPT_MS, PAGE, Observed, ObservedKind, ObservedPage
from tests.server.core.people import NOW_MS
from tests.server.observing.asking import block, page
from tests.server.rooms.test_closed import close
from tests.server.rooms.test_rooms import room_of
from tests.server.rooms.world import World

NOTHING = ObservedPage([], 0)


async def show(world: World, account: str, count: int = 1, at_ms: int = NOW_MS) -> None:
    """So many observations, as if an account had changed its profile."""
    seen = [Seen(at_ms, ObservedKind.SHOWED, account)] * count
    await world.context.db.write(lambda tx: store.add(tx, seen))


async def kept(world: World) -> list[Observed]:
    return await world.context.db.read(lambda query: store.after(query, 0, 2 * PAGE))


async def test_what_the_desk_asked_past_is_forgotten_and_not_before(world: World) -> None:
    anna = await world.join("anna")
    await show(world, anna.user_uri, 3)
    first = await page(world)
    assert ([one.number for one in first.observed], first.next) == ([1, 2, 3, 4], 4)
    assert await page(world) == first, "an answer that was lost is given again"
    assert len(await kept(world)) == 4
    assert await page(world, 2) == ObservedPage(first.observed[2:], 4)
    assert [one.number for one in await kept(world)] == [3, 4]
    assert await page(world, 4) == ObservedPage([], 4)
    assert await kept(world) == []
    await show(world, anna.user_uri)
    assert [one.number for one in (await page(world, 4)).observed] == [5]


async def test_an_answer_holds_a_page(world: World) -> None:
    anna = await world.join("anna")
    await show(world, anna.user_uri, PAGE)
    first = await page(world)
    assert (len(first.observed), first.next) == (PAGE, PAGE)
    assert [one.number for one in (await page(world, first.next)).observed] == [PAGE + 1]


async def test_a_desk_that_waits_hears_at_once(world: World) -> None:
    anna, ben = await world.join("anna"), await world.join("ben")
    taken = (await page(world)).next
    waiting = asyncio.create_task(page(world, taken, wait=20))
    while not world.context.observing.arrivals.waiting:
        await asyncio.sleep(0.01)
    await block(anna, ben)
    async with asyncio.timeout(60):
        found = await waiting
    assert [one.kind for one in found.observed] == [ObservedKind.BLOCKED]


async def test_a_desk_that_waits_is_answered_when_the_hub_ends(world: World) -> None:
    waiting = asyncio.create_task(page(world, wait=20))
    while not world.context.observing.arrivals.waiting:
        await asyncio.sleep(0.01)
    world.context.observing.arrivals.stop()
    async with asyncio.timeout(60):
        assert await waiting == NOTHING


async def test_nobody_but_the_desk_asks(world: World) -> None:
    anna = await world.join("anna")
    async with world.http.get("/staff/v1/observed") as response:
        assert response.status == 401
    status, answer = await anna.line.request("GET", "/staff/v1/observed?after=0")
    assert (status, answer["code"]) == (401, Code.UNAUTHENTICATED)
    path = "/staff/v1/observed?after=0"
    headers = world.staff_headers("GET", "/staff/v1/observed?after=1", b"")
    async with world.http.get(path, headers=headers) as response:
        assert response.status == 401, "the number is signed"


@pytest.mark.parametrize("query", ["after=-1", "after=1234567890123456", "after=x", "wait=99"])
async def test_numbers_out_of_range_are_refused(world: World, query: str) -> None:
    status, answer = await world.staff("GET", f"/staff/v1/observed?{query}")
    assert (status, answer["code"]) == (400, Code.MALFORMED)


async def test_a_copy_that_nobody_marked_says_where_it_is(world: World) -> None:
    """The desk has taken number 9 of what was lost: it took what this copy holds, too."""
    anna = await world.join("anna")
    await show(world, anna.user_uri)
    assert await page(world, 9) == ObservedPage([], 2)
    await show(world, anna.user_uri)
    assert [one.number for one in (await page(world, 2)).observed] == [3]


async def test_a_copy_that_was_marked_goes_on_beyond_every_number(world: World) -> None:
    anna = await world.join("anna")

    def mark(tx: Tx) -> None:
        restoring.begin_anew(tx, restoring.copied_ms(tx), world.clock.now, world.context.config.keys)

    await world.context.db.write(mark)
    assert await kept(world) == []
    await show(world, anna.user_uri)
    (found,) = (await page(world, 12_345)).observed
    assert found.number == NOW_MS + 1


async def test_what_no_desk_asks_for_goes_after_its_time(world: World) -> None:
    anna = await world.join("anna")
    await show(world, anna.user_uri, at_ms=NOW_MS + 1)
    world.clock.now += KEPT_MS + 1
    await maintain(world.context, world.parts.franker)
    assert [one.kind for one in await kept(world)] == [ObservedKind.SHOWED], "one of them is a moment younger"
    world.clock.now += 1
    await maintain(world.context, world.parts.franker)
    assert await kept(world) == []
    await show(world, anna.user_uri)
    assert (await page(world)).observed[0].number == 3, "and no number comes again"


async def test_a_closed_account_leaves_one_observation_that_says_so(world: World) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    await block(ben, anna)
    await anna.say(room, b"not counted yet")
    await close(world, anna)
    await service.flush(world.context, everything=True)
    found = await kept(world)
    (end,) = [one for one in found if anna.user_uri in repr(one)]
    assert end == Observed(end.number, NOW_MS, ObservedKind.CLOSED, anna.user_uri, end.born_ms)
    assert any(one.account == ben.user_uri for one in found)
    assert (await page(world, end.number)).next >= end.number
    assert anna.user_uri not in repr(await kept(world)), "the desk has it"


async def test_that_an_account_was_closed_goes_with_the_rest_where_no_desk_asks(world: World) -> None:
    anna = await world.join("anna")
    await close(world, anna)
    world.clock.now += KEPT_MS + 1
    await maintain(world.context, world.parts.franker)
    assert await kept(world) == []


async def test_windows_are_let_go_where_no_desk_asks_for_them(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    room, (anna, _) = await room_of(world, "anna", "ben")
    await anna.say(room, b"hello")
    monkeypatch.setattr(service, "MOST_KEPT", len(await kept(world)))
    await service.flush(world.context, everything=True)
    lost = world.context.metrics.registry.get_sample_value("privity_observed_lost_total")
    assert (lost, [one for one in await kept(world) if one.kind is ObservedKind.SENT]) == (1.0, [])
    await page(world, (await page(world)).next)
    await anna.say(room, b"hello again")
    await service.flush(world.context, everything=True)
    assert [one.count for one in await kept(world)] == [1], "the desk has asked: there is room again"


async def test_counts_say_of_which_kind_and_how_long_they_wait(world: World) -> None:
    anna, ben = await world.join("anna"), await world.join("ben")
    await block(anna, ben)
    value = world.context.metrics.registry.get_sample_value
    assert value("privity_observed_total", {"kind": "registered"}) == 2.0
    assert value("privity_observed_total", {"kind": "blocked"}) == 1.0
    world.clock.now += 1500
    assert await service.age_s(world.context) == 1.5
    await page(world, (await page(world)).next)
    assert await service.age_s(world.context) == 0


async def test_the_person_is_told_what_is_kept_of_them_and_not_who_blocked_them(world: World) -> None:
    anna, ben = await world.join("anna"), await world.join("ben")
    await block(anna, ben)
    rows = []
    for device in (anna, ben):
        status, answer = await device.line.request("GET", "/v1/account/stored/observed")
        assert status == 200, answer
        rows.append([row[answer["columns"].index("kind")] for row in answer["rows"]])
    assert str(rows[0]).count("blocked") == 1
    assert "blocked" not in str(rows[1])


async def test_where_several_processes_serve_a_waiting_desk_looks_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another process observed wakes nobody here."""
    anna = await world.join("anna")
    monkeypatch.setattr(service, "LOOK_S", 0.05)
    taken = (await page(world)).next
    context = replace(world.context, sharing=Others())
    waiting = asyncio.create_task(service.page(context, taken, 20))
    while not world.context.observing.arrivals.waiting:
        await asyncio.sleep(0.01)
    await show(world, anna.user_uri)
    async with asyncio.timeout(60):
        assert len((await waiting).observed) == 1


class Others:
    """Other processes of the hub, that nobody asks anything here."""

    name = "a"

    def owned(self, query: object, room_uris: object) -> frozenset[str]:
        return frozenset()

    def silent(self, query: object) -> dict[str, int]:
        return {}

    async def lead(self) -> None:
        return None
