# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Coming back into a room: after a commit that cannot be processed, or with lost state, by external commit.

Nothing is kept of an entry before the hub has taken it, and the cursor stays where it was. After a crash in between the
hub's log shows an entry of this device that it knows nothing of, or begins only there; both lead to a new entry.

The state to enter is the hub's word. What waits to be sent was written for the people before; it goes to nobody else.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import TYPE_CHECKING

from privity.client.engine import calls
from privity.client.engine.flow import Flow, ask
from privity.client.engine.joining import enter
from privity.client.engine.shown import REJOINED_TEXT, RoomChanged
from privity.client.engine.who_changed import Roster, on_entry, who_came
from privity.client.errors import CommandRefused
from privity.mls.codec import u64, vec
from privity.mls.crypto import sign_with_label
from privity.mls.group import Group
from privity.wire import rest
from privity.wire.errors import Refusal
from privity.wire.socket import Event

if TYPE_CHECKING:
    from privity.client.engine.room import Room

BROKEN_LABEL = b"PrivityBrokenEpochTBS"


def poisoned(room: Room, event: Event, group: Group) -> Flow[None]:
    """Tell the hub with a signature that this commit cannot be processed, and enter again from outside."""
    room.pace.check(room.device.now_ms)
    digest = hashlib.sha256(event.message).digest()
    tbs = vec(room.uri.encode()) + u64(group.epoch) + vec(digest)
    suite, private = group.suite, room.device.own.signature_private
    notice = rest.Broken(group.epoch, digest, sign_with_label(suite, private, BROKEN_LABEL, tbs))
    with suppress(Refusal):  # the notice helps the others; entering again does not depend on it
        yield from ask(calls.broken(room.uri, notice), rest.BrokenCounted)
    room.record.pending = None
    yield from enter_again(room, REJOINED_TEXT)


def enter_again(room: Room, text: str) -> Flow[None]:
    """Enter by external commit, and say so at the place of the entry, with who came and went since the last state."""
    room.pace.check(room.device.now_ms)
    before, roster = None if room.group is None else room.group.tree, room.roster()
    group, seq, ts_ms = yield from enter(room.device, room.record)
    room.entered(group, seq)
    if came := [] if before is None else who_came(before, group.tree):
        err = CommandRefused(f"not sent: {', '.join(came)} came into the conversation while this device was out of it")
        text = f"{text}; what waited was not sent" if room.unsend(err) else text
    room.passed(seq)
    now = Roster.of(group.tree, group.context)
    room.timeline.line(seq, ts_ms, on_entry(text, roster, now, room.device.own.user_uri))
    room.device.show(RoomChanged(room.uri))
