# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Where messages go, and that whoever sent one is answered whatever becomes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from privity.server.bus.model import NoAnswer
from privity.server.delivery.model import Checked
from privity.server.limits import MAX_WAITING_BYTES
from privity.server.workers.routing import MAX_ASKED_BYTES, RETRY_MS, Routing
from privity.server.workers.words import Answers, Forward, Forwarded, decode, encode
from privity.wire.errors import Code, Refusal
from privity.wire.socket import Refused, Submit, decode_from_hub
from privity.wire.socket import encode as frame_of

REFS = [bytes([number]) * 16 for number in range(10)]


class Answering:
    """A bus on which one worker answers as a test says."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Forwarded, int]] = []
        self.reply: Callable[[Forwarded], Awaitable[bytes]] | None = None
        self.own: Callable[[bytes], Awaitable[bytes | None]] | None = None

    async def ask(self, subject: str, words: bytes, timeout_s: float) -> bytes:
        asked = decode(words, Forwarded)
        self.asked.append((subject, asked, len(words)))
        if self.reply is None:
            raise NoAnswer(subject)
        return await self.reply(asked)

    async def answer(self, subject: str, reply: Callable[[bytes], Awaitable[bytes | None]]) -> None:
        assert subject == "owner.a"
        self.own = reply


class Owners:
    """Stands for a keeper."""

    name = "a"

    def __init__(self) -> None:
        self.of: dict[str, str] = {"mine": "a", "theirs": "b"}

    def owner(self, room_uri: str) -> str | None:
        return self.of.get(room_uri)


class Queue:
    """Stands for `Submissions`: a test settles what was added."""

    def __init__(self) -> None:
        self.added: list[Checked] = []
        self.full = False

    def add(self, message: Checked) -> None:
        if self.full:
            raise Refusal(Code.UNAVAILABLE, "full")
        self.added.append(message)

    def refused(self, ref: bytes, refusal: Refusal) -> bytes:
        return frame_of(Refused(ref, refusal.code, refusal.body.message, None, refusal.body.retry_after_ms))


class Desk:
    def __init__(self) -> None:
        self.bus, self.owners, self.queue = Answering(), Owners(), Queue()
        self.answers: list[tuple[str, Any]] = []
        self.routing = Routing(
            self.bus,  # type: ignore[arg-type]  # as much of a bus as routing uses
            self.owners,  # type: ignore[arg-type]  # and of a keeper
            self.queue,  # type: ignore[arg-type]  # and of a queue
            lambda client_uri, frame: self.answers.append((client_uri, decode_from_hub(frame))),
        )


def message(room: str, ref: bytes = REFS[0], size: int = 10) -> Checked:
    return Checked("c", "u", Submit(ref, room, bytes(size)), 3, b"t" * 32)


async def turn(times: int = 5) -> None:
    for _ in range(times):
        await asyncio.sleep(0)


async def test_own_rooms_stay_here() -> None:
    desk = Desk()
    desk.routing.add(message("mine"))
    await turn()
    assert desk.queue.added == [message("mine")]
    assert desk.bus.asked == []


async def test_a_room_between_two_owners_is_refused_at_once() -> None:
    desk = Desk()
    with pytest.raises(Refusal) as raised:
        desk.routing.add(message("nobody's"))
    assert (raised.value.code, raised.value.body.retry_after_ms) == (Code.UNAVAILABLE, RETRY_MS)


async def test_others_are_asked_once_for_what_came_together_and_in_order() -> None:
    desk = Desk()

    async def reply(asked: Forwarded) -> bytes:
        return encode(Answers([("c", desk.queue.refused(REFS[1], Refusal(Code.NOT_ALLOWED, "no")))]))

    desk.bus.reply = reply
    for ref in REFS[:3]:
        desk.routing.add(message("theirs", ref))
    await turn()
    assert [subject for subject, _, _ in desk.bus.asked] == ["owner.b"]
    assert desk.bus.asked[0][1].messages == [
        Forward("c", "u", Submit(ref, "theirs", bytes(10)), 3, b"t" * 32) for ref in REFS[:3]
    ]
    assert desk.answers == [("c", Refused(REFS[1], Code.NOT_ALLOWED, "no", None, None))]


async def test_an_owner_that_says_nothing_leaves_nobody_waiting() -> None:
    desk = Desk()
    for ref in REFS[:2]:
        desk.routing.add(message("theirs", ref))
    await turn()
    assert [(client, frame.ref, frame.code, frame.retry_after_ms) for client, frame in desk.answers] == [
        ("c", REFS[0], Code.UNAVAILABLE, RETRY_MS),
        ("c", REFS[1], Code.UNAVAILABLE, RETRY_MS),
    ]


async def test_an_answer_that_is_none_is_as_good_as_silence() -> None:
    desk = Desk()

    async def reply(asked: Forwarded) -> bytes:
        return b"\xc1"

    desk.bus.reply = reply
    desk.routing.add(message("theirs"))
    await turn()
    assert [frame.code for _, frame in desk.answers] == [Code.UNAVAILABLE]


async def test_questions_fit_the_bus() -> None:
    desk = Desk()
    for ref in REFS:
        desk.routing.add(message("theirs", ref, 256 << 10))
    await turn()
    assert [len(asked.messages) for _, asked, _ in desk.bus.asked] == [2] * 5
    assert all(size < MAX_ASKED_BYTES + (257 << 10) < 1 << 20 for _, _, size in desk.bus.asked)


async def test_what_waits_for_others_is_bounded_and_given_back() -> None:
    desk = Desk()
    gate = asyncio.Event()

    async def reply(asked: Forwarded) -> bytes:
        await gate.wait()
        return encode(Answers([]))

    desk.bus.reply = reply
    size = 256 << 10
    for _ in range(MAX_WAITING_BYTES // size):
        desk.routing.add(message("theirs", size=size))
    with pytest.raises(Refusal) as raised:
        desk.routing.add(message("theirs", size=size))
    assert raised.value.code is Code.UNAVAILABLE
    gate.set()
    await turn(20)
    desk.routing.add(message("theirs", size=size))


async def test_messages_of_another_worker_are_answered_when_each_is_settled() -> None:
    desk = Desk()
    await desk.routing.begin()
    assert desk.bus.own is not None
    words = encode(Forwarded([Forward("x", "u", Submit(ref, "mine", b"m"), 3, b"t" * 32) for ref in REFS[:2]]))
    answering = asyncio.ensure_future(desk.bus.own(words))
    await turn()
    first, second = desk.queue.added
    assert (first.client_uri, first.submit.ref, first.epoch, first.tag) == ("x", REFS[0], 3, b"t" * 32)
    assert first.settled is not None and second.settled is not None
    first.settled(None)
    await turn()
    assert not answering.done()
    second.settled(b"refused")
    second.settled(None)
    said = await answering
    assert said is not None and decode(said, Answers).frames == [("x", b"refused")]


async def test_what_this_worker_cannot_take_is_refused_by_name() -> None:
    desk = Desk()
    await desk.routing.begin()
    assert desk.bus.own is not None
    desk.queue.full = True
    said = await desk.bus.own(encode(Forwarded([Forward("x", "u", Submit(REFS[0], "mine", b"m"), 3, b"t" * 32)])))
    assert said is not None
    [(client_uri, frame)] = decode(said, Answers).frames
    assert client_uri == "x"
    assert decode_from_hub(frame) == Refused(REFS[0], Code.UNAVAILABLE, "full", None, None)
