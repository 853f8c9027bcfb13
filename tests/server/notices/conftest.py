# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hub whose intake key the tests can open with, and somebody at its public form."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from privity.server.limits import LIMITS
from tests.attacks.open_hub import OpenHub, open_hub
from tests.server.notices.visiting import INTAKE_PUBLIC, Visitor


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[OpenHub]:
    async with open_hub(tmp_path, LIMITS, INTAKE_PUBLIC) as opened:
        yield opened
        assert opened.bugs() == []


@pytest.fixture
def visitor(hub: OpenHub) -> Visitor:
    return Visitor(hub.world)
