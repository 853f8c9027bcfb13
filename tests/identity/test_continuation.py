# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What is said about the room that a room continues has one form, and anything else is refused."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privity.identity.continuation import MAX_PEOPLE, MEDIA_TYPE, Continuation, Person
from privity.identity.errors import BadContinuation
from privity.identity.uris import new_room_uri, new_user_uri
from privity.message.content import SinglePart
from tests.identity.continuation_vectors import FILE, continuation_vectors

SEEDED = random.Random(9).randbytes
ROOM = new_room_uri("hub.example", SEEDED)
ANA, BEN = (new_user_uri("hub.example", SEEDED) for _ in range(2))
CROWD = tuple(Person(new_user_uri("hub.example", SEEDED), 2) for _ in range(MAX_PEOPLE + 1))
SAID = Continuation(ROOM, 7, bytes(range(32)), (Person(ANA, 3), Person(BEN, 2)))


def part(content: bytes) -> SinglePart:
    return SinglePart(MEDIA_TYPE, content)


def test_own_vectors() -> None:
    vectors = json.loads(FILE.read_text())
    assert vectors == continuation_vectors()
    for each in vectors["statements"]:
        said = Continuation.of(part(bytes.fromhex(each["content"])))
        assert (said.room_uri, said.epoch, said.context_hash.hex()) == (
            each["room_uri"],
            each["epoch"],
            each["context_hash"],
        )
        assert [{"user_uri": who.user_uri, "role": who.role} for who in said.people] == each["people"]


def test_it_reads_back_what_it_says() -> None:
    assert Continuation.of(SAID.part()) == SAID
    assert Continuation.of(replace(SAID, people=CROWD[1:]).part()).people == CROWD[1:]


@pytest.mark.parametrize(
    "broken",
    [
        replace(SAID, people=()),
        replace(SAID, people=(Person(ANA, 3), Person(ANA, 2))),
        replace(SAID, people=(Person(ANA, 0),)),
        replace(SAID, room_uri=ANA),
        replace(SAID, people=(Person(ROOM, 2),)),
        replace(SAID, context_hash=bytes(31)),
        replace(SAID, context_hash=bytes(33)),
    ],
)
def test_what_others_would_refuse_is_not_said(broken: Continuation) -> None:
    with pytest.raises(BadContinuation):
        broken.part()


def test_too_many_people() -> None:
    with pytest.raises(BadContinuation, match="1 to 1000"):
        replace(SAID, people=CROWD).part()


@pytest.mark.parametrize("at", range(len(SAID.part().content)))
def test_no_part_of_it_is_enough(at: int) -> None:
    with pytest.raises(BadContinuation):
        Continuation.of(part(SAID.part().content[:at]))


def test_nothing_follows_it_and_the_version_is_known() -> None:
    content = SAID.part().content
    for broken in (content + b"\0", b"\x02" + content[1:]):
        with pytest.raises(BadContinuation):
            Continuation.of(part(broken))


def test_a_uri_that_is_not_utf8() -> None:
    content = SAID.part().content
    with pytest.raises(BadContinuation, match="UTF-8"):
        Continuation.of(part(content[:2] + b"\xff" + content[3:]))


@given(st.binary(max_size=200))
def test_reading_is_total_and_canonical(data: bytes) -> None:
    try:
        said = Continuation.of(part(data))
    except BadContinuation:
        return
    assert said.part().content == data
