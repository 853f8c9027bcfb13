# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""From observations to acts, and from acts to cases: the batch at a desk."""

from __future__ import annotations

import asyncio
import random as seeded
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import pytest
from bench.campaigns import Attack
from bench.observed_week import observations

from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db, transaction
from privity.desk.signals.coordination import batch, service, store
from privity.desk.signals.coordination.batch import Coordination
from privity.desk.signals.coordination.gathering import Gathering
from privity.desk.signals.coordination.kept import State
from privity.desk.signals.coordination.model import KINDS, UNSEEN, Kind
from privity.desk.signals.coordination.slowing import by_the_ladder
from privity.wire.observed import Observed, ObservedKind
from tests.desk.house import MODERATOR, House
from tests.desk.signals.coordination.made import Slowed
from tests.desk.signals.coordination.weeks import week

ADA, BEN, CY, DOT = (f"mimi://hub.example/u/{name}" for name in ("ada", "ben", "cy", "dot"))
ROOM = "mimi://hub.example/r/teapots"


def seen(kind: ObservedKind, account: str, at_ms: int = 1_000_000, **more: object) -> Observed:
    return Observed(1, at_ms, kind, account, 500, **more)  # type: ignore[arg-type]  # fields of the struct, by name


def test_each_kind_of_act_has_its_object() -> None:
    acts = (
        Gathering()
        .take(
            [
                seen(ObservedKind.ASKED, ADA, other=BEN, mutual=2),
                seen(ObservedKind.ASKED, CY, other=BEN),
                seen(ObservedKind.KNOCKED, ADA, room=ROOM),
                seen(ObservedKind.REPORTED, ADA, other=BEN),
                seen(ObservedKind.SHOWED, ADA),
            ]
        )
        .acts()
    )
    assert acts.size == 5
    assert [acts.objects[one].partition(":")[0] for one in acts.object] == [
        "asked",
        "asked",
        "knocked",
        "reported",
        "showed",
    ]
    assert [KINDS[acts.kind[one]] for one in acts.object] == [Kind.ASKED] * 2 + [
        Kind.KNOCKED,
        Kind.REPORTED,
        Kind.SHOWED,
    ]
    assert acts.known.tolist() == [True, False, False, False, False]
    assert acts.object[0] == acts.object[1] != acts.object[3], "to ask somebody and to report them is not the same"


def test_what_is_no_act_says_where_accounts_came_from_and_who_agreed() -> None:
    acts = (
        Gathering()
        .take(
            [
                seen(ObservedKind.REGISTERED, CY, other=DOT, network="n1"),
                seen(ObservedKind.ASKED, CY, other=BEN),
                seen(ObservedKind.ASKED, CY, other=ADA),
                seen(ObservedKind.ACCEPTED, BEN, other=CY),
                seen(ObservedKind.SENT, BEN, people=3),
                seen(ObservedKind.BLOCKED, ADA, other=CY),
            ]
        )
        .acts()
    )
    assert acts.size == 2 and acts.accepted.tolist() == [True, False]
    cy, dot = acts.accounts.index(CY), acts.accounts.index(DOT)
    assert acts.network[cy] != UNSEEN and acts.inviter[cy] == dot
    assert acts.network[dot] == UNSEEN and acts.inviter[dot] == UNSEEN
    assert [acts.person[one] for one in acts.object] == [
        acts.accounts.index(one) if one in acts.accounts else UNSEEN for one in (BEN, ADA)
    ]


def test_nobody_becomes_a_friend_by_accepting_what_was_never_asked() -> None:
    acts = (
        Gathering().take([seen(ObservedKind.ACCEPTED, BEN, other=CY), seen(ObservedKind.KNOCKED, CY, room=ROOM)]).acts()
    )
    assert acts.accepted.tolist() == [False]


def test_of_too_many_acts_the_newest_are_looked_through() -> None:
    newest_first = (seen(ObservedKind.KNOCKED, ADA, at, room=f"{ROOM}{at}") for at in reversed(range(10)))
    gathering = Gathering(most=3).take([next(newest_first), next(newest_first)])
    assert not gathering.full
    gathering.take(newest_first)
    assert gathering.full and gathering.acts().at_ms.tolist() == [9, 8, 7]


