# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""People with roles at random do at random what the desk lets them; what they reach rests on what it has to rest on."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest

from privity.desk.db.transaction import Db
from privity.desk.errors import DeskError
from privity.desk.legal.agencies.lapsing import Expiry
from privity.desk.legal.agencies.revoking import Whom
from privity.desk.legal.requests import checking, filing, judging, service, store
from privity.desk.legal.requests.judging import Ruling
from privity.desk.legal.requests.model import Ground, Outcome, Part, State
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Role
from tests.desk.legal.casework import RULES, WARRANT, Casework

WALKS = 4
STEPS = 300
PROVE_WALKS = int(os.environ.get("PRIVITY_PROVE_LEGAL_WALKS", "300"))
ROLES = [Role.LEGAL_CLERK, Role.LEGAL_REVIEWER, Role.LEGAL_RELEASER, Role.MODERATOR, Role.ADMIN]
STAYING = {1: frozenset({Role.LEGAL_CLERK}), 2: frozenset({Role.LEGAL_REVIEWER})}
ALIVE = 3
"""How many requests are looked at, the newest first."""
ONWARD = [state for state in State if state not in (State.CLOSED, State.VERIFYING)]
BEYOND = {State.COLLECTED, State.REVIEWED, State.APPROVED, State.NOTICE_DONE, State.RELEASED, State.DELIVERED}
"""Where nobody comes without the rooms that come after this one."""


@dataclass
class Crowd:
    """Members of staff whose roles change, and what they try."""

    work: Casework
    seed: int
    dice: random.Random = field(init=False)
    roles: dict[int, frozenset[Role]] = field(init=False)
    did: int = 0
    sent: int = 0

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.roles = {number: self.some_roles() for number in range(1, 6)}
        (self.sent,) = self.work.db.execute("SELECT count(*) FROM legal_request").fetchone()

    def some_roles(self) -> frozenset[Role]:
        return frozenset(self.dice.sample(ROLES, self.dice.randint(1, 2)))

    def somebody(self) -> Acting:
        """The first two stay what they are beside whatever else they become, so that there is always somebody."""
        number = self.dice.choice(list(self.roles))
        return Acting.member(number, self.roles[number] | STAYING.get(number, frozenset()))

    def step(self) -> None:
        """Somebody tries something; what is refused is refused by name, and by the database where code does not ask."""
        work, dice, who = self.work, self.dice, self.somebody()
        number = max(1, self.sent - dice.randrange(ALIVE)) if self.sent >= ALIVE else self.sent + 1
        deeds = self.likely(who, number) if dice.random() < 0.85 else self.deeds(who, number)
        try:
            dice.choice(deeds)()
        except DeskError:
            return
        self.did += 1
        work.now_ms += dice.choice((1, 60_000, 3_600_000))

    def likely(self, who: Acting, number: int) -> Sequence[Callable[[], object]]:
        """What a person would do about this request as it stands."""
        work, request = self.work, store.find(self.work.db, number)
        match None if request is None else request.state:
            case None:
                return (self.send,)
            case State.SUBMITTED:
                return (lambda: work.verifying(number, who),)
            case State.VERIFYING:
                return (
                    lambda: work.asserted(number, who),
                    lambda: work.called(number, who),
                    lambda: checking.verified(work.db, work.key, RULES, who, number, work.now_ms),
                )
            case State.VERIFIED | State.CLARIFY | State.CHALLENGED | State.REFERRED:
                return (lambda: work.confirmed(number, who), lambda: self.accept(who, number))
            case _:
                return (lambda: service.move(work.db, number, self.dice.choice(ONWARD), who.who, work.now_ms),)

    def deeds(self, who: Acting, number: int) -> Sequence[Callable[[], object]]:
        """Whatever there is to do."""
        work, dice = self.work, self.dice
        outcome = dice.choice(list(Outcome))
        return (
            self.send,
            lambda: work.verifying(number, who),
            lambda: checking.on_paper(work.db, work.key, who, number, None, None, "seal", work.now_ms, work.random),
            lambda: work.called(number, who),
            lambda: checking.verified(work.db, work.key, RULES, who, number, work.now_ms),
            lambda: work.confirmed(number, who),
            lambda: work.judged(number, outcome, who),
            lambda: service.move(work.db, number, dice.choice(list(State)), who.who, work.now_ms),
            lambda: service.take_part(work.db, number, who.who, dice.choice(list(Part))),
            lambda: filing.hand_in(work.db, who, number, work.now_ms),
            lambda: service.step(work.db, work.now_ms),
            self.turn,
            self.end,
        )

    def send(self) -> None:
        """An officer sends something, an emergency now and then."""
        instrument = self.dice.choice((WARRANT, WARRANT, WARRANT, "eu.epoc", "us.sca.2703f", "any.mlat"))
        self.sent += 1
        self.work.submitted(instrument, {"offence": f"teapot {self.sent}", "emergency": self.dice.random() < 0.3})

    def accept(self, who: Acting, number: int) -> None:
        made = self.work.triaged(number, who)
        ruling = Ruling(made.number, Outcome.ACCEPT, (Ground.RULEBOOK,))
        judging.judge(self.work.db, self.work.key, who, number, ruling, self.work.now_ms, self.work.random)

    def turn(self) -> None:
        """Somebody gets other roles."""
        self.roles[self.dice.choice(list(self.roles))] = self.some_roles()

    def end(self) -> None:
        """Seldom: who asks is revoked, or the clock runs on."""
        if self.dice.random() < 0.1:
            self.work.bureau.revoke(Whom.all())
            self.work._team = None
        elif self.dice.random() < 0.1:
            self.work.days(self.dice.choice((1, 10, 40)))
            Expiry(self.work.db, lambda: self.work.now_ms).step()


