# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The rows about patterns, from worlds whose outcomes are given."""

from __future__ import annotations

from dataclasses import replace

import pytest
from bench.format import Row
from bench.signals_patterns import ALL, WITHOUT, Measured, table

from bench import signals_patterns
from privity.lab import arms
from privity.lab.attackers.cast import HELD_BACK
from privity.lab.metrics import Outcome
from privity.lab.truth import Harm

FREE = Outcome(2, 0.0, None, 10.0, 10.0, None, 4.0, 4.0, 100, 0.02)
HELD = Outcome(2, 1.0, 0.5, 2.0, 1.0, 3.0, 0.0, 0.5, 20, 0.004)


def measured(seed: int) -> Measured:
    held = replace(HELD, views=20 + seed)
    arms = {WITHOUT: FREE, ALL: held, "rules of contact": replace(held, views=60 + seed), "hash lists": held}
    return Measured(
        {arm: dict.fromkeys(Harm, outcome) for arm, outcome in arms.items()},
        {arm: dict.fromkeys(HELD_BACK, outcome) for arm, outcome in ((WITHOUT, FREE), (ALL, held))},
        dict.fromkeys(Harm, 0.9),
        (0, 0, 3),
        10.0 + seed,
        50.0,
    )


def row(rows: list[Row], begins: str) -> Row:
    (found,) = [one for one in rows if one.name.startswith(begins)]
    return found


def test_the_bars_stand_on_the_upper_end_and_on_the_median_case() -> None:
    rows = table([measured(seed) for seed in range(3)])
    reached = row(rows, "held back, scripted groomer: minors reached")
    assert reached.ours is not None and abs(reached.ours - 0.4) < 1e-9 and reached.met
    assert row(rows, "severe views of a case, median").met
    worse = [replace(measured(seed), severe=(0, 1, 1)) for seed in range(3)]
    assert row(table(worse), "severe views of a case, median").met is False


def test_each_harm_is_shown_with_and_without_signals() -> None:
    rows = table([measured(seed) for seed in range(3)])
    for harm in Harm:
        victims = row(rows, f"{harm}: victims of a case")
        assert (victims.ours, victims.peer, victims.peer_value) == (2.0, WITHOUT, 10.0)
        assert row(rows, f"{harm}: time to action").peer_value is None


def test_a_signal_left_out_names_the_harms_that_lose_by_it_and_no_others() -> None:
    rows = table([measured(seed) for seed in range(3)])
    lost = [one for one in rows if one.name.startswith("without rules of contact: views of")]
    assert len(lost) == len(Harm)
    assert lost[0].ours == 61 and lost[0].peer_value == 21
    assert row(rows, "without hash lists").skipped


def test_a_world_is_played_in_every_arm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arms, "signals", lambda _rules: {arms.MATCHING: frozenset()})
    found = signals_patterns.one_world(1, 1_000, 1)
    assert set(found.held_back[ALL]) == set(HELD_BACK)
    assert set(found.arms) == {WITHOUT, ALL, arms.MATCHING}
    assert found.arms[WITHOUT][Harm.SPAM].recall == 0 < found.arms[ALL][Harm.SPAM].recall
