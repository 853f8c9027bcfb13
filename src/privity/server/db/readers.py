# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Threads that read, each on a snapshot of its own; whoever asks waits on the event loop.

Each thread has a queue of its own, and what is asked goes to the one that answered last: a queue that several wait at
wakes two of them for each question (ADR 49), and the pages that one of them has just read are at hand.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, TypeVar

from privity.server.db.batches import Job
from privity.server.db.database import Reader

READERS: Final = 3

T = TypeVar("T")
_Own = queue.SimpleQueue[Job | None]


class Readers:
    """`look` is the engine's: it runs one function on a snapshot, in the thread that calls it."""

    def __init__(self, look: Callable[[Callable[[Any], Any]], Any]) -> None:
        self._look = look
        self._lock = threading.Lock()
        self._queues: list[_Own] = [queue.SimpleQueue() for _ in range(READERS)]
        self._idle = list(self._queues)
        """Of the threads that have nothing to do, the one that answered last at the end."""
        self._waiting: deque[Job] = deque()
        """What no thread was free for. While something is in it, none is idle."""
        self._threads = [
            threading.Thread(target=self._forever, args=(own,), name=f"hub-read-{number}", daemon=True)
            for number, own in enumerate(self._queues)
        ]
        for thread in self._threads:
            thread.start()

    async def read(self, fn: Callable[[Reader], T]) -> T:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        job = Job(fn, loop, future)
        with self._lock:
            own = self._idle.pop() if self._idle else None
            if own is None:
                self._waiting.append(job)
        if own is not None:
            own.put(job)
        return await future

    async def close(self) -> None:
        """Once all that was asked is answered."""
        for own in self._queues:
            own.put(None)
        for thread in self._threads:
            await asyncio.to_thread(thread.join)

    def _forever(self, own: _Own) -> None:
        while (job := own.get()) is not None:
            while job is not None:
                answer = self._answer(job)
                after = self._next(own)  # first, so that whoever asks again at once finds this thread
                with suppress(RuntimeError):  # that loop has ended, and with it whoever waited
                    job.loop.call_soon_threadsafe(_settle, job.future, *answer)
                job = after

    def _next(self, own: _Own) -> Job | None:
        """What has waited longest; where nothing has, the thread is idle."""
        with self._lock:
            if self._waiting:
                return self._waiting.popleft()
            self._idle.append(own)
            return None

    def _answer(self, job: Job) -> tuple[object, Exception | None]:
        try:
            return self._look(job.fn), None
        except Exception as err:  # noqa: BLE001  # it belongs to the one caller that awaits it, whatever it was
            return None, err


def _settle(future: asyncio.Future[Any], result: object, error: Exception | None) -> None:
    if future.done():  # the caller was cancelled
        return
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(result)
