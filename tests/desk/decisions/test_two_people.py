# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whatever members of whatever roles try in whatever order: nothing grave happens without proof and two people."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from privity.desk.appeals import service as appeals
from privity.desk.appeals import store
from privity.desk.appeals.errors import AppealError
from privity.desk.appeals.model import Answer
from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.cases import service as cases
from privity.desk.cases.errors import CaseError
from privity.desk.cases.model import CaseState
from privity.desk.decisions import outbox
from privity.desk.decisions import service as decisions
from privity.desk.decisions.actions import ACTIONS, Action, Escalation, Target
from privity.desk.decisions.errors import DecisionError
from privity.desk.decisions.model import DAY_MS, State
from privity.desk.decisions.policies import POLICIES, PolicyName
from privity.desk.intake.findings import Level
from privity.desk.staff.acting import Acting
from privity.desk.staff.errors import NotYourRole
from privity.desk.staff.rights import RIGHTS, Right, Role
from privity.message.appeal import About
from tests.desk.house import House

WALKS = int(os.environ.get("PRIVITY_PROVE_DECISION_WALKS", "20000"))
STEPS = 14
POLICY = PolicyName.HARASSMENT
REFUSED = (DecisionError, AppealError, CaseError, NotYourRole)

ROLES = [Role.MODERATOR, Role.SENIOR, Role.SENIOR, Role.APPEALS, Role.ADMIN]
ACTIONS_TRIED = [*Action, Action.BAN, Action.BAN, Action.CLOSE_ROOM, Action.CLOSE_ROOM]
"""What is grave is tried more often: it is what this is about."""

people = st.lists(st.sets(st.sampled_from(ROLES), min_size=1, max_size=3), min_size=4, max_size=4)
steps = st.lists(
    st.tuples(
        st.sampled_from(["propose", "propose", "confirm", "confirm", "refuse", "undo", "appeal", "answer", "wait"]),
        st.integers(0, 3),
        st.integers(0, 5),
        st.sampled_from(ACTIONS_TRIED),
    ),
    min_size=STEPS,
    max_size=STEPS,
)


