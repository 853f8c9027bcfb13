# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a passphrase takes its time for, beside the event loop. Nobody is left with a result that came too late."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from privity.client.store.database import Store

T = TypeVar("T")


async def apart(work: Callable[[], T], undo: Callable[[T], object]) -> T:
    """What `work` gives, from a thread. Cancelled meanwhile, it waits for the thread, and what that made is undone."""
    working = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        working.add_done_callback(lambda done: _late(done, undo))
        await asyncio.wait([working])  # until then the thread has the store, and nobody else could open it
        raise


def close(store: Store | None) -> None:
    """Undo an opening that may have found nothing."""
    if store is not None:
        store.close()


def _late(done: asyncio.Future[T], undo: Callable[[T], object]) -> None:
    if not done.cancelled() and done.exception() is None:
        undo(done.result())
