# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Proposals and lists of them: start with a valid commit, break one thing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from privity.mls.errors import (
    AddedTwice,
    BadAppDataUpdate,
    BadPsk,
    BadPublicKey,
    BadReInit,
    BadSignature,
    BlankLeaf,
    CodecError,
    CredentialRefused,
    DuplicateEncryptionKey,
    DuplicateExtension,
    ExternalInitMisplaced,
    GroupClosed,
    LifetimeOver,
    MisplacedExtension,
    OwnRemove,
    OwnUpdate,
    ProtocolError,
    ReInitNotAlone,
    RepeatedExtensionsProposal,
    RepeatedPsk,
    RepeatedReference,
    SameLeafTwice,
    SenderNotAllowed,
    SuccessorRefused,
    UnchangedEncryptionKey,
    UnknownCipherSuite,
    UnknownProposalReference,
    UnsupportedExtension,
    UnsupportedProposal,
    UsageError,
    WrongCipherSuite,
    WrongLeafSource,
)
from privity.mls.messages.app_data import AppDataDictionary
from privity.mls.messages.codepoints import (
    APP_DATA_DICTIONARY,
    APP_DATA_UPDATE,
    EXTERNAL_PUB,
    REQUIRED_CAPABILITIES,
)
from privity.mls.messages.commit import ProposalOrRef, ProposalRef
from privity.mls.messages.extensions import Extension, Extensions, ExternalSender, external_senders_extension, replaced
from privity.mls.messages.framing import Sender
from privity.mls.messages.leaf_node import LeafSource, Lifetime
from privity.mls.messages.proposals import (
    Add,
    AppDataUpdate,
    ExternalInit,
    GroupContextExtensions,
    PreSharedKey,
    ReInit,
    Remove,
    UnknownProposal,
    Update,
)
from privity.mls.messages.psk import ExternalPsk, ResumptionPsk, ResumptionUsage
from privity.mls.rules import LeafUse, SentProposal
from privity.mls.tree.validate import check_tree
from privity.mls.validation.apply import apply_proposals
from privity.mls.validation.lists import check_member_list
from privity.mls.validation.proposals import check_proposal
from tests.mls.public.builders import GROUP_ID, NOW, Room, capabilities, flip, key_package, leaf, party, required


def refused(room: Room, error: type[Exception], *proposals: ProposalOrRef, by: int = 0) -> None:
    """The commit is refused with this error, and nothing changed."""
    before = room.group.encode()
    message = room.commit(by, proposals)
    with pytest.raises(error):
        room.group.process(message, NOW)
    assert room.group.encode() == before


def update(room: Room, index: int, **changes: object) -> Update:
    who = room.parties[index]
    return Update(leaf(who, LeafSource.UPDATE, **{"leaf_index": index, **changes}))


# Commits of many kinds that are right


def test_valid_lists(room: Room) -> None:
    by_reference = room.queue(room.propose(2, update(room, 2)))
    removal = room.queue(room.propose_from_hub(Remove(3)))
    new, before = party("zoe"), room.group.tree
    staged = room.accept(
        room.commit(
            0,
            [
                ProposalRef(by_reference.reference),
                ProposalRef(removal.reference),
                Add(key_package(new)),
                PreSharedKey(ExternalPsk(b"psk", b"n" * 32)),
                GroupContextExtensions((*room.group.context.extensions, required(proposals=(8,)).extension())),
                AppDataUpdate(0x22, b"one,"),
                AppDataUpdate(0x22, b"two"),
            ],
        )
    )
    assert [member.leaf_index for member in staged.added] == [3]
    assert [member.leaf_index for member in staged.removed] == [3]
    (moved,) = staged.updated
    assert (moved.leaf_index, moved.old) == (2, before.leaf(2))
    assert moved.new == staged.tree.leaf(2) != before.leaf(2)
    assert AppDataDictionary.of(room.group.context.extensions).get(0x22) == b"one,two"
    assert not room.group.proposals
    check_tree(room.group.tree)
    (view,) = room.rules.seen
    assert (view.committer, view.external, view.new_context) == (0, False, room.group.context)
    assert view.old_context.epoch + 1 == view.new_context.epoch
    room.group.check_group_info(room.group_info(1))


