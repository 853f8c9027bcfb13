# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Bringing lost values back: what was published is taken, from whoever has it, and nothing else from anybody."""

from __future__ import annotations

import asyncio
import copy
import os
import random
import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from privity.keylog.verify import LogKeys, View
from privity.server.accounts import store as accounts
from privity.server.limits import LIMITS, MAX_OWN_RETURNS_BYTES, Limits
from privity.tlog.errors import QuorumMissing
from privity.tlog.quorum import Witness
from privity.wire.errors import Code
from privity.wire.keylog import MAX_RETURNED
from tests.server.core.conftest import Clock
from tests.server.core.people import HOST, Line, Person, connect, text
from tests.server.keylog.bringing import (
    OWN_RETURNS,
    RETURNS,
    add_lost,
    bring,
    bring_own,
    everything,
    label_of,
    lose,
    lost_count,
    own_returns,
    published,
    refused,
    with_lists,
)
from tests.server.keylog.hubs import Hub, found, fresh, look_up, put, running
from tests.server.keylog.losing import keeping, newest, rows, take_back, updates
from tests.server.keylog.losing import lose as put_back_after
from tests.server.keylog.test_resets import exists

MIXES = 100
PROVE_MIXES = int(os.environ.get("PRIVITY_PROVE_MIXES", "2000"))
REFUSALS = (Code.CONFLICT, Code.KEYS_LOST, Code.MALFORMED, Code.DEVICE_LIST_REFUSED, Code.NOT_ALLOWED)


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running(fresh(tmp_path)) as made:
        await made.begun()
        yield made


async def test_a_lost_account_comes_back_with_its_own_lists_and_nothing_else(tmp_path: Path) -> None:
    checked = fresh(tmp_path)
    async with running(checked) as hub:
        await hub.begun()
        alice, dropped = await with_lists(hub, "alice")
        _, line = await hub.join("bobby")
        before, values = await found(hub, line, label_of(alice), date_all=True)
        lists = await lose(hub, alice)
        clock = hub.clock
    async with running(checked, clock=clock) as hub:
        with pytest.raises(AssertionError):
            await connect(hub.http, alice.device)
        assert await bring_own(hub, alice.device, "alice", lists) == (200, {"taken": 3})
        assert await lost_count(hub) == 0
        line = await connect(hub.http, alice.device)
        after, again = await found(hub, line, label_of(alice), before.view, date_all=True)
        assert (after.version, after.epoch, again) == (before.version, before.epoch, values)
        assert after.dated == before.dated, "with the dates that it always had"
        assert (await line.request("GET", "/v1/handles/alice"))[1] == {"user_uri": alice.user_uri}
        assert not await exists(hub, dropped)
        assert (await put(line, alice.next_list([alice.device, alice.new_device()]).encode()))[0] == 200
        assert (await found(hub, line, label_of(alice), after.view))[0].version == 3


async def test_after_the_command_has_taken_the_epochs_back_people_bring_what_was_in_them(tmp_path: Path) -> None:
    """All of it: an old copy, the epochs from an auditor, then the people, one of whom the hub has never heard of."""
    checked, clock = fresh(tmp_path), Clock()
    alice, bobby, carol = Person("alice"), Person("bobby"), Person("carol")
    views: list[View] = []

    async def before(hub: Hub) -> None:
        for person in (alice, bobby):
            assert (await hub.post("/v1/accounts", person.registration()))[0] == 200

    async def after(hub: Hub) -> None:
        line = await connect(hub.http, alice.device)
        for devices in ([alice.device, alice.new_device()], [alice.device]):
            assert (await put(line, alice.next_list(devices).encode()))[0] == 200
        assert (await hub.post("/v1/accounts", carol.registration()))[0] == 200
        views.append(await hub.newest_view())

    async with keeping() as keeper:
        await put_back_after(checked, [keeper.at()], clock, before=before, after=after)
        keeper.updates = updates(newest(checked))
        assert (await take_back(checked, [keeper.at()], clock)).lost == 3
        async with running(checked, clock=clock, witnesses=[keeper.at()], quorum=1) as hub:
            keys = hub.keys([Witness(keeper.key, True)], 1)
            line = await connect(hub.http, bobby.device)
            refused(await look_up(line, label_of(alice)), Code.KEYS_LOST)
            refused(await hub.post("/v1/accounts", carol.registration()), Code.KEYS_LOST)
            await cosigned(hub, line, label_of(bobby), keys)
            whole = rows(newest(checked), "kl_value")["kl_value"]
            lists = [bytes(row[3]) for row in whole if row[0] == label_of(alice)]
            own = await connect(hub.http, alice.device)
            assert await bring(own, label_of(alice), lists) == (200, {"taken": 2})
            assert await bring_own(hub, carol.device, "carol", [carol.list.encode()]) == (200, {"taken": 1})
            for person in (alice, bobby, carol):
                proven, _ = await found(hub, line, label_of(person), views[0], keys=keys)
                assert proven.value == person.list.encode()
            await connect(hub.http, carol.device)
    assert rows(checked, "kl_value")["kl_value"] == whole, "to the last opening"


