# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who is a contact of this account, by what people signed: the hub tells of it, and cannot make it up.

Kept are the entries of both sides that were verified, and since when older ones no longer count. Only somebody with
whom this account had a conversation before there were contacts is one without them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

import msgspec

from privity.client.engine.records import Batch, Change, Table
from privity.identity.consent import ConsentEntry, Op, decode_entry
from privity.mls.errors import PolicyRefused
from privity.policy import age, contact
from privity.policy.contact import Standing
from privity.wire.age import AgeBand
from privity.wire.contacts import Age, Asked, Guardian, Invitation, Request, Ward

ROOM_SCOPE = "room"
OWN_SCOPE = "own"
AGE_KEY = b"age"
BEGUN_KEY = b"begun"
INVITED_MS: Final = 30 * 86_400_000
"""How long a yes to an invitation counts."""
MAX_OF_ROOM: Final = 64
"""Entries of this account about one room that are kept, the newest."""
UNKNOWN_AGE: Final = Age(AgeBand.UNKNOWN, None, False)


class Known(msgspec.Struct, frozen=True):
    """What was verified about one person. Entries at or before `own_after` and `theirs_after` no longer count."""

    own: tuple[bytes, ...] = ()
    theirs: tuple[bytes, ...] = ()
    vouches: tuple[bytes, ...] = ()
    before: bool = False
    """There was a conversation of the two before there were contacts."""
    listed: bool = False
    """Whether the hub lists them as a contact."""
    since_ms: int = 0
    own_after: int = -1
    theirs_after: int = -1

    def encode(self) -> bytes:
        return msgspec.msgpack.encode(self)

    @classmethod
    def decode(cls, data: bytes) -> Known:
        return msgspec.msgpack.decode(data, type=cls)

    def over(self, now_ms: int) -> Known:
        """The contact has ended: nothing that was signed until now counts again."""
        own, theirs = _latest(self.own), _latest(self.theirs)
        return Known(own_after=max(self.own_after, own, now_ms), theirs_after=max(self.theirs_after, theirs))

    def ended_with(self, before: bool, own_after: int, theirs_after: int) -> Known:
        """With what another device of this account knew of an end, and of a time before there were contacts."""
        return msgspec.structs.replace(
            self,
            before=self.before or (before and self.own_after < 0),
            own_after=max(self.own_after, own_after),
            theirs_after=max(self.theirs_after, theirs_after),
        )


class RoomWords(msgspec.Struct, frozen=True):
    """What this account signed about a room. Entries at or before `after` no longer count."""

    entries: tuple[bytes, ...] = ()
    after: int = -1


@dataclass(slots=True)
class Waiting:
    """What the hub told last and a person has not decided; every entry in it was verified."""

    requests: tuple[Request, ...] = ()
    asked: tuple[Asked, ...] = ()
    invitations: tuple[Invitation, ...] = ()
    wards: tuple[Ward, ...] = ()
    guardians: tuple[Guardian, ...] = ()


