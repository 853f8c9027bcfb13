# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Chapter 12.1: proposals, each by itself."""

from __future__ import annotations

from typing import Final

from privity.mls.errors import (
    BadEnum,
    BadPublicKey,
    BadReInit,
    BadSignature,
    BlankLeaf,
    InitKeyReused,
    MisplacedExtension,
    PskNonceLength,
    PskUsage,
    SenderNotAllowed,
    Truncated,
    UnchangedEncryptionKey,
    UnknownCipherSuite,
    UnknownSender,
    UnknownVersion,
    UnsupportedCredential,
    UnsupportedExtension,
    UnsupportedProposal,
    UsageError,
    WrongEpoch,
    WrongLeafSource,
    WrongWireFormat,
)
from tests.mls.checks.check import Check, Duty

SECTIONS: Final = {
    "12.1": "Proposals",
    "12.1.1": "Add",
    "12.1.2": "Update",
    "12.1.3": "Remove",
    "12.1.4": "PreSharedKey",
    "12.1.5": "ReInit",
    "12.1.6": "ExternalInit",
    "12.1.7": "GroupContextExtensions",
    "12.1.8": "Proposals from outside",
    "12.1.8.1": "Whom a group listens to outside",
}

CHECKS: Final = (
    Check("12.1-1", "A proposal is signed by its sender", "validation.content", BadSignature),
    Check("12.1-2", "A proposal belongs to the current epoch", "validation.content", WrongEpoch),
    Check("12.1.1-1", "An Add brings a KeyPackage that is valid", "validation.key_package", InitKeyReused),
    Check(
        "12.1.2-1", "The leaf of an Update is signed for its group and its place", "messages.leaf_node", BadSignature
    ),
    Check("12.1.2-2", "The leaf of an Update says that it comes from one", "validation.leaf_node", WrongLeafSource),
    Check("12.1.2-3", "An Update brings another encryption key", "validation.proposals", UnchangedEncryptionKey),
    Check("12.1.3-1", "A Remove names a leaf that is not blank", "tree.ratchet_tree", BlankLeaf),
    Check("12.1.4-1", "The nonce of a PSK is as long as a hash of the suite", "validation.proposals", PskNonceLength),
    Check("12.1.4-2", "No PSK for a re-initialisation in a running group", "validation.proposals", PskUsage),
    Check("12.1.4-3", "No PSK for a branch in a running group", "validation.proposals", PskUsage),
    Check("12.1.5-1", "A ReInit does not lower the protocol version", "validation.proposals", BadReInit),
    Check("12.1.5-2", "A ReInit leads to a protocol version that is known", "messages.codepoints", UnknownVersion),
    Check("12.1.5-3", "A ReInit leads to a suite that the application admits", "suites", UnknownCipherSuite),
    Check("12.1.6-1", "An ExternalInit is no message of its own", "validation.proposals", SenderNotAllowed),
    Check(
        "12.1.7-1",
        "What new extensions require as extensions, all members support",
        "validation.leaf_node",
        UnsupportedExtension,
    ),
    Check(
        "12.1.7-2",
        "What new extensions require as proposals, all members support",
        "validation.leaf_node",
        UnsupportedProposal,
    ),
    Check(
        "12.1.7-3",
        "What new extensions require as credentials, all members support",
        "validation.leaf_node",
        UnsupportedCredential,
    ),
    Check(
        "12.1.7-4",
        "New extensions are of those that belong into a group context",
        "validation.proposals",
        MisplacedExtension,
    ),
    Check("12.1.7-5", "A new required_capabilities can be read", "messages.extensions", Truncated),
    Check(
        "12.1.8-1",
        "An external sender stands in the list of the group, if it has one",
        "validation.content",
        UnknownSender,
    ),
    Check("12.1.8-2", "An external proposal is signed by the key that is listed", "validation.content", BadSignature),
    Check(
        "12.1.8-3",
        "An external sender proposes nothing but what it may: no Update and no ExternalInit",
        "validation.content",
        SenderNotAllowed,
    ),
    Check("12.1.8-4", "An external sender sends no commit", "validation.content", SenderNotAllowed),
    Check("12.1.8-5", "Proposals from outside come as PublicMessages", "validation.content", WrongWireFormat),
    Check("12.1.8-6", "A newcomer proposes its own Add and nothing else", "validation.content", SenderNotAllowed),
    Check(
        "12.1.8-7", "A newcomer's proposal is signed by the key of its KeyPackage", "validation.content", BadSignature
    ),
    Check(
        "12.1.8.1-1",
        "Keys of listed external senders are keys of the suite",
        "validation.external_senders",
        BadPublicKey,
    ),
    Check("12.1.8.1-2", "The list of external senders can be read", "messages.extensions", Truncated),
    Check("12.1-4", "A proposal has a type, and 0 is none", "messages.proposals", BadEnum),
    Check("12.1.8-9", "Who is not listed proposes nothing from outside", "messages.outside", UnknownSender),
    Check("12.1.8-10", "Who proposes from outside proposes what it may", "messages.outside", UsageError),
)

DUTIES: Final[tuple[Duty, ...]] = (
    Duty(
        "12.1-3",
        "A proposal that is valid is kept until the epoch ends, so that a commit can name it",
        "`Group.process` queues and stores it; `PublicGroup.queue` does for a server",
    ),
    Duty(
        "12.1.1-2",
        "Newcomers take the leftmost free leaves in the order of their Adds",
        "`tree.editor` fills from the left and grows the tree when no leaf is free",
    ),
    Duty("12.1.2-4", "An Update replaces its sender's leaf and blanks the way to the root", "`tree.editor.update`"),
    Duty(
        "12.1.3-2",
        "A Remove blanks the leaf and the way to the root, and halves the tree while its right half is empty",
        "`tree.editor.remove`",
    ),
    Duty(
        "12.1.4-4",
        "The nonce of a PSK is drawn at random",
        "`Group.branch` and `Group.start_successor` draw that of their link; an application draws those of its keys",
    ),
    Duty(
        "12.1.7-6",
        "New extensions replace the old ones as a whole",
        "`validation.apply` takes over nothing of the old list",
    ),
    Duty(
        "12.1.8-8",
        "A proposal from outside that the application does not authorise is invalid",
        "`Rules.check_external_sender` and `Rules.check_credential` are asked before it is queued",
    ),
)
