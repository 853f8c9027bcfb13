# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What this device's person agreed to in a room: its policy, as a hash. Nothing is sent under another.

The policy is everything in the context that says how the room works, above all who keeps a copy. Not part of it are
the people, who are shown as they come and go, and the hub's key for franks, which its own record in the key log names.

It takes a person's word on this device. Only who changes the policy has said it by that, and who comes into a room
that declares nobody finds what every room is. Nobody can agree for somebody else, and no setting does.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Final

from privity.client.engine.state import RoomRecord
from privity.client.errors import ConsentNeeded
from privity.mls.codec import vec
from privity.mls.messages.app_data import AppDataDictionary
from privity.mls.messages.codepoints import APP_DATA_DICTIONARY
from privity.mls.messages.group_context import GroupContext
from privity.policy.logging_policy import LoggingPolicy
from privity.policy.roles import Role
from privity.policy.room_components import FRANKING_AGENT, PARTICIPANT_LIST
from privity.policy.room_state import RoomState

LETTERS: Final = 8
"""Letters of a room's ID in a command that names it."""


@dataclass(frozen=True, slots=True)
class Archive:
    """Who keeps a copy of a room: since when (ms; 0 where that was before this device came), and whether they still
    are in it. `policy` is what is said about the copy."""

    user_uri: str
    since_ms: int
    here: bool
    policy: str


def archives(record: RoomRecord, context: GroupContext) -> list[Archive]:
    """Everybody whom the group itself declares; whatever this device remembers only adds the time."""
    state = RoomState.of(context)
    return [
        Archive(each, record.archives.get(each, 0), state.participants.role(each) == Role.ARCHIVE, state.logging.text)
        for each in state.logging.archives
    ]


def policy_hash(context: GroupContext) -> bytes:
    """The policy of an epoch in 32 bytes."""
    dictionary = AppDataDictionary.of(context.extensions)
    for component_id in (PARTICIPANT_LIST, FRANKING_AGENT):
        dictionary = dictionary.without_component(component_id)
    others = [each for each in context.extensions if each.type != APP_DATA_DICTIONARY]
    return hashlib.sha256(b"".join(vec(each.encode()) for each in (*others, dictionary.extension()))).digest()


def agree(record: RoomRecord, context: GroupContext) -> None:
    """The person agrees to the policy of this epoch."""
    record.agreed_hash = policy_hash(context)
    record.agreed_logging = RoomState.of(context).logging.encode()


def come_in(record: RoomRecord, context: GroupContext) -> None:
    """This device is in a room by its own entry, by a Welcome, or because it made it."""
    if not record.agreed_hash and not RoomState.of(context).logging.archives:
        agree(record, context)
    note_archives(record, context, 0)


def note_archives(record: RoomRecord, context: GroupContext, ts_ms: int) -> None:
    """Remember since when each archive is declared; 0 where that was before this device could see it."""
    known = record.archives
    record.archives = {each: known.get(each, ts_ms) for each in RoomState.of(context).logging.archives}


def is_missing(record: RoomRecord, context: GroupContext) -> bool:
    """Whether the policy of this epoch is another one than the person agreed to."""
    return not hmac.compare_digest(policy_hash(context), record.agreed_hash)


def check_agreed(record: RoomRecord, context: GroupContext) -> None:
    """Raise ConsentNeeded, which says what changed and how to accept it."""
    if is_missing(record, context):
        command = accept_command(record.room_uri)
        raise ConsentNeeded(f"{what_is_new(record, context)}; nothing is sent before `{command}`")


def accept_command(room_uri: str) -> str:
    """What a person types to agree."""
    return f"privity room accept {room_uri.rsplit('/', 1)[-1][:LETTERS]}"


def what_is_new(record: RoomRecord, context: GroupContext) -> str:
    """How the policy of this epoch differs from what the person agreed to, in a sentence."""
    before = LoggingPolicy.decode(record.agreed_logging) if record.agreed_logging else LoggingPolicy()
    now = RoomState.of(context).logging
    parts = [f"{each} keeps a copy of everything sent here" for each in now.archives if each not in before.archives]
    parts += [f"{each} keeps no copy any more" for each in before.archives if each not in now.archives]
    if now.text and now.text != before.text:
        parts.append(f'about the copy it says: "{now.text}"')
    return "; ".join(parts) or "the rules of this conversation are others than those you agreed to"