async def cosigned(hub: Hub, line: Line, label: str, keys: LogKeys) -> None:
    """Once the witness has been asked about what was taken back: the hub does so after its start."""
    async with asyncio.timeout(60):
        while True:
            try:
                await found(hub, line, label, keys=keys)
            except QuorumMissing:
                await asyncio.sleep(0.2)
            else:
                return


async def test_the_same_again_and_two_at_once_are_harmless(hub: Hub) -> None:
    alice, _ = await with_lists(hub, "alice")
    bobby, _ = await hub.join("bobby")
    lists = await lose(hub, alice)
    await lose(hub, bobby)
    answers = await asyncio.gather(*(bring_own(hub, alice.device, "alice", lists) for _ in range(4)))
    assert [status for status, _ in answers] == [200] * 4
    assert sum(answer["taken"] for _, answer in answers) == 3
    before = await everything(hub)
    assert await bring_own(hub, alice.device, "alice", lists) == (200, {"taken": 0})
    line = await connect(hub.http, alice.device)
    assert await bring(line, label_of(alice), lists) == (200, {"taken": 0})
    assert await everything(hub) == before and await lost_count(hub) == 1


async def test_newer_lists_come_back_to_an_account_that_is_there(hub: Hub) -> None:
    alice, _ = await with_lists(hub, "alice")
    _, line = await hub.join("bobby")
    lists = await lose(hub, alice, 1)
    refused(await bring_own(hub, alice.device, "alicia", lists), Code.CONFLICT, "another handle")
    assert await bring(line, label_of(alice), lists[1:]) == (200, {"taken": 2}), "whoever has them"
    await lose(hub, alice, 2)
    own = await connect(hub.http, alice.device)
    assert await bring(own, label_of(alice), lists) == (200, {"taken": 1}), "all that a device keeps"
    await lose(hub, alice, 1)
    assert await bring_own(hub, alice.device, "alice", lists) == (200, {"taken": 2}), "without a session"
    assert (await found(hub, line, label_of(alice)))[0].value == alice.list.encode()


async def test_a_handle_that_somebody_else_has_now_stays_theirs(hub: Hub) -> None:
    alice, _ = await with_lists(hub, "alice")
    lists = await lose(hub, alice)
    await hub.register("alice")
    before = await everything(hub)
    refused(await bring_own(hub, alice.device, "alice", lists), Code.HANDLE_TAKEN)
    assert await everything(hub) == before
    assert await bring_own(hub, alice.device, "alice.b", lists) == (200, {"taken": 3})


async def test_only_a_device_of_the_newest_list_brings_the_account_back(hub: Hub) -> None:
    """With the lists alone, which contacts have seen too, nobody chooses the handle."""
    alice, dropped = await with_lists(hub, "alice")
    bobby, _ = await hub.join("bobby")
    lists = await lose(hub, alice)
    before = await everything(hub)
    for device in (bobby.device, dropped, alice.new_device()):
        refused(await bring_own(hub, device, "alice", lists), Code.NOT_ALLOWED, "does not name this device")
    thief = replace(alice.device, private=dropped.private)
    refused(await bring_own(hub, thief, "alice", lists), Code.NOT_ALLOWED, "not brought back by this device")
    for wrong in ({"host": "other.example"}, {"signed_handle": "alicia"}):
        refused(await bring_own(hub, alice.device, "alice", lists, **wrong), Code.NOT_ALLOWED)
    moved = own_returns(alice.device, "alice", lists) | {"handle": "mallory"}
    refused(await hub.post(OWN_RETURNS, moved), Code.NOT_ALLOWED)
    assert await everything(hub) == before


