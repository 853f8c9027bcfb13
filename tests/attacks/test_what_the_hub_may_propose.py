# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The hub's signature on every kind of proposal and every component: on its own view of a room and on a device's.

It may take a leaf or a person out, and name the key for franks that its record names. Everything else is refused by
name, so that no hub adds a reader, changes who keeps a copy, or gives anybody a role.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import pytest

from privity.client.engine.state import CAPABILITIES, NO_AAD
from privity.identity.credential import make_credential
from privity.mls.crypto import SigningKey, generate_signature_key
from privity.mls.errors import CodecError, PolicyRefused, SenderNotAllowed
from privity.mls.group import Group, Identity, generate_key_package
from privity.mls.messages.app_data import APP_COMPONENTS, SAFE_AAD
from privity.mls.messages.codepoints import PUBLIC_MESSAGE
from privity.mls.messages.credential import Credential
from privity.mls.messages.envelope import MLSMessage, PublicMessage, decode_group_info
from privity.mls.messages.framing import AuthenticatedContent, FramedContent, Sender
from privity.mls.messages.key_package import KeyPackage
from privity.mls.messages.proposals import (
    Add,
    AppDataUpdate,
    ExternalInit,
    GroupContextExtensions,
    PreSharedKey,
    Proposal,
    ReInit,
    Remove,
    SelfRemove,
    UnknownProposal,
    Update,
)
from privity.mls.messages.psk import ExternalPsk
from privity.mls.public_group import PublicGroup
from privity.mls.suites import suite
from privity.mls.validation.proposals import QueuedProposal
from privity.policy.logging_policy import LOGGING_POLICY, LoggingPolicy
from privity.policy.room_components import (
    BASE_ROOM_POLICY,
    FRANKING_AGENT,
    PARTICIPANT_LIST,
    BaseRoomPolicy,
    FrankingAgent,
    Participant,
    ParticipantList,
    ParticipantListUpdate,
    RoleChange,
)
from privity.policy.room_rules import RoomRules
from privity.policy.room_state import room_extensions
from tests.policy.views import HOST, ROOM, device, user

SUITE = suite(1)
NOW = 1_800_000_000
HUB = Credential.basic(f"mimi://{HOST}".encode())
NEW_KEY = b"n" * 32
"""The key for franks that the hub's record names now."""
NAMES = "abc"


def check_key(key: bytes) -> None:
    if key != NEW_KEY:
        raise PolicyRefused("the record names another key")


@dataclass
class Room:
    """Two members as a device sees them, and as the hub does; `spare` is a KeyPackage of a third person."""

    group: Group
    public: PublicGroup
    hub: SigningKey
    spare: KeyPackage

    def message(self, proposal: Proposal) -> PublicMessage:
        sender = Sender.external(0)
        content = FramedContent(self.group.group_id, self.group.epoch, sender, NO_AAD, proposal)
        return PublicMessage.of(AuthenticatedContent.signed(SUITE, self.hub, content, None, PUBLIC_MESSAGE), None)

    def on_the_hub(self, proposal: Proposal) -> QueuedProposal:
        found = self.public.process(self.message(proposal), NOW)
        assert isinstance(found, QueuedProposal)
        return found

    def on_a_device(self, proposal: Proposal) -> QueuedProposal:
        found = self.group.process(MLSMessage(self.message(proposal)).encode(), now=NOW)
        assert isinstance(found, QueuedProposal)
        return found


@pytest.fixture(scope="module")
def room() -> Room:
    random = Random(4).randbytes
    rules = RoomRules(lambda *_: None, check_key)
    private, public = generate_signature_key(SUITE, random)
    people = []
    for name in NAMES:
        own, shown = generate_signature_key(SUITE, random)
        people.append(Identity(SUITE, make_credential(device(name)), own, shown))
    group = Group.create(
        people[0],
        ROOM.encode(),
        extensions=room_extensions(hub_uri=f"mimi://{HOST}", hub_key=public, franking_key=b"f" * 32, creator=user("a")),
        capabilities=CAPABILITIES,
        lifetime_s=3600,
        now=NOW,
        rules=rules,
        random=random,
    )
    packages = [
        generate_key_package(who, now=NOW, lifetime_s=3600, capabilities=CAPABILITIES, random=random).key_package
        for who in people[1:]
    ]
    joins = ParticipantListUpdate(added=(Participant(user("b"), 2),))
    pending = group.commit(
        adds=[packages[0]],
        app_data_updates=[AppDataUpdate(PARTICIPANT_LIST, joins.encode())],
        tree_in_welcome=True,
        aad=NO_AAD,
        random=random,
        now=NOW,
    )
    group.merge_pending(pending)
    info = decode_group_info(group.group_info())
    return Room(
        group,
        PublicGroup.from_group_info(info, group.tree.encode(), rules, NOW),
        SigningKey(SUITE, private),
        packages[1],
    )


def listing(**what: object) -> AppDataUpdate:
    return AppDataUpdate(PARTICIPANT_LIST, ParticipantListUpdate(**what).encode())  # type: ignore[arg-type]  # test shorthand


def agent(key: bytes, credential: Credential = HUB) -> AppDataUpdate:
    return AppDataUpdate(FRANKING_AGENT, FrankingAgent(key, credential).encode())


