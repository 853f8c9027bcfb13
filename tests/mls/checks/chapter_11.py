# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Chapter 11: making groups, what they require, and groups that follow another one."""

from __future__ import annotations

from typing import Final

from privity.mls.errors import (
    BetterSuiteSupported,
    MemberLost,
    NotLinked,
    NotReInitialised,
    PskUsage,
    SelfRemoved,
    StrangerInSuccessor,
    UnsupportedCredential,
    UnsupportedExtension,
    UnsupportedProposal,
    UnsupportedSuite,
    UsageError,
    WrongSuccessorEpoch,
    WrongSuccessorParameters,
)
from tests.mls.checks.check import Check, Duty

SECTIONS: Final = {
    "11": "Making a group",
    "11.1": "What a group requires",
    "11.2": "A group that continues another one",
    "11.3": "A group branched off another one",
}

CHECKS: Final = (
    Check("11-1", "The creator speaks the suite of its group", "validation.leaf_node", UnsupportedSuite),
    Check("11-2", "The creator supports the extensions of its group", "validation.leaf_node", UnsupportedExtension),
    Check(
        "11-3",
        "The suite of a new group is the best one that all its members speak",
        "validation.downgrade",
        BetterSuiteSupported,
    ),
    Check(
        "11.1-1", "A newcomer supports the extensions that are required", "validation.leaf_node", UnsupportedExtension
    ),
    Check("11.1-2", "A newcomer supports the proposals that are required", "validation.leaf_node", UnsupportedProposal),
    Check(
        "11.1-3", "A newcomer supports the credentials that are required", "validation.leaf_node", UnsupportedCredential
    ),
    Check("11.1-4", "The creator supports what its group requires", "validation.leaf_node", UnsupportedProposal),
    Check(
        "11.1-5",
        "A member that updates its leaf still supports what is required",
        "validation.leaf_node",
        UnsupportedProposal,
    ),
    Check(
        "11.2-1",
        "Id, version, suite and extensions are those of the ReInit",
        "validation.succession",
        WrongSuccessorParameters,
    ),
    Check("11.2-2", "The new group is at epoch 1", "validation.succession", WrongSuccessorEpoch),
    Check("11.2-3", "The new group is linked to the old one by a PSK of the old group", "group.succession", NotLinked),
    Check("11.2-4", "The link is to the epoch that the ReInit led to", "group.succession", NotLinked),
    Check("11.2-5", "The last commit of the old group brought a ReInit", "group.succession", NotReInitialised),
    Check("11.2-6", "All members of the old group are in the new one", "validation.succession", MemberLost),
    Check("11.2-7", "Nobody else is in the new one", "validation.succession", StrangerInSuccessor),
    Check("11.2-8", "A PSK for a re-initialisation leads into no other group", "group.succession", PskUsage),
    Check("11.2-9", "Who continues a group uses the suite of the ReInit", "group.succession", UsageError),
    Check(
        "11.3-1",
        "A branch has the version and suite of the old group",
        "validation.succession",
        WrongSuccessorParameters,
    ),
    Check("11.3-2", "A branch is at epoch 1", "validation.succession", WrongSuccessorEpoch),
    Check(
        "11.3-3", "All members of a branch are members of the old group", "validation.succession", StrangerInSuccessor
    ),
    Check("11.3-4", "A branch is linked to an epoch of the old group that we know", "group.succession", NotLinked),
    Check("11.3-5", "A PSK for a branch leads into no other group", "group.succession", PskUsage),
    Check("11-6", "All who shall be in a new group speak its suite", "validation.downgrade", UnsupportedSuite),
    Check("11.2-10", "Who was removed continues no group", "group.succession", SelfRemoved),
)

DUTIES: Final[tuple[Duty, ...]] = (
    Duty(
        "11-4",
        "A group begins with its creator alone, at epoch 0, with an empty transcript and a fresh random secret",
        "`Group.create`",
    ),
    Duty(
        "11-5",
        "Group ids are such that nobody else has made the same one",
        "the caller gives the id: the messenger takes the random address of the room, and its hub no address twice",
        (
            "identity/test_names.py::test_a_room_is_named_by_sixteen_random_bytes",
            "server/rooms/test_rooms.py::test_creating_again_is_harmless_and_another_room_of_that_name_is_refused",
        ),
    ),
    Duty(
        "11.3-6",
        "The nonce of the link is drawn at random, as long as a hash of the suite",
        "`Group.branch` and `Group.start_successor` draw it",
    ),
)
