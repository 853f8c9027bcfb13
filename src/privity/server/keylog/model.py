# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Rows of the key log as plain values, and how who waits for an epoch and who publishes it find each other.

An epoch lives through three states, each on the disk before the next begins:

WAITING    its changes stand in the queue
PREPARED   it is cut and its checkpoint is signed; no other epoch of this size will ever be signed
PUBLISHED  the quorum has cosigned, and readers see it
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import msgspec

from privity.keylog.entry import Entry

PUBLISH_WAIT_S: Final = 20.0
"""How long who changed something waits for its publication: witnesses far away answer within seconds."""
RETRY_MS: Final = 5_000
"""When to ask again after that."""

MAX_EVIDENCE: Final = 100
"""Notes looked at and shown: two prove all there is to prove."""


def origin_of(host: str) -> str:
    """The name of a host's log."""
    return f"{host}/keylog"


class Stage(StrEnum):
    """Where one version of a label stands."""

    WAITING = "waiting"
    PUBLISHED = "published"
    GONE = "gone"
    """It was refused when its epoch was cut, because time had changed what it follows."""


@dataclass(frozen=True, slots=True)
class Queued:
    """A change that waits. `id` is its place in the queue."""

    id: int
    label: str
    version: int
    opening: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class Lost:
    """A leaf of the map whose label, version and value the database does not know."""

    out: bytes
    commitment: bytes
    epoch: int


class Leaf(msgspec.Struct, frozen=True, array_like=True):
    """What one change of an epoch put into the map, and the commitment that its opening opens."""

    queued_id: int
    label: str
    version: int
    commitment: bytes


class Written(msgspec.Struct, frozen=True, array_like=True):
    """All that publishing an epoch will write besides its entry, as it was cut. Kept as one value (msgpack)."""

    leaves: list[Leaf]
    prefix_nodes: list[tuple[bytes, bytes]]
    log_nodes: list[tuple[int, int, bytes]]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A signed epoch on its way. `note` carries the log's signature alone."""

    index: int
    timestamp_ms: int
    prefix_root: bytes
    audit_update: bytes
    note: bytes
    written: Written

    @property
    def size(self) -> int:
        """Of the log with this epoch in it."""
        return self.index + 1

    @property
    def entry(self) -> Entry:
        return Entry(self.timestamp_ms, self.prefix_root)


class Epochs:
    """One for each hub. Used on the event loop only."""

    __slots__ = ("_queued", "_stopped", "_waiting", "on_due", "on_published")

    def __init__(self) -> None:
        self._queued = asyncio.Event()
        self._waiting: set[asyncio.Future[None]] = set()
        self._stopped = False
        self.on_due: Callable[[], None] | None = None
        """Called with `wake`: another worker of the hub may be the one that publishes."""
        self.on_published: Callable[[], None] | None = None
        """Called with `changed`."""

    def wake(self) -> None:
        """Something waits to be published, or may have become due."""
        self.hear_due()
        if self.on_due is not None:
            self.on_due()

    def hear_due(self) -> None:
        """`wake`, where another worker said so."""
        self._queued.set()

    async def woken(self, timeout_s: float) -> None:
        """Wait for `wake`, at most this long."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._queued.wait()
        except TimeoutError:
            return
        self._queued.clear()

    def changed(self) -> None:
        """An epoch was published, or changes were refused: whoever waits looks again."""
        self.hear_published()
        if self.on_published is not None:
            self.on_published()

    def hear_published(self) -> None:
        """`changed`, where another worker said so."""
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)

    def stop(self) -> None:
        """Nothing will be published any more in this process; nobody needs to wait for it."""
        self._stopped = True
        self.hear_published()

    def next_change(self) -> asyncio.Future[None]:
        """Done with the next `changed`. Whoever takes it looks at the state afterwards, so that nothing is missed."""
        waiting = asyncio.get_running_loop().create_future()
        self._waiting.add(waiting)
        waiting.add_done_callback(self._waiting.discard)
        return waiting

    async def settled(self, look: Callable[[], Awaitable[Stage]], wait_s: float) -> Stage:
        """What `look` says once it says no longer that a change waits, or when the time is up."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + wait_s
        while True:
            next_change = self.next_change()
            try:
                stage = await look()
                left_s = deadline - loop.time()
                if stage is not Stage.WAITING or left_s <= 0 or self._stopped:
                    return stage
                await asyncio.wait([next_change], timeout=left_s)
            finally:
                next_change.cancel()
