# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Messages: what is refused, what is answered twice alike, and that every device gets all of it in order, once."""

from __future__ import annotations

import asyncio
import random
import secrets

import pytest
from aiohttp import WSMsgType

from privity.message.franking import Frank, verify_frank_signature
from privity.message.safe_aad import FRANK_AAD
from privity.mls.messages.app_data import ComponentData, SafeAAD
from privity.mls.messages.envelope import MLSMessage, PrivateMessage
from privity.server.db.database import Tx
from privity.server.delivery import log
from privity.server.delivery.connection import MAX_BUFFER, Connection
from privity.server.delivery.retention import maintain
from privity.server.frames import ws_frame
from privity.wire import rest, socket
from privity.wire.errors import Code
from tests.server.rooms.test_rooms import room_of
from tests.server.rooms.world import Device, World


async def submit(device: Device, room: str, message: bytes, ref: bytes | None = None) -> socket.FromHub:
    await device.send(socket.Submit(ref or secrets.token_bytes(16), room, message))
    return await device.until_answer()


async def refusal(device: Device, room: str, message: bytes, ref: bytes | None = None) -> socket.Refused:
    answer = await submit(device, room, message, ref)
    assert isinstance(answer, socket.Refused), answer
    return answer


def with_aad(sealed: bytes, aad: bytes) -> bytes:
    """A sealed message with other authenticated data: only members would notice."""
    body = MLSMessage.decode(sealed).body
    assert isinstance(body, PrivateMessage)
    fields = {name: getattr(body, name) for name in PrivateMessage.__match_args__}
    return MLSMessage(PrivateMessage(**{**fields, "authenticated_data": aad})).encode()


@pytest.mark.parametrize(
    "aad",
    [
        b"",
        b"x",
        SafeAAD().encode(),
        SafeAAD((ComponentData(FRANK_AAD, b"t" * 31),)).encode(),
        SafeAAD((ComponentData(FRANK_AAD, b"t" * 33),)).encode(),
        SafeAAD((ComponentData(FRANK_AAD, b"t" * 32), ComponentData(FRANK_AAD, b"u" * 32))).encode(),
    ],
)
async def test_message_without_exactly_one_frank_tag_is_refused(world: World, aad: bytes) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    answer = await refusal(anna, room, with_aad(anna.sealed(room, b"x"), aad))
    assert answer.code == Code.NO_FRANK_TAG
    await ben.silent()


async def test_other_bytes_than_a_members_message_are_refused(world: World) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    other = await anna.create()
    sealed = anna.sealed(room, b"x")
    for message in (b"", b"\0" * 40, sealed + b"\0", sealed[:-1], anna.groups[room].group_info()):
        assert (await refusal(anna, room, message)).code == Code.MALFORMED
    assert (await refusal(anna, other, sealed)).code == Code.MALFORMED
    assert (await refusal(ben, other, anna.sealed(other, b"x"))).code == Code.NOT_ALLOWED
    assert (await refusal(anna, room, sealed, ref=b"short")).code == Code.MALFORMED
    assert (await refusal(anna, room, b"\0" * (300 << 10))).code == Code.TOO_LARGE
    await ben.silent()


async def test_message_of_another_epoch_is_refused_with_the_current_one(world: World) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    late = ben.sealed(room, b"late")
    await anna.commit(room, anna.pending(room, force_path=True))
    answer = await refusal(ben, room, late)
    assert (answer.code, answer.current_epoch) == (Code.WRONG_EPOCH, 2)


async def test_repeated_submit_gets_the_first_answer_and_is_delivered_once(world: World) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    sealed, ref = anna.sealed(room, b"once"), secrets.token_bytes(16)
    first = await submit(anna, room, sealed, ref)
    world.clock.now += 5_000
    assert await submit(anna, room, sealed, ref) == first
    assert isinstance(first, socket.Accepted)
    assert (await refusal(anna, room, anna.sealed(room, b"other"), ref)).code == Code.CONFLICT
    await anna.disconnect()
    anna.cursors[room] = first.seq
    await anna.connect()
    assert await submit(anna, room, sealed, ref) == first
    assert await ben.hear(1) == [b"once"]
    await ben.silent()


