# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Connections, idle memory and catching up, of a real hub within its own limits."""

from __future__ import annotations

import pytest
from bench.connections import FULL, QUICK, Sizes, goals, of_files
from bench.delivery import PER_DEVICE
from bench.errors import CannotRun
from bench.residents import PER_ADDRESS

from bench import connections
from bench import hub as hub_process
from privity.server.limits import LIMITS

TINY = Sizes(idle=6, warm_up=2, senders=2, missed=5, drains=2)


def test_load_stays_within_the_limits_of_the_hub() -> None:
    assert LIMITS["account.register"].burst >= PER_ADDRESS
    assert LIMITS["session.open"].burst >= PER_ADDRESS * (1 + max(FULL.drains, QUICK.drains))
    assert all(sizes.missed <= PER_DEVICE for sizes in (FULL, QUICK, TINY))


def test_bars_are_those_of_the_full_run() -> None:
    bars = {key: goal.bar for key, goal in goals(FULL).items() if goal.bar}
    assert bars == {"connect": "ours <= 0.8", "idle": "ours <= 20", "drain": "ours <= 0.5"}
    assert goals(QUICK)["drain"].bar is None


async def test_real_hub_is_measured() -> None:
    try:
        hub_process.disk_folder()
    except CannotRun as err:
        pytest.skip(f"missing: a disk ({err})")
    rows = await connections.rows(TINY)
    assert [row.skipped for row in rows] == [None] * (len(goals(TINY)) + len(of_files(TINY)))
    connect, _, drain, _, stored, written = rows
    assert (connect.ours or 0) > 0
    assert (drain.ours or 0) > 0
    assert (stored.ours or 0) > 0
    assert (written.ours or -1) >= 0
