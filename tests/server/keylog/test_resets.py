# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Devices and the log: what counts before publication and what after, recoveries, and resets that wait three days."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from privity.identity.account import RESET_PENDING_MS
from privity.identity.device_list import DeviceList
from privity.identity.trust import follow
from privity.server import init
from privity.server.devices import recovery
from privity.server.devices import service as devices
from privity.server.errors import UnknownHandle
from privity.server.keylog import epochs, queue, store
from privity.server.limits import LIMITS, Limits
from privity.wire.socket import Closed, decode_from_hub
from tests import stores
from tests.server.core.people import Keys, Person, connect, key_package, raw, text
from tests.server.keylog.hubs import Hub, found, fresh, put, running

HOUR_MS = 3_600_000


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running(fresh(tmp_path)) as made:
        await made.begun()
        yield made


async def code_for(hub: Hub, handle: str) -> str:
    made = await hub.context.db.write(
        lambda tx: recovery.new_code(tx, handle, hub.context.random, hub.context.now_ms())
    )
    return made.code


async def exists(hub: Hub, device: Keys) -> bool:
    return await hub.context.db.read(lambda reader: devices.find(reader, device.client_uri)) is not None


@dataclass
class Held:
    """The publisher, held at its next cut."""

    hub: Hub
    monkeypatch: pytest.MonkeyPatch

    def __enter__(self) -> Held:
        async def never(context: object) -> None:
            raise OSError("held by the test")

        self.monkeypatch.setattr(epochs, "prepare", never)
        self.monkeypatch.setattr(queue, "PUBLISH_WAIT_S", 0.05)
        return self

    def __exit__(self, *error: object) -> None:
        self.monkeypatch.undo()


