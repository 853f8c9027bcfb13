# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Servers are measured in turns, and one that fails is out alone."""

from __future__ import annotations

from bench.contest import FEWER, RATES, Sizes, measure
from bench.errors import CannotRun

from tests.bench.memory import MemoryServer

SIZES = Sizes(people=4, speakers=2, rounds=3, sends=5, fanouts=5, seconds=1)


async def test_servers_take_turns_and_only_their_own_cpu_counts() -> None:
    servers = [MemoryServer(SIZES.people, acknowledges=True) for _ in range(2)]
    contenders = [server.contender(name, SIZES) for server, name in zip(servers, "ab", strict=True)]
    await measure(contenders, SIZES)
    for one in contenders:
        assert one.failure is None
        assert len(one.samples["send"]) == SIZES.rounds
        assert one.measured("send") == 1.0  # a thousandth of a second each, by the second is 1 for a thousand
        assert round(one.measured("fanout") or 0, 6) == round(1000 / (SIZES.people - 1), 6)
        assert round(one.measured("spread") or 0, 6) == 0
        assert one.measured("send_more") is None
        for rate in RATES:
            assert one.measured(f"p50@{rate}") is not None
        await one.load.close()


async def test_server_that_fails_keeps_what_was_measured_and_stops_nobody() -> None:
    good, bad = (MemoryServer(SIZES.people, acknowledges=True) for _ in range(2))
    one, other = good.contender("good", SIZES), bad.contender("bad", SIZES)
    limit = len(bad.devices) * (SIZES.warm_up + SIZES.sends) + SIZES.speakers * (SIZES.warm_up + SIZES.fanouts)

    def full(mark: bytes) -> CannotRun | None:
        return CannotRun("full")

    carry = bad.carry

    def carry_until_full(sender: object, frame: bytes) -> None:
        if len(bad.carried) >= limit:
            bad.fault = full
        carry(sender, frame)  # type: ignore[arg-type]  # the test only hands it through

    bad.carry = carry_until_full  # type: ignore[method-assign]
    await measure([other, one], SIZES)
    assert other.failure == "CannotRun: full"
    assert len(other.samples["send"]) == 1
    assert one.failure is None
    assert one.measured("p99@200") is not None
    for contender in (one, other):
        await contender.load.close()


async def test_slow_server_gets_fewer_messages_and_no_rate_it_cannot_hold() -> None:
    server = MemoryServer(SIZES.people, acknowledges=True)
    one = server.contender("slow", SIZES)
    one.slow = True
    one.add("speed", 3.0)
    one.add("speed", 3.0)
    one.add("speed", 3.0)
    one.add("speed", 3.0)
    await measure([one], SIZES)
    each = SIZES.warm_up + SIZES.rounds * (SIZES.sends // FEWER)
    group = SIZES.warm_up + SIZES.rounds * (SIZES.fanouts // FEWER)
    assert len(server.carried) == SIZES.people * each + SIZES.speakers * group
    assert one.measured("p50@200") is None
    assert one.left_out["p50@200"] == "it takes 3/s, and 200/s should leave it half idle"
    await one.load.close()
