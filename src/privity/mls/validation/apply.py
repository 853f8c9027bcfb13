# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Applying a proposal list to the public state (RFC 9420, section 12.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from privity.mls.errors import (
    AddedTwice,
    BadAppDataUpdate,
    EpochExhausted,
    UsageError,
)
from privity.mls.messages.app_data import AppDataDictionary
from privity.mls.messages.codepoints import APP_DATA_DICTIONARY, DEFAULT_PROPOSALS, PATH_REQUIRED
from privity.mls.messages.extensions import Extensions, replaced
from privity.mls.messages.group_context import GroupContext
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.messages.proposals import (
    Add,
    AppDataUpdate,
    ExternalInit,
    GroupContextExtensions,
    PreSharedKey,
    ReInit,
    Remove,
    SelfRemove,
    Update,
)
from privity.mls.messages.psk import PreSharedKeyID
from privity.mls.rules import AddedMember, RemovedMember, Rules, SentProposal, UpdatedMember
from privity.mls.state import PublicState
from privity.mls.tree.editor import TreeEditor
from privity.mls.tree.ratchet_tree import RatchetTree
from privity.mls.validation.leaf_node import check_agreement

MAX_EPOCH = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Provisional:
    """The state between the proposals and the path of a commit.

    For an external commit `tree` has the joiner's leaf at `committer` already.
    """

    tree: RatchetTree
    extensions: Extensions
    committer: int
    external: bool
    proposals: tuple[SentProposal, ...]
    added: tuple[AddedMember, ...]
    removed: tuple[RemovedMember, ...]
    updated: tuple[UpdatedMember, ...]
    psks: tuple[PreSharedKeyID, ...]
    external_init: bytes | None
    reinit: ReInit | None
    path_required: bool

    @property
    def new_leaves(self) -> frozenset[int]:
        """Leaves that come with this commit and get no path ciphertext."""
        return frozenset(member.leaf_index for member in self.added)


def apply_proposals(
    state: PublicState,
    proposals: tuple[SentProposal, ...],
    rules: Rules,
    *,
    committer: int | None,
    joiner: LeafNode | None = None,
) -> Provisional:
    """Apply a checked list: extensions, updates, removes, adds, then the components' updates.

    A member's commit names its `committer`; an external commit brings the `joiner`'s leaf instead.
    """
    if (committer is None) == (joiner is None):
        raise UsageError("a commit comes either from a member or from a joiner")
    extensions = _new_extensions(state.context.extensions, proposals, rules)
    editor = TreeEditor(state.tree)
    updated: list[UpdatedMember] = []
    removed: list[RemovedMember] = []
    added: list[AddedMember] = []
    psks: list[PreSharedKeyID] = []
    external_init: bytes | None = None
    reinit: ReInit | None = None
    for sent in proposals:
        proposal = sent.proposal
        match proposal:
            case Update() if sent.sender.index is not None:
                old = state.tree.leaf(sent.sender.index)
                editor.update(sent.sender.index, proposal.leaf_node)
                updated.append(UpdatedMember(sent.sender.index, old, proposal.leaf_node))
            case Remove():
                removed.append(RemovedMember(proposal.removed, state.tree.leaf(proposal.removed)))
            case SelfRemove() if sent.sender.index is not None:
                removed.append(RemovedMember(sent.sender.index, state.tree.leaf(sent.sender.index)))
            case PreSharedKey():
                psks.append(proposal.psk)
            case ExternalInit():
                external_init = proposal.kem_output
            case ReInit():
                reinit = proposal
            case _:
                pass
    for gone in removed:
        editor.remove(gone.leaf_index)
    for sent in proposals:
        if isinstance(sent.proposal, Add):
            leaf = sent.proposal.key_package.leaf_node
            if editor.has_signature_key(leaf.signature_key):
                raise AddedTwice("an Add proposal brings the signature key of a member who stays")
            added.append(AddedMember(editor.add(leaf), sent.proposal.key_package))
    if joiner is not None:
        committer = editor.add(joiner)
    return Provisional(
        tree=editor.done(),
        extensions=extensions,
        committer=committer or 0,
        external=joiner is not None,
        proposals=proposals,
        added=tuple(added),
        removed=tuple(removed),
        updated=tuple(updated),
        psks=tuple(psks),
        external_init=external_init,
        reinit=reinit,
        path_required=path_required(proposals),
    )


def path_required(proposals: Sequence[SentProposal]) -> bool:
    """Whether a commit of these must bring fresh secrets (sections 12.4 and 17.4)."""
    return not proposals or any(sent.proposal.type in PATH_REQUIRED for sent in proposals)


def check_result(provisional: Provisional, tree: RatchetTree) -> None:
    """Whether all members of the new tree support what the new epoch uses, and those who stay what the commit does."""
    used = {sent.proposal.type for sent in provisional.proposals} - DEFAULT_PROPOSALS
    newcomers = provisional.new_leaves | ({provisional.committer} if provisional.external else set())
    check_agreement(tree, provisional.extensions, sorted(used), newcomers)


def next_context(
    state: PublicState, provisional: Provisional, tree: RatchetTree, confirmed_transcript_hash: bytes
) -> GroupContext:
    """The group context of the next epoch. With the old transcript hash it is the one that path secrets are
    encrypted under (section 7.6)."""
    old = state.context
    if old.epoch == MAX_EPOCH:
        raise EpochExhausted("the epoch number cannot grow any more")
    return GroupContext(
        version=old.version,
        cipher_suite=old.cipher_suite,
        group_id=old.group_id,
        epoch=old.epoch + 1,
        tree_hash=tree.tree_hash,
        confirmed_transcript_hash=confirmed_transcript_hash,
        extensions=provisional.extensions,
    )


def _new_extensions(old: Extensions, proposals: Sequence[SentProposal], rules: Rules) -> Extensions:
    extensions = old
    updates: dict[int, list[bytes | None]] = {}
    for sent in proposals:
        if isinstance(sent.proposal, GroupContextExtensions):
            extensions = sent.proposal.extensions
        elif isinstance(sent.proposal, AppDataUpdate):
            updates.setdefault(sent.proposal.component_id, []).append(sent.proposal.update)
    return _apply_components(extensions, updates, rules) if updates else extensions


def _apply_components(extensions: Extensions, updates: dict[int, list[bytes | None]], rules: Rules) -> Extensions:
    """One removal, or one or more updates in their order, for each component (extensions draft)."""
    dictionary = AppDataDictionary.of(extensions)
    for component_id, operations in updates.items():
        old = dictionary.get(component_id)
        values = tuple(value for value in operations if value is not None)
        if len(values) == len(operations):
            dictionary = dictionary.with_component(component_id, rules.apply_component(component_id, old, values))
        elif len(operations) > 1:
            raise BadAppDataUpdate(f"the removal of component {component_id:#06x} stands with other operations on it")
        elif old is None:
            raise BadAppDataUpdate(f"component {component_id:#06x} is not there and cannot be removed")
        else:
            dictionary = dictionary.without_component(component_id)
    return replaced(extensions, APP_DATA_DICTIONARY, dictionary.encode())
