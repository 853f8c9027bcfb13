# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Chapters 12.2 and 12.3: which proposals stand in one commit, and in what order they take effect."""

from __future__ import annotations

from typing import Final

from privity.mls.errors import (
    AddedTwice,
    BadConfirmationTag,
    BlankLeaf,
    DuplicateEncryptionKey,
    DuplicateSignatureKey,
    ExternalInitCount,
    ExternalInitMisplaced,
    NotAllowedExternally,
    OwnRemove,
    OwnUpdate,
    ParentHashMismatch,
    PskUsage,
    ReInitNotAlone,
    RepeatedExtensionsProposal,
    RepeatedPsk,
    SameLeafTwice,
    UnchangedEncryptionKey,
    UnsupportedExtension,
    UnsupportedProposal,
)
from tests.mls.checks.check import Check, Duty

SECTIONS: Final = {
    "12.2": "Which proposals stand in one commit",
    "12.3": "The order in which proposals take effect",
}

CHECKS: Final = (
    Check("12.2-1", "Each proposal of a commit is valid by itself", "tree.ratchet_tree", BlankLeaf),
    Check("12.2-2", "A committer does not take up an Update of its own", "validation.lists", OwnUpdate),
    Check("12.2-3", "A committer does not remove itself", "validation.lists", OwnRemove),
    Check("12.2-4", "No leaf is updated or removed twice", "validation.lists", SameLeafTwice),
    Check("12.2-5", "No client is added twice", "validation.lists", AddedTwice),
    Check("12.2-6", "Nobody is added who stays a member", "validation.apply", AddedTwice),
    Check("12.2-7", "No PSK is named twice", "validation.lists", RepeatedPsk),
    Check("12.2-8", "The extensions are replaced once at most", "validation.lists", RepeatedExtensionsProposal),
    Check("12.2-9", "A ReInit stands alone", "validation.lists", ReInitNotAlone),
    Check("12.2-10", "Members commit no ExternalInit", "validation.lists", ExternalInitMisplaced),
    Check(
        "12.2-11",
        "All members who stay support the types of the proposals",
        "validation.leaf_node",
        UnsupportedProposal,
    ),
    Check("12.2-12", "The tree that results repeats no encryption key", "tree.keys", DuplicateEncryptionKey),
    Check("12.2-13", "The tree that results repeats no signature key", "tree.keys", DuplicateSignatureKey),
    Check(
        "12.2-14",
        "The leaves of the tree that results support the group's extensions",
        "validation.leaf_node",
        UnsupportedExtension,
    ),
    Check("12.2-15", "An external commit has one ExternalInit", "validation.lists", ExternalInitCount),
    Check("12.2-16", "An external commit removes one leaf at most", "validation.lists", NotAllowedExternally),
    Check(
        "12.2-17",
        "An external commit carries nothing beside ExternalInit, Remove and PSKs (and what drafts allow)",
        "validation.lists",
        NotAllowedExternally,
    ),
    Check(
        "12.2-18",
        "Who joins in the place of a removed leaf brings another encryption key, as an Update would",
        "validation.commit",
        UnchangedEncryptionKey,
    ),
    Check("12.2-19", "An external commit names no PSK twice", "validation.lists", RepeatedPsk),
    Check(
        "12.2-20",
        "Who joins by commit is no member, unless it removes its old leaf",
        "tree.keys",
        DuplicateSignatureKey,
    ),
    Check(
        "12.3-1",
        "Newcomers support the extensions that the same commit sets",
        "validation.leaf_node",
        UnsupportedExtension,
    ),
    Check("12.3-2", "Removals come before Adds", "tree.path", ParentHashMismatch),
    Check("12.3-3", "Adds take effect in the order of the list", "tree.path", ParentHashMismatch),
    Check("12.3-4", "PSKs take effect in the order of the list", "schedule.key_schedule", BadConfirmationTag),
    Check("12.2-25", "One PSK at most ties a new group to another one", "validation.lists", PskUsage),
)

DUTIES: Final[tuple[Duty, ...]] = (
    Duty(
        "12.2-21",
        "Members that a commit adds or removes need not know the types of its proposals",
        "`validation.apply.check_result` asks those who stay",
    ),
    Duty(
        "12.2-22",
        "A joiner that removes a leaf is the client of that leaf, to the application",
        "`Rules.check_successor` is asked",
    ),
    Duty(
        "12.2-23",
        "Of several Updates and Removes of one leaf a committer prefers a Remove, then the latest Update",
        "`Group.commit` chooses so among what waits",
    ),
    Duty(
        "12.2-24",
        "The application may forbid what MLS allows",
        "`Rules.check_commit` sees the whole change, of a commit made and of one received",
    ),
    Duty(
        "12.2-26",
        "A ReInit waits for a later epoch while there are other proposals",
        "`Group.commit` takes up a ReInit only for a caller that names it",
    ),
)
