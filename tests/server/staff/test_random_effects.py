# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Effects at random, late, repeated, while time passes: the hub ends where a page of plain rules says it should."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, field

import pytest

from privity.server.limits import Limit
from privity.wire.staff import Effect, EffectOutcome, Verb
from privity.wire.standing import StandingState
from tests.server.rooms.world import World
from tests.server.staff.deciding import ALREADY, APPLIED, DAY_MS, REFUSED, Desk, standing_of

PROVE_EFFECTS = int(os.environ.get("PRIVITY_PROVE_EFFECTS", "10000"))
PUTS = {
    Verb.LIMIT: "limited",
    Verb.CHALLENGE: "challenged",
    Verb.SUSPEND: "suspended",
    Verb.BAN: "banned",
    Verb.REMOVE_PUBLIC: "hidden",
}
ENDS = {Verb.LIFT: ("limited", "challenged"), Verb.REINSTATE: ("suspended", "banned"), Verb.RESTORE_PUBLIC: ("hidden",)}
TIMED = (Verb.LIMIT, Verb.CHALLENGE, Verb.SUSPEND)
ORDER = ("limited", "suspended", "banned")


@dataclass
class Rules:
    """The same in a few lines: what stands by (kind, decision), and what each id was answered with."""

    stands: dict[tuple[str, str], int | None] = field(default_factory=dict)
    warned: set[str] = field(default_factory=set)
    newest: dict[str, int] = field(default_factory=dict)
    answered: dict[str, EffectOutcome] = field(default_factory=dict)

    def expect(self, asked: Effect, now_ms: int) -> EffectOutcome:
        self.pass_time(now_ms)
        if asked.id in self.answered:
            return REFUSED if self.answered[asked.id] is REFUSED else ALREADY
        outcome = self.answered[asked.id] = self._do(asked, now_ms)
        if outcome is not REFUSED:
            self.newest[asked.params.decision] = asked.order
        return outcome

    def pass_time(self, now_ms: int) -> None:
        self.stands = {key: end for key, end in self.stands.items() if end is None or end > now_ms}

    def _do(self, asked: Effect, now_ms: int) -> EffectOutcome:
        decision, until_ms = asked.params.decision, asked.params.until_ms
        if asked.order <= self.newest.get(decision, 0):
            return REFUSED
        before = (dict(self.stands), set(self.warned))
        if asked.verb is Verb.WARN:
            self.warned.add(decision)
        elif asked.verb in PUTS:
            if until_ms is None or until_ms > now_ms:
                self.stands[PUTS[asked.verb], decision] = until_ms
        else:
            for what in ENDS[asked.verb]:
                self.stands.pop((what, decision), None)
            if asked.verb is Verb.LIFT:
                self.warned.discard(decision)
        return ALREADY if before == (self.stands, self.warned) else APPLIED

    @property
    def standing(self) -> StandingState:
        kinds = [what for what, _ in self.stands if what in ORDER]
        return StandingState(max(kinds, key=ORDER.index)) if kinds else StandingState.GOOD


async def walk(world: World, seed: int, count: int) -> None:
    chosen, desk, rules = random.Random(seed), Desk(world), Rules()
    mallory = await world.join("mallory")
    made: list[Effect] = []
    held_back: list[Effect] = []
    seen: set[EffectOutcome] = set()
    for step in range(count):
        if step % 50 == 0:
            await mallory.silent()  # who never reads answers no ping either
        if chosen.random() < 0.2:
            world.clock.now += chosen.randrange(2 * DAY_MS)
        verb = chosen.choice((Verb.WARN, *PUTS, *ENDS))
        until_ms = world.clock.now + chosen.randrange(-DAY_MS, 5 * DAY_MS) if verb in TIMED else None
        fresh = desk.effect(verb, mallory.user_uri, decision=f"D-{chosen.randrange(4)}", until_ms=until_ms)
        if chosen.random() < 0.3:
            held_back.append(fresh)
            continue
        late = held_back.pop(chosen.randrange(len(held_back))) if held_back and chosen.random() < 0.4 else fresh
        asked = chosen.choice(made) if made and chosen.random() < 0.2 else late
        made.append(asked)
        done = await desk.send(asked)
        assert done.outcome is rules.expect(asked, world.clock.now), (seed, step, asked, done)
        seen.add(done.outcome)
        told = await standing_of(mallory)
        hidden = any(what == "hidden" for what, _ in rules.stands)
        assert (told.standing, told.hidden, told.warnings) == (rules.standing, hidden, len(rules.warned)), (seed, step)
        challenged = [until for (what, _), until in rules.stands.items() if what == "challenged" and until is not None]
        assert told.challenged_until_ms == max(challenged, default=None), (seed, step)
        facts = await desk.facts(mallory.user_uri)
        assert {(one.what, one.decision): one.until_ms for one in facts.restrictions} == rules.stands, (seed, step)
    assert seen == {APPLIED, ALREADY, REFUSED}


@pytest.fixture
def patient(world: World) -> World:
    """Nobody meets a limit."""
    world.context.limits._table = {name: _many(name) for name in world.context.limits._table}
    return world


def _many(name: str) -> Limit:
    return Limit(1 << 30, 1, "caller", name)


async def test_effects_at_random(patient: World) -> None:
    await walk(patient, seed=1, count=200)


@pytest.mark.prove
async def test_effects_at_random_at_the_full_count(patient: World) -> None:
    await walk(patient, seed=2, count=PROVE_EFFECTS)
