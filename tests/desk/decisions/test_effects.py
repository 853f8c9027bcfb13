# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What was decided reaches the hub: in order, once, whatever dies in between; and a refusal reaches a person."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from privity.desk.appeals import service as appeals
from privity.desk.appeals.model import Answer
from privity.desk.audit.acts import Act
from privity.desk.cases import service as cases
from privity.desk.db.database import open_database
from privity.desk.db.transaction import DbError
from privity.desk.decisions import outbox
from privity.desk.decisions import service as decisions
from privity.desk.decisions.actions import Action
from privity.desk.decisions.effects import PAGE, Effects
from privity.desk.decisions.errors import EffectNotRefused, EffectUnknown, NotInForce
from privity.desk.decisions.outbox import EffectState
from privity.desk.errors import HubMisbehaved, HubUnreachable
from privity.desk.hub_client import HttpHub
from privity.desk.intake.findings import Level
from privity.desk.main import now_ms
from privity.message.appeal import About
from privity.wire.errors import Code, Refusal
from privity.wire.staff import EffectDone, EffectOutcome, Verb
from tests.desk.conftest import Home
from tests.desk.fake_effects import EffectsAtHub
from tests.desk.fake_hub import FakeHub
from tests.desk.house import APPEALS, MODERATOR, SENIOR, House
from tests.desk.running import child

PATIENCE_S = 60
LONG_AGO_MS = 1_000_000
LIVES = [(work, number) for number in (1, 2, 3) for work in ("before", "after")] * 4
"""Where each life of a desk ends: at the request of this number, before the hub does the work or after it."""
SOME = [("before", 1), ("after", 4)]


def states(house: House) -> list[str]:
    return [one.state.value for one in house.effects()]


def worker(house: House, hub: EffectsAtHub) -> Effects:
    return Effects(house.db, hub, lambda: house.clock)


async def until_done(house: House, effects: Effects) -> None:
    while await effects.step():
        pass


async def test_effects_of_one_subject_keep_their_order_and_are_done_once(house: House) -> None:
    accused = house.user()
    made = house.decide(house.case(accused, Level.HUB))
    house.undo(made)
    hub = EffectsAtHub()
    await until_done(house, worker(house, hub))
    verbs = [one.verb.value for one in hub.done if one.subject == accused]
    assert verbs == ["suspend", "statement", "reinstate", "statement"]
    assert set(states(house)) == {"applied"}
    assert hub.asked == len(house.effects()) == 6
    assert await worker(house, hub).step() == 0


async def test_an_undo_never_overtakes_what_it_undoes(house: House) -> None:
    """While the hub fails on the suspension, the reinstatement waits; everybody else's effects go on."""
    accused, other = house.user(), house.user()
    house.undo(house.decide(house.case(accused, Level.HUB)))
    house.decide(house.case(other, Level.HUB), Action.LIMIT)
    hub = EffectsAtHub(fails={Verb.SUSPEND: Refusal(Code.INTERNAL, "a bug")})
    effects = worker(house, hub)
    for _ in range(20):
        house.clock += 120_000
        await effects.step()
    assert [one.verb.value for one in hub.done if one.subject == accused] == []
    assert [one.verb.value for one in hub.done if one.subject == other] == ["limit", "statement"]
    hub.fails.clear()
    house.clock += 120_000
    await until_done(house, effects)
    assert [one.verb.value for one in hub.done if one.subject == accused] == [
        "suspend",
        "statement",
        "reinstate",
        "statement",
    ]


@pytest.mark.parametrize("fault", [Refusal(Code.INTERNAL, "a bug"), HubMisbehaved("nonsense")])
async def test_an_effect_on_which_the_hub_fails_is_tried_ever_more_rarely(house: House, fault: Exception) -> None:
    house.decide(house.case(house.user(), Level.HUB), Action.WARN)
    hub = EffectsAtHub(fails={Verb.WARN: fault})
    effects = worker(house, hub)
    pauses = []
    for _ in range(12):
        before = house.clock
        await effects.step()
        asked, house.clock = hub.asked, house.effects()[0].next_ms - 1
        await effects.step()
        assert hub.asked == asked, "not before its time"
        house.clock += 1
        pauses.append(house.clock - before)
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (500, 60_000)
    assert house.effects()[0].state is EffectState.WAITING
    hub.fails.clear()
    await until_done(house, effects)
    assert set(states(house)) == {"applied"}


