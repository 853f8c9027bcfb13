# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Campaigns found among people who act as one as well, by the strength of the attacker: the rows of `bench.signals`.

All strengths are in the same invented week, several campaigns of each: what is found of one is found beside all others.
An account of a campaign is found where it is in a cluster that is put before people; a person in such a cluster is a
false positive, charged to the strength that most of its members have.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import mean, stdev
from typing import Final

import numpy as np
from scipy.stats import chi2, t

from bench.campaigns import Attack, World, world
from bench.format import Row
from privity.desk.signals.coordination.finding import find
from privity.desk.signals.coordination.model import Longs

BARRED: Final[Mapping[str, Attack]] = {
    "jitter 1 h, cover 1x": Attack(),
    "jitter 4 h, cover 1x": Attack(jitter_h=4),
    "jitter 1 h, cover 3x": Attack(cover=3),
    "jitter 4 h, cover 3x": Attack(jitter_h=4, cover=3),
}
"""Strengths that the bars are about: at each, 60 % of the objects are shared."""
OTHERS: Final[Mapping[str, Attack]] = {
    "jitter 12 h": Attack(jitter_h=12),
    "jitter 24 h": Attack(jitter_h=24),
    "jitter 24 h, cover 3x": Attack(jitter_h=24, cover=3),
    "cover 10x": Attack(cover=10),
    "overlap 30 %": Attack(overlap=0.3),
    "overlap 30 %, jitter 4 h": Attack(overlap=0.3, jitter_h=4),
    "cells of 8-20": Attack(cells=(8, 20)),
    "cells of 8-20, jitter 4 h": Attack(cells=(8, 20), jitter_h=4),
    "30 % hijacked, jitter 4 h": Attack(jitter_h=4, hijacked=0.3),
    "all hijacked, jitter 4 h": Attack(jitter_h=4, hijacked=1.0),
    "all hijacked, rooms alone": Attack(hijacked=1.0, rooms_only=True),
    "made over a year, rooms alone": Attack(born_days=365, rooms_only=True),
    "5 objects": Attack(objects=5),
}
ATTACKS: Final = {**BARRED, **OTHERS}


@dataclass(slots=True)
class _Seen:
    """Of one strength, seed by seed."""

    recall: list[float] = field(default_factory=list)
    found: int = 0
    wrong: int = 0


def rows(quick: bool) -> list[Row]:
    """Everything, in the order in which it is read."""
    people, often, seeds = (60_000, 1, 1) if quick else (300_000, 3, 5)
    seen = {name: _Seen() for name in ATTACKS}
    proposed = groups = acts = wrong = 0
    seconds = 0.0
    for seed in range(1, seeds + 1):
        made = world(people, [(attack, often) for attack in ATTACKS.values()], seed)
        started = time.process_time()
        found = find(made.acts, seed)
        seconds += time.process_time() - started
        acts += made.acts.size
        number = {name: at for at, name in enumerate(made.acts.accounts)}
        clusters = [np.array([number[member.account] for member in each.members]) for each in found]
        wrong += _counted(made, clusters, often, seen)
        groups += len(made.groups)
        proposed += _groups(made, clusters)
    rows_made = [row for name, each in seen.items() for row in _of(name, each, people * seeds)]
    return [
        *rows_made,
        Row(
            "coordination: people in clusters, for each million", 1e6 * wrong / (people * seeds), "people", "ours <= 10"
        ),
        Row("coordination: the same, upper end of 95 %", 1e6 * _most(wrong) / (people * seeds), "people"),
        Row(f"coordination: of {groups} benign groups, put before people", proposed, "groups"),
        Row("coordination: acts looked through", acts / seconds, "acts/cpu_s"),
    ]


def _counted(made: World, clusters: Sequence[Longs], often: int, seen: Mapping[str, _Seen]) -> int:
    """Count one week; the people in any cluster."""
    names = list(seen)
    hit = np.zeros(len(made.campaign), dtype=np.bool_)
    for members in clusters:
        hit[members] = True
        campaigns = made.campaign[members]
        wrong = int((campaigns < 0).sum())
        if wrong < len(members):
            strength = np.bincount(campaigns[campaigns >= 0] // often, minlength=len(names)).argmax()
            seen[names[int(strength)]].wrong += wrong
    for at, name in enumerate(names):
        ours = (made.campaign >= 0) & (made.campaign // often == at)
        seen[name].recall.append(float(hit[ours].mean()))
        seen[name].found += int(hit[ours].sum())
    return int((hit & (made.campaign < 0)).sum())


def _groups(made: World, clusters: Sequence[Longs]) -> int:
    """Benign groups of which half is in clusters."""
    hit = np.zeros(len(made.campaign), dtype=np.bool_)
    for members in clusters:
        hit[members] = True
    return sum(bool(hit[made.group == at].mean() >= 0.5) for at in range(len(made.groups)) if (made.group == at).any())


def _of(name: str, seen: _Seen, people: int) -> list[Row]:
    barred = name in BARRED
    made = [Row(f"coordination, {name}: recall", mean(seen.recall), "share", "ours >= 0.95" if barred else None)]
    if len(seen.recall) > 1:
        made.append(Row(f"coordination, {name}: recall, lower end of 95 %", _least(seen.recall), "share"))
    if seen.found:
        precision = seen.found / (seen.found + seen.wrong)
        made.append(Row(f"coordination, {name}: precision", precision, "share"))
    per_million = 1e6 * seen.wrong / people
    bar = "ours <= 10" if barred else None
    return [*made, Row(f"coordination, {name}: people taken along, for each million", per_million, "people", bar)]


def _least(values: Sequence[float]) -> float:
    """The lower end of the interval of Student's distribution, over the seeds."""
    width = float(t.ppf(0.975, len(values) - 1)) * stdev(values) / len(values) ** 0.5
    return float(max(0.0, mean(values) - width))


def _most(count: int) -> float:
    """The upper end of the exact interval of a count."""
    return float(chi2.ppf(0.975, 2 * (count + 1)) / 2)


if __name__ == "__main__":
    import sys

    from bench.format import table

    print(table(rows("--quick" in sys.argv)))
