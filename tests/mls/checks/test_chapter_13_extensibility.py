# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Unknown proposals, credentials and extensions, and numbers that mean nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from privity.mls import codec
from privity.mls.group import Group, commit, epoch
from privity.mls.messages.capabilities import Capabilities
from privity.mls.messages.codepoints import EXTERNAL_PUB, EXTERNAL_SENDERS, RATCHET_TREE, REQUIRED_CAPABILITIES
from privity.mls.messages.credential import Credential
from privity.mls.messages.envelope import decode_group_info
from privity.mls.messages.extensions import Extension, Extensions
from privity.mls.messages.group_context import GroupContext
from privity.mls.messages.group_info import GroupInfo
from privity.mls.messages.key_package import KeyPackage
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.messages.proposals import (
    Add,
    AppDataUpdate,
    GroupContextExtensions,
    Proposal,
    ReInit,
    Remove,
    UnknownProposal,
    decode_proposal,
)
from tests.mls.checks.showing import breaks, raises_check, shows
from tests.mls.checks.valid_certificates import chain
from tests.mls.checks.valid_commit import Conversation, refuses
from tests.mls.checks.valid_room import five, queued, refuses_list, refuses_proposal, update
from tests.mls.group.builders import LIFETIME, Member, accept
from tests.mls.group.builders import NOW as MEMBERS_NOW
from tests.mls.group.builders import capabilities as members_capabilities
from tests.mls.public.builders import NOW, Party, Room, capabilities, key_package, leaf, party, required

ZOE = party("zoe")
GREASE = [0x0A0A + 0x1010 * step for step in range(15)]


@pytest.fixture
def room() -> Room:
    return five()


# Proposals and credentials


@pytest.mark.parametrize("kind", [0x000B, 0xF000, 0xFFFF])
@shows("13.2-1")
def test_a_proposal_of_an_unknown_type(room: Room, kind: int) -> None:
    refuses_proposal(room, "13.2-1", Remove(3), UnknownProposal(kind, b"whatever"))


@pytest.mark.parametrize("kind", GREASE)
@shows("13.5-1")
def test_a_proposal_of_a_grease_type(room: Room, kind: int) -> None:
    refuses_proposal(room, "13.5-1", Remove(3), UnknownProposal(kind, b""))


@shows("13.5-1")
def test_a_grease_type_that_everybody_lists(room: Room) -> None:
    own = capabilities(proposals=(8, 0x0A0A))
    changes = [queued(room, index, update(room, index, capabilities=own)) for index in range(1, 5)]
    room.accept(room.commit(0, changes, leaf_changes={"capabilities": own}))
    refuses_proposal(room, "13.5-1", Remove(3), UnknownProposal(0x0A0A, b""))


@shows("13.3-1")
def test_a_credential_that_a_member_does_not_support(room: Room) -> None:
    """Zoe knows basic credentials only: nobody may bring another kind while she is there."""
    eve = party("eve")
    certified = Credential.x509(chain(Ed25519PublicKey.from_public_bytes(eve.public)))
    other = Add(key_package(eve, leaf_node=leaf(eve, credential=certified)))
    narrow = Add(key_package(ZOE, leaf_node=leaf(ZOE, capabilities=capabilities(credentials=(1,)))))
    refuses_list(room, "13.3-1", [other], [other, narrow])
    room.accept(room.commit(0, [narrow]))
    refuses_list(room, "13.3-1", [other, Remove(5)], [other])


@pytest.mark.parametrize("kind", [0, 3, 0xF000])
@shows("13.3-2")
def test_a_credential_of_an_unknown_type(kind: int) -> None:
    good = Credential.basic(b"zoe").encode()
    breaks("13.3-2", Credential.decode, good, codec.u16(kind) + good[2:])


@pytest.mark.parametrize("kind", GREASE)
@shows("13.5-2")
def test_a_credential_of_a_grease_type(kind: int) -> None:
    good = leaf(ZOE).encode()
    at = good.index(Credential.basic(b"zoe").encode())
    breaks("13.5-2", LeafNode.decode, good, good[:at] + codec.u16(kind) + good[at + 2 :])


