# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`python -m tests.mutants COMMIT [PATH...]`: try every small change of mls, or of the modules at these paths."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tests.mutants.hunt import Hunt
from tests.mutants.known import judge, read
from tests.mutants.plan import Plan
from tests.mutants.repeatable import Repeatable
from tests.mutants.results import LIVING, Results

REPOSITORY = Path(__file__).resolve().parents[2]


def of_the_house(commit: str) -> Plan:
    """Everything of mls, noticed by its own tests."""
    return Plan(
        root=REPOSITORY / "src",
        package="privity/mls",
        tests=["tests/mls"],
        known=REPOSITORY / "tests" / "mutants.toml",
        results=REPOSITORY / "build" / f"mutants-{commit}.txt",
        arguments=["-p", "no:terminal", "-m", "not prove and not last"],
    )


def run(plan: Plan, limits: Sequence[str]) -> int:
    """0 when every change is noticed or listed with a reason, and nothing is listed that need not be; else 1.

    1 as well when a test fails without any change: what it would have noticed is not known then.
    """
    known = read(plan.known)
    sources = plan.chosen(limits)
    results = Results.read(plan.results)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        listed = {each.name for each in known}
        hunt = Hunt(sources, results, progress, plan.arguments, plan.at_least, listed)
        status = pytest.main([*plan.arguments, *plan.tests], plugins=[hunt, Repeatable()])
    if not hunt.done:
        print(f"mutants: {hunt.error or f'pytest ended with status {int(status)}'}")
        return 1
    verdicts = {
        mutant.name: results.of(source.digest, mutant.name) for source in sources for mutant in source.mutants()
    }
    living = [name for name, verdict in verdicts.items() if verdict in LIVING or verdict is None]
    unlisted, stale = judge(known, living, [source.file for source in sources])
    for name in hunt.failing:
        print(f"fails on the unchanged program: {name}")
    for name in unlisted:
        print(f"survives: {name}")
    for name in stale:
        print(f"listed, but does not survive: {name}")
    print(
        f"mutants: {len(verdicts)} in {len(sources)} files, {len(verdicts) - len(living)} noticed, "
        f"{len(living) - len(unlisted)} listed with a reason, {len(unlisted)} survive, {len(stale)} entries are stale"
    )
    return 1 if unlisted or stale or hunt.failing else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: python -m tests.mutants COMMIT [PATH...]")
    sys.exit(run(of_the_house(sys.argv[1]), sys.argv[2:]))
