# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the hub says of contacts, taken over as far as it is proven: each entry was signed by whoever it speaks for.

Own entries count under any list that this account ever had, those of others under their verified lists. What proves
nothing is left out, and said once where the hub calls somebody a contact by it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import msgspec

from privity.client.engine import calls, contact_codes
from privity.client.engine.contact_book import Known, Waiting
from privity.client.engine.contact_signing import sign
from privity.client.engine.flow import Flow, ask
from privity.client.engine.key_history import all_dated
from privity.client.engine.records import Table
from privity.client.engine.shown import ContactsChanged, Notice
from privity.client.errors import LogRefused
from privity.identity.consent import ConsentEntry, Op, code_proof, decode_entry
from privity.identity.errors import BadHandle, ConsentError, ConsentNotSigned, IdentityError, WrongCodeProof
from privity.identity.handle import parse_handle
from privity.identity.uris import host_of, parse_user_uri
from privity.mls.errors import PolicyRefused
from privity.policy import contact
from privity.wire import rest
from privity.wire.contacts import Contact, ContactMade, Contacts, Invitation, Request, Ward
from privity.wire.errors import Code, Refusal

if TYPE_CHECKING:
    from privity.client.engine.state import Device

HANDLE_SCOPE: Final = "handle"
WARD_SCOPE: Final = "ward"
MAX_CONTACTS: Final = 10_000
MAX_WAITING: Final = 500
"""Requests, invitations, wards that are looked at: more than a person decides in a day."""
MAX_ENTRIES: Final = 8
"""Entries of one person that are kept, and looked at in one answer: there are four kinds, and a newer one of each."""
MAX_REFUSED: Final = 1_000
"""Entries in one answer that are said to be this account's and are not: after so many nothing more is looked at."""
AT_ONCE: Final = 100
"""People who are looked up for one answer; the rest comes with the next."""


def refresh(device: Device) -> Flow[list[tuple[str, str]]]:
    """Ask the hub, and take over what is proven. Room and person of everybody who said yes to an invitation of ours."""
    book = device.contacts
    book.asked_rounds += 1
    number = book.asked_rounds
    answer = yield from ask(calls.known_contacts(), Contacts)
    yield from _meet_own_devices(device, answer)
    unknown = yield from _meet_signers(device, answer)
    if number <= book.taken_round:
        return []
    book.taken_round = number
    taking = _Taking(device, answer, unknown)
    taking.take()
    for call in taking.answers:
        yield from tell(call)
    return taking.agreed


def tell(call: calls.Call) -> Flow[None]:
    """Tell the hub what was decided; one that knows nothing of it (any more) has nothing to be told."""
    try:
        yield from ask(call, ContactMade if call.answer is ContactMade else rest.Done)
    except Refusal as refusal:
        if refusal.code is not Code.NOT_FOUND:
            raise


def _meet_own_devices(device: Device, answer: Contacts) -> Flow[None]:
    """A device that was linked later has not seen the lists with devices that are gone; what these signed counts."""
    own = device.own.user_uri
    said = [*answer.rooms, *(value for each in answer.contacts for value in each.own[:MAX_ENTRIES])]
    if device.pins.own_lists.is_whole or all(_proven(device, value, own) for value in said[:MAX_CONTACTS]):
        return
    with suppress(IdentityError, LogRefused, Refusal):  # what is not proven yet waits for the next word of the hub
        yield from all_dated(device, own)


def _meet_signers(device: Device, answer: Contacts) -> Flow[set[str]]:
    """Look up whoever signed an entry that their pinned list does not prove. Who of them could not be looked up."""
    found: dict[str, None] = {}
    for value, user_uri in _foreign(device, answer):
        if user_uri not in found and not _proven(device, value, user_uri):
            found[user_uri] = None
    wanted = list(found)
    unknown = set(wanted[AT_ONCE:])
    for user_uri in wanted[:AT_ONCE]:
        try:
            yield from device.pins.refresh(parse_user_uri(user_uri))
        except (IdentityError, LogRefused, Refusal):
            unknown.add(user_uri)
    return unknown


