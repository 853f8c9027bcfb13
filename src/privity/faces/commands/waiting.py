# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""On a terminal, what takes longer than a second says what it waits for; in a pipe it says nothing."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from rich.console import Console
from rich.text import Text

QUIET_S = 1.0
LOOK_S = 0.25


@asynccontextmanager
async def waiting(what: Callable[[], str]) -> AsyncIterator[None]:
    """Show what is waited for, asked again as long as it lasts; gone when it is over."""
    if not sys.stderr.isatty():
        yield
        return
    task = asyncio.ensure_future(_show(what))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _show(what: Callable[[], str]) -> None:
    await asyncio.sleep(QUIET_S)
    with Console(stderr=True).status(Text(what())) as status:
        while True:
            await asyncio.sleep(LOOK_S)
            status.update(Text(what()))