async def test_repeated_submit_gets_the_first_answer_whatever_changed_since(world: World) -> None:
    anna, ben = await world.join("anna"), await world.join("ben")
    room = await anna.create(direct_with=ben.user_uri)
    await anna.invite(room, ben)
    await ben.until_seq(room, 1)
    sealed, ref = anna.sealed(room, b"once"), secrets.token_bytes(16)
    first = await submit(anna, room, sealed, ref)
    assert isinstance(first, socket.Accepted)
    anna.cursors[room] = first.seq
    assert await ben.hear(1) == [b"once"]
    await world.context.db.write(lambda tx: tx.execute("UPDATE room SET last_ts_ms = last_ts_ms + 3600000").rowcount)
    assert (await refusal(anna, room, sealed)).code == Code.CLOCK_AHEAD
    assert await submit(anna, room, sealed, ref) == first
    world.clock.now += 3_600_000
    await ben.line.request("PUT", f"/v1/blocks/{anna.person.id}")
    assert (await refusal(anna, room, sealed)).code == Code.NO_CONSENT
    assert await submit(anna, room, sealed, ref) == first
    await anna.commit(room, anna.pending(room, force_path=True))
    assert (await refusal(anna, room, sealed)).code == Code.WRONG_EPOCH
    assert await submit(anna, room, sealed, ref) == first


async def test_ref_of_a_commit_is_no_ref_for_a_message(world: World) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    pending, ref = anna.pending(room, force_path=True), secrets.token_bytes(16)
    committed = await anna.call("POST", anna.path(room, "commit"), anna.body(pending, ref), rest.Committed)
    await anna.until_seq(room, committed.seq)
    assert (await refusal(anna, room, anna.sealed(room, b"x"), ref)).code == Code.CONFLICT
    await ben.until_seq(room, committed.seq)
    assert (await ben.say(room, b"next")).seq == committed.seq + 1


async def test_timestamps_rise_while_the_clock_stands_and_stop_when_it_was_wrong(world: World) -> None:
    room, (anna, _) = await room_of(world, "anna", "ben")
    stamps = [(await anna.say(room, b"x")).ts_ms for _ in range(3)]
    assert stamps == [stamps[0], stamps[0] + 1, stamps[0] + 2]
    ahead = world.clock.now + 60_001
    await world.context.db.write(lambda tx: tx.execute("UPDATE room SET last_ts_ms = ?", (ahead,)).rowcount)
    answer = await refusal(anna, room, anna.sealed(room, b"x"))
    assert answer.code == Code.CLOCK_AHEAD
    assert answer.retry_after_ms == 1
    world.clock.now += 1
    assert (await anna.say(room, b"x")).ts_ms == ahead + 1


async def test_frank_is_signed_over_sender_room_and_time(world: World) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    accepted = await anna.say(room, b"x")
    await ben.hear(1)
    event = [frame for frame in ben.seen if isinstance(frame, socket.Event)][-1]
    assert event.frank == accepted.frank
    frank = Frank(event.frank.server_frank, event.frank.ciphersuite, event.frank.signature)
    verify_frank_signature(frank, world.context.keys.franking_public, anna.user_uri, room, event.ts_ms)


async def test_resume_brings_everything_in_order_exactly_once(world: World) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    await anna.say(room, b"0")
    await ben.hear(1)
    await ben.disconnect()
    for number in range(1, 601):
        await anna.send(socket.Submit(secrets.token_bytes(16), room, anna.sealed(room, b"%d" % number)))
        if number % 100 == 0:
            world.clock.now += 60_000
        assert isinstance(await anna.until_answer(), socket.Accepted)
    await ben.connect(resume=False)
    await ben.send(socket.Resume(ben.cursors, ben.inbox))
    world.clock.now += 600_000
    for number in range(601, 651):
        await anna.send(socket.Submit(secrets.token_bytes(16), room, anna.sealed(room, b"%d" % number)))
    texts = await ben.hear(651)
    assert texts == [b"%d" % number for number in range(651)]
    await ben.disconnect()
    await ben.connect()
    await ben.silent()
    assert len(ben.texts) == 651