async def test_a_removed_device_cannot_leave_out_the_list_that_dropped_it(hub: Hub) -> None:
    alice, dropped = await with_lists(hub, "alice")
    bobby, _ = await hub.join("bobby")
    lists = await lose(hub, alice)
    before = await everything(hub)
    refused(await bring_own(hub, dropped, "alice", lists[:2]), Code.KEYS_LOST, "version 2 ")
    assert await everything(hub) == before
    assert (await bring_own(hub, alice.device, "alice", lists))[0] == 200
    await lose(hub, bobby)
    assert await bring_own(hub, dropped, "alice", lists[:2]) == (200, {"taken": 0}), "nor later"
    assert not await exists(hub, dropped) and await exists(hub, alice.device)


async def test_nobody_comes_in_while_a_later_list_is_lost(hub: Hub) -> None:
    """A contact has only seen the list that brought the device; the next one, which dropped it, is still lost."""
    alice, dropped = await with_lists(hub, "alice")
    _, line = await hub.join("bobby")
    lists = await lose(hub, alice, 1)
    assert await bring(line, label_of(alice), lists[1:2]) == (200, {"taken": 1})
    assert not await exists(hub, dropped)
    refused(await look_up(line, label_of(alice)), Code.KEYS_LOST, "version 2 ")
    assert await bring(line, label_of(alice), lists[2:]) == (200, {"taken": 1})
    assert await exists(hub, alice.device) and not await exists(hub, dropped)


async def test_a_device_that_a_lost_list_brought_comes_in_with_it(hub: Hub) -> None:
    alice, line = await hub.join("alice")
    second = alice.new_device()
    assert (await put(line, alice.next_list([alice.device, second]).encode()))[0] == 200
    lists = await lose(hub, alice, 1)
    assert not await exists(hub, second)
    assert await bring_own(hub, second, "alice", lists) == (200, {"taken": 1}), "the new device may say it itself"
    await connect(hub.http, second)


async def test_a_contact_does_not_bring_a_lost_account_into_being(hub: Hub) -> None:
    alice = await hub.register("alice")
    _, line = await hub.join("bobby")
    lists = await lose(hub, alice)
    before = await everything(hub)
    refused(await bring(line, label_of(alice), lists), Code.KEYS_LOST, "own devices")
    assert await everything(hub) == before


# Only what was published


async def test_what_was_never_published_is_refused_by_name(hub: Hub) -> None:
    alice, own = await hub.join("alice")
    early = copy.copy(alice)
    for _ in range(2):
        assert (await put(own, alice.next_list([*alice.devices, alice.new_device()]).encode()))[0] == 200
    bobby, line = await hub.join("bobby")
    lists = await lose(hub, alice, 1)
    before = await everything(hub)
    fork = [early.next_list([early.device, early.new_device()]).encode(), lists[2]]
    refused(await bring(line, label_of(alice), fork), Code.CONFLICT, "version 1 ")
    refused(await bring(line, label_of(alice), lists[1:2] + fork[:1]), Code.MALFORMED, "1 came after 1")
    refused(await bring(line, label_of(alice), [fork[0]]), Code.CONFLICT)
    refused(await bring(line, label_of(bobby), lists[1:]), Code.CONFLICT, "never published")
    refused(await bring(line, label_of(alice), [bobby.list.encode()]), Code.CONFLICT, "another value")
    beyond = [*lists, alice.next_list([alice.device, alice.new_device()]).encode()]
    refused(await bring(line, label_of(alice), beyond), Code.CONFLICT, "version 3 ", "never published")
    refused(await bring_own(hub, alice.device, "alice", beyond), Code.CONFLICT, "never published")
    refused(await bring_own(hub, bobby.device, "robert", [Person("robert").list.encode()]), Code.CONFLICT)
    assert await everything(hub) == before


async def test_an_owner_cannot_replace_what_was_published(hub: Hub) -> None:
    """Every signature in it is good; only the log says that it was another list."""
    alice, line = await hub.join("alice")
    early = copy.copy(alice)
    assert (await put(line, alice.next_list([alice.device, alice.new_device()]).encode()))[0] == 200
    lists = await lose(hub, alice)
    before = await everything(hub)
    fork = early.next_list([early.device, early.new_device()]).encode()
    refused(await bring_own(hub, alice.device, "alice", [lists[0], fork]), Code.CONFLICT, "version 1 ")
    assert await everything(hub) == before


