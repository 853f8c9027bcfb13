# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""GroupInfo and the tree that comes with it (RFC 9420, sections 12.4.3.1 and 12.4.3.2)."""

from __future__ import annotations

from dataclasses import dataclass
from hmac import compare_digest

from privity.mls.crypto import check_hpke_key
from privity.mls.errors import (
    GroupInfoMismatch,
    MisplacedExtension,
    MissingExternalPub,
    MissingRatchetTree,
    TreeHashMismatch,
)
from privity.mls.messages.app_data import AppDataDictionary
from privity.mls.messages.codepoints import RATCHET_TREE, REQUIRED_CAPABILITIES
from privity.mls.messages.extensions import check_distinct, external_pub, external_senders, find
from privity.mls.messages.group_info import GroupInfo
from privity.mls.rules import LeafUse, Rules
from privity.mls.state import PublicState
from privity.mls.suites import CipherSuite, suite
from privity.mls.tree.ratchet_tree import RatchetTree
from privity.mls.tree.validate import check_tree
from privity.mls.validation.external_senders import check_senders
from privity.mls.validation.leaf_node import check_agreement, check_leaf
from privity.mls.validation.proposals import NOT_IN_CONTEXT


@dataclass(frozen=True, slots=True)
class VerifiedGroupInfo:
    """A GroupInfo signed by a member of a valid tree that it names. Its confirmation tag is for members to check."""

    group_info: GroupInfo
    state: PublicState


def verify_group_info(group_info: GroupInfo, ratchet_tree: bytes | None, rules: Rules, now: int) -> VerifiedGroupInfo:
    """Check a GroupInfo and its tree, taken from the extension or handed over by the caller. `now` is in seconds."""
    chosen = suite(group_info.group_context.cipher_suite, rules.suites)
    tree = RatchetTree.decode(chosen, tree_bytes(group_info, ratchet_tree))
    verify_signer(group_info, tree)
    context = group_info.group_context
    check_distinct(group_info.extensions)
    check_public_key(group_info, chosen)
    check_context(group_info, chosen)
    for sender in external_senders(context.extensions):
        rules.check_listed_sender(sender)
    if not compare_digest(tree.tree_hash, context.tree_hash):
        raise TreeHashMismatch(f"the tree hashes to {tree.tree_hash.hex()}, the context says {context.tree_hash.hex()}")
    check_tree(tree)
    for index, leaf in tree.leaves():
        check_leaf(
            leaf,
            LeafUse.TREE,
            suite=chosen,
            rules=rules,
            now=now,
            group_id=context.group_id,
            leaf_index=index,
        )
    check_agreement(tree, context.extensions)
    return VerifiedGroupInfo(group_info, PublicState.confirmed(context, tree, group_info.confirmation_tag))


def tree_bytes(group_info: GroupInfo, ratchet_tree: bytes | None) -> bytes:
    """The encoded tree; if it comes twice, both must be the same."""
    inside = find(group_info.extensions, RATCHET_TREE)
    if inside is None and ratchet_tree is None:
        raise MissingRatchetTree("the GroupInfo has no ratchet tree and none was handed over")
    if inside is not None and ratchet_tree is not None and inside != ratchet_tree:
        raise GroupInfoMismatch("the ratchet tree in the GroupInfo differs from the one handed over")
    return inside if inside is not None else ratchet_tree or b""


def verify_signer(group_info: GroupInfo, tree: RatchetTree) -> None:
    """Raise BlankLeaf or BadSignature unless a member of the tree signed the GroupInfo."""
    group_info.verify(tree.suite, tree.leaf(group_info.signer).signature_key)


def check_public_key(group_info: GroupInfo, suite: CipherSuite) -> None:
    """Raise BadPublicKey if the GroupInfo offers external commits under a key nobody can encrypt to."""
    key = external_pub(group_info.extensions)
    if key is not None:
        check_hpke_key(suite, key)


def check_context(group_info: GroupInfo, suite: CipherSuite) -> None:
    """Whether the extensions of the context can be read and stand where they may."""
    extensions = group_info.group_context.extensions
    check_distinct(extensions)
    for extension in extensions:
        if extension.type in NOT_IN_CONTEXT:
            raise MisplacedExtension(f"extension {extension.type:#06x} has no place in a group context")
    if find(group_info.extensions, REQUIRED_CAPABILITIES) is not None:
        raise MisplacedExtension("required_capabilities has no place in a GroupInfo")
    AppDataDictionary.of(extensions)
    AppDataDictionary.of(group_info.extensions)
    check_senders(extensions, suite)


def require_external_pub(group_info: GroupInfo) -> bytes:
    """The key to join by commit with, or MissingExternalPub."""
    key = external_pub(group_info.extensions)
    if key is None:
        raise MissingExternalPub("the GroupInfo has no external_pub extension")
    return key


def check_describes(group_info: GroupInfo, state: PublicState, confirmation_tag: bytes) -> None:
    """Raise unless a GroupInfo describes exactly this epoch: context, confirmation tag, tree if inside, signer."""
    if group_info.group_context != state.context:
        theirs, ours = group_info.group_context, state.context
        raise GroupInfoMismatch(
            f"the GroupInfo is for epoch {theirs.epoch} with tree {theirs.tree_hash.hex()}, "
            f"expected epoch {ours.epoch} with tree {ours.tree_hash.hex()}"
            if (theirs.epoch, theirs.tree_hash) != (ours.epoch, ours.tree_hash)
            else "the GroupInfo has another group context"
        )
    if not compare_digest(group_info.confirmation_tag, confirmation_tag):
        raise GroupInfoMismatch("the GroupInfo has another confirmation tag than the commit")
    check_distinct(group_info.extensions)
    check_public_key(group_info, state.suite)
    inside = find(group_info.extensions, RATCHET_TREE)
    if inside is not None and inside != state.tree.encode():
        raise GroupInfoMismatch("the ratchet tree in the GroupInfo is not the group's")
    verify_signer(group_info, state.tree)
