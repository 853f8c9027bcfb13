# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Chapter 9: the secret tree, one key for each message, and when secrets are deleted."""

from __future__ import annotations

from typing import Final

from privity.mls.errors import GenerationTooOld
from privity.mls.group.errors import EpochForgotten, OwnMessage
from privity.mls.schedule.errors import NotInSecretTree, RatchetExhausted, ReplayedMessage
from tests.mls.checks.check import Check, Duty

SECTIONS: Final = {
    "9": "The secret tree",
    "9.1": "One key for each message",
    "9.2": "When secrets are deleted",
}

CHECKS: Final = (
    Check("9-1", "Message keys come from a leaf of the tree", "schedule.secret_tree", NotInSecretTree),
    Check("9.1-1", "A key that opened a message opens no other", "schedule.secret_tree", ReplayedMessage),
    Check(
        "9.1-2",
        "A sender that has used all generations of an epoch sends no more",
        "schedule.secret_tree",
        RatchetExhausted,
    ),
    Check(
        "9.2-1", "Keys of messages that were overtaken are not kept for ever", "schedule.secret_tree", GenerationTooOld
    ),
    Check("9.2-2", "Keys of past epochs are not kept for ever", "group.process", EpochForgotten),
    Check("9.2-3", "The key of a message that was sent is gone, for its sender too", "group.process", OwnMessage),
)

USED_KEYS: Final = "mls/test_used_keys.py"

DUTIES: Final[tuple[Duty, ...]] = (
    Duty(
        "9.1-3",
        "A key and nonce seal one message",
        "the step of a ratchet is applied before the message is handed out, and stored before it is sent; a device "
        "whose store was put back commits before it seals again",
        ("client/test_older_store.py::test_a_store_put_back_seals_with_no_key_that_it_used_before",),
    ),
    Duty(
        "9.2-4",
        "The key and nonce of a message are deleted as soon as it was opened or sealed",
        "`SecretTree.apply`, in memory; the journal, in the store",
        (
            f"{USED_KEYS}::test_used_keys_are_gone_from_the_process",
            f"{USED_KEYS}::test_used_keys_are_gone_from_what_is_stored",
        ),
    ),
    Duty(
        "9.2-5",
        "With a key go the secrets of its ratchet before it, and those of the tree from the root to its leaf",
        "`SecretTree.look_up` puts what stays and deletes the rest",
    ),
    Duty(
        "9.2-6",
        "With the first key of an epoch go its commit, joiner, epoch and encryption secrets and the old init secret",
        "none of them outlives the function that derives the epoch; the encryption secret is the root of the tree",
    ),
    Duty(
        "9.2-7",
        "What no key was derived from stays: overtaken keys, the next secret, the other ratchet, other subtrees",
        "`SecretTree` keeps them, within `Rules.out_of_order`",
    ),
    Duty(
        "9.2-8",
        "A message that does not open uses up nothing",
        "looking up a key changes nothing",
        (f"{USED_KEYS}::test_the_key_of_a_failed_message_is_used_up_by_the_genuine_one_only",),
    ),
    Duty(
        "9.2-9",
        "The secrets of an own commit that was given up are deleted",
        "`Group.clear_pending` and `Group.merge` of another one delete its record",
    ),
    Duty(
        "9.2-10",
        "The secrets of a commit of others that is not merged are deleted",
        "they are in the staged commit and in no record; the key of an encrypted one is used up when it is merged, "
        "or forgotten with its epoch, so that it can be opened again after a crash",
        (f"{USED_KEYS}::test_a_dropped_staged_commit_leaves_no_key",),
    ),
    Duty(
        "9.2-11",
        "Private keys of nodes that a commit replaced or blanked are deleted",
        "`group.stage` keeps those of nodes that stand; the journal deletes the others",
    ),
    Duty(
        "9.2-12",
        "The private key of an Update that nobody committed is deleted with its epoch",
        "`GroupState.advance` forgets what waited",
        (f"{USED_KEYS}::test_the_private_key_of_an_update_goes_with_its_epoch",),
    ),
    Duty(
        "9.2-13",
        "A group that was entered holds neither the init key of the KeyPackage nor the joiner secret",
        "`Group.join` keeps the leaf's key alone; the client deletes the KeyPackage's record",
    ),
)
