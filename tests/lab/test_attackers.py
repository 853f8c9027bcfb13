# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""An attacker sees what a real one sees, and an act of theirs counts only where the hub would have let it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace

import numpy as np
import pytest

from privity.lab import arms
from privity.lab.account import Since, Stage
from privity.lab.attacker import HOUR_MS, Act, ActKind, Outside, Own, Seen, Told
from privity.lab.harms.vouched import Vouched
from privity.lab.hub_limits import OURS
from privity.lab.parameters import Parameters, shipped
from privity.lab.population import ADULT, Population
from privity.lab.society import Society
from privity.lab.truth import Harm
from privity.lab.watching import Finding, Nobody
from privity.server.limits import LIMITS
from privity.wire.age import AgeBand
from privity.wire.observed import Observed, ObservedKind

OF = shipped()


@dataclass(slots=True)
class Scripted:
    """Does what it is told at its first turn, and what it is told at each; keeps what it saw."""

    once: list[Act] = field(default_factory=list)
    always: list[Act] = field(default_factory=list)
    harm: Harm = Harm.GROOMING
    every_ms: int = HOUR_MS
    says: AgeBand = AgeBand.MINOR
    accounts: int = 1
    saw: list[Seen] = field(default_factory=list)
    outside: Outside | None = None

    def turn(self, seen: Seen, outside: Outside) -> Sequence[Act]:
        self.saw.append(seen)
        self.outside = outside
        acts = [*self.once, *self.always]
        self.once = []
        return [_by(act, seen.own[0].account) for act in acts]


def _by(act: Act, account: int) -> Act:
    return Act(act.kind, account, act.targets, act.after_ms, act.severe, act.harmful)


def ask(*targets: int) -> list[Act]:
    return [Act(ActKind.ASK, -1, (target,), nth * 1_000) for nth, target in enumerate(targets)]


@dataclass(slots=True)
class Befriends(Scripted):
    """Asks its second account with its first, which says yes ten minutes later, and then once more."""

    def turn(self, seen: Seen, outside: Outside) -> Sequence[Act]:
        self.saw.append(seen)
        first, second = (one.account for one in seen.own)
        yes = [Act(ActKind.ACCEPT, second, (first,), after_ms) for after_ms in (600_000, 700_000)]
        return [Act(ActKind.ASK, first, (second,), 1_000, harmful=False), *yes, Act(ActKind.ACCEPT, first, (second,))]


class Finds:
    """A watcher that finds the first account of an abuser that asks anybody."""

    matching = False
    aids = False

    def __init__(self, finding: Finding) -> None:
        self.finding = finding

    def seen(self, observed: Observed) -> Sequence[Finding]:
        if observed.kind is not ObservedKind.ASKED:
            return ()
        return [Finding(observed.account, "r", self.finding.slow_hours, self.finding.hide_hours, self.finding.review)]


@pytest.fixture
def people() -> Population:
    return Population(4, 2_000, 6, OF)


def play(
    people: Population, attacker: Scripted, watcher: object = None, parameters: Parameters = OF
) -> tuple[Society, list[Observed]]:
    society = Society(people, parameters, [attacker], watcher or Nobody())  # type: ignore[arg-type]  # Finds is one
    return society, list(society.observed())


def test_an_attacker_is_told_nothing_but_its_own_accounts() -> None:
    assert {one.name for one in fields(Seen)} == {"now_ms", "own"}
    assert {one.name for one in fields(Own)} == {
        "account", "age_ms", "told", "asked", "refused", "contacts", "fresh",
    }  # fmt: skip
    assert set(Outside.__slots__) == {"_people", "_rooms", "draw"}
    assert {name for name in vars(Outside) if not name.startswith("_")} == {"people", "rooms", "draw"}


def test_whom_it_takes_for_minors_are_not_all_minors(people: Population) -> None:
    attacker = Scripted()
    play(people, attacker)
    assert attacker.outside is not None
    handles = np.array(attacker.outside.people(400, minors=True))
    assert 0.65 < people.minor[handles].mean() < 0.95
    adults = np.array(attacker.outside.people(400, minors=False))
    assert people.listed[adults].all()


def test_a_minor_without_guardian_is_never_shown_a_stranger(people: Population) -> None:
    alone = np.flatnonzero((people.age[:2_000] != ADULT) & ~people.guarded & ~people.minor[:2_000])
    # People who have said nothing about their age count as minors, and none of them is won over elsewhere.
    society, seen = play(people, Scripted(once=ask(*alone[:10].tolist())))
    assert sum(one.kind is ObservedKind.ASKED for one in seen) == 10
    assert not society.cases[0].reached
    assert not any(one.kind in (ObservedKind.ACCEPTED, ObservedKind.BLOCKED) for one in seen)