def _foreign(device: Device, answer: Contacts) -> Iterator[tuple[bytes, str]]:
    """Every entry of somebody else that is new here, and who is said to have signed it."""
    for each in answer.contacts[:MAX_CONTACTS]:
        known = device.contacts.known(each.user_uri) or Known()
        yield from ((value, each.user_uri) for value in each.theirs[:MAX_ENTRIES] if value not in known.theirs)
        yield from _vouchers(value for value in each.vouches[:MAX_ENTRIES] if value not in known.vouches)
    for request in answer.requests[:MAX_WAITING]:
        yield request.entry, request.profile.user_uri
        yield from _vouchers(iter(request.vouches[:MAX_ENTRIES]))
    for invitation in answer.invitations[:MAX_WAITING]:
        yield invitation.entry, invitation.profile.user_uri
    for invited in answer.invited[:MAX_WAITING]:
        if invited.theirs is not None:
            yield invited.theirs, invited.user_uri
    for ward in answer.wards[:MAX_WAITING]:
        yield ward.entry, ward.user_uri
        for asking in ward.asks[:MAX_WAITING]:
            yield from _vouchers(iter((asking.entry,)))


def _vouchers(values: Iterator[bytes]) -> Iterator[tuple[bytes, str]]:
    for value in values:
        try:
            yield value, decode_entry(value).claimed.user_uri
        except ConsentError:
            continue


def _proven(device: Device, value: bytes, user_uri: str) -> bool:
    try:
        verified(device, value, user_uri)
    except ConsentNotSigned:
        return False
    except ConsentError:
        pass  # no list makes it better
    return True


def verified(device: Device, value: bytes, user_uri: str) -> ConsentEntry:
    """An entry of this person, by what is known of their devices here. Raises ConsentError."""
    entry = decode_entry(value)
    if entry.claimed.user_uri != user_uri:
        raise ConsentNotSigned(f"the entry is said to be of {user_uri}, and names {entry.claimed.user_uri}")
    own = device.own
    pinned, pin = device.pins.get(user_uri), device.pins.pin(user_uri)
    lists = [] if pinned is None else [pinned]
    former = [] if pin is None else list(pin.former)
    if user_uri == own.user_uri:
        lists += device.pins.own_lists.all()
        former.append((own.client_uri, own.signature_public))
    return entry.check(lists, former)


