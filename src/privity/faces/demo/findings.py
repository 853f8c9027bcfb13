# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Asking the desk, as its staff would, what became of a report."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from privity.faces.demo.home import Home
from privity.faces.demo.steps import CheckFailed

WAIT_S = 20.0


async def finding(home: Home, receipt: str, check: str) -> dict[str, Any]:
    """What the desk found about the first message of a report; waits until the desk has looked at it."""
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        for report in await asyncio.to_thread(home.reports):
            if report["receipt"] == receipt:
                message: dict[str, Any] = report["messages"][0]
                return message
        await asyncio.sleep(0.2)
    raise CheckFailed(check, f"the desk has not looked at the report within {WAIT_S:g} s")
