# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Chapter 12.4.3: how newcomers enter, by a Welcome or by a commit of their own."""

from __future__ import annotations

from typing import Final

from privity.mls.errors import (
    BadConfirmationTag,
    BadPublicKey,
    BadSignature,
    BadUnmergedLeaves,
    BlankLeaf,
    DecryptionFailed,
    DuplicateEncryptionKey,
    EmptyTree,
    GroupInfoMismatch,
    MisplacedExtension,
    MissingExternalPub,
    MissingPath,
    MissingRatchetTree,
    NoMatchingSecrets,
    NotAllowedExternally,
    NotLinked,
    ParentHashMismatch,
    PskNonceLength,
    PskUsage,
    RepeatedPsk,
    SenderNotAllowed,
    TrailingBlank,
    TreeHashMismatch,
    UnknownPsk,
    UnsupportedExtension,
    WrongCipherSuite,
    WrongNodeType,
    WrongWireFormat,
)
from privity.mls.group.errors import GroupKnown, NotInTree
from privity.mls.schedule.errors import MissingPathSecret, PathSecretMismatch
from tests.mls.checks.check import Check, Duty

SECTIONS: Final = {
    "12.4.3": "What newcomers are told",
    "12.4.3.1": "Entering with a Welcome",
    "12.4.3.2": "Entering by a commit of one's own",
    "12.4.3.3": "The ratchet tree on its way",
}

