# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""All implementations in one group."""

from __future__ import annotations

import pytest

from tests.interop import together
from tests.interop.conftest import Have
from tests.interop.peers import OTHERS, OURS

PEERS = (OURS, *OTHERS)


@pytest.mark.parametrize(
    ("maker", "suite"), together.CELLS, ids=lambda part: f"together-{part}" if part in PEERS else None
)
def test_all_in_one_group(maker: str, suite: int, have: Have) -> None:
    together.everybody(have(*together.names(suite, maker)), maker, suite)