# Add (12.1.1)


def test_add(room: Room) -> None:
    zoe = party("zoe")
    valid = key_package(zoe)
    refused(room, BadSignature, Add(replace(valid, signature=flip(valid.signature))))
    refused(room, WrongCipherSuite, Add(replace(valid, cipher_suite=2)))
    refused(room, LifetimeOver, Add(key_package(zoe, leaf_node=leaf(zoe, lifetime=Lifetime(NOW - 9, NOW - 1)))))
    refused(room, WrongLeafSource, Add(key_package(zoe, leaf_node=leaf(zoe, LeafSource.UPDATE, leaf_index=5))))
    room.rules.refused = frozenset({b"zoe"})
    refused(room, CredentialRefused, Add(valid))
    room.rules.refused = frozenset()
    room.accept(room.commit(0, [Add(valid)]))


def test_adding_the_same_client_twice(room: Room) -> None:
    zoe = party("zoe")
    refused(room, AddedTwice, Add(key_package(zoe)), Add(key_package(zoe)))
    twice = [SentProposal(Add(key_package(zoe)), Sender.member(0)) for _ in range(2)]
    with pytest.raises(AddedTwice):
        check_member_list(twice, 0)
    refused(room, AddedTwice, Add(key_package(room.parties[1])))
    room.accept(room.commit(0, [Add(key_package(room.parties[1])), Remove(1)]))


def test_adding_a_used_encryption_key(room: Room) -> None:
    zoe = party("zoe")
    for key in (room.group.tree.leaf(2).encryption_key, _root_key(room)):
        refused(room, DuplicateEncryptionKey, Add(key_package(zoe, leaf_node=leaf(zoe, encryption_key=key))))
    key = leaf(zoe).encryption_key
    eve = party("eve")
    refused(
        room,
        DuplicateEncryptionKey,
        Add(key_package(zoe, leaf_node=leaf(zoe, encryption_key=key))),
        Add(key_package(eve, leaf_node=leaf(eve, encryption_key=key))),
    )


def _root_key(room: Room) -> bytes:
    node = room.group.tree.nodes[room.group.tree.root]
    assert node is not None
    return node.encryption_key


def test_adding_who_does_not_support_the_group(room: Room) -> None:
    room.accept(room.commit(0, [GroupContextExtensions((*room.extensions, required(proposals=(8,)).extension()))]))
    zoe = party("zoe")
    poor = leaf(zoe, capabilities=capabilities(proposals=()))
    refused(room, UnsupportedProposal, Add(key_package(zoe, leaf_node=poor)))
    room.accept(room.commit(0, [AppDataUpdate(5, b"x")]))
    poor = leaf(zoe, capabilities=capabilities(extensions=()))
    refused(room, UnsupportedExtension, Add(key_package(zoe, leaf_node=poor)))


# Update (12.1.2)


def test_update(room: Room) -> None:
    old = room.group.tree.leaf(2)
    for error, proposal in (
        (UnchangedEncryptionKey, update(room, 2, encryption_key=old.encryption_key)),
        (WrongLeafSource, Update(leaf(room.parties[2]))),
        (BadSignature, update(room, 2, leaf_index=3)),
        (BadSignature, update(room, 2, group_id=b"another")),
        (SuccessorRefused, update(room, 2, credential=party("eve").credential)),
    ):
        with pytest.raises(error):
            room.group.process(room.propose(2, proposal), NOW)
    room.rules.refused = frozenset({b"cyd"})
    with pytest.raises(CredentialRefused):
        room.group.process(room.propose(2, update(room, 2)), NOW)
    assert room.rules.uses[-1] is LeafUse.UPDATE


