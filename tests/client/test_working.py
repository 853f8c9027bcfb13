# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a hub takes only with work: the device does it by itself, says how far it is, stops, and has its own limits."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from privity.client.engine import calls
from privity.client.engine.calls import Call
from privity.client.engine.flow import Answers, Runner, Solve
from privity.client.engine.shown import Working
from privity.client.engine.working import MAX_PUZZLES, ask_with_work
from privity.client.errors import PuzzleRefused, WorkStopped
from privity.client.sdk import Device
from privity.client.solving import Solving
from privity.policy.work import MAX_BITS, PARTS, check_answers
from privity.server.challenges import store as challenges
from privity.server.challenges.model import Challenge
from privity.wire import rest
from privity.wire.errors import Code, Refusal
from privity.wire.work import Puzzle, Work
from tests.client.town import Town, run, town
from tests.server.contacts.people import rows

PUZZLE = Puzzle(hashlib.sha256(b"invented").digest(), 4, 1)
DAY_MS = 86_400_000


async def challenge(here: Town, device: Device) -> None:
    made = Challenge(device.user_uri, "D-1", 1, here.context.now_ms() + DAY_MS)
    await here.context.db.write(lambda tx: challenges.put(tx, made))


async def count(here: Town, table: str) -> int:
    return len(await rows(here.context.db, table))


def test_a_challenged_device_works_by_itself_for_each_thing_that_it_begins(tmp_path: Path) -> None:
    async def story() -> None:
        async with town(tmp_path) as here:
            alice, eve = await here.person("alice_a"), await here.person("eve_e")
            group = await alice.create_group()
            link = await alice.room_links.make(group, DAY_MS, ask=True)
            own = await eve.create_group()
            await challenge(here, eve)
            heard = eve.host.follow()
            assert not await eve.contacts.ask("alice_a")
            assert [each.target for each in eve.contacts.asked()] == ["alice_a"]
            await eve.contacts.invite(own, alice.user_uri)
            await eve.room_links.knock(link)
            assert list(eve.room_links.knocked()) == [group]
            assert await count(here, "spent_puzzle") == 3
            said = [each for each in (heard.get_nowait() for _ in range(heard.qsize())) if isinstance(each, Working)]
            assert [each.done for each in said if each.left_s is None] == [PARTS] * 3, "each came to its end"
            assert all(each.parts == PARTS for each in said)
            firsts = [each.done for each in said[: PARTS + 1] if each.left_s is not None]
            assert firsts == sorted(firsts), "and said how far it was"

    run(story())


def test_stopping_begins_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async with town(tmp_path, challenge_bits=MAX_BITS) as here:
            alice, eve = await here.person("alice_a"), await here.person("eve_e")
            link = await alice.room_links.make(await alice.create_group(), DAY_MS, ask=True)
            await challenge(here, eve)
            for begin in (lambda: eve.contacts.ask("alice_a"), lambda: eve.room_links.knock(link)):
                await stopped(eve, begin)
            await eve.contacts.refresh()
            assert eve.contacts.asked() == [] and eve.room_links.knocked() == {}
            assert await count(here, "contact_ask") == await count(here, "knock") == 0

    run(story())


async def stopped(device: Device, begin: Callable[[], Any]) -> None:
    """The person stops it once it is under way, and another of their pages does so again."""
    heard = device.host.follow()
    doing = asyncio.ensure_future(begin())
    while not isinstance(await heard.get(), Working):
        pass
    await device.stop_work()
    await device.stop_work()
    with pytest.raises(WorkStopped):
        await doing
    last = await heard.get()
    while not (isinstance(last, Working) and last.left_s is None):
        last = await heard.get()
    device.host.unfollow(heard)


def test_what_is_stopped_does_not_end_the_device(tmp_path: Path) -> None:
    async def story() -> None:
        async with town(tmp_path) as here:
            eve = await here.person("eve_e")
            await eve.stop_work()
            await challenge(here, eve)
            assert not await eve.contacts.ask("nobody.here")

    run(story())


