# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The components of a room in the group's app data dictionary (MIMI protocol draft, section 7)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Self

from privity.mls import codec
from privity.mls.codec import Reader
from privity.mls.errors import BadOptional, NotCanonical, PolicyRefused
from privity.mls.messages.app_data import APP_COMPONENTS, SAFE_AAD
from privity.mls.messages.credential import Credential
from privity.mls.messages.extensions import read_u16s
from privity.policy.logging_policy import LOGGING_POLICY

FRANK_AAD: Final = 0x0020
FRANKING_AGENT: Final = 0x0021
PARTICIPANT_LIST: Final = 0x0022
BASE_ROOM_POLICY: Final = 0x0027

ROOM_COMPONENTS: Final = (
    APP_COMPONENTS,
    SAFE_AAD,
    FRANKING_AGENT,
    PARTICIPANT_LIST,
    BASE_ROOM_POLICY,
    LOGGING_POLICY,
)
"""What the dictionary of every room holds; none of it ever vanishes."""

MAX_PARTICIPANTS: Final = 1000
"""People in one room: every commit is read by all of them, and beyond this a Welcome no longer fits one frame."""

Changes = dict[str, tuple[int, int]]
"""User URI to (role before, role after); role 0 is "not in the list"."""


@dataclass(frozen=True, slots=True)
class Participant:
    """UserRolePair: a person in the room and the number of their role."""

    user_uri: str
    role: int

    def encode(self) -> bytes:
        return codec.vec(self.user_uri.encode()) + codec.u32(self.role)

    @classmethod
    def read(cls, r: Reader) -> Self:
        raw = r.vec()
        try:
            return cls(raw.decode(), r.u32())
        except UnicodeDecodeError:
            raise NotCanonical("a user URI in the participant list is not UTF-8") from None


@dataclass(frozen=True, slots=True)
class ParticipantList:
    """ParticipantListData: everybody in the room, in the order in which they came; each user once."""

    participants: tuple[Participant, ...]

    def __post_init__(self) -> None:
        if len({entry.user_uri for entry in self.participants}) != len(self.participants):
            raise NotCanonical("a user stands in the participant list twice")
        for entry in self.participants:
            if entry.role == 0:
                raise NotCanonical("role 0 means not to be in the list")

    def role(self, user_uri: str) -> int:
        """The role of a user; 0 for one who is not in the list."""
        for entry in self.participants:
            if entry.user_uri == user_uri:
                return entry.role
        return 0

    def index(self, user_uri: str) -> int | None:
        for index, entry in enumerate(self.participants):
            if entry.user_uri == user_uri:
                return index
        return None

    def roles(self) -> dict[str, int]:
        return {entry.user_uri: entry.role for entry in self.participants}

    def encode(self) -> bytes:
        return codec.vector_of(self.participants)

    @classmethod
    def read(cls, r: Reader) -> Self:
        return cls(r.vector_of(Participant.read))

    @classmethod
    def decode(cls, data: bytes) -> Self:
        return codec.decode(cls.read, data)


@dataclass(frozen=True, slots=True)
class RoleChange:
    user_index: int
    role: int

    def encode(self) -> bytes:
        return codec.u32(self.user_index) + codec.u32(self.role)

    @classmethod
    def read(cls, r: Reader) -> Self:
        return cls(r.u32(), r.u32())


@dataclass(frozen=True, slots=True)
class ParticipantListUpdate:
    """Update of the participant list. Indices count in the list before the commit, whatever else the commit changes."""

    changed: tuple[RoleChange, ...] = ()
    removed: tuple[int, ...] = ()
    added: tuple[Participant, ...] = ()

    @classmethod
    def between(cls, old: ParticipantList, changes: dict[str, int]) -> Self:
        """The update that gives these users these roles; role 0 removes."""
        changed: list[RoleChange] = []
        removed: list[int] = []
        added: list[Participant] = []
        for user_uri, role in changes.items():
            index = old.index(user_uri)
            if index is None:
                added.append(Participant(user_uri, role))
            elif role == 0:
                removed.append(index)
            else:
                changed.append(RoleChange(index, role))
        return cls(tuple(changed), tuple(sorted(removed)), tuple(added))

    def changes(self, old: ParticipantList) -> Changes:
        """What the update does to whom, or PolicyRefused."""
        out: Changes = {}
        for change in self.changed:
            entry = _at(old, change.user_index)
            if change.role == 0:
                raise PolicyRefused("a change to role 0 must be a removal")
            _note(out, entry.user_uri, entry.role, change.role)
        for index in self.removed:
            entry = _at(old, index)
            _note(out, entry.user_uri, entry.role, 0)
        for entry in self.added:
            if old.role(entry.user_uri):
                raise PolicyRefused("a user is added who is in the participant list already")
            if entry.role == 0:
                raise PolicyRefused("a user is added with role 0")
            _note(out, entry.user_uri, 0, entry.role)
        return out

    def encode(self) -> bytes:
        return codec.vector_of(self.changed) + codec.numbers(self.removed, 4) + codec.vector_of(self.added)

    @classmethod
    def read(cls, r: Reader) -> Self:
        return cls(r.vector_of(RoleChange.read), r.vector_of(Reader.u32), r.vector_of(Participant.read))

    @classmethod
    def decode(cls, data: bytes) -> Self:
        return codec.decode(cls.read, data)


