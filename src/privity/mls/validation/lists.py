# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Proposal lists (RFC 9420, section 12.2): which proposals may stand in one commit together."""

from __future__ import annotations

from collections.abc import Sequence

from privity.mls.errors import (
    AddedTwice,
    ExternalInitCount,
    ExternalInitMisplaced,
    NotAllowedExternally,
    OwnRemove,
    OwnUpdate,
    ReInitNotAlone,
    RepeatedExtensionsProposal,
    RepeatedPsk,
    SameLeafTwice,
    SenderNotAllowed,
)
from privity.mls.messages.framing import SenderType
from privity.mls.messages.proposals import (
    Add,
    ExternalInit,
    GroupContextExtensions,
    PreSharedKey,
    ReInit,
    Remove,
    Update,
)
from privity.mls.rules import SentProposal


def check_member_list(proposals: Sequence[SentProposal], committer: int) -> None:
    """The rules for a commit by a member. Clients that stay in the group are compared when the list is applied."""
    touched: set[int] = set()
    added: set[bytes] = set()
    psks: set[bytes] = set()
    extensions = 0
    for sent in proposals:
        proposal = sent.proposal
        match proposal:
            case Update():
                leaf = sent.sender.index
                if sent.sender.type != SenderType.MEMBER or leaf is None:
                    raise SenderNotAllowed(f"a {sent.sender.type.name} has no leaf to update")
                if leaf == committer or sent.reference is None:
                    raise OwnUpdate("a committer updates itself with the path, not with an Update proposal")
                _touch(touched, leaf)
            case Remove():
                if proposal.removed == committer:
                    raise OwnRemove(f"the committer {committer} would remove itself")
                _touch(touched, proposal.removed)
            case Add():
                key = proposal.key_package.leaf_node.signature_key
                if key in added:
                    raise AddedTwice("two Add proposals bring the same signature key")
                added.add(key)
            case PreSharedKey():
                _note_psk(psks, proposal)
            case GroupContextExtensions():
                extensions += 1
                if extensions > 1:
                    raise RepeatedExtensionsProposal("more than one GroupContextExtensions proposal in a commit")
            case ReInit():
                if len(proposals) > 1:
                    raise ReInitNotAlone(f"a ReInit proposal stands with {len(proposals) - 1} others")
            case ExternalInit():
                raise ExternalInitMisplaced("an ExternalInit proposal in the commit of a member")
            case _:
                pass


def check_external_list(proposals: Sequence[SentProposal]) -> None:
    """The rules for an external commit: one ExternalInit, at most one Remove, PSKs, all by value."""
    inits = 0
    removes = 0
    psks: set[bytes] = set()
    for sent in proposals:
        if sent.reference is not None:
            raise NotAllowedExternally("an external commit names a proposal by reference")
        proposal = sent.proposal
        match proposal:
            case ExternalInit():
                inits += 1
            case Remove():
                removes += 1
                if removes > 1:
                    raise NotAllowedExternally("an external commit removes more than one leaf")
            case PreSharedKey():
                _note_psk(psks, proposal)
            case _:
                raise NotAllowedExternally(f"an external commit carries a {type(proposal).__name__} proposal")
    if inits != 1:
        raise ExternalInitCount(f"an external commit has {inits} ExternalInit proposals, expected 1")


def _touch(touched: set[int], leaf: int) -> None:
    if leaf in touched:
        raise SameLeafTwice(f"two proposals change leaf {leaf}")
    touched.add(leaf)


def _note_psk(psks: set[bytes], proposal: PreSharedKey) -> None:
    name = proposal.psk.encode()
    if name in psks:
        raise RepeatedPsk("the same PreSharedKeyID is proposed twice")
    psks.add(name)
