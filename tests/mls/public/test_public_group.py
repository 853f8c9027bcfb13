# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Entering, storing and merging: what the server relies on."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from privity.mls.errors import (
    BadPublicKey,
    BadSignature,
    BadUnmergedLeaves,
    BlankLeaf,
    CodecError,
    CredentialRefused,
    DuplicateExtension,
    GroupClosed,
    GroupInfoMismatch,
    MisplacedExtension,
    MissingExternalPub,
    MissingRatchetTree,
    NotCanonical,
    ParentHashMismatch,
    ProtocolError,
    TreeHashMismatch,
    UnknownCipherSuite,
    UnsupportedCredential,
    UsageError,
)
from privity.mls.messages.app_data import AppDataDictionary, ComponentData
from privity.mls.messages.codepoints import EXTERNAL_PUB, RATCHET_TREE
from privity.mls.messages.extensions import (
    Extension,
    ExternalSender,
    external_pub_extension,
    external_senders_extension,
)
from privity.mls.messages.proposals import ReInit, Remove
from privity.mls.public_group import PublicGroup, StagedPublicCommit
from privity.mls.tree.node import Node, ParentNode
from privity.mls.tree.ratchet_tree import RatchetTree
from privity.mls.validation.group_info import require_external_pub
from privity.mls.validation.proposals import QueuedProposal
from tests.mls.public.builders import NOW, SUITE, Room, flip, hpke_key, required


def enter(room: Room, tree: bytes | None = None, context: Any = None, **changes: Any) -> PublicGroup:
    info = room.sign_group_info(context or room.group.context, changes.pop("by", 0), **changes)
    return PublicGroup.from_group_info(info, tree or room.group.tree.encode(), room.rules, NOW)


def test_a_late_server_sees_the_same_group(room: Room) -> None:
    late = enter(room, confirmation_tag=room.group.confirmation_tag)
    assert late.context == room.group.context
    assert late.state.interim_transcript_hash == room.group.state.interim_transcript_hash
    message = room.commit(3, [Remove(1)])
    for group in (late, room.group):
        staged = group.process(message, NOW)
        assert isinstance(staged, StagedPublicCommit)
        group.merge(staged)
    assert late.context == room.group.context
    assert late.encode() == room.group.encode()


def test_the_tree_may_come_inside(room: Room) -> None:
    tree = room.group.tree.encode()
    info = room.group_info(extensions=(Extension(RATCHET_TREE, tree),))
    PublicGroup.from_group_info(info, None, room.rules, NOW)
    PublicGroup.from_group_info(info, tree, room.rules, NOW)
    with pytest.raises(GroupInfoMismatch):
        PublicGroup.from_group_info(info, Room().group.tree.encode(), room.rules, NOW)
    with pytest.raises(MissingRatchetTree):
        PublicGroup.from_group_info(room.group_info(), None, room.rules, NOW)


def test_the_signature_of_a_group_info(room: Room) -> None:
    info = room.group_info()
    tree = room.group.tree.encode()
    for bad in (
        replace(info, signature=flip(info.signature)),
        replace(info, signer=1),
        replace(info, confirmation_tag=flip(info.confirmation_tag)),
        replace(info, extensions=()),
    ):
        with pytest.raises(BadSignature):
            PublicGroup.from_group_info(bad, tree, room.rules, NOW)
        with pytest.raises(ProtocolError):
            room.group.check_group_info(bad)
    with pytest.raises(BlankLeaf):
        PublicGroup.from_group_info(replace(info, signer=6), tree, room.rules, NOW)


def test_another_tree_than_the_context_names(room: Room) -> None:
    with pytest.raises(TreeHashMismatch):
        enter(room, context=replace(room.group.context, tree_hash=b"\x00" * 32))


def test_an_unknown_suite(room: Room) -> None:
    with pytest.raises(UnknownCipherSuite):
        enter(room, context=replace(room.group.context, cipher_suite=9))


UNSORTED = AppDataDictionary((ComponentData(2, b""), ComponentData(1, b""))).extension()


