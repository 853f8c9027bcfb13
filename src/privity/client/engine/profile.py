# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the people of a room agree on and the hub does not see: its name, after how long its messages disappear, and
which older room it continues.

All of it travels as messages. Whoever adds a device says them again, for it cannot read what was said before it came.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from privity.identity.continuation import MEDIA_TYPE as ROOM_CONTINUES
from privity.identity.room_links import MEDIA_TYPE as ROOM_LINKS
from privity.message.content import UNSPECIFIED, YEAR_S, Expiry, Part, SinglePart, walk
from privity.message.errors import MessageError
from privity.message.receipts import MEDIA_TYPE as RECEIPTS
from privity.policy.roles import Role

if TYPE_CHECKING:
    from privity.client.engine.state import RoomRecord

ROOM_PROFILE = "application/privity-room-profile"
"""The name in UTF-8."""
ROOM_EXPIRY = "application/privity-room-expiry"
"""Seconds in decimal digits; 0 for never."""
MAX_NAME = 100
"""Characters of a name."""


_FOR_DEVICES = (ROOM_PROFILE, ROOM_EXPIRY, ROOM_LINKS, ROOM_CONTINUES, RECEIPTS)


class BadProfile(MessageError):
    """What somebody says about a room is not what a room can have."""


def name_part(name: str) -> SinglePart:
    """Raises BadProfile for a name that others would refuse."""
    part = SinglePart(ROOM_PROFILE, name.encode("utf-8", "replace"))
    read_name(part)
    return part


def read_name(part: SinglePart) -> str:
    """Raises BadProfile."""
    try:
        name = part.content.decode()
    except UnicodeDecodeError:
        raise BadProfile("the name of a conversation is not UTF-8") from None
    if len(name) > MAX_NAME:
        raise BadProfile(f"the name of a conversation has more than {MAX_NAME} characters")
    return name


def expiry_part(seconds: int) -> SinglePart:
    """Raises BadProfile for a time that others would refuse."""
    part = SinglePart(ROOM_EXPIRY, b"%d" % seconds, UNSPECIFIED)
    read_expiry(part)
    return part


def read_expiry(part: SinglePart) -> int:
    """Raises BadProfile."""
    text = part.content
    if not (text.isdigit() and len(text) <= len(str(YEAR_S)) and text == b"%d" % int(text) and int(text) <= YEAR_S):
        raise BadProfile(f"messages disappear after 0 to {YEAR_S} seconds, in plain digits")
    return int(text)


def may_decide(record: RoomRecord, role: Role) -> bool:
    """Who says after how long messages disappear: both people of a direct conversation, the admins of a group."""
    return record.direct or role is Role.ADMIN


def expiry_of(record: RoomRecord, part: Part) -> Expiry | None:
    """When a new message ends where its sender does not say: what the room has agreed on. What only tells devices
    something does not end."""
    if not record.expires_s or any(_tells_devices(inner) for _, inner in walk(part)):
        return None
    return Expiry(relative=True, time=record.expires_s)


def to_say_again(record: RoomRecord, role: Role) -> tuple[SinglePart, ...]:
    """What a device that was added must be told, by whom others believe it."""
    name = (name_part(record.name),) if record.name and role is Role.ADMIN else ()
    expiry = (expiry_part(record.expires_s),) if record.expires_s and may_decide(record, role) else ()
    return (*_continues(record, role), *name, *expiry)


def _continues(record: RoomRecord, role: Role) -> tuple[SinglePart, ...]:
    said = record.continues
    if said is None or said.doubt or role is not Role.ADMIN:
        return ()
    return (SinglePart(ROOM_CONTINUES, said.said, UNSPECIFIED),)


def is_message(part: Part) -> bool:
    """Whether content is somebody's words, and not what only tells devices something."""
    return not any(_tells_devices(inner) for _, inner in walk(part))


def duration(seconds: int) -> str:
    """A time as people say it."""
    for unit, size in (("week", 604_800), ("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds % size == 0:
            return f"{seconds // size} {unit}{'s' if seconds != size else ''}"
    return f"{seconds} second{'s' if seconds != 1 else ''}"


def _tells_devices(part: Part) -> bool:
    return isinstance(part, SinglePart) and part.content_type in _FOR_DEVICES
