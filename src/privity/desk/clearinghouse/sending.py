# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The outbox at work until it is told to stop: several at once, each waiting for an event or for what is due next."""

from __future__ import annotations

import asyncio
from typing import Final

from privity.desk.clearinghouse.outbox import Outbox

IN_FLIGHT: Final = 8
"""Requests on their way at once."""
IDLE_S: Final = 1.0
"""How long an approved referral waits at most before somebody sees it."""


async def send_all(outbox: Outbox, stop: asyncio.Event, workers: int = IN_FLIGHT) -> None:
    """Until `stop` is set. What is on its way then is written down as unanswered, and taken up at the next start."""
    working = [asyncio.create_task(_work(outbox, stop)) for _ in range(workers)]
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({*working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (*working, stopping):
            task.cancel()
        ended = await asyncio.gather(*working, return_exceptions=True)
    for result in ended:
        if isinstance(result, Exception):
            raise result


async def _work(outbox: Outbox, stop: asyncio.Event) -> None:
    while not stop.is_set():
        if await outbox.step():
            continue
        due = outbox.due_in_s()
        pause = IDLE_S if due is None else min(IDLE_S, max(0.02, due))
        try:
            async with asyncio.timeout(pause):
                await stop.wait()
        except TimeoutError:
            continue