def test_somebody_who_is_no_contact_gets_no_message(people: Population) -> None:
    society, seen = play(people, Scripted(always=[Act(ActKind.SEND, -1, (1, 2, 3), severe=True)]))
    assert [one.kind for one in seen] == [ObservedKind.REGISTERED]
    assert society.cases[0].views == []


def test_the_hubs_own_limit_holds_for_attackers(people: Population) -> None:
    society, seen = play(people, Scripted(once=ask(*range(400))))
    limit = LIMITS["contact.ask_first_day"]
    asked = [one for one in seen if one.kind is ObservedKind.ASKED and one.other]
    assert len(asked) == limit.burst
    assert society.cases[0].accounts[0].asked == limit.burst


def test_a_limited_account_is_told_and_asks_nobody(people: Population) -> None:
    attacker = Scripted(always=ask(1, 2, 3))
    _, free = play(Population(4, 2_000, 6, OF), Scripted(always=ask(1, 2, 3)))
    society, held = play(people, attacker, Finds(Finding("", "r", slow_hours=10_000)))
    asks = [one for one in held if one.kind is ObservedKind.ASKED]
    assert len(asks) == 1
    assert len([one for one in free if one.kind is ObservedKind.ASKED]) > 3
    assert attacker.saw[-1].own[0].told is Told.LIMITED
    assert attacker.saw[-1].own[0].refused > 0
    assert society.cases[0].acted_ms == asks[0].at_ms


def test_a_review_comes_after_a_delay_and_ends_in_a_ban_or_not(people: Population) -> None:
    society, seen = play(people, Scripted(always=ask(1, 2, 3)), Finds(Finding("", "r", review=True)))
    case = society.cases[0]
    first = next(one for one in seen if one.kind is ObservedKind.ASKED)
    assert case.found_ms == first.at_ms
    if case.acted_ms is not None:
        assert case.acted_ms > first.at_ms + 60_000


def test_whoever_is_banned_comes_back_as_often_as_the_table_says(people: Population) -> None:
    attackers = [Scripted(always=ask(1, 2, 3), every_ms=12 * HOUR_MS) for _ in range(100)]
    # As many moderators as there may be: a hundred cases at once would wait for the week's end.
    of = OF.changed(desk__moderators=100, desk__minutes_a_case=3, harms__again_hours=1, harms__again_share=0.5)
    society = Society(people, of, attackers, Finds(Finding("", "r", review=True)))
    for _ in society.observed():
        pass
    banned = [case for case in society.cases if case.accounts[0].banned]
    back = [case for case in banned if case.returns]
    assert len(banned) > 20
    assert 0.2 < len(back) / len(banned) < 0.8
    for case in back:
        assert len(case.accounts) <= case.returns + 1
        assert [account.since for account in case.accounts] == [Since.FIRST, *[Since.BACK] * (len(case.accounts) - 1)]


def test_two_plays_of_a_world_without_difference_are_the_same() -> None:
    from privity.lab.cases import abusers

    plays = [arms.played(arms.population(3, 1_000, 2, OF), OF, abusers, Nobody()) for _ in range(2)]
    first, second = ([case.views for case in one.cases] for one in plays)
    assert first == second
    assert any(first)


def test_accounts_of_one_attacker_say_yes_to_each_other_and_the_hub_sees_it_as_any_other_yes(
    people: Population,
) -> None:
    attacker = Befriends(accounts=2)
    society, seen = play(people, attacker)
    first, second = society.cases[0].accounts
    said_yes = [one for one in seen if one.kind is ObservedKind.ACCEPTED]
    assert [(one.account, one.other) for one in said_yes] == [(people.uri(second.number), people.uri(first.number))]
    assert said_yes[0].born_ms == second.born_ms
    assert (first.contacts, second.contacts) == ([second.number], [first.number])
    assert attacker.saw[1].own[0].fresh == (second.number,)
    assert sum(one.kind is ObservedKind.ASKED for one in seen) == 1, "contacts are not asked again"


