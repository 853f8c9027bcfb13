# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Severe views of scripted extortion by how far hub and desk were, with the aids on devices and without.

`python -m bench.severe_views` plays four worlds of 5,000 people for ten days, ten extortionists in each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from statistics import fmean, median
from typing import Final

from privity.lab import arms
from privity.lab.account import Case, Stage
from privity.lab.harms.extortion import Extortionist
from privity.lab.parameters import Parameters, shipped
from privity.lab.population import Population
from privity.lab.rules import shipped_rules
from privity.lab.watching import Nobody, Watcher

SEEDS: Final = (1, 2, 3, 4)
PEOPLE: Final = 5_000
DAYS: Final = 10
CASES: Final = 10
AIDS: Final = ("aids.noticed", "aids.noticed_demand", "aids.heeded")


def main() -> None:
    """Print a table in Markdown."""
    table, rules = shipped(), shipped_rules()
    print(f"| | mean | median | cases with none | {' | '.join(Stage)} |")
    print(f"|---|{'---|' * (3 + len(Stage))}")
    print(_row("no signal", [case for seed in SEEDS for case in _cases(seed, table, Nobody())]))
    for name, parameters, without in (
        ("all signals, no aids", table, arms.AIDS),
        ("all, aids at the low end", _at_end(table, high=False), ""),
        ("all, aids in the middle", table, ""),
        ("all, aids at the high end", _at_end(table, high=True), ""),
    ):
        print(_row(name, [one for seed in SEEDS for one in _cases(seed, parameters, arms.watching(rules, without))]))


def _at_end(table: Parameters, *, high: bool) -> Parameters:
    ends: Mapping[str, float] = {name: table.rows[name].high if high else table.rows[name].low for name in AIDS}
    return table.changed(**{name.replace(".", "__"): value for name, value in ends.items()})


def _cases(seed: int, parameters: Parameters, watcher: Watcher) -> list[Case]:
    def cast(_people: Population, _of: Parameters) -> list[Extortionist]:
        return [Extortionist() for _ in range(CASES)]

    return arms.played(arms.population(seed, PEOPLE, DAYS, parameters), parameters, cast, watcher).cases


def _row(name: str, cases: list[Case]) -> str:
    each = [case.severe_at.total() for case in cases]
    at: Counter[Stage] = sum((case.severe_at for case in cases), Counter())
    stages = " | ".join(f"{at[stage] / len(cases):.2f}" for stage in Stage)
    none = sum(views == 0 for views in each) / len(each)
    return f"| {name} | {fmean(each):.1f} | {median(each):g} | {none:.0%} | {stages} |"


if __name__ == "__main__":
    main()
