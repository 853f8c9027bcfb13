# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The audit of one log: from what was audited last to a checkpoint, epoch by epoch, beyond one request if need be."""

from __future__ import annotations

import asyncio

from privity.keylog.audit import AuditState, AuditUpdate, audit, check_head
from privity.keylog.errors import KeylogError
from privity.tlog.checkpoint import Checkpoint
from privity.witness.errors import AuditRefused, CatchingUp
from privity.witness.feed import Feed
from privity.witness.kept import KeptUpdates
from privity.witness.limits import AHEAD, AUDIT_S


class Auditor:
    """Called for one checkpoint after the other. What takes longer than a request may goes on between requests."""

    def __init__(self, feed: Feed, updates: KeptUpdates | None = None) -> None:
        self._feed = feed
        self._updates = updates
        self._reached: AuditState | None = None
        """Beyond what was cosigned: the word of the feed, until the root of a signed checkpoint fits."""
        self._going_on: asyncio.Task[None] | None = None

    async def audit(self, kept: AuditState, checkpoint: Checkpoint) -> AuditState:
        """The state at the checkpoint; `kept` led to one of the log.

        Raises AuditRefused, FeedMissing, CatchingUp, or CannotKeep when the disk does not take an update.
        """
        deadline = asyncio.get_running_loop().time() + AUDIT_S
        while True:
            state = self._start(kept, checkpoint.size)
            if self._going_on is None and state.frontier.size == checkpoint.size:
                break
            if self._going_on is None:
                self._going_on = asyncio.create_task(self._go_on(state, checkpoint.size))
            going_on = self._going_on
            await asyncio.wait({going_on}, timeout=deadline - asyncio.get_running_loop().time())
            if not going_on.done():
                raise CatchingUp(f"{self._size(kept)} of {checkpoint.size} epochs are audited; ask again")
            self._going_on = None
            try:
                going_on.result()
            except KeylogError as err:
                at, self._reached = self._size(kept), None
                raise AuditRefused(f"epoch {at}: {type(err).__name__}: {err}") from None
        self._reached = None
        try:
            check_head(state, checkpoint)
        except KeylogError as err:
            raise AuditRefused(f"{type(err).__name__}: {err}") from None
        return state

    def close(self) -> None:
        """Stop what goes on between requests; the next process begins at what was cosigned."""
        if self._going_on is not None:
            self._going_on.cancel()

    def _start(self, kept: AuditState, size: int) -> AuditState:
        reached = self._reached
        return reached if reached is not None and kept.frontier.size <= reached.frontier.size <= size else kept

    def _size(self, kept: AuditState) -> int:
        return (self._reached or kept).frontier.size

    async def _go_on(self, state: AuditState, stop: int) -> None:
        """Raises FeedMissing, CannotKeep or a KeylogError; what was reached before that is kept."""
        while state.frontier.size < stop:
            first = state.frontier.size
            asked = [self._feed.update(index) for index in range(first, min(first + AHEAD, stop))]
            for update in await asyncio.gather(*asked, return_exceptions=True):
                if isinstance(update, BaseException):
                    raise update
                state = await asyncio.to_thread(self._step, state, update)
                self._reached = state

    def _step(self, state: AuditState, update: bytes) -> AuditState:
        """The state after one more epoch, whose update is on the disk by then."""
        audited = audit(state, AuditUpdate.decode(update))
        if self._updates is not None:
            self._updates.put(state.frontier.size, audited.timestamp_ms, update)
        return audited
