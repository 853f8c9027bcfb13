# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A desk with legal requests, and a hub that it asks."""

from __future__ import annotations

import pytest

from tests.desk.legal.casework import Casework
from tests.desk.legal.collecting.collectors import Desk


@pytest.fixture
def desk(work: Casework) -> Desk:
    return Desk(work)
