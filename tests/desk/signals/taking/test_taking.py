# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The desk takes what the hub observed once each, under numbers of its own, whatever the hub's numbers do."""

from __future__ import annotations

import asyncio
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
import structlog

from privity.desk.db.database import open_database
from privity.desk.db.transaction import DbError
from privity.desk.errors import HubError, HubMisbehaved
from privity.desk.signals.taking import service, store
from privity.desk.signals.taking.service import Taking
from privity.wire.age import AgeBand
from privity.wire.errors import Code, Refusal
from privity.wire.observed import KEPT_MS, PAGE, Observed, ObservedKind, ObservedPage
from tests.desk.fake_hub import FakeHub
from tests.desk.house import T0, House
from tests.desk.running import Desk
from tests.desk.signals.taking.pages import ANN, BEN, asked, numbers, shown

replace = msgspec.structs.replace


class Pages:
    """A hub that answers these, and says what it was asked."""

    def __init__(self, *pages: ObservedPage) -> None:
        self.pages = list(pages)
        self.asked: list[int] = []

    async def observed(self, after: int, wait_s: int = 0) -> ObservedPage:
        self.asked.append(after)
        return self.pages.pop(0)


def taking(house: House, *pages: ObservedPage) -> tuple[Taking, Pages]:
    hub = Pages(*pages)
    return Taking(house.db, hub, lambda: house.clock, gathered_s=0), hub


def page(*observed: Observed) -> ObservedPage:
    return ObservedPage(list(observed), observed[-1].number)


async def test_a_hub_is_emptied_page_by_page(desk: Desk, hub: FakeHub) -> None:
    """Over HTTP, with the signatures of both."""
    hub.observed = [shown(number) for number in (3, 4, 9, 10, 11, 20, 21)]
    taken = Taking(desk.db, desk.hub, lambda: T0, gathered_s=0)
    assert [await taken.step() for _ in range(3)] == [5, 2, 0]
    assert (store.hub_number(desk.db), numbers(desk.db)) == (21, [1, 2, 3, 4, 5, 6, 7])


async def test_everything_that_was_observed_comes_back_as_it_was(house: House) -> None:
    taken, _ = taking(house, page(asked(41)))
    await taken.step()
    assert store.after(house.db, 0, 9) == [asked(1)], "but for its number"


async def test_a_page_and_the_number_after_it_are_kept_together_or_not_at_all(house: House) -> None:
    taken, hub = taking(house, page(shown(1), shown(2)), page(shown(1), shown(2)))
    house.db.execute("CREATE TRIGGER full BEFORE UPDATE ON observed_position BEGIN SELECT RAISE(ABORT, 'full'); END")
    with pytest.raises(DbError):
        await taken.step()
    assert (numbers(house.db), store.hub_number(house.db)) == ([], 0)
    house.db.execute("DROP TRIGGER full")
    await taken.step()
    assert (hub.asked, numbers(house.db)) == ([0, 0], [1, 2])


async def test_a_desk_that_begins_again_goes_on_where_it_was(house: House) -> None:
    taken, _ = taking(house, page(shown(7)))
    await taken.step()
    path = house.db.execute("PRAGMA database_list").fetchone()[2]
    with closing(open_database(Path(path), house.keys)) as db:
        hub = Pages(page(shown(8)))
        await Taking(db, hub, lambda: T0, gathered_s=0).step()
        assert (hub.asked, numbers(db)) == ([7], [1, 2])


async def test_a_hub_whose_database_was_put_back_is_noticed_and_does_not_stop_the_desk(house: House) -> None:
    taken, hub = taking(house, page(shown(100)), ObservedPage([], 40), page(shown(41)))
    with structlog.testing.capture_logs() as logs:
        assert [await taken.step() for _ in range(3)] == [1, 0, 1]
    assert (hub.asked, numbers(house.db)) == ([0, 100, 40], [1, 2])
    assert [line for line in logs if line["event"] == "desk.hub_counts_anew"] == [
        {"event": "desk.hub_counts_anew", "log_level": "warning", "was": 100, "now": 40}
    ]


async def test_numbers_of_the_desk_do_not_come_again_when_all_was_forgotten(house: House) -> None:
    taken, _ = taking(house, page(shown(1), shown(2)), page(shown(3)))
    await taken.step()
    assert not service.forget_over(house.db, T0 + KEPT_MS)
    await taken.step()
    assert numbers(house.db) == [3]