@pytest.mark.parametrize(
    "fault", [HubUnreachable("away"), *(Refusal(code, "now") for code in (Code.UNAVAILABLE, Code.TOO_MANY))]
)
async def test_while_the_hub_is_away_everything_waits_and_nothing_is_lost(house: House, fault: Exception) -> None:
    house.decide(house.case(house.user(), Level.HUB))
    hub = EffectsAtHub(fails=dict.fromkeys(Verb, fault))
    effects = worker(house, hub)
    for _ in range(30):
        with pytest.raises(type(fault)):
            await effects.step()
    assert states(house) == ["waiting"] * 3
    assert [one.tries for one in house.effects()] == [0] * 3
    hub.fails.clear()
    await until_done(house, effects)
    assert set(states(house)) == {"applied"}


async def test_what_the_hub_refuses_comes_back_into_the_case_and_can_be_sent_again(house: House) -> None:
    accused = house.user()
    case = house.case(accused, Level.HUB)
    made = house.decide(case)
    hub = EffectsAtHub(refuses={Verb.SUSPEND: "no account has this address"})
    await until_done(house, worker(house, hub))
    (refused,) = decisions.refused_effects(house.db, MODERATOR)
    assert (refused.state, refused.answer) == (EffectState.REFUSED, "no account has this address")
    words = [event.words for event in cases.case(house.db, MODERATOR, case).events if event.kind == "effect.refused"]
    assert len(words) == 1
    assert "no account has this address" in words[0]
    assert [entry.said["verb"] for entry in house.acts(Act.EFFECT_REFUSED)] == ["suspend"]

    hub.refuses.clear()
    house.clock += 1000
    again = decisions.send_again(house.db, MODERATOR, refused.number, house.clock, house.random)
    assert again.effect.id != refused.effect.id
    assert again.effect.order > max(one.effect.order for one in house.effects() if one.number != again.number)
    await until_done(house, worker(house, hub))
    assert [one.verb.value for one in hub.done if one.subject == accused] == ["statement", "suspend"]
    assert hub.done[-1].params.decision == made.reference
    assert decisions.refused_effects(house.db, MODERATOR) == ()
    for number, error in (
        (refused.number, EffectNotRefused),
        (again.number, EffectNotRefused),
        (999, EffectUnknown),
    ):
        with pytest.raises(error):
            decisions.send_again(house.db, MODERATOR, number, house.clock, house.random)


async def test_a_line_to_whoever_reported_and_left_bothers_nobody(house: House) -> None:
    case = house.case(house.user(), Level.HUB)
    house.decide(case)
    hub = EffectsAtHub(refuses={Verb.TELL: "no account has this address"})
    await until_done(house, worker(house, hub))
    assert states(house) == ["applied", "applied", "refused"]
    assert decisions.refused_effects(house.db, MODERATOR) == ()
    assert house.acts(Act.EFFECT_REFUSED) == []


async def test_what_was_undone_meanwhile_is_not_sent_again(house: House) -> None:
    """Else a suspension that the hub refused could come into force after its decision was taken back."""
    made = house.decide(house.case(house.user(), Level.HUB))
    hub = EffectsAtHub(refuses={Verb.SUSPEND: "not now", Verb.REINSTATE: "not now"})
    await until_done(house, worker(house, hub))
    house.undo(made)
    await until_done(house, worker(house, hub))
    reinstate, suspend = decisions.refused_effects(house.db, MODERATOR)
    assert (suspend.effect.verb, reinstate.effect.verb) == (Verb.SUSPEND, Verb.REINSTATE)
    with pytest.raises(NotInForce):
        decisions.send_again(house.db, MODERATOR, suspend.number, house.clock, house.random)
    decisions.send_again(house.db, MODERATOR, reinstate.number, house.clock, house.random)
    assert [one.effect.verb for one in house.effects() if one.state is EffectState.WAITING] == [Verb.REINSTATE]


@pytest.mark.parametrize("code", [Code.MALFORMED, Code.NOT_FOUND, Code.TOO_LARGE, Code.ACCOUNT_CLOSED])
async def test_refusals_that_asking_again_would_not_change_are_final(house: House, code: Code) -> None:
    house.decide(house.case(house.user(), Level.HUB), Action.WARN)
    hub = EffectsAtHub(fails={Verb.WARN: Refusal(code, "never")})
    await until_done(house, worker(house, hub))
    assert states(house) == ["refused", "applied", "applied"]


async def test_an_answer_about_another_effect_settles_nothing(house: House) -> None:
    house.decide(house.case(house.user(), Level.HUB))

    class Confused(EffectsAtHub):
        async def effect(self, effect: Any) -> EffectDone:
            return EffectDone("0" * 32, EffectOutcome.APPLIED)

    assert await worker(house, Confused()).step() == 0
    assert set(states(house)) == {"waiting"}