def test_extensions_of_a_group_info(room: Room) -> None:
    with pytest.raises(BadPublicKey):
        enter(room, extensions=(external_pub_extension(b"\x00" * 32),))
    with pytest.raises(CodecError):
        enter(room, extensions=(Extension(EXTERNAL_PUB, b"\x05"),))
    with pytest.raises(DuplicateExtension):
        enter(room, extensions=(external_pub_extension(hpke_key()),) * 2)
    with pytest.raises(MisplacedExtension):
        enter(room, extensions=(required().extension(),))
    with pytest.raises(NotCanonical):
        enter(room, extensions=(UNSORTED,))
    with pytest.raises(MissingExternalPub):
        require_external_pub(room.group_info(extensions=()))
    assert len(require_external_pub(room.group_info())) == 32


def test_extensions_of_the_context(room: Room) -> None:
    context = room.group.context
    with pytest.raises(MisplacedExtension):
        enter(room, context=replace(context, extensions=(Extension(RATCHET_TREE, b""),)))
    with pytest.raises(UnsupportedCredential):
        enter(room, context=replace(context, extensions=(required(credentials=(9,)).extension(),)))
    with pytest.raises(CodecError):
        enter(room, context=replace(context, extensions=(Extension(5, b"\x07"),)))
    with pytest.raises(DuplicateExtension):
        enter(room, context=replace(context, extensions=(required().extension(),) * 2))
    with pytest.raises(NotCanonical):
        enter(room, context=replace(context, extensions=(UNSORTED,)))
    useless = external_senders_extension([ExternalSender(b"short", room.hub.credential)])
    with pytest.raises(BadPublicKey):
        enter(room, context=replace(context, extensions=(useless,)))


def with_nodes(room: Room, x: int, node: Node | None) -> tuple[bytes, Any]:
    """A tree with one node changed and a context that names it, signed by leaf 0."""
    nodes = list(room.group.tree.nodes)
    nodes[x] = node
    tree = RatchetTree(SUITE, nodes)
    return tree.encode(), replace(room.group.context, tree_hash=tree.tree_hash)


def test_invalid_trees(room: Room) -> None:
    member = room.group.tree.leaf(4)  # the last committer: no parent hash covers its leaf
    root = room.group.tree.parent_node(7)
    assert root is not None
    for error, x, node in (
        (BadSignature, 8, replace(member, signature=flip(member.signature))),
        (ParentHashMismatch, 7, replace(root, encryption_key=hpke_key())),
        (BadUnmergedLeaves, 7, replace(root, unmerged_leaves=(6,))),
        (ParentHashMismatch, 13, ParentNode(hpke_key(), b"")),
    ):
        tree, context = with_nodes(room, x, node)
        with pytest.raises(error):
            enter(room, tree, context)


def test_the_application_is_asked_about_every_member(room: Room) -> None:
    room.rules.refused = frozenset({b"dov"})
    with pytest.raises(CredentialRefused):
        enter(room)


# A GroupInfo after a commit


def test_the_group_info_must_describe_the_epoch(room: Room) -> None:
    context = room.group.context
    room.group.check_group_info(room.group_info(3))
    for other in (
        replace(context, epoch=context.epoch + 1),
        replace(context, tree_hash=flip(context.tree_hash)),
        replace(context, confirmed_transcript_hash=b"\x00" * 32),
        replace(context, extensions=()),
        replace(context, group_id=b"another"),
    ):
        with pytest.raises(GroupInfoMismatch):
            room.group.check_group_info(room.sign_group_info(other, 0))
    with pytest.raises(GroupInfoMismatch):
        room.group.check_group_info(room.group_info(confirmation_tag=b"\x00" * 32))
    with pytest.raises(BadPublicKey):
        room.group.check_group_info(room.group_info(extensions=(external_pub_extension(b"\x00" * 32),)))
    with pytest.raises(DuplicateExtension):
        room.group.check_group_info(room.group_info(extensions=(external_pub_extension(hpke_key()),) * 2))
    with pytest.raises(GroupInfoMismatch):
        tree = Extension(RATCHET_TREE, Room().group.tree.encode())
        room.group.check_group_info(room.group_info(extensions=(tree,)))


