# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Chapter 8: the key schedule, and what each epoch is bound to."""

from __future__ import annotations

from typing import Final

from privity.mls.errors import (
    BadConfirmationTag,
    BadEnum,
    BadPublicKey,
    DecryptionFailed,
    EpochExhausted,
    GroupInfoMismatch,
    PskNonceLength,
    RepeatedPsk,
    TooManyPsks,
    UnknownPsk,
    UnknownVersion,
    UsageError,
)
from privity.mls.schedule.errors import ExportTooLong
from tests.mls.checks.check import Check, Duty

SECTIONS: Final = {
    "8": "The key schedule",
    "8.1": "The group context",
    "8.2": "Transcript hashes",
    "8.3": "External initialization",
    "8.4": "Pre-shared keys",
    "8.5": "Exporters",
    "8.6": "Resumption keys",
    "8.7": "Epoch authenticators",
}

SCHEDULE: Final = "schedule.key_schedule"
INFO: Final = "validation.group_info"

CHECKS: Final = (
    Check("8-1", "An epoch's secrets are bound to its number", SCHEDULE, BadConfirmationTag),
    Check("8-2", "An epoch's secrets are bound to the extensions of the group", SCHEDULE, BadConfirmationTag),
    Check("8-3", "An epoch's secrets follow from the joiner secret", "group.join", DecryptionFailed),
    Check("8.1-1", "A group context is of MLS 1.0", "messages.codepoints", UnknownVersion),
    Check("8.1-2", "The epoch goes up by one, and not beyond its last number", "validation.apply", EpochExhausted),
    Check("8.1-3", "What describes an epoch has its group id", INFO, GroupInfoMismatch),
    Check("8.1-4", "What describes an epoch has its number", INFO, GroupInfoMismatch),
    Check("8.1-5", "What describes an epoch has its tree hash", INFO, GroupInfoMismatch),
    Check("8.1-6", "What describes an epoch has its transcript hash", INFO, GroupInfoMismatch),
    Check("8.1-7", "What describes an epoch has its extensions", INFO, GroupInfoMismatch),
    Check("8.1-8", "What describes an epoch has its suite", INFO, GroupInfoMismatch),
    Check("8.2-1", "Only commits enter the transcript", "transcript", UsageError),
    Check("8.2-2", "A Welcome shows the transcript hash that its epoch began with", SCHEDULE, BadConfirmationTag),
    Check("8.2-3", "A Welcome shows the confirmation tag of its epoch", SCHEDULE, BadConfirmationTag),
    Check("8.2-4", "What describes an epoch has its confirmation tag", INFO, GroupInfoMismatch),
    Check("8.2-5", "A commit builds on the confirmation tag before it", SCHEDULE, BadConfirmationTag),
    Check("8.3-1", "Who joins by commit was given the external key of the epoch", SCHEDULE, BadConfirmationTag),
    Check("8.3-2", "The KEM output of an external commit has the length of its KEM", SCHEDULE, BadPublicKey),
    Check("8.3-3", "The KEM output of an external commit is no point of low order", SCHEDULE, BadPublicKey),
    Check("8.3-4", "The external key of an epoch can be encrypted to", INFO, BadPublicKey),
    Check("8.4-1", "The nonce of a proposed key has the length of the hash", "validation.proposals", PskNonceLength),
    Check("8.4-2", "The nonce of a key in a Welcome has the length of the hash", "group.join", PskNonceLength),
    Check("8.4-3", "A commit names keys that we hold", "schedule.psk", UnknownPsk),
    Check("8.4-4", "A Welcome names keys that we hold", "schedule.psk", UnknownPsk),
    Check("8.4-5", "A resumption key is of an epoch that we still remember", "schedule.psk", UnknownPsk),
    Check("8.4-6", "A key that a commit names is the one that the committer used", SCHEDULE, BadConfirmationTag),
    Check("8.4-7", "A key that a Welcome names is the one that the committer used", "group.join", DecryptionFailed),
    Check("8.4-8", "A Welcome names the commit's keys in the same order", "group.join", DecryptionFailed),
    Check("8.4-9", "A Welcome names all of the commit's keys", "group.join", DecryptionFailed),
    Check("8.4-10", "A Welcome names no key twice", "group.join", RepeatedPsk),
    Check("8.4-11", "A key is external or for resumption", "messages.psk", BadEnum),
    Check("8.4-12", "A resumption key has a known usage", "messages.psk", BadEnum),
    Check("8.4-13", "There are no more keys than the key schedule can number", "validation.lists", TooManyPsks),
    Check("8.4-14", "A key is bound to its nonce", "group.join", DecryptionFailed),
    Check("8.5-1", "No more is exported at once than one expansion gives", "schedule.exporting", ExportTooLong),
)

DUTIES: Final[tuple[Duty, ...]] = (
    Duty(
        "8-4",
        "Every secret is derived under its own label, as every other implementation derives it",
        "schedule.kdf and schedule.key_schedule, held to the official vectors",
        (
            "mls/secret/test_schedule_vectors.py::test_labelled_derivations_and_hpke_agree_with_the_vectors",
            "mls/secret/test_schedule_vectors.py::test_epochs_follow_each_other_as_in_the_vectors",
        ),
    ),
    Duty(
        "8.4-15",
        "A key is injected under a nonce that was never used before",
        "the application names a key with a fresh random nonce; within one commit no name repeats (12.2-7)",
    ),
    Duty(
        "8.5-2",
        "Every purpose has a label of its own, and takes a new secret each epoch",
        "the application chooses labels; the secret is the epoch's, and goes with it",
    ),
    Duty(
        "8.6-1",
        "Resumption keys are remembered for a limited number of epochs",
        "`Rules.past_epochs`, which bounds the keys of late messages, too",
    ),
    Duty(
        "8.7-1",
        "Members can compare an authenticator that is theirs alone, and another one each epoch",
        "`Group.epoch_authenticator`",
    ),
)
