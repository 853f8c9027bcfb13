# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Commits by members and joiners: start with a valid one, break one thing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from privity.mls.crypto import generate_signature_key
from privity.mls.errors import (
    BadPublicKey,
    BadSignature,
    BlankLeaf,
    CredentialRefused,
    DuplicateEncryptionKey,
    DuplicateSignatureKey,
    EpochExhausted,
    ExternalInitCount,
    MissingPath,
    NotAllowedExternally,
    ParentHashMismatch,
    PathCiphertextCount,
    PathLengthMismatch,
    PolicyRefused,
    ProtocolError,
    RepeatedPsk,
    SenderNotAllowed,
    SuccessorRefused,
    UnchangedEncryptionKey,
    UnsupportedSuite,
    UsageError,
    WrongLeafSource,
)
from privity.mls.messages.commit import (
    Ciphertexts,
    HPKECiphertext,
    ProposalOrRef,
    ProposalRef,
    UpdatePath,
    UpdatePathNode,
)
from privity.mls.messages.leaf_node import LeafSource
from privity.mls.messages.proposals import (
    Add,
    AppDataUpdate,
    ExternalInit,
    GroupContextExtensions,
    PreSharedKey,
    Proposal,
    Remove,
)
from privity.mls.messages.psk import ExternalPsk
from privity.mls.public_group import PublicGroup, StagedPublicCommit
from privity.mls.rules import LeafUse
from privity.mls.transcript import confirmed_transcript_hash
from privity.mls.tree.validate import check_tree
from privity.mls.validation.commit import stage_commit
from privity.mls.validation.content import verify_content
from tests.mls.public.builders import (
    NOW,
    Party,
    Room,
    capabilities,
    flip,
    hpke_key,
    key_package,
    noise,
    party,
)

INIT = ExternalInit(b"k" * 32)


def refused(room: Room, error: type[Exception], **commit: Any) -> None:
    before = room.group.encode()
    message = room.commit(0, **commit)
    with pytest.raises(error):
        room.group.process(message, NOW)
    assert room.group.encode() == before


# By members


@pytest.mark.parametrize("proposals", [(), (Remove(2),), (GroupContextExtensions(()),)])
def test_a_path_that_is_missing(room: Room, proposals: tuple[Proposal, ...]) -> None:
    refused(room, MissingPath, proposals=proposals, path=False)


def test_a_path_that_may_be_missing(room: Room) -> None:
    room.accept(room.commit(0, [Add(key_package(party("zoe")))], path=False))
    room.accept(room.commit(0, [PreSharedKey(ExternalPsk(b"p", b"n" * 32))], path=False))
    room.accept(room.commit(0, [AppDataUpdate(5, b"x")], path=False))
    check_tree(room.group.tree)


def swap_node(at: int, change: Callable[[UpdatePathNode], UpdatePathNode]) -> Callable[[UpdatePath], UpdatePath]:
    def apply(path: UpdatePath) -> UpdatePath:
        nodes = list(path.nodes)
        nodes[at] = change(nodes[at])
        return replace(path, nodes=tuple(nodes))

    return apply


def more_ciphertexts(node: UpdatePathNode) -> UpdatePathNode:
    items = [node.ciphertexts[n] for n in range(len(node.ciphertexts))]
    return replace(node, ciphertexts=Ciphertexts.of([*items, HPKECiphertext(b"k" * 32, b"c" * 48)]))


def no_ciphertexts(node: UpdatePathNode) -> UpdatePathNode:
    return replace(node, ciphertexts=Ciphertexts.of([]))


def test_the_number_of_path_nodes(room: Room) -> None:
    refused(room, PathLengthMismatch, change=lambda path: replace(path, nodes=path.nodes[:-1]))
    refused(room, PathLengthMismatch, change=lambda path: replace(path, nodes=(*path.nodes, path.nodes[-1])))
    refused(room, PathLengthMismatch, change=lambda path: replace(path, nodes=()))


@pytest.mark.parametrize("at", [0, 1, 2])
def test_the_number_of_ciphertexts(room: Room, at: int) -> None:
    refused(room, PathCiphertextCount, change=swap_node(at, more_ciphertexts))
    refused(room, PathCiphertextCount, change=swap_node(at, no_ciphertexts))


def test_new_members_get_no_path_ciphertext(room: Room) -> None:
    add = Add(key_package(party("zoe")))
    message = room.commit(0, [add])
    room.group.process(message, NOW)
    refused(room, PathCiphertextCount, proposals=[add], change=swap_node(2, more_ciphertexts))


def test_path_keys(room: Room) -> None:
    taken = room.group.tree.leaf(3).encryption_key
    refused(room, BadPublicKey, change=swap_node(1, lambda node: replace(node, encryption_key=b"\x00" * 32)))
    refused(room, ParentHashMismatch, change=swap_node(1, lambda node: replace(node, encryption_key=hpke_key())))
    refused(room, DuplicateEncryptionKey, leaf_changes={"encryption_key": taken})
    old = room.group.tree.leaf(0).encryption_key
    refused(room, UnchangedEncryptionKey, leaf_changes={"encryption_key": old})


