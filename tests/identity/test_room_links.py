# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Links into a room: one form, nothing of the secret where it does not belong, and knocks that nobody else can make."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privity.identity.errors import (
    BadKnock,
    BadLinkStatement,
    BadRoomLink,
    IdentityError,
    KnockIsOld,
    KnockNotByDevice,
    KnockNotByLink,
    LinkIsOver,
)
from privity.identity.room_links import (
    KNOCK_MS,
    LAST_MS,
    MAX_NAME,
    MAX_STATED,
    MEDIA_TYPE,
    PREFIX,
    SECRET_BYTES,
    SLACK_MS,
    Knock,
    Mode,
    RoomLink,
    StatedLink,
    hash_of,
    read_statement,
    statement,
)
from privity.identity.uris import make_client_uri, make_room_uri, make_user_uri
from privity.message.content import SinglePart
from privity.mls.codec import u8, u64, vec
from tests.identity.forging import public
from tests.identity.room_link_vectors import FILE, room_link_vectors

ROOM = make_room_uri("hub.example", "r" * 25 + "a")
OTHER_ROOM = make_room_uri("hub.example", "s" * 25 + "a")
MAKER = make_user_uri("hub.example", "m" * 25 + "a")
CLIENT = make_client_uri(make_user_uri("hub.example", "k" * 25 + "a"), "d" * 25 + "a")
STRANGER = make_client_uri(make_user_uri("hub.example", "x" * 25 + "a"), "d" * 25 + "a")
PRIVATE = bytes(range(32))
NOW_MS = 1_800_000_000_000
LINK = RoomLink(ROOM, b"s" * SECRET_BYTES, NOW_MS + 1000, "Boat builders")
STATED = StatedLink(LINK.secret, Mode.ASK, False, LINK.expires_ms, MAKER, LINK.name)
KNOCK = Knock.make(LINK, CLIENT, NOW_MS, PRIVATE)


def test_own_vectors() -> None:
    assert json.loads(FILE.read_text()) == room_link_vectors()


def test_vectors_mean_what_they_say() -> None:
    """From the text of each link alone, as another implementation reads it."""
    vectors = json.loads(FILE.read_text())
    said = read_statement(SinglePart(MEDIA_TYPE, bytes.fromhex(vectors["statement"]["content"])))
    for vector, stated in zip(vectors["links"], said, strict=True):
        link = RoomLink.parse(vector["text"])
        assert link == stated.link(vector["room_uri"])
        assert (link.link_id.hex(), link.hub_hash.hex()) == (vector["link_id"], vector["hub_hash"])
        assert hash_of(link.link_id) == link.hub_hash
    for vector in vectors["knocks"]:
        knock = Knock.decode(bytes.fromhex(vector["encoded"]))
        link = RoomLink.parse(vectors["links"][vector["link"]]["text"])
        knock.check_link(link)
        knock.check_device(link, bytes.fromhex(vectors["device_key"]))


# The text


@given(st.binary(min_size=SECRET_BYTES, max_size=SECRET_BYTES), st.integers(1, LAST_MS), st.text(max_size=MAX_NAME))
def test_a_link_is_read_as_it_was_written(secret: bytes, expires_ms: int, name: str) -> None:
    try:
        name.encode()
    except UnicodeEncodeError:
        return
    link = RoomLink(ROOM, secret, expires_ms, name)
    assert RoomLink.parse(link.text()) == link