def test_a_group_info_can_be_checked_before_the_merge(room: Room) -> None:
    staged = room.group.process(room.commit(0, [Remove(1)]), NOW)
    assert isinstance(staged, StagedPublicCommit)
    staged.check_group_info(room.sign_group_info(staged.context, 0))
    with pytest.raises(GroupInfoMismatch):
        staged.check_group_info(room.group_info())
    assert room.group.epoch + 1 == staged.epoch


# State


def test_processing_changes_nothing(room: Room) -> None:
    before = room.group.encode()
    room.group.process(room.commit(0, [Remove(1)]), NOW)
    queued = room.group.process(room.propose(0, Remove(1)), NOW)
    assert isinstance(queued, QueuedProposal)
    assert room.group.encode() == before
    assert not room.group.proposals


def test_a_commit_is_merged_where_it_was_staged(room: Room) -> None:
    first = room.group.process(room.commit(0), NOW)
    second = room.group.process(room.commit(1), NOW)
    assert isinstance(first, StagedPublicCommit)
    assert isinstance(second, StagedPublicCommit)
    room.group.merge(first)
    for late in (first, second):
        with pytest.raises(UsageError):
            room.group.merge(late)


def test_the_tag_of_the_last_commit_is_kept(room: Room) -> None:
    other = b"\x0d" * 32
    staged = room.accept(replace(room.commit(0), confirmation_tag=other))
    assert staged.confirmation_tag == room.group.confirmation_tag == other
    again = PublicGroup.decode(room.group.encode(), room.rules)
    for group in (room.group, again):
        group.check_group_info(room.group_info(confirmation_tag=other))
        with pytest.raises(GroupInfoMismatch):
            group.check_group_info(room.group_info())


def test_a_proposal_of_another_group_is_not_queued(room: Room) -> None:
    queued = room.group.process(room.propose(0, Remove(1)), NOW)
    assert isinstance(queued, QueuedProposal)
    content = replace(queued.auth.content, group_id=b"another room")
    with pytest.raises(UsageError):
        room.group.queue(replace(queued, auth=replace(queued.auth, content=content)))
    assert not room.group.proposals
    room.group.queue(queued)
    assert room.group.proposals == {queued.reference: queued}


def test_a_closed_group_stays_closed(room: Room) -> None:
    assert not PublicGroup.decode(room.group.encode(), room.rules).closed
    room.accept(room.commit(0, [ReInit(b"next room", 1, 1, ())], path=False))
    again = PublicGroup.decode(room.group.encode(), room.rules)
    assert again.closed
    assert again.encode() == room.group.encode()
    with pytest.raises(GroupClosed):
        again.process(room.commit(0), NOW)


def test_queued_proposals_survive_storing(room: Room) -> None:
    queued = room.queue(room.propose_from_hub(Remove(1)))
    again = PublicGroup.decode(room.group.encode(), room.rules)
    assert again.encode() == room.group.encode()
    assert again.proposals == {queued.reference: queued}
    assert again.tree.tree_hash == room.group.tree.tree_hash


def test_stored_groups_of_another_form(room: Room) -> None:
    data = room.group.encode()
    assert data[:3] == b"\x00\x01\x00"
    with pytest.raises(CodecError):
        PublicGroup.decode(b"\x00\x02" + data[2:], room.rules)
    with pytest.raises(CodecError):
        PublicGroup.decode(data[:2] + b"\x02" + data[3:], room.rules)
    with pytest.raises(ProtocolError):
        PublicGroup.decode(flip(data, len(data) - 3), room.rules)


def test_the_public_half_brings_no_secrets_along() -> None:
    """In a fresh interpreter: importing what the server uses imports nothing that decrypts."""
    code = (
        "import sys, privity.mls.public_group, privity.mls.validation.key_package\n"
        "bad = [name for name in sys.modules if name.startswith(('privity.mls.schedule', 'privity.mls.group.'))"
        " or name == 'privity.mls.group' or 'hpke' in name]\n"
        "sys.exit(repr(bad) if bad else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
