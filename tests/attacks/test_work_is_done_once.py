# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Attack: a challenged account begins things with strangers on work that was done before, elsewhere or for less."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import replace

from privity.policy.work import PARTS, SEED_BYTES
from privity.server.contacts import forgetting
from privity.server.limits import HOUR, PUZZLE_KEPT_MS
from privity.wire.staff import Verb
from privity.wire.work import Puzzle, Work
from tests.server.challenges.working import Answer, Beginner, puzzle_in, solve
from tests.server.contacts.people import rows
from tests.server.rooms.conftest import world as world
from tests.server.rooms.test_knocks import allow, link_into
from tests.server.rooms.world import World
from tests.server.staff.deciding import Desk

__all__ = ["world"]

WORK = "this server asks your device for a little work before you begin something with somebody new"
FOREIGN = "this work is for a puzzle that this server did not make for you and for this"


@pytest.fixture
async def eve(world: World) -> AsyncIterator[Beginner]:
    """Somebody whom the desk challenges for a week."""
    one = Beginner(world, await world.join("eve", stranger=True))
    await challenge(world, one)
    yield one


async def challenge(world: World, one: Beginner) -> None:
    await Desk(world).done(Verb.CHALLENGE, one.uri, decision="D-1", until_ms=world.clock.now + 7 * 24 * HOUR)


def refused(answer: Answer, why: str = WORK) -> Puzzle:
    """That it was refused for this reason; the puzzle that came with it."""
    puzzle = puzzle_in(answer)
    assert answer[1]["message"] == f"{why}; decision D-1 says why"
    assert answer[1]["reference"] == "D-1"
    return puzzle


async def test_work_counts_once_and_for_what_it_was_done_for(world: World, eve: Beginner) -> None:
    puzzle = refused(await eve.ask("bob.c"))
    assert await rows(world.context.db, "contact_ask") == [], "what was refused left nothing"
    assert await rows(world.context.db, "spent_puzzle") == [], "of a puzzle that was handed out nothing is kept"
    work = solve(puzzle)
    refused(await eve.ask("carol.c", work), FOREIGN)
    assert (await eve.ask("bob.c", work))[0] == 404, "it is taken, and says no more than to anybody else"
    assert len(await rows(world.context.db, "contact_ask")) == 1
    assert (await eve.ask("bob.c"))[0] == 404, "the same request again is no new one"
    await eve.withdraw("bob.c")
    world.clock.now += 1
    refused(await eve.ask("bob.c", work), "this work was taken before")
    assert (await eve.ask("bob.c", solve(refused(await eve.ask("bob.c")))))[0] == 404


async def test_work_of_another_account_counts_for_nothing(world: World, eve: Beginner) -> None:
    mallory = Beginner(world, await world.join("mallory", stranger=True))
    await challenge(world, mallory)
    work = solve(refused(await mallory.ask("bob.c")))
    refused(await eve.ask("bob.c", work), FOREIGN)
    assert (await mallory.ask("bob.c", work))[0] == 404, "it was not used up by that"


async def test_work_of_another_device_of_the_account_counts(world: World, eve: Beginner) -> None:
    other = Beginner(world, await world.second_device(eve.device))
    work = solve(refused(await eve.ask("bob.c")))
    assert (await other.ask("bob.c", work))[0] == 404


async def test_old_work_counts_for_nothing(world: World, eve: Beginner) -> None:
    one, other = solve(refused(await eve.ask("bob.c"))), solve(refused(await eve.ask("carol.c")))
    world.clock.now += PUZZLE_KEPT_MS - 1
    assert (await eve.ask("bob.c", one))[0] == 404, "it is taken for half an hour"
    world.clock.now += 1
    refused(await eve.ask("carol.c", other), "this work is for a puzzle that is not of the last 30 minutes")


CHANGES: dict[str, dict[str, Any]] = {
    "a puzzle of one's own": {"seed": bytes(SEED_BYTES)},
    "no seed": {"seed": b""},
    "an easier puzzle": {"bits": 1},
    "one that takes nothing": {"bits": 0},
    "a harder one": {"bits": 250},
    "a younger one": {"made_ms": 1},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
async def test_a_puzzle_that_was_changed_is_none(world: World, eve: Beginner, change: dict[str, Any]) -> None:
    work = solve(refused(await eve.ask("bob.c")))
    asked = change if "made_ms" not in change else {"made_ms": work.made_ms + change["made_ms"]}
    changed = solve_again(replace(work, **asked))
    refused(await eve.ask("bob.c", changed), FOREIGN)
    assert (await eve.ask("bob.c", work))[0] == 404


def solve_again(work: Work) -> Work:
    """Whoever changes a puzzle that can be solved at all solves it."""
    if len(work.seed) != SEED_BYTES or not 1 <= work.bits <= 4:
        return work
    return solve(Puzzle(work.seed, work.bits, work.made_ms))


async def test_answers_that_are_not_right_count_for_nothing(world: World, eve: Beginner) -> None:
    work = solve(refused(await eve.ask("bob.c")))
    missing = replace(work, answers=work.answers[:-1])
    refused(await eve.ask("bob.c", missing), f"WorkWrong: a puzzle has {PARTS} answers, got {PARTS - 1}")
    more = replace(work, answers=[*work.answers, 0])
    refused(await eve.ask("bob.c", more), f"WorkWrong: a puzzle has {PARTS} answers, got {PARTS + 1}")
    at = next(number for number, answer in enumerate(work.answers) if answer > 0)
    wrong = replace(work, answers=[0 if number == at else each for number, each in enumerate(work.answers)])
    why = f"WorkWrong: answer {at} does not solve its part of the puzzle, which has 4 bits"
    refused(await eve.ask("bob.c", wrong), why)
    assert (await eve.ask("bob.c", work))[0] == 404


async def test_every_way_to_a_stranger_is_closed_and_each_deed_is_its_own(world: World, eve: Beginner) -> None:
    anna = await world.join("anna")
    bob = Beginner(world, await world.join("bob", stranger=True))
    profile = {"name": "Bob", "bio": "", "picture": None, "listed": True}
    assert (await bob.call("PUT", "profile", profile))[0] == 200
    age = {"band": "adult"}
    for one in (eve, bob):
        assert (await one.call("PUT", "account/age", age))[0] == 200
    mine, theirs = await eve.device.create(), await anna.create()
    link = link_into(theirs)
    await allow(anna, link)
    asked = solve(refused(await eve.ask(bob.uri)))
    invited = solve(refused(await eve.invite(mine, bob.uri)))
    knocked = solve(refused(await eve.knock(link)))
    refused(await eve.invite(mine, bob.uri, asked), FOREIGN)
    refused(await eve.knock(link, invited), FOREIGN)
    refused(await eve.ask(bob.uri, knocked), FOREIGN)
    second = await eve.device.create()
    refused(await eve.invite(second, bob.uri, invited), FOREIGN)
    assert await rows(world.context.db, "invitation") == await rows(world.context.db, "knock") == []
    assert (await eve.invite(mine, bob.uri, invited))[0] == 200
    assert (await eve.knock(link, knocked))[0] == 200
    assert (await eve.ask(bob.uri, asked))[0] == 200
    assert len(await rows(world.context.db, "spent_puzzle")) == 3
    world.clock.now += PUZZLE_KEPT_MS
    await forgetting.keep_house(world.context)
    assert await rows(world.context.db, "spent_puzzle") == [], "and soon nothing is left of it"
