# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Any frames on the socket, before and after the proof: Closed with a reason, or the close code of WebSocket itself."""

from __future__ import annotations

import asyncio
import os
import random
import secrets
from base64 import b64encode
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from privity.message.typing import NOTICE_BYTES
from privity.wire import socket
from privity.wire.errors import Code
from privity.wire.socket import MAX_FRAME, Ack, Challenge, Closed, Prove, Ready, Resume, Submit, Typing
from tests.attacks.open_hub import OpenHub, Wire, open_hub, request, wire
from tests.server.core.people import Keys, Person, proof
from tests.server.rooms.test_rooms import room_of
from tests.server.rooms.world import Device

PROVE_FRAMES = int(os.environ.get("PRIVITY_PROVE_FRAMES", "20000"))
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
UPGRADE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": b64encode(bytes(16)).decode(),
    "Content-Length": "0",
}
CLOSE_CODES = {1002, 1003, 1007, 1009}
"""What WebSocket itself says of frames that break its rules (RFC 6455, section 7.4)."""


def frame(opcode: int, payload: bytes, *, final: bool = True, reserved: int = 0, size: int | None = None) -> bytes:
    """A masked frame; `size` is what its head says instead of the truth."""
    said = len(payload) if size is None else size
    head = bytes([final << 7 | reserved << 4 | opcode])
    if said < 126:
        head += bytes([0x80 | said])
    elif said < 1 << 16:
        head += bytes([0x80 | 126]) + said.to_bytes(2, "big")
    else:
        head += bytes([0x80 | 127]) + said.to_bytes(8, "big")
    return head + bytes(4) + payload


@dataclass
class End:
    """How the hub ended a connection."""

    closed: Closed | None = None
    code: int | None = None

    def check(self, what: object) -> None:
        """Fail unless there was a reason, and it was no bug."""
        if self.closed is not None:
            assert self.closed.code is not Code.INTERNAL, what
            assert self.closed.message, what
        else:
            assert self.code in CLOSE_CODES, (what, self)


class RawSocket:
    """The device's side of a socket, as bytes."""

    def __init__(self, connection: Wire, challenge: Challenge) -> None:
        self.wire = connection
        self.challenge = challenge

    async def send(self, data: bytes) -> None:
        """The hub may have ended it already."""
        try:
            await self.wire.send(data)
        except ConnectionError:
            return

    async def hear(self) -> tuple[int, bytes]:
        return await asyncio.wait_for(hear(self.wire), 60)

    async def end(self) -> End:
        """Read up to the hub's goodbye, or the end."""
        end = End()
        try:
            while True:
                opcode, payload = await self.hear()
                if opcode == BINARY:
                    came = socket.decode_from_hub(payload)
                    end.closed = came if isinstance(came, Closed) else end.closed
                elif opcode == CLOSE:
                    end.code = int.from_bytes(payload[:2], "big")
                    return end  # who waits for more waits for a hub that waits for the answer to this
        except (asyncio.IncompleteReadError, ConnectionError):
            return end

    async def prove(self, keys: Keys) -> None:
        await self.send(frame(BINARY, socket.encode(proof(keys, self.challenge, X25519PrivateKey.generate()))))
        _, payload = await self.hear()
        assert isinstance(socket.decode_from_hub(payload), Ready)


async def hear(connection: Wire) -> tuple[int, bytes]:
    """One frame of the hub: (opcode, payload)."""
    first, second = await connection.reader.readexactly(2)
    assert first & 0x80 and not second & 0x80, "the hub sends whole unmasked frames"
    size = second
    if size >= 126:
        size = int.from_bytes(await connection.reader.readexactly(2 if size == 126 else 8), "big")
    return first & 0x0F, await connection.reader.readexactly(size)


@asynccontextmanager
async def raw_socket(hub: OpenHub, keys: Keys | None) -> AsyncIterator[RawSocket]:
    """A challenged socket; proven with these keys if there are some."""
    async with wire(hub.port) as connection:
        await connection.send(request("GET", "/v1/socket", UPGRADE))
        await connection.reader.readuntil(b"\r\n\r\n")
        _, payload = await hear(connection)
        challenge = socket.decode_from_hub(payload)
        assert isinstance(challenge, Challenge)
        opened = RawSocket(connection, challenge)
        if keys is not None:
            await opened.prove(keys)
        yield opened


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[OpenHub]:
    async with open_hub(tmp_path) as opened:
        yield opened
        assert opened.bugs() == []


@dataclass
class Pair:
    """Two honest people in a room, and Mallory with valid keys who is in it too."""

    hub: OpenHub
    room: str
    anna: Device
    ben: Device
    mallory: Device
    said: int = 0

    @classmethod
    async def of(cls, hub: OpenHub) -> Pair:
        room, (anna, ben, mallory) = await room_of(hub.world, "anna", "ben", "mallory")
        await mallory.disconnect()
        return cls(hub, room, anna, ben, mallory)

    async def still_talks(self) -> None:
        self.said += 1
        await self.anna.say(self.room, b"still here")
        assert await self.ben.hear(self.said) == [b"still here"] * self.said
        assert self.hub.bugs() == []
        while self.hub.world.context.sessions.pending:
            await asyncio.sleep(0)