def test_who_is_noted_without_an_age_keeps_the_one_that_is_known() -> None:
    """A report that the desk notes says 0 where nothing of the reporter was observed for a week."""
    report = Observed(1, 1_000_000, ObservedKind.REPORTED, ADA, 0, other=CY)
    for observed in ([report, seen(ObservedKind.KNOCKED, ADA, room=ROOM)], [seen(ObservedKind.ASKED, ADA), report]):
        acts = Gathering().take(observed).acts()
        assert acts.born_ms[acts.accounts.index(ADA)] == 500
    acts = Gathering().take([report]).acts()
    assert acts.born_ms[acts.accounts.index(ADA)] == 0, "long ago"


def test_nothing_is_nothing() -> None:
    assert Gathering().acts().size == 0


@pytest.fixture
def looking(house: House) -> tuple[Coordination, Slowed]:
    made = week(Attack(cells=(30, 40)))
    slowed = Slowed()
    house.clock = int(made.acts.at_ms.max()) + 1

    def since(db: Db, at_ms: int) -> Iterator[list[Observed]]:
        newest_first = reversed([one for one in observations(made.acts) if one.at_ms >= at_ms])
        while part := list(islice(newest_first, 5_000)):
            yield part

    random = seeded.Random(1).randbytes
    return Coordination(house.db, since, lambda db, at_ms: False, slowed, lambda: house.clock, random), slowed


async def test_a_look_finds_campaigns_and_opens_cases(house: House, looking: tuple[Coordination, Slowed]) -> None:
    work, slowed = looking
    assert await work.step() == 0
    made = week(Attack(cells=(30, 40)))
    ours = {name for name, campaign in zip(made.acts.accounts, made.campaign, strict=True) if campaign >= 0}
    found = service.listed(house.db, MODERATOR, State.PROPOSED)
    members = {member.account for each in found for member in each.cluster.members}
    assert members <= ours and len(members) >= 0.9 * len(ours)
    assert len(house.acts(Act.CLUSTER_FOUND)) == len(found)
    looked = house.clock
    house.clock += 1
    assert await work.step() == 0
    assert store.ran_ms(house.db) == looked, "the next look is due hours later"
    house.clock += batch.EVERY_MS
    assert await work.step() == 0
    assert service.listed(house.db, MODERATOR, State.PROPOSED)[0].seen_ms == house.clock
    assert len(house.acts(Act.CLUSTER_FOUND)) == len(found), "the same ones"
    assert slowed.accounts == [], "people look, and nothing else follows"


async def test_a_look_in_election_mode_slows_some_of_them(house: House, looking: tuple[Coordination, Slowed]) -> None:
    work, slowed = looking
    await replace(work, election=lambda db, at_ms: True).step()
    found = service.listed(house.db, MODERATOR, State.PROPOSED)
    assert slowed.accounts
    assert set(slowed.accounts) <= {member.account for each in found for member in each.cluster.members}


async def test_a_look_that_is_broken_off_keeps_nothing(house: House, looking: tuple[Coordination, Slowed]) -> None:
    work, _ = looking
    begun = asyncio.Event()

    def drawn(size: int) -> bytes:
        begun.set()  # the search is about to begin, and takes longer than one turn of the loop
        return work.random(size)

    task = asyncio.ensure_future(replace(work, random=drawn).step())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert store.ran_ms(house.db) is None and house.acts() == []


async def test_where_nothing_was_observed_nothing_is_found(house: House) -> None:
    none = Coordination(
        house.db, lambda db, at_ms: iter(()), lambda db, at_ms: True, Slowed(), lambda: house.clock, house.random
    )
    assert await none.step() == 0
    assert store.ran_ms(house.db) == house.clock and house.acts() == []


async def test_the_ladder_slows_with_a_statement_once_a_day(house: House) -> None:
    account = house.user()
    slow = by_the_ladder(house.random)
    words = "7 invented accounts asked the same invented people"
    with transaction(house.db):
        assert slow(house.db, account, 24, words, house.clock)
        assert not slow(house.db, account, 24, words, house.clock + 1)
    rows = house.db.execute("SELECT subject, verb FROM effect WHERE verb = 'limit'").fetchall()
    assert rows == [(account, "limit")]
