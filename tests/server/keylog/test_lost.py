# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""While the hub lacks values that its log has published: nothing is said or done as if they had never been."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from privity.identity.account import RESET_PENDING_MS
from privity.identity.server_record import ServerRecord, first_record, next_record
from privity.server.devices import store as device_store
from privity.server.keylog import record, store
from privity.server.metrics.routes import metrics_app
from privity.server.one_time_code import code_hash
from privity.wire.errors import Code
from tests.server.core.people import HOST, Person, connect, text
from tests.server.keylog.bringing import (
    bring,
    bring_own,
    everything,
    label_of,
    lose,
    lose_values,
    lost_count,
    published,
    refused,
    with_lists,
)
from tests.server.keylog.hubs import Hub, found, fresh, look_up, put, running
from tests.server.keylog.test_resets import begin_reset, code_for, exists

DAY_MS = 86_400_000


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running(fresh(tmp_path)) as made:
        await made.begun()
        yield made


async def test_a_label_whose_newest_version_is_lost_is_never_answered_as_if_it_had_none(hub: Hub) -> None:
    alice, _ = await with_lists(hub, "alice")
    bobby, line = await hub.join("bobby")
    view = (await found(hub, line, label_of(bobby)))[0].view
    for from_version in (2, 1, 0):
        await lose(hub, alice, from_version)
        refused(await look_up(line, label_of(alice)), Code.KEYS_LOST, f"version {from_version} ")
        refused(await look_up(line, label_of(alice), from_version, view.size, date_all=True), Code.KEYS_LOST)
    proven, _ = await found(hub, line, label_of(bobby), view)
    assert proven.value == bobby.list.encode(), "others are proven as ever"
    absent, _ = await found(hub, line, label_of(Person("nobody")), view)
    assert absent.version is None, "and so is that somebody is not there"


async def test_nothing_is_published_in_the_place_of_a_list_that_is_lost(hub: Hub) -> None:
    alice, line = await hub.join("alice")
    early = copy.copy(alice)
    assert (await put(line, alice.next_list([alice.device, alice.new_device()]).encode()))[0] == 200
    code = await code_for(hub, "alice")
    lists = await lose(hub, alice, 1)
    line = await connect(hub.http, alice.device)
    await hub.context.db.write(lambda tx: device_store.add_code(tx, code_hash(code), alice.user_uri, hub.clock.now + 1))
    before = await everything(hub)
    second = early.next_list([early.device, early.new_device()]).encode()
    for value in (second, lists[1]):
        refused(await put(line, value), Code.KEYS_LOST)
    refused(await hub.post("/v1/recovery/lists", {"handle": "alice"}), Code.KEYS_LOST)
    reset = alice.reset([alice.new_device()]).encode()
    phrase = alice.recovery([alice.new_device()]).encode()
    refused(await hub.post("/v1/recovery", {"device_list": text(phrase)}), Code.KEYS_LOST)
    refused(await hub.post("/v1/resets", {"code": code, "device_list": text(reset)}), Code.KEYS_LOST)
    link = (await hub.post("/v1/links", {"commitment": text(bytes(32))}))[1]["code"]
    answer = {"nonce": text(bytes(32)), "device_list": text(second), "handle": "alice", "intake_key": None}
    refused(await line.request("PUT", f"/v1/links/{link}/answer", answer), Code.KEYS_LOST)
    assert await everything(hub) == before
    assert await bring(line, label_of(alice), lists) == (200, {"taken": 1})
    assert (await hub.post("/v1/resets", {"code": code, "device_list": text(reset)}))[0] == 200, "unspent"


async def test_the_same_account_is_not_registered_anew_and_others_are_as_ever(hub: Hub) -> None:
    alice = await hub.register("alice")
    first = alice.registration()
    await lose(hub, alice)
    refused(await hub.post("/v1/accounts", first), Code.KEYS_LOST)
    refused(await hub.post("/v1/accounts", {**first, "handle": "other"}), Code.KEYS_LOST)
    _, line = await hub.join("carol")
    assert (await look_up(line, f"s:{HOST}"))[0] == 200
    for answer in (
        await line.request("GET", "/v1/handles/alice"),
        await line.request("GET", f"/v1/users/{alice.id}/handle"),
        await line.request("PUT", f"/v1/blocks/{alice.id}"),
        await hub.post("/v1/recovery/lists", {"handle": "alice"}),
    ):
        refused(answer, Code.NOT_FOUND, "this hub has lost some accounts")


# Resets


async def test_a_reset_does_not_take_effect_while_the_list_that_cancelled_it_is_lost(hub: Hub) -> None:
    alice, line = await hub.join("alice")
    ghost, reset = await begin_reset(hub, alice)
    in_force, alice.list = alice.list, reset
    assert (await put(line, alice.next_list([alice.device], in_force=in_force).encode()))[0] == 200
    lists = await lose(hub, alice, 2)
    await hub.heartbeat(RESET_PENDING_MS + DAY_MS)
    assert await exists(hub, alice.device) and not await exists(hub, ghost)
    line = await connect(hub.http, alice.device)
    assert await bring(line, label_of(alice), lists) == (200, {"taken": 1})
    await hub.heartbeat()
    assert await exists(hub, alice.device) and not await exists(hub, ghost)
    state = await hub.context.db.read(lambda reader: device_store.state(reader, alice.user_uri))
    assert state is not None and (state.resets, state.newest) == (0, alice.list)