ALLOWED: dict[str, Proposal] = {
    "a leaf goes": Remove(1),
    "a person goes": listing(removed=(1,)),
    "the key for franks that the record names": agent(NEW_KEY),
}

REFUSED: dict[str, Callable[[Room], Proposal]] = {
    "Add": lambda room: Add(room.spare),
    "Update": lambda room: Update(room.group.tree.leaf(1)),
    "SelfRemove": lambda _: SelfRemove(),
    "PreSharedKey": lambda room: PreSharedKey(ExternalPsk(b"hub", bytes(32))),
    "ReInit": lambda room: ReInit(b"elsewhere", 1, 1, room.group.context.extensions),
    "ExternalInit": lambda room: ExternalInit(bytes(32)),
    "GroupContextExtensions, unchanged": lambda room: GroupContextExtensions(room.group.context.extensions),
    "GroupContextExtensions, empty": lambda room: GroupContextExtensions(()),
    "GroupContextExtensions without the external sender": lambda room: GroupContextExtensions(
        room.group.context.extensions[:1]
    ),
    "an unknown proposal": lambda room: UnknownProposal(0xF00D, b""),
    "a person comes": lambda room: listing(added=(Participant(user("c"), 2),)),
    "an archive comes": lambda room: listing(added=(Participant(user("c"), 4),)),
    "a role": lambda room: listing(changed=(RoleChange(1, 3),)),
    "a ban": lambda room: listing(changed=(RoleChange(1, 1),)),
    "a person goes and another comes": lambda room: listing(removed=(1,), added=(Participant(user("c"), 2),)),
    "nothing at all": lambda room: listing(),
    "a whole list": lambda room: AppDataUpdate(PARTICIPANT_LIST, ParticipantList(()).encode()),
    "no list any more": lambda room: AppDataUpdate(PARTICIPANT_LIST, None),
    "another key for franks": lambda room: agent(b"o" * 32),
    "no key for franks": lambda room: agent(b""),
    "no franking agent any more": lambda room: AppDataUpdate(FRANKING_AGENT, None),
    "an archive is declared": lambda room: AppDataUpdate(LOGGING_POLICY, LoggingPolicy((user("c"),), "x").encode()),
    "an archive is withdrawn": lambda room: AppDataUpdate(LOGGING_POLICY, LoggingPolicy().encode()),
    "no logging policy any more": lambda room: AppDataUpdate(LOGGING_POLICY, None),
    "a group becomes direct": lambda room: AppDataUpdate(BASE_ROOM_POLICY, BaseRoomPolicy(True).encode()),
}

OTHERS = [
    number for number in (*range(0x40), 0x8000, 0xF000, 0xFFFF) if number not in (PARTICIPANT_LIST, FRANKING_AGENT)
]


@pytest.mark.parametrize("name", ALLOWED)
def test_LP_25_the_hub_takes_out_and_names_its_own_key(room: Room, name: str) -> None:
    assert room.on_the_hub(ALLOWED[name]).sent.proposal == ALLOWED[name]
    assert room.on_a_device(ALLOWED[name]).sent.proposal == ALLOWED[name]


@pytest.mark.parametrize("name", REFUSED)
def test_LP_25_the_hub_proposes_nothing_else(room: Room, name: str) -> None:
    assert_refused(room, REFUSED[name](room))


@pytest.mark.parametrize("number", OTHERS, ids=hex)
def test_LP_25_the_hub_touches_no_other_component(room: Room, number: int) -> None:
    for value in (b"\0", None):
        assert_refused(room, AppDataUpdate(number, value))


def assert_refused(room: Room, proposal: Proposal) -> None:
    """By the hub's own view and by the device, by name, and nothing of it is kept."""
    before = (len(room.group.proposals), len(room.public.proposals), room.group.context, room.public.context)
    for process in (room.on_the_hub, room.on_a_device):
        with pytest.raises((PolicyRefused, SenderNotAllowed, CodecError)):
            process(proposal)
    assert (len(room.group.proposals), len(room.public.proposals), room.group.context, room.public.context) == before


def test_the_table_has_every_kind_of_proposal(room: Room) -> None:
    kinds = {type(make(room)) for make in REFUSED.values()} | {type(each) for each in ALLOWED.values()}
    assert kinds == set(Proposal.__args__)


def test_LP_25_of_all_component_numbers_two_are_open_to_the_hub() -> None:
    rules = RoomRules(lambda *_: None, check_key)
    for number in range(1 << 16):
        if number in (PARTICIPANT_LIST, FRANKING_AGENT):
            continue
        with pytest.raises(PolicyRefused):
            rules.check_external_sender((AppDataUpdate(number, b"\0"),), 0)


def test_without_a_record_of_the_hub_no_key_for_franks_is_taken() -> None:
    with pytest.raises(PolicyRefused, match="no record"):
        RoomRules(lambda *_: None).check_external_sender((agent(NEW_KEY),), 0)


def test_what_members_must_list_stays() -> None:
    """The components that say which others there are."""
    rules = RoomRules(lambda *_: None, check_key)
    for number in (APP_COMPONENTS, SAFE_AAD, BASE_ROOM_POLICY):
        with pytest.raises(PolicyRefused):
            rules.apply_component(number, b"", (b"",))
