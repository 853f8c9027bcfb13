# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Leaf node validation (RFC 9420, section 7.3)."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from privity.mls.crypto import check_hpke_key, check_signature_key
from privity.mls.errors import (
    DefaultCapability,
    LifetimeNotStarted,
    LifetimeOver,
    LifetimeTooLong,
    MisplacedExtension,
    UnsupportedCredential,
    UnsupportedExtension,
    UnsupportedProposal,
    UnsupportedSuite,
    UnsupportedVersion,
    WrongLeafSource,
)
from privity.mls.messages.app_data import AppDataDictionary
from privity.mls.messages.capabilities import Capabilities
from privity.mls.messages.codepoints import (
    DEFAULT_EXTENSIONS,
    DEFAULT_PROPOSALS,
    EXTERNAL_PUB,
    EXTERNAL_SENDERS,
    MLS10,
    RATCHET_TREE,
    REQUIRED_CAPABILITIES,
    X509,
)
from privity.mls.messages.extensions import Extensions, RequiredCapabilities, check_distinct, required_capabilities
from privity.mls.messages.leaf_node import LeafNode, LeafSource, Lifetime
from privity.mls.rules import LeafUse, Rules
from privity.mls.suites import CipherSuite
from privity.mls.tree.ratchet_tree import RatchetTree
from privity.mls.validation.certificates import check_chain

EXPECTED_SOURCE = {
    LeafUse.ADD: LeafSource.KEY_PACKAGE,
    LeafUse.SELF_ADD: LeafSource.KEY_PACKAGE,
    LeafUse.UPDATE: LeafSource.UPDATE,
    LeafUse.COMMIT: LeafSource.COMMIT,
    LeafUse.EXTERNAL_JOIN: LeafSource.COMMIT,
}

NOT_IN_LEAVES = frozenset({RATCHET_TREE, REQUIRED_CAPABILITIES, EXTERNAL_PUB, EXTERNAL_SENDERS})
"""Extensions that RFC 9420, section 17.3 places elsewhere."""


def check_leaf(
    leaf: LeafNode,
    use: LeafUse,
    *,
    suite: CipherSuite,
    rules: Rules,
    now: int,
    group_id: bytes | None = None,
    leaf_index: int | None = None,
    signed: bool = False,
) -> None:
    """Everything about one leaf that does not depend on the other members. `now` is in seconds.

    `signed` says that the same bytes were verified before.
    """
    expected = EXPECTED_SOURCE.get(use)
    if expected is not None and leaf.source != expected:
        raise WrongLeafSource(f"a leaf from {leaf.source.name}, expected one from {expected.name}")
    check_signature_key(suite, leaf.signature_key)
    check_hpke_key(suite, leaf.encryption_key)
    check_own_capabilities(leaf, suite)
    if leaf.lifetime is not None:
        check_length(leaf.lifetime, rules.max_lifetime_s)
        if use in (LeafUse.ADD, LeafUse.SELF_ADD):
            check_now(leaf.lifetime, now)
    if not signed:
        leaf.verify(suite, group_id, leaf_index)
    if leaf.credential.type == X509:
        check_chain(leaf.credential.certificates, leaf.signature_key, suite)
    rules.check_credential(leaf, use)


def check_own_capabilities(leaf: LeafNode, suite: CipherSuite) -> None:
    """Whether a leaf lists what it uses itself."""
    capabilities = leaf.capabilities
    if MLS10 not in capabilities.versions:
        raise UnsupportedVersion(f"the leaf does not list protocol version {MLS10}")
    if suite.id not in capabilities.cipher_suites:
        raise UnsupportedSuite(f"the leaf does not list cipher suite {suite.id}")
    if not capabilities.supports_credential(leaf.credential.type):
        raise UnsupportedCredential(f"the leaf does not list its own credential type {leaf.credential.type}")
    check_distinct(leaf.extensions)
    for extension in leaf.extensions:
        if extension.type in NOT_IN_LEAVES:
            raise MisplacedExtension(f"extension {extension.type:#06x} has no place in a leaf")
        if not capabilities.supports_extension(extension.type):
            raise UnsupportedExtension(f"the leaf does not list its own extension {extension.type:#06x}")
    AppDataDictionary.of(leaf.extensions)


def check_own_list(capabilities: Capabilities) -> None:
    """Raise DefaultCapability if a leaf of ours would list a default type (section 7.2). Others' are taken as they are:
    not every implementation keeps to this, and it harms nobody."""
    listed = (
        DEFAULT_EXTENSIONS.intersection(capabilities.extensions),
        DEFAULT_PROPOSALS.intersection(capabilities.proposals),
    )
    if any(listed):
        raise DefaultCapability(
            f"extensions {sorted(listed[0])} and proposals {sorted(listed[1])} are supported without being listed"
        )


def check_length(lifetime: Lifetime, max_lifetime_s: int) -> None:
    """Whether a lifetime is no longer than the application allows (section 7.2)."""
    if lifetime.not_after < lifetime.not_before:
        raise LifetimeTooLong("the lifetime ends before it starts")
    if lifetime.not_after - lifetime.not_before > max_lifetime_s:
        raise LifetimeTooLong(
            f"the lifetime is {lifetime.not_after - lifetime.not_before} s, at most {max_lifetime_s} s are allowed"
        )


def check_now(lifetime: Lifetime, now: int) -> None:
    """Whether a lifetime holds `now` (section 7.3). A member's may have passed since it was added."""
    if now < lifetime.not_before:
        raise LifetimeNotStarted(f"the lifetime starts {lifetime.not_before - now} s from now")
    if now > lifetime.not_after:
        raise LifetimeOver(f"the lifetime ended {now - lifetime.not_after} s ago")


def check_supports(capabilities: Capabilities, required: RequiredCapabilities) -> None:
    """Whether a client supports what a group requires (section 11.1)."""
    for kind in required.extensions:
        if not capabilities.supports_extension(kind):
            raise UnsupportedExtension(f"a member does not list the required extension {kind:#06x}")
    for kind in required.proposals:
        if not capabilities.supports_proposal(kind):
            raise UnsupportedProposal(f"a member does not list the required proposal type {kind:#06x}")
    for kind in required.credentials:
        if not capabilities.supports_credential(kind):
            raise UnsupportedCredential(f"a member does not list the required credential type {kind}")


def check_agreement(
    tree: RatchetTree, extensions: Extensions, proposal_types: Iterable[int] = (), newcomers: Collection[int] = ()
) -> None:
    """Whether all members support the group's extensions, requirements, credentials and the proposals in use.

    `newcomers` are leaves that come with the commit of these proposals, and need not know their types (section 12.2).
    Members say little that differs: the tree counts their capabilities, so that this costs nothing for those who stay.
    """
    credentials = tuple(tree.keys.credential_types())
    required = required_capabilities(extensions)
    used = [extension.type for extension in extensions if extension.type not in DEFAULT_EXTENSIONS]
    for capabilities in tree.keys.capabilities():
        for kind in used:
            if not capabilities.supports_extension(kind):
                raise UnsupportedExtension(f"a member does not list the group's extension {kind:#06x}")
        for kind in credentials:
            if not capabilities.supports_credential(kind):
                raise UnsupportedCredential(f"a member does not list credential type {kind}, which another one uses")
        if required is not None:
            check_supports(capabilities, required)
    for kind in proposal_types:
        for index, leaf in tree.leaves():
            if index not in newcomers and not leaf.capabilities.supports_proposal(kind):
                raise UnsupportedProposal(f"member {index} does not list proposal type {kind:#06x}")
