# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Floods of requests: paths without number, requests in one breath, uploads that stall, rooms and stocks drained."""

from __future__ import annotations

import asyncio
import secrets
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from prometheus_client import generate_latest

from privity.server import bodies
from privity.server.bodies import Bodies
from privity.server.limits import LIMITS, MAX_BLOB_BYTES, MAX_BODY_BYTES, Limit, Limits
from privity.wire import rest, socket
from privity.wire.errors import Code
from tests.attacks.floods import ATTACKER, Honest, lines, wire_from
from tests.attacks.open_hub import ENOUGH, OpenHub, open_hub, request, say, signed
from tests.server.core.people import NOW_MS, key_package
from tests.server.rooms.test_rooms import room_of
from tests.server.rooms.world import Device

LARGE = MAX_BODY_BYTES + 1


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[OpenHub]:
    async with open_hub(tmp_path) as opened:
        yield opened
        assert opened.bugs() == []


async def test_paths_without_number_make_no_series_and_no_bucket(hub: OpenHub) -> None:
    honest = await Honest.of(hub)
    metrics, limits = hub.world.context.metrics, hub.world.context.limits
    assert (await say(hub.port, request("GET", "/nowhere", {}))).status == 401
    series, buckets = generate_latest(metrics.registry).count(b"\n"), len(limits)
    async with honest.talking(), wire_from(hub) as line:
        for number in range(400):
            method = ("GET", "POST", "PROPFIND")[number % 3]
            await line.send(request(method, f"/v1/{secrets.token_hex(8)}?q={number}", {f"X-{number}": "1"}))
            assert (await line.answer()).error.code in (Code.UNAUTHENTICATED, Code.NOT_FOUND)
    assert generate_latest(metrics.registry).count(b"\n") == series
    assert len(limits) - buckets <= 10, "those of the honest pair, and none for a path"


async def test_requests_in_one_breath_are_answered_in_order_or_not_read(hub: OpenHub) -> None:
    honest = await Honest.of(hub)
    asked = [request("GET", "/v1/server" if number % 2 else "/nowhere", {}) for number in range(400)]
    async with honest.talking(), wire_from(hub) as line:
        line.writer.write(b"".join(asked))
        for number in range(400):
            assert (await line.answer()).status == (200 if number % 2 else 401)


async def test_who_never_reads_answers_is_not_read_either(hub: OpenHub) -> None:
    """Answers wait in the buffers of the connection alone: when these are full, its requests wait unread."""
    honest = await Honest.of(hub)
    limits, asked = hub.world.context.limits, 20_000

    def answered() -> int:
        """Each took a token that is won back in a millisecond of a clock that stands still."""
        return limits._full_at.get(("notice.page", ATTACKER), NOW_MS) - NOW_MS

    async with wire_from(hub) as line:
        line.stop_reading()
        line.writer.write(request("GET", "/notice", {}) * asked)
        last = -1
        async with honest.talking():
            while (now := answered()) == 0 or now != last:
                last = now
                await asyncio.sleep(0.3)
        assert 0 < last < asked // 2


async def stalled(stack: AsyncExitStack, hub: OpenHub, device: Device, size: int) -> None:
    headers = {**signed(device.line, "POST", "/v1/blobs"), "Content-Length": str(size)}
    await lines(stack, hub, 1, request("POST", "/v1/blobs", headers, b"first bytes"))