@given(
    st.text(max_size=200)
    | st.text("AQgm-_=/+ ", max_size=200).map(PREFIX.__add__)
    | st.binary(max_size=120).map(lambda data: PREFIX + urlsafe_b64encode(data).rstrip(b"=").decode())
)
def test_reading_a_link_is_total_and_canonical(text: str) -> None:
    with suppress(BadRoomLink):
        assert RoomLink.parse(text).text() == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        PREFIX,
        LINK.text()[:-1],
        LINK.text() + "A",
        LINK.text() + "=",
        LINK.text().replace(PREFIX, "privity:JOIN/"),
        LINK.text().replace(PREFIX, "https://hub.example/join/"),
        f" {LINK.text()}",
        f"{LINK.text()}\n",
        LINK.text()[:40] + " " + LINK.text()[40:],
        PREFIX + urlsafe_b64encode(u8(2) + vec(ROOM.encode()) + LINK.secret + u64(1) + vec(b"")).decode().rstrip("="),
        PREFIX + urlsafe_b64encode(u8(1) + vec(MAKER.encode()) + LINK.secret + u64(1) + vec(b"")).decode().rstrip("="),
        PREFIX + urlsafe_b64encode(u8(1) + vec(ROOM.encode()) + LINK.secret + u64(0) + vec(b"")).decode().rstrip("="),
        PREFIX
        + urlsafe_b64encode(u8(1) + vec(ROOM.encode()) + LINK.secret + u64(1) + vec(b"\xff")).decode().rstrip("="),
        PREFIX + "A" * 2_000,
        PREFIX + "\udcff",
        PREFIX + "é",
    ],
)
def test_another_form_is_no_link(text: str) -> None:
    with pytest.raises(BadRoomLink):
        RoomLink.parse(text)


@pytest.mark.parametrize(
    "wrong",
    [
        {"room_uri": MAKER},
        {"secret": b""},
        {"secret": b"s" * 17},
        {"expires_ms": 0},
        {"expires_ms": LAST_MS + 1},
        {"name": "x" * 101},
    ],
)
def test_what_is_no_link_is_not_made(wrong: dict[str, object]) -> None:
    with pytest.raises(BadRoomLink):
        replace(LINK, **wrong)  # type: ignore[arg-type]  # wrong on purpose


def test_the_secret_stands_in_no_repr_and_not_in_what_the_hub_gets() -> None:
    secret = LINK.secret
    for shown in (LINK, STATED, KNOCK):
        assert repr(secret)[2:-1] not in repr(shown)
        assert secret.hex() not in repr(shown)
    assert secret not in LINK.link_id + LINK.hub_hash + KNOCK.encode()


# What is said of links


def test_links_are_said_as_they_are_and_each_once() -> None:
    other = replace(STATED, secret=b"t" * SECRET_BYTES, mode=Mode.ANYONE, revoked=True)
    assert read_statement(statement((STATED, other))) == (STATED, other)
    for wrong in ((), (STATED, STATED), tuple(replace(STATED, secret=bytes([n]) * 16) for n in range(MAX_STATED + 1))):
        with pytest.raises(BadLinkStatement):
            statement(wrong)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        u8(1),
        u8(2) + vec(STATED.encode()),
        u8(1) + vec(STATED.encode()) + b"x",
        u8(1) + vec(STATED.encode()[:-1]),
        u8(1) + vec(replace(STATED, name="x" * 101).encode()),
        u8(1) + vec(replace(STATED, maker="mimi://hub.example/u/nobody").encode()),
        u8(1) + vec(replace(STATED, expires_ms=0).encode()),
        u8(1) + vec(STATED.secret + u8(3) + u8(0) + u64(1) + vec(MAKER.encode()) + vec(b"")),
        u8(1) + vec(STATED.secret + u8(1) + u8(2) + u64(1) + vec(MAKER.encode()) + vec(b"")),
    ],
)
def test_what_cannot_be_said_of_links_is_refused(content: bytes) -> None:
    with pytest.raises(BadLinkStatement):
        read_statement(SinglePart(MEDIA_TYPE, content))


@given(st.binary(max_size=150))
def test_reading_a_statement_is_total_and_canonical(data: bytes) -> None:
    try:
        said = read_statement(SinglePart(MEDIA_TYPE, data))
    except BadLinkStatement:
        return
    assert statement(said).content == data


@given(
    st.lists(st.tuples(st.sampled_from(Mode), st.booleans(), st.integers(1, 9)), min_size=2, max_size=4), st.randoms()
)
def test_in_whatever_order_statements_come_the_same_follows(said: list[tuple[Mode, bool, int]], random: object) -> None:
    """Of each the stricter: revoked for good, asked where anybody says so, over at the earliest time."""
    versions = [replace(STATED, mode=mode, revoked=revoked, expires_ms=ends) for mode, revoked, ends in said]
    for order in (versions, versions[::-1]):
        together = order[0]
        for other in order[1:]:
            together = together.with_said(other)
        assert together.revoked == any(each.revoked for each in versions)
        assert together.mode == max(each.mode for each in versions)
        assert together.expires_ms == min(each.expires_ms for each in versions)


