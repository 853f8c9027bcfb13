# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Appending to a room's log and to a device's inbox, inside the transaction of whoever does it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final, Protocol

from privity.server.db.database import Tx
from privity.server.delivery import inboxes, store
from privity.server.delivery.model import Effect, Head, NewEvent, Publish, ToDevice
from privity.wire.errors import Code, Refusal
from privity.wire.socket import Event, EventKind, Frank, Inbox, InboxKind, decode_from_hub, encode

MAX_CLOCK_LEAD_MS: Final = 60_000
"""How far a room's last timestamp may be ahead of the clock: more means that the clock was wrong, then or now."""
CLOCK_RETRY_MS: Final = 10_000
"""How long a device waits at most before it asks again: the clock may be put right at any moment."""


inbox_is_full = inboxes.is_full
event_by_ref = store.event_by_ref
forget_device = store.forget_device
count_between = store.count_between


class Outlet(Protocol):
    """Where effects go on the event loop once they are on the disk."""

    def apply(self, effects: Sequence[Effect]) -> None: ...


def check_clock(last_ts_ms: int, now_ms: int) -> None:
    """Raise CLOCK_AHEAD rather than drift away from the clock."""
    lead = last_ts_ms - now_ms
    if lead > MAX_CLOCK_LEAD_MS:
        raise Refusal(
            Code.CLOCK_AHEAD,
            f"the room's last timestamp is {lead} ms ahead of the clock, at most {MAX_CLOCK_LEAD_MS} are allowed",
            retry_after_ms=min(lead - MAX_CLOCK_LEAD_MS, CLOCK_RETRY_MS),
        )


def append(
    tx: Tx,
    head: Head,
    now_ms: int,
    kind: EventKind,
    message: bytes,
    effects: list[Effect],
    *,
    sender: str | None = None,
    ref: bytes | None = None,
) -> Head:
    """Append a handshake event; returns the new end of the log."""
    new = head.next(now_ms)
    frame = encode(Event(new.room_uri, new.seq, new.ts_ms, kind, message))
    store.add_events(tx, [NewEvent(new.room_id, new.seq, new.ts_ms, kind, sender, ref, frame)], [new])
    effects.append(Publish(new.room_uri, new.seq, frame))
    return new


def message_frame(place: Head, message: bytes, frank: Frank) -> bytes:
    """The frame of an application message: encoded once, stored, and sent to everybody as it is."""
    return encode(Event(place.room_uri, place.seq, place.ts_ms, EventKind.APPLICATION, message, frank))


def tell_device(
    tx: Tx, client_uri: str, kind: InboxKind, room_uri: str, room_seq: int, body: bytes, effects: list[Effect]
) -> None:
    """Append to the inbox of one device, or leave out what it looks for itself. Raises TOO_MANY where it is full."""
    if kind in inboxes.LOOK_AGAIN and inboxes.is_full(tx, client_uri):
        return
    inboxes.check_room(tx, client_uri, kind, len(body))
    _put(tx, client_uri, kind, room_uri, room_seq, body, effects)


def _put(
    tx: Tx, client_uri: str, kind: InboxKind, room_uri: str, room_seq: int, body: bytes, effects: list[Effect]
) -> None:
    seq = store.next_inbox_seq(tx, client_uri)
    frame = encode(Inbox(seq, kind, room_uri, room_seq, body))
    store.add_inbox_frame(tx, client_uri, seq, frame)
    effects.append(ToDevice(client_uri, seq, frame))


def begin_inboxes_anew(tx: Tx, base: int) -> None:
    """This database is an older copy: every inbox goes on from where no device can have read; what waits moves there.

    From where the copy stands, numbers would come again that devices know as read, and what bears them would be lost.
    """
    store.raise_inbox_base(tx, base)
    waiting = store.all_inbox_frames(tx)
    store.forget_inboxes(tx)
    for client_uri, frame in waiting:
        found = decode_from_hub(frame)
        if isinstance(found, Inbox):
            _put(tx, client_uri, found.kind, found.room_uri, found.room_seq, found.body, [])


def after_commit(tx: Tx, outlet: Outlet, effects: list[Effect]) -> None:
    """Hand the effects over once the transaction is on the disk."""
    if effects:
        tx.after_commit(partial(outlet.apply, effects))
