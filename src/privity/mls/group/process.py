# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0

"""Taking in one message (RFC 9420 sections 6 and 12.4.2)."""

from __future__ import annotations

from privity.mls.crypto import verify_with_label
from privity.mls.errors import UnknownSender, WrongEpoch, WrongGroup, WrongWireFormat
from privity.mls.group.epoch import Epoch, PastEpoch
from privity.mls.group.errors import EpochForgotten, OwnMessage, UnknownOwnCommit
from privity.mls.group.outcomes import ApplicationMessage, OwnCommit, StagedCommit
from privity.mls.group.stage import stage
from privity.mls.group.state import GroupState
from privity.mls.messages.app_data import SAFE_AAD, AppDataDictionary, SafeAAD
from privity.mls.messages.codepoints import APPLICATION
from privity.mls.messages.commit import Commit
from privity.mls.messages.envelope import MLSMessage, PrivateMessage, PublicMessage
from privity.mls.messages.framing import LABEL, AuthenticatedContent, Sender
from privity.mls.messages.group_context import GroupContext
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.schedule.protect import SenderData, check_membership_tag, open_private, open_sender_data
from privity.mls.schedule.psk import PskLookup
from privity.mls.schedule.secret_tree import Kind, Step
from privity.mls.validation.content import VerifiedContent, verify_content
from privity.mls.validation.proposals import QueuedProposal, queue_proposal

Outcome = ApplicationMessage | StagedCommit | QueuedProposal | OwnCommit


def process(state: GroupState, data: bytes, now: int, psks: PskLookup | None) -> Outcome:
    """Open, verify and (for a commit) stage one MLSMessage. A failure changes nothing."""
    if state.pending is not None and data == state.pending.message:
        return OwnCommit(state.pending)
    body = MLSMessage.decode(data).body
    if isinstance(body, PublicMessage):
        return _public(state, body, now, psks)
    if isinstance(body, PrivateMessage):
        return _private(state, body, now, psks)
    raise WrongWireFormat(f"a {type(body).__name__} is not a message to a group")


def _check_group(state: GroupState, group_id: bytes) -> None:
    if group_id != state.epoch.group_id:
        raise WrongGroup(f"a message for group {group_id.hex()}, expected {state.epoch.group_id.hex()}")


def _public(state: GroupState, message: PublicMessage, now: int, psks: PskLookup | None) -> Outcome:
    epoch = state.epoch
    content = message.content
    _check_group(state, content.group_id)
    if content.epoch != epoch.number:
        raise WrongEpoch(f"a handshake message of epoch {content.epoch}, expected {epoch.number}")
    state.check_open()
    check_membership_tag(epoch.suite, epoch.secrets.membership_key, message, epoch.context)
    verified = verify_content(epoch.public, message.authenticated, epoch.context)
    return _handshake(state, verified, now, psks, None)


def _private(state: GroupState, message: PrivateMessage, now: int, psks: PskLookup | None) -> Outcome:
    _check_group(state, message.group_id)
    epoch = _epoch_of(state, message)
    if isinstance(epoch, Epoch) and epoch.closed:
        state.check_open()
    suite = state.epoch.suite
    secret = epoch.secrets.sender_data_secret if isinstance(epoch, Epoch) else epoch.sender_data_secret
    sender = open_sender_data(suite, secret, message)
    if sender.leaf_index == epoch.own_leaf:
        raise OwnMessage("a message of our own cannot be opened again: its key was deleted when it was sent")
    leaf = _sender_leaf(state, epoch, sender.leaf_index)
    application = message.content_type == APPLICATION
    kind = Kind.APPLICATION if application else Kind.HANDSHAKE
    step = epoch.messages.look_up(sender.leaf_index, kind, sender.generation, state.window)
    auth = open_private(suite, step, sender, message)
    if isinstance(epoch, PastEpoch):
        _verify_past(state, epoch, leaf, auth)
    else:
        verified = verify_content(epoch.public, auth, epoch.context)
        if not application:
            state.check_open()
            return _handshake(state, verified, now, psks, step)
    return _application(state, epoch, sender, leaf, auth, step)


def _epoch_of(state: GroupState, message: PrivateMessage) -> Epoch | PastEpoch:
    current = state.epoch.number
    if message.epoch == current:
        return state.epoch
    if message.epoch > current or message.content_type != APPLICATION:
        raise WrongEpoch(f"a message of epoch {message.epoch}, expected {current}")
    past = state.past.get(message.epoch)
    if past is None:
        raise EpochForgotten(f"a message of epoch {message.epoch}, of which no keys are left in epoch {current}")
    return past


def _sender_leaf(state: GroupState, epoch: Epoch | PastEpoch, index: int) -> LeafNode:
    leaf = epoch.public.tree.get_leaf(index) if isinstance(epoch, Epoch) else state.past_leaf(epoch.number, index)
    if leaf is None:
        raise UnknownSender(f"the sender's leaf {index} is blank or outside of the tree")
    return leaf


def _verify_past(state: GroupState, epoch: PastEpoch, leaf: LeafNode, auth: AuthenticatedContent) -> None:
    """What `verify_content` does for the current epoch, for an application message of a past one."""
    context = GroupContext.decode(epoch.context)
    if AppDataDictionary.of(context.extensions).get(SAFE_AAD) is not None:
        SafeAAD.decode(auth.content.authenticated_data)
    verify_with_label(state.epoch.suite, leaf.signature_key, LABEL, auth.tbs(epoch.context), auth.signature)


def _application(
    state: GroupState,
    epoch: Epoch | PastEpoch,
    sender: SenderData,
    leaf: LeafNode,
    auth: AuthenticatedContent,
    step: Step,
) -> ApplicationMessage:
    body = auth.content.body
    if not isinstance(body, bytes):
        raise WrongWireFormat(f"application data was announced, a {type(body).__name__} came")
    state.take(epoch, step)
    return ApplicationMessage(
        epoch=epoch.number,
        sender_leaf=sender.leaf_index,
        leaf_node=leaf,
        plaintext=body,
        aad=auth.content.authenticated_data,
        signature=auth.signature,
        generation=sender.generation,
        group_context=epoch.context,
    )


def _handshake(
    state: GroupState, verified: VerifiedContent, now: int, psks: PskLookup | None, step: Step | None
) -> Outcome:
    content = verified.content
    if isinstance(content.body, Commit):
        if content.sender == Sender.member(state.epoch.own_leaf):
            raise UnknownOwnCommit("a commit in our name that is not the pending one")
        return stage(state, verified, now, psks, step)
    queued = queue_proposal(state.epoch.public, verified, state.rules, now)
    state.enqueue(queued)
    if step is not None:
        state.take(state.epoch, step)
    return queued
