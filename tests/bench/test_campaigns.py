# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The invented week of campaigns: the same again from the same seed, with the truth beside it, as strong as it says."""

from __future__ import annotations

import numpy as np
import pytest
from bench.campaigns import PER_WEEK, WEEK_MS, Attack, world
from bench.signals_coordination import ATTACKS, BARRED

PEOPLE = 4_000


def test_the_same_seed_gives_the_same_week_and_another_another() -> None:
    one, same, other = (world(PEOPLE, [(Attack(), 1)], seed).acts for seed in (3, 3, 4))
    for name in ("account", "object", "at_ms", "known", "accepted", "born_ms", "network", "inviter", "person", "kind"):
        assert (getattr(one, name) == getattr(same, name)).all()
    assert one.size != other.size or (one.at_ms != other.at_ms).any()


def test_people_act_as_often_as_stated_and_within_the_week() -> None:
    made = world(PEOPLE, [], 3)
    alone = np.isin(made.acts.account, np.flatnonzero(made.group < 0))
    assert alone.sum() / (made.group < 0).sum() == pytest.approx(PER_WEEK, rel=0.1)
    assert 0 <= made.acts.at_ms.max() - made.acts.at_ms.min() < WEEK_MS
    assert (made.acts.born_ms <= made.acts.at_ms.min() + WEEK_MS).all()


@pytest.mark.parametrize(("cover", "overlap"), [(1.0, 0.6), (3.0, 0.6), (1.0, 0.3)])
def test_a_campaign_is_as_strong_as_it_says(cover: float, overlap: float) -> None:
    attack = Attack(cover=cover, overlap=overlap, cells=(100, 100))
    made = world(PEOPLE, [(attack, 2)], 3)
    for number in (0, 1):
        ours = np.flatnonzero(made.campaign == number)
        assert len(ours) == 100
        acts = np.isin(made.acts.account, ours).sum() / len(ours)
        assert acts == pytest.approx(attack.objects * overlap * (1 + cover), rel=0.15)
    assert (made.campaign[:PEOPLE] < 0).all() and (made.group[PEOPLE:] < 0).all()


def test_the_bars_are_about_the_strengths_that_were_asked_for() -> None:
    assert {(each.jitter_h, each.cover) for each in BARRED.values()} == {(1.0, 1.0), (4, 1.0), (1.0, 3), (4, 3)}
    assert all(each.overlap == 0.6 and not each.hijacked and not each.rooms_only for each in BARRED.values())
    assert len(ATTACKS) == len(set(ATTACKS.values()))
