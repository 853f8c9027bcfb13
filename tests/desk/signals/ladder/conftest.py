# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A desk with rules."""

from __future__ import annotations

import pytest

from tests.desk.house import House
from tests.desk.signals.ladder.rule_house import RuleHouse


@pytest.fixture
def rules(house: House) -> RuleHouse:
    return RuleHouse(house)