def test_a_link_that_is_over_lets_nobody_in() -> None:
    STATED.check_open(STATED.expires_ms - 1)
    with pytest.raises(LinkIsOver, match="time"):
        STATED.check_open(STATED.expires_ms)
    with pytest.raises(LinkIsOver, match="revoked"):
        replace(STATED, revoked=True).check_open(NOW_MS)


# Knocking


def test_a_knock_is_made_with_the_link_and_by_the_device_it_names() -> None:
    KNOCK.check_link(LINK)
    KNOCK.check_device(LINK, public(PRIVATE))
    KNOCK.check_timely(NOW_MS, NOW_MS - 1)
    assert Knock.decode(KNOCK.encode()) == KNOCK


@pytest.mark.parametrize(
    ("knock", "link"),
    [
        (KNOCK, replace(LINK, secret=b"t" * SECRET_BYTES)),
        (KNOCK, replace(LINK, room_uri=OTHER_ROOM)),
        (replace(KNOCK, client_uri=STRANGER), LINK),
        (replace(KNOCK, at_ms=NOW_MS + 1), LINK),
        (replace(KNOCK, mac=bytes(32)), LINK),
        (replace(KNOCK, link_id=bytes(32)), LINK),
        (replace(KNOCK, link_id=replace(LINK, room_uri=OTHER_ROOM).link_id), LINK),
    ],
)
def test_a_hub_that_has_the_public_half_invents_no_knock(knock: Knock, link: RoomLink) -> None:
    with pytest.raises(KnockNotByLink):
        knock.check_link(link)


def test_who_has_the_link_knocks_in_nobody_elses_name() -> None:
    """A link on a notice board is known to the hub as well: the MAC is worth nothing then, and the signature is."""
    forged = Knock.make(LINK, STRANGER, NOW_MS, PRIVATE)
    forged.check_link(LINK)
    with pytest.raises(KnockNotByDevice):
        forged.check_device(LINK, public(bytes(32)))
    for moved in (replace(KNOCK, client_uri=STRANGER), replace(KNOCK, at_ms=NOW_MS + 1)):
        with pytest.raises(KnockNotByDevice):
            moved.check_device(LINK, public(PRIVATE))
    with pytest.raises(KnockNotByDevice):
        KNOCK.check_device(replace(LINK, room_uri=OTHER_ROOM), public(PRIVATE))
    with pytest.raises(KnockNotByDevice):
        KNOCK.check_device(LINK, b"no key")


@pytest.mark.parametrize(
    ("now_ms", "after_ms"),
    [(NOW_MS - SLACK_MS - 1, 0), (NOW_MS + KNOCK_MS, 0), (NOW_MS, NOW_MS), (NOW_MS, NOW_MS + 1)],
)
def test_a_knock_of_another_time_does_not_count(now_ms: int, after_ms: int) -> None:
    with pytest.raises(KnockIsOld):
        KNOCK.check_timely(now_ms, after_ms)


@given(st.binary(max_size=300))
def test_reading_a_knock_is_total_and_canonical(data: bytes) -> None:
    with suppress(BadKnock):
        assert Knock.decode(data).encode() == data


@pytest.mark.parametrize("at", range(0, len(KNOCK.encode()), 7))
def test_a_changed_byte_of_a_knock_is_found(at: int) -> None:
    changed = bytearray(KNOCK.encode())
    changed[at] ^= 1
    with pytest.raises(IdentityError):
        knock = Knock.decode(bytes(changed))
        knock.check_link(LINK)
        knock.check_device(LINK, public(PRIVATE))


def test_a_knock_is_short() -> None:
    with pytest.raises(BadKnock):
        Knock.decode(KNOCK.encode() + bytes(1_000))
