# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0

"""Making a group of one (RFC 9420 section 11)."""

from __future__ import annotations

from privity.mls.crypto import Random
from privity.mls.group.epoch import begin
from privity.mls.group.identity import CLOCK_SKEW_S, Identity
from privity.mls.group.state import GroupState
from privity.mls.messages.capabilities import Capabilities
from privity.mls.messages.codepoints import MLS10
from privity.mls.messages.extensions import Extensions, external_senders
from privity.mls.messages.grease import check_no_grease, greased, pick, without_grease
from privity.mls.messages.group_context import GroupContext
from privity.mls.messages.leaf_node import LeafNode, LeafSource, Lifetime
from privity.mls.rules import LeafUse, Rules
from privity.mls.schedule import hpke, key_schedule
from privity.mls.state import PublicState
from privity.mls.suites import check_admitted
from privity.mls.tree.ratchet_tree import RatchetTree
from privity.mls.validation.leaf_node import check_agreement, check_leaf, check_own_list
from privity.mls.validation.proposals import check_extension_list


def create(
    identity: Identity,
    group_id: bytes,
    *,
    extensions: Extensions,
    capabilities: Capabilities,
    leaf_extensions: Extensions,
    lifetime_s: int,
    now: int,
    rules: Rules,
    random: Random,
    grease: bool,
) -> GroupState:
    """A group at epoch 0 with us as its only member."""
    suite = identity.suite
    check_admitted(suite, rules.suites)
    check_own_list(capabilities)
    check_no_grease(extensions)
    check_extension_list(extensions, suite)
    for sender in external_senders(extensions):
        rules.check_listed_sender(sender)
    private, public_key = hpke.generate_key_pair(suite, random)
    if grease:
        capabilities, leaf_extensions = greased(capabilities, leaf_extensions, pick(public_key))
    start = now - CLOCK_SKEW_S
    leaf = LeafNode.signed(
        suite,
        identity.signature_private,
        encryption_key=public_key,
        signature_key=identity.signature_public,
        credential=identity.credential,
        capabilities=capabilities,
        source=LeafSource.KEY_PACKAGE,
        lifetime=Lifetime(start, start + lifetime_s),
        extensions=leaf_extensions,
    )
    check_leaf(leaf, LeafUse.ADD, suite=suite, rules=rules, now=now)
    tree = RatchetTree.of_leaf(suite, leaf)
    check_agreement(tree, extensions)
    context = GroupContext(MLS10, suite.id, group_id, 0, tree.tree_hash, b"", extensions)
    new = key_schedule.first_epoch(suite, random(suite.nh))
    tag = key_schedule.confirmation_tag(suite, new.secrets.confirmation_key, b"")
    public = PublicState.confirmed(context, tree, tag)
    state = GroupState(identity, rules, begin(public, context.encode(), tag, 0, new, {0: private}))
    state.record_all()
    return state


def create_after(
    old: GroupState,
    group_id: bytes,
    *,
    extensions: Extensions,
    lifetime_s: int,
    now: int,
    random: Random,
    identity: Identity | None = None,
    capabilities: Capabilities | None = None,
    rules: Rules | None = None,
) -> GroupState:
    """A new group with us as its only member, who show there what our leaf shows in the old one: GREASE only if it has
    any. What is None is as it was. `now` and `lifetime_s` in seconds."""
    leaf = old.epoch.public.tree.leaf(old.epoch.own_leaf)
    return create(
        old.identity if identity is None else identity,
        group_id,
        extensions=extensions,
        capabilities=leaf.capabilities if capabilities is None else capabilities,
        leaf_extensions=leaf.extensions,
        lifetime_s=lifetime_s,
        now=now,
        rules=old.rules if rules is None else rules,
        random=random,
        grease=leaf.capabilities != without_grease(leaf.capabilities),
    )