async def test_two_senders_on_one_database_do_nothing_twice(house: House) -> None:
    house.undo(house.decide(house.case(house.user(), Level.HUB)))
    hub = EffectsAtHub()
    one, two = worker(house, hub), worker(house, hub)
    while any(await asyncio.gather(one.step(), two.step())):
        pass
    assert len({effect.id for effect in hub.done}) == len(hub.done) == 6
    assert len(house.acts(Act.EFFECT_APPLIED)) == 4, "lines to those who reported are no acts"


async def test_a_restored_database_gives_no_place_a_second_time(house: House, tmp_path: Path) -> None:
    """From a backup the rows come back with numbers that were given since; the clock has gone on."""
    hub, accused = EffectsAtHub(), house.user()
    house.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(tmp_path / "desk" / "desk.db", tmp_path / "backup.db")
    house.decide(house.case(accused, Level.HUB))
    await until_done(house, worker(house, hub))
    restored = House(open_database(tmp_path / "backup.db", house.keys), house.keys, house.clock + 60_000)
    restored.random = lambda count: os.urandom(count)
    restored.decide(restored.case(accused, Level.HUB), Action.LIMIT)
    await until_done(restored, worker(restored, hub))
    restored.db.close()
    assert [one.verb.value for one in hub.done if one.subject == accused] == [
        "suspend",
        "statement",
        "limit",
        "statement",
    ]


async def test_a_page_is_bounded_and_the_rest_follows(house: House) -> None:
    accused = house.user()
    case = house.case(accused, Level.HUB)
    for _ in range(PAGE + 20):
        house.report(accused, Level.TIP)
    house.decide(case, Action.WARN, evidence=())
    hub = EffectsAtHub()
    effects = worker(house, hub)
    assert await effects.step() == PAGE
    await until_done(house, effects)
    assert len(hub.done) == PAGE + 23


def test_what_was_done_is_never_changed_or_asked_again(house: House) -> None:
    house.decide(house.case(house.user(), Level.HUB))
    first, second, _ = house.effects()
    assert outbox.settle(house.db, first.number, EffectState.APPLIED, "applied", house.clock)
    assert not outbox.settle(house.db, first.number, EffectState.REFUSED, "", house.clock)
    for sql in (
        "UPDATE effect SET state = 'waiting', settled_ms = NULL WHERE n = ?",
        "UPDATE effect SET tries = 0 WHERE n = ?",
        "DELETE FROM effect WHERE n = ?",
    ):
        with pytest.raises(DbError):
            house.db.execute(sql, (first.number,))
    for column in ("id", "subject", "verb", "params", "place"):
        with pytest.raises(DbError, match="never changed"):
            house.db.execute(f"UPDATE effect SET {column} = {column} WHERE n = ?", (second.number,))


Doing = Callable[[Any], object]
TOGETHER = ("decision", "decision_event", "effect", "audit_entry", "case_event", "appeal_answer")


class Watched:
    """A database that calls somebody before each statement."""

    def __init__(self, db: Any, before: Callable[[], None]) -> None:
        self._db, self._before = db, before

    def __getattr__(self, name: str) -> Any:
        if name.startswith("execute"):
            self._before()
        return getattr(self._db, name)


def proposing(house: House) -> Doing:
    case = house.case(house.user(), Level.HUB)
    proposal = house.proposal(case)
    return lambda db: decisions.propose(db, MODERATOR, case, proposal, house.clock, house.random)


def confirming(house: House) -> Doing:
    made = house.decide(house.case(house.user(), Level.AUTHORSHIP), Action.BAN)
    return lambda db: decisions.confirm(db, SENIOR, made.number, "Yes.", house.clock, house.random)


def undoing(house: House) -> Doing:
    made = house.decide(house.case(house.user(), Level.HUB))
    return lambda db: decisions.undo(db, MODERATOR, made.number, "It was wrong.", house.clock, house.random)


def answering(house: House) -> Doing:
    accused = house.user()
    made = house.decide(house.case(accused, Level.HUB))
    house.appeal(About.DECISION, made.reference, accused)
    return lambda db: appeals.answer(db, APPEALS, 1, Answer.OVERTURN, "Right.", house.clock, house.random)


