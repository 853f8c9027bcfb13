# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A small package with small tests, on which the hunt can be watched: what is noticed, what is not, what never ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

REPOSITORY = Path(__file__).resolve().parents[2]

PACKAGE = """
from functools import lru_cache

LIMIT = 3
UNUSED = 7
ONE = True
SAID = 5


def clamp(value: int) -> int:
    if value > LIMIT:
        return LIMIT
    return value


@lru_cache
def double(value: int) -> int:
    return value + value


def count(stop: int) -> int:
    at = stop - stop
    while at != stop:
        at += ONE
    return at


def share(whole: int, parts: int) -> int:
    if parts == 0:
        raise ValueError("no parts")
    return whole // parts


def halves(whole: int, parts: int) -> int:
    return share(whole, parts)


def never(value: int) -> bool:
    return value == 1
"""

TESTS = """
import pytest

from toy.numbers import SAID, clamp, count, double, halves, share

DOUBLED = double(2)


def test_clamp() -> None:
    assert [clamp(value) for value in (-1, 0, 1, 3, 4)] == [-1, 0, 1, 3, 3]


def test_double() -> None:
    assert double(2) == DOUBLED == 4


def test_what_is_said() -> None:
    assert SAID == 5


def test_count() -> None:
    assert count(5) == 5


def test_share() -> None:
    assert share(6, 2) == halves(6, 2) == 3
    with pytest.raises(ValueError):
        share(1, 0)
"""

CONFTEST = """
import gc


def pytest_collection_finish():
    gc.freeze()
"""

RUN = """
import sys
from pathlib import Path

from tests.mutants.__main__ import run
from tests.mutants.plan import Plan

folder = Path(sys.argv[1])
plan = Plan(
    root=folder / "src",
    package="toy",
    tests=[str(folder / "tests")],
    known=folder / "mutants.toml",
    results=folder / "results.txt",
    arguments=["-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:asyncio", "-c", str(folder / "pytest.ini")],
    at_least=0.5,
)
sys.exit(run(plan, sys.argv[2:]))
"""


class Toy:
    """The package in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.put("src/toy/__init__.py", "")
        self.put("src/toy/numbers.py", PACKAGE)
        self.put("src/toy/other.py", "TWO = 2\n")
        self.put("tests/test_numbers.py", TESTS)
        self.put("tests/conftest.py", CONFTEST)
        self.put("pytest.ini", "[pytest]\npythonpath = src\naddopts = --import-mode=importlib\n")

    def put(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).lstrip("\n"))

    def allow(self, *entries: tuple[str, str, str]) -> None:
        """Say which mutants of the module may survive: function, mutation, reason."""
        self.put(
            "mutants.toml",
            "".join(
                f'[[survivor]]\nfile = "toy/numbers.py"\nfunction = "{function}"\n'
                f'mutation = "{mutation}"\nreason = "{reason}"\n'
                for function, mutation, reason in entries
            ),
        )

    def hunt(self, *limits: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", RUN, str(self.folder), *limits],
            cwd=REPOSITORY,
            env={name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"},  # of the run around it
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    @property
    def results(self) -> list[list[str]]:
        return [line.split("\t") for line in (self.folder / "results.txt").read_text().splitlines()]