@dataclass(slots=True)
class Walk:
    """One account with messages of every level, four members of staff, and what they managed to do."""

    house: House
    roles: list[set[Role]]
    case: int = 0
    accused: str = ""
    room: str = ""
    made: list[int] = field(default_factory=list)
    lodged: list[int] = field(default_factory=list)
    parts: dict[int, list[str]] = field(default_factory=dict)
    """Who proposed, confirmed, refused or answered, by decision."""
    done: Counter[Act] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.accused, self.room = self.house.user(), self.house.room()
        report = self.house.report(self.accused, *Level, room=self.room)
        self.case = cases.case_of_report(self.house.db, report)

    def member(self, index: int) -> Acting:
        return Acting.member(index + 1, frozenset(self.roles[index]))

    def step(self, what: str, who: int, which: int, action: Action) -> None:
        acting, house = self.member(who), self.house
        house.clock += 60_000
        match what:
            case "wait":
                house.clock += 70 * DAY_MS
            case "propose":
                self.propose(acting, which, action)
            case "confirm" | "refuse" | "undo" if self.made:
                self.settle(what, acting, self.made[which % len(self.made)])
            case "appeal" if self.made:
                self.lodge(self.made[which % len(self.made)])
            case "answer" if self.lodged:
                self.answer(
                    acting, self.lodged[which % len(self.lodged)], Answer.OVERTURN if which % 2 else Answer.UPHOLD
                )

    def propose(self, acting: Acting, which: int, action: Action) -> None:
        if cases.held(self.house.db, self.case).state is CaseState.TAKEN:
            cases.release(self.house.db, acting, self.case, self.house.clock)
        if cases.held(self.house.db, self.case).state is CaseState.OPEN:
            cases.take(self.house.db, acting, self.case, self.house.clock)
        rule, cited = ACTIONS[action], self.house.cited(self.case)
        evidence = (cited[2:], cited[1:2], cited[2:], cited[1:], cited, ())[which]
        proposal = self.house.proposal(
            self.case,
            action,
            evidence=evidence,
            against=self.room if rule.on is Target.ROOM else None,
            to=Escalation.LEGAL if action is Action.ESCALATE else None,
        )
        made = decisions.propose(self.house.db, acting, self.case, proposal, self.house.clock, self.house.random)
        self.made.append(made.number)
        self.parts[made.number] = [acting.who]
        self.done[Act.DECISION_PROPOSED] += 1
        self.done[Act.DECISION_EFFECTIVE] += not rule.grave

    def settle(self, what: str, acting: Acting, number: int) -> None:
        house = self.house
        if what == "refuse":
            decisions.refuse(house.db, acting, number, "No.", house.clock)
            self.done[Act.DECISION_REFUSED] += 1
        elif what == "confirm":
            decisions.confirm(house.db, acting, number, "Yes.", house.clock, house.random)
            self.done[Act.DECISION_CONFIRMED] += 1
            self.done[Act.DECISION_EFFECTIVE] += 1
        else:
            decisions.undo(house.db, acting, number, "It was wrong.", house.clock, house.random)
            self.done[Act.DECISION_UNDONE] += 1
            return
        self.parts[number].append(acting.who)

    def lodge(self, number: int) -> None:
        before = self.house.db.execute("SELECT count(*) FROM appeal").fetchone()
        made = decisions.by_number(self.house.db, number)
        self.house.appeal(About.DECISION, made.reference, self.accused)
        after, last = self.house.db.execute("SELECT count(*), max(n) FROM appeal").fetchone()
        if after > before[0]:
            self.lodged.append(int(last))
            self.done[Act.APPEAL_LODGED] += 1
        else:
            self.done[Act.APPEAL_TURNED_AWAY] += 1

    def answer(self, acting: Acting, number: int, outcome: Answer) -> None:
        house = self.house
        against = store.find(house.db, number)
        assert against is not None
        in_force = decisions.by_number(house.db, against.decision).state is State.EFFECTIVE
        appeals.answer(house.db, acting, number, outcome, "I looked at it anew.", house.clock, house.random)
        self.parts[against.decision].append(acting.who)
        self.done[Act.APPEAL_ANSWERED] += 1
        self.done[Act.DECISION_UNDONE] += outcome is Answer.OVERTURN and in_force

    def check(self, first_entry: int) -> None:
        """What the database says, read without the code that decides."""
        db = self.house.db
        for number, verb, subject in db.execute(
            "SELECT decision, verb, subject FROM effect WHERE case_n = ? AND verb IN ('ban', 'close_room')",
            (self.case,),
        ).fetchall():
            levels = db.execute(
                "SELECT m.outcome FROM decision_evidence AS e JOIN reported_message AS m"
                " ON m.report_seq = e.report_seq AND m.position = e.position WHERE e.decision = ?",
                (number,),
            ).fetchall()
            assert levels
            assert set(levels) == {("VERIFIED_AUTHORSHIP",)}
            who = dict(db.execute("SELECT kind, who FROM decision_event WHERE decision = ?", (number,)).fetchall())
            (proposer,) = db.execute("SELECT proposed_by FROM decision WHERE n = ?", (number,)).fetchone()
            assert who["confirmed"] != proposer
            assert Right.CONFIRM in self.rights(who["confirmed"])
            assert Right.DECIDE in self.rights(proposer)
            assert subject == (self.accused if verb == "ban" else self.room)
        for number, acted in self.parts.items():
            assert len(set(acted)) == len(acted), f"somebody acted twice on decision {number}: {acted}"
        entries = Counter(Entry.decode(data).act for data in log.entries(db, first_entry))
        assert {act: entries[act] for act in self.done} == dict(self.done)
        for number in self.made:
            self.check_given_back(number)
        assert decisions.strikes(db, self.accused, self.house.clock) == self.counted()

    def check_given_back(self, number: int) -> None:
        made = decisions.by_number(self.house.db, number)
        verbs = [one.effect.verb for one in outbox.of_decision(self.house.db, number)]
        for verb, times in (
            (made.rule.verb, made.effective_ms is not None),
            (made.rule.reverse, made.state is State.UNDONE),
        ):
            assert verb is None or verbs.count(verb) == int(times)

    def counted(self) -> int:
        policy, total = POLICIES[POLICY], 0
        for number in self.made:
            made = decisions.by_number(self.house.db, number)
            proven = made.level > Level.TIP or made.action is Action.REMOVE_PUBLIC
            fresh = made.effective_ms is not None and self.house.clock < made.effective_ms + policy.counts_days * DAY_MS
            if made.state is State.EFFECTIVE and made.against == self.accused and made.rule.told and proven and fresh:
                total += policy.weight
        return total

    def rights(self, who: str) -> frozenset[Right]:
        return frozenset().union(*(RIGHTS[role] for role in self.roles[int(who.removeprefix("staff:")) - 1]))


def walk(house: House, roles: list[set[Role]], tried: list[tuple[str, int, int, Action]]) -> Walk:
    walked, first = Walk(house, roles), log.size(house.db)
    for what, who, which, action in tried:
        try:
            walked.step(what, who, which, action)
        except REFUSED:
            assert not house.db.in_transaction
    walked.check(first)
    return walked


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(roles=people, tried=steps)
def test_no_path_leads_to_something_grave_without_proof_and_two_people(
    house: House, roles: list[set[Role]], tried: list[tuple[str, int, int, Action]]
) -> None:
    walk(house, roles, tried)


@pytest.mark.prove
@settings(max_examples=WALKS, deadline=None, suppress_health_check=list(HealthCheck))
@given(roles=people, tried=steps)
def test_no_path_at_all(house: House, roles: list[set[Role]], tried: list[tuple[str, int, int, Action]]) -> None:
    walk(house, roles, tried)


def test_the_walks_reach_what_they_are_about(house: House) -> None:
    """Else the property above could hold because nothing ever happens."""
    everybody = [{Role.SENIOR, Role.APPEALS}] * 4
    done = Counter[Act]()
    for proposer in range(3):
        ban = [("propose", proposer, 2, Action.BAN), ("confirm", 3, 0, Action.BAN)]
        after = [
            ("appeal", 0, 0, Action.BAN),
            ("answer", proposer, 1, Action.BAN),
            ("answer", (proposer + 1) % 3, 1, Action.BAN),
        ]
        walked = walk(house, everybody, [*ban, *after])
        done += walked.done
    assert done[Act.DECISION_EFFECTIVE] == done[Act.DECISION_UNDONE] == done[Act.APPEAL_ANSWERED] == 3