@pytest.mark.parametrize("prepared", [proposing, confirming, undoing, answering])
def test_whatever_moment_the_desk_dies_at_an_act_is_there_with_all_its_effects_or_not_at_all(
    house: House, tmp_path: Path, prepared: Callable[[House], Doing]
) -> None:
    """The files as they are before each statement are what is left by kill -9: the system keeps what was written."""
    act = prepared(house)
    copies: list[Path] = []

    def copy() -> None:
        folder = tmp_path / f"copy-{len(copies)}"
        folder.mkdir()
        for file in (tmp_path / "desk").glob("desk.db*"):
            shutil.copy(file, folder / file.name)
        copies.append(folder)

    act(Watched(house.db, copy))
    copy()
    found = [left_in(folder, house) for folder in copies]
    before, after = found[0], found[-1]
    assert len(found) > 20
    assert after > before
    assert all(one < two for one, two in zip(before, after, strict=True) if one != two)
    assert found == [before] * found.count(before) + [after] * found.count(after)


def left_in(folder: Path, house: House) -> tuple[int, ...]:
    """How much there is of everything that belongs together."""
    db = open_database(folder / "desk.db", house.keys)
    try:
        return tuple(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TOGETHER)
    finally:
        db.close()


@pytest.fixture
async def running(home: Home, hub: FakeHub) -> AsyncIterator[House]:
    """The database of a desk that runs as a process of its own; decided is here, sent there."""
    keys = home.keys()
    house = House(open_database(home.folder / "desk" / "desk.db", keys), keys, now_ms() - LONG_AGO_MS)
    house.undo(house.decide(house.case(house.user(), Level.HUB)))
    yield house
    house.db.close()


async def killed_at(home: Home, hub: FakeHub, house: House, work: str, number: int) -> None:
    """Run a desk until the hub stops at this request, or there is none of this number, and kill it there."""
    effects = hub.effects
    effects.stopped.clear()
    effects.stop_before, effects.stop_after = (number, 0) if work == "before" else (0, number)
    process = await child(home.file(hub.url))
    async with asyncio.timeout(PATIENCE_S):
        while not effects.stopped.is_set() and "waiting" in states(house):
            await asyncio.sleep(0.02)
    process.kill()
    await process.communicate()
    effects.stop_before = effects.stop_after = 0


async def all_settled(home: Home, hub: FakeHub, house: House) -> None:
    if "waiting" not in states(house):
        return
    process = await child(home.file(hub.url))
    async with asyncio.timeout(PATIENCE_S):
        while "waiting" in states(house):
            await asyncio.sleep(0.02)
    process.terminate()
    _, err = await process.communicate()
    assert process.returncode == 0, err.decode()


def check_once(house: House, hub: FakeHub) -> None:
    assert set(states(house)) == {"applied"}
    assert sorted(one.id for one in hub.effects.done) == sorted(one.effect.id for one in house.effects())
    for subject in {one.effect.subject for one in house.effects()}:
        asked = [one.effect.id for one in house.effects() if one.effect.subject == subject]
        assert [one.id for one in hub.effects.done if one.subject == subject] == asked
    measures = [one for one in house.effects() if one.effect.verb is not Verb.TELL]
    assert len(house.acts(Act.EFFECT_APPLIED)) == len(measures) == 4


@pytest.mark.parametrize(("work", "number"), SOME)
async def test_kill_9_between_deciding_and_the_answer_loses_and_doubles_nothing(
    home: Home, hub: FakeHub, running: House, work: str, number: int
) -> None:
    await killed_at(home, hub, running, work, number)
    assert hub.effects.stopped.is_set()
    await all_settled(home, hub, running)
    check_once(running, hub)


@pytest.mark.prove
async def test_kill_9_at_every_request(home: Home, hub: FakeHub, running: House) -> None:
    lives = 0
    for work, number in LIVES:
        hub.effects.asked = 0
        await killed_at(home, hub, running, work, number)
        lives += hub.effects.stopped.is_set()
    assert lives >= 6
    await all_settled(home, hub, running)
    check_once(running, hub)


async def test_over_http_a_lost_answer_is_asked_for_again(home: Home, hub: FakeHub, running: House) -> None:
    async with aiohttp.ClientSession() as session:
        http = HttpHub(session, hub.url, home.keys().staff, now_ms, os.urandom)
        effects = Effects(running.db, http, now_ms)
        hub.refuse["effects"] = (Code.UNAVAILABLE, 1)
        with pytest.raises(Refusal):
            await effects.step()
        hub.garbage.add("effects")
        assert await effects.step() == 0
        hub.garbage.clear()
        running.db.execute("UPDATE effect SET next_ms = 0 WHERE state = 'waiting'")
        await until_done(running, effects)
    check_once(running, hub)
