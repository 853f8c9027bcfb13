# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a load counts: deliveries to others, and acknowledgements where a server gives them or does not."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from bench.contest import Sizes
from bench.errors import CannotRun
from bench.load import Delivered, Heard

from tests.bench.memory import MemoryServer

SIZES = Sizes(people=4, speakers=2, rounds=1, sends=3, fanouts=3, seconds=1)


@pytest.mark.parametrize("acknowledges", [True, False])
async def test_every_message_and_every_delivery_is_counted_once(acknowledges: bool) -> None:
    server = MemoryServer(SIZES.people, acknowledges=acknowledges)
    load, (direct, group) = server.load(), server.supply(SIZES)
    run = await load.in_turn(direct.take(3), 1)
    assert (run.accepted, len(run.latencies_ms)) == (12, 12)
    run = await load.in_turn(group.take(3), SIZES.people - 1)
    assert (run.accepted, len(run.latencies_ms)) == (6, 18)
    assert all(latency >= 0 for latency in run.latencies_ms)
    run = await load.at_rate(direct.in_rotation(8), 1e6, 1)
    assert (run.accepted, len(run.latencies_ms)) == (8, 8)
    assert len(set(server.carried)) == 12 + 6 + 8
    await load.close()


async def test_next_message_waits_for_an_acknowledgement() -> None:
    server = MemoryServer(2, acknowledges=True)
    load, (direct, _) = server.load(), server.supply(SIZES)
    server.fault = lambda mark: ()  # swallows everything
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bench.load.PATIENCE_S", 0.05)
        with pytest.raises(CannotRun, match="0 of 6 messages were acknowledged and 0 of 6 deliveries made"):
            await load.in_turn(direct.take(3), 1, in_flight=2)
    assert len(server.carried) == 4
    await load.close()


async def test_what_goes_wrong_is_the_reason() -> None:
    faults: dict[str, Callable[[bytes], Sequence[Heard] | CannotRun | None]] = {
        "refused: full": lambda mark: CannotRun("a message was refused: full"),
        "of nobody": lambda mark: (Delivered(b"another"),),
        "a connection ended": lambda mark: None,
    }
    for reason, fault in faults.items():
        server = MemoryServer(2, acknowledges=True)
        load, (direct, _) = server.load(), server.supply(SIZES)
        server.fault = fault
        with pytest.raises(CannotRun, match=reason):
            await load.in_turn(direct.take(1), 1)
        await load.close()
