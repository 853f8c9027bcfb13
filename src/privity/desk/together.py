# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The loops of the desk's process: they run side by side and end together."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine


async def together(stop: asyncio.Event, *loops: Coroutine[None, None, None]) -> None:
    """Run until the first of them ends; then the others are asked to stop, and what one of them raised is raised."""
    tasks = [asyncio.ensure_future(loop) for loop in loops]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    await asyncio.wait(tasks)
    for task in tasks:
        task.result()
