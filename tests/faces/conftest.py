# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What takes longer than what is tested of it: a hub with accounts, once for a module; runs, begun with the session."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future

import pytest

from privity.faces.demo.home import Home
from tests.faces.broken import BEGUN, Done, asking, begin
from tests.faces.shell import Town, settle


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    home = Home(tmp_path_factory.mktemp("town"))
    try:
        yield settle(home)
    finally:
        home.stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever asks for a run that takes long asks late."""
    late = set(asking(items))
    items.sort(key=lambda item: item in late)


def pytest_collection_finish(session: pytest.Session) -> None:
    if not session.config.option.collectonly:
        session.stash[BEGUN] = begin(session.items)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if BEGUN in session.stash:
        session.stash[BEGUN].end()


@pytest.fixture
def broken(request: pytest.FixtureRequest) -> dict[str, Future[Done]]:
    """The runs of this module, by the defence that is taken away."""
    return request.session.stash[BEGUN].of(request.module.__name__)
