# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Campaigns are found, and people who act as one are not: fans, classes, companies, newsrooms, prayer groups."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from bench.campaigns import Attack, world

from privity.desk.signals.coordination.finding import find
from privity.desk.signals.coordination.model import DAY_MS, Kind, View
from tests.desk.signals.coordination.weeks import PEOPLE, STRONG, clusters, found, week

SLOW = replace(STRONG, jitter_h=24)
COVERED = replace(STRONG, jitter_h=4, cover=3)
ATTACKS = (STRONG, SLOW, COVERED)


def test_every_account_of_a_campaign_is_found_and_nobody_else() -> None:
    made = week(*ATTACKS)
    hit = found(made, clusters(*ATTACKS))
    assert hit[made.campaign >= 0].mean() >= 0.95
    assert not hit[made.campaign < 0].any()


def test_people_who_act_as_one_are_left_alone() -> None:
    made = week()
    assert {"fans", "class", "company", "newsroom", "prayer", "news", "watch", "outrage"} == set(made.groups)
    assert clusters() == ()


def test_it_is_told_from_them_by_how_its_accounts_came_to_be_and_not_by_keeping_time() -> None:
    """The same acts, at the same times, by old accounts that ask nobody: they are fans."""
    rooms = replace(STRONG, rooms_only=True)
    assert found(week(rooms), clusters(rooms))[week(rooms).campaign >= 0].mean() >= 0.95
    old = replace(rooms, hijacked=1.0)
    assert clusters(old) == ()


def test_a_company_is_left_alone_because_nobody_else_is_in_its_rooms() -> None:
    """And found, where others are."""
    made = week()
    company = np.flatnonzero(made.group == made.groups.index("company"))
    rooms = np.unique(made.acts.object[np.isin(made.acts.account, company)])
    inside = np.isin(made.acts.object, rooms) & np.isin(made.acts.account, company)
    others = np.flatnonzero((made.group < 0) & (made.campaign < 0))
    busiest = np.bincount(made.acts.object[inside], minlength=len(made.acts.objects)).argsort()[-10:]
    rng = np.random.default_rng(3)
    came = np.concatenate([rng.choice(others, 60) for _ in busiest]).astype(np.int32)
    acts = replace(
        made.acts,
        account=np.concatenate([made.acts.account, came]),
        object=np.concatenate([made.acts.object, np.repeat(busiest, 60).astype(np.int32)]),
        at_ms=np.concatenate([made.acts.at_ms, made.acts.at_ms.min() + rng.integers(0, 7 * DAY_MS, len(came))]),
        known=np.concatenate([made.acts.known, np.zeros(len(came), np.bool_)]),
        accepted=np.concatenate([made.acts.accepted, np.zeros(len(came), np.bool_)]),
    )
    assert clusters() == ()
    (cluster,) = find(acts, 1)
    members = {acts.accounts.index(member.account) for member in cluster.members}
    assert len(members & set(company.tolist())) >= 0.8 * len(members)
    assert cluster.why.source_share >= 0.8


def test_who_takes_days_is_found_by_objects_alone() -> None:
    made = week(SLOW)
    names = set(np.array(made.acts.accounts)[made.campaign >= 0])
    ours = [each for each in clusters(SLOW) if {member.account for member in each.members} <= names]
    assert len(ours) == 2
    assert all(View.SHARED_OBJECTS in each.views for each in ours)


def test_few_accounts_of_one_network_are_found_by_less() -> None:
    weak = Attack(overlap=0.4, cells=(20, 20), jitter_h=24)
    made = world(PEOPLE, [(weak, 3)], 5)
    without = found(made, find(made.acts, 5))[made.campaign >= 0].mean()
    near = world(PEOPLE, [(replace(weak, networks=1), 3)], 5)
    with_networks = find(near.acts, 5)
    assert found(near, with_networks)[near.campaign >= 0].mean() > without
    assert any(View.INFRASTRUCTURE in each.views for each in with_networks)
    assert not found(near, with_networks)[near.campaign < 0].any()


def test_the_evidence_says_what_they_did_when_and_who_else_did() -> None:
    made = week(*ATTACKS)
    strongest = clusters(*ATTACKS)[0]
    assert strongest.score == max(each.score for each in clusters(*ATTACKS))
    assert strongest.why.burst_share >= 0.9 and strongest.why.outward >= 3
    for each in strongest.shared:
        assert made.acts.at_ms.min() <= each.from_ms <= each.to_ms <= made.acts.at_ms.max()
        assert 3 <= each.members <= len(strongest.members)
        assert isinstance(each.kind, Kind) and each.others >= 0
    for member in strongest.members:
        assert 3 <= member.shared <= len(strongest.shared) and member.first_of <= member.shared


def test_the_order_of_the_acts_and_the_names_play_no_part() -> None:
    made = week(STRONG)
    order = np.random.default_rng(1).permutation(made.acts.size)
    acts = replace(
        made.acts,
        account=made.acts.account[order],
        object=made.acts.object[order],
        at_ms=made.acts.at_ms[order],
        known=made.acts.known[order],
        accepted=made.acts.accepted[order],
    )
    assert [each.members for each in find(acts, 7)] == [each.members for each in clusters(STRONG)]


@pytest.mark.parametrize("count", [0, 1, 11])
def test_too_few_acts_are_nothing(count: int) -> None:
    made = week()
    acts = replace(
        made.acts,
        account=made.acts.account[:count],
        object=made.acts.object[:count],
        at_ms=made.acts.at_ms[:count],
        known=made.acts.known[:count],
        accepted=made.acts.accepted[:count],
    )
    assert find(acts, 1) == []


def test_it_ends_where_nobody_waits_for_it() -> None:
    assert find(week(STRONG).acts, 7, wanted=lambda: False) == []
    asked: list[int] = []

    def wanted() -> bool:
        asked.append(1)
        return len(asked) < 6

    assert find(week(STRONG).acts, 7, wanted=wanted) == []
    assert len(asked) == 6
