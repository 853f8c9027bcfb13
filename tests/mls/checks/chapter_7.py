# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Chapter 7: the ratchet tree, its leaves, paths, and hashes."""

from __future__ import annotations

from typing import Final

from privity.mls.errors import (
    AddedTwice,
    BadEnum,
    BadPublicKey,
    BadSignature,
    BadUnmergedLeaves,
    BlankLeaf,
    DecryptionFailed,
    DefaultCapability,
    DuplicateEncryptionKey,
    DuplicateSignatureKey,
    LifetimeNotStarted,
    LifetimeOver,
    LifetimeTooLong,
    ParentHashMismatch,
    PathCiphertextCount,
    PathLengthMismatch,
    TreeHashMismatch,
    UnchangedEncryptionKey,
    UnsupportedCredential,
    UnsupportedExtension,
    UnsupportedProposal,
    UnsupportedSuite,
    UnsupportedVersion,
    UsageError,
    WrongLeafSource,
)
from privity.mls.schedule.errors import PathSecretMismatch
from tests.mls.checks.check import Check, Duty

SECTIONS: Final = {
    "7.1": "Parent nodes",
    "7.2": "Leaf nodes",
    "7.3": "Validating leaf nodes",
    "7.4": "How the tree evolves",
    "7.5": "Synchronizing trees",
    "7.6": "Update paths",
    "7.7": "Adding and removing leaves",
    "7.8": "Tree hashes",
    "7.9": "Parent hashes",
    "7.9.2": "Verifying parent hashes",
}

LEAF: Final = "validation.leaf_node"
SIGNED: Final = "messages.leaf_node"