# Extensions

ONE, TWO = (Extension(0xF00F, data) for data in (b"one", b"two"))
Decode = Callable[[bytes], object]


def context(extensions: Extensions) -> GroupContext:
    return replace(five().group.context, extensions=extensions)


LISTS: list[tuple[Decode, Callable[[Extensions], bytes]]] = [
    (KeyPackage.decode, lambda extensions: replace(key_package(ZOE), extensions=extensions).encode()),
    (LeafNode.decode, lambda extensions: replace(leaf(ZOE), extensions=extensions).encode()),
    (GroupContext.decode, lambda extensions: context(extensions).encode()),
    (GroupInfo.decode, lambda extensions: replace(five().group_info(), extensions=extensions).encode()),
    (decode_proposal, lambda extensions: GroupContextExtensions(extensions).encode()),
    (decode_proposal, lambda extensions: ReInit(b"next", 1, 1, extensions).encode()),
]


@pytest.mark.parametrize(("decode", "encode"), LISTS)
@shows("13.4-1")
def test_an_extension_that_stands_twice(decode: Decode, encode: Callable[[Extensions], bytes]) -> None:
    other = Extension(0xF00E, b"")
    for broken in ((ONE, TWO), (ONE, ONE), (ONE, other, TWO)):
        breaks("13.4-1", lambda extensions: decode(encode(extensions)), (ONE, other), broken)


@shows("13.4-1")
def test_an_extension_that_stands_twice_in_what_is_checked_without_being_decoded(room: Room) -> None:
    def new(*extensions: Extension) -> Proposal:
        return GroupContextExtensions((*room.extensions, *extensions))

    once, again = required(proposals=(8,)).extension(), required().extension()
    refuses_list(room, "13.4-1", [new(once)], [new(once, again)])


def adding(who: Party, own: Capabilities) -> Add:
    return Add(key_package(who, leaf_node=leaf(who, capabilities=own)))


@shows("13.4-2")
def test_a_newcomer_that_lacks_an_extension(room: Room) -> None:
    room.accept(room.commit(0, [AppDataUpdate(7, b"x")]))
    refuses_list(room, "13.4-2", [adding(ZOE, capabilities())], [adding(ZOE, capabilities(extensions=(0xF00F,)))])


@shows("13.4-3")
def test_an_extension_that_members_lack(room: Room) -> None:
    def new(*extensions: Extension) -> Proposal:
        return GroupContextExtensions((*room.extensions, *extensions))

    refuses_list(room, "13.4-3", [new()], [new(ONE)])


@shows("13.4-4")
def test_unknown_values_are_passed_over(room: Room) -> None:
    strange = Capabilities(
        versions=(1, 2, 0x0A0A),
        cipher_suites=(0x1A1A, 1, 0xF00F),
        extensions=(6, 0x2A2A, 0xF00F),
        proposals=(8, 0x3A3A, 0xF00F),
        credentials=(1, 2, 0x4A4A, 0xF00F),
    )
    own = leaf(ZOE, capabilities=strange, extensions=(ONE, Extension(0x2A2A, b"grease")))
    package = key_package(ZOE, leaf_node=own, extensions=(TWO,))
    room.accept(room.commit(0, [Add(package)]))
    assert room.group.tree.leaf(5).capabilities == strange
    info = room.group_info(extensions=(*room.group_info().extensions, ONE, Extension(0x0A0A, b"")))
    type(room.group).from_group_info(info, room.group.tree.encode(), room.rules, NOW)


@pytest.mark.parametrize("kind", [RATCHET_TREE, REQUIRED_CAPABILITIES, EXTERNAL_PUB, EXTERNAL_SENDERS])
@shows("13.4-6")
def test_a_leaf_with_an_extension_that_belongs_elsewhere(room: Room, kind: int) -> None:
    good, bad = update(room, 2), update(room, 2, extensions=(Extension(kind, b""),))
    refuses_proposal(room, "13.4-6", good, bad, by=2)


