# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Severe views of scripted extortion by how far hub and desk were, and what another rule of the hub would change.

`python -m bench.severe_views` plays twenty worlds of 5,000 people for ten days, ten extortionists in each.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean, median
from typing import Final

from privity.desk.signals.language.rule_set import RuleSet
from privity.lab import arms
from privity.lab.account import Case, Since, Stage
from privity.lab.harms.extortion import Extortionist
from privity.lab.hub_limits import OURS, HubRules
from privity.lab.intervals import interval
from privity.lab.parameters import Parameters, shipped
from privity.lab.population import Population
from privity.lab.rules import shipped_rules
from privity.lab.watching import Nobody, Watcher
from privity.server.limits import DAY, HOUR, LIMITS, Limit

SEEDS: Final = 20
PEOPLE: Final = 5_000
DAYS: Final = 10
CASES: Final = 10
AIDS: Final = ("aids.noticed", "aids.noticed_demand", "aids.heeded")

Played = Sequence[Sequence[Case]]
"""Cases, world by world."""


@dataclass(frozen=True, slots=True)
class Lever:
    """Something a hub or a desk could do otherwise, and whether a host can choose it today."""

    name: str
    today: str
    parameters: Parameters
    hub: HubRules = OURS


def main(arguments: list[str] | None = None) -> None:
    """Print two tables in Markdown."""
    parser = argparse.ArgumentParser(prog="python -m bench.severe_views", description=str(__doc__).partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=SEEDS, help="how many worlds")
    seeds, rules, table = parser.parse_args(arguments).seeds, shipped_rules(), shipped()
    print("\n".join(_by_stage(seeds, rules, table)))
    print()
    print("\n".join(_by_lever(seeds, rules, levers(table))))


def levers(table: Parameters) -> list[Lever]:
    """Each is asked for alone, beside the hub as it is; the last is two of them."""
    by_invite = table.changed(harms__again_works=table.rows["harms.again_works"].low)
    sure = table.changed(desk__right_unreported=table.rows["desk.right_unreported"].high)
    known = replace(OURS, limited_known_ms=DAY)
    return [
        Lever("the hub as it is", "yes", table),
        Lever("registration by invite: a return works one time in five; nobody has limits of first days",
              "yes", by_invite, replace(OURS, first_days=False)),
        Lever("the same, limits of first days for everybody", "no", by_invite),
        Lever("5 asks at once in the first days, then one in two hours", "no", table, _asks(5, 2 * HOUR)),
        Lever("3 asks at once in the first days, then one in eight hours", "no", table, _asks(3, 8 * HOUR)),
        Lever("moderators look after half an hour instead of two",
              "staff", table.changed(desk__first_look_hours=table.rows["desk.first_look_hours"].low)),
        Lever("moderators act on nine of ten that a rule alone found, instead of six", "staff", sure),
        Lever("a limited account writes only where it has talked for a day", "no", table, known),
        Lever("both of these", "no", sure, known),
    ]  # fmt: skip


def _asks(burst: int, refill_ms: int) -> HubRules:
    fewer = {name: Limit(burst, refill_ms, "account", "a question") for name in LIMITS if "ask_first" in name}
    return replace(OURS, limits={**LIMITS, **fewer})


def _by_stage(seeds: int, rules: RuleSet, table: Parameters) -> list[str]:
    lines = [
        f"| | mean | median | cases with none | account | {' | '.join(Stage)} |",
        f"|---|{'---|' * (4 + len(Stage))}",
        *_stages("no signal", _played(seeds, table, Nobody())),
    ]
    for name, parameters, without in (
        ("all signals, no aids", table, arms.AIDS),
        ("all, aids at the low end", _at_end(table, high=False), ""),
        ("all, aids in the middle", table, ""),
        ("all, aids at the high end", _at_end(table, high=True), ""),
    ):
        lines += _stages(name, [_cases(seed, parameters, arms.watching(rules, without)) for seed in _seeds(seeds)])
    return lines


def _by_lever(seeds: int, rules: RuleSet, chosen: Sequence[Lever]) -> list[str]:
    lines = ["| | today | severe views | less than as it is | after a ban | victims | cases with none |",
             "|---|---|---|---|---|---|---|"]  # fmt: skip
    before: list[float] = []
    for lever in chosen:
        worlds = [_cases(seed, lever.parameters, arms.watching(rules, arms.AIDS), lever.hub) for seed in _seeds(seeds)]
        means = [fmean(case.severe_at.total() for case in cases) for cases in worlds]
        before = before or means
        less = interval(one - other for one, other in zip(before, means, strict=True)) if means is not before else "-"
        cases = [case for world in worlds for case in world]
        back = sum(many for case in cases for (since, _), many in case.severe_at.items() if since is Since.BACK)
        victims = fmean(len({view.victim for view in case.views}) for case in cases)
        none = fmean(not case.severe_at for case in cases)
        lines.append(
            f"| {lever.name} | {lever.today} | {interval(means)} | {less} | {back / len(cases):.2f}"
            f" | {victims:.2f} | {none:.0%} |"
        )
    return lines


def _seeds(many: int) -> range:
    return range(1, many + 1)


def _at_end(table: Parameters, *, high: bool) -> Parameters:
    ends: Mapping[str, float] = {name: table.rows[name].high if high else table.rows[name].low for name in AIDS}
    return table.changed(**{name.replace(".", "__"): value for name, value in ends.items()})


def _played(seeds: int, parameters: Parameters, watcher: Watcher) -> Played:
    return [_cases(seed, parameters, watcher) for seed in _seeds(seeds)]


def _cases(seed: int, parameters: Parameters, watcher: Watcher, hub: HubRules = OURS) -> list[Case]:
    def cast(_people: Population, _of: Parameters) -> list[Extortionist]:
        return [Extortionist() for _ in range(CASES)]

    people = arms.population(seed, PEOPLE, DAYS, parameters)
    return arms.played(people, parameters, cast, watcher, hub).cases


def _stages(name: str, worlds: Played) -> list[str]:
    """One line for accounts before a ban, one for those after it."""
    cases = [case for world in worlds for case in world]
    each = [case.severe_at.total() for case in cases]
    mean = interval(fmean(case.severe_at.total() for case in world) for world in worlds)
    at: Counter[tuple[Since, Stage]] = sum((case.severe_at for case in cases), Counter())
    heads = {Since.FIRST: f"| {name} | {mean} | {median(each):g} | {fmean(not views for views in each):.0%}"}
    return [
        f"{heads.get(since, '| | | |')} | {since} | "
        f"{' | '.join(f'{at[since, stage] / len(cases):.2f}' for stage in Stage)} |"
        for since in Since
    ]


if __name__ == "__main__":
    main()
