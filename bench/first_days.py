# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the limit of an account's first days takes from abusers: `make bench-first_days`.

Twenty worlds of 4,000 people for seven days, all shipped rules and the aids on devices; each is played with the limit
and without it, with the same draws. "Less" is the mean over worlds of what the limit takes away, with 95 %.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from privity.lab import arms
from privity.lab.cases import abusers
from privity.lab.hub_limits import OURS, HubRules
from privity.lab.intervals import interval
from privity.lab.metrics import Outcome, outcomes
from privity.lab.parameters import shipped
from privity.lab.rules import shipped_rules
from privity.lab.truth import Harm

SEEDS: Final = 20
PEOPLE: Final = 4_000
DAYS: Final = 7
WITHOUT: Final = replace(OURS, first_days=False)


def main(arguments: list[str] | None = None) -> None:
    """Play, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.first_days", description=str(__doc__).partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=SEEDS, help="how many worlds, two at least")
    seeds = range(1, parser.parse_args(arguments).seeds + 1)
    worlds = [(_played(seed, WITHOUT), _played(seed, OURS)) for seed in seeds]
    print("| | victims of a case | with the limit | less | severe views | with the limit | less |")
    print("|---|---|---|---|---|---|---|")
    for harm in Harm:
        pairs = [(before[harm], after[harm]) for before, after in worlds if harm in before and harm in after]
        if len(pairs) > 1:
            victims = [(before.victims, after.victims) for before, after in pairs]
            severe = [(before.severe_mean, after.severe_mean) for before, after in pairs]
            print(f"| {harm.value} | {_row(victims)} | {_row(severe)} |")


def _played(seed: int, hub: HubRules) -> Mapping[Harm, Outcome]:
    table = shipped()
    people = arms.population(seed, PEOPLE, DAYS, table)
    return outcomes(arms.played(people, table, abusers, arms.watching(shipped_rules()), hub))


def _row(pairs: list[tuple[float, float]]) -> str:
    before, after = zip(*pairs, strict=True)
    return f"{interval(before).mean:.2f} | {interval(after).mean:.2f} | {interval(b - a for b, a in pairs)}"


if __name__ == "__main__":
    main()