def apply_updates(old: ParticipantList, updates: Iterable[ParticipantListUpdate]) -> ParticipantList:
    """The list after all updates of one commit. They must not touch the same user twice."""
    together: Changes = {}
    for update in updates:
        for user_uri, (before, after) in update.changes(old).items():
            _note(together, user_uri, before, after)
    kept = [Participant(entry.user_uri, together.get(entry.user_uri, (0, entry.role))[1]) for entry in old.participants]
    new = [Participant(user_uri, after) for user_uri, (before, after) in together.items() if before == 0]
    result = tuple(entry for entry in (*kept, *new) if entry.role != 0)
    if len(result) > MAX_PARTICIPANTS:
        raise PolicyRefused(f"the room would have {len(result)} participants, at most {MAX_PARTICIPANTS} are allowed")
    return ParticipantList(result)


def _at(old: ParticipantList, index: int) -> Participant:
    if index >= len(old.participants):
        raise PolicyRefused(f"participant index {index}, the list has {len(old.participants)}")
    return old.participants[index]


def _note(changes: Changes, user_uri: str, before: int, after: int) -> None:
    if user_uri in changes:
        raise PolicyRefused("one commit touches the same participant twice")
    if before == after:
        raise PolicyRefused("an update gives a participant the role they have")
    changes[user_uri] = (before, after)


@dataclass(frozen=True, slots=True)
class BaseRoomPolicy:
    """BaseRoomPolicy. `fixed_membership` is what makes a room direct: two people, nobody comes or goes."""

    fixed_membership: bool
    parent_room: bytes | None = None
    multi_device: bool = True
    max_clients: int | None = None
    max_users: int | None = None
    pseudonyms_allowed: bool = False
    persistent_room: bool = True
    discoverable: bool = False
    policy_components: tuple[int, ...] = ()

    def encode(self) -> bytes:
        parent = b"\x00" if self.parent_room is None else b"\x01" + codec.vec(self.parent_room)
        return b"".join(
            [
                codec.u8(self.fixed_membership),
                parent,
                codec.u8(self.multi_device),
                _optional_u32(self.max_clients),
                _optional_u32(self.max_users),
                codec.u8(self.pseudonyms_allowed),
                codec.u8(self.persistent_room),
                codec.u8(self.discoverable),
                codec.numbers(self.policy_components, 2),
            ]
        )

    @classmethod
    def read(cls, r: Reader) -> Self:
        return cls(
            _bool(r),
            r.optional(Reader.vec),
            _bool(r),
            r.optional(Reader.u32),
            r.optional(Reader.u32),
            _bool(r),
            _bool(r),
            _bool(r),
            read_u16s(r),
        )

    @classmethod
    def decode(cls, data: bytes) -> Self:
        return codec.decode(cls.read, data)


def _optional_u32(value: int | None) -> bytes:
    return b"\x00" if value is None else b"\x01" + codec.u32(value)


def _bool(r: Reader) -> bool:
    value = r.u8()
    if value > 1:
        raise BadOptional(f"a truth value is {value}, expected 0 or 1")
    return value == 1


@dataclass(frozen=True, slots=True)
class FrankingAgent:
    """Whose word makes messages of this room reportable: the hub's franking key."""

    signature_key: bytes
    credential: Credential

    def encode(self) -> bytes:
        return codec.vec(self.signature_key) + self.credential.encode()

    @classmethod
    def read(cls, r: Reader) -> Self:
        return cls(r.vec(), Credential.read(r))

    @classmethod
    def decode(cls, data: bytes) -> Self:
        return codec.decode(cls.read, data)


@dataclass(frozen=True, slots=True)
class ComponentsList:
    """ComponentsList: value of `app_components` and of `safe_aad`; rising numbers, each once."""

    ids: tuple[int, ...]

    def __post_init__(self) -> None:
        if list(self.ids) != sorted(set(self.ids)):
            raise NotCanonical("component numbers are not rising")

    def encode(self) -> bytes:
        return codec.numbers(self.ids, 2)

    @classmethod
    def read(cls, r: Reader) -> Self:
        return cls(read_u16s(r))

    @classmethod
    def decode(cls, data: bytes) -> Self:
        return codec.decode(cls.read, data)


@lru_cache(maxsize=256)
def participants_of(data: bytes) -> ParticipantList:
    """The participant list in these bytes; decoded once, since every commit of a room looks at it."""
    return ParticipantList.decode(data)