def device_frames(room: str) -> list[socket.FromDevice]:
    return [
        Prove(f"mimi://hub.example/d/{'a' * 26}/{'a' * 26}", bytes(32), bytes(64)),
        Resume({room: 1}, 0),
        Submit(b"r" * 16, room, b"message"),
        Ack({room: 1}, 0),
        Typing(room, 1, bytes(NOTICE_BYTES)),
    ]


def hub_frames(room: str) -> list[socket.FromHub]:
    return [Challenge(bytes(32), bytes(32)), Ready("x", 1), socket.CaughtUp(), Closed(Code.INTERNAL, "me")]


def hostile(room: str, chosen: random.Random) -> list[bytes]:
    """Binary payloads of which each has something wrong with it."""
    made = [
        b"",
        b"\xdd\xff\xff\xff\xff",
        b"\xc6\xff\xff\xff\xff",
        b"\x91" * 100_000,
        b"\x93\x04\xdf\xff\xff\xff\xff",
        b"\x93\x04\x81\xa2\xed\xa0\x01\x00",
        b"\x93\x04\x80\xcf" + b"\xff" * 8,
        b"\x93\x04\x82\xa1a\x01\xa1a\x02\xd3" + b"\xff" * 8,
        *(socket.encode(each) for each in hub_frames(room)),
    ]
    for each in device_frames(room):
        good = socket.encode(each)
        made += [good[: chosen.randrange(len(good))], good + b"\0", good[:1] + b"\x7f" + good[2:], good[1:]]
    return [*made, *(chosen.randbytes(chosen.randrange(1, 200)) for _ in range(20))]


def broken(chosen: random.Random) -> list[bytes]:
    """What WebSocket itself does not allow, or ends by itself."""
    return [
        frame(CONTINUATION, b"x"),
        frame(3, b"x"),
        frame(11, b"x"),
        frame(BINARY, b"x", reserved=4),
        frame(BINARY, b"x", reserved=1),
        b"\x82\x01x",
        frame(PING, bytes(126)),
        frame(PING, b"x", final=False),
        frame(CLOSE, b"\x03"),
        frame(CLOSE, (1).to_bytes(2, "big")),
        frame(CLOSE, (1000).to_bytes(2, "big") + b"\xff"),
        frame(TEXT, b"\xff\xfe"),
        frame(BINARY, b"", size=MAX_FRAME + 1),
        frame(BINARY, b"", size=1 << 62),
        frame(BINARY, bytes(MAX_FRAME - 1), final=False) + frame(CONTINUATION, b"xx"),
        frame(BINARY, b"x", final=False) + frame(BINARY, b"x"),
        frame(TEXT, b"hello"),
        chosen.randbytes(60) + bytes(200),
    ]


async def attack(hub: OpenHub, keys: Keys | None, sent: Sequence[bytes]) -> None:
    for data in sent:
        async with raw_socket(hub, keys) as raw:
            await raw.send(data)
            if data[:1] and data[0] & 0x0F not in (CLOSE, TEXT, BINARY):
                await raw.send(frame(TEXT, b"and this"))
            (await raw.end()).check((keys is not None, data[:60]))


@pytest.mark.parametrize("proven", [False, True])
async def test_any_binary_frame_ends_the_connection_with_a_reason(hub: OpenHub, proven: bool) -> None:
    pair = await Pair.of(hub)
    payloads = hostile(pair.room, random.Random(1))
    await attack(hub, pair.mallory.keys if proven else None, [frame(BINARY, payload) for payload in payloads])
    await pair.still_talks()


@pytest.mark.parametrize("proven", [False, True])
async def test_frames_that_websocket_forbids_end_the_connection_with_a_code(hub: OpenHub, proven: bool) -> None:
    pair = await Pair.of(hub)
    for data in broken(random.Random(2)):
        async with raw_socket(hub, pair.mallory.keys if proven else None) as raw:
            await raw.send(data)
            raw.wire.writer.write_eof()
            end = await raw.end()
            ended_by_device = data[0] & 0x0F == CLOSE or data[-200:] == bytes(200)
            if not ended_by_device:
                end.check((proven, data[:60]))
    await pair.still_talks()


@pytest.mark.parametrize("proven", [False, True])
async def test_a_device_that_goes_in_the_middle_of_anything_costs_nothing(hub: OpenHub, proven: bool) -> None:
    pair = await Pair.of(hub)
    whole = b"".join(frame(BINARY, socket.encode(each)) for each in device_frames(pair.room)[1:3])
    for cut in range(0, len(whole), 7):
        async with raw_socket(hub, pair.mallory.keys if proven else None) as raw:
            await raw.send(whole[:cut])
            if cut % 2:
                raw.wire.writer.transport.abort()
    while len(hub.world.context.sessions) > 2 or hub.world.context.sessions.pending:
        await asyncio.sleep(0)
    await pair.still_talks()


