# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a worker hears of others: applied once, in order; and whatever it missed makes it look."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from privity.server.bus.model import NoAnswer
from privity.server.delivery.fanout import Fanout
from privity.server.delivery.model import Effect, Enter, Part, Publish, ToDevice
from privity.server.sessions.model import Sessions
from privity.server.workers.telling import MAX_WORDS_BYTES, Telling
from privity.server.workers.words import (
    TOLD,
    Arrived,
    BadWords,
    Connected,
    Counted,
    Dropped,
    Due,
    Passing,
    Published,
    Taken,
    Told,
    Word,
    decode,
    encode,
)


class Silent:
    """A bus that keeps what is said, and lets a test speak for the others."""

    def __init__(self) -> None:
        self.said: list[bytes] = []
        self.hear: Callable[[bytes], None] | None = None
        self.back: Callable[[], None] | None = None

    def say(self, subject: str, words: bytes) -> None:
        assert subject == TOLD
        self.said.append(words)

    async def ask(self, subject: str, words: bytes, timeout_s: float) -> bytes:
        raise NoAnswer(subject)

    async def listen(self, subject: str, hear: Callable[[bytes], None]) -> None:
        self.hear = hear

    async def answer(self, subject: str, reply: Callable[[bytes], Awaitable[bytes | None]]) -> None:
        return None

    def when_back(self, call: Callable[[], None]) -> None:
        self.back = call

    async def close(self) -> None:
        return None


class Listening(Fanout):
    """Keeps what it would send."""

    __slots__ = ("heard", "passed")

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[Effect] = []
        self.passed: list[str] = []

    def hear(self, effects: object) -> None:
        self.heard += effects  # type: ignore[arg-type]  # effects, as the caller has them

    def hear_passing(self, room_uri: str, frame: bytes, sender: object = None) -> None:
        self.passed.append(room_uri)


class Ears:
    """A worker that hears, and what it was called for."""

    def __init__(self) -> None:
        self.bus, self.fanout, self.called = Silent(), Listening(), list[str]()
        self.sessions = Sessions("a")
        self.telling = Telling(
            self.bus,
            "a",
            self.fanout,
            self.sessions,
            due=lambda: self.called.append("due"),
            published=lambda: self.called.append("published"),
            arrived=lambda: self.called.append("arrived"),
            look_again=lambda: self.called.append("look"),
            counted=lambda limit, caller, tokens: self.called.append(f"{caller} took {tokens} of {limit}"),
        )

    def hear(self, number: int, *words: Word, worker: str = "b") -> None:
        assert self.bus.hear is not None
        self.bus.hear(encode(Told(worker, number, list(words))))


@pytest.fixture
async def ears() -> Ears:
    one = Ears()
    await one.telling.begin()
    return one


EFFECTS: list[Word] = [
    Publish("r", 1, b"frame"),
    Publish("r", 2, b"frame", "c", b"answer"),
    Enter("c", "r", 2),
    Part("c", "r"),
    ToDevice("c", 7, b"frame"),
]


async def test_effects_are_applied_as_they_were_said(ears: Ears) -> None:
    ears.hear(1, *EFFECTS)
    assert ears.fanout.heard == EFFECTS
    assert ears.called == []


async def test_everything_else_that_is_said(ears: Ears) -> None:
    ears.hear(1, Due(), Published(), Arrived(), Passing("r", b"frame"), Taken(), Counted("request", "c", 75))
    assert ears.called == ["due", "published", "arrived", "look", "c took 75 of request"]
    assert ears.fanout.passed == ["r"]
    before = ears.sessions.drops
    ears.hear(2, Dropped("c", "gone"), Connected("d"))
    assert ears.sessions.drops == before + 1, "a handshake that runs looks its device up again"


async def test_what_is_said_again_does_nothing(ears: Ears) -> None:
    """A Part that somebody recorded and says later would silence a device that has come back since."""
    ears.hear(1, Part("c", "r"))
    ears.hear(2, Enter("c", "r", 3))
    ears.hear(1, Part("c", "r"))
    assert ears.fanout.heard == [Part("c", "r"), Enter("c", "r", 3)]
    assert ears.called == []


async def test_a_gap_is_applied_and_looked_into(ears: Ears) -> None:
    ears.hear(1, Part("c", "r"))
    ears.hear(3, Enter("c", "r", 3))
    assert ears.fanout.heard == [Part("c", "r"), Enter("c", "r", 3)]
    assert ears.called == ["look"]


async def test_a_last_word_that_was_lost_shows_by_the_number_alone(ears: Ears) -> None:
    ears.hear(1, Due())
    ears.hear(1)
    assert ears.called == ["due"]
    ears.hear(2)
    assert ears.called == ["due", "look"]
    ears.hear(2)
    assert ears.called == ["due", "look"]


async def test_a_bus_that_comes_back_is_a_gap(ears: Ears) -> None:
    assert ears.bus.back is not None
    ears.bus.back()
    assert ears.called == ["look"]


async def test_what_a_worker_says_is_numbered_and_fits_the_bus(ears: Ears) -> None:
    big: list[Word] = [Publish("r", number, bytes(200 << 10)) for number in range(7)]
    ears.telling.tell(big)
    ears.telling.tell([Due()])
    told = [decode(words, Told) for words in ears.bus.said]
    assert [one.number for one in told] == list(range(1, len(told) + 1))
    assert [word for one in told for word in one.words] == [*big, Due()]
    assert all(len(words) < MAX_WORDS_BYTES + (300 << 10) < 1 << 20 for words in ears.bus.said)
    ears.telling.tell([])
    assert len(ears.bus.said) == len(told)


async def test_words_of_another_version_are_an_error_by_name(ears: Ears) -> None:
    assert ears.bus.hear is not None
    for wrong in (
        b"",
        b"\x93\xa1b\x01\x91\x91\xa7unknown",
        encode(Told("b", 1, []))[:-1],
        encode(["b", "x", []]),
        b"\x93\xa1\xff\x01\x90",
    ):
        with pytest.raises(BadWords):
            ears.bus.hear(wrong)
