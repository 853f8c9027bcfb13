# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whatever is under a hold, in an open case or within a window is never deleted: random years of a desk, with a clock
that is wrong for days at a time."""

from __future__ import annotations

import os
import random
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from privity.desk.appeals import service as appeals
from privity.desk.appeals.model import Answer
from privity.desk.cases import service as cases
from privity.desk.cases.model import CaseState
from privity.desk.db.transaction import Db
from privity.desk.decisions import service as decisions
from privity.desk.decisions.actions import Action
from privity.desk.decisions.errors import DecidedAlready
from privity.desk.decisions.model import APPEAL_DAYS, Decision, State
from privity.desk.evidence import holds
from privity.desk.intake.findings import Level
from privity.desk.periods import DAY_MS
from privity.desk.retention import clock
from privity.message.appeal import About
from tests.desk.house import APPEALS, MODERATOR, House
from tests.desk.retention.years import Years

ROUNDS = int(os.environ.get("PRIVITY_PROVE_RETENTION", "100"))
ACTIONS = (Action.DISMISS, Action.SUSPEND, Action.WARN, Action.BAN)


@dataclass(slots=True)
class Chaos:
    """`true_ms` is the real time; the desk's clock is that and `wrong_ms`."""

    years: Years
    dice: random.Random
    true_ms: int
    wrong_ms: int = 0
    cases: list[int] = field(default_factory=list)
    records: dict[int, int] = field(default_factory=dict)
    """Of a record, its case."""
    touched: dict[int, int] = field(default_factory=dict)
    """When something last really happened in a case."""
    held: set[int] = field(default_factory=set)
    went: int = 0

    def run(self) -> None:
        for _ in range(self.dice.randrange(20, 35)):
            self.dice.choice(
                (
                    self.report,
                    self.decide,
                    self.decide,
                    self.undo,
                    self.appeal,
                    self.answer,
                    self.hold,
                    self.lift,
                    self.clock,
                )
            )()
            for _ in range(self.dice.choice((0, 1, 3) if self.wrong_ms else (0, 1, 35, 80))):
                self.true_ms += int(self.dice.random() * 6.9 * DAY_MS)
                self.years.house.clock = self.true_ms + self.wrong_ms
                self.look()

    def look(self) -> None:
        before = {number for number in self.records if self.years.there(number)}
        kept = {number for number in before if self.needed(number)}
        self.years.look()
        left = {number for number in before if self.years.there(number)}
        assert kept <= left, f"deleted too early: {sorted(kept - left)}"
        assert left == before or self.wrong_ms == 0, "deleted under a wrong clock"
        self.went += len(before - left)

    def needed(self, record: int) -> bool:
        """By what really happened, and by nothing that the desk wrote down as a time."""
        case, db = self.records[record], self.years.house.db
        view = cases.held(db, case)
        made = decisions.of_case(db, MODERATOR, case)
        open_appeal = any(
            one.answered is None for each in made for one in appeals.of_decision(db, MODERATOR, each.number)
        )
        waiting = any(each.state is State.PROPOSED for each in made)
        outcome = cases.case(db, MODERATOR, case).case.outcome
        days = APPEAL_DAYS + (0 if outcome is not None and outcome.value == "dismissed" else 180)
        within = self.true_ms < self.touched[case] + days * DAY_MS
        return record in self.held or view.state is not CaseState.DECIDED or open_appeal or waiting or within

    def report(self) -> None:
        if len(self.cases) < 5:
            number, record = self.years.case(self.dice.choice((Level.AUTHORSHIP, Level.HUB)))
            self.cases.append(number)
            self.records[record], self.touched[number] = number, self.true_ms
            self.sync()

    def decide(self) -> None:
        case = self.some(CaseState.TAKEN)
        action = self.dice.choice(ACTIONS)
        if case is not None and (action is not Action.BAN or cases.case(self.db, MODERATOR, case).case.level == 2):
            with suppress(DecidedAlready):  # what waits, or is in force, may say the opposite
                self.years.house.decide(case, action)
            self.touch(case)

    def undo(self) -> None:
        made = self.made(State.EFFECTIVE)
        if made is not None:
            self.years.house.undo(made)
            self.touch(made.case)
            if cases.held(self.db, made.case).state is CaseState.OPEN:
                cases.take(self.db, MODERATOR, made.case, self.years.house.clock)

    def appeal(self) -> None:
        made = self.made(State.EFFECTIVE)
        if made is not None and made.action is not Action.DISMISS:
            before = self.db.execute("SELECT count(*) FROM appeal").fetchone()
            self.years.house.appeal(About.DECISION, made.reference, made.against)
            if self.db.execute("SELECT count(*) FROM appeal").fetchone() != before:
                self.touch(made.case)

    def answer(self) -> None:
        found = appeals.listed(self.db, APPEALS)
        if found:
            case = decisions.by_number(self.db, found[0].decision).case
            outcome = self.dice.choice((Answer.UPHOLD, Answer.OVERTURN))
            if decisions.by_number(self.db, found[0].decision).state is State.UNDONE:
                outcome = Answer.OVERTURN
            appeals.answer(
                self.db, APPEALS, found[0].number, outcome, "Invented.", self.years.house.clock, self.years.house.random
            )
            self.touch(case)

    def hold(self) -> None:
        there = [number for number in self.records if self.years.there(number)]
        if there:
            record = self.dice.choice(there)
            holds.hold(self.db, [record], "referral:1", None)
            self.held.add(record)

    def lift(self) -> None:
        holds.lift(self.db, "referral:1")
        self.held.clear()

    def clock(self) -> None:
        """Wrong by more than anybody believes, or right again."""
        before = self.wrong_ms
        self.wrong_ms = 0 if before else self.dice.choice((-1, 1)) * self.dice.randrange(30, 3650) * DAY_MS
        self.sync()
        if before:
            clock.sure(self.db, self.true_ms)

    @property
    def db(self) -> Db:
        return self.years.house.db

    def sync(self) -> None:
        self.years.house.clock = self.true_ms + self.wrong_ms

    def touch(self, case: int) -> None:
        self.touched[case] = self.true_ms
        self.sync()

    def some(self, state: CaseState) -> int | None:
        found = [case for case in self.cases if cases.held(self.years.house.db, case).state is state]
        return self.dice.choice(found) if found else None

    def made(self, state: State) -> Decision | None:
        db = self.years.house.db
        found = [one for case in self.cases for one in decisions.of_case(db, MODERATOR, case) if one.state is state]
        return self.dice.choice(found) if found else None


def play(folder: Path, seed: int) -> int:
    house = House.at(folder)
    with closing(house.db):
        chaos = Chaos(Years(house), random.Random(seed), house.clock)
        chaos.run()
        return chaos.went


@pytest.mark.parametrize("seed", range(4))
def test_nothing_that_is_needed_goes(tmp_path: Path, seed: int) -> None:
    play(tmp_path, seed)


@pytest.mark.prove
def test_nothing_that_is_needed_goes_in_many_years(tmp_path: Path) -> None:
    went = [play(tmp_path / str(seed), seed) for seed in range(100, 100 + ROUNDS)]
    assert sum(went) > ROUNDS // 3, "the test would prove nothing if nothing ever went"
