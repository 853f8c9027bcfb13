# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Telling devices that come into a room what was decided there: they cannot read what was said before.

Whoever adds a device tells it. To one that enters by itself, one device speaks for all: the first leaf of the first
person whom the others believe. If that one is away, it is told later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from privity.client.engine import profile
from privity.client.engine.known_links import LETS_IN, links_to_say_again, newly_in_charge
from privity.message import compose
from privity.mls.group import StagedCommit
from privity.policy.members import Member, members
from privity.policy.room_state import RoomState

if TYPE_CHECKING:
    from privity.client.engine.room import Room


def tell(room: Room, staged: StagedCommit, *, own: bool) -> None:
    """A commit was merged, an `own` one or somebody else's: put what its newcomers must know into the outbox.

    Of links into the room they hear where they can let people in, and so does who can do that from now on.
    """
    before = set(members(staged.base.public.tree).values())
    came = set(members(staged.tree).values()) - before
    if not own and not (came and staged.external and _speaks_for_all(room, staged, came)):
        return
    device, state = room.device, RoomState.of(staged.context)
    author = compose.Author(device.own.user_uri, room.uri)
    parts = profile.to_say_again(room.record, state.role(author.user_uri)) if came else ()
    earlier = RoomState.of(staged.base.public.context)
    if newly_in_charge(earlier, state, {each.user_uri for each in came}):
        parts = (*parts, *links_to_say_again(room.record, state.may(author.user_uri, LETS_IN), device.hub_now_ms))
    for part in parts:
        room.outbox.add(compose.message(author, part, random=device.random))


def _speaks_for_all(room: Room, staged: StagedCommit, came: set[Member]) -> bool:
    """Whether this is the device that tells who enters by themselves."""
    roles = RoomState.of(staged.context).roles()
    believed = [user_uri for user_uri, role in roles.items() if profile.may_decide(room.record, role)]
    if not believed:
        return False
    known = (member for _, member in sorted(members(staged.tree).items()) if member not in came)
    speaker = next((member for member in known if member.user_uri == believed[0]), None)
    return speaker is not None and speaker.client_uri == room.device.own.client_uri