async def test_a_new_device_counts_only_once_everybody_can_see_it(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    alice, line = await hub.join("alice")
    new = alice.new_device()
    value = alice.next_list([alice.device, new]).encode()
    with Held(hub, monkeypatch):
        status, answer = await put(line, value)
        assert (status, answer["code"]) == (503, "keylog_delayed") and answer["retry_after_ms"] > 0
        assert not await exists(hub, new)
        proven, values = await found(hub, line, f"u:{alice.user_uri}")
        assert (proven.version, len(values)) == (0, 1)
    assert await put(line, value) == (200, {"ok": True})
    assert await exists(hub, new)
    assert (await found(hub, line, f"u:{alice.user_uri}"))[0].version == 1


async def test_a_dropped_device_loses_everything_before_the_witnesses_have_looked(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, line = await hub.join("alice")
    stolen = alice.new_device()
    assert (await put(line, alice.next_list([alice.device, stolen]).encode()))[0] == 200
    thief = await connect(hub.http, stolen)
    assert (await thief.request("POST", "/v1/key-packages", {"key_packages": [text(key_package(stolen))]}))[0] == 200
    with Held(hub, monkeypatch):
        assert (await put(line, alice.next_list([alice.device]).encode()))[1]["code"] == "keylog_delayed"
        assert not await exists(hub, stolen)
        closed = decode_from_hub(await thief.ws.receive_bytes(timeout=60))
        assert isinstance(closed, Closed)
        _, claimed = await line.request("POST", f"/v1/users/{alice.id}/claim", {"suites": [1]})
        assert [one["client_uri"] for one in claimed["devices"]] == [alice.device.client_uri]


async def test_two_lists_may_wait_and_come_in_their_order(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    alice, line = await hub.join("alice")
    lists = []
    with Held(hub, monkeypatch):
        for _ in range(3):
            lists.append(alice.next_list([*alice.devices, alice.new_device()]).encode())
            assert (await put(line, lists[-1]))[1]["code"] == "keylog_delayed"
    assert (await put(line, lists[-1]))[0] == 200
    proven, values = await found(hub, line, f"u:{alice.user_uri}", from_version=1, date_all=True)
    assert values == lists and proven.version == 3
    assert len({proven.dated[n].epoch for n in (1, 2, 3)}) == 1


async def test_a_dropped_device_does_not_come_back_with_the_list_before(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That list was already signed and on its way to the witnesses when the next one dropped the device."""
    alice, line = await hub.join("alice")
    stolen = alice.new_device()
    assert (await put(line, alice.next_list([alice.device, stolen]).encode()))[0] == 200
    gate, honest = asyncio.Event(), epochs.publish

    async def late(*args: Any) -> None:
        await gate.wait()
        await honest(*args)
        monkeypatch.setattr(epochs, "prepare", before_never)  # and the epoch that drops it does not come

    async def before_never(context: object) -> None:
        raise OSError("held by the test")

    monkeypatch.setattr(epochs, "publish", late)
    monkeypatch.setattr(queue, "PUBLISH_WAIT_S", 0.2)
    third = alice.new_device()
    assert (await put(line, alice.next_list([alice.device, stolen, third]).encode()))[0] == 503
    assert (await put(line, alice.next_list([alice.device, third]).encode()))[0] == 503
    assert not await exists(hub, stolen)
    next_epoch = hub.context.epochs.next_change()
    gate.set()
    await next_epoch
    assert (await found(hub, line, f"u:{alice.user_uri}"))[0].version == 2
    assert await exists(hub, third) and not await exists(hub, stolen)


async def test_a_room_that_cannot_be_changed_holds_up_nobody(hub: Hub) -> None:
    alice, _ = await hub.join("alice")
    ghost, _ = await begin_reset(hub, alice)

    class Broken(Telling):
        def account_reset(self, tx: Any, user_uri: str, client_uris: object) -> None:
            tx.execute("DELETE FROM account_reset")
            tx.after_commit(lambda: self.told.append("a change that was undone"))
            raise LookupError("room 1 has no group")

    told: list[str] = []
    object.__setattr__(hub.context, "hooks", Broken(hub.context.hooks, told))
    since = hub.clock.now
    await hub.heartbeat(RESET_PENDING_MS)
    assert await exists(hub, ghost) and told == [f"changed {alice.user_uri}"]
    assert await hub.context.db.read(lambda reader: devices.follows_reset(reader, alice.user_uri, since))


async def test_who_lost_every_device_recovers_with_the_phrase(hub: Hub) -> None:
    alice, line = await hub.join("alice")
    status, chain = await hub.post("/v1/recovery/lists", {"handle": "alice"})
    assert (status, chain["user_uri"]) == (200, alice.user_uri)
    assert [raw(value) for value in chain["values"]] == [alice.list.encode()]
    new = alice.new_device()
    value = alice.recovery([new]).encode()
    for _ in range(2):
        assert await hub.post("/v1/recovery", {"device_list": text(value)}) == (200, {"ok": True})
    assert await exists(hub, new)
    assert isinstance(decode_from_hub(await line.ws.receive_bytes(timeout=60)), Closed)
    proven, _ = await found(hub, await connect(hub.http, new), f"u:{alice.user_uri}")
    assert proven.value == value


async def test_without_a_session_only_a_recovery_is_taken(hub: Hub) -> None:
    alice, _ = await hub.join("alice")
    reset = text(alice.reset([alice.new_device()]).encode())
    continuation = text(alice.next_list([*alice.devices, alice.new_device()]).encode())
    for value in (reset, continuation, text(b""), text(b"x" * 100)):
        status, answer = await hub.post("/v1/recovery", {"device_list": value})
        assert (status, answer["code"]) == (422, "device_list_refused")
    assert (await hub.post("/v1/recovery/lists", {"handle": "nobody"}))[0] == 404
    assert (await hub.post("/v1/recovery", {}))[0] == 400


async def test_a_stranger_with_another_phrase_recovers_nothing(hub: Hub) -> None:
    alice, line = await hub.join("alice")
    thief = Person("thief")
    thief.user_uri, thief.list = alice.user_uri, alice.list
    forged = DeviceList.sign(
        alice.user_uri,
        (thief.new_device().listed(),),
        thief.account_private,
        recovery_private=thief.recovery_private,
        previous=alice.list,
        reset=True,
    )
    assert (await hub.post("/v1/recovery", {"device_list": text(forged.encode())}))[0] == 422
    assert (await put(line, forged.encode()))[0] == 422, "nor by a session: a reset takes a code"
    assert await exists(hub, alice.device)


async def test_a_reset_needs_a_code_of_the_operator_for_this_account_once(hub: Hub) -> None:
    alice, _ = await hub.join("alice")
    await hub.join("bobby")
    value = text(alice.reset([alice.new_device()]).encode())
    for code in ("", "no such code", "x" * 65, await code_for(hub, "bobby")):
        status, answer = await hub.post("/v1/resets", {"code": code, "device_list": value})
        assert (status, answer["code"]) == (403, "bad_reset_code")
    late = await code_for(hub, "alice")
    hub.clock.now += 7 * 86_400_000
    assert (await hub.post("/v1/resets", {"code": late, "device_list": value}))[1]["code"] == "bad_reset_code"
    code = await code_for(hub, "alice")
    for _ in range(2):
        assert (await hub.post("/v1/resets", {"code": code, "device_list": value}))[0] == 200, "again is harmless"
    other = alice.list
    alice.list = DeviceList.decode(raw(value))
    second = text(alice.reset([alice.new_device()], in_force=other).encode())
    assert (await hub.post("/v1/resets", {"code": code, "device_list": second}))[1]["code"] == "bad_reset_code"


async def test_codes_are_kept_as_hashes_and_only_for_people_there_are(hub: Hub) -> None:
    await hub.register("alice")
    code = await code_for(hub, "alice")
    assert all(code.encode() not in data for data in stores.on_disk(hub.context.config).values())
    with pytest.raises(UnknownHandle):
        await code_for(hub, "nobody")
    with pytest.raises(UnknownHandle):
        await asyncio.to_thread(init.new_reset_code, hub.context.config.data.parent / "privity.toml", "nobody")
    made = await asyncio.to_thread(init.new_reset_code, hub.context.config.data.parent / "privity.toml", "alice")
    assert made.code not in repr(made)


async def begin_reset(hub: Hub, person: Person) -> tuple[Keys, DeviceList]:
    """A reset by whoever has a code; returns the device that would come, and the list."""
    ghost = person.new_device()
    reset = person.reset([ghost])
    body = {"code": await code_for(hub, person.handle), "device_list": text(reset.encode())}
    assert (await hub.post("/v1/resets", body))[0] == 200
    return ghost, reset


async def test_a_pending_reset_changes_no_device_and_every_device_is_told(hub: Hub) -> None:
    alice, line = await hub.join("alice")
    told: list[str] = []
    hooks = hub.context.hooks
    object.__setattr__(hub.context, "hooks", Telling(hooks, told))
    ghost, reset = await begin_reset(hub, alice)
    assert told == [f"changed {alice.user_uri}"]
    assert await exists(hub, alice.device) and not await exists(hub, ghost)
    proven, values = await found(hub, line, f"u:{alice.user_uri}")
    assert proven.value == values[1] == reset.encode()
    assert proven.dated[1].timestamp_ms == hub.clock.now, "its date is proven, because everything depends on it"
    account = follow(None, [(values[0], None), (values[1], proven.dated[1].timestamp_ms)], alice.user_uri)
    assert account.in_force == alice.list and account.pending_since_ms == hub.clock.now


class Telling:
    def __init__(self, hooks: object, told: list[str]) -> None:
        self.hooks, self.told = hooks, told

    def devices_removed(self, tx: object, user_uri: str, client_uris: object) -> None:
        self.told.append(f"removed {user_uri}")

    def account_reset(self, tx: object, user_uri: str, client_uris: object) -> None:
        self.told.append(f"reset {user_uri}")

    def device_list_changed(self, tx: object, user_uri: str) -> None:
        self.told.append(f"changed {user_uri}")


async def test_after_three_days_of_silence_the_reset_is_in_force(hub: Hub) -> None:
    alice, line = await hub.join("alice")
    since = hub.clock.now
    ghost, _ = await begin_reset(hub, alice)
    told: list[str] = []
    object.__setattr__(hub.context, "hooks", Telling(hub.context.hooks, told))
    await hub.heartbeat(RESET_PENDING_MS - 1)
    assert await exists(hub, alice.device) and not await exists(hub, ghost), "one millisecond before"
    assert told == []
    await hub.heartbeat()
    assert await exists(hub, ghost) and not await exists(hub, alice.device)
    assert told == [f"reset {alice.user_uri}", f"changed {alice.user_uri}"]
    assert isinstance(decode_from_hub(await line.ws.receive_bytes(timeout=60)), Closed)
    await connect(hub.http, ghost)
    assert await hub.context.db.read(lambda reader: devices.follows_reset(reader, alice.user_uri, since))
    now = hub.clock.now
    assert not await hub.context.db.read(lambda reader: devices.follows_reset(reader, alice.user_uri, now + 1))


async def test_any_old_device_cancels_a_reset_within_the_three_days(hub: Hub) -> None:
    alice, line = await hub.join("alice")
    ghost, reset = await begin_reset(hub, alice)
    before, alice.list = alice.list, reset
    hub.clock.now += RESET_PENDING_MS - 1
    assert (await put(line, alice.next_list([alice.device], in_force=before).encode()))[0] == 200
    await hub.heartbeat(74 * HOUR_MS)
    assert await exists(hub, alice.device) and not await exists(hub, ghost)
    proven, _ = await found(hub, line, f"u:{alice.user_uri}", from_version=1)
    assert sorted(proven.dated) == [1, 2], "the reset and what followed it are dated"
    assert proven.dated[2].timestamp_ms < proven.dated[1].timestamp_ms + RESET_PENDING_MS


async def test_the_phrase_cancels_a_reset_too_and_the_ghost_may_not_answer(hub: Hub) -> None:
    alice, _ = await hub.join("alice")
    ghost, reset = await begin_reset(hub, alice)
    before, alice.list = alice.list, reset
    new = alice.new_device()
    assert (await hub.post("/v1/recovery", {"device_list": text(alice.recovery([new], in_force=before).encode())}))[
        0
    ] == 200
    assert await exists(hub, new) and not await exists(hub, ghost)


async def test_a_list_that_time_overtook_in_the_queue_never_enters_the_log(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Taken a moment before the reset counts, cut a moment after: in the log nobody could ever accept it."""
    alice, line = await hub.join("alice")
    bobby, _ = await hub.join("bobby")
    ghost, reset = await begin_reset(hub, alice)
    before, alice.list = alice.list, reset
    hub.clock.now += RESET_PENDING_MS - 1
    cancel = alice.next_list([alice.device], in_force=before).encode()
    with Held(hub, monkeypatch):
        assert (await put(line, cancel))[1]["code"] == "keylog_delayed"
        hub.clock.now += 1
    status, answer = await put(line, cancel)
    assert (status, answer["code"]) in ((422, "device_list_refused"), (401, "unauthenticated"))
    await hub.register("carol")
    _, values = await found(hub, await connect(hub.http, bobby.device), f"u:{alice.user_uri}")
    assert values[-1] == reset.encode() and await exists(hub, ghost)
    assert await hub.context.db.read(store.waiting) == 0


async def test_what_a_stranger_may_ask_is_limited_by_address(hub: Hub) -> None:
    await hub.register("alice")
    limits = Limits(hub.clock, LIMITS)
    object.__setattr__(hub.context, "limits", limits)
    for name in ("recovery.find", "recovery.put"):
        limits.take(name, "127.0.0.1", LIMITS[name].burst)
    for path, body in (
        ("/v1/recovery/lists", {"handle": "alice"}),
        ("/v1/recovery", {"device_list": ""}),
        ("/v1/resets", {"code": "x", "device_list": ""}),
    ):
        assert (await hub.post(path, body))[0] == 429, path