LYING = {
    "of many": ObservedPage([shown(number) for number in range(1, PAGE + 2)], PAGE + 1),
    "that ends elsewhere": ObservedPage([shown(1), shown(2)], 3),
    "with a number twice": ObservedPage([shown(6), shown(6)], 6),
    "with one from before": ObservedPage([shown(5)], 5),
    "empty and further": ObservedPage([], 6),
    "about nobody": ObservedPage([replace(shown(6), account="ann")], 6),
    "about another nobody": ObservedPage([replace(asked(6), other="ben")], 6),
}


@pytest.mark.parametrize("what", LYING)
async def test_a_page_that_no_honest_hub_answers_changes_nothing(house: House, what: str) -> None:
    taken, _ = taking(house, page(shown(5)), LYING[what], page(shown(6)))
    await taken.step()
    with pytest.raises(HubMisbehaved):
        await taken.step()
    assert (store.hub_number(house.db), numbers(house.db)) == (5, [1])
    await taken.step()
    assert numbers(house.db) == [1, 2], "and the next one is taken"


async def test_a_hub_that_refuses_or_answers_nonsense_is_asked_again(desk: Desk, hub: FakeHub) -> None:
    hub.observed = [shown(1)]
    taken = Taking(desk.db, desk.hub, lambda: T0, gathered_s=0)
    hub.refuse["observed"] = (Code.UNAVAILABLE, 1)
    with pytest.raises(Refusal):
        await taken.step()
    hub.garbage.add("observed")
    with pytest.raises(HubError):
        await taken.step()
    hub.garbage.clear()
    assert await taken.step() == 1


async def test_whoever_waits_for_more_is_woken_by_a_page(house: House) -> None:
    taken, _ = taking(house, page(shown(1)))
    waiting = asyncio.create_task(taken.more(30))
    await asyncio.sleep(0)
    await taken.step()
    async with asyncio.timeout(60):
        await waiting
    await taken.more(0.01)  # nothing came: it ends by itself


async def test_all_since_a_time_come_in_the_order_in_which_they_came(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_PAGE", 3)
    times = [5, 1, 6, 7, 2, 8, 9, 10, 3]
    taken, _ = taking(house, page(*(shown(number, at_ms=T0 + at) for number, at in enumerate(times, 1))))
    await taken.step()
    assert [one.at_ms - T0 for one in service.since(house.db, T0 + 3)] == [5, 6, 7, 8, 9, 10, 3]
    found = service.since(house.db, T0 + 3)
    assert next(found).number == 1
    house.db.execute("DELETE FROM observed WHERE number = 7")
    assert [one.number for one in found] == [3, 4, 6, 8, 9], "others may forget meanwhile"


async def test_a_week_after_it_happened_an_observation_goes(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "FORGOTTEN", 2)
    house.clock = T0 + 100
    late = [shown(number, at_ms=T0 + number) for number in (1, 2, 3)]
    taken, _ = taking(house, page(*late, shown(4, at_ms=T0 + 10**12)))
    await taken.step()
    assert not service.forget_over(house.db, T0 + KEPT_MS)
    assert service.forget_over(house.db, T0 + 3 + KEPT_MS), "two at once here"
    assert not service.forget_over(house.db, T0 + 3 + KEPT_MS)
    assert numbers(house.db) == [4]
    assert not service.forget_over(house.db, T0 + 99 + KEPT_MS)
    service.forget_over(house.db, T0 + 100 + KEPT_MS)
    assert numbers(house.db) == [], "one that says it is of the future is as old as its arrival"


def test_what_is_known_of_an_account_is_what_was_observed_last(house: House) -> None:
    first = replace(shown(1, BEN), born_ms=7, age=AgeBand.MINOR)
    store.add(house.db, [first, replace(first, age=AgeBand.ADULT), replace(first, born_ms=0)], T0)
    assert store.known(house.db, BEN) == (7, AgeBand.ADULT)
    assert store.known(house.db, ANN) == (0, AgeBand.UNKNOWN)
    assert store.after(house.db, 0, 1)[0].kind is ObservedKind.SHOWED