@dataclass(slots=True)
class _Taking:
    """One answer of the hub on its way into the book. `answers` are what this device has to say to it."""

    device: Device
    answer: Contacts
    unknown: set[str]
    agreed: list[tuple[str, str]] = field(default_factory=list)
    answers: list[calls.Call] = field(default_factory=list)
    refused: int = 0

    def take(self) -> None:
        book, answer = self.device.contacts, self.answer
        before = book.waiting
        self._age()
        guardians = {entry.other for each in answer.guardians if (entry := self._own(each.entry, Op.GUARD)) is not None}
        told = {each.user_uri: each for each in answer.contacts[:MAX_CONTACTS] if self._is_somebody(each.user_uri)}
        for user_uri, known in book.everybody().items():
            if known.listed and user_uri not in told:
                book.put(user_uri, known.over(-1))
        changed = [self._contact(each, guardians) for each in told.values()]
        self._rooms()
        book.waiting = Waiting(
            tuple(each for each in answer.requests[:MAX_WAITING] if self._is_request(each, guardians)),
            tuple(answer.asked[:MAX_WAITING]),
            tuple(
                msgspec.structs.replace(each, contacts=[other for other in each.contacts if book.is_contact(other)])
                for each in answer.invitations[:MAX_WAITING]
                if self._is_invitation(each)
            ),
            tuple(self._ward(each) for each in answer.wards[:MAX_WAITING] if self._is_ward(each)),
            tuple(each for each in answer.guardians[:MAX_WAITING] if self._own(each.entry, Op.GUARD) is not None),
        )
        self._yes_to_invitations()
        if any(changed) or book.waiting != before or self.device.batch.changes:
            self.device.show(ContactsChanged())

    # Own words

    def _own(self, value: bytes, *ops: Op) -> ConsentEntry | None:
        """An entry of this account, if it is one of these kinds."""
        if self.refused >= MAX_REFUSED:
            return None
        try:
            entry = verified(self.device, value, self.device.own.user_uri)
        except ConsentError:
            self.refused += 1
            return None
        return entry if entry.op in ops else None

    def _age(self) -> None:
        book = self.device.contacts
        before, now = book.told_age, self.answer.age
        if now == before:
            return
        was_minor = book.is_minor
        book.put_age(now)
        if before is not None and before.band is not now.band and was_minor and not book.is_minor:
            self.device.show(Notice("the hub treats this account as an adult's from now on"))

    def _rooms(self) -> None:
        found: dict[str, list[bytes]] = {}
        for value in self.answer.rooms[:MAX_CONTACTS]:
            entry = self._own(value, Op.REQUEST, Op.GRANT)
            if entry is not None and entry.room_uri:
                found.setdefault(entry.room_uri, []).append(value)
        for room_uri, values in found.items():
            self.device.contacts.note_room(room_uri, values)

    # Contacts

    def _is_somebody(self, user_uri: str) -> bool:
        """Whether this can be somebody else at this hub."""
        own = self.device.own
        try:
            return host_of(parse_user_uri(user_uri)) == own.hub_host and user_uri != own.user_uri
        except IdentityError:
            return False

    def _contact(self, told: Contact, guardians: set[str]) -> bool:
        """Take over what is proven of one contact; whether anything changed."""
        book, user_uri = self.device.contacts, told.user_uri
        before = book.known(user_uri)
        known = before or Known()
        why = ""
        own, theirs, vouches = list(known.own), list(known.theirs), list(known.vouches)
        for value in (each for each in told.own[:MAX_ENTRIES] if each not in own):
            if (entry := self._own(value, Op.REQUEST, Op.GRANT, Op.MEET)) is not None and self._is_meant(entry, told):
                own.append(value)
            else:
                why = "this account did not sign what it shows"
        for value in (each for each in told.theirs[:MAX_ENTRIES] if each not in theirs):
            try:
                self._to_this_account(value, user_uri)
            except ConsentError as err:
                why = str(err)
            else:
                theirs.append(value)
        vouches += [each for each in told.vouches[:MAX_ENTRIES] if self._is_vouch(each, user_uri, guardians)]
        now = msgspec.structs.replace(
            known,
            own=tuple(own[-MAX_ENTRIES:]),
            theirs=tuple(theirs[-MAX_ENTRIES:]),
            vouches=tuple(dict.fromkeys(vouches))[-MAX_ENTRIES:],
            listed=True,
            since_ms=told.since_ms,
        )
        if now != before:
            book.put(user_uri, now)
        if book.is_contact(user_uri):
            self._pin_handle(user_uri, told.handle)
        elif why and user_uri not in self.unknown:
            self._refuse(user_uri, f"the hub says that {user_uri} is a contact, and does not prove it: {why}")
        return now != before

    def _is_meant(self, entry: ConsentEntry, told: Contact) -> bool:
        """Whether this account spoke of this person. A handle means whoever this device knows by it, or nobody yet."""
        if entry.room_uri:
            return False
        if "/" in entry.other:
            return entry.other == told.user_uri
        if entry.other != told.handle:
            return False
        pinned = self.device.batch.get(Table.PIN, HANDLE_SCOPE, told.user_uri.encode())
        if pinned is not None:
            return pinned == entry.other.encode()
        return all(value != entry.other.encode() for _, value in self.device.batch.scan(Table.PIN, HANDLE_SCOPE))

    def _to_this_account(self, value: bytes, user_uri: str) -> ConsentEntry:
        """Somebody's word to this account about contact. Raises ConsentError."""
        entry, own = verified(self.device, value, user_uri), self.device.own
        if entry.op not in (Op.REQUEST, Op.GRANT, Op.MEET) or entry.room_uri:
            raise ConsentNotSigned(f"{entry.op.name} is no word about contact")
        if entry.other not in (own.user_uri, own.handle):
            raise ConsentNotSigned(f"the entry is for {entry.other}, not for this account")
        if entry.op is Op.MEET:
            contact_codes.check_answer(self.device, entry)
        return entry

    def _is_vouch(self, value: bytes, asker_uri: str, guardians: set[str]) -> bool:
        """Whether a guardian of this account agreed to this person."""
        try:
            guardian = decode_entry(value).claimed.user_uri
            entry = verified(self.device, value, guardian)
        except ConsentError:
            return False
        ours = guardian in guardians and entry.ward_uri == self.device.own.user_uri
        return ours and entry.op is Op.VOUCH and entry.other == asker_uri

    def _pin_handle(self, user_uri: str, handle: str) -> None:
        try:
            pinned = parse_handle(handle).encode()
        except BadHandle:
            return
        if self.device.batch.get(Table.PIN, HANDLE_SCOPE, user_uri.encode()) is None:
            self.device.batch.put(Table.PIN, HANDLE_SCOPE, user_uri.encode(), pinned)

    def _refuse(self, user_uri: str, text: str) -> None:
        """Said once while this device runs."""
        if user_uri not in self.device.contacts.refused and len(self.device.contacts.refused) < MAX_CONTACTS:
            self.device.contacts.refused.add(user_uri)
            self.device.show(Notice(text))

    # What waits for a person

    def _is_request(self, told: Request, guardians: set[str]) -> bool:
        """Whether somebody really asks, and may be shown. Who used a code of this device is answered."""
        user_uri = told.profile.user_uri
        if not self._is_somebody(user_uri):
            return False
        try:
            entry = self._to_this_account(told.entry, user_uri)
        except ConsentError as err:
            if user_uri not in self.unknown:
                self._refuse(user_uri, f"the hub shows a request of {user_uri} that is none: {err}")
            return False
        if entry.op is Op.MEET:
            self._answer_meeting(entry, told.entry)
            return False
        vouched = any(self._is_vouch(each, user_uri, guardians) for each in told.vouches[:MAX_ENTRIES])
        return vouched or not self.device.contacts.is_minor

    def _answer_meeting(self, entry: ConsentEntry, value: bytes) -> None:
        """They met: whoever used a code of this device is a contact, and is told so under that code."""
        device, book = self.device, self.device.contacts
        known = book.known(entry.user_uri) or Known()
        if value in known.theirs:
            said = [each for each in known.own if decode_entry(each).claimed.op is Op.MEET]
            self.answers += [calls.grant(entry.user_uri, each) for each in said[-1:]]
            return
        code = self._proven_code(entry)
        if code is None:
            return
        contact_codes.use_up(device, code)
        own = sign(
            device, Op.MEET, entry.user_uri, proof=code_proof(code, Op.MEET, device.own.user_uri, entry.user_uri)
        )
        book.put(
            entry.user_uri,
            msgspec.structs.replace(known, own=(*known.own, own), theirs=(*known.theirs, value)),
        )
        self.answers.append(calls.grant(entry.user_uri, own))

    def _proven_code(self, entry: ConsentEntry) -> bytes | None:
        """The code of this device that an entry proves; None where it may be that of another device of this account."""
        try:
            return contact_codes.proven_code(self.device, entry)
        except WrongCodeProof as err:
            if self._is_alone():
                self._refuse(entry.user_uri, str(err))
            return None

    def _is_alone(self) -> bool:
        listed = self.device.pins.get(self.device.own.user_uri)
        return listed is not None and len(listed.devices) == 1

    def _is_invitation(self, told: Invitation) -> bool:
        device, user_uri = self.device, told.profile.user_uri
        try:
            entry = verified(device, told.entry, user_uri)
        except ConsentError:
            return False
        if (entry.op, entry.room_uri, entry.other) != (Op.REQUEST, told.room_uri, device.own.user_uri):
            return False
        book = device.contacts
        try:
            contact.check_invitation(
                contact=book.is_contact(user_uri), minor=book.is_minor, blocked=False, reachable=True
            )
        except PolicyRefused:
            return False
        return True

    def _yes_to_invitations(self) -> None:
        """Who may be added now: they agreed to it, and said so to this account."""
        own = self.device.own.user_uri
        for told in self.answer.invited[:MAX_WAITING]:
            if told.theirs is None:
                continue
            try:
                entry = verified(self.device, told.theirs, told.user_uri)
            except ConsentError:
                continue
            if (entry.op, entry.room_uri, entry.other) == (Op.GRANT, told.room_uri, own):
                self.agreed.append((told.room_uri, told.user_uri))

    # Wards

    def _is_ward(self, told: Ward) -> bool:
        """Whether a minor took this account as guardian, with a code that it gave out. Another one is sent away."""
        device = self.device
        try:
            entry = verified(device, told.entry, told.user_uri)
        except ConsentError:
            return False
        if entry.op is not Op.GUARD or entry.other != device.own.user_uri:
            return False
        if device.batch.get(Table.CONTACT, WARD_SCOPE, told.user_uri.encode()) == hashlib.sha256(told.entry).digest():
            return True
        try:
            code = contact_codes.proven_code(device, entry)
        except WrongCodeProof:
            if not self._is_alone():
                return True  # the code of another device of this account, which has looked at the proof
            self.answers.append(calls.end_ward(told.user_uri))
            return False
        if code is not None:
            contact_codes.use_up(device, code)
        device.batch.put(Table.CONTACT, WARD_SCOPE, told.user_uri.encode(), hashlib.sha256(told.entry).digest())
        return True

    def _ward(self, told: Ward) -> Ward:
        asks = [each for each in told.asks[:MAX_WAITING] if self._is_ask(told, each)]
        return msgspec.structs.replace(told, asks=asks)

    def _is_ask(self, ward: Ward, told: Request) -> bool:
        """Whether somebody asked for the ward, or the ward for a further guardian."""
        try:
            entry = verified(self.device, told.entry, decode_entry(told.entry).claimed.user_uri)
        except ConsentError:
            return False
        if entry.op is Op.GUARD:
            return entry.user_uri == ward.user_uri and entry.other == told.profile.user_uri
        asked = entry.op in (Op.REQUEST, Op.GRANT, Op.MEET) and entry.user_uri == told.profile.user_uri
        return asked and not entry.room_uri and entry.other in (ward.user_uri, ward.handle)
