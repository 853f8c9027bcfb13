# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Each attack of the ghost drill succeeds, by its name, as soon as its defence is gone."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest

from privity.faces.drill.launch import BREAKS
from tests.faces import broken
from tests.faces.broken import Done, each_of_its_own


def runs() -> list[list[str]]:
    """Which defences are taken away in one run: of each attack one, and none of a hub or witness beside another."""
    found: list[list[str]] = []
    for name, one in BREAKS.items():
        fits = [
            names
            for names in found
            if {one.process, *(BREAKS[other].process for other in names)} == {"device"}
            and one.check not in {BREAKS[other].check for other in names}
        ]
        if fits:
            fits[0].append(name)
        else:
            found.append([name])
    return found


RUNS: Final = runs()


@cache
def run_without(names: tuple[str, ...]) -> Done:
    """Only the attacks that these defences stop, each without its own. Nothing may be left of it."""
    options = [(("--only", BREAKS[name].check), ("--break", name)) for name in names]
    with TemporaryDirectory(prefix="privity-without-") as name:
        folder = Path(name)
        done = broken.run(
            "drill", "ghost", *(word for pair in options for option in pair for word in option), TMPDIR=str(folder)
        )
        assert list(folder.iterdir()) == []
    return done


@pytest.mark.parametrize("name", each_of_its_own(RUNS))
def test_an_attack_succeeds_by_its_name_where_a_defence_is_gone(name: str) -> None:
    together = next(names for names in RUNS if name in names)
    done = run_without(tuple(together))
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    failed = [line for line in done.stdout.splitlines() if line.startswith(f"FAILED {BREAKS[name].check}: ")]
    assert len(failed) == 1, done.stdout
    assert "expected" not in failed[0], "the attack must succeed, and not only be refused by another name"
    assert done.stdout.splitlines()[-1] == f"drill ghost: 0 of {len(together)}"


def test_each_defence_is_taken_away_in_one_run() -> None:
    assert sorted(name for names in RUNS for name in names) == sorted(BREAKS)
