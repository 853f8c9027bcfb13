# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Beginning a conversation again that cannot go on, and asking its people along."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from privity.client.contacts import Contacts, How
from privity.client.engine import continued, continuing, inputs
from privity.client.engine.room import Room
from privity.client.errors import ClientError, CommandRefused
from privity.client.host import Host
from privity.client.offices import Offices
from privity.identity.errors import IdentityError
from privity.mls.errors import ProtocolError
from privity.policy.roles import OFFICES, Role
from privity.wire.errors import Refusal

EXPECTED = (ClientError, Refusal, IdentityError, ProtocolError)
"""Why somebody cannot be brought in. The others still are."""


AT_ONCE: Final = 50
"""People who are brought in by one commit: what it weighs must fit one frame of the hub."""


@dataclass(frozen=True, slots=True)
class BegunAgain:
    """The new conversation: who was brought in, who is no contact and was asked, and who is neither, with the reason.
    All by user URI."""

    room_uri: str
    added: tuple[str, ...]
    asked: tuple[str, ...]
    left_out: dict[str, str]


class BeginningAgain:
    """Conversations in place of others."""

    __slots__ = ("_contacts", "_host", "_offices")

    def __init__(self, host: Host, contacts: Contacts, offices: Offices) -> None:
        self._host = host
        self._contacts = contacts
        self._offices = offices

    def may(self, room_uri: str) -> bool:
        """Whether this device can begin a conversation again."""
        try:
            continuing.statement(self._host.engine, self._room(room_uri))
        except CommandRefused:
            return False
        return True

    def older(self, room_uri: str) -> str:
        """The conversation that this one continues, as far as this device takes that for true; or nothing."""
        said = self._room(room_uri).record.continues
        return said.room_uri if said is not None and not said.doubt else ""

    def newer(self, room_uri: str) -> str:
        """The conversation in which this one goes on, once this device is in it; or nothing."""
        room = self._room(room_uri)
        return room.record.continued_in if continued.is_continued(self._host.engine, room) else ""

    async def begin(self, room_uri: str) -> BegunAgain:
        """A new conversation with the name, people and roles of this one. Who was banned stays so; who keeps a copy is
        declared anew by hand. Raises CommandRefused for who is no admin, Refusal, HubUnreachable."""
        done: Any = await self._host.do(lambda n: inputs.BeginAgain(n, room_uri))
        new, people = done
        others = {who: role for who, role in people if who != self._host.engine.device.own.user_uri}
        await self._bring_contacts(new, [who for who, role in others.items() if role in OFFICES])
        added, asked, left_out = [], [], {}
        for user_uri, role in others.items():
            try:
                how = await self._bring(new, user_uri, role)
            except EXPECTED as err:
                left_out[user_uri] = str(err)
                continue
            if how is How.ADDED:
                added.append(user_uri)
            elif how is How.INVITED:
                asked.append(user_uri)
        return BegunAgain(new, tuple(added), tuple(asked), left_out)

    async def _bring_contacts(self, new: str, people: list[str]) -> None:
        """As many as can be, together. Whoever is not in it afterwards is brought one by one, which says why not."""
        contacts = [who for who in people if self._contacts.is_contact(who)]
        for at in range(0, len(contacts), AT_ONCE):
            chosen = tuple(contacts[at : at + AT_ONCE])
            with suppress(*EXPECTED):
                await self._host.do(partial(inputs.BringAlong, room_uri=new, people=chosen))

    async def _bring(self, new: str, user_uri: str, role: Role) -> How | None:
        if role is Role.BANNED:
            await self._offices.ban(new, user_uri)
            return None
        if role is Role.ARCHIVE:
            raise CommandRefused("it kept a copy of the old conversation; declare it again if it is to do so here")
        here = self._room(new).state.participants.role(user_uri) >= Role.MEMBER
        how = How.ADDED if here else await self._contacts.invite(new, user_uri)
        if how is How.ADDED and role in OFFICES and role is not Role.MEMBER:
            await self._offices.give(new, user_uri, role)
        return how

    def _room(self, room_uri: str) -> Room:
        return self._host.engine.room(room_uri)
