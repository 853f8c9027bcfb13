# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A profile taken from public surfaces: to others as if it had never been, kept for its person, given back whole."""

from __future__ import annotations

from typing import Any

import pytest

from privity.identity.consent import Op
from privity.wire.contacts import OwnProfile
from privity.wire.errors import Code
from privity.wire.staff import Verb
from tests.server.contacts.people import signed_entry
from tests.server.core.people import text
from tests.server.rooms.test_rooms import room_of
from tests.server.rooms.world import Device, World
from tests.server.staff.deciding import Desk, standing_of

PICTURE = b"\x89PNG\r\n\x1a\n a teapot"
PROFILE = {"name": "Mallory", "bio": "cheap teapots", "picture": text(PICTURE), "listed": True}


async def exactly(device: Device, method: str, path: str) -> tuple[int, list[tuple[str, str]], bytes]:
    """Everything that an answer says, but for when it was given."""
    device.line.count += 1
    headers = device.line.headers(method, path, device.line.count, b"")
    async with device.world.http.request(method, path, headers=headers) as response:
        return (
            response.status,
            [(name, value) for name, value in response.headers.items() if name != "Date"],
            await response.read(),
        )


def paths(device: Device) -> list[str]:
    """Where a profile, or that there is somebody, is told."""
    return [f"/v1/users/{device.person.id}/profile", f"/v1/users/{device.person.id}/handle", "/v1/handles/mallory"]


@pytest.mark.parametrize("verb", [Verb.REMOVE_PUBLIC, Verb.BAN])
async def test_to_strangers_the_account_is_one_that_does_not_exist(world: World, verb: Verb) -> None:
    mallory = await world.join("mallory", stranger=True)
    other = await world.join("anna", stranger=True)
    await mallory.call("PUT", "/v1/profile", PROFILE, OwnProfile)
    nobody = [path.replace(mallory.person.id, "a" * 26).replace("mallory", "nobody") for path in paths(mallory)]
    absent = [await exactly(other, "GET", path) for path in nobody]
    before = [await exactly(other, "GET", path) for path in paths(mallory)]
    assert [status for status, _, _ in absent] == [404, 404, 404]
    assert [status for status, _, _ in before] == [200, 200, 200]
    desk = Desk(world)
    await desk.done(verb, mallory.user_uri, decision="D-1")
    assert [await exactly(other, "GET", path) for path in paths(mallory)] == absent
    own = await mallory.call("GET", "/v1/profile", None, OwnProfile)
    assert own == OwnProfile("Mallory", "cheap teapots", PICTURE, listed=True)
    assert (await standing_of(mallory)).hidden == (verb is Verb.REMOVE_PUBLIC)
    back = Verb.RESTORE_PUBLIC if verb is Verb.REMOVE_PUBLIC else Verb.REINSTATE
    await desk.done(back, mallory.user_uri, decision="D-1")
    assert [await exactly(other, "GET", path) for path in paths(mallory)] == before


@pytest.mark.parametrize("verb", [Verb.REMOVE_PUBLIC, Verb.BAN])
async def test_to_those_who_know_them_they_look_like_somebody_who_wrote_nothing(world: World, verb: Verb) -> None:
    _, (mallory, ben) = await room_of(world, "mallory", "ben")
    path = f"/v1/users/{mallory.person.id}/profile"
    empty = {"name": "", "bio": "", "picture": None, "listed": False}
    await mallory.call("PUT", "/v1/profile", empty, OwnProfile)
    never = await exactly(ben, "GET", path)
    await mallory.call("PUT", "/v1/profile", PROFILE, OwnProfile)
    assert await exactly(ben, "GET", path) != never
    await Desk(world).done(verb, mallory.user_uri, decision="D-1")
    assert await exactly(ben, "GET", path) == never


async def test_what_was_taken_cannot_be_replaced(world: World) -> None:
    mallory = await world.join("mallory")
    await mallory.call("PUT", "/v1/profile", PROFILE, OwnProfile)
    await Desk(world).done(Verb.REMOVE_PUBLIC, mallory.user_uri, decision="D-7")
    error = await mallory.refused("PUT", "/v1/profile", PROFILE | {"name": "Somebody else"})
    assert (error.code, error.reference, error.until_ms) == (Code.RESTRICTED, "D-7", None)
    assert (await mallory.call("GET", "/v1/profile", None, OwnProfile)).name == "Mallory"


async def test_a_hidden_account_is_asked_for_by_nobody_new(world: World) -> None:
    """Its name leads nowhere: a request for it waits unseen, and the answer is that of a name that nobody has."""
    mallory = await world.join("mallory", stranger=True)
    other = await world.join("anna", stranger=True)
    await Desk(world).done(Verb.REMOVE_PUBLIC, mallory.user_uri, decision="D-1")

    async def ask(target: str) -> Any:
        entry = {"entry": signed_entry(other.person, Op.REQUEST, target, at_ms=world.clock.now)}
        return await other.refused("POST", "/v1/contacts/requests", entry)

    assert await ask("mallory") == await ask("nobody")
