# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How much memory, disk and time one stranger or one account can hold, and that everybody else goes on meanwhile."""

from __future__ import annotations

import asyncio
import secrets
import threading
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from privity.mls.codec import Reader, vec
from privity.mls.messages.envelope import decode_public_message
from privity.server import http, limits
from privity.server.blobs import service as blobs
from privity.server.bodies import Bodies
from privity.server.db.database import Tx
from privity.server.delivery import connection
from privity.server.delivery import service as delivery
from privity.server.limits import (
    ACCOUNT_BODIES_BYTES,
    ADDRESS_BODIES_BYTES,
    LIMITS,
    MAX_BODY_BYTES,
    MAX_GROUP_INFO_BYTES,
    MAX_NEW_TREE_BYTES,
    MAX_REGISTER_BYTES,
    MAX_STAFF_BYTES,
)
from privity.server.rooms import commits
from privity.server.sessions import handshake, requests
from privity.wire import rest, socket
from privity.wire.errors import Code, Refusal
from privity.wire.staff import ASKED, FrankQuestion, ReportQuestion, VerifyReports
from tests.attacks.open_hub import OpenHub, Wire, open_hub, request, say, signed, wire
from tests.attacks.test_any_bytes_to_the_socket import raw_socket
from tests.server.rooms.test_rooms import room_of
from tests.server.rooms.world import Device

PATIENCE_S = 60.0
STRANGERS = ADDRESS_BODIES_BYTES // MAX_REGISTER_BYTES


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[OpenHub]:
    async with open_hub(tmp_path) as opened:
        yield opened
        assert opened.bugs() == []


async def unfinished(stack: AsyncExitStack, hub: OpenHub, data: bytes) -> Wire:
    line = await stack.enter_async_context(wire(hub.port))
    await line.send(data)
    return line


async def until_held(held: Bodies, size: int) -> None:
    while len(held) != size:
        await asyncio.sleep(0)


async def test_bodies_of_strangers_from_one_address_are_bounded_in_number_and_memory(hub: OpenHub) -> None:
    held = hub.world.context.stranger_bodies
    head = request("POST", "/v1/accounts", {"Content-Length": str(MAX_REGISTER_BYTES)})
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    async with AsyncExitStack() as stack:
        for _ in range(STRANGERS):
            await unfinished(stack, hub, head + bytes(MAX_REGISTER_BYTES - 1))
        await until_held(held, STRANGERS * MAX_REGISTER_BYTES)
        pinned = tracemalloc.get_traced_memory()[0] - before
        tracemalloc.stop()
        assert pinned < 4 * ADDRESS_BODIES_BYTES, pinned  # test and hub share the process: both ends' buffers count
        heard = await say(hub.port, request("POST", "/v1/accounts", {}, b"{}"))
        assert (heard.error.code, heard.error.limit) == (Code.TOO_MANY, "bodies")
        assert (await say(hub.port, request("GET", "/v1/server", {}))).status == 200
    await until_held(held, 0)
    assert (await say(hub.port, request("POST", "/v1/accounts", {}, b"{}"))).error.code is Code.MALFORMED


async def test_nobody_is_read_at_length_before_the_desks_signature(hub: OpenHub) -> None:
    for path in ("/staff/v1/verify", "/staff/v1/tell", "/staff/v1/reports/forget"):
        heard = await say(hub.port, request("POST", path, {"Content-Length": str(MAX_STAFF_BYTES + 1)}))
        assert heard.error.code is Code.TOO_LARGE
    frank = FrankQuestion(bytes(32), 1, bytes(32), 1, bytes(64))
    page = VerifyReports([ReportQuestion("x" * 60, "x" * 60, "x" * 60, [frank])] * ASKED)
    assert (await hub.world.staff("POST", "/staff/v1/verify", page))[0] == 200


