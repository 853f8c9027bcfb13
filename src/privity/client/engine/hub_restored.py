# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The hub's database was put back from a copy: the room goes on behind a mark, and its person is told what is missing.

The mark is the hub's word. What it can do is what a hub can do without it: keep events from this device. So it moves
the cursor forward only, changes nothing of the group, and is always said. Where this device was in a later epoch than
the copy, or knows proposals that the copy may lack, it looks whether it can enter from where the hub stands now; an
older state is refused as ever (`going_back`), and an admin begins the conversation again.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from privity.client.engine.records import Table
from privity.client.engine.shown import Kind, RoomChanged, decode_item
from privity.mls.codec import u64
from privity.wire.restored import Restored

if TYPE_CHECKING:
    from privity.client.engine.room import Room

MAX_MARKS = 16
"""Marks that are held for one room. A hub that was put back more often while a device was away makes it enter anew."""
LAST_MS = 253_402_300_799_999
"""The end of the year 9999; what is later names no time."""

RESTORED_TEXT = "what was sent after that, and had not come here, is lost"
AHEAD_TEXT = (
    "the hub has also lost a change of who is here that this device knows of: where the conversation is stopped, an"
    " admin has to begin it again"
)


def pass_mark(room: Room, seq: int, ts_ms: int, said: Restored) -> bool:
    """Go on behind the mark; whether this device has to look where the hub's group stands."""
    read = room.record.cursor
    yours = _lost_of_own(room, said.through, seq)
    _post_again(room, said.through)
    _forget_ahead(room, seq)
    room.passed(seq)
    group = room.group
    ahead = group is not None and group.epoch > said.epoch
    differs = group is not None and (group.epoch != said.epoch or (read > said.through and bool(group.proposals)))
    text = f"the hub was put back from a copy of {_moment(said.copied_ms)}: {RESTORED_TEXT}"
    if yours:
        text += f"; {yours} of your messages from after it may not have reached everybody"
    room.timeline.line(seq, ts_ms, f"{text}; {AHEAD_TEXT}" if ahead else text)
    room.device.show(RoomChanged(room.uri))
    return differs and not room.record.stopped


def _lost_of_own(room: Room, through: int, seq: int) -> int:
    """How many messages of this person the hub has lost: whoever had not read them by then never will."""
    rows = room.device.batch.scan(Table.TIMELINE, room.uri, after=u64(through))
    items = (decode_item(value) for key, value in rows if int.from_bytes(key, "big") < seq)
    return sum(item.kind is Kind.MESSAGE and item.mine for item in items)


def _post_again(room: Room, through: int) -> None:
    """An own commit that the hub took after the copy, and that this device has not come to, is on its way again."""
    pending = room.record.pending
    if pending is not None and pending.seq is not None and pending.seq > through:
        room.record.pending = msgspec.structs.replace(pending, seq=None, ts_ms=None)


def _forget_ahead(room: Room, seq: int) -> None:
    """Own messages that the hub had numbered beyond what this device had read: those numbers never come."""
    for key, _ in room.device.batch.scan(Table.AHEAD, room.uri):
        if int.from_bytes(key, "big") < seq:
            room.device.batch.delete(Table.AHEAD, room.uri, key)


def _moment(at_ms: int) -> str:
    if not 0 < at_ms <= LAST_MS:
        return "a time that it does not say"
    return f"{datetime.fromtimestamp(at_ms // 1000, UTC):%Y-%m-%d %H:%M} UTC"
