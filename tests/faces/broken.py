# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Demos and drills as a person would start them, and those with a defence taken away, which take long."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable

import pytest

LIMIT_S = 300
"""Of a run that takes half a minute where nothing else runs."""
ENVIRONMENT = {**os.environ, "NO_COLOR": "1", "COLUMNS": "200"}
Done = subprocess.CompletedProcess[str]


def run(*arguments: str, **more: str) -> Done:
    """A command as a person would start it, with `more` in its environment."""
    command, environment = [sys.executable, "-m", "privity.cli", *arguments], {**ENVIRONMENT, **more}
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    try:
        try:
            out, err = child.communicate(timeout=LIMIT_S)
        except subprocess.TimeoutExpired:  # what it said so far says more
            child.terminate()
            out, err = child.communicate(timeout=LIMIT_S)
    finally:
        child.terminate()  # if it still runs: unlike a kill, this makes it end the processes that it has started
    return Done(command, child.wait(LIMIT_S), out, err)


def each_of_its_own(groups: Iterable[Iterable[str]]) -> list[object]:
    """The defences as parameters: those of one group in one process, and beside the rest of their file."""
    return [
        pytest.param(name, marks=pytest.mark.xdist_group(f"without {'+'.join(names)}"))
        for names in map(tuple, groups)
        for name in names
    ]
