# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Messages go to the worker that owns their room: this one's queue, or another one over the bus.

Whoever sends is answered in any case: by the event that everybody hears of, by the refusal that the owner sends back,
or by this worker when the owner says nothing. What was stored meanwhile is found by its ref when it is sent again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from privity.server.bus.model import Bus, NoAnswer
from privity.server.delivery.model import Checked
from privity.server.delivery.service import Submissions
from privity.server.limits import MAX_WAITING_BYTES
from privity.server.workers.keeper import Keeper
from privity.server.workers.words import OWNER, Answers, BadWords, Forward, Forwarded, decode, encode
from privity.wire.errors import Code, Refusal

WAIT_S: Final = 8.0
"""Longer than a commit takes on a busy disk, shorter than a device's patience."""
RETRY_MS: Final = 500
MAX_ASKED_BYTES: Final = 512 << 10
"""Of one question on the bus: NATS takes a MiB."""


class Routing:
    """What `Submissions` is for one worker, for all of them."""

    __slots__ = ("_answer", "_away", "_away_bytes", "_bus", "_keeper", "_own", "_tasks")

    def __init__(self, bus: Bus, keeper: Keeper, own: Submissions, answer: Callable[[str, bytes], None]) -> None:
        """`answer` takes a device of this worker and a frame for it."""
        self._bus = bus
        self._keeper = keeper
        self._own = own
        self._answer = answer
        self._away: dict[str, list[Checked]] = {}
        self._away_bytes = 0
        self._tasks: set[asyncio.Future[None]] = set()

    async def begin(self) -> None:
        await self._bus.answer(f"{OWNER}.{self._keeper.name}", self._take)

    def add(self, message: Checked) -> None:
        """Queue it where it belongs. Raises UNAVAILABLE when that is full, or the room has no owner at this moment."""
        owner = self._keeper.owner(message.submit.room_uri)
        if owner is None:
            raise Refusal(Code.UNAVAILABLE, "the room is between two owners", retry_after_ms=RETRY_MS)
        if owner == self._keeper.name:
            self._own.add(message)
            return
        size = len(message.submit.message)
        if self._away_bytes + size > MAX_WAITING_BYTES:
            raise Refusal(Code.UNAVAILABLE, "too many messages wait for another worker", retry_after_ms=RETRY_MS)
        self._away_bytes += size
        waiting = self._away.setdefault(owner, [])
        waiting.append(message)
        if len(waiting) == 1:
            asyncio.get_running_loop().call_soon(self._send, owner)

    def refused(self, ref: bytes, refusal: Refusal) -> bytes:
        """As the socket says it; counted."""
        return self._own.refused(ref, refusal)

    def _send(self, owner: str) -> None:
        """Everything that came in this turn of the loop, in as few questions as fit the bus."""
        messages = self._away.pop(owner)
        batch: list[Checked] = []
        size = 0
        for message in messages:
            batch.append(message)
            size += len(message.submit.message) + 400
            if size >= MAX_ASKED_BYTES:
                self._begin(owner, batch)
                batch, size = [], 0
        if batch:
            self._begin(owner, batch)

    def _begin(self, owner: str, batch: list[Checked]) -> None:
        task = asyncio.ensure_future(self._ask(owner, batch))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _ask(self, owner: str, batch: list[Checked]) -> None:
        asked = Forwarded([Forward(one.client_uri, one.user_uri, one.submit, one.epoch, one.tag) for one in batch])
        try:
            said = decode(await self._bus.ask(f"{OWNER}.{owner}", encode(asked), WAIT_S), Answers)
        except (NoAnswer, BadWords):
            refusal = Refusal(
                Code.UNAVAILABLE, "the room's owner does not answer; it may have been stored", retry_after_ms=RETRY_MS
            )
            for message in batch:
                self._answer(message.client_uri, self._own.refused(message.submit.ref, refusal))
        else:
            for client_uri, frame in said.frames:
                self._answer(client_uri, frame)
        finally:
            self._away_bytes -= sum(len(message.submit.message) for message in batch)

    async def _take(self, words: bytes) -> bytes:
        """Another worker's messages. The answer comes when each of them is stored or refused."""
        question = _Question(decode(words, Forwarded).messages)
        for forward in question.messages:
            settled = partial(question.settle, forward.client_uri)
            message = Checked(forward.client_uri, forward.user_uri, forward.submit, forward.epoch, forward.tag, settled)
            try:
                self._own.add(message)
            except Refusal as refusal:
                settled(self._own.refused(forward.submit.ref, refusal))
                settled(None)
        await question.done
        return encode(Answers(question.refused))


class _Question:
    """What another worker asked at once: answered when nothing of it is open."""

    __slots__ = ("_open", "done", "messages", "refused")

    def __init__(self, messages: Sequence[Forward]) -> None:
        self.messages = messages
        self.refused: list[tuple[str, bytes]] = []
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._open = len(messages)
        self._look()

    def settle(self, client_uri: str, refused: bytes | None) -> None:
        """One of its messages was refused so, or, with None, is dealt with."""
        if refused is not None:
            self.refused.append((client_uri, refused))
            return
        self._open -= 1
        self._look()

    def _look(self) -> None:
        if self._open == 0 and not self.done.done():
            self.done.set_result(None)
