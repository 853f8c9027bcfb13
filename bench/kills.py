# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Killing a hub and a device over and over while people talk: what was acknowledged and is gone, or came twice.

The run is that of the attack (`tests/attacks/test_kill_the_hub.py`), which also checks order and message keys.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

from bench.errors import CannotRun
from bench.format import Goal, Row
from bench.hub import disk_folder

SENDS_A_KILL: Final = 100
SEED: Final = 8


async def rows(kills: int) -> list[Row]:
    """The run stops at the first loss, so that a loss counts as one."""
    lost = Goal(f"acknowledged messages lost or doubled in {kills} kill -9 of hub and device", "messages", "ours <= 0")
    shown = Goal(f"messages shown to devices and checked, {kills} kills", "messages")
    try:
        from tests.attacks.test_kill_the_hub import run
    except ImportError as err:
        return [goal.skipped(f"the attack is not there: {err}") for goal in (lost, shown)]
    try:
        with tempfile.TemporaryDirectory(prefix="privity-bench-", dir=disk_folder()) as folder:
            house = await run(Path(folder), kills, kills * SENDS_A_KILL, SEED)
    except AssertionError:
        return [lost.row(1), shown.skipped("the run ended at a loss")]
    except (TimeoutError, CannotRun, OSError) as err:
        return [goal.skipped(f"{type(err).__name__}: {err}") for goal in (lost, shown)]
    return [lost.row(0), shown.row(float(house.figures["messages shown"]))]
