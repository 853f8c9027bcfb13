# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0

"""Which of the proposals that were sent go into a commit that names none (RFC 9420 sections 12.2 and 12.4.1).

The choice is the same for everyone who holds the same proposals. A proposal that cannot be committed is passed over, so
that nobody can stop a group by sending one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from privity.mls.errors import ProtocolError
from privity.mls.messages.framing import Sender
from privity.mls.messages.proposals import (
    Add,
    AppDataUpdate,
    GroupContextExtensions,
    PreSharedKey,
    Proposal,
    Remove,
    SelfRemove,
    Update,
)
from privity.mls.rules import Rules, SentProposal
from privity.mls.schedule.psk import PskLookup
from privity.mls.state import PublicState
from privity.mls.validation.apply import apply_proposals, check_result, next_context
from privity.mls.validation.commit import commit_view
from privity.mls.validation.lists import check_member_list
from privity.mls.validation.proposals import QueuedProposal

PREFERENCE: Final = (SelfRemove, Remove, Update, GroupContextExtensions, Add, AppDataUpdate, PreSharedKey)
"""Which kind is kept when not all can be. A ReInit ends the group and is committed only by whoever names it."""

LAST_WINS: Final = (Update, GroupContextExtensions)


def choose(
    public: PublicState,
    queue: Mapping[bytes, QueuedProposal],
    values: Sequence[Proposal],
    own_leaf: int,
    *,
    rules: Rules,
    psks: PskLookup,
    aad: bytes,
) -> list[QueuedProposal]:
    """The queued proposals, in order of arrival, that make a valid commit of `own_leaf` together with `values`.

    All of them if they fit. Else one kind after the other, each that fits with what was kept before: so a SelfRemove
    wins over a Remove of the same leaf and that over an Update, and what concerns our own leaf is left to others.
    """
    arrived = [each for each in queue.values() if _may_stand(each.sent.proposal, psks)]
    if not arrived:
        return []
    sender = Sender.member(own_leaf)
    inline = tuple(SentProposal(value, sender) for value in values)

    def fit(some: Sequence[QueuedProposal]) -> bool:
        return _fit(public, (*inline, *(each.sent for each in some)), own_leaf, rules, aad)

    return arrived if fit(arrived) else _as_many_as_fit(arrived, fit)


def _may_stand(proposal: Proposal, psks: PskLookup) -> bool:
    """Whether a commit that was not asked for this very proposal may hold it at all."""
    if isinstance(proposal, PreSharedKey):
        return psks(proposal.psk) is not None
    return type(proposal) in PREFERENCE


def _as_many_as_fit(
    arrived: Sequence[QueuedProposal], fit: Callable[[Sequence[QueuedProposal]], bool]
) -> list[QueuedProposal]:
    """Those that fit with what was kept before them, the preferred kinds first, of Updates and extensions the last."""
    kept: set[bytes] = set()

    def urgency(numbered: tuple[int, QueuedProposal]) -> tuple[int, int]:
        number, kind = numbered[0], type(numbered[1].sent.proposal)
        return PREFERENCE.index(kind), -number if kind in LAST_WINS else number

    for _, each in sorted(enumerate(arrived), key=urgency):
        if fit([other for other in arrived if other.reference in kept or other is each]):
            kept.add(each.reference)
    return [each for each in arrived if each.reference in kept]


def _fit(public: PublicState, proposals: tuple[SentProposal, ...], own_leaf: int, rules: Rules, aad: bytes) -> bool:
    """Whether a commit of these would be accepted, as far as that can be told without its path."""
    try:
        check_member_list(proposals, own_leaf)
        provisional = apply_proposals(public, proposals, rules, committer=own_leaf)
        tree = provisional.tree
        check_result(provisional, tree)
        context = next_context(public, provisional, tree, public.context.confirmed_transcript_hash)
        rules.check_commit(commit_view(public, provisional, tree, context, aad))
    except ProtocolError:
        return False
    return True
