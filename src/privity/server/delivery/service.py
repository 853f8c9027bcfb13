# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""From the sockets to the writer: messages wait here until they are stored, and only then is anybody answered.

Messages that arrive while a transaction runs wait and share the next one, so that many messages cost one fsync.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Final, Protocol

from privity.server.db.database import Database, Tx
from privity.server.delivery import heading, log
from privity.server.delivery.accepting import Outcome, Terms, accept_all
from privity.server.delivery.fanout import Fanout
from privity.server.delivery.model import Checked
from privity.server.limits import MAX_WAITING_BYTES
from privity.server.metrics.model import Metrics
from privity.server.observing.tally import Tally
from privity.server.web import log_bug
from privity.wire.errors import Code, Refusal
from privity.wire.socket import Refused, Submit, encode

REF_BYTES: Final = 16
MAX_MESSAGE: Final = 256 << 10
"""Bytes of one application message: content goes up to 64 KiB, what is larger travels as a blob."""
MAX_WAITING: Final = 10_000
"""Messages that wait for a transaction; beyond this the disk is the bottleneck and more only grow memory."""
MAX_WAITING_OF_ROOM: Final = 1_000
"""Of those, messages to one room: the others find room beside it, and wait no longer than its share takes to store."""


def check(client_uri: str, user_uri: str, submit: Submit) -> Checked:
    """Everything about a message that its bytes alone say, or a Refusal."""
    if len(submit.ref) != REF_BYTES:
        raise Refusal(Code.MALFORMED, f"ref must be {REF_BYTES} bytes, got {len(submit.ref)}")
    if len(submit.message) > MAX_MESSAGE:
        raise Refusal(Code.TOO_LARGE, f"the message has {len(submit.message)} bytes, at most {MAX_MESSAGE} are taken")
    epoch, tag = heading.read(submit.message, submit.room_uri)
    return Checked(client_uri, user_uri, submit, epoch, tag)


class Inlet(Protocol):
    """Where messages of devices go in."""

    def add(self, message: Checked, /) -> None:
        """Queue one; the answer goes to the device's connection. Raises Refusal."""

    def refused(self, ref: bytes, refusal: Refusal, /) -> bytes:
        """A refusal as the socket says it; counted."""


class Submissions:
    """The queue between sockets and the writer."""

    __slots__ = (
        "_bytes",
        "_db",
        "_fanout",
        "_metrics",
        "_now_ms",
        "_of_room",
        "_running",
        "_tally",
        "_terms",
        "_waiting",
    )

    def __init__(
        self,
        db: Database,
        fanout: Fanout,
        terms: Terms,
        now_ms: Callable[[], int],
        metrics: Metrics,
        tally: Tally | None = None,
    ) -> None:
        """`tally` counts what was stored, where anything is observed at all."""
        self._tally = tally
        self._db = db
        self._fanout = fanout
        self._terms = terms
        self._now_ms = now_ms
        self._metrics = metrics
        metrics.messages_waiting.set_function(lambda: len(self._waiting))
        self._waiting: list[Checked] = []
        self._of_room: dict[str, int] = {}
        self._bytes = 0
        self._running: asyncio.Task[None] | None = None

    def add(self, message: Checked) -> None:
        """Queue; the answer goes to the device's connection. Raises UNAVAILABLE when too many wait, TOO_MANY when too
        many do for this room."""
        size, room_uri = len(message.submit.message), message.submit.room_uri
        if len(self._waiting) >= MAX_WAITING or self._bytes + size > MAX_WAITING_BYTES:
            raise Refusal(
                Code.UNAVAILABLE,
                f"{len(self._waiting)} messages of {self._bytes} bytes wait to be stored",
                retry_after_ms=1000,
            )
        of_room = self._of_room.get(room_uri, 0)
        if of_room >= MAX_WAITING_OF_ROOM:
            raise Refusal(
                Code.TOO_MANY,
                f"the limit room.waiting is {MAX_WAITING_OF_ROOM} messages to one room that wait to be stored",
                limit="room.waiting",
                retry_after_ms=1000,
            )
        self._of_room[room_uri] = of_room + 1
        self._waiting.append(message)
        self._bytes += size
        if self._running is None:
            self._running = asyncio.get_running_loop().create_task(self._run())

    def __len__(self) -> int:
        """Messages that wait for a transaction."""
        return len(self._waiting)

    def refused(self, ref: bytes, refusal: Refusal) -> bytes:
        """A refusal as the socket says it; counted."""
        self._metrics.refused(refusal.code)
        body = refusal.body
        return encode(Refused(ref, body.code, body.message, body.current_epoch, body.retry_after_ms))

    async def idle(self) -> None:
        """Wait until everything that was queued is answered."""
        if self._running is not None:
            await self._running

    async def _run(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting, self._of_room = self._waiting, [], {}
                await self._store(batch)
                self._bytes -= sum(len(message.submit.message) for message in batch)
        finally:
            self._running = None

    async def _store(self, batch: list[Checked]) -> None:
        try:
            await self._db.write_rooms(lambda tx: self._accept_all(tx, batch))
        except Refusal as refusal:
            self._refuse(batch, refusal)
        except OSError as err:  # the disk, for a new day's franking key
            log_bug(err)
            self._refuse(batch, Refusal(Code.UNAVAILABLE, "the hub cannot store now; nothing was changed"))
        except Exception as err:  # noqa: BLE001  # the task has no caller: without this a bug would leave devices waiting
            log_bug(err)
            self._refuse(batch, Refusal(Code.INTERNAL, "a bug of the hub; nothing was acknowledged"))
        for message in batch:
            if message.settled is not None:
                message.settled(None)

    def _refuse(self, batch: list[Checked], refusal: Refusal) -> None:
        for message in batch:
            frame = self.refused(message.submit.ref, refusal)
            if message.settled is not None:
                message.settled(frame)
            else:
                self._fanout.answer(message.client_uri, frame)

    def _accept_all(self, tx: Tx, batch: list[Checked]) -> None:
        outcome = accept_all(tx, self._terms, batch, self._now_ms())
        log.after_commit(tx, self._fanout, outcome.effects)
        tx.after_commit(partial(self._answer, outcome))

    def _answer(self, outcome: Outcome) -> None:
        self._metrics.messages_accepted.inc(len(outcome.effects))
        if self._tally is not None:
            self._tally.add(outcome.stored)
        for message, refusal in outcome.refused:
            self._refuse([message], refusal)
