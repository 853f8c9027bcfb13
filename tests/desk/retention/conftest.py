# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A fresh desk that has looked once."""

from __future__ import annotations

import pytest

from tests.desk.house import House
from tests.desk.retention.years import Years


@pytest.fixture
def years(house: House) -> Years:
    return Years(house)
