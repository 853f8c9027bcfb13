# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Spam behind accounts of one's own that say yes: what the rules find that count who does not want it.

`python -m bench.own_accounts` plays ten worlds of 5,000 people for 14 days, four such cases in each, alone in their
worlds: without signals, without the three rules, and with all. The same command gives the same table on any machine.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from statistics import fmean
from typing import Final

from privity.desk.signals.language.rule_set import RuleSet
from privity.lab import arms
from privity.lab.harms.vouched import Vouched
from privity.lab.intervals import interval
from privity.lab.metrics import outcomes
from privity.lab.parameters import Parameters, shipped
from privity.lab.population import Population
from privity.lab.rules import ShippedRules, shipped_rules
from privity.lab.society import Society
from privity.lab.watching import Nobody, Watcher

SEEDS: Final = 10
FIRST: Final = 301
PEOPLE: Final = 5_000
DAYS: Final = 14
CASES: Final = 4
ENOUGH: Final = 10
"""Strangers that an account has asked, from which on it is counted."""
NEW: Final = ("ContactRefused", "ContactRefusedMuch", "MinorsRefuse")
ROWS: Final = (
    "cases found",
    f"accounts found, of those that asked {ENOUGH} strangers",
    "of these slowed",
    "victims of a case before anything was done",
    "victims of a case",
    "views of what does harm",
)


def main(arguments: list[str] | None = None) -> None:
    """Print a table in Markdown."""
    parser = argparse.ArgumentParser(prog="python -m bench.own_accounts", description=str(__doc__).partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=SEEDS, help="how many worlds")
    print("\n".join(table(parser.parse_args(arguments).seeds, shipped_rules(), shipped())))


def table(seeds: int, rules: RuleSet, of: Parameters) -> list[str]:
    """A line for each number: means over worlds, and the paired difference that the three rules make."""
    watchers: dict[str, Callable[[], Watcher]] = {
        "no signal": Nobody,
        "before": lambda: ShippedRules(rules, NEW),
        "after": lambda: ShippedRules(rules),
    }
    found = {
        name: [_numbers(_played(seed, of, watcher())) for seed in range(FIRST, FIRST + seeds)]
        for name, watcher in watchers.items()
    }
    lines = [f"| | {' | '.join(found)} | difference |", "|---|---|---|---|---|"]
    for place, row in enumerate(ROWS):
        means = [str(interval([world[place] for world in worlds])) for worlds in found.values()]
        pairs = zip(found["after"], found["before"], strict=True)
        lines.append(f"| {row} | {' | '.join(means)} | {interval([a[place] - b[place] for a, b in pairs])} |")
    return lines


def _played(seed: int, of: Parameters, watcher: Watcher) -> Society:
    return arms.played(arms.population(seed, PEOPLE, DAYS, of), of, _cast, watcher)


def _cast(_people: Population, _of: Parameters) -> Sequence[Vouched]:
    return [Vouched() for _ in range(CASES)]


def _numbers(society: Society) -> tuple[float, ...]:
    """In the order of `ROWS`."""
    (outcome,) = outcomes(society).values()
    accounts = [
        account
        for case in society.cases
        if isinstance(case.attacker, Vouched)
        for account in case.accounts
        if case.attacker.asked.get(account.number, 0) >= ENOUGH
    ]
    return (
        outcome.recall,
        fmean(account.found for account in accounts) if accounts else 0.0,
        fmean(account.limited_until > 0 for account in accounts) if accounts else 0.0,
        outcome.victims_before,
        outcome.victims,
        outcome.views,
    )


if __name__ == "__main__":
    main()