# Without a hub


def asked(work: Work | None) -> Call:
    return calls.ask_contact(b"entry", work)


def more_work(puzzle: Puzzle = PUZZLE) -> Refusal:
    return Refusal(Code.RESTRICTED, "a little work", puzzle=puzzle)


def test_the_work_goes_with_the_same_request() -> None:
    flow = ask_with_work(asked, rest.Done)
    assert next(flow) == asked(None)
    assert flow.throw(more_work()) == Solve(PUZZLE)
    answers = list(range(PARTS))
    assert flow.send(Answers(answers)) == asked(Work(PUZZLE.seed, PUZZLE.bits, PUZZLE.made_ms, answers))
    with pytest.raises(StopIteration) as end:
        flow.send(rest.Done())
    assert end.value.value == rest.Done()


@pytest.mark.parametrize(
    ("puzzle", "why"),
    [
        (
            Puzzle(PUZZLE.seed, MAX_BITS + 1, 1),
            f"a device works on puzzles of 1 to {MAX_BITS} bits, got {MAX_BITS + 1}",
        ),
        (Puzzle(PUZZLE.seed, 0, 1), f"a device works on puzzles of 1 to {MAX_BITS} bits, got 0"),
        (Puzzle(PUZZLE.seed[1:], 4, 1), "the seed of a puzzle has 32 bytes, got 31"),
    ],
)
def test_what_would_keep_a_device_busy_for_long_is_not_begun(puzzle: Puzzle, why: str) -> None:
    flow = ask_with_work(asked, rest.Done)
    next(flow)
    with pytest.raises(PuzzleRefused, match=f"^PuzzleTooHard: {why}$"):
        flow.throw(more_work(puzzle))


def test_a_hub_that_is_never_content_is_left_alone() -> None:
    flow = ask_with_work(asked, rest.Done)
    next(flow)
    for _ in range(MAX_PUZZLES):
        assert flow.throw(more_work()) == Solve(PUZZLE)
        flow.send(Answers([0] * PARTS))
    with pytest.raises(PuzzleRefused, match="took none of 3 puzzles' work"):
        flow.throw(more_work())


@pytest.mark.parametrize("after", [0, 1, MAX_PUZZLES])
def test_another_refusal_is_passed_on(after: int) -> None:
    flow = ask_with_work(asked, rest.Done)
    next(flow)
    for _ in range(after):
        flow.throw(more_work())
        flow.send(Answers([0] * PARTS))
    with pytest.raises(Refusal) as err:
        flow.throw(Refusal(Code.TOO_MANY, "later"))
    assert err.value.code is Code.TOO_MANY


def test_a_lost_connection_asks_the_hub_again_and_goes_on_with_the_work() -> None:
    made: list[tuple[int, object]] = []
    ended: list[object] = []
    runner = Runner(lambda number, what: made.append((number, what)))
    runner.start(ask_with_work(asked, rest.Done), ended.append, ended.append)
    runner.ask_again()
    assert made == [(1, asked(None)), (2, asked(None))]
    runner.decline(2, more_work())
    runner.ask_again()
    assert made[2:] == [(3, Solve(PUZZLE))], "a puzzle is not begun anew"
    runner.answer(3, Answers([1]))
    runner.ask_again()
    sent = asked(Work(PUZZLE.seed, PUZZLE.bits, PUZZLE.made_ms, [1]))
    assert made[3:] == [(4, sent), (5, sent)], "and what was worked out is not lost"
    assert runner.stop_work() == []
    runner.answer(5, rest.Done())
    assert ended == [rest.Done()] and runner.idle


async def test_answers_solve_the_puzzle() -> None:
    shown: list[Working] = []
    answers = await Solving(shown.append).solve(PUZZLE)
    check_answers(PUZZLE.seed, PUZZLE.bits, answers)
    assert shown[-1] == Working(PARTS, PARTS, None)
