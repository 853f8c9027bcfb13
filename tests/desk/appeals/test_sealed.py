# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The whole way of an appeal through a desk that is killed in the middle: sealed by a person, taken once, told once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from privity.desk.appeals import service as appeals
from privity.desk.audit.acts import Act
from privity.desk.cases import service as cases
from privity.desk.db.database import open_database
from privity.desk.decisions.actions import Action
from privity.desk.intake.findings import State
from privity.desk.main import now_ms
from privity.message import sealed_report
from privity.message.appeal import About, Appeal
from tests.desk.conftest import Home
from tests.desk.fake_hub import FakeHub
from tests.desk.house import APPEALS, MODERATOR, House
from tests.desk.running import child
from tests.desk.world import World

PATIENCE_S = 60


@pytest.fixture
def beside(home: Home) -> Iterator[House]:
    """The database of a desk that is a process of its own, a while ago: what is decided here is due there."""
    keys = home.keys()
    house = House(open_database(home.folder / "desk" / "desk.db", keys), keys, now_ms() - 1_000_000)
    yield house


async def taken(home: Home, hub: FakeHub, house: House) -> None:
    """Let a desk run until the hub has nothing left for it and it nothing for the hub."""
    process = await child(home.file(hub.url))
    async with asyncio.timeout(PATIENCE_S):
        await hub.forgotten.wait()
        while any(one.state.value == "waiting" for one in house.effects()):
            await asyncio.sleep(0.02)
    process.terminate()
    _, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    hub.forgotten.clear()


async def test_a_sealed_appeal_is_taken_once_and_its_sender_told_once_whatever_is_killed(
    home: Home, hub: FakeHub, world: World, beside: House
) -> None:
    world.relay(world.sent())
    await taken(home, hub, beside)
    case = cases.case_of_report(beside.db, 1)
    cases.take(beside.db, MODERATOR, case, beside.clock)
    made = beside.confirm(beside.decide(case, Action.BAN))

    words = "invented words of an appeal"
    sealed = sealed_report.seal(
        world.intake_public, Appeal(About.DECISION, made.reference, world.alice.user_uri, words)
    )
    hub.relay(world.alice.user_uri, sealed, received_ms=now_ms())
    hub.hold.add("forget")
    first = await child(home.file(hub.url))
    async with asyncio.timeout(PATIENCE_S):
        while await hub.arrived.get() != "forget":
            pass
    first.kill()
    _, err = await first.communicate()
    hub.hold.clear()
    await taken(home, hub, beside)

    (appeal,) = appeals.listed(beside.db, APPEALS)
    assert (appeal.decision, appeal.appellant) == (made.number, world.alice.user_uri)
    assert appeals.words_of(beside.db, APPEALS, beside.keys.evidence, 1, "to answer it", beside.clock) == words
    assert len(beside.acts(Act.APPEAL_LODGED)) == 1
    told = [one.params.text for one in hub.effects.done if one.params.receipt == appeal.receipt]
    assert len(told) == 1
    assert "has arrived" in told[0]
    assert words.encode() not in err


async def test_an_appeal_in_the_name_of_another_is_none(home: Home, hub: FakeHub, world: World, beside: House) -> None:
    """Bob seals an appeal as if he were Alice; the hub says that it is Bob who sent it."""
    made = beside.decide(beside.case(world.alice.user_uri), Action.WARN, evidence=())
    forged = Appeal(About.DECISION, made.reference, world.alice.user_uri, "it was not me")
    hub.relay(world.bob.user_uri, sealed_report.seal(world.intake_public, forged), received_ms=now_ms())
    own_name = Appeal(About.DECISION, made.reference, world.bob.user_uri, "it was not me")
    hub.relay(world.bob.user_uri, sealed_report.seal(world.intake_public, own_name), received_ms=now_ms())
    await taken(home, hub, beside)
    assert appeals.listed(beside.db, APPEALS) == ()
    states = [state for (state,) in beside.db.execute("SELECT state FROM report ORDER BY seq").fetchall()]
    assert states[-2:] == [State.MALFORMED.value, State.ASSESSED.value]
    assert [entry.said["why"] for entry in beside.acts(Act.APPEAL_TURNED_AWAY)] == ["NothingToAppeal"]