async def test_uploads_that_stall_make_way_for_one_that_comes(hub: OpenHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BODY_UNDISTURBED_S", 3_600.0)
    honest = await Honest.of(hub)
    held = Bodies(LARGE, 2 * LARGE)
    object.__setattr__(hub.world.context, "large_bodies", held)
    mallory, peer = await hub.world.join("mallory"), await hub.world.join("peer")
    async with AsyncExitStack() as stack:
        await stalled(stack, hub, mallory, LARGE)
        await until(held, LARGE)
        status, said = await mallory.line.request("POST", "/v1/blobs", data=bytes(LARGE))
        assert (status, said["limit"]) == (429, "bodies")
        await stalled(stack, hub, peer, LARGE)
        await until(held, 2 * LARGE)
        status, said = await honest.anna.line.request("POST", "/v1/blobs", data=bytes(LARGE))
        assert (status, said["code"], said["message"]) == (503, "unavailable", "too many bytes of bodies are under way")
        monkeypatch.setattr(bodies, "BODY_UNDISTURBED_S", 0.0)  # as if so long had passed
        async with honest.talking():
            status, _ = await honest.anna.line.request("POST", "/v1/blobs", data=bytes(LARGE))
        assert status == 200
        await until(held, LARGE)
        assert held._by_caller == {peer.user_uri: LARGE}, "the oldest made way, and nobody else"
    await until(held, 0)


async def test_of_two_who_stall_the_one_who_holds_more_makes_way(hub: OpenHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BODY_UNDISTURBED_S", 0.0)
    honest, mallory = await Honest.of(hub), await hub.world.join("mallory")
    held = Bodies(2 * LARGE, 3 * LARGE)
    object.__setattr__(hub.world.context, "large_bodies", held)
    async with AsyncExitStack() as stack:
        await stalled(stack, hub, honest.ben, LARGE)
        await until(held, LARGE)
        for count in (2, 3):
            await stalled(stack, hub, mallory, LARGE)
            await until(held, count * LARGE)
        assert (await honest.anna.line.request("POST", "/v1/blobs", data=bytes(LARGE)))[0] == 200
        await until(held, 2 * LARGE)
        assert held._by_caller == {honest.ben.user_uri: LARGE, mallory.user_uri: LARGE}


async def test_who_makes_way_is_told_so(hub: OpenHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BODY_UNDISTURBED_S", 0.0)
    honest, mallory = await Honest.of(hub), await hub.world.join("mallory")
    object.__setattr__(hub.world.context, "large_bodies", Bodies(LARGE, LARGE))
    headers = {**signed(mallory.line, "POST", "/v1/blobs"), "Content-Length": str(LARGE)}
    async with wire_from(hub) as line:
        await line.send(request("POST", "/v1/blobs", headers, b"first bytes"))
        await until(hub.world.context.large_bodies, LARGE)
        assert (await honest.anna.line.request("POST", "/v1/blobs", data=bytes(LARGE)))[0] == 200
        heard = await line.answer()
    assert (heard.status, heard.error.code) == (503, Code.UNAVAILABLE)
    assert heard.error.message == "the body came slowly and others wait; send it again"


async def until(held: Bodies, size: int) -> None:
    async with asyncio.timeout(60):
        while len(held) != size:
            await asyncio.sleep(0)


async def test_large_bodies_are_begun_at_a_pace(tmp_path: Path) -> None:
    few = {**ENOUGH, "body.large": Limit(2, 1_000_000, "account", "for the test")}
    async with open_hub(tmp_path, few) as hub:
        (mallory,) = (await room_of(hub.world, "mallory"))[1]
        for number in range(2):
            assert (await mallory.line.request("POST", "/v1/blobs", data=bytes([number]) * LARGE))[0] == 200
        status, said = await mallory.line.request("POST", "/v1/blobs", data=bytes(LARGE))
        assert (status, said["limit"]) == (429, "body.large")
        assert (await mallory.line.request("POST", "/v1/blobs", data=b"small"))[0] == 200


async def test_a_blob_that_lies_about_its_length_is_none(hub: OpenHub) -> None:
    honest, mallory = await Honest.of(hub), await hub.world.join("mallory")
    blobs = hub.world.context.config.blobs
    for said, sent in ((MAX_BLOB_BYTES, b"x"), (100, b"x" * 99), (3, b"x" * 100), (MAX_BLOB_BYTES + 1, b"x")):
        headers = {**signed(mallory.line, "POST", "/v1/blobs", sent), "Content-Length": str(said)}
        async with wire_from(hub) as line:
            await line.send(request("POST", "/v1/blobs", headers, sent))
            line.writer.write_eof()
            heard = await line.answer()
            assert heard.status == 0 or heard.error.code in (Code.UNAUTHENTICATED, Code.TOO_LARGE, Code.MALFORMED)
    assert not [path for path in blobs.glob("*/*") if path.is_file()]
    assert len(hub.world.context.large_bodies) == len(hub.world.context.bodies) == 0
    await honest.talks()


async def test_members_who_flood_a_room_are_stopped_there_and_other_rooms_go_on(tmp_path: Path) -> None:
    """Each within its own limits: three devices that are in it together."""
    few = {**ENOUGH, "room.message": Limit(10, 1_000_000, "room", "for the test")}
    async with open_hub(tmp_path, few) as hub:
        honest = await Honest.of(hub)
        room, crowd = await room_of(hub.world, "mallory", "malcolm", "mallow")
        codes = [code for device in crowd for code in await pour(device, room, 5)]
        assert codes == [None] * 10 + ["room.message"] * 5
        await honest.talks()
        assert hub.bugs() == []


async def pour(device: Device, room: str, count: int) -> list[str | None]:
    """Which limit refused each message; None where it was taken."""
    found: list[str | None] = []
    for _ in range(count):
        await device.send(socket.Submit(secrets.token_bytes(16), room, device.sealed(room, b"flood")))
        answer = await device.until_answer()
        if isinstance(answer, socket.Refused):
            assert answer.code is Code.TOO_MANY
            assert answer.retry_after_ms
            found.append(answer.message.split()[2])
        else:
            found.append(None)
    return found


async def test_a_room_takes_so_many_bytes_and_what_is_refused_takes_no_number(tmp_path: Path) -> None:
    few = {**ENOUGH, "room.bytes": Limit(8, 1_000_000, "room", "for the test")}
    async with open_hub(tmp_path, few) as hub:
        room, (anna, ben) = await room_of(hub.world, "anna", "ben")
        first = await anna.say(room, bytes(5_000))
        await anna.send(socket.Submit(secrets.token_bytes(16), room, anna.sealed(room, bytes(5_000))))
        refused = await anna.until_answer()
        assert isinstance(refused, socket.Refused)
        assert (refused.code, refused.message.split()[2]) == (Code.TOO_MANY, "room.bytes")
        assert (await anna.say(room, b"short")).seq == first.seq + 1
        assert (await ben.hear(2))[1] == b"short"


async def test_a_stranger_empties_no_rooms_bucket(tmp_path: Path) -> None:
    few = {**ENOUGH, "room.message": Limit(3, 1_000_000, "room", "for the test")}
    async with open_hub(tmp_path, few) as hub:
        honest, mallory = await Honest.of(hub), await hub.world.join("mallory")
        message = honest.anna.sealed(honest.room, b"taken from the wire")
        for _ in range(10):
            await mallory.send(socket.Submit(secrets.token_bytes(16), honest.room, message))
            answer = await mallory.until_answer()
            assert isinstance(answer, socket.Refused)
            assert answer.code is Code.NOT_ALLOWED
        for _ in range(3):
            await honest.talks()


async def test_who_floods_a_room_with_commits_is_stopped_and_can_be_removed(tmp_path: Path) -> None:
    few = {**ENOUGH, "room.commits": Limit(2, 1_000_000, "room", "for the test")}
    async with open_hub(tmp_path, few) as hub:
        room, (anna, mallory) = await room_of(hub.world, "anna", "mallory")
        for _ in range(2):
            await mallory.commit(room, mallory.pending(room, force_path=True))
        body = mallory.body(mallory.pending(room, force_path=True))
        refused = await mallory.refused("POST", mallory.path(room, "commit"), body)
        assert (refused.code, refused.limit) == (Code.TOO_MANY, "room.commits")
        await anna.until_seq(room, mallory.cursors[room])
        done = await anna.commit(room, anna.removal(room, mallory))
        assert anna.groups[room].epoch == done.epoch
        assert len(list(anna.groups[room].members())) == 1


async def test_many_callers_drain_a_stock_to_its_last_resort_and_the_device_is_told(hub: OpenHub) -> None:
    target = await hub.world.join("target")
    crowd = [await hub.world.join(f"caller{number}") for number in range(4)]
    stock = [key_package(target.keys) for _ in range(6)]
    last = key_package(target.keys, last_resort=True)
    await target.call("POST", "/v1/key-packages", rest.PutKeyPackages(stock, last), rest.KeyPackagesLeft)
    path = f"/v1/users/{target.person.id}/claim"
    claims = [device.call("POST", path, rest.Claim([1]), rest.Claimed) for device in crowd for _ in range(3)]
    handed = [claimed.devices[0].key_package for claimed in await asyncio.gather(*claims)]
    assert sorted(value for value in handed if value is not None and value != last) == sorted(stock), "each once"
    assert handed.count(last) == 6, "and always one that can be used"
    left = await target.call("GET", "/v1/key-packages", None, rest.KeyPackagesLeft)
    assert left.suites == [rest.SuiteLeft(1, 0, True, last_resort_used=True)]
    newer = key_package(target.keys, last_resort=True)
    left = await target.call("POST", "/v1/key-packages", rest.PutKeyPackages([], newer), rest.KeyPackagesLeft)
    assert left.suites == [rest.SuiteLeft(1, 0, True)]


async def test_one_caller_is_stopped_before_the_stock_is_empty(tmp_path: Path) -> None:
    async with open_hub(tmp_path, LIMITS) as hub:
        target, mallory, anna = [await hub.world.join(name) for name in ("target", "mallory", "anna")]
        stock = [key_package(target.keys) for _ in range(40)]
        await target.call("POST", "/v1/key-packages", rest.PutKeyPackages(stock), rest.KeyPackagesLeft)
        path = f"/v1/users/{target.person.id}/claim"
        for _ in range(LIMITS["key_package.claim_target"].burst):
            await mallory.call("POST", path, rest.Claim([1]), rest.Claimed)
        refused = await mallory.refused("POST", path, rest.Claim([1]))
        assert (refused.code, refused.limit) == (Code.TOO_MANY, "key_package.claim_target")
        (handed,) = (await anna.call("POST", path, rest.Claim([1]), rest.Claimed)).devices
        assert handed.status is rest.ClaimStatus.SUCCESS


def test_callers_without_number_fill_no_memory() -> None:
    """An address or an account costs a bucket; beyond the bound the longest unused are forgiven."""
    most, over = 5_000, 20_000
    held = Limits(lambda: 0, LIMITS, most)
    tracemalloc.start()
    for number in range(over):
        held.take("request", f"mimi://hub.example/d/{number:026}/{number:026}")
    used = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert len(held) == most
    assert used / most < 500, used / most
