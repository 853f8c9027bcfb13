# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Invented people with real keys, and rooms and messages made before any clock runs: the load's CPU is not measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from bench.load import Message
from privity.identity.consent import ConsentEntry, Op
from privity.identity.credential import make_credential
from privity.identity.device_list import Device, DeviceList
from privity.identity.uris import new_client_uri, new_room_uri, new_user_uri
from privity.message.compose import Author, text
from privity.message.franking import make_tag
from privity.message.safe_aad import encode_aad
from privity.mls.crypto import SigningKey, generate_signature_key
from privity.mls.group import Group, Identity, KeyPackageBundle, generate_key_package
from privity.mls.messages.app_data import SafeAAD
from privity.mls.messages.capabilities import Capabilities
from privity.mls.messages.codepoints import APP_DATA_DICTIONARY, APP_DATA_UPDATE, BASIC
from privity.mls.messages.envelope import decode_group_info, decode_welcome
from privity.mls.messages.proposals import AppDataUpdate
from privity.mls.suites import suite
from privity.policy.roles import Role
from privity.policy.room_components import PARTICIPANT_LIST, Participant, ParticipantListUpdate
from privity.policy.room_rules import RoomRules
from privity.policy.room_state import room_extensions
from privity.wire.age import AgeBand
from privity.wire.rest import Commit, CreateRoom, Register, ServerInfo
from privity.wire.socket import Submit, encode

Random = Callable[[int], bytes]

SUITE: Final = suite(1)
CAPABILITIES: Final = Capabilities(
    cipher_suites=(SUITE.id,), extensions=(APP_DATA_DICTIONARY,), proposals=(APP_DATA_UPDATE,), credentials=(BASIC,)
)
LIFETIME_S: Final = 60 * 86_400
PADDING: Final = 256
"""As devices pad (`client.engine.outbox`)."""
REF_BYTES: Final = 16
MARK_BYTES: Final = 16
"""The end of a sealed message is an authentication tag, so it names the message."""


def _trust(user_uri: str, client_uri: str, signature_key: bytes) -> None:
    """All of these people were made here."""


RULES: Final = RoomRules(_trust)


@dataclass(frozen=True, slots=True)
class Person:
    """An account with one device."""

    user_uri: str
    client_uri: str
    identity: Identity
    registration: Register


@dataclass(frozen=True, slots=True)
class Speaker:
    """A person who can send to one room."""

    person: Person
    group: Group


@dataclass(frozen=True, slots=True)
class PlannedRoom:
    """What the creator posts to make the room and bring everybody in, and the groups of those who will send."""

    room_uri: str
    creator: Person
    others: tuple[Person, ...]
    create: CreateRoom
    commit: Commit
    speakers: tuple[Speaker, ...]


def make_person(host: str, number: int, now_ms: int, random: Random) -> Person:
    user_uri = new_user_uri(host, random)
    client_uri = new_client_uri(user_uri, random)
    private, public = generate_signature_key(SUITE, random)
    account_private, _ = generate_signature_key(SUITE, random)
    recovery_private, _ = generate_signature_key(SUITE, random)
    listed = Device(client_uri, public, now_ms)
    devices = DeviceList.sign(user_uri, (listed,), account_private, recovery_private=recovery_private)
    identity = Identity(SUITE, make_credential(client_uri), private, public)
    registration = Register(f"load{number}", devices.encode(), age=AgeBand.ADULT, listed=True)
    return Person(user_uri, client_uri, identity, registration)


def consent(op: Op, person: Person, other: Person, now_ms: int) -> bytes:
    """What a person says about contact with another, signed."""
    entry = ConsentEntry(op, person.user_uri, other.user_uri, "", "", b"", now_ms, person.client_uri)
    return entry.sign(SigningKey(SUITE, person.identity.signature_private))


def plan_direct(hub: ServerInfo, creator: Person, other: Person, random: Random) -> PlannedRoom:
    """A room of two, both of whom send."""
    return _plan(hub, [creator, other], True, 2, random)


def plan_group(hub: ServerInfo, people: Sequence[Person], speakers: int, random: Random) -> PlannedRoom:
    """A group of all these people, the first of whom makes it; the first `speakers` of them send."""
    return _plan(hub, people, False, speakers, random)


def _plan(hub: ServerInfo, people: Sequence[Person], direct: bool, speakers: int, random: Random) -> PlannedRoom:
    creator, others = people[0], people[1:]
    now = hub.now_ms // 1000
    room_uri = new_room_uri(hub.host, random)
    extensions = room_extensions(
        hub_uri=f"mimi://{hub.host}",
        hub_key=hub.external_sender_public_key,
        franking_key=hub.franking_public_key,
        creator=creator.user_uri,
        direct_with=others[0].user_uri if direct else None,
    )
    group = Group.create(
        creator.identity,
        room_uri.encode(),
        extensions=extensions,
        capabilities=CAPABILITIES,
        lifetime_s=LIFETIME_S,
        now=now,
        rules=RULES,
        random=random,
    )
    create = CreateRoom(decode_group_info(group.group_info()).encode(), group.tree.encode())
    bundles = [_bundle(person, now, random) for person in others]
    update = ParticipantListUpdate(added=tuple(Participant(person.user_uri, Role.MEMBER) for person in others))
    pending = group.commit(
        adds=[bundle.key_package for bundle in bundles],
        app_data_updates=() if direct else (AppDataUpdate(PARTICIPANT_LIST, update.encode()),),
        aad=SafeAAD(()).encode(),
        random=random,
        now=now,
    )
    group.merge_pending()
    assert pending.welcome is not None  # there were adds
    welcome = decode_welcome(pending.welcome)
    body = Commit(random(REF_BYTES), pending.message, decode_group_info(pending.group_info).encode(), welcome.encode())
    found = [Speaker(creator, group)]
    for person, bundle in list(zip(others, bundles, strict=True))[: speakers - 1]:
        joined = Group.join(welcome, bundle, person.identity, ratchet_tree=pending.ratchet_tree, rules=RULES, now=now)
        found.append(Speaker(person, joined))
    return PlannedRoom(room_uri, creator, tuple(others), create, body, tuple(found))


def _bundle(person: Person, now: int, random: Random) -> KeyPackageBundle:
    return generate_key_package(
        person.identity, now=now, lifetime_s=LIFETIME_S, capabilities=CAPABILITIES, random=random
    )


def seal(speaker: Speaker, body: str, random: Random) -> Message:
    """One franked message, encrypted, as the Submit that is sent."""
    room_uri = speaker.group.group_id.decode()
    content = text(Author(speaker.person.user_uri, room_uri), body, random=random)
    data = content.encode()
    aad = encode_aad(make_tag(data, content.salt))
    message = speaker.group.encrypt(data, aad=aad, padding_to=PADDING, random=random)
    return Message(encode(Submit(random(REF_BYTES), room_uri, message)), message[-MARK_BYTES:])