def test_updates_of_the_committer(room: Room) -> None:
    refused(room, OwnUpdate, update(room, 0))
    queued = room.queue(room.propose(2, update(room, 2)))
    refused(room, OwnUpdate, ProposalRef(queued.reference), by=2)


def test_an_update_to_a_key_in_use(room: Room) -> None:
    taken = room.group.tree.leaf(3).encryption_key
    queued = room.queue(room.propose(2, update(room, 2, encryption_key=taken)))
    refused(room, DuplicateEncryptionKey, ProposalRef(queued.reference))


def test_updates_of_newcomers_and_outsiders() -> None:
    own = leaf(party("zoe"), LeafSource.UPDATE, leaf_index=0)
    for sender in (Sender.external(0), Sender.new_member_proposal()):
        with pytest.raises(SenderNotAllowed):
            check_member_list([SentProposal(Update(own), sender, b"ref")], 0)


# Remove (12.1.3)


def test_remove(room: Room) -> None:
    refused(room, OwnRemove, Remove(0))
    refused(room, BlankLeaf, Remove(5))
    refused(room, BlankLeaf, Remove(1 << 31))
    room.accept(room.commit(0, [Remove(4)]))
    assert [index for index, _ in room.group.members()] == [0, 1, 2, 3]
    assert room.group.tree.leaf_count == 4


def test_the_same_leaf_twice(room: Room) -> None:
    refused(room, SameLeafTwice, Remove(3), Remove(3))
    first = room.queue(room.propose(3, update(room, 3)))
    refused(room, SameLeafTwice, ProposalRef(first.reference), Remove(3))
    second = room.queue(room.propose(3, update(room, 3)))
    refused(room, SameLeafTwice, ProposalRef(first.reference), ProposalRef(second.reference))


# PSKs, ReInit, ExternalInit, extensions (12.1.4 to 12.1.7)


def test_psk(room: Room) -> None:
    good = PreSharedKey(ExternalPsk(b"psk", b"n" * 32))
    refused(room, BadPsk, PreSharedKey(ExternalPsk(b"psk", b"n" * 31)))
    for usage in (ResumptionUsage.REINIT, ResumptionUsage.BRANCH):
        refused(room, BadPsk, PreSharedKey(ResumptionPsk(usage, GROUP_ID, 1, b"n" * 32)))
    refused(room, RepeatedPsk, good, good)
    again = PreSharedKey(ExternalPsk(b"psk", b"m" * 32))
    staged = room.accept(room.commit(0, [good, again], path=False))
    assert len(staged.change.provisional.psks) == 2


def test_reinit(room: Room) -> None:
    good = ReInit(b"next room", 1, 1, ())
    refused(room, ReInitNotAlone, good, Remove(1))
    refused(room, UnknownCipherSuite, replace(good, cipher_suite=99))
    sent = SentProposal(replace(good, version=0), Sender.member(0))
    with pytest.raises(BadReInit):
        check_proposal(room.group.state, sent, room.rules, NOW)
    room.accept(room.commit(0, [good], path=False))
    assert room.group.closed
    with pytest.raises(GroupClosed):
        room.group.process(room.commit(0), NOW)


def test_external_init_of_a_member(room: Room) -> None:
    refused(room, ExternalInitMisplaced, ExternalInit(b"k" * 32))
    with pytest.raises(SenderNotAllowed):
        room.group.process(room.propose(0, ExternalInit(b"k" * 32)), NOW)


def test_unknown_proposals(room: Room) -> None:
    refused(room, UnsupportedProposal, UnknownProposal(0xF000, b""))
    with pytest.raises(UnsupportedProposal):
        room.group.process(room.propose(0, UnknownProposal(0xF000, b"")), NOW)


