# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A house that releases. Its packages are verified here and now; `own_process` has them verified as the desk does."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from privity.production import writing
from privity.production.standalone import verify_package
from privity.production.writing import Report
from tests.desk.legal.releasing.floor import Floor


@pytest.fixture
def floor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Floor]:
    if "own_process" not in request.fixturenames:
        monkeypatch.setattr(writing, "verify", here_and_now)
    floor = Floor.at(tmp_path)
    yield floor
    floor.db.close()


@pytest.fixture
def own_process() -> None:
    """The verifier runs in a process of its own."""


def here_and_now(folder: Path, keys: Path, roots: Path) -> Report:
    """The same lines without a process for each of them."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        verify_package.main([str(folder), "--keys", str(keys), "--tsa", str(roots), "--json"])
    return msgspec.json.decode(out.getvalue(), type=Report)