async def test_bodies_of_one_account_are_bounded_and_others_are_heard(hub: OpenHub) -> None:
    _, (anna, ben) = await room_of(hub.world, "anna", "ben")
    held = hub.world.context.bodies
    async with AsyncExitStack() as stack:
        for _ in range(ACCOUNT_BODIES_BYTES // MAX_BODY_BYTES):
            headers = signed(anna.line, "POST", "/v1/key-packages")
            data = request("POST", "/v1/key-packages", {**headers, "Content-Length": str(MAX_BODY_BYTES)})
            await unfinished(stack, hub, data)
        await until_held(held, ACCOUNT_BODIES_BYTES)
        status, answer = await anna.line.request("POST", "/v1/reports", {"sealed": "AA=="})
        assert (status, answer["limit"]) == (429, "bodies")
        assert (await anna.line.request("GET", "/v1/rooms"))[0] == 200
        assert (await ben.line.request("POST", "/v1/reports", {"sealed": "AA=="}))[0] == 200
    await until_held(held, 0)
    assert (await anna.line.request("POST", "/v1/reports", {"sealed": "AA=="}))[0] == 200


async def test_bodies_are_counted_by_caller_and_together() -> None:
    bodies = Bodies(10, 25)
    with bodies.hold("a", 10), bodies.hold("b", 10), bodies.hold("a", 0):
        for caller, size, code in (("a", 1, Code.TOO_MANY), ("c", 6, Code.UNAVAILABLE)):
            with pytest.raises(Refusal) as refused, bodies.hold(caller, size):
                pass
            assert refused.value.code is code
        with bodies.hold("c", 5):
            assert len(bodies) == 25
    assert len(bodies) == 0
    assert bodies._by_caller == {}


async def test_a_body_that_does_not_come_is_not_waited_for(hub: OpenHub, monkeypatch: pytest.MonkeyPatch) -> None:
    _, (anna,) = await room_of(hub.world, "anna")
    monkeypatch.setattr(requests, "BODY_S", 0.05)
    for path in ("/v1/accounts", "/v1/links", "/staff/v1/tell", "/v1/key-packages", "/v1/blobs"):
        headers = signed(anna.line, "POST", path) if path.startswith(("/v1/key", "/v1/blobs")) else {}
        async with wire(hub.port) as line:
            await line.send(request("POST", path, {**headers, "Content-Length": "10"}, b"{"))
            heard = await line.answer()
            assert heard.error.code is Code.MALFORMED
            assert "did not come" in heard.error.message


async def test_a_head_or_a_proof_that_does_not_come_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "IDLE_S", 0.2)
    monkeypatch.setattr(handshake, "PROVE_TIMEOUT_S", 0.2)
    async with open_hub(tmp_path) as hub:
        for port in (hub.port, hub.metrics_port):
            for said in (b"", b"GET /v1/server HTTP/1.1\r\nA: b", b"GET /v1/server HTTP/1.1\r\nHost: x\r\n\r\n"):
                async with wire(port) as line:
                    await line.send(said)
                    assert await line.ended()
        async with raw_socket(hub, None) as raw:
            end = await raw.end()
            assert end.closed is not None
            assert end.closed.code is Code.UNAUTHENTICATED


def padded_tree(tree: bytes, size: int) -> bytes:
    """The leaf of a new room and so many blank nodes before another leaf: each costs a hash."""
    leaf = Reader(tree).vec()
    return vec(leaf + bytes(size) + leaf)


async def test_the_writer_hashes_no_forest_for_a_new_room(hub: OpenHub) -> None:
    _, (anna,) = await room_of(hub.world, "anna")
    good = anna.creation(anna.new_group())
    for changed in (
        rest.CreateRoom(good.group_info, padded_tree(good.ratchet_tree, MAX_NEW_TREE_BYTES)),
        rest.CreateRoom(bytes(MAX_GROUP_INFO_BYTES + 1), good.ratchet_tree),
    ):
        assert (await anna.refused("POST", "/v1/rooms", changed)).code is Code.TOO_LARGE
    fits = rest.CreateRoom(good.group_info, padded_tree(good.ratchet_tree, 10_001))
    assert (await anna.refused("POST", "/v1/rooms", fits)).code is Code.INVALID_COMMIT


