# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The people with whom an account may talk, and what waits for its person's yes or no."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

from privity.client.engine import contact_inputs, inputs
from privity.client.engine.calls import Call
from privity.client.engine.contact_book import ContactBook, Known
from privity.client.engine.contact_codes import KeptCode
from privity.client.errors import ClientError, CommandRefused, NotAContact
from privity.client.host import Host
from privity.client.safety import Safety
from privity.identity.consent import Op, code_hash, decode_entry, shown_code, typed_code
from privity.identity.handle import typed_handle
from privity.identity.uris import id_of, parse_room_uri, parse_user_uri
from privity.message.report import Reason
from privity.wire import rest
from privity.wire.age import AgeBand
from privity.wire.contacts import Age, CodeFound, FindCode, Profile, Purpose, SetAge
from privity.wire.errors import Code, Refusal


class How(StrEnum):
    """What came of inviting somebody to a group."""

    ADDED = "added"
    INVITED = "invited"
    """They are asked, and are added by any device of this account once they agree."""


@dataclass(frozen=True, slots=True)
class Person:
    """A contact. `how` is `asked`, `met`, `vouched`, or `before` for who was one before anybody had to ask."""

    user_uri: str
    since_ms: int
    how: str


@dataclass(frozen=True, slots=True)
class Wish:
    """Somebody who would like contact. The profile proves nothing; `mutual` contacts are what the hub says."""

    user_uri: str
    handle: str
    profile: Profile
    mutual: int
    asked_ms: int


@dataclass(frozen=True, slots=True)
class Sent:
    """A request of this account of which nothing came yet."""

    target: str
    asked_ms: int


@dataclass(frozen=True, slots=True)
class GroupInvitation:
    """Somebody invites this account to a group of so many people, among them these contacts."""

    room_uri: str
    profile: Profile
    people: int
    contacts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeldRoom:
    """A conversation that somebody added this account to, and that it has not entered. `added_by` is empty where nobody
    says who did; `contacts` are among `people`."""

    room_uri: str
    added_by: str
    people: tuple[str, ...]
    contacts: tuple[str, ...]