async def test_a_gap_is_refused_by_name(hub: Hub) -> None:
    alice, _ = await with_lists(hub, "alice")
    _, line = await hub.join("bobby")
    lists = await lose(hub, alice, 1)
    before = await everything(hub)
    refused(await bring(line, label_of(alice), lists[2:]), Code.KEYS_LOST, "version 1 ")
    refused(await bring(line, label_of(alice), [lists[0], lists[2]]), Code.MALFORMED, "2 came after 0")
    refused(await bring(line, label_of(alice), [lists[2], lists[1]]), Code.KEYS_LOST)
    refused(await bring(line, label_of(alice), [*lists, lists[1]]), Code.MALFORMED, "1 came after 2")
    refused(await bring(line, label_of(alice), [lists[1], lists[1]]), Code.MALFORMED, "1 came after 1")
    refused(await bring_own(hub, alice.device, "alice", lists[1:]), Code.DEVICE_LIST_REFUSED, "NotFirst")
    assert await everything(hub) == before


async def test_a_published_list_that_follows_no_rule_is_refused_and_no_bug(hub: Hub) -> None:
    """A hub of today publishes none; a log may be older than its rules."""
    alice, line = await hub.join("alice")
    wrong = replace(alice.list, version=1, prev=bytes(32)).encode()
    await hub.context.db.write(lambda tx: add_lost(tx, hub.context, label_of(alice), [wrong], first=1))
    before = await everything(hub)
    refused(await bring(line, label_of(alice), [wrong]), Code.DEVICE_LIST_REFUSED)
    refused(await bring_own(hub, alice.device, "alice", [alice.list.encode(), wrong]), Code.DEVICE_LIST_REFUSED)
    assert await everything(hub) == before


@pytest.mark.parametrize("own", [False, True])
async def test_garbage_and_floods_are_refused_before_any_work(hub: Hub, own: bool) -> None:
    alice, line = await hub.join("alice")
    bobby = await hub.register("bobby")
    await lose(hub, bobby)
    lists = [alice.list.encode()]

    async def say(**change: Any) -> tuple[int, Any]:
        if own:
            return await hub.post(OWN_RETURNS, own_returns(alice.device, "alice", lists) | change)
        status, answer = await line.request("POST", RETURNS, {"label": label_of(alice), "values": [], **change})
        return int(status), answer

    many = [text(lists[0])] * (MAX_RETURNED + 1)
    refused(await say(values=many), Code.MALFORMED, "length <= 1000")
    refused(await say(values=[]), Code.MALFORMED)
    for value in (b"", b"\0", secrets.token_bytes(300), lists[0][:-1], lists[0] + b"\0", bytes(1 << 15)):
        answer = await say(values=[text(value)])
        refused(answer, Code.DEVICE_LIST_REFUSED if own else Code.MALFORMED)
    refused(await say(values="x"), Code.MALFORMED)
    if own:
        for handle in ("", "Al", "a" * 33, "../x"):
            refused(await say(handle=handle), Code.MALFORMED)
        other = Person("alice", "other.example")
        refused(await say(values=[text(other.list.encode())]), Code.DEVICE_LIST_REFUSED, "another host")
        large = "A" * MAX_OWN_RETURNS_BYTES
        refused(await hub.post(OWN_RETURNS, {"handle": large}), Code.TOO_LARGE)
    else:
        for label in ("", "x:y", "u:", f"s:{HOST}x", label_of(Person("x", "other.example"))):
            refused(await say(label=label, values=many[:1]), Code.MALFORMED)
        refused(await hub.post(RETURNS, {"label": label_of(alice), "values": many[:1]}), Code.UNAUTHENTICATED)


async def test_while_nothing_is_lost_nothing_is_looked_at(hub: Hub) -> None:
    alice, line = await hub.join("alice")
    before = await everything(hub)
    assert await bring(line, label_of(alice), [b"anything"]) == (200, {"taken": 0})
    assert await bring_own(hub, alice.new_device(), "alice", [b"anything"]) == (200, {"taken": 0})
    assert await everything(hub) == before


