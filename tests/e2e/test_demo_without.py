# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The demo fails by name with any defence disabled."""

from __future__ import annotations

from functools import cache
from typing import Final

import pytest

from privity.faces.demo.launch import BREAKS
from tests.faces import broken
from tests.faces.broken import Done, each_of_its_own

RUNS: Final = (
    ("consent", "minors"),
    ("removal", "receiver-check", "file-hash", "frank-check", "authorship", "session-proof", "standing"),
    ("names-in-content", "request-mac", "durability"),
    ("encryption", "pinning"),
    ("key-leaves", "key-log"),
)
"""Which defences are taken away in one run, in the order of the checks that watch them: none does another's work."""


@cache
def run_without(names: tuple[str, ...]) -> Done:
    """No more of the demo than the checks of these defences need."""
    options = [("--break", name, "--only", BREAKS[name].check) for name in names]
    return broken.run("demo", *(word for option in options for word in option))


@pytest.mark.parametrize("name", each_of_its_own(RUNS))
def test_a_disabled_defence_fails_the_check_that_watches_it(name: str) -> None:
    """The demo ends at the last check of those that are to fail; the whole of it is played in the proof below."""
    together = next(names for names in RUNS if name in names)
    done = run_without(together)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED ")]
    assert sum(line.startswith(f"FAILED {BREAKS[name].check}: ") for line in failed) == 1, done.stdout
    assert len(failed) == len(together), done.stdout
    assert done.stdout.splitlines()[-1] == failed[-1]


def test_each_defence_is_taken_away_in_one_run() -> None:
    assert sorted(name for names in RUNS for name in names) == sorted(BREAKS)