async def test_one_byte_at_a_time_with_pings_between_is_a_frame_like_any(hub: OpenHub) -> None:
    pair = await Pair.of(hub)
    payload = socket.encode(Resume({}, 0))
    async with raw_socket(hub, pair.mallory.keys) as raw:
        for at in range(len(payload)):
            opcode, last = BINARY if at == 0 else CONTINUATION, at == len(payload) - 1
            await raw.send(frame(opcode, payload[at : at + 1], final=last) + (b"" if last else frame(PING, b"?")))
        opcodes = []
        while True:
            opcode, came = await raw.hear()
            opcodes.append(opcode)
            if opcode == BINARY and isinstance(socket.decode_from_hub(came), socket.CaughtUp):
                break
        assert opcodes.count(PONG) == len(payload) - 1
    await pair.still_talks()


async def test_a_second_proof_and_a_proof_of_somebody_else_end_the_connection(hub: OpenHub) -> None:
    pair = await Pair.of(hub)
    stranger = Person("stranger").device
    for keys in (stranger, Keys(pair.anna.keys.client_uri, stranger.private, stranger.public)):
        async with raw_socket(hub, None) as raw:
            made = proof(keys, raw.challenge, X25519PrivateKey.generate())
            await raw.send(frame(BINARY, socket.encode(made)))
            end = await raw.end()
            assert end.closed is not None
            assert end.closed.code is Code.UNAUTHENTICATED
    async with raw_socket(hub, pair.mallory.keys) as raw:
        made = proof(pair.anna.keys, raw.challenge, X25519PrivateKey.generate())
        await raw.send(frame(BINARY, socket.encode(made)))
        end = await raw.end()
        assert end.closed is not None
        assert end.closed.code is Code.MALFORMED
    await pair.still_talks()


async def test_cursors_out_of_range_or_of_foreign_rooms_move_nothing(hub: OpenHub) -> None:
    pair = await Pair.of(hub)
    for each in (
        Ack({}, -1),
        Ack({pair.room: -1}, 0),
        Ack({"x": 1 << 63}, 0),
        Ack({"\0": 7}, 0),
        Resume({pair.room: 1 << 63}, 0),
    ):
        async with raw_socket(hub, pair.mallory.keys) as raw:
            await raw.send(frame(BINARY, socket.encode(each)))
            end = await raw.end()
            assert end.closed is not None
            assert end.closed.code is Code.MALFORMED
    other, (dora,) = await room_of(hub.world, "dora")
    async with raw_socket(hub, pair.mallory.keys) as raw:
        await raw.send(frame(BINARY, socket.encode(Resume({other: 1 << 62, pair.room: 1 << 62}, 1 << 62))))
        await raw.send(frame(BINARY, socket.encode(Ack({other: 0, "": 0}, 0))))
        came: list[socket.FromHub] = []
        while not came or not isinstance(came[-1], socket.CaughtUp):
            came.append(socket.decode_from_hub((await raw.hear())[1]))
        assert len(came) == 1
    assert (await dora.say(other, b"x")).seq == 1
    await pair.still_talks()


async def test_a_message_lost_between_hostile_frames_is_none(hub: OpenHub) -> None:
    """What was acknowledged before the connection ended for another frame is delivered, once."""
    pair = await Pair.of(hub)
    for number in range(20):
        async with raw_socket(hub, pair.mallory.keys) as raw:
            sealed = pair.mallory.sealed(pair.room, b"%d" % number)
            await raw.send(frame(BINARY, socket.encode(Resume({pair.room: 1 << 40}, 1 << 40))))
            await raw.send(frame(BINARY, socket.encode(Submit(secrets.token_bytes(16), pair.room, sealed))))
            accepted = False
            while not accepted:
                accepted = isinstance(socket.decode_from_hub((await raw.hear())[1]), socket.Accepted)
            await raw.send(frame(BINARY, b"\xff"))
            (await raw.end()).check(number)
    for device in (pair.anna, pair.ben):
        assert await device.hear(20) == [b"%d" % number for number in range(20)]
    pair.said = 20
    await pair.anna.say(pair.room, b"end")
    assert (await pair.ben.hear(21))[-1] == b"end"


@pytest.mark.prove
async def test_any_frames_at_the_full_count(hub: OpenHub) -> None:
    pair = await Pair.of(hub)
    chosen = random.Random(4)
    done = 0
    while done < PROVE_FRAMES:
        payloads = hostile(pair.room, chosen)
        for keys in (None, pair.mallory.keys):
            await attack(hub, keys, [frame(BINARY, payload) for payload in payloads])
        done += 2 * len(payloads)
        await pair.still_talks()
