# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Attack: one caller asks many workers at once, each of which has buckets of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from privity.server.limits import LIMITS, MAX_HEARD, TOLD_PARTS, Limits
from privity.server.workers.counting import Counting
from privity.server.workers.words import Counted, Word
from privity.wire.errors import Code, Refusal

CALLER = "mimi://hub.example/u/greedy"
SEVERAL = ["message.send_room", "account.register", "handle.find", "room.knock"]


class Workers:
    """So many of them, whose clock stands until a test moves it."""

    def __init__(self, count: int) -> None:
        self.now_ms = 1_000_000
        self.said: list[Counted] = []
        self.deaf = False
        self.limits = [Limits(lambda: self.now_ms) for _ in range(count)]
        for one in self.limits:
            Counting(one, self._teller(one)).begin()

    def _teller(self, own: Limits):  # type: ignore[no-untyped-def]  # what `Counting` takes
        def tell(words: Sequence[Word]) -> None:
            for word in words:
                assert isinstance(word, Counted)
                self.said.append(word)
                for other in self.limits:
                    if other is not own and not self.deaf:
                        other.hear(word.limit, word.caller, word.tokens)

        return tell

    async def given(self, name: str, tries: Iterable[Limits]) -> int:
        """How many of these attempts were let through. What is said comes over before the next."""
        count = 0
        for one in tries:
            try:
                one.take(name, CALLER)
            except Refusal as refusal:
                assert (refusal.code, refusal.body.limit) == (Code.TOO_MANY, name)
            else:
                count += 1
            for _ in range(3):
                await asyncio.sleep(0)
        return count


@pytest.mark.parametrize("name", SEVERAL)
async def test_who_asks_all_workers_gets_little_more_than_one_of_them_gives(name: str) -> None:
    workers, burst = Workers(4), LIMITS[name].burst
    given = await workers.given(name, workers.limits * burst)
    assert burst <= given <= burst + len(workers.limits) * (burst // TOLD_PARTS)


@pytest.mark.parametrize("name", SEVERAL)
async def test_who_asks_all_workers_for_a_long_time_gets_what_one_of_them_gives(name: str) -> None:
    """At a pace at which no single worker ever has anything against it."""
    workers, limit = Workers(4), LIMITS[name]
    given, won_back = 0, 8 * limit.burst
    for _ in range(won_back):
        workers.now_ms += limit.refill_ms
        given += await workers.given(name, workers.limits)
    assert won_back <= given <= won_back + limit.burst + len(workers.limits) * (limit.burst // TOLD_PARTS)


async def test_who_asks_all_workers_in_the_same_moment_waits_for_what_was_too_much() -> None:
    workers, limit = Workers(4), LIMITS["account.register"]
    for one in workers.limits:
        for _ in range(limit.burst):
            one.take("account.register", CALLER)
    await asyncio.sleep(0.01)
    workers.now_ms += 3 * limit.burst * limit.refill_ms
    assert await workers.given("account.register", workers.limits) == 0
    workers.now_ms += limit.refill_ms
    assert await workers.given("account.register", workers.limits) == 1


async def test_without_the_bus_each_counts_alone() -> None:
    workers, burst = Workers(2), LIMITS["room.knock"].burst
    workers.deaf = True
    assert await workers.given("room.knock", workers.limits * burst) == 2 * burst


async def test_nobody_speaks_of_who_takes_little() -> None:
    workers, burst = Workers(2), LIMITS["message.send_room"].burst
    one = workers.limits[0]
    await workers.given("message.send_room", [one] * (burst // TOLD_PARTS - 1))
    assert workers.said == []
    await workers.given("message.send_room", [one])
    assert workers.said == [Counted("message.send_room", CALLER, burst // TOLD_PARTS)]


async def test_what_is_heard_is_not_told_again() -> None:
    workers = Workers(3)
    await workers.given("room.knock", [workers.limits[0]])
    assert workers.said == [Counted("room.knock", CALLER, 1)]


async def test_another_thread_counts_too() -> None:
    """The writer takes from limits of its own."""
    workers, burst = Workers(2), LIMITS["message.send_limited"].burst
    here, there = (one.apart() for one in workers.limits)
    with ThreadPoolExecutor(1) as thread:
        for _ in range(burst):
            thread.submit(here.take, "message.send_limited", CALLER).result()
    await asyncio.sleep(0.01)
    assert len(workers.said) == burst
    with pytest.raises(Refusal, match=r"message\.send_limited"):
        there.take("message.send_limited", CALLER)


async def test_what_was_heard_long_ago_is_won_back_though_nobody_took_since() -> None:
    workers, limit = Workers(2), LIMITS["room.knock"]
    await workers.given("room.knock", [workers.limits[0]] * limit.burst)
    workers.now_ms += limit.burst * limit.refill_ms
    assert await workers.given("room.knock", [workers.limits[1]] * 2 * limit.burst) == limit.burst


async def test_a_limit_of_another_version_is_nothing() -> None:
    one = Workers(1).limits[0]
    one.hear("limit.of_tomorrow", CALLER, 1)
    one.take("room.knock", CALLER)
    assert len(one) == 1


async def test_what_is_heard_is_bounded() -> None:
    limits = Limits(lambda: 0, max_callers=100)
    for number in range(2 * MAX_HEARD):
        limits.hear("request", f"device {number}", 75)
    limits.take("request", "device 0")
    assert len(limits) == 100


async def test_a_worker_that_ends_tells_no_more() -> None:
    said: list[Word] = []
    limits = Limits(lambda: 0)
    counting = Counting(limits, said.extend)
    counting.begin()
    counting.end()
    limits.take("room.knock", CALLER)
    await asyncio.sleep(0.01)
    assert said == []