class Contacts:
    """The contacts of one device's account."""

    __slots__ = ("_host",)

    def __init__(self, host: Host) -> None:
        self._host = host

    # What is known

    async def refresh(self) -> None:
        """Ask the hub, and take over what is proven. It also happens by itself, whenever the hub says so.

        Raises Refusal.
        """
        await self._host.do(contact_inputs.RefreshContacts)

    def people(self) -> list[Person]:
        return people(self._host.engine.device.contacts)

    def is_contact(self, user_uri: str) -> bool:
        return self._host.engine.device.contacts.is_contact(user_uri)

    def requests(self) -> list[Wish]:
        """Who would like contact, as the hub told last. Empty until it did."""
        waiting = self._host.engine.device.contacts.waiting.requests
        return [
            Wish(each.profile.user_uri, each.profile.handle, each.profile, each.mutual, each.asked_ms)
            for each in waiting
        ]

    def asked(self) -> list[Sent]:
        return [Sent(each.target, each.asked_ms) for each in self._host.engine.device.contacts.waiting.asked]

    def invitations(self) -> list[GroupInvitation]:
        waiting = self._host.engine.device.contacts.waiting.invitations
        return [GroupInvitation(each.room_uri, each.profile, each.people, tuple(each.contacts)) for each in waiting]

    def held(self) -> list[HeldRoom]:
        """Conversations that wait for a word, by who this device saw in them."""
        rooms = {uri: room.record.held for uri, room in self._host.engine.rooms.items()}
        return [
            HeldRoom(uri, held.added_by, held.people, tuple(each for each in held.people if self.is_contact(each)))
            for uri, held in rooms.items()
            if held is not None and not held.declined
        ]

    @property
    def age(self) -> Age:
        """The age band of the account, as the hub said last: what it says decides how far this device protects it."""
        return self._host.engine.device.contacts.age

    # Asking and answering

    async def ask(self, handle_or_uri: str) -> bool:
        """Whether both are contacts now. Otherwise nobody says whether there is such a person, nor what they answered.

        Raises BadHandle, BadUri, CommandRefused, Refusal.
        """
        return bool(await self._host.do(lambda n: contact_inputs.AskContact(n, handle_or_uri)))

    async def withdraw(self, target: str) -> None:
        """Take a request back."""
        name = id_of(parse_user_uri(target)) if "/" in target else typed_handle(target)
        await self._tell(Call("DELETE", f"/v1/contacts/requests/{quote(name)}", rest.Done))

    async def accept(self, user_uri: str) -> bool:
        """Say yes to a request; whether both are contacts now."""
        return bool(await self._host.do(lambda n: contact_inputs.GrantContact(n, user_uri)))

    async def decline(self, user_uri: str) -> None:
        """Say no to a request. They are not told."""
        await self._host.do(lambda n: contact_inputs.EndContact(n, user_uri))

    async def end(self, user_uri: str) -> None:
        """End a contact. They are not told; both must ask anew."""
        await self._host.do(lambda n: contact_inputs.EndContact(n, user_uri))

    # In person

    async def make_code(self) -> str:
        """A one-time code to show to somebody who stands here."""
        return await new_code(self._host, Purpose.CONTACT)

    async def look_code(self, text: str) -> CodeFound:
        """Whose code this is, as the hub says: show it before it is used. Raises BadCode, Refusal."""
        return await find_code(self._host, typed_code(text))

    async def use_code(self, text: str) -> str:
        """Use the code of somebody: both are contacts once a device of theirs has seen the proof. Their user URI.

        Raises BadCode, CommandRefused for a code of another kind, Refusal.
        """
        return await spend_code(self._host, text, Purpose.CONTACT)

    # Groups

    async def invite(self, room_uri: str, user_uri: str) -> How:
        """Add a contact to a group, or let others be asked. Raises NotAContact where the hub does neither."""
        people = [each.user_uri for each in self._host.engine.room(room_uri).state.participants.participants]
        if not self.is_contact(user_uri) and user_uri not in people:
            await self.refresh()
        if self.is_contact(user_uri) or user_uri in people:
            try:
                await self._host.do(lambda n: inputs.Invite(n, room_uri, user_uri))
            except Refusal as refusal:
                if refusal.code is not Code.NOT_FOUND:
                    raise
            else:
                return How.ADDED
        try:
            await self._host.do(lambda n: contact_inputs.InviteToRoom(n, room_uri, user_uri))
        except Refusal as refusal:
            if refusal.code is not Code.NOT_FOUND:
                raise
            raise NotAContact(
                f"{user_uri} cannot be invited: they are no contact of this account; ask first, `privity contacts ask`"
            ) from None
        return How.INVITED

    async def accept_invitation(self, room_uri: str) -> None:
        """Agree to be added: a device of whoever invited does so when it is there. Raises CommandRefused, Refusal."""
        await self._host.do(lambda n: contact_inputs.AcceptInvitation(n, room_uri))

    async def decline_invitation(self, room_uri: str, report: Reason | None = None, note: str = "") -> None:
        """Say no; with a reason whoever invites is reported first. Raises CommandRefused, Refusal."""
        if report is not None:
            asked = next((each for each in self.invitations() if each.room_uri == parse_room_uri(room_uri)), None)
            if asked is None:
                raise CommandRefused("nobody invites this account to such a conversation (any more)")
            await Safety(self._host).report_invitation(asked.profile.user_uri, report, note, room_uri=room_uri)
        await self._tell(Call("DELETE", f"/v1/rooms/{id_of(parse_room_uri(room_uri))}/invitation", rest.Done))

    async def accept_held(self, room_uri: str) -> None:
        """Come into a conversation that waited for a word; what is said from then on is read here.

        Raises CommandRefused, also where it cannot be entered, Refusal.
        """
        queue = self._host.follow()
        try:
            await self._host.do(lambda n: contact_inputs.AcceptHeld(n, room_uri))
            room = self._host.engine.room(room_uri)
            while room.group is None and room.record.held is None and not room.stopped:
                await queue.get()
        finally:
            self._host.unfollow(queue)
        if room.group is None:
            raise CommandRefused(f"the conversation cannot be entered: {room.stopped or 'it is held back again'}")

    async def leave_held(self, room_uri: str, report: Reason | None = None, note: str = "") -> str | None:
        """Leave it without having been in it. With a reason whoever brought this account in is reported first, or the
        conversation where nobody says who did; the receipt. There are no messages: this device read none of them.

        Raises CommandRefused, Refusal. Where the report is refused, the conversation waits on.
        """
        receipt = None
        if report is not None:
            held = next((room for room in self.held() if room.room_uri == parse_room_uri(room_uri)), None)
            if held is None:
                raise CommandRefused("this conversation does not wait for a word")
            safety = Safety(self._host)
            if held.added_by:
                receipt = await safety.report_invitation(held.added_by, report, note, room_uri=room_uri)
            else:
                receipt = await safety.report_room(room_uri, report, note)
        await self._host.do(lambda n: contact_inputs.LeaveHeld(n, room_uri))
        return receipt

    # Age

    async def set_age(self, band: AgeBand) -> Age:
        """Say how old the person is. Who counts as a minor and says adult waits for a guardian or the operator."""
        answer = await self._host.ask(Call("PUT", "/v1/account/age", Age, SetAge(band)), Age)
        await self.refresh()
        return answer

    async def _tell(self, call: Call) -> None:
        await self._host.ask(call, rest.Done)
        await self.refresh()


def people(book: ContactBook) -> list[Person]:
    """Everybody who is a contact now."""
    found = [(user_uri, known) for user_uri, known in book.everybody().items() if book.is_contact(user_uri)]
    return [Person(user_uri, known.since_ms, _how(known)) for user_uri, known in found]


def _how(known: Known) -> str:
    ops = {decode_entry(value).claimed.op for value in known.own}
    if Op.MEET in ops:
        return "met"
    if known.vouches:
        return "vouched"
    return "before" if known.before and not ops else "asked"


async def new_code(host: Host, purpose: Purpose) -> str:
    """A one-time code, as people read it."""
    made = await host.do(lambda n: contact_inputs.MakeCode(n, purpose))
    if not isinstance(made, KeptCode):
        raise ClientError("the engine made a code without giving it")
    return shown_code(made.code)


async def find_code(host: Host, code: bytes) -> CodeFound:
    """Whose code this is, and what for. Raises Refusal."""
    call = Call("POST", "/v1/contacts/codes/find", CodeFound, FindCode(code_hash(code)))
    found = await host.ask(call, CodeFound)
    parse_user_uri(found.user_uri)
    return found


async def spend_code(host: Host, text: str, purpose: Purpose) -> str:
    """Use a code for what it is for; the user URI of its maker. Raises BadCode, CommandRefused, Refusal."""
    code = typed_code(text)
    found = await find_code(host, code)
    if found.purpose is not purpose:
        raise CommandRefused(f"this code is for a {found.purpose.value}, not for a {purpose.value}")
    await host.do(lambda n: contact_inputs.UseCode(n, code, purpose, found.user_uri))
    return found.user_uri
