# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Saying what became of messages of others: many at once, in a message that looks to the hub like any other.

A stranger learns nothing by writing to somebody: receipts leave a conversation only once this account has itself said
something there, or made it. What another device of the account has said already is not said again.
"""

from __future__ import annotations

from privity.client.engine import verbs
from privity.client.engine.effects import Finished
from privity.client.engine.inputs import Send, SendReceipts
from privity.client.engine.room import Room
from privity.client.engine.shown import Kind, State
from privity.message import receipts
from privity.message.content import UNSPECIFIED, SinglePart

MAX_AT_ONCE = 500
"""Receipts in one message: well below what a receiver takes, and within the size of a message."""
MAX_PEOPLE = 50
"""In a larger room, receipts of everybody for everything would be more than what is said."""


def send_receipts(room: Room, command: SendReceipts) -> None:
    """Send the receipts that are still due, or nothing. Raises what sending a message raises."""
    due = _due(room, command) if _is_owed(room) else ()
    if not due:
        room.device.effects.append(Finished(command.command))
        return
    part = SinglePart(receipts.MEDIA_TYPE, receipts.encode(due), UNSPECIFIED)
    verbs.send(room, Send(command.command, room.uri, part))


def _is_owed(room: Room) -> bool:
    return room.record.spoke and len(room.state.participants.participants) <= MAX_PEOPLE


def _due(room: Room, command: SendReceipts) -> tuple[receipts.Receipt, ...]:
    own = room.device.own.user_uri
    found = (room.timeline.item(message_id) for message_id in dict.fromkeys(command.message_ids))
    return tuple(
        receipts.Receipt(item.message_id, command.status)
        for item in found
        if item is not None
        and item.kind is Kind.MESSAGE
        and not item.mine
        and item.state in (State.SHOWN, State.EDITED)
        and item.receipts.get(own, 0) < command.status
    )[:MAX_AT_ONCE]