async def test_a_commit_is_decoded_beside_the_loop_and_its_group_info_is_bounded(
    hub: OpenHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, (anna,) = await room_of(hub.world, "anna")
    body = anna.body(anna.pending(room, force_path=True))
    where: list[threading.Thread] = []

    def decode(data: bytes) -> object:
        where.append(threading.current_thread())
        return decode_public_message(data)

    monkeypatch.setattr(commits, "decode_public_message", decode)
    large = rest.Commit(body.ref, body.commit, bytes(MAX_GROUP_INFO_BYTES + 1), None)
    assert (await anna.refused("POST", anna.path(room, "commit"), large)).code is Code.TOO_LARGE
    await anna.call("POST", anna.path(room, "commit"), body, rest.Committed)
    assert where
    assert threading.main_thread() not in where


async def test_messages_that_wait_for_the_disk_are_bounded_in_bytes_and_none_is_lost(
    hub: OpenHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, (anna, ben) = await room_of(hub.world, "anna", "ben")
    monkeypatch.setattr(delivery, "MAX_WAITING_BYTES", 1 << 20)
    entered, go_on = threading.Event(), threading.Event()

    def hold(tx: Tx) -> None:
        entered.set()
        go_on.wait(PATIENCE_S)

    held = asyncio.ensure_future(hub.world.context.db.write(hold))
    assert await asyncio.to_thread(entered.wait, PATIENCE_S)
    sent = [b"%02d" % number + bytes(100_000) for number in range(30)]
    for text in sent:
        await anna.send(socket.Submit(secrets.token_bytes(16), room, anna.sealed(room, text)))
    refused = [await anna.until_answer()]
    go_on.set()
    await held
    answers = refused + [await anna.until_answer() for _ in sent[1:]]
    codes = {answer.code for answer in answers if isinstance(answer, socket.Refused)}
    taken = sum(isinstance(answer, socket.Accepted) for answer in answers)
    assert codes == {Code.UNAVAILABLE}
    assert 9 <= taken < 30
    assert len(await ben.hear(taken)) == taken
    anna.cursors[room] = 1 + taken
    await anna.say(room, b"room again")
    assert (await ben.hear(taken + 1))[-1] == b"room again"


async def test_puts_at_once_leave_no_file_that_nobody_counts(hub: OpenHub, monkeypatch: pytest.MonkeyPatch) -> None:
    _, (anna,) = await room_of(hub.world, "anna")
    monkeypatch.setattr(blobs, "MAX_BLOB_STOCK_BYTES", 1000)
    answers = await asyncio.gather(
        *(anna.line.request("POST", "/v1/blobs", data=secrets.token_bytes(600)) for _ in range(12))
    )
    assert sorted(status for status, _ in answers) == [200] + [429] * 11
    assert {answer["limit"] for status, answer in answers if status == 429} == {"blob.stock"}
    files = [path for path in hub.world.context.config.blobs.glob("*/*") if path.is_file()]
    assert len(files) == 1


async def test_who_moves_cursors_without_end_is_let_go_by_name(tmp_path: Path) -> None:
    async with open_hub(tmp_path, LIMITS) as hub:
        room, (anna, ben, mallory) = await room_of(hub.world, "anna", "ben", "mallory")
        many = socket.Ack({f"room {number}": 1 for number in range(19_000)}, 0)
        await _flood(mallory, many, 4)
        await anna.say(room, b"x")
        assert await ben.hear(1) == [b"x"]


async def _flood(device: Device, frame: socket.Ack, times: int) -> None:
    for _ in range(times):
        await device.send(frame)
    closed = await device.until(socket.Closed)
    assert closed.code is Code.TOO_MANY
    assert "cursors.ack" in closed.message


async def test_a_reader_that_never_reads_is_let_go_and_misses_nothing(
    hub: OpenHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits for one connection stays under its bound, and the cursor brings it all later."""
    monkeypatch.setattr(connection, "LINGER_S", 0.05)
    room, (anna, ben) = await room_of(hub.world, "anna", "ben")
    texts = [b"%03d" % number + bytes(200_000) for number in range(120)]
    assert ben.line.ws._conn is not None
    transport = ben.line.ws._conn.transport
    assert isinstance(transport, asyncio.Transport)
    transport.pause_reading()
    for text in texts:
        await anna.say(room, text)
    while hub.world.context.sessions.of_device(ben.keys.client_uri) is not None:
        await asyncio.sleep(0)
    await ben.connect()
    assert await ben.hear(len(texts)) == texts


def test_every_bound_has_a_reason_beside_it() -> None:
    source = Path(limits.__file__).read_text()
    lines = source.splitlines()
    for number, line in enumerate(lines):
        if ": Final = " in line and line[:1].isupper() and "_" in line.split(":")[0]:
            assert '"""' in lines[number + 1], line