def check(db: Db) -> set[State]:
    """Everything that reached a state rests on what that has to rest on."""
    reached = set()
    for number, state, emergency, verdict, decision in db.execute(
        "SELECT n, state, emergency, verdict, decision FROM legal_request"
    ).fetchall():
        been = {move.new for move in store.moves(db, number)} | {State(state)}
        reached |= been
        if State.VERIFIED in been:
            assert store.verification(db, number) is not None
        if state == "verified" and emergency:
            assert store.called_back(db, number)
        if State.TRIAGED in been:
            assert verdict is not None
            assert decision is not None
        for line in store.scope(db, decision) if decision is not None else ():
            assert line.data_class in store.released_classes(db, verdict)
            assert line.target in store.asked_targets(db, verdict)
        whose = [who for who, part in store.parts(db, number) if part is Part.RELEASED]
        assert not {who for who, part in store.parts(db, number) if part is not Part.RELEASED} & set(whose)
    return reached


def walk(work: Casework, seed: int, steps: int = STEPS) -> tuple[set[State], int]:
    crowd = Crowd(work, seed)
    for _ in range(steps):
        crowd.step()
    return check(work.db), crowd.did


def test_lp_9_a_random_walk_reaches_nothing_without_its_guards(work: Casework) -> None:
    reached: set[State] = set()
    did = 0
    for seed in range(WALKS):
        reached, more = walk(work, seed)
        did += more
    assert did > WALKS * STEPS // 10
    assert {State.VERIFIED, State.TRIAGED, State.SCOPED} <= reached
    assert not reached & BEYOND


def test_the_walk_would_find_a_hole(work: Casework) -> None:
    """Without the guards of the database the same people come through."""
    rows = work.db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'legal_request'")
    for (name,) in rows.fetchall():
        work.db.execute(f"DROP TRIGGER {name}")
    with pytest.raises(AssertionError, match="assert"):
        assert not walk(work, 1)[0] & BEYOND


@pytest.mark.prove
@pytest.mark.parametrize("first", range(0, PROVE_WALKS, 50))
def test_prove_lp_9_many_random_walks(work: Casework, first: int) -> None:
    for seed in range(first, min(first + 50, PROVE_WALKS)):
        reached, _ = walk(work, 1000 + seed, 4 * STEPS)
        assert not reached & BEYOND
