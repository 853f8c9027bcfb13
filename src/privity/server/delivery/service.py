# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Accepting application messages (franking, section 4): check, order, frank, store, and only then answer.

Messages that arrive while a transaction runs wait and share the next one, so that many messages cost one fsync.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from privity.message.errors import MessageError
from privity.message.safe_aad import tag_of
from privity.mls.errors import ProtocolError
from privity.mls.messages.codepoints import APPLICATION
from privity.mls.messages.envelope import MLSMessage, PrivateMessage
from privity.policy.standing import Deed
from privity.server.contacts import standing
from privity.server.db.database import Database, Query, Tx
from privity.server.delivery import log, store
from privity.server.delivery.fanout import Fanout
from privity.server.delivery.model import Effect, Publish
from privity.server.franking import service as franking
from privity.server.franking.model import Franker
from privity.server.limits import MAX_WAITING_BYTES, Limits
from privity.server.metrics.model import Metrics
from privity.server.rooms import service as rooms
from privity.server.rooms.model import Right
from privity.server.standing import service as decisions
from privity.server.web import log_bug
from privity.wire import socket
from privity.wire.errors import Code, Refusal
from privity.wire.socket import Accepted, Event, EventKind, Refused, Submit, encode
from privity.wire.standing import StandingState

REF_BYTES: Final = 16
MAX_MESSAGE: Final = 256 << 10
"""Bytes of one application message: content goes up to 64 KiB, what is larger travels as a blob."""
MAX_WAITING: Final = 10_000
"""Messages that wait for a transaction; beyond this the disk is the bottleneck and more only grow memory."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A message whose form is right. Whether its sender may send it is asked within the transaction."""

    client_uri: str
    user_uri: str
    submit: Submit
    epoch: int
    tag: bytes


def check(client_uri: str, user_uri: str, submit: Submit) -> Checked:
    """Everything about a message that its bytes alone say, or a Refusal."""
    if len(submit.ref) != REF_BYTES:
        raise Refusal(Code.MALFORMED, f"ref must be {REF_BYTES} bytes, got {len(submit.ref)}")
    if len(submit.message) > MAX_MESSAGE:
        raise Refusal(Code.TOO_LARGE, f"the message has {len(submit.message)} bytes, at most {MAX_MESSAGE} are taken")
    try:
        body = MLSMessage.decode(submit.message).body
    except ProtocolError as err:
        raise Refusal(Code.MALFORMED, f"not an MLSMessage: {err}") from None
    if not isinstance(body, PrivateMessage) or body.content_type != APPLICATION:
        raise Refusal(Code.MALFORMED, "expected application data in a PrivateMessage")
    if body.group_id != submit.room_uri.encode():
        raise Refusal(Code.MALFORMED, "the message is for another group than the room it is sent to")
    try:
        tag = tag_of(body.authenticated_data)
    except MessageError as err:
        raise Refusal(Code.NO_FRANK_TAG, str(err)) from None
    return Checked(client_uri, user_uri, submit, body.epoch, tag)


class Submissions:
    """The queue between sockets and the writer."""

    __slots__ = (
        "_bytes",
        "_db",
        "_fanout",
        "_franker",
        "_limits",
        "_metrics",
        "_now_ms",
        "_rekey",
        "_running",
        "_waiting",
    )

    def __init__(
        self,
        db: Database,
        fanout: Fanout,
        franker: Franker,
        now_ms: Callable[[], int],
        metrics: Metrics,
        rekey: Callable[[Tx, str], None],
    ) -> None:
        """`rekey` makes the hub propose its franking key to a room (its URI) that names an earlier one."""
        self._rekey = rekey
        self._db = db
        self._fanout = fanout
        self._franker = franker
        self._now_ms = now_ms
        self._limits = Limits(now_ms)  # apart from the others: the writer's thread takes from it
        self._metrics = metrics
        metrics.messages_waiting.set_function(lambda: len(self._waiting))
        self._waiting: list[Checked] = []
        self._bytes = 0
        self._running: asyncio.Task[None] | None = None

    def add(self, message: Checked) -> None:
        """Queue; the answer goes to the device's connection. Raises UNAVAILABLE when too many wait."""
        size = len(message.submit.message)
        if len(self._waiting) >= MAX_WAITING or self._bytes + size > MAX_WAITING_BYTES:
            raise Refusal(
                Code.UNAVAILABLE,
                f"{len(self._waiting)} messages of {self._bytes} bytes wait to be stored",
                retry_after_ms=1000,
            )
        self._waiting.append(message)
        self._bytes += size
        if self._running is None:
            self._running = asyncio.get_running_loop().create_task(self._run())

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
                batch, self._waiting = self._waiting, []
                await self._store(batch)
                self._bytes -= sum(len(message.submit.message) for message in batch)
        finally:
            self._running = None

    async def _store(self, batch: list[Checked]) -> None:
        try:
            await self._db.write(lambda tx: self._accept_all(tx, batch))
        except Refusal as refusal:
            self._refuse(batch, refusal)
        except (sqlite3.Error, OSError) as err:  # the disk, for the database or for a new day's franking key
            log_bug(err)
            self._refuse(batch, Refusal(Code.UNAVAILABLE, "the hub cannot store now; nothing was changed"))
        except Exception as err:  # noqa: BLE001  # the task has no caller: without this a bug would leave devices waiting
            log_bug(err)
            self._refuse(batch, Refusal(Code.INTERNAL, "a bug of the hub; nothing was acknowledged"))

    def _refuse(self, batch: list[Checked], refusal: Refusal) -> None:
        for message in batch:
            self._fanout.answer(message.client_uri, self.refused(message.submit.ref, refusal))

    def _accept_all(self, tx: Tx, batch: list[Checked]) -> None:
        """All that can be accepted; the others are answered with why not, and change nothing."""
        effects: list[Effect] = []
        refusals: list[tuple[str, bytes]] = []
        now_ms = self._now_ms()
        for message in batch:
            try:
                effects.append(accept(tx, self._franker, message, now_ms, self._rekey, self._limits))
            except Refusal as refusal:
                refusals.append((message.client_uri, self.refused(message.submit.ref, refusal)))
        log.after_commit(tx, self._fanout, effects)
        tx.after_commit(partial(self._metrics.messages_accepted.inc, len(effects)))
        for client_uri, frame in refusals:
            tx.after_commit(partial(self._fanout.answer, client_uri, frame))


