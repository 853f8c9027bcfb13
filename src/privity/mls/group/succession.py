# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0

"""Groups that follow one of ours: what continues it after a ReInit, and branches (RFC 9420 sections 11.2 and 11.3)."""

from __future__ import annotations

from collections.abc import Sequence

from privity.mls.crypto import Random
from privity.mls.errors import NotLinked, NotReInitialised, PskUsage, SelfRemoved, UsageError
from privity.mls.group.commit import CommitRequest, commit
from privity.mls.group.create import create_after
from privity.mls.group.identity import Identity
from privity.mls.group.outcomes import PendingCommit
from privity.mls.group.state import GroupState
from privity.mls.messages.app_data import no_aad
from privity.mls.messages.capabilities import Capabilities
from privity.mls.messages.extensions import Extensions
from privity.mls.messages.key_package import KeyPackage
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.messages.psk import PreSharedKeyID, ResumptionPsk, ResumptionUsage
from privity.mls.rules import Rules
from privity.mls.schedule.psk import PskLookup
from privity.mls.state import PublicState
from privity.mls.validation.lists import is_link
from privity.mls.validation.succession import check_branch, check_reinit


def start_successor(
    old: GroupState,
    key_packages: Sequence[KeyPackage],
    identity: Identity | None,
    capabilities: Capabilities | None,
    rules: Rules | None,
    lifetime_s: int,
    tree_in_welcome: bool,
    *,
    now: int,
    random: Random,
) -> tuple[GroupState, PendingCommit]:
    """The group that continues a re-initialised one, and the first commit that brings all its members over."""
    reinit = old.epoch.reinit
    if old.removed:
        raise SelfRemoved("we were removed from this group")
    if reinit is None:
        raise UsageError("only a group whose last commit brought a ReInit can be continued by another one")
    chosen = old.identity if identity is None else identity
    if chosen.suite.id != reinit.cipher_suite:
        raise UsageError(f"an identity of suite {chosen.suite.id}, the ReInit asks for {reinit.cipher_suite}")
    rules = old.rules if rules is None else rules
    new = create_after(
        old,
        reinit.group_id,
        extensions=reinit.extensions,
        lifetime_s=lifetime_s,
        now=now,
        random=random,
        identity=chosen,
        capabilities=capabilities,
        rules=rules,
    )
    pending = _first_commit(old, new, key_packages, ResumptionUsage.REINIT, tree_in_welcome, now, random)
    check_reinit(reinit, _members(old.epoch.public), pending.staged.change.state(), rules)
    return new, pending


def branch(
    old: GroupState,
    group_id: bytes,
    key_packages: Sequence[KeyPackage],
    extensions: Extensions | None,
    lifetime_s: int,
    tree_in_welcome: bool,
    *,
    now: int,
    random: Random,
) -> tuple[GroupState, PendingCommit]:
    """A subgroup of a running group, and the first commit that brings its other members in."""
    old.check_open()
    context = old.epoch.public.context
    new = create_after(
        old,
        group_id,
        extensions=context.extensions if extensions is None else extensions,
        lifetime_s=lifetime_s,
        now=now,
        random=random,
    )
    pending = _first_commit(old, new, key_packages, ResumptionUsage.BRANCH, tree_in_welcome, now, random)
    check_branch(context, _members(old.epoch.public), pending.staged.change.state(), old.rules)
    return new, pending


def _first_commit(
    old: GroupState,
    new: GroupState,
    key_packages: Sequence[KeyPackage],
    usage: ResumptionUsage,
    tree_in_welcome: bool,
    now: int,
    random: Random,
) -> PendingCommit:
    link = ResumptionPsk(usage, old.epoch.group_id, old.epoch.number, random(new.identity.suite.nh))
    request = CommitRequest(
        adds=tuple(key_packages),
        psks=(link,),
        by_reference=(),
        force_path=True,
        aad=no_aad(new.epoch.public.context.extensions),
        tree_in_welcome=tree_in_welcome,
    )
    return commit(new, request, random=random, now=now, psks=old.psk_lookup(None))


def find_link(names: Sequence[PreSharedKeyID], predecessor: GroupState | None) -> ResumptionPsk | None:
    """The PSK by which a Welcome ties its group to the predecessor, checked against what we know of that one.

    Without a predecessor there must be none: PskUsage. With one there must be exactly one, to it: NotLinked.
    """
    links = [name for name in names if is_link(name)]
    if predecessor is None:
        if links:
            raise PskUsage(f"a Welcome for {links[0].usage.name}, expected one into a group that follows no other")
        return None
    if len(links) != 1 or links[0].group_id != predecessor.epoch.group_id:
        raise NotLinked(f"{len(links)} resumption PSKs link the new group to an old one, expected one to this one")
    (link,) = links
    if link.usage is ResumptionUsage.REINIT:
        if predecessor.epoch.reinit is None:
            raise NotReInitialised("the last commit of the old group that we know of brought no ReInit")
        if link.epoch != predecessor.epoch.number:
            raise NotLinked(f"the link is to epoch {link.epoch}, the ReInit led to {predecessor.epoch.number}")
    elif link.epoch != predecessor.epoch.number and link.epoch not in predecessor.past:
        raise NotLinked(f"the link is to epoch {link.epoch} of the old group, of which nothing is left")
    return link


def check_follows(link: ResumptionPsk, predecessor: GroupState, new: PublicState, rules: Rules) -> None:
    """Raise a SuccessionError unless the group that we are about to enter follows the predecessor as its link says."""
    reinit = predecessor.epoch.reinit
    if link.usage is ResumptionUsage.REINIT and reinit is not None:
        check_reinit(reinit, _members(predecessor.epoch.public), new, rules)
    else:
        check_branch(predecessor.epoch.public.context, _members_at(predecessor, link.epoch), new, rules)


def with_predecessor(predecessor: GroupState | None, outer: PskLookup | None) -> PskLookup | None:
    """Looks PSKs up in the predecessor, then wherever the caller knows."""
    return outer if predecessor is None else predecessor.psk_lookup(outer)


def _members(public: PublicState) -> list[LeafNode]:
    return [leaf for _, leaf in public.tree.leaves()]


def _members_at(state: GroupState, epoch: int) -> list[LeafNode]:
    """The members of the current or a past epoch that we still hold."""
    if epoch == state.epoch.number:
        return _members(state.epoch.public)
    places = range(state.past[epoch].messages.leaf_count)
    return [leaf for index in places if (leaf := state.past_leaf(epoch, index)) is not None]