async def test_both_ways_are_limited(hub: Hub) -> None:
    alice, line = await hub.join("alice")
    limits = Limits(hub.clock, LIMITS)
    object.__setattr__(hub.context, "limits", limits)
    limits.take("keylog.return", alice.user_uri, LIMITS["keylog.return"].burst)
    limits.take("keylog.return_own", "127.0.0.1", LIMITS["keylog.return_own"].burst)
    for status, answer in (
        await bring(line, label_of(alice), [b"x"]),
        await bring_own(hub, alice.device, "alice", [b"x"]),
    ):
        assert (status, answer["limit"]) in ((429, "keylog.return"), (429, "keylog.return_own"))


# All together


async def try_mixes(hub: Hub, seed: int, count: int) -> None:
    """Any mix of true, old, foreign, altered and missing lists: what the hub holds is always what was published, from
    the first version on, and a refusal changes nothing."""
    chosen = random.Random(seed)
    people = [(await with_lists(hub, f"person{number}"))[0] for number in range(2)]
    _, line = await hub.join("watcher")
    all_lists = {label_of(person): await published(hub, label_of(person)) for person in people}
    pool = [value for lists in all_lists.values() for value in lists]
    taken = refusals = 0
    for _ in range(count):
        person = chosen.choice(people)
        label, lists = label_of(person), all_lists[label_of(person)]
        if await published(hub, label) == lists:
            await lose(hub, person, chosen.randrange(3))
        at = chosen.choice((0, 0, 1, 2))
        values = lists[at : chosen.choice((at + 1, 3, 3))]
        if chosen.random() < 0.5:
            values[chosen.randrange(len(values))] = altered(chosen, chosen.choice(pool))
        before = await everything(hub)
        if chosen.random() < 0.5:
            status, answer = await bring(line, label, values)
        else:
            device = chosen.choice((person, *people)).device
            status, answer = await bring_own(hub, device, person.handle, values)
        if status != 200:
            refusals += 1
            assert answer["code"] in ("conflict", "keys_lost", "malformed", "device_list_refused", "not_allowed"), (
                answer
            )
            assert await everything(hub) == before
        else:
            taken += answer["taken"]
        for name, known in all_lists.items():
            held = await published(hub, name)
            assert held == known[: len(held)]
    assert taken > count / 20 and refusals > count / 20, "the mix tried too little of one kind"
    for person in people:
        assert (await bring_own(hub, person.device, person.handle, all_lists[label_of(person)]))[0] == 200
        assert (await found(hub, line, label_of(person)))[0].value == person.list.encode()
    assert await lost_count(hub) == 0


def altered(chosen: random.Random, value: bytes) -> bytes:
    if chosen.random() < 0.5:
        return value
    at = chosen.randrange(len(value))
    return value[:at] + bytes([value[at] ^ 1 << chosen.randrange(8)]) + value[at + 1 :]


async def test_no_mix_of_lists_makes_the_hub_hold_what_was_not_published(hub: Hub) -> None:
    await try_mixes(hub, 1, MIXES)


@pytest.mark.prove
async def test_no_mix_of_lists_makes_the_hub_hold_what_was_not_published_at_the_full_count(hub: Hub) -> None:
    await try_mixes(hub, 2, PROVE_MIXES)


@pytest.mark.prove
async def test_a_thousand_lists_come_back_in_one_request_and_others_are_heard_meanwhile(hub: Hub) -> None:
    """The most that one request may bring: one device that comes and goes all the time."""
    alice, (_, line) = Person("alice"), await hub.join("bobby")
    lists = [alice.list.encode()]
    while len(lists) < MAX_RETURNED:
        lists.append(alice.next_list([alice.device]).encode())
    await hub.context.db.write(lambda tx: add_lost(tx, hub.context, label_of(alice), lists))
    bringing = asyncio.create_task(bring_own(hub, alice.device, "alice", lists))
    heard = 0
    while not bringing.done():
        assert (await line.request("GET", "/v1/handles/bobby"))[0] == 200
        heard += 1
    assert await bringing == (200, {"taken": MAX_RETURNED}) and heard > 5
    known = await hub.context.db.read(lambda reader: accounts.find(reader, alice.user_uri))
    assert known is not None and await exists(hub, alice.device)