@dataclass(slots=True)
class ContactBook:
    """The contacts of one account as one of its devices knows them."""

    batch: Batch
    now: Callable[[], int]
    waiting: Waiting = field(default_factory=Waiting)
    asked_rounds: int = 0
    """How often the hub was asked, and which answer was taken last: an older one that comes later is not."""
    taken_round: int = 0
    refused: set[str] = field(default_factory=set)
    """Whom the hub called a contact without proof: said once."""

    def known(self, user_uri: str) -> Known | None:
        value = self.batch.get(Table.CONTACT, "", user_uri.encode())
        return None if value is None else Known.decode(value)

    def everybody(self) -> dict[str, Known]:
        return {key.decode(): Known.decode(value) for key, value in self.batch.scan(Table.CONTACT, "")}

    def put(self, user_uri: str, known: Known) -> None:
        self.batch.put(Table.CONTACT, "", user_uri.encode(), known.encode())

    def handle(self, user_uri: str) -> str | None:
        """The pinned handle of a person (`names`)."""
        value = self.batch.get(Table.PIN, "handle", user_uri.encode())
        return None if value is None else value.decode()

    # Ages

    @property
    def age(self) -> Age:
        """The age band of this account, as the hub said last."""
        return self.told_age or UNKNOWN_AGE

    @property
    def told_age(self) -> Age | None:
        """The same; None before this device heard of it."""
        value = self.batch.get(Table.CONTACT, OWN_SCOPE, AGE_KEY)
        return None if value is None else msgspec.msgpack.decode(value, type=Age)

    def put_age(self, told: Age) -> None:
        (row,) = age_row(told).items()
        self.batch.put(*row[0], row[1])

    @property
    def is_minor(self) -> bool:
        told = self.age
        return age.is_minor(age.band_now(told.band, told.adult_from_ms, self.now()))

    # Who is one

    def standing(self, known: Known) -> Standing:
        """How this account stands to somebody, by what both signed."""
        own = {entry.op for entry in _entries(known.own) if entry.at_ms > known.own_after}
        theirs = {entry.op for entry in _entries(known.theirs) if entry.at_ms > known.theirs_after}
        return Standing(
            minor=self.is_minor,
            asked=Op.REQUEST in own,
            granted=Op.GRANT in own,
            met=Op.MEET in own and Op.MEET in theirs,
            vouched=bool(known.vouches),
            wanted=bool(theirs),
        )

    def check(self, user_uri: str) -> None:
        """Raise PolicyRefused unless this person is a contact."""
        known = self.known(user_uri)
        if known is None or not known.listed:
            raise PolicyRefused(f"{user_uri} is no contact")
        if not known.before:
            contact.check_contact(self.standing(known))

    def is_contact(self, user_uri: str) -> bool:
        try:
            self.check(user_uri)
        except PolicyRefused:
            return False
        return True

    def strangers(self, people: Iterable[str]) -> list[str]:
        """Who of these people is no contact."""
        return [user_uri for user_uri in people if not self.is_contact(user_uri)]

    # What this account signed about rooms

    def about(self, room_uri: str) -> list[ConsentEntry]:
        """Verified entries of this account that name a room, since it was last in it."""
        words = self._words(room_uri)
        return [entry for entry in _entries(words.entries) if entry.at_ms > words.after]

    def note_room(self, room_uri: str, entries: Iterable[bytes]) -> None:
        """Keep entries of this account about a room, which were verified or signed here."""
        before = self._words(room_uri)
        now = tuple(dict.fromkeys((*before.entries, *entries)))[-MAX_OF_ROOM:]
        if now != before.entries:
            self._put_words(room_uri, RoomWords(now, before.after))

    def left_room(self, room_uri: str) -> None:
        """The account is out of a room: what it signed about it until now does not bring it back."""
        before = self._words(room_uri)
        self._put_words(room_uri, RoomWords((), max(before.after, _latest(before.entries), self.now())))

    def room_after(self, room_uri: str) -> int:
        """When this account was last out of a room, by what it signed: only what is newer counts."""
        return self._words(room_uri).after

    def _words(self, room_uri: str) -> RoomWords:
        value = self.batch.get(Table.CONTACT, ROOM_SCOPE, room_uri.encode())
        return RoomWords() if value is None else msgspec.msgpack.decode(value, type=RoomWords)

    def _put_words(self, room_uri: str, words: RoomWords) -> None:
        self.batch.put(Table.CONTACT, ROOM_SCOPE, room_uri.encode(), msgspec.msgpack.encode(words))

    def invited_by(self, room_uri: str, user_uri: str) -> bool:
        """Whether this account said yes, not long ago, to being added to a room by this person."""
        since = self.now() - INVITED_MS
        words = (entry for entry in self.about(room_uri) if entry.op is Op.GRANT and entry.other == user_uri)
        return any(entry.at_ms >= since for entry in words)

    def agreed_to(self, room_uri: str) -> bool:
        """Whether this account said yes to a room, or invited somebody to it."""
        return bool(self.about(room_uri))

    # Stores from before there were contacts

    def begin(self, pairs: Iterable[tuple[str, ...]], own: str) -> None:
        """Once for each store: whoever this account has a direct conversation with already is a contact."""
        if self.batch.get(Table.CONTACT, OWN_SCOPE, BEGUN_KEY) is not None:
            return
        self.batch.put(Table.CONTACT, OWN_SCOPE, BEGUN_KEY, b"")
        for user_uri in {each for people in pairs for each in people if each != own}:
            if self.known(user_uri) is None:
                self.put(user_uri, Known(before=True, listed=True))


def age_row(told: Age) -> dict[Change, bytes]:
    """How an age band is kept."""
    return {(Table.CONTACT, OWN_SCOPE, AGE_KEY): msgspec.msgpack.encode(told)}


def _entries(values: Iterable[bytes]) -> list[ConsentEntry]:
    """Entries that were verified before they were kept."""
    return [decode_entry(value).claimed for value in values]


def _latest(values: Iterable[bytes]) -> int:
    return max((entry.at_ms for entry in _entries(values)), default=-1)