CHECKS: Final = (
    Check(
        "12.4.3-1",
        "A newcomer supports all extensions of the group",
        "validation.leaf_node",
        UnsupportedExtension,
    ),
    Check("12.4.3-2", "A newcomer is in no group of the same id", "group.join", GroupKnown),
    Check("12.4.3-3", "A GroupInfo is signed by the member that it names", "messages.group_info", BadSignature),
    Check("12.4.3-4", "Who signs a GroupInfo is in the tree", "tree.ratchet_tree", BlankLeaf),
    Check(
        "12.4.3-5",
        "A GroupInfo that is published describes the epoch of its group",
        "validation.group_info",
        GroupInfoMismatch,
    ),
    Check("12.4.3.1-1", "A Welcome has secrets for a KeyPackage of ours", "group.join", NoMatchingSecrets),
    Check("12.4.3.1-2", "A Welcome is for the suite of our KeyPackage", "group.join", WrongCipherSuite),
    Check("12.4.3.1-3", "Our secrets in a Welcome open with our init key", "group.join", DecryptionFailed),
    Check("12.4.3.1-4", "The PSKs that a Welcome names are at hand", "schedule.psk", UnknownPsk),
    Check("12.4.3.1-5", "One PSK at most ties a Welcome to another group", "group.succession", NotLinked),
    Check(
        "12.4.3.1-6",
        "A PSK ties a Welcome to another group only where one is entered that follows it",
        "group.succession",
        PskUsage,
    ),
    Check("12.4.3.1-7", "A Welcome names no PSK twice", "group.join", RepeatedPsk),
    Check("12.4.3.1-8", "The nonces of PSKs in a Welcome have the right length", "group.join", PskNonceLength),
    Check("12.4.3.1-9", "The GroupInfo opens with the key of the joiner secret", "group.join", DecryptionFailed),
    Check("12.4.3.1-10", "The group has the suite of our KeyPackage", "group.join", WrongCipherSuite),
    Check(
        "12.4.3.1-11", "The tree is the one whose hash the GroupInfo names", "validation.group_info", TreeHashMismatch
    ),
    Check("12.4.3.1-12", "Each parent is tied to its subtree by its hash", "tree.validate", ParentHashMismatch),
    Check("12.4.3.1-13", "All leaves of the tree are valid", "messages.leaf_node", BadSignature),
    Check("12.4.3.1-14", "Unmerged leaves are not blank", "tree.validate", BadUnmergedLeaves),
    Check("12.4.3.1-15", "Unmerged leaves are below their parent", "tree.validate", BadUnmergedLeaves),
    Check(
        "12.4.3.1-16",
        "A leaf is unmerged at every filled parent between it and one where it is",
        "tree.validate",
        BadUnmergedLeaves,
    ),
    Check("12.4.3.1-17", "No key of a parent occurs elsewhere in the tree", "tree.keys", DuplicateEncryptionKey),
    Check("12.4.3.1-18", "The leaf of our KeyPackage is in the tree, unchanged", "group.join", NotInTree),
    Check(
        "12.4.3.1-19",
        "The path secret leads to the keys that the tree shows",
        "schedule.path_secrets",
        PathSecretMismatch,
    ),
    Check(
        "12.4.3.1-20",
        "The confirmation tag is that of the epoch which we compute",
        "schedule.key_schedule",
        BadConfirmationTag,
    ),
    Check("12.4.3.1-21", "A Welcome is not signed by the newcomer itself", "group.join", GroupInfoMismatch),
    Check("12.4.3.1-22", "The tree is there before a Welcome is opened", "validation.group_info", MissingRatchetTree),
    Check("12.4.3.2-1", "An external commit has a path", "validation.content", MissingPath),
    Check("12.4.3.2-2", "An external commit names no proposal by reference", "validation.lists", NotAllowedExternally),
    Check(
        "12.4.3.2-3",
        "An external commit is signed by the key of the leaf in its path",
        "validation.content",
        BadSignature,
    ),
    Check("12.4.3.2-4", "Newcomers commit as new_member_commit", "validation.content", SenderNotAllowed),
    Check("12.4.3.2-5", "A new_member_commit is a commit", "validation.content", SenderNotAllowed),
    Check("12.4.3.2-6", "An external commit comes as a PublicMessage", "validation.content", WrongWireFormat),
    Check(
        "12.4.3.2-7",
        "The init secret of an external commit is the one sealed to the group",
        "schedule.key_schedule",
        BadConfirmationTag,
    ),
    Check(
        "12.4.3.2-8",
        "What an ExternalInit seals to the group is of the suite's kind",
        "schedule.key_schedule",
        BadPublicKey,
    ),
    Check(
        "12.4.3.2-9",
        "A group that is entered by commit offers a key for it",
        "validation.group_info",
        MissingExternalPub,
    ),
    Check("12.4.3.2-10", "The key that a group offers is a key of the suite", "validation.group_info", BadPublicKey),
    Check(
        "12.4.3.2-11",
        "Who enters by commit has an identity of the group's suite",
        "group.join_external",
        WrongCipherSuite,
    ),
    Check("12.4.3.3-1", "The last node of a tree on its way is not blank", "tree.ratchet_tree", TrailingBlank),
    Check("12.4.3.3-2", "A tree on its way has nodes", "tree.ratchet_tree", EmptyTree),
    Check("12.4.3.3-3", "Leaves stand at even places and parents at odd ones", "tree.ratchet_tree", WrongNodeType),
    Check(
        "12.4.3.3-4",
        "Two copies of a tree, inside a GroupInfo and beside it, are the same",
        "validation.group_info",
        GroupInfoMismatch,
    ),
    Check(
        "12.4.3-7",
        "The extensions of a group are of those that belong into a group context",
        "validation.group_info",
        MisplacedExtension,
    ),
    Check(
        "12.4.3.1-24",
        "A Welcome brings the keys of all nodes that a newcomer is not unmerged at",
        "schedule.path_secrets",
        MissingPathSecret,
    ),
)

DUTIES: Final[tuple[Duty, ...]] = (
    Duty(
        "12.4.3-6",
        "Extensions of a GroupInfo that are not known are passed over",
        "they count in the signature and mean nothing here",
    ),
    Duty(
        "12.4.3.1-23",
        "All members of a group that is entered are such as the application accepts",
        "`Rules.check_credential` is asked about each leaf",
    ),
    Duty(
        "12.4.3.2-12",
        "Members that are there, and the one who joins, begin the epoch with the external init secret",
        "`group.stage` and `group.join_external`",
    ),
    Duty(
        "12.4.3.3-5",
        "A tree is sent without the blanks at its right end",
        "`RatchetTree.encode` leaves them out",
    ),
    Duty(
        "12.4.3.3-6",
        "A tree that is received is filled up with blanks to a full one",
        "`RatchetTree.decode` fills up to the next power of two",
    ),
)
