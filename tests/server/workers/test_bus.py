# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The bus over a real NATS server: order, questions, what is lost, and who is no worker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import pytest

from privity.server.bus.model import NoAnswer, Nobody
from privity.server.bus.nats import NatsBus
from privity.server.bus.sealing import BusKey, NotOfAWorker
from privity.server.errors import BusUnreachable
from tests.nats_server import NatsServer, nats_server

KEY = BusKey(bytes(range(32)))


async def until(happened: Callable[[], bool], limit_s: float = 30) -> None:
    async with asyncio.timeout(limit_s):
        while not happened():
            await asyncio.sleep(0.01)


@pytest.fixture
def server() -> Iterator[NatsServer]:
    with nats_server() as one:
        yield one


@asynccontextmanager
async def joined(server: NatsServer, key: BusKey = KEY, host: str = "example.org") -> AsyncIterator[NatsBus]:
    bus = await NatsBus.connect(server.url, host, key)
    try:
        yield bus
    finally:
        await bus.close()


async def test_what_is_said_is_heard_by_the_others_in_order(server: NatsServer) -> None:
    async with joined(server) as one, joined(server) as other:
        heard: list[bytes] = []
        own: list[bytes] = []
        await other.listen("told", heard.append)
        await one.listen("told", own.append)
        words = [bytes([number]) for number in range(200)]
        for word in words:
            one.say("told", word)
        await until(lambda: len(heard) == 200)
        assert heard == words
        assert own == []


async def test_a_question_is_answered_by_the_one_that_is_asked(server: NatsServer) -> None:
    async with joined(server) as one, joined(server) as other:
        begun: list[bytes] = []

        async def reply(words: bytes) -> bytes:
            begun.append(words)
            await asyncio.sleep(0.001)
            return words * 2

        await other.answer("owner.b", reply)
        answers = await asyncio.gather(*(one.ask("owner.b", bytes([number]), 30) for number in range(50)))
        assert answers == [bytes([number]) * 2 for number in range(50)]
        assert begun == [bytes([number]) for number in range(50)]


async def test_nobody_answers_where_nobody_is(server: NatsServer) -> None:
    async with joined(server) as one:
        with pytest.raises(Nobody):
            await one.ask("owner.gone", b"", 30)


async def test_one_that_does_not_answer_in_time(server: NatsServer) -> None:
    async with joined(server) as one, joined(server) as other:

        async def reply(words: bytes) -> bytes | None:
            return None

        await other.answer("owner.b", reply)
        with pytest.raises(NoAnswer):
            await one.ask("owner.b", b"", 0.1)


async def test_who_has_another_key_is_neither_heard_nor_answered(server: NatsServer) -> None:
    async with joined(server) as one, joined(server, BusKey(bytes(32))) as stranger:
        heard: list[bytes] = []
        asked: list[bytes] = []

        async def reply(words: bytes) -> bytes:
            asked.append(words)
            return b"yes"

        await one.listen("told", heard.append)
        await one.answer("owner.a", reply)
        stranger.say("told", b"believe me")
        with pytest.raises(NoAnswer):
            await stranger.ask("owner.a", b"me too", 0.2)
        async with joined(server) as other:
            other.say("told", b"true")
            await until(lambda: bool(heard))
        assert heard == [b"true"]
        assert asked == []


async def test_an_answer_of_a_stranger_is_none(server: NatsServer) -> None:
    async with joined(server) as one, joined(server, BusKey(bytes(32))) as stranger:

        async def lie(message: object) -> None:
            await stranger._client.publish(message.reply, b"x" * 40)  # type: ignore[attr-defined]  # a NATS message

        await stranger._subscribe("owner.b", lie)
        with pytest.raises(NoAnswer, match="no MAC"):
            await one.ask("owner.b", b"", 30)


async def test_hubs_on_one_server_do_not_hear_each_other(server: NatsServer) -> None:
    async with joined(server) as one, joined(server, host="other.org") as foreign, joined(server) as other:
        heard: list[bytes] = []
        await one.listen("told", heard.append)
        foreign.say("told", b"foreign")
        await asyncio.sleep(0.05)
        other.say("told", b"own")
        await until(lambda: bool(heard))
        assert heard == [b"own"]


def test_words_belong_to_their_subject() -> None:
    sealed = KEY.seal("privity.x.told", b"words")
    assert KEY.open("privity.x.told", sealed) == b"words"
    with pytest.raises(NotOfAWorker):
        KEY.open("privity.x.owner", sealed)
    for wrong in (sealed[:-1], sealed + b"\0", bytes([sealed[0] ^ 1]) + sealed[1:], b""):
        with pytest.raises(NotOfAWorker):
            KEY.open("privity.x.told", wrong)
    assert repr(KEY) == "<BusKey>"


async def test_a_bus_that_was_killed_is_joined_again_and_told_of(server: NatsServer) -> None:
    async with joined(server) as one, joined(server) as other:
        heard: list[bytes] = []
        back: list[None] = []
        one.when_back(lambda: back.append(None))
        await one.listen("told", heard.append)
        server.kill()
        for _ in range(10):
            other.say("told", b"into nothing")
        server.start()
        await until(lambda: bool(back))

        async def said_again() -> None:
            while b"again" not in heard:
                other.say("told", b"again")
                await asyncio.sleep(0.05)

        await asyncio.wait_for(said_again(), 60)


async def test_what_no_bus_takes_is_lost_and_memory_stays_bounded(server: NatsServer) -> None:
    async with joined(server) as one:
        server.kill()
        for _ in range(100):
            one.say("told", bytes(1 << 20))
        assert one.lost >= 60
        assert one._bytes <= 32 << 20
        server.start()


async def test_a_bus_that_is_not_there_is_said_by_name() -> None:
    with nats_server() as server:
        url = server.url
    with pytest.raises(BusUnreachable, match="no NATS server answers"):
        await NatsBus.connect(url, "example.org", KEY)