def accept(
    tx: Tx, franker: Franker, message: Checked, now_ms: int, rekey: Callable[[Tx, str], None], limits: Limits
) -> Effect:
    """Order, frank and store one message, or raise a Refusal without a change to what is said.

    A room that names an earlier franking key leaves its epoch first: what the key of now signs would be hidden there.
    Whether it is a repeated one is only asked of those that cannot be stored anew: its ref is unique in the log.
    """
    right = rooms.sending_right(tx, message.submit.room_uri, message.client_uri)
    if right is None:
        raise Refusal(Code.NOT_ALLOWED, "the device is not a member of this room")
    try:
        stands = decisions.check(tx, message.user_uri, Deed.SEND, now_ms, message.submit.room_uri)
        if stands is StandingState.LIMITED:
            limits.take("message.send_limited", message.user_uri)
        if right.franking_key != franker.public:
            rekey(tx, message.submit.room_uri)
            raise Refusal(
                Code.WRONG_EPOCH, "the hub's key for reports changes first; commit that", current_epoch=right.epoch
            )
        return _accept_new(tx, franker, message, right, now_ms)
    except (Refusal, sqlite3.IntegrityError):
        earlier = store.event_by_ref(tx, message.client_uri, message.submit.ref)
        if earlier is None:
            raise
    return _repeated(message, earlier, right.head.room_id)


def _accept_new(tx: Tx, franker: Franker, message: Checked, right: Right, now_ms: int) -> Effect:
    submit = message.submit
    if message.epoch != right.epoch:
        raise Refusal(
            Code.WRONG_EPOCH,
            f"the message is of epoch {message.epoch}, the room is in epoch {right.epoch}",
            current_epoch=right.epoch,
        )
    check_direct(tx, right.direct_pair, message.user_uri, now_ms)
    log.check_clock(right.head.ts_ms, now_ms)
    place = right.head.next(now_ms)
    frank = franking.make(franker, right.suite, message.tag, message.user_uri, submit.room_uri, place.ts_ms)
    frame = log.message_frame(place, submit.message, frank)
    store.add_event(
        tx, place.room_id, place.seq, place.ts_ms, EventKind.APPLICATION, message.client_uri, submit.ref, frame
    )
    answer = encode(Accepted(submit.ref, place.seq, place.ts_ms, frank))
    return Publish(place.room_uri, place.seq, frame, message.client_uri, answer)


def check_direct(query: Query, direct_pair: str | None, user_uri: str, now_ms: int) -> None:
    """In a direct room only contacts talk, and whoever ended that is not told apart from whoever blocked; in a group
    everybody chooses what they see."""
    if direct_pair is not None:
        other = next(user for user in direct_pair.split(" ") if user != user_uri)
        if not standing.are_contacts(query, user_uri, other, now_ms):
            raise Refusal(Code.NO_CONSENT, "the other person takes no messages here")


def _repeated(message: Checked, earlier: tuple[int, bytes], room_id: int) -> Effect:
    """The first answer again: nothing is published, since everybody has the event's seq already."""
    event = socket.decode_from_hub(earlier[1])
    if (
        earlier[0] != room_id
        or not isinstance(event, Event)
        or event.frank is None
        or event.message != message.submit.message
    ):
        raise Refusal(Code.CONFLICT, "the ref was used for something else")
    answer = encode(Accepted(message.submit.ref, event.seq, event.ts_ms, event.frank))
    return Publish(event.room_uri, event.seq, earlier[1], message.client_uri, answer)