async def test_what_waits_in_a_restored_inbox_comes_behind_what_the_device_has_read(world: World) -> None:
    """The restored hub numbers an inbox again from where its copy stood: numbers that the device knows as read."""
    _, (anna, ben) = await room_of(world, "anna", "ben")
    while ben.inbox == 0:
        await ben.until(socket.Inbox)
    await ben.disconnect()
    read = ben.inbox

    def put_back(tx: Tx) -> None:
        tx.execute("UPDATE inbox_head SET last_seq = 0 WHERE client_uri = ?", (ben.keys.client_uri,))
        tx.execute("DELETE FROM inbox WHERE client_uri = ?", (ben.keys.client_uri,))

    await world.context.db.write(put_back)
    second = await anna.create()
    await anna.commit(second, anna.invitation(second, ben))
    base = world.clock.now // 1000 * socket.RESTORE_STEP
    await world.context.db.write(lambda tx: log.begin_inboxes_anew(tx, base))
    third = await anna.create()
    await anna.commit(third, anna.invitation(third, ben))
    assert read < base
    ben.base = base
    await ben.connect()
    assert second in ben.groups and third in ben.groups and ben.inbox == base + 2
    await ben.disconnect()
    await ben.connect()
    assert ben.inbox == base + 2
    later = await world.join("carl")
    later.base = base
    fourth = await anna.create()
    await anna.invite(fourth, later)
    assert later.inbox > base


async def test_lost_accepted_is_seen_as_an_event_after_resuming(world: World) -> None:
    room, (anna, _) = await room_of(world, "anna", "ben")
    await anna.send(socket.Submit(secrets.token_bytes(16), room, anna.sealed(room, b"x")))
    while await _seq(anna, room) < 2:
        await asyncio.sleep(0.02)  # each look is a request, and there is a limit of them
    await anna.disconnect()
    del anna.groups[room]
    await anna.connect()
    assert anna.cursors[room] == 2


async def _seq(device: Device, room: str) -> int:
    listed = await device.call("GET", "/v1/rooms", None, rest.Rooms)
    return next(one.seq for one in listed.rooms if one.room_uri == room)


async def test_newer_connection_of_a_device_ends_the_older(world: World) -> None:
    anna = await world.join("anna")
    older = anna.line.ws
    await anna.connect()
    closed = socket.decode_from_hub((await older.receive(timeout=60)).data)
    assert isinstance(closed, socket.Closed)
    await anna.silent()


@pytest.mark.parametrize("seed", range(30))
async def test_any_bytes_on_the_socket_end_it_by_name(world: World, seed: int) -> None:
    anna = await world.join("anna")
    chosen = random.Random(seed)
    good = socket.encode(socket.Submit(b"r" * 16, "room", b"m"))
    data = (
        chosen.randbytes(chosen.randrange(40)),
        good[: chosen.randrange(len(good))],
        good + chosen.randbytes(1),
        socket.encode(socket.CaughtUp()),
        socket.encode(socket.Prove("x", b"y", b"z")),
        socket.encode(socket.Resume({}, 0)),
        socket.encode(socket.Ack({}, -1)),
        socket.encode(socket.Ack({"x": 1 << 63}, 0)),
    )[seed % 8]
    await anna.line.ws.send_bytes(data)
    closed = await anna.frame()
    assert isinstance(closed, socket.Closed)
    assert closed.code == Code.MALFORMED
    assert (await anna.line.ws.receive(timeout=60)).type in (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.CLOSING)
    status, _ = await anna.line.request("GET", "/v1/rooms")
    assert status == 401


async def test_text_on_the_socket_ends_it_by_name(world: World) -> None:
    anna = await world.join("anna")
    await anna.line.ws.send_str("hello")
    assert isinstance(await anna.frame(), socket.Closed)


