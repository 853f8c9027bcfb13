# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a person gets to see, as data. Records of the timeline are kept as msgpack; the others pass by."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Kind(StrEnum):
    MESSAGE = "message"
    HIDDEN = "hidden"
    LINE = "line"


class State(StrEnum):
    SHOWN = "shown"
    EDITED = "edited"
    DELETED = "deleted"
    EXPIRED = "expired"


class Version(msgspec.Struct, frozen=True):
    """An earlier text of an edited message. `content` is empty once the message is deleted or expired."""

    message_id: bytes
    ts_ms: int
    content: bytes = msgspec.field()


class Reaction(msgspec.Struct, frozen=True):
    """Somebody's reaction; `message_id` is that of the message that carried it."""

    sender: str
    text: str
    message_id: bytes


class Deleter(msgspec.Struct, frozen=True):
    """Who deleted a message of somebody else, and the role that let them."""

    user_uri: str
    role: str


class Item(msgspec.Struct, frozen=True):
    """One entry of a conversation: a message, a neutral line for a hidden one, or a line of the program.

    `message_id` is the id of the first version, `version_id` that of the one shown. `content` holds the exact bytes D
    of what is shown now; faces read it with `message.content`. It is empty once the message is deleted or expired.
    `clock_differs` warns that the hub's time is far from this device's. `from_backup`: nothing proves it but a backup
    of this account, and it cannot be reported.
    """

    room_uri: str
    seq: int
    ts_ms: int
    kind: Kind
    sender: str = ""
    client: str = ""
    message_id: bytes = b""
    version_id: bytes = b""
    content: bytes = b""
    text: str = ""
    in_reply_to: bytes | None = None
    state: State = State.SHOWN
    expires_ms: int | None = None
    clock_differs: bool = False
    versions: tuple[Version, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    receipts: dict[str, int] = {}
    mine: bool = False
    deleted_by: Deleter | None = None
    from_backup: bool = False

    def __repr__(self) -> str:
        return f"<Item {self.kind.value} {self.room_uri} {self.seq} {self.state.value}>"

    def version_ids(self) -> tuple[bytes, ...]:
        """The message ids of all its versions, the newest first: also after a delete, so that each can be reported."""
        return tuple(dict.fromkeys((self.version_id, *(old.message_id for old in reversed(self.versions)))))


class RoomChanged(msgspec.Struct, frozen=True):
    """The room's name or its people changed, or this device came or went."""

    room_uri: str


class DevicesChanged(msgspec.Struct, frozen=True):
    """The verified device list of a user has a new version."""

    user_uri: str
    added: tuple[str, ...]
    removed: tuple[str, ...]


class ResetPending(msgspec.Struct, frozen=True):
    """Somebody without the old keys asked to have this account. At `until_ms` they do, unless an old device cancels."""

    user_uri: str
    until_ms: int


class AccountReset(msgspec.Struct, frozen=True):
    """Whoever has the account now did not have its old keys. Nothing is sent to it before a person agrees."""

    user_uri: str


class ClosingPending(msgspec.Struct, frozen=True):
    """A device of the account asked to close it. At `until_ms` it is closed, unless a device or the phrase says no."""

    user_uri: str
    until_ms: int


class AccountClosed(msgspec.Struct, frozen=True):
    """The account was ended by its own keys, for good: nobody can ever speak for it again."""

    user_uri: str


class SomebodyTypes(msgspec.Struct, frozen=True):
    """A person writes in a conversation, as one of their devices says just now (`engine.typing.LASTS_MS`)."""

    room_uri: str
    user_uri: str


class LogAlarm(msgspec.Struct, frozen=True):
    """The hub has shown two histories of its key log. It belongs to no room, and to all."""

    text: str


class Working(msgspec.Struct, frozen=True):
    """The hub asks for work before the person begins something with a stranger, and this device does it: `done` of so
    many parts, and about how many seconds are left. None where that ended, however it did."""

    done: int
    parts: int
    left_s: int | None


class ContactsChanged(msgspec.Struct, frozen=True):
    """Contacts, or what waits for a yes or a no, are others than before."""


class ChoicesChanged(msgspec.Struct, frozen=True):
    """On another device the person chose something about these people, or took it back (`choices`)."""

    people: tuple[str, ...]


class HeardFromDesk(msgspec.Struct, frozen=True):
    """What the desk says to this account, in the words that the hub brings: of the report or appeal with this receipt,
    or of the decision or legal request of this reference. It is kept (`from_desk`)."""

    text: str
    receipt: str = ""
    reference: str = ""
    legal: bool = False


class RoomReportArrived(msgspec.Struct, frozen=True):
    """Somebody reports something to this person, who looks after the conversation. It is kept (`moderation`)."""

    room_uri: str
    id: str


class Notice(msgspec.Struct, frozen=True):
    """A sentence that belongs to no room."""

    text: str


class CaughtUp(msgspec.Struct, frozen=True):
    """Everything that waited at the hub has been read."""


Shown = (
    Item
    | RoomChanged
    | DevicesChanged
    | ResetPending
    | AccountReset
    | ClosingPending
    | AccountClosed
    | SomebodyTypes
    | LogAlarm
    | Working
    | ContactsChanged
    | ChoicesChanged
    | HeardFromDesk
    | RoomReportArrived
    | Notice
    | CaughtUp
)

HIDDEN_TEXT = "hidden: could not be verified"
REJOINED_TEXT = "re-joined; messages in between could not be read"

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Item)


def encode_item(item: Item) -> bytes:
    return _encoder.encode(item)


def decode_item(data: bytes) -> Item:
    return _decoder.decode(data)
