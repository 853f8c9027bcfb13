# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every request and every frame of a person in every standing: left to them on purpose, or refused and without effect.

The routes are the router's own, so that a new one of which nobody thought what it is fails the walk.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from privity.mls.errors import PolicyRefused
from privity.policy.standing import Deed, check_standing
from privity.server.sessions.requests import STAFF_PREFIX, _is_public
from privity.server.standing.deeds import DEEDS, FREE, deed_of
from privity.wire import socket
from privity.wire.errors import Code
from privity.wire.standing import StandingState
from tests.attacks.open_hub import OpenHub, open_hub
from tests.attacks.test_any_bytes_to_the_hub import Walk, routes, walk_of
from tests.server.rooms.world import World
from tests.server.staff.deciding import Desk
from tests.stores import contents

BY_THE_SLICE = {
    ("POST", "/v1/contacts/codes"): Deed.BEGIN,
    ("POST", "/v1/rooms"): Deed.BEGIN,
    ("POST", "/v1/users/{id}/claim"): Deed.INVITE,
}
"""Free as routes, and what the slices themselves say of the walk's honest bodies."""
RESTRICTED = (StandingState.LIMITED, StandingState.SUSPENDED, StandingState.BANNED)


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[OpenHub]:
    async with open_hub(tmp_path) as opened:
        yield opened
        assert opened.bugs() == []


def of_sessions(hub: OpenHub) -> list[tuple[str, str]]:
    """All requests that need a session."""
    return [
        (method, pattern)
        for method, pattern in routes(hub)
        if method != "HEAD"
        and not pattern.startswith(STAFF_PREFIX)
        and not _is_public(method, pattern.replace("{code}", "abcdefgh").replace("{index}", "0"))
    ]


def taken(standing: StandingState, deed: Deed | None) -> bool:
    if deed is FREE or deed is None:
        return False
    try:
        check_standing(standing, deed)
    except PolicyRefused:
        return True
    return False


async def put_into(world: World, user_uri: str, standing: StandingState) -> None:
    desk = Desk(world)
    match standing:
        case StandingState.LIMITED:
            await desk.limit(user_uri)
        case StandingState.SUSPENDED:
            await desk.suspend(user_uri)
        case StandingState.BANNED:
            await desk.ban(user_uri)
        case StandingState.GOOD:
            pass


async def test_every_route_is_a_deed_or_free_on_purpose(hub: OpenHub) -> None:
    asked = of_sessions(hub)
    assert set(asked) == DEEDS.keys()
    assert len(asked) > 40
    assert deed_of("HEAD", "/v1/rooms") is FREE
    assert deed_of("POST", "/v1/nobody-thought-of-this") is Deed.SEND


@pytest.mark.parametrize("standing", [StandingState.GOOD, *RESTRICTED])
async def test_every_request_of_every_standing(hub: OpenHub, standing: StandingState) -> None:
    walk, _ = await walk_of(hub)
    await put_into(hub.world, walk.mallory.user_uri, standing)
    refused = 0
    for method, pattern in of_sessions(hub):
        honest = walk.honest_body(method, pattern)
        body = b"" if honest is None else json.dumps(honest).encode()
        before = contents(hub.world.context.config)
        heard = await walk.ask(method, walk.path(pattern), body)
        is_restricted = heard.status == 403 and heard.error.code is Code.RESTRICTED
        expected = taken(standing, BY_THE_SLICE.get((method, pattern), DEEDS[method, pattern]))
        assert is_restricted == expected, (standing, method, pattern, heard)
        if is_restricted:
            refused += 1
            assert heard.error.reference == "D-1"
            assert (heard.error.until_ms is None) == (standing is StandingState.BANNED)
            assert contents(hub.world.context.config) == before, (method, pattern)
        if (method, pattern) == ("POST", "/v1/rooms/{id}/leave"):
            assert heard.status == 200
    assert refused == sum(taken(standing, deed) for deed in {**DEEDS, **BY_THE_SLICE}.values())
    assert (refused == 0) == (standing is StandingState.GOOD)


@pytest.mark.parametrize("standing", RESTRICTED)
async def test_every_frame_of_every_standing(hub: OpenHub, standing: StandingState) -> None:
    walk, still_talks = await walk_of(hub)
    mallory, room = walk.mallory, walk.room
    await put_into(hub.world, mallory.user_uri, standing)
    await mallory.send(socket.Ack({room: 0}, 0))
    await mallory.send(socket.Submit(secrets.token_bytes(16), room, mallory.sealed(room, b"hello")))
    answer = await mallory.until_answer()
    if standing is StandingState.LIMITED:
        assert isinstance(answer, socket.Accepted)
    else:
        assert isinstance(answer, socket.Refused)
        assert answer.code is Code.RESTRICTED and "D-1" in answer.message
    await still_talks()


async def test_a_walk_that_nobody_restricts_reaches_what_is_behind(hub: OpenHub) -> None:
    """The matrix would hold of a hub that refuses all: without a decision these are done."""
    walk, _ = await walk_of(hub)
    done = [
        pattern
        for method, pattern in of_sessions(hub)
        if BY_THE_SLICE.get((method, pattern), DEEDS[method, pattern]) is not FREE
        if await _works(walk, method, pattern)
    ]
    assert {"/v1/profile", "/v1/rooms", "/v1/rooms/{id}/links"} <= set(done)


async def _works(walk: Walk, method: str, pattern: str) -> bool:
    honest = walk.honest_body(method, pattern)
    body = b"" if honest is None else json.dumps(honest).encode()
    return (await walk.ask(method, walk.path(pattern), body)).status == 200
