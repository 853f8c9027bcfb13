# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0

"""Proposals of our own (RFC 9420 section 12.1)."""

from __future__ import annotations

from privity.mls.crypto import Random
from privity.mls.errors import UsageError
from privity.mls.group.commit import seal_handshake
from privity.mls.group.state import GroupState
from privity.mls.messages.app_data import check_own_aad
from privity.mls.messages.codepoints import PRIVATE_MESSAGE, PUBLIC_MESSAGE, SELF_REMOVE
from privity.mls.messages.framing import AuthenticatedContent, FramedContent, Sender
from privity.mls.messages.grease import check_no_grease
from privity.mls.messages.leaf_node import LeafNode, LeafSource
from privity.mls.messages.proposals import GroupContextExtensions, Proposal, SelfRemove, Update
from privity.mls.schedule import hpke
from privity.mls.validation.content import verify_content
from privity.mls.validation.proposals import queue_proposal


def propose(
    state: GroupState,
    proposal: Proposal,
    *,
    aad: bytes,
    private: bool,
    random: Random,
    now: int,
    leaf_private: bytes = b"",
) -> bytes:
    """Sign a proposal, queue it, and return it as an encoded MLSMessage."""
    state.check_open()
    check_own_aad(state.epoch.public.context.extensions, aad)
    if isinstance(proposal, GroupContextExtensions):
        check_no_grease(proposal.extensions)
    epoch = state.epoch
    content = FramedContent(epoch.group_id, epoch.number, Sender.member(epoch.own_leaf), aad, proposal)
    wire_format = PRIVATE_MESSAGE if private else PUBLIC_MESSAGE
    auth = AuthenticatedContent.signed(epoch.suite, state.signer, content, epoch.context, wire_format)
    queued = queue_proposal(epoch.public, verify_content(epoch.public, auth, epoch.context), state.rules, now)
    message, step = seal_handshake(state, auth, 0, random)
    if step is not None:
        state.take(epoch, step)
    state.enqueue(queued, leaf_private)
    return message


def propose_self_remove(state: GroupState, *, aad: bytes, random: Random, now: int) -> bytes:
    """Ask to be removed. Raises UsageError when this was asked in this epoch already (extensions draft)."""
    state.check_open()
    own = state.epoch.own_leaf
    sender = Sender.member(own)
    if any(isinstance(each.sent.proposal, SelfRemove) and each.sent.sender == sender for each in state.queue.values()):
        raise UsageError("this member has asked to be removed in this epoch already")
    members = state.epoch.public.tree.leaves()
    if not all(leaf.capabilities.supports_proposal(SELF_REMOVE) for index, leaf in members if index != own):
        raise UsageError("not all members know SelfRemove: propose a Remove, or ask somebody to commit one")
    return propose(state, SelfRemove(), aad=aad, private=False, random=random, now=now)


def propose_update(state: GroupState, *, aad: bytes, private: bool, random: Random, now: int) -> bytes:
    """Propose a fresh leaf of our own, for somebody else to commit."""
    epoch, identity = state.epoch, state.identity
    old = epoch.public.tree.leaf(epoch.own_leaf)
    leaf_private, encryption_key = hpke.generate_key_pair(epoch.suite, random)
    leaf = LeafNode.signed(
        epoch.suite,
        state.signer,
        encryption_key=encryption_key,
        signature_key=identity.signature_public,
        credential=identity.credential,
        capabilities=old.capabilities,
        source=LeafSource.UPDATE,
        extensions=old.extensions,
        group_id=epoch.group_id,
        leaf_index=epoch.own_leaf,
    )
    return propose(state, Update(leaf), aad=aad, private=private, random=random, now=now, leaf_private=leaf_private)