async def test_submit_before_resume_ends_the_connection(world: World) -> None:
    anna = await world.join("anna")
    await anna.disconnect()
    await anna.connect(resume=False)
    await anna.send(socket.Submit(b"r" * 16, "room", b"m"))
    assert isinstance(await anna.frame(), socket.Closed)


async def test_frames_that_all_have_kept_are_forgotten_and_their_times_remain(world: World) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    for _ in range(3):
        await anna.say(room, b"x")
    await ben.hear(3)

    async def kept() -> tuple[int, int]:
        return await world.context.db.read(
            lambda reader: reader.one("SELECT count(frame), count(*) FROM event") or (0, 0)
        )

    for device, cursor in ((anna, 4), (ben, 3)):
        await device.send(socket.Ack({room: cursor}, device.inbox))
        await device.silent()
    await _seq(anna, room)
    await maintain(world.context, world.parts.franker)
    assert await kept() == (1, 4)
    world.clock.now += 31 * 86_400_000
    await maintain(world.context, world.parts.franker)
    assert await kept() == (0, 4)
    world.clock.now += 180 * 86_400_000
    await maintain(world.context, world.parts.franker)
    assert await kept() == (0, 0)


async def test_limit_of_messages_is_told_with_a_time(world: World) -> None:
    room, (anna, _) = await room_of(world, "anna", "ben")
    sealed = anna.sealed(room, b"x")
    answers = [await submit(anna, room, sealed, b"%016d" % number) for number in range(202)]
    last = answers[-1]
    assert isinstance(last, socket.Refused)
    assert last.code == Code.TOO_MANY
    assert last.retry_after_ms


class SlowPipe:
    """A transport whose reader takes nothing."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.ended = False

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def get_write_buffer_size(self) -> int:
        return sum(map(len, self.written))

    def is_closing(self) -> bool:
        return self.ended

    def close(self) -> None:
        self.ended = True

    def abort(self) -> None:
        self.ended = True


async def test_slow_reader_is_let_go_by_name() -> None:
    pipe = SlowPipe()

    async def drain() -> None: ...

    connection = Connection("device", "user", pipe, drain)
    connection.live = True
    connection.sent["room"] = 0
    framed = ws_frame(b"x" * (1 << 20))
    seq = 0
    while not connection.closed:
        seq += 1
        connection.offer("room", seq, framed)
        connection.flush()
    assert MAX_BUFFER - (2 << 20) < pipe.get_write_buffer_size() <= MAX_BUFFER + 1024
    assert socket.encode(socket.Closed(Code.UNAVAILABLE, "")).hex()[:4] in pipe.written[-1].hex()
    assert b"resume by cursor" in pipe.written[-1]
    assert pipe.ended
    written = len(pipe.written)
    connection.send(b"more")
    connection.close(Code.INTERNAL, "again")
    assert len(pipe.written) == written


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536])
def test_websocket_frames_have_the_shortest_length(size: int) -> None:
    frame = ws_frame(b"x" * size)
    assert frame[0] == 0x82
    assert len(frame) == size + (2 if size < 126 else 4 if size < 65_536 else 10)


async def test_resume_over_many_large_messages_is_paced(world: World) -> None:
    room, (anna, ben) = await room_of(world, "anna", "ben")
    await ben.disconnect()
    large = [b"%d" % number + b"x" * 200_000 for number in range(60)]
    for text in large:
        await anna.say(room, text)
    await ben.connect()
    assert await ben.hear(60) == large


async def test_messages_of_all_arrive_in_one_order(world: World) -> None:
    room, people = await room_of(world, "anna", "ben", "carl", "dora")
    await world.all_live()
    for number in range(20):
        for device in people:
            await device.send(socket.Submit(secrets.token_bytes(16), room, device.sealed(room, b"%d" % number)))
    orders = []
    for device in people:
        places: dict[int, bytes] = {}
        while len(places) < 80:
            frame = await device.frame()
            if isinstance(frame, socket.Event | socket.Accepted):
                assert frame.seq == 2 + len(places), "own answers and events of others come in the order of the log"
                places[frame.seq] = frame.frank.server_frank if frame.frank is not None else b""
        orders.append(places)
    assert all(order == orders[0] for order in orders)