def test_group_context_extensions(room: Room) -> None:
    def to(*more: Extension) -> GroupContextExtensions:
        return GroupContextExtensions((*room.extensions, *more))

    refused(room, RepeatedExtensionsProposal, to(), to())
    refused(room, MisplacedExtension, to(Extension(EXTERNAL_PUB, b"")))
    refused(room, UnsupportedExtension, to(Extension(0xF000, b"")))
    refused(room, UnsupportedExtension, to(required(extensions=(0xF000,)).extension()))
    refused(room, CodecError, to(Extension(REQUIRED_CAPABILITIES, b"\x01")))
    refused(room, CodecError, to(Extension(APP_DATA_DICTIONARY, b"\x01")))
    refused(room, CodecError, GroupContextExtensions((Extension(5, b"\x01"),)))
    refused(room, DuplicateExtension, to(required().extension(), required().extension()))
    useless = external_senders_extension([ExternalSender(b"short", party("spy").credential)])
    refused(room, BadPublicKey, GroupContextExtensions((useless,)))
    room.accept(room.commit(0, [GroupContextExtensions(())]))
    assert room.group.context.extensions == ()
    with pytest.raises(ProtocolError):
        room.group.process(room.propose_from_hub(Remove(1)), NOW)


# AppDataUpdate (extensions draft)


def test_app_data_update(room: Room) -> None:
    room.accept(room.commit(0, [AppDataUpdate(7, b"a"), AppDataUpdate(6, b"b"), AppDataUpdate(7, b"c")], path=False))
    assert AppDataDictionary.of(room.group.context.extensions).get(7) == b"ac"
    refused(room, BadAppDataUpdate, AppDataUpdate(7, None), AppDataUpdate(7, b"x"))
    refused(room, BadAppDataUpdate, AppDataUpdate(7, None), AppDataUpdate(7, None))
    refused(room, BadAppDataUpdate, AppDataUpdate(8, None))
    room.accept(room.commit(0, [AppDataUpdate(7, None)], path=False))
    assert AppDataDictionary.of(room.group.context.extensions).get(7) is None


def test_app_data_updates_need_support() -> None:
    room = Room(("ana",), filled=False)
    zoe = party("zoe")
    without = leaf(zoe, capabilities=capabilities(proposals=()))
    room.accept(room.commit(0, [Add(key_package(zoe, leaf_node=without))]))
    refused(room, UnsupportedProposal, AppDataUpdate(7, b"a"))


def test_the_dictionary_changes_only_by_updates_once_they_are_required(room: Room) -> None:
    free = replaced(room.extensions, APP_DATA_DICTIONARY, AppDataDictionary().with_component(9, b"z").encode())
    room.accept(room.commit(0, [GroupContextExtensions(free)]))
    without: Extensions = (*room.extensions, required(extensions=(APP_DATA_DICTIONARY,)).extension())
    room.accept(room.commit(0, [GroupContextExtensions(without)]))
    room.accept(room.commit(0, [GroupContextExtensions(free)]))
    bound: Extensions = (*free, required(proposals=(APP_DATA_UPDATE,)).extension())
    room.accept(room.commit(0, [GroupContextExtensions(bound)]))
    other = replaced(bound, APP_DATA_DICTIONARY, AppDataDictionary().with_component(9, b"y").encode())
    refused(room, BadAppDataUpdate, GroupContextExtensions(other))
    refused(room, BadAppDataUpdate, GroupContextExtensions(bound[:1]))
    room.accept(room.commit(0, [AppDataUpdate(9, b"y")]))


# References


def test_references(room: Room) -> None:
    queued = room.queue(room.propose(1, Remove(3)))
    name = ProposalRef(queued.reference)
    refused(room, RepeatedReference, name, name)
    refused(room, UnknownProposalReference, ProposalRef(flip(queued.reference)))
    room.accept(room.commit(0))
    refused(room, UnknownProposalReference, name)
    with pytest.raises(UsageError):
        room.group.queue(queued)


def test_a_list_needs_one_kind_of_committer(room: Room) -> None:
    with pytest.raises(UsageError):
        apply_proposals(room.group.state, (), room.rules, committer=None)
