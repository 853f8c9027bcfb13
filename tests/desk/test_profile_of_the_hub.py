# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the hub shows of an account: of the one that was asked about, or the desk does not take it."""

from __future__ import annotations

import pytest

from privity.desk.errors import HubMisbehaved
from privity.wire.errors import Code, Refusal
from privity.wire.staff import ProfileFacts
from tests.desk.fake_hub import FakeHub
from tests.desk.running import Desk
from tests.desk.world import World


def facts(uri: str) -> ProfileFacts:
    return ProfileFacts(uri, "teapot", "An invented name", "I like teapots", b"a picture", True, False)


async def test_it_is_asked_for_by_address_or_handle(desk: Desk, hub: FakeHub, world: World) -> None:
    hub.profiles = {name: facts(world.alice.user_uri) for name in (world.alice.user_uri, "@teapot")}
    for name in hub.profiles:
        assert await desk.hub.profile(name) == facts(world.alice.user_uri)
    with pytest.raises(Refusal) as refused:
        await desk.hub.profile("@nobody")
    assert refused.value.code is Code.NOT_FOUND


async def test_a_hub_that_shows_another_account_or_none_is_not_believed(desk: Desk, hub: FakeHub, world: World) -> None:
    hub.profiles[world.alice.user_uri] = facts(world.bob.user_uri)
    with pytest.raises(HubMisbehaved, match="another account"):
        await desk.hub.profile(world.alice.user_uri)
    for odd in ("", "teapot", world.room_uri, "mimi://hub.example/u/x"):
        hub.profiles["@teapot"] = facts(odd)
        with pytest.raises(HubMisbehaved, match="whose profile"):
            await desk.hub.profile("@teapot")
    hub.garbage.add("profile")
    with pytest.raises(HubMisbehaved):
        await desk.hub.profile("@teapot")
