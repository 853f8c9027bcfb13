# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Groups that follow another one (RFC 9420, sections 11.2, 11.3 and 12.4.3.1): the same members under new parameters
after a ReInit, or a subgroup branched off. A resumption PSK links them; this says what they must have in common."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from privity.mls.errors import (
    MemberLost,
    StrangerInSuccessor,
    SuccessorRefused,
    WrongSuccessorEpoch,
    WrongSuccessorParameters,
)
from privity.mls.messages.group_context import GroupContext
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.messages.proposals import ReInit
from privity.mls.rules import Rules
from privity.mls.state import PublicState

FIRST_EPOCH: Final = 1
"""A new group is at epoch 0 before its creator's first commit and at 1 after it."""


def check_reinit(reinit: ReInit, old_members: Iterable[LeafNode], new: PublicState, rules: Rules) -> None:
    """Raise unless `new` continues, under the parameters of the ReInit, a group of exactly these members.

    Who stands for the same client as before is for `rules.check_successor` to say.
    """
    context = new.context
    _check_epoch(context)
    agreed = (reinit.group_id, reinit.version, reinit.cipher_suite, reinit.extensions)
    if (context.group_id, context.version, context.cipher_suite, context.extensions) != agreed:
        raise WrongSuccessorParameters("group id, version, suite or extensions are not those of the ReInit proposal")
    left = _unmatched(old_members, new, rules)
    if left:
        raise MemberLost(f"{len(left)} members of the old group are not in the one that continues it")


def check_branch(old: GroupContext, old_members: Iterable[LeafNode], new: PublicState, rules: Rules) -> None:
    """Raise unless `new` is a subgroup of these members with the version and suite of `old`, and an id of its own."""
    context = new.context
    _check_epoch(context)
    if (context.version, context.cipher_suite) != (old.version, old.cipher_suite):
        raise WrongSuccessorParameters(
            f"a branch of version {context.version} and suite {context.cipher_suite}, "
            f"expected {old.version} and {old.cipher_suite}"
        )
    if context.group_id == old.group_id:
        raise WrongSuccessorParameters("the branch has the id of the group that it was branched off")
    _unmatched(old_members, new, rules)


def _check_epoch(context: GroupContext) -> None:
    if context.epoch != FIRST_EPOCH:
        raise WrongSuccessorEpoch(f"the new group is at epoch {context.epoch}, expected {FIRST_EPOCH}")


def _unmatched(old_members: Iterable[LeafNode], new: PublicState, rules: Rules) -> list[LeafNode]:
    """The old members left over when each new one took one that it stands for; StrangerInSuccessor if one found none.

    Equal credentials are tried first, so that large groups are compared in one pass.
    """
    left: dict[bytes, list[LeafNode]] = {}
    for leaf in old_members:
        left.setdefault(leaf.credential.encode(), []).append(leaf)
    for index, leaf in new.tree.leaves():
        name = leaf.credential.encode()
        for bucket in (name, *(other for other in left if other != name)):
            taken = next((old for old in left.get(bucket, ()) if _same_client(rules, old, leaf)), None)
            if taken is not None:
                left[bucket].remove(taken)
                break
        else:
            raise StrangerInSuccessor(f"leaf {index} of the new group stands for no member of the old one")
    return [leaf for leaves in left.values() for leaf in leaves]


def _same_client(rules: Rules, old: LeafNode, new: LeafNode) -> bool:
    try:
        rules.check_successor(old, new)
    except SuccessorRefused:
        return False
    return True
