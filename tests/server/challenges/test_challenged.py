# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A challenge at the hub: whom it asks for work, what it leaves free, how it ends, and what the person is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from privity.server.config import HubSection, check
from privity.server.contacts import forgetting
from privity.server.errors import ConfigInvalid
from privity.server.standing import service as standing
from privity.wire.staff import EffectOutcome, Verb
from privity.wire.standing import StandingState
from tests.server.challenges.working import Beginner, puzzle_in, solve
from tests.server.contacts.people import rows
from tests.server.rooms.conftest import world as world
from tests.server.rooms.world import World
from tests.server.staff.deciding import Desk, standing_of

__all__ = ["world"]

DAY_MS = 86_400_000


async def test_a_challenge_is_told_ends_by_itself_and_is_lifted(world: World) -> None:
    desk, eve = Desk(world), Beginner(world, await world.join("eve", stranger=True))
    until_ms = world.clock.now + DAY_MS
    assert (await eve.ask("bob.c"))[0] == 404
    await desk.done(Verb.CHALLENGE, eve.uri, decision="D-1", until_ms=until_ms)
    again = await desk.do(Verb.CHALLENGE, eve.uri, decision="D-1", until_ms=until_ms)
    assert again.outcome is EffectOutcome.ALREADY
    await desk.done(Verb.CHALLENGE, eve.uri, decision="D-2", until_ms=until_ms + DAY_MS)
    own = await standing_of(eve.device)
    assert (own.standing, own.challenged_until_ms) == (StandingState.GOOD, until_ms + DAY_MS)
    facts = await desk.facts(eve.uri)
    assert [(one.what, one.decision) for one in facts.restrictions] == [("challenged", "D-1"), ("challenged", "D-2")]
    refused = await eve.ask("carol.c")
    assert (refused[1]["reference"], refused[1]["until_ms"]) == ("D-2", until_ms + DAY_MS)
    await desk.done(Verb.LIFT, eve.uri, decision="D-2")
    refused = await eve.ask("carol.c")
    assert (refused[1]["reference"], refused[1]["until_ms"]) == ("D-1", until_ms)
    world.clock.now = until_ms
    assert (await eve.ask("carol.c"))[0] == 404
    assert (await standing_of(eve.device)).challenged_until_ms is None


async def test_it_goes_with_the_account_and_when_it_is_over(world: World) -> None:
    desk, context = Desk(world), world.context
    eve, bob = await world.join("eve", stranger=True), await world.join("bob", stranger=True)
    until_ms = world.clock.now + DAY_MS
    for one in (eve, bob):
        await desk.done(Verb.CHALLENGE, one.user_uri, decision="D-1", until_ms=until_ms)
    await context.db.write(lambda tx: standing.account_ended(tx, context, eve.user_uri, "eve", None))
    assert [row[0] for row in await rows(context.db, "challenge")] == [bob.user_uri]
    world.clock.now = until_ms - 1
    await forgetting.keep_house(context)
    assert len(await rows(context.db, "challenge")) == 1
    world.clock.now = until_ms
    await forgetting.keep_house(context)
    assert await rows(context.db, "challenge") == []


async def test_a_challenge_without_an_end_is_none(world: World) -> None:
    desk, eve = Desk(world), await world.join("eve", stranger=True)
    done = await desk.do(Verb.CHALLENGE, eve.user_uri, decision="D-1")
    assert (done.outcome, done.reason) == (EffectOutcome.REFUSED, "challenge takes a time of its end")


async def test_who_is_no_stranger_is_free_of_it(world: World) -> None:
    """The one who asked first, and everybody of a common conversation."""
    desk = Desk(world)
    anna, eve = Beginner(world, await world.join("anna")), Beginner(world, await world.join("eve"))
    bob = Beginner(world, await world.join("bob", stranger=True))
    room = await anna.device.create()
    await anna.device.invite(room, eve.device)
    await desk.done(Verb.CHALLENGE, eve.uri, decision="D-1", until_ms=world.clock.now + DAY_MS)
    for one in (bob, eve):
        assert (await one.call("PUT", "account/age", {"band": "adult"}))[0] == 200
    assert (await bob.ask("eve"))[0] == 200
    assert (await eve.ask("bob")) == (200, {"connected": True}), "who answers works for nothing"
    assert (await eve.ask(anna.uri)) == (200, {"connected": True}), "they are contacts"
    assert (await anna.call("DELETE", f"contacts/{eve.device.person.id}"))[0] == 200
    world.clock.now += 1
    assert (await eve.ask(anna.uri)) == (200, {"connected": False}), "they are in one conversation"
    assert (await eve.invite(await eve.device.create(), anna.uri))[0] == 200, "and may be invited to another"
    puzzle_in(await eve.ask("carol.c"))


async def test_a_limit_takes_what_a_challenge_would_let_through(world: World) -> None:
    desk, eve = Desk(world), Beginner(world, await world.join("eve", stranger=True))
    await desk.done(Verb.CHALLENGE, eve.uri, decision="D-1", until_ms=world.clock.now + DAY_MS)
    work = solve(puzzle_in(await eve.ask("bob.c")))
    await desk.limit(eve.uri, decision="D-2", days=1)
    status, answer = await eve.ask("bob.c", work)
    assert (status, answer["reference"], "puzzle" in answer) == (403, "D-2", False)
    own = await standing_of(eve.device)
    assert (own.standing, own.reference, own.challenged_until_ms) == (
        StandingState.LIMITED, "D-2", world.clock.now + DAY_MS
    )  # fmt: skip


@pytest.mark.parametrize("bits", [0, 21])
def test_a_difficulty_that_no_device_takes_is_refused(tmp_path: Path, bits: int) -> None:
    check(HubSection(host="hub.example", challenge_bits=20), tmp_path)
    with pytest.raises(ConfigInvalid, match="challenge_bits must be 1 to 20"):
        check(HubSection(host="hub.example", challenge_bits=bits), tmp_path)
