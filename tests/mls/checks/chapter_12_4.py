# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Chapters 12.4, 12.4.1 and 12.4.2: commits, made and received."""

from __future__ import annotations

from typing import Final

from privity.mls.errors import (
    BadConfirmationTag,
    BadEnum,
    BadMembershipTag,
    BadSignature,
    DecryptionFailed,
    DuplicateEncryptionKey,
    EpochExhausted,
    GroupClosed,
    MissingConfirmationTag,
    MissingPath,
    OwnRemove,
    RepeatedReference,
    SelfRemoved,
    UnchangedEncryptionKey,
    UnknownProposalReference,
    UnknownPsk,
    UnknownSender,
    UnsupportedSuite,
    WrongEpoch,
    WrongLeafSource,
)
from privity.mls.group.errors import (
    CommitPending,
    StaleStage,
    UncommittedProposals,
    UnknownOwnCommit,
    UnknownOwnUpdate,
)
from privity.mls.schedule.errors import PathSecretMismatch
from tests.mls.checks.check import Check, Duty

SECTIONS: Final = {
    "12.4": "Commits",
    "12.4.1": "Making a commit",
    "12.4.2": "Processing a commit",
}

CHECKS: Final = (
    Check(
        "12.4-1",
        "Who has seen a valid proposal commits before it sends anything else",
        "group.encrypt",
        UncommittedProposals,
    ),
    Check("12.4-2", "A commit without proposals has a path", "validation.commit", MissingPath),
    Check("12.4-3", "A commit that updates, removes or sets extensions has a path", "validation.commit", MissingPath),
    Check(
        "12.4-4",
        "A commit names only proposals that came in its epoch",
        "validation.proposals",
        UnknownProposalReference,
    ),
    Check("12.4-5", "A commit names no proposal twice", "validation.proposals", RepeatedReference),
    Check("12.4-6", "Each item of a commit is a proposal or a reference", "messages.commit", BadEnum),
    Check("12.4.1-1", "A committer refuses a list that is not valid", "validation.lists", OwnRemove),
    Check("12.4.1-2", "A committer refuses what a member does not support", "validation.leaf_node", UnsupportedSuite),
    Check("12.4.1-3", "A committer holds the PSKs that it names", "schedule.psk", UnknownPsk),
    Check("12.4.1-4", "A second commit waits until the first is accepted or given up", "group.commit", CommitPending),
    Check("12.4.2-1", "A commit belongs to the current epoch", "group.process", WrongEpoch),
    Check(
        "12.4.2-2", "The membership tag of a commit is that of the epoch's key", "schedule.protect", BadMembershipTag
    ),
    Check("12.4.2-3", "An encrypted commit opens with its sender's next key", "schedule.protect", DecryptionFailed),
    Check("12.4.2-4", "A commit is signed by its sender", "validation.content", BadSignature),
    Check("12.4.2-5", "A commit's sender is a member", "validation.content", UnknownSender),
    Check("12.4.2-6", "All PSKs that a commit names are at hand", "schedule.psk", UnknownPsk),
    Check("12.4.2-7", "The leaf of a path says that it comes from a commit", "validation.leaf_node", WrongLeafSource),
    Check("12.4.2-8", "The leaf of a path is valid in every other respect", "validation.leaf_node", UnsupportedSuite),
    Check(
        "12.4.2-9",
        "Who joins by commit takes the leftmost free leaf, and signs for that place",
        "messages.leaf_node",
        BadSignature,
    ),
    Check(
        "12.4.2-10",
        "The committer's leaf brings another encryption key",
        "validation.commit",
        UnchangedEncryptionKey,
    ),
    Check("12.4.2-11", "No key of a path was in the tree before", "tree.path", DuplicateEncryptionKey),
    Check("12.4.2-12", "No key of a path occurs elsewhere in the new tree", "tree.keys", DuplicateEncryptionKey),
    Check(
        "12.4.2-13",
        "Path secrets are sealed under the context that the commit leads to",
        "schedule.path_secrets",
        DecryptionFailed,
    ),
    Check(
        "12.4.2-14", "A path secret leads to the keys that the path shows", "schedule.path_secrets", PathSecretMismatch
    ),
    Check("12.4.2-15", "A commit carries a confirmation tag", "validation.content", MissingConfirmationTag),
    Check(
        "12.4.2-16",
        "The confirmation tag is that of the epoch which we compute",
        "schedule.key_schedule",
        BadConfirmationTag,
    ),
    Check("12.4.2-17", "After a ReInit nothing more is sent in the group", "group.state", GroupClosed),
    Check("12.4.2-18", "After a ReInit a server takes nothing more for the group", "public_group", GroupClosed),
    Check("12.4.2-19", "Who was removed sends nothing more", "group.state", SelfRemoved),
    Check("12.4.2-20", "An epoch number that cannot grow stays", "validation.apply", EpochExhausted),
    Check("12.4.2-21", "A commit in our name is the one that we made", "group.process", UnknownOwnCommit),
    Check("12.4.2-22", "Who lost the key of an Update cannot follow its commit", "group.stage", UnknownOwnUpdate),
    Check("12.4.2-23", "A commit is merged into the epoch that it was checked in", "group.state", StaleStage),
)

DUTIES: Final[tuple[Duty, ...]] = (
    Duty(
        "12.4-7",
        "A committer takes along all valid proposals of the epoch that fit together",
        "`Group.commit` does, unless its caller names some",
    ),
    Duty(
        "12.4-8",
        "A receiver does not ask that a commit takes along all proposals",
        "nothing compares a commit with what waits; the rest is forgotten with the epoch",
    ),
    Duty(
        "12.4-9",
        "A commit of Adds, PSKs and a ReInit needs no path",
        "`validation.apply.path_required` asks the types of the proposals",
    ),
    Duty("12.4.1-5", "A committer adds a path wherever one is required", "`Group.commit` decides it itself"),
    Duty(
        "12.4.1-6",
        "A Welcome names the PSKs in the order of the commit",
        "both are made of one list, and the joiner's confirmation tag depends on it",
    ),
    Duty("12.4.1-7", "Every newcomer of a commit finds itself in its Welcome", "one Welcome is made for all"),
    Duty(
        "12.4.1-8",
        "After a ReInit the committer makes the group that it names, with the same members",
        "`Group.start_successor` can be called by any member of the closed group",
    ),
    Duty(
        "12.4.2-24",
        "Who is removed deletes what it holds of the group, but for late messages",
        "`GroupState.advance` wipes all secrets but those that open messages of the last epochs",
    ),
    Duty(
        "12.4.2-25",
        "A commit that is refused changes nothing",
        "a commit is staged on the side; every test here compares the state before and after",
        (
            "mls/group/test_untouched.py::test_damaged_messages_change_nothing",
            "mls/group/test_untouched.py::test_what_a_member_signs_against_the_rules_changes_nothing",
            "mls/group/test_untouched.py::test_paths_that_are_wrong_for_one_receiver_change_nothing",
        ),
    ),
)
