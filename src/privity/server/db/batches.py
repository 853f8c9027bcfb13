# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One writer for many: writes wait in a queue, a single thread takes all that are waiting, and the engine runs them in
one transaction with one commit. Only then do their futures resolve: what is acknowledged is on the disk.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from privity.server.db.database import Tx
from privity.wire.errors import Code, Refusal

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be done, and who waits for it."""

    fn: Callable[[Any], Any]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one job: a result with calls to make, or an error."""

    job: Job
    result: object
    error: BaseException | None
    calls: list[Callable[[], None]]


class Batches:
    """The queue and its thread. `run` is the engine's: all of a batch in one transaction; it raises nothing."""

    def __init__(self, run: Callable[[list[Job]], list[Done]], most: int) -> None:
        self._run = run
        self._most = most
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._forever, name="hub-write", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        return self._queue.qsize()

    def check_open(self) -> None:
        if self._closed:
            raise Refusal(Code.UNAVAILABLE, "the hub is shutting down")

    async def write(self, fn: Callable[[Tx], T]) -> T:
        self.check_open()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._queue.put(Job(fn, loop, future))
        return await future

    async def close(self) -> bool:
        """Finish what waits and refuse the rest. False where that was done before."""
        if self._closed:
            return False
        self._closed = True
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)
        return True

    def _forever(self) -> None:
        last = False
        while not last:
            batch: list[Job] = []
            job = self._queue.get()
            while job is not None:
                batch.append(job)
                if len(batch) >= self._most or self._queue.empty():
                    break
                job = self._queue.get()
            last = job is None
            if batch:
                _resolve(self._outcomes(batch))

    def _outcomes(self, batch: list[Job]) -> list[Done]:
        try:
            return self._run(batch)
        except Exception as err:  # noqa: BLE001  # a bug of the engine: without this, who waits would wait for ever
            return [Done(job, None, err, []) for job in batch]


def unavailable(name: str, what: str = "nothing was changed") -> Refusal:
    """What an error of the storage itself (disk full, line cut) means to a caller: the engine's name for it, no SQL."""
    return Refusal(Code.UNAVAILABLE, f"the hub cannot store now ({name}); {what}")


def _resolve(done: list[Done]) -> None:
    """Hand the outcomes to their event loops, one wake-up per loop."""
    loops: dict[asyncio.AbstractEventLoop, list[Done]] = {}
    for one in done:
        loops.setdefault(one.job.loop, []).append(one)
    for loop, ours in loops.items():
        try:
            loop.call_soon_threadsafe(_settle, ours)
        except RuntimeError:  # that loop has ended, and with it everyone who waited
            continue


def _settle(done: list[Done]) -> None:
    for one in done:
        for call in one.calls:
            asyncio.get_running_loop().call_soon(call)
    for one in done:
        if one.job.future.done():  # the caller was cancelled
            continue
        if one.error is not None:
            one.job.future.set_exception(one.error)
        else:
            one.job.future.set_result(one.result)