async def test_a_lost_reset_that_is_due_takes_effect_when_it_comes_back_and_one_that_is_not_waits(hub: Hub) -> None:
    _, line = await hub.join("carol")
    for late in (True, False):
        person, _ = await hub.join(f"person{late}".lower())
        new, _ = await begin_reset(hub, person)
        lists = await lose(hub, person, 1)
        await hub.heartbeat(RESET_PENDING_MS if late else RESET_PENDING_MS - 1)
        assert await exists(hub, person.device) and not await exists(hub, new)
        assert await bring(line, label_of(person), lists[1:]) == (200, {"taken": 1})
        assert (await exists(hub, new), await exists(hub, person.device)) == (late, not late)
        assert (await found(hub, line, label_of(person)))[0].value == lists[1]
        if not late:
            await hub.heartbeat()
            assert await exists(hub, new) and not await exists(hub, person.device)


async def test_after_a_reset_in_force_only_its_device_brings_the_account_back(hub: Hub) -> None:
    alice, _ = await hub.join("alice")
    new, _ = await begin_reset(hub, alice)
    await hub.heartbeat(RESET_PENDING_MS)
    lists = await lose(hub, alice)
    refused(await bring_own(hub, alice.device, "alice", lists), Code.NOT_ALLOWED)
    assert await bring_own(hub, new, "alice", lists) == (200, {"taken": 2})
    assert await exists(hub, new) and not await exists(hub, alice.device)


# The hub's own record


async def test_a_lost_record_of_the_keys_in_use_is_made_again_by_the_hub_itself(tmp_path: Path) -> None:
    checked = fresh(tmp_path)
    async with running(checked) as hub:
        await hub.begun()
        clock = hub.clock
    checked = replace(checked, intake_public_key=bytes(range(32)))
    async with running(checked, clock=clock) as hub:
        await hub.begun()
        line = await connect(hub.http, (await hub.register("carol")).device)
        before, values = await found(hub, line, f"s:{HOST}")
        assert len(values) == 2, "one before it had a desk, one since"
        await hub.context.db.write(lambda tx: lose_values(tx, f"s:{HOST}", 0, hub.context))
        refused(await look_up(line, f"s:{HOST}"), Code.KEYS_LOST)
    async with running(checked, clock=hub.clock) as hub:
        assert await lost_count(hub) == 0 and await hub.context.db.read(store.waiting) == 0
        line = await connect(hub.http, (await hub.register("bobby")).device)
        after, again = await found(hub, line, f"s:{HOST}", before.view)
        assert (after.version, after.epoch, again) == (before.version, before.epoch, values)


async def test_a_lost_record_of_other_keys_waits_for_a_device_that_has_it(tmp_path: Path) -> None:
    checked = fresh(tmp_path)
    label = f"s:{HOST}"

    def with_franking_key(seed: int) -> None:
        (checked.keys / "franking.key").write_bytes(bytes([seed]) * 32)

    async with running(checked) as hub:
        await hub.begun()
        alice, _ = await hub.join("alice")
        clock = hub.clock
    with_franking_key(1)
    async with running(checked, clock=clock) as hub:
        await hub.begun()
        records = await published(hub, label)
        assert len(records) == 2
        await hub.context.db.write(lambda tx: lose_values(tx, label, 1, hub.context))
    with_franking_key(2)
    async with running(checked, clock=clock) as hub:
        assert await hub.context.db.read(store.waiting) == 0, "nothing is queued in its place"
        line = await connect(hub.http, alice.device)
        refused(await look_up(line, label), Code.KEYS_LOST, "version 1 ")
        await hub.register("bobby")
        before = await everything(hub)
        forged = replace(ServerRecord.decode(records[1]), franking_key=bytes(32)).encode()
        refused(await bring(line, label, [forged]), Code.CONFLICT)
        refused(await bring(line, label, [alice.list.encode()]), Code.MALFORMED)
        assert await everything(hub) == before
        assert await bring(line, label, records[1:]) == (200, {"taken": 1})
        await hub.begun()
        proven, values = await found(hub, line, label)
        assert values[:2] == records and proven.version == 2
        newest = next_record(next_record(first_record(values[0], HOST), values[1]), values[2])
        assert newest.franking_key == hub.context.keys.franking_public
        assert record.label_of(hub.context) == label


async def test_how_many_values_are_lost_is_counted(hub: Hub) -> None:
    alice, _ = await with_lists(hub, "alice")
    lists = await lose(hub, alice)
    server = TestServer(metrics_app(hub.context))
    await server.start_server()
    async with ClientSession(server.make_url("/")) as http:
        for count, back in ((3, True), (0, False)):
            async with http.get("/metrics") as page:
                assert f"privity_keylog_lost {count}.0\n" in await page.text()
            if back:
                assert (await bring_own(hub, alice.device, "alice", lists))[0] == 200
    await server.close()
