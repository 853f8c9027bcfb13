# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Attacks upon the method: hiding among what many like, dragging innocents in, and looking like harmless groups."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from privity.desk.signals.coordination import service
from privity.desk.signals.coordination.finding import find
from privity.desk.signals.coordination.model import DAY_MS, HOUR_MS, Cluster, Member
from tests.desk.signals.coordination.weeks import STRONG, clusters, found, week, with_acts


def framed(count: int, lead_ms: int, age_days: int = 700) -> tuple[list[Cluster], str]:
    """A campaign goes where an innocent account goes, so often; the innocent acts so long before them."""
    made = week(STRONG)
    innocent = int(np.flatnonzero((made.group < 0) & (made.campaign < 0))[0])
    ours = np.flatnonzero(made.campaign == 0)
    acts = made.acts
    objects = np.bincount(acts.object[np.isin(acts.account, ours)], minlength=len(acts.objects)).argsort()[::-1][:count]
    first = [int(acts.at_ms[np.isin(acts.account, ours) & (acts.object == one)].min()) for one in objects]
    middle = [int(np.median(acts.at_ms[np.isin(acts.account, ours) & (acts.object == one)])) for one in objects]
    at_ms = [one - lead_ms for one in first] if lead_ms else middle
    born = acts.born_ms.copy()
    born[innocent] = acts.at_ms.max() - age_days * DAY_MS
    return find(with_acts(replace(acts, born_ms=born), innocent, objects.tolist(), at_ms), 7), acts.accounts[innocent]


def member(found: list[Cluster], account: str) -> list[Member]:
    return [each for one in found for each in one.members if each.account == account]


@pytest.mark.parametrize("count", [1, 2])
def test_two_shared_acts_drag_nobody_in(count: int) -> None:
    clusters, innocent = framed(count, 0)
    assert clusters and member(clusters, innocent) == []


def test_an_old_account_that_is_dragged_in_by_many_acts_is_never_slowed() -> None:
    clusters, innocent = framed(9, 0)
    (dragged,) = member(clusters, innocent)
    assert dragged.standing
    for each in clusters:
        assert innocent not in {one.account for one in service.slowable(each)}


def test_who_is_followed_is_never_slowed_however_young() -> None:
    clusters, innocent = framed(9, HOUR_MS // 60, age_days=3)
    for dragged in member(clusters, innocent):
        assert dragged.standing and dragged.first_of >= 0.6 * dragged.shared
    (late,) = member(framed(9, 0, age_days=3)[0], innocent)
    assert not late.standing, "who comes in the middle of them, as young as they, is one of them as far as acts say"


def test_popular_objects_hide_nobody() -> None:
    """Every second campaign goes where most people go."""
    made = week(STRONG)
    popular = made.campaign == 1
    assert found(made, clusters(STRONG))[popular].mean() >= 0.95


def test_cover_traffic_hides_nobody_up_to_three_times_the_acts() -> None:
    attack = replace(STRONG, cover=3.0)
    made = week(attack)
    assert found(made, clusters(attack))[made.campaign >= 0].mean() >= 0.95


def test_strangers_whom_many_old_accounts_ask_tell_of_them() -> None:
    """Accounts that were taken over are as old as anybody's; but those whom they ask do not know them and say no."""
    attack = replace(STRONG, hijacked=1.0)
    made = week(attack)
    assert found(made, clusters(attack))[made.campaign >= 0].mean() >= 0.5
    assert all(each.why.unwelcome >= 0.75 for each in clusters(attack))


def test_nobody_of_a_weak_cluster_is_slowed_and_nobody_old() -> None:
    (strong, *_) = clusters(STRONG)
    strong = replace(strong, score=service.SLOWED)
    assert service.slowable(strong) != ()
    assert service.slowable(replace(strong, score=service.SLOWED - 1)) == ()
    old = replace(strong, members=tuple(replace(each, standing=True) for each in strong.members))
    assert service.slowable(old) == ()
