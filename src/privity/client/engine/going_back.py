# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A conversation never goes back: a hub that shows an old state of it would bring back whoever was removed since.

Every old GroupInfo and every Welcome was genuine once, so signatures do not help; only what this device remembers does.
A direct room stays that of the same two people: a hub has accounts of its own, and can make later states with them.
A hub whose database was restored from a backup is refused too: a person cannot tell the two apart, nor can a device.
"""

from __future__ import annotations

import hashlib
import hmac

from privity.client.engine.state import RoomRecord
from privity.client.errors import RolledBack
from privity.mls.messages.group_context import GroupContext
from privity.policy.room_state import RoomState


class RoomReplaced(RolledBack):
    """The hub shows the state of a conversation of other people under the name of a direct one."""


class SuiteReplaced(RolledBack):
    """The hub shows a group of another cipher suite under the name of a conversation; a group never changes its own."""


def note_state(record: RoomRecord, context: GroupContext) -> None:
    """Remember the newest state that this device was in."""
    if context.epoch > record.epoch:
        record.epoch = context.epoch
        record.context_hash = _hash(context)
        record.people = _people(context)
        record.suite = context.cipher_suite


def check_state(record: RoomRecord, context: GroupContext) -> None:
    """Raise RolledBack unless this state comes after the newest one that this device was in, or is that one.

    Raises RoomReplaced for other people than the two of a direct room, SuiteReplaced for another cipher suite.
    """
    if record.epoch >= 0 and context.cipher_suite != record.suite:
        raise SuiteReplaced(
            f"the hub shows the conversation with cipher suite {context.cipher_suite}, it has had {record.suite}: its"
            " keys would be kept in another way than its people chose"
        )
    if context.epoch < record.epoch:
        raise RolledBack(
            f"the hub shows the conversation as it was in epoch {context.epoch}, this device has been in epoch"
            f" {record.epoch}: whoever was removed since would read again"
        )
    if context.epoch == record.epoch and not hmac.compare_digest(_hash(context), record.context_hash):
        raise RolledBack(f"the hub shows another epoch {context.epoch} of the conversation than this device was in")
    if record.people and _people(context) != record.people:
        raise RoomReplaced(f"the hub shows other people; this is the conversation with {' and '.join(record.people)}")


def check_place(record: RoomRecord, seq: int) -> None:
    """Raise RolledBack unless this device's (new) membership begins after the events that it has dealt with."""
    if seq <= record.cursor:
        raise RolledBack(f"the hub lets this device in with event {seq}, which is not after event {record.cursor}")


def _people(context: GroupContext) -> tuple[str, ...]:
    """The two of a direct room, nobody for a group."""
    state = RoomState.of(context)
    return tuple(sorted(state.participants.roles())) if state.direct else ()


def _hash(context: GroupContext) -> bytes:
    return hashlib.sha256(context.encode()).digest()
