# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Asking the desk, as its staff would, what became of reports."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from privity.faces.demo.home import Home
from privity.faces.demo.steps import CheckFailed

WAIT_S = 60.0


async def findings(home: Home, receipts: Sequence[str], check: str) -> list[dict[str, Any]]:
    """What the desk found about the first message of each report; waits until it has looked at all of them."""
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        known = {report["receipt"]: report["messages"][0] for report in await asyncio.to_thread(home.reports)}
        if known.keys() >= set(receipts):
            return [known[receipt] for receipt in receipts]
        await asyncio.sleep(0.2)
    raise CheckFailed(check, f"the desk has not looked at every report within {WAIT_S:g} s")


async def finding(home: Home, receipt: str, check: str) -> dict[str, Any]:
    """`findings` of one report."""
    return (await findings(home, [receipt], check))[0]