def test_path_keys_that_repeat(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.mls.public.builders.hpke_key", lambda: b"\x12" * 32)
    message = room.commit(0, leaf_changes={"encryption_key": b"\x13" * 32})
    with pytest.raises(DuplicateEncryptionKey):
        room.group.process(message, NOW)


def test_a_path_key_that_another_node_has(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = room.group.tree.leaf(3).encryption_key
    keys = iter([taken, b"\x14" * 32, b"\x15" * 32])
    monkeypatch.setattr("tests.mls.public.builders.hpke_key", lambda: next(keys, b"\x16" * 32))
    message = room.commit(0)
    with pytest.raises(DuplicateEncryptionKey):
        room.group.process(message, NOW)


def bringing_back(room: Room, keys: list[bytes], monkeypatch: pytest.MonkeyPatch, **commit: Any) -> None:
    """A commit whose path has these keys, bottom up, is refused; one with a fresh key in place of each goes through."""
    message = room.commit(0, **commit)
    room.group.process(message, NOW)
    wanted = iter(keys)
    monkeypatch.setattr("tests.mls.public.builders.hpke_key", lambda: next(wanted, b"\x16" * 32))
    refused(room, DuplicateEncryptionKey, **commit)


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("x", [1, 3, 5, 7])
def test_a_path_key_that_the_path_had_before(room: Room, place: int, x: int, monkeypatch: pytest.MonkeyPatch) -> None:
    old = room.group.tree.parent_node(x)
    assert old is not None
    fresh = [b"\x17" * 32, b"\x18" * 32]
    bringing_back(room, [*fresh[:place], old.encryption_key, *fresh[place:]], monkeypatch)


def test_a_path_key_that_was_the_committers_leafs(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    old = room.group.tree.leaf(0).encryption_key
    bringing_back(room, [old, b"\x17" * 32, b"\x18" * 32], monkeypatch)


def test_a_leaf_key_that_a_node_of_the_path_had_before(room: Room) -> None:
    old = room.group.tree.parent_node(3)
    assert old is not None
    room.group.process(room.commit(0, leaf_changes={"encryption_key": hpke_key()}), NOW)
    refused(room, DuplicateEncryptionKey, leaf_changes={"encryption_key": old.encryption_key})


def test_a_path_key_of_who_is_removed_with_it(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    old = room.group.tree.leaf(3).encryption_key
    bringing_back(room, [old, b"\x17" * 32, b"\x18" * 32], monkeypatch, proposals=[Remove(3)])


def test_a_path_key_of_who_is_added_with_it(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    package = key_package(party("zoe"))
    new = package.leaf_node.encryption_key
    bringing_back(room, [new, b"\x17" * 32, b"\x18" * 32], monkeypatch, proposals=[Add(package)])


def test_a_joiner_brings_back_a_key_of_the_path(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    zoe = party("zoe")
    old = room.group.tree.parent_node(room.group.tree.root)
    assert old is not None
    room.group.process(room.external_commit(zoe, [INIT]), NOW)
    wanted = iter([hpke_key(), old.encryption_key])
    monkeypatch.setattr("tests.mls.public.builders.hpke_key", lambda: next(wanted, b"\x16" * 32))
    not_joining(room, DuplicateEncryptionKey, zoe, INIT)


@pytest.mark.parametrize("parent_hash", [b"", b"\x00" * 32])
def test_the_parent_hash_of_the_leaf(room: Room, parent_hash: bytes) -> None:
    refused(room, ParentHashMismatch, leaf_changes={"parent_hash": parent_hash})


def test_the_leaf_of_the_path(room: Room) -> None:
    eve = party("eve")
    refused(room, WrongLeafSource, leaf_changes={"source": LeafSource.UPDATE, "parent_hash": None})
    refused(room, BadSignature, leaf_changes={"leaf_index": 1})
    refused(room, BadSignature, leaf_changes={"group_id": b"another"})
    refused(room, BadSignature, leaf_changes={"signature_key": eve.public})
    refused(room, SuccessorRefused, leaf_changes={"credential": eve.credential})
    refused(room, UnsupportedSuite, leaf_changes={"capabilities": capabilities(cipher_suites=(3,))})
    room.rules.refused = frozenset({b"ana"})
    refused(room, CredentialRefused)
    assert room.rules.uses[-1] is LeafUse.COMMIT


def test_a_member_may_change_its_signature_key(room: Room) -> None:
    private, public = generate_signature_key(room.suite, noise())
    tree = room.group.tree
    renewed = Party("ana", private, public)
    path = room.path(renewed, tree, 0)
    room.accept(room.commit(0, path=path))
    assert room.group.tree.leaf(0).signature_key == public
    room.parties[0] = renewed
    room.accept(room.commit(0))


def test_room_policy_is_asked(room: Room) -> None:
    room.rules.refuse_commit = PolicyRefused("not in this room")
    refused(room, PolicyRefused)
    (view,) = room.rules.seen
    assert view.authenticated_data == b""


def test_epochs_end(room: Room) -> None:
    last = replace(room.group.context, epoch=(1 << 64) - 1)
    room.group = PublicGroup(replace(room.group.state, context=last), room.group.confirmation_tag, room.rules)
    with pytest.raises(EpochExhausted):
        room.group.process(room.commit(0), NOW)


def test_only_commits_are_staged(room: Room) -> None:
    verified = verify_content(room.group.state, room.propose(0, Remove(1)).authenticated)
    with pytest.raises(SenderNotAllowed):
        stage_commit(room.group.state, verified, {}, room.rules, NOW)
    with pytest.raises(UsageError):
        confirmed_transcript_hash(room.suite, b"", verified.auth)


# External commits (12.2, 12.4.3.2)


def joining(room: Room, who: Party, *proposals: ProposalOrRef, **args: Any) -> StagedPublicCommit:
    staged = room.group.process(room.external_commit(who, proposals, **args), NOW)
    assert isinstance(staged, StagedPublicCommit)
    return staged


def not_joining(room: Room, error: type[ProtocolError], who: Party, *proposals: ProposalOrRef, **args: Any) -> None:
    before = room.group.encode()
    message = room.external_commit(who, proposals, **args)
    with pytest.raises(error):
        room.group.process(message, NOW)
    assert room.group.encode() == before


def test_only_who_joins_replaces_a_leaf(room: Room) -> None:
    assert joining(room, room.parties[2], INIT, Remove(2)).replaced == 2
    staged = room.accept(room.commit(0, [Remove(2)]))
    assert (staged.external, staged.replaced) == (False, None)


def test_joining_by_commit(room: Room) -> None:
    staged = joining(room, party("zoe"), INIT, PreSharedKey(ExternalPsk(b"p", b"n" * 32)))
    assert (staged.committer, staged.external, staged.replaced) == (5, True, None)
    assert room.rules.uses[-1] is LeafUse.EXTERNAL_JOIN
    room.group.merge(staged)
    check_tree(room.group.tree)
    assert room.rules.seen[-1].external


def test_returning_by_commit(room: Room) -> None:
    """Resync: the old leaf goes, the new one may keep the signature key."""
    staged = joining(room, room.parties[2], INIT, Remove(2))
    assert (staged.committer, staged.replaced) == (2, 2)
    room.group.merge(staged)
    check_tree(room.group.tree)
    assert len(list(room.group.members())) == 5


def test_returning_keeps_the_identity(room: Room) -> None:
    not_joining(room, SuccessorRefused, party("eve"), INIT, Remove(2))


def test_returning_with_the_old_encryption_key(room: Room) -> None:
    old = room.group.tree.leaf(2).encryption_key
    not_joining(room, UnchangedEncryptionKey, room.parties[2], INIT, Remove(2), leaf_changes={"encryption_key": old})


def test_joining_as_somebody_who_is_there(room: Room) -> None:
    not_joining(room, DuplicateSignatureKey, room.parties[2], INIT)


@pytest.mark.parametrize("count", [0, 2])
def test_the_number_of_external_inits(room: Room, count: int) -> None:
    not_joining(room, ExternalInitCount, party("zoe"), *[INIT] * count)


def test_what_joiners_may_not_propose(room: Room) -> None:
    zoe = party("zoe")
    psk = PreSharedKey(ExternalPsk(b"p", b"n" * 32))
    not_joining(room, NotAllowedExternally, zoe, INIT, Add(key_package(party("eve"))))
    not_joining(room, NotAllowedExternally, zoe, INIT, GroupContextExtensions(()))
    not_joining(room, NotAllowedExternally, zoe, INIT, Remove(1), Remove(2))
    not_joining(room, RepeatedPsk, zoe, INIT, psk, psk)
    not_joining(room, BlankLeaf, zoe, INIT, Remove(6))
    queued = room.queue(room.propose(1, Remove(3)))
    not_joining(room, NotAllowedExternally, zoe, INIT, ProposalRef(queued.reference))


def test_the_joiners_leaf_and_path(room: Room) -> None:
    zoe = party("zoe")
    not_joining(room, ParentHashMismatch, zoe, INIT, leaf_changes={"parent_hash": b"\x00" * 32})
    not_joining(room, BadSignature, zoe, INIT, leaf_changes={"leaf_index": 6})
    not_joining(room, PathLengthMismatch, zoe, INIT, change=lambda path: replace(path, nodes=()))
    not_joining(room, PathCiphertextCount, zoe, INIT, change=swap_node(0, more_ciphertexts))
    room.rules.refused = frozenset({b"zoe"})
    not_joining(room, CredentialRefused, zoe, INIT)


def test_a_joiners_signature_over_another_epoch(room: Room) -> None:
    message = room.external_commit(party("zoe"), [INIT])
    room.accept(room.commit(0))
    late = replace(message, content=replace(message.content, epoch=room.group.epoch))
    with pytest.raises(BadSignature):
        room.group.process(late, NOW)


def test_a_flipped_signature_of_a_joiner(room: Room) -> None:
    message = room.external_commit(party("zoe"), [INIT])
    with pytest.raises(BadSignature):
        room.group.process(replace(message, signature=flip(message.signature)), NOW)