CHECKS: Final = (
    Check("7.1-1", "Unmerged leaves are in rising order", "tree.validate", BadUnmergedLeaves),
    Check("7.1-2", "An unmerged leaf is listed once", "tree.validate", BadUnmergedLeaves),
    Check("7.1-3", "An unmerged leaf is below the node that lists it", "tree.validate", BadUnmergedLeaves),
    Check("7.1-4", "An unmerged leaf is not blank", "tree.validate", BadUnmergedLeaves),
    Check("7.1-5", "A parent has a key that can be encrypted to", "tree.validate", BadPublicKey),
    Check("7.1-6", "A node of a tree is a leaf or a parent", "tree.node", BadEnum),
    Check("7.2-1", "A leaf says what made it: a KeyPackage, an update or a commit", SIGNED, BadEnum),
    Check("7.2-2", "Our KeyPackage lists no default extension among its capabilities", LEAF, DefaultCapability),
    Check("7.2-3", "Our KeyPackage lists no default proposal among its capabilities", LEAF, DefaultCapability),
    Check("7.2-4", "Our leaf of a new group lists no default type among its capabilities", LEAF, DefaultCapability),
    Check(
        "7.2-5", "Our leaf in an external commit lists no default type among its capabilities", LEAF, DefaultCapability
    ),
    Check("7.2-6", "A leaf lists the protocol version of the group", LEAF, UnsupportedVersion),
    Check("7.2-7", "A leaf lists the cipher suite of the group", LEAF, UnsupportedSuite),
    Check("7.2-8", "A leaf lists the types of its own extensions", LEAF, UnsupportedExtension),
    Check("7.2-9", "A leaf lists the type of its own credential", LEAF, UnsupportedCredential),
    Check("7.2-10", "A lifetime is no longer than the application allows", LEAF, LifetimeTooLong),
    Check("7.2-11", "A lifetime in a tree to join is no longer than the application allows", LEAF, LifetimeTooLong),
    Check("7.2-12", "A lifetime does not end before it starts", LEAF, LifetimeTooLong),
    Check("7.2-13", "A leaf's signature covers its encryption key", SIGNED, BadSignature),
    Check("7.2-14", "A leaf's signature covers its signature key", SIGNED, BadSignature),
    Check("7.2-15", "A leaf's signature covers its credential", SIGNED, BadSignature),
    Check("7.2-16", "A leaf's signature covers its capabilities", SIGNED, BadSignature),
    Check("7.2-17", "A leaf's signature covers its lifetime", SIGNED, BadSignature),
    Check("7.2-18", "A leaf's signature covers its extensions", SIGNED, BadSignature),
    Check("7.2-19", "A leaf's signature covers its source", SIGNED, BadSignature),
    Check("7.2-20", "A leaf's signature covers its parent hash", SIGNED, BadSignature),
    Check("7.2-21", "The signature of a leaf made in a group covers the group", SIGNED, BadSignature),
    Check("7.2-22", "The signature of a leaf made in a group covers its place", SIGNED, BadSignature),
    Check("7.2-23", "A leaf has a key that can be encrypted to", LEAF, BadPublicKey),
    Check("7.3-1", "A leaf in an Add is signed with its own key", SIGNED, BadSignature),
    Check("7.3-2", "A leaf in an Update is signed with its own key", SIGNED, BadSignature),
    Check("7.3-3", "A leaf in a path is signed with its own key", SIGNED, BadSignature),
    Check("7.3-4", "Every leaf of a tree to join is signed with its own key", SIGNED, BadSignature),
    Check("7.3-5", "Who is added supports the extensions that the group requires", LEAF, UnsupportedExtension),
    Check("7.3-6", "Who is added supports the proposals that the group requires", LEAF, UnsupportedProposal),
    Check("7.3-7", "Who is added supports the credentials that the group requires", LEAF, UnsupportedCredential),
    Check("7.3-8", "Who updates itself supports the extensions that the group requires", LEAF, UnsupportedExtension),
    Check("7.3-9", "Who updates itself supports the proposals that the group requires", LEAF, UnsupportedProposal),
    Check("7.3-10", "Who updates itself supports the credentials that the group requires", LEAF, UnsupportedCredential),
    Check("7.3-11", "Who commits supports the extensions that the group requires", LEAF, UnsupportedExtension),
    Check("7.3-12", "Who commits supports the proposals that the group requires", LEAF, UnsupportedProposal),
    Check("7.3-13", "Who commits supports the credentials that the group requires", LEAF, UnsupportedCredential),
    Check("7.3-14", "Every member of a tree to join supports what the group requires", LEAF, UnsupportedExtension),
    Check("7.3-15", "All members support the type of a new credential", LEAF, UnsupportedCredential),
    Check("7.3-16", "A newcomer supports the types of all credentials in use", LEAF, UnsupportedCredential),
    Check("7.3-17", "We add nobody whose lifetime has not started", LEAF, LifetimeNotStarted),
    Check("7.3-18", "We add nobody whose lifetime is over", LEAF, LifetimeOver),
    Check("7.3-19", "An Add that we receive brings a lifetime that has started", LEAF, LifetimeNotStarted),
    Check("7.3-20", "An Add that we receive brings a lifetime that is not over", LEAF, LifetimeOver),
    Check("7.3-21", "A leaf in a KeyPackage comes from a KeyPackage", LEAF, WrongLeafSource),
    Check("7.3-22", "A leaf in an Update comes from an update", LEAF, WrongLeafSource),
    Check("7.3-23", "A leaf in a member's path comes from a commit", LEAF, WrongLeafSource),
    Check("7.3-24", "A leaf in a joiner's path comes from a commit", LEAF, WrongLeafSource),
    Check("7.3-25", "An Update brings a new encryption key", "validation.proposals", UnchangedEncryptionKey),
    Check("7.3-26", "Nobody is added with the signature key of a member", "validation.apply", AddedTwice),
    Check("7.3-27", "Nobody updates to the signature key of another member", "tree.keys", DuplicateSignatureKey),
    Check("7.3-28", "Nobody commits to the signature key of another member", "tree.keys", DuplicateSignatureKey),
    Check("7.3-29", "No two members of a tree to join have one signature key", "tree.keys", DuplicateSignatureKey),
    Check("7.3-30", "Nobody is added with an encryption key of the tree", "tree.keys", DuplicateEncryptionKey),
    Check("7.3-31", "Nobody updates to an encryption key of the tree", "tree.keys", DuplicateEncryptionKey),
    Check("7.3-32", "No two nodes of a tree to join have one encryption key", "tree.keys", DuplicateEncryptionKey),
    Check("7.3-33", "Who joins by commit has no member's signature key", "tree.keys", DuplicateSignatureKey),
    Check("7.5-1", "A committer's leaf has a new encryption key", "validation.commit", UnchangedEncryptionKey),
    Check("7.5-2", "A path brings back no key of the tree before it", "tree.path", DuplicateEncryptionKey),
    Check("7.5-3", "No two nodes of a path have one key", "tree.keys", DuplicateEncryptionKey),
    Check("7.5-4", "A path has a node for each of the filtered direct path, no fewer", "tree.path", PathLengthMismatch),
    Check("7.5-5", "A path has a node for each of the filtered direct path, no more", "tree.path", PathLengthMismatch),
    Check("7.5-6", "A committer's leaf carries the parent hash of its path", "tree.path", ParentHashMismatch),
    Check("7.5-7", "A joiner's leaf carries the parent hash of its path", "tree.path", ParentHashMismatch),
    Check("7.5-8", "A path's keys can be encrypted to", "tree.path", BadPublicKey),
    Check("7.5-9", "The path secret leads to the key that the path shows", "schedule.path_secrets", PathSecretMismatch),
    Check("7.5-10", "The path secret leads to every key above, too", "schedule.path_secrets", PathSecretMismatch),
    Check("7.5-12", "We make a path with a key for each of its nodes", "tree.path", UsageError),
    Check("7.6-1", "A path has a ciphertext for each receiver, no fewer", "tree.path", PathCiphertextCount),
    Check("7.6-2", "A path has a ciphertext for each receiver, no more", "tree.path", PathCiphertextCount),
    Check("7.6-3", "A path has none for who comes with the same commit", "tree.path", PathCiphertextCount),
    Check(
        "7.6-4", "A path's ciphertexts open, each with its receiver's key", "schedule.path_secrets", DecryptionFailed
    ),
    Check(
        "7.6-5", "A path is sealed in the context of the epoch it leads to", "schedule.path_secrets", DecryptionFailed
    ),
    Check("7.6-6", "A path's KEM outputs have the length of their KEM", "schedule.path_secrets", BadPublicKey),
    Check("7.7-1", "Nobody is removed from a blank leaf", "tree.ratchet_tree", BlankLeaf),
    Check("7.7-2", "Nobody is removed from outside of the tree", "tree.ratchet_tree", BlankLeaf),
    Check("7.7-4", "We blank no leaf that is blank already", "tree.editor", UsageError),
    Check(
        "7.8-1", "The tree to join is the one that the group context names", "validation.group_info", TreeHashMismatch
    ),
    Check("7.8-2", "The stored tree is the one that the stored context names", "public_group", TreeHashMismatch),
    Check("7.9-1", "A parent hash covers the parent's key", "tree.validate", ParentHashMismatch),
    Check("7.9-2", "A parent hash covers the parent hash above", "tree.validate", ParentHashMismatch),
    Check("7.9-3", "A parent hash covers the sibling's subtree", "tree.validate", ParentHashMismatch),
    Check(
        "7.9-4",
        "A parent hash covers the sibling's subtree without the leaves that came later",
        "tree.validate",
        ParentHashMismatch,
    ),
    Check("7.9.2-1", "Every parent has a node below that carries its hash", "tree.validate", ParentHashMismatch),
    Check("7.9.2-2", "The node that carries it was not blanked since", "tree.validate", ParentHashMismatch),
    Check(
        "7.9.2-3",
        "Beside the node that carries it there are only leaves that came later",
        "tree.validate",
        ParentHashMismatch,
    ),
    Check("7.9.2-4", "A leaf from a KeyPackage carries none", "tree.validate", ParentHashMismatch),
)

