# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Threads that read, each on a snapshot of its own; whoever asks waits on the event loop."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, TypeVar

from privity.server.db.batches import Job
from privity.server.db.database import Reader

READERS: Final = 3

T = TypeVar("T")


class Readers:
    """`look` is the engine's: it runs one function on a snapshot, in the thread that calls it."""

    def __init__(self, look: Callable[[Callable[[Any], Any]], Any]) -> None:
        self._look = look
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._forever, name=f"hub-read-{number}", daemon=True) for number in range(READERS)
        ]
        for thread in self._threads:
            thread.start()

    async def read(self, fn: Callable[[Reader], T]) -> T:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._queue.put(Job(fn, loop, future))
        return await future

    async def close(self) -> None:
        """Once all that was asked is answered."""
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            await asyncio.to_thread(thread.join)

    def _forever(self) -> None:
        while (job := self._queue.get()) is not None:
            result, error = None, None
            try:
                result = self._look(job.fn)
            except Exception as err:  # noqa: BLE001  # it belongs to the one caller that awaits it, whatever it was
                error = err
            with suppress(RuntimeError):  # that loop has ended, and with it whoever waited
                job.loop.call_soon_threadsafe(_settle, job.future, result, error)


def _settle(future: asyncio.Future[Any], result: object, error: Exception | None) -> None:
    if future.done():  # the caller was cancelled
        return
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(result)
