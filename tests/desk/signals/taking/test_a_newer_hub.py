# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hub that is newer than the desk observes what this desk has no name for: it stands still there, says so, loses
nothing, and goes on once it is updated."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest
import structlog

from privity.desk.errors import HubMisbehaved, HubNewer
from privity.desk.intake import loop
from privity.desk.observed_pages import page_of
from privity.desk.signals.taking import store
from privity.desk.signals.taking.service import Taking
from privity.wire.observed import Observed, ObservedPage
from tests.desk.fake_hub import FakeHub
from tests.desk.house import T0
from tests.desk.running import Desk
from tests.desk.signals.taking.pages import ANN, numbers, shown

replace = msgspec.structs.replace
PATIENCE_S = 120


def newer(number: int, kind: str = "moved_house") -> Observed:
    """As a hub of a later version tells it."""
    return replace(shown(number), kind=kind)


def taking(desk: Desk) -> Taking:
    return Taking(desk.db, desk.hub, lambda: T0, gathered_s=0)


async def test_it_takes_what_comes_before_and_nothing_after_until_it_is_updated(desk: Desk, hub: FakeHub) -> None:
    hub.observed = [shown(3), shown(4), newer(7), shown(8)]
    older = taking(desk)
    assert await older.step() == 2
    for _ in range(2):
        with pytest.raises(HubNewer, match=r"'moved_house'.* update the desk\. .*keeps for a week"):
            await older.step()
    assert (store.hub_number(desk.db), numbers(desk.db)) == (4, [1, 2])
    hub.observed[2] = shown(7)  # a desk of the hub's version reads it
    updated = taking(desk)
    assert [await updated.step() for _ in range(2)] == [2, 0]
    assert (store.hub_number(desk.db), numbers(desk.db)) == (8, [1, 2, 3, 4])


async def test_the_log_says_what_to_do_and_the_loop_goes_on(
    desk: Desk, hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "backoff_s", lambda failures: 0.01)
    hub.observed, stop = [newer(1)], asyncio.Event()
    with structlog.testing.capture_logs() as logs:
        running = asyncio.create_task(loop.serve(taking(desk), 0.01, stop))
        async with asyncio.timeout(PATIENCE_S):
            while not logs:
                await asyncio.sleep(0.01)
            hub.observed = [shown(1)]
            while numbers(desk.db) != [1]:
                await asyncio.sleep(0.01)
            stop.set()
            await running
    assert (logs[0]["event"], logs[0]["reason"]) == ("desk.hub_no_answer", "HubNewer")
    assert "'moved_house'" in logs[0]["why"] and "update the desk" in logs[0]["why"]


def page(*observed: Observed) -> Any:
    return msgspec.to_builtins(ObservedPage(list(observed), observed[-1].number))


async def test_fields_that_a_newer_hub_adds_are_let_be() -> None:
    there = page(shown(1), shown(2))
    for each in there["observed"]:
        each.append("something new")
    assert page_of(msgspec.json.encode(there | {"more": 1})) == ObservedPage([shown(1), shown(2)], 2)


@pytest.mark.parametrize("kind", [ANN, "", "Moved", "a" * 33])
async def test_what_is_no_name_of_a_kind_is_no_newer_hub_and_stays_out_of_the_log(kind: str) -> None:
    with pytest.raises(HubMisbehaved) as refused:
        page_of(msgspec.json.encode(page(newer(1, kind))))
    assert str(refused.value) == "the answer to GET /observed is not a page of observations"


async def test_what_no_version_could_write_is_no_newer_hub() -> None:
    whole = page(shown(1), newer(2))
    assert page_of(msgspec.json.encode(whole)) == ObservedPage([shown(1)], 1)
    for broken in (
        {"next": 2},
        {"observed": whole["observed"]},
        whole | {"observed": [whole["observed"][0][:3], whole["observed"][1]]},
        whole | {"observed": [whole["observed"][0], ["two", *whole["observed"][1][1:]]]},
        whole | {"next": -1},
    ):
        with pytest.raises(HubMisbehaved):
            page_of(msgspec.json.encode(broken))