def test_whoever_asks_behind_accounts_of_its_own_looks_wanted() -> None:
    society = Society(Population(4, 2_000, 6, OF), OF, [Vouched()], Nobody())
    seen = list(society.observed())
    (case,) = society.cases
    mine = {society.population.uri(one.number) for one in case.accounts}
    assert len(mine) == 30
    busiest = max(case.accounts, key=lambda one: one.asked)
    uri = society.population.uri(busiest.number)
    asked = {one.other for one in seen if one.kind is ObservedKind.ASKED and one.account == uri}
    said_yes = {one.account for one in seen if one.kind is ObservedKind.ACCEPTED and one.other == uri}
    strangers = asked - mine
    assert 20 <= len(strangers) <= 25, "then the next account does"
    assert len(said_yes) > len(asked) / 2 > len(strangers & said_yes) * 2
    assert {view.harm for view in case.views} == {Harm.VOUCHED}
    assert not {view.victim for view in case.views} & mine


def test_a_picture_that_is_matched_is_hidden_before_anybody_looks() -> None:
    class Lists(Nobody):
        matching = True

    show = [Act(ActKind.SHOW, -1, severe=True)]
    of = OF.changed(matching__found=0.99, victims__shown_public=3.0)
    seen, hidden = (
        Society(Population(4, 1_000, 3, of), of, [Scripted(once=[*show]) for _ in range(4)], watcher)
        for watcher in (Nobody(), Lists())
    )
    for one in (seen, hidden):
        assert ObservedKind.SHOWED in [observed.kind for observed in one.observed()]
    assert sum(len(case.views) for case in seen.cases) > 20
    assert sum(len(case.views) for case in hidden.cases) == 0


def test_a_limited_account_goes_on_where_it_has_begun_and_begins_nothing(people: Population) -> None:
    attacker = Scripted()
    society, _ = play(people, attacker)
    account = society.cases[0].accounts[0]
    account.contacts, account.talks = [1, 2], {1: 0}
    now_ms = society.end_ms
    for limited, met in ((True, {1}), (False, {1, 2})):
        account.limited_until = now_ms + HOUR_MS if limited else 0
        society.cases[0].reached.clear()
        society._send(account, Act(ActKind.SEND, account.number, (1, 2), harmful=False), now_ms)
        assert society.cases[0].reached == met


def test_a_stricter_hub_keeps_a_limited_account_from_new_conversations_until_the_limit_ends(people: Population) -> None:
    strict = replace(OURS, limited_known_ms=24 * HOUR_MS)
    society = Society(people, OF, [Scripted()], Nobody(), strict)
    list(society.observed())
    account = society.cases[0].accounts[0]
    now_ms = account.born_ms + 48 * HOUR_MS
    account.contacts, account.talks = [1, 2], {1: now_ms - 24 * HOUR_MS, 2: now_ms - 23 * HOUR_MS}
    account.limited_until = now_ms + HOUR_MS
    society._send(account, Act(ActKind.SEND, account.number, (1, 2), severe=True), now_ms)
    assert society.cases[0].reached == {1}
    assert society.cases[0].severe_at == {(Since.FIRST, Stage.LIMITED): 1}
    society._timeline.end_ms = account.limited_until + 1  # what was held back is sent when the limit ends
    list(society._timeline.passing())
    assert society.cases[0].reached == {1, 2}


def test_whoever_came_by_an_invite_has_no_limits_of_first_days(people: Population) -> None:
    by_invite = Society(people, OF, [Scripted(once=ask(*range(400)))], Nobody(), replace(OURS, first_days=False))
    asked = [one for one in by_invite.observed() if one.kind is ObservedKind.ASKED and one.other]
    assert LIMITS["contact.ask_first_day"].burst < len(asked) == LIMITS["contact.ask"].burst


def test_a_contact_that_a_warned_person_froze_is_told_nothing_and_not_met(people: Population) -> None:
    class Aids(Nobody):
        aids = True

    of = OF.changed(aids__noticed=0.6, aids__noticed_demand=0.8, aids__heeded=0.7)
    met: list[int] = []
    for watcher in (Nobody(), Aids()):
        society = Society(Population(4, 2_000, 6, of), of, [Scripted()], watcher)
        list(society.observed())
        account = society.cases[0].accounts[0]
        account.contacts = list(range(300))
        account.talks = dict.fromkeys(account.contacts, 0)
        society._send(account, Act(ActKind.SEND, account.number, tuple(account.contacts), severe=True), society.end_ms)
        assert account.contacts == list(range(300)), "it is told of nothing"
        met.append(sum(society.cases[0].severe_at.values()))
    assert met[0] == 300
    assert 0.45 * 300 < met[1] < 0.70 * 300, "six of ten scripts are known, and seven of ten people heed it"
