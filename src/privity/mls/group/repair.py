# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0

"""Bringing a forked group together again: by adding the other side anew, or by a new group of the same members.

A group has forked when its members stand on different commits of one epoch: they agree on its number and not on its
`epoch_authenticator` (RFC 9420 section 14 tells servers to prevent it). No message heals that, since no side holds the
other's secrets. Which side goes on is for the application to decide; what follows is the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from privity.mls.crypto import Random
from privity.mls.errors import SuccessorRefused, UsageError
from privity.mls.group.commit import CommitRequest, commit
from privity.mls.group.create import create_after
from privity.mls.group.errors import BadPartition, NotARepair
from privity.mls.group.outcomes import PendingCommit
from privity.mls.group.state import GroupState
from privity.mls.messages.app_data import no_aad
from privity.mls.messages.extensions import Extensions
from privity.mls.messages.key_package import KeyPackage
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.rules import Rules


@dataclass(frozen=True, slots=True)
class Missing:
    """A member of the old group for whom the repair had no KeyPackage: leaf index there, and leaf."""

    leaf_index: int
    leaf_node: LeafNode


def readd(
    state: GroupState,
    own_partition: Iterable[int],
    key_packages: Sequence[KeyPackage],
    *,
    aad: bytes,
    tree_in_welcome: bool,
    random: Random,
    now: int,
) -> PendingCommit:
    """One commit with a path that removes everybody outside of our side and adds them again by fresh KeyPackages."""
    state.check_open()
    own = state.epoch.own_leaf
    members = dict(state.epoch.public.tree.leaves())
    partition = set(own_partition)
    if own not in partition:
        raise BadPartition(f"our own leaf {own} is not among those who agree with us")
    if strangers := partition - members.keys():
        raise BadPartition(f"leaf {min(strangers)} is no member, so it cannot agree with us")
    others = {index: leaf for index, leaf in members.items() if index not in partition}
    if not others:
        raise BadPartition("every member agrees with us: there is no fork to repair")
    _match(state.rules, others, key_packages)
    request = CommitRequest(
        adds=tuple(key_packages),
        removes=tuple(others),
        by_reference=(),
        aad=aad,
        tree_in_welcome=tree_in_welcome,
    )
    return commit(state, request, random=random, now=now, psks=None)


def reboot(
    state: GroupState,
    group_id: bytes,
    key_packages: Sequence[KeyPackage],
    extensions: Extensions | None,
    lifetime_s: int,
    tree_in_welcome: bool,
    *,
    random: Random,
    now: int,
) -> tuple[GroupState, PendingCommit | None, tuple[Missing, ...]]:
    """A new group with the parameters of this one, a commit that adds its members, and those who are missing."""
    state.check_open()
    if group_id == state.epoch.group_id:
        raise UsageError("a group that begins again needs another group id than before")
    own = state.epoch.own_leaf
    context, tree = state.epoch.public.context, state.epoch.public.tree
    others = {index: leaf for index, leaf in tree.leaves() if index != own}
    found = _match(state.rules, others, key_packages)
    new = create_after(
        state,
        group_id,
        extensions=context.extensions if extensions is None else extensions,
        lifetime_s=lifetime_s,
        now=now,
        random=random,
    )
    missing = tuple(Missing(index, leaf) for index, leaf in others.items() if index not in found)
    if not key_packages:
        return new, None, missing
    aad = no_aad(new.epoch.public.context.extensions)
    request = CommitRequest(adds=tuple(key_packages), force_path=True, aad=aad, tree_in_welcome=tree_in_welcome)
    return new, commit(new, request, random=random, now=now, psks=None), missing


def _match(rules: Rules, members: dict[int, LeafNode], key_packages: Sequence[KeyPackage]) -> set[int]:
    """The members to whom these KeyPackages belong, one each. Raises NotARepair."""
    found: set[int] = set()
    for number, package in enumerate(key_packages):
        for index, leaf in members.items():
            if index not in found and _same_client(rules, leaf, package.leaf_node):
                found.add(index)
                break
        else:
            raise NotARepair(
                f"KeyPackage {number} belongs to none of the {len(members)} members who are to come back, or is the"
                " second one of a member"
            )
    return found


def _same_client(rules: Rules, old: LeafNode, new: LeafNode) -> bool:
    try:
        rules.check_successor(old, new)
    except SuccessorRefused:
        return False
    return True