DUTIES: Final[tuple[Duty, ...]] = (
    Duty(
        "7.2-24",
        "Our leaf lists all versions, suites and credentials that we support",
        "the application passes its capabilities in; what it leaves out is not used with it",
    ),
    Duty(
        "7.2-25",
        "What we do not know in others' capabilities is passed over",
        "capabilities are numbers that are only ever looked up",
    ),
    Duty(
        "7.2-26",
        "The application sets the longest lifetime",
        "`Rules.max_lifetime_s` has no default; `BasicRules` says 90 days",
    ),
    Duty(
        "7.3-34",
        "Whether a member's lifetime is over by now does not shut newcomers out",
        "the time is compared for KeyPackages that come, not for leaves of a tree (recommended, not required)",
    ),
    Duty(
        "7.4-1", "Every commit with a path makes fresh keys from fresh randomness", "group.own_path, for each path anew"
    ),
    Duty(
        "7.5-11",
        "What a path replaced is deleted: private keys of its nodes, path secrets, node secrets",
        "an epoch holds private keys of nodes only, and those of the path before are neither in it nor in the records",
    ),
    Duty(
        "7.7-3",
        "The tree doubles for who finds no blank leaf, and halves while its right half is empty",
        "tree.editor",
        ("mls/public/test_tree.py::test_growing_and_shrinking",),
    ),
)
