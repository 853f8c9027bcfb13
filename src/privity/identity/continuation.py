# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What an admin says in a room that was begun in place of an older one: which one, as it was when their device last
followed it, and with whom (spec/room-continues.md). The hub neither reads it nor can say it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from privity.identity.errors import BadContinuation, BadUri
from privity.identity.uris import parse_room_uri, parse_user_uri
from privity.message.content import UNSPECIFIED, SinglePart
from privity.mls import codec
from privity.mls.codec import Reader, u8, u64, vec
from privity.mls.errors import CodecError, NotCanonical

MEDIA_TYPE: Final = "application/privity-room-continues"
VERSION: Final = 1
HASH_BYTES: Final = 32
MAX_PEOPLE: Final = 1000
"""As many as a room may have."""
LAST_ROLE: Final = 255


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the list of the older room, and the number of their role there."""

    user_uri: str
    role: int

    def encode(self) -> bytes:
        return vec(self.user_uri.encode()) + u8(self.role)

    @classmethod
    def read(cls, r: Reader) -> Self:
        return cls(parse_user_uri(_text(r)), r.u8())


@dataclass(frozen=True, slots=True)
class Continuation:
    """The older room, the newest epoch of it that the speaker's device was in, the SHA-256 of the GroupContext of that
    epoch, and everybody in its list, the banned among them."""

    room_uri: str
    epoch: int
    context_hash: bytes
    people: tuple[Person, ...]

    def part(self) -> SinglePart:
        """As a part of a message. Raises BadContinuation for what others would refuse."""
        content = u8(VERSION) + vec(self.room_uri.encode()) + u64(self.epoch) + self.context_hash
        part = SinglePart(MEDIA_TYPE, content + codec.vector_of(self.people), UNSPECIFIED)
        self.of(part)
        return part

    @classmethod
    def of(cls, part: SinglePart) -> Self:
        """Raises BadContinuation."""
        try:
            found = codec.decode(cls._read, part.content)
        except (CodecError, BadUri) as err:
            raise BadContinuation(f"what a conversation is said to continue does not decode: {err}") from None
        named = {person.user_uri for person in found.people}
        if not 1 <= len(found.people) <= MAX_PEOPLE or len(named) != len(found.people):
            raise BadContinuation(
                f"a conversation that continues has 1 to {MAX_PEOPLE} people, each once; here {len(found.people)}"
            )
        if any(person.role == 0 for person in found.people):
            raise BadContinuation("somebody is listed with role 0, which means not to be there")
        return found

    @classmethod
    def _read(cls, r: Reader) -> Self:
        if (version := r.u8()) != VERSION:
            raise BadContinuation(f"version {version} of what a room continues is unknown, expected {VERSION}")
        return cls(parse_room_uri(_text(r)), r.u64(), r.fixed(HASH_BYTES), tuple(r.vector_of(Person.read)))


def _text(r: Reader) -> str:
    raw = r.vec()
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise NotCanonical("a text is not UTF-8") from None
