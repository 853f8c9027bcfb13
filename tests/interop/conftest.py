# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The peers' processes, started once for all cells, and the page that a whole run writes.

Without `make interop`, or PRIVITY_REQUIRE naming it, no peer starts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.interop import table
from tests.interop.peers import Started, absent

TABLE = "write"
"""The value of PRIVITY_INTEROP by which `make interop` has the page written."""
REQUIRED = "interop" in os.environ.get("PRIVITY_REQUIRE", "").split(",")
ASKED_FOR = REQUIRED or bool(os.environ.get("PRIVITY_INTEROP"))

Have = Callable[..., Started]

shown: dict[str, bool] = {}
"""By the name in brackets: whether each test with one passed. What was skipped is not in it."""


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    place, bracket, rest = report.nodeid.partition("[")
    told = report.failed or (report.passed and report.when == "call")
    if bracket and place.startswith("tests/interop/") and told:
        name = rest.removesuffix("]")
        shown[name] = shown.get(name, True) and report.passed


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the page, when every cell of it was tried."""
    if os.environ.get("PRIVITY_INTEROP") != TABLE:
        return
    untried = table.names() - set(shown)
    if untried:
        said = session.config.pluginmanager.get_plugin("terminalreporter")
        if said is not None:
            said.write_line(f"\n{len(untried)} cells were not tried, so {table.PAGE.name} stays as it is")
    else:
        table.write(shown)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where nobody asked for it, one test of each file stays and says so by being skipped."""
    if ASKED_FOR:
        return
    stand_ins: dict[Path, pytest.Item] = {}
    others = []
    for item in items:
        if "have" in getattr(item, "fixturenames", ()) and stand_ins.setdefault(item.path, item) is not item:
            others.append(item)
    config.hook.pytest_deselected(items=others)
    dropped = set(others)
    items[:] = [item for item in items if item not in dropped]


@pytest.fixture(scope="session")
def running() -> Iterator[Started]:
    started = Started({})
    yield started
    started.close()


@pytest.fixture
def have(running: Started) -> Have:
    """The peers named, or a skip that says what is missing; where interop is required, a failure."""

    def peers(*names: str) -> Started:
        if not ASKED_FOR:
            pytest.skip("make interop runs this")
        lacking = absent(names)
        if lacking is not None and REQUIRED:
            pytest.fail(f"interop is required: {lacking}")
        if lacking is not None:
            pytest.skip(lacking)
        return running

    return peers