@shows("13.5-3")
def test_a_grease_extension_that_is_set(room: Room) -> None:
    for kind in GREASE:
        new = GroupContextExtensions((*room.extensions, Extension(kind, b"")))
        refuses_list(room, "13.5-3", [GroupContextExtensions(room.extensions)], [new])


@shows("13.5-4")
def test_a_group_that_is_described_with_a_grease_extension(room: Room) -> None:
    def take(extensions: Extensions) -> object:
        told = replace(room.group.context, extensions=extensions)
        info = room.sign_group_info(told, 0)
        return type(room.group).from_group_info(info, room.group.tree.encode(), room.rules, NOW)

    breaks("13.5-4", take, room.extensions, (*room.extensions, Extension(0x7A7A, b"")))


# What we list ourselves


@shows("13.5-5", "13.4-5")
def test_our_own_lists_carry_grease_and_no_default_types() -> None:
    talk = Conversation()
    ana, new = talk.ana, Member("new")
    package = new.bundle.key_package
    leaves = [package.leaf_node, *(node for _, node in ana.group.members())]
    pending = Group.join_external(
        decode_group_info(ana.group.group_info()),
        ratchet_tree=ana.group.tree.encode(),
        identity=new.identity,
        capabilities=members_capabilities(1),
        rules=new.rules,
        now=MEMBERS_NOW,
        random=new.random,
    )
    for member in talk.members:
        member.follow(pending.message)
    leaves.append(ana.group.tree.leaf(2))
    for each in leaves:
        lists = each.capabilities
        for listed in (lists.cipher_suites, lists.extensions, lists.proposals, lists.credentials):
            assert len(set(listed) & set(GREASE)) == 1
        assert not set(lists.versions) & set(GREASE)
        assert not set(lists.extensions) & set(range(1, 6))
        assert not set(lists.proposals) & set(range(1, 8))
        assert [extension for extension in each.extensions if extension.type in GREASE]
    info = decode_group_info(ana.group.group_info())
    assert [extension for extension in package.extensions if extension.type in GREASE]
    assert [extension for extension in info.extensions if extension.type in GREASE]
    assert not [extension for extension in ana.group.context.extensions if extension.type in GREASE]


@shows("13.5-6", "13.5-7", "13.5-8", "13.5-9")
def test_what_we_list_as_grease_is_no_capability_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ana knows which number ben's leaf carries, lists it as well, and sets an extension of that type."""
    ben = Member("ben")
    (number,) = set(ben.bundle.key_package.leaf_node.capabilities.extensions) & set(GREASE)
    ana = Member("ana")
    listing = replace(members_capabilities(1), extensions=(*members_capabilities(1).extensions, number))
    ana.group = Group.create(
        ana.identity,
        b"room",
        capabilities=listing,
        lifetime_s=LIFETIME,
        now=MEMBERS_NOW,
        rules=ana.rules,
        random=ana.random,
        grease=False,
    )
    accept(ana.commit(adds=[ben.bundle.key_package]), [ana], [ben])
    good = ana.commit(group_context_extensions=(required(extensions=(6,)).extension(),)).message
    ana.group.clear_pending()
    extension, demand = Extension(number, b""), required(extensions=(number,)).extension()
    with raises_check("13.5-8"):
        ana.commit(group_context_extensions=(extension,))
    with raises_check("13.5-9"):
        ana.commit(group_context_extensions=(demand,))
    for check, new in (("13.5-7", extension), ("13.5-9", demand)):
        with monkeypatch.context() as careless:
            careless.setattr(epoch, "check_own_support", lambda extensions, listed: None)
            careless.setattr(commit, "check_no_grease", lambda extensions: None)
            broken = ana.commit(group_context_extensions=(new,)).message
        ana.group.clear_pending()
        refuses(check, ben, good, broken)
