# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Proposal lists (RFC 9420, section 12.2): which proposals may stand in one commit together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeGuard

from privity.mls.errors import (
    AddedTwice,
    ExternalInitCount,
    ExternalInitMisplaced,
    NotAllowedExternally,
    OwnRemove,
    OwnUpdate,
    PskUsage,
    ReInitNotAlone,
    RepeatedExtensionsProposal,
    RepeatedPsk,
    SameLeafTwice,
    SelfRemoveByValue,
    SenderNotAllowed,
    TooManyPsks,
)
from privity.mls.messages.framing import SenderType
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
from privity.mls.messages.psk import PreSharedKeyID, ResumptionPsk, ResumptionUsage
from privity.mls.rules import SentProposal

MAX_PSKS: Final = 0xFFFF


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
            case SelfRemove():
                leaving = _leaving(sent)
                if leaving == committer:
                    raise OwnRemove(f"the committer {committer} takes up its own SelfRemove")
                _touch(touched, leaving)
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
    _check_succession(proposals)


def check_external_list(proposals: Sequence[SentProposal]) -> None:
    """The rules for an external commit: one ExternalInit, at most one Remove, PSKs, updates of components, by value.

    SelfRemoves stand beside them, and are named by reference (extensions draft).
    """
    inits = 0
    removes = 0
    touched: set[int] = set()
    psks: set[bytes] = set()
    for sent in proposals:
        proposal = sent.proposal
        if sent.reference is not None and not isinstance(proposal, SelfRemove):
            raise NotAllowedExternally(f"an external commit names a {type(proposal).__name__} by reference")
        match proposal:
            case ExternalInit():
                inits += 1
            case Remove():
                removes += 1
                if removes > 1:
                    raise NotAllowedExternally("an external commit removes more than one leaf")
                _touch(touched, proposal.removed)
            case SelfRemove():
                _touch(touched, _leaving(sent))
            case AppDataUpdate():
                pass
            case PreSharedKey():
                if is_link(proposal.psk):
                    raise PskUsage("an external commit names a resumption PSK for re-initialisation or branching")
                _note_psk(psks, proposal)
            case _:
                raise NotAllowedExternally(f"an external commit carries a {type(proposal).__name__} proposal")
    if inits != 1:
        raise ExternalInitCount(f"an external commit has {inits} ExternalInit proposals, expected 1")


def _leaving(sent: SentProposal) -> int:
    """The leaf that a SelfRemove blanks: that of its sender."""
    if sent.reference is None:
        raise SelfRemoveByValue("a commit contains a SelfRemove itself, expected the reference of one that was sent")
    if sent.sender.type != SenderType.MEMBER or sent.sender.index is None:
        raise SenderNotAllowed(f"a {sent.sender.type.name} has no leaf to leave")
    return sent.sender.index


def _check_succession(proposals: Sequence[SentProposal]) -> None:
    """Whoever joins a group that follows another one must find a single link to it (section 12.4.3.1)."""
    links = [sent for sent in proposals if isinstance(sent.proposal, PreSharedKey) and is_link(sent.proposal.psk)]
    if len(links) > 1:
        raise PskUsage(f"{len(links)} resumption PSKs for re-initialisation or branching in one commit, expected 1")


def _touch(touched: set[int], leaf: int) -> None:
    if leaf in touched:
        raise SameLeafTwice(f"two proposals change leaf {leaf}")
    touched.add(leaf)


def is_link(psk: PreSharedKeyID) -> TypeGuard[ResumptionPsk]:
    """Whether a key ties a new group to the one that it follows (sections 11.2 and 11.3)."""
    return isinstance(psk, ResumptionPsk) and psk.usage is not ResumptionUsage.APPLICATION


def check_psk_count(count: int) -> None:
    """The key schedule numbers keys with 16 bits (section 8.4)."""
    if count > MAX_PSKS:
        raise TooManyPsks(f"{count} pre-shared keys at once, at most {MAX_PSKS} can be counted")


def _note_psk(psks: set[bytes], proposal: PreSharedKey) -> None:
    name = proposal.psk.encode()
    if name in psks:
        raise RepeatedPsk("the same PreSharedKeyID is proposed twice")
    psks.add(name)
    check_psk_count(len(psks))
