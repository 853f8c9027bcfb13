# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0

"""A member's side of an MLS group (RFC 9420 sections 11 and 12): the names that clients use."""

from privity.mls.group.errors import (
    CommitPending,
    DamagedRecords,
    EpochForgotten,
    NoPendingCommit,
    NotInTree,
    OwnMessage,
    StaleStage,
    UnknownOwnCommit,
    UnknownOwnUpdate,
)
from privity.mls.group.group import Group, PendingJoin
from privity.mls.group.identity import Identity, KeyPackageBundle, generate_key_package
from privity.mls.group.outcomes import ApplicationMessage, OwnCommit, PendingCommit, StagedCommit
from privity.mls.group.records import Records
from privity.mls.validation.proposals import QueuedProposal

__all__ = [
    "ApplicationMessage",
    "CommitPending",
    "DamagedRecords",
    "EpochForgotten",
    "Group",
    "Identity",
    "KeyPackageBundle",
    "NoPendingCommit",
    "NotInTree",
    "OwnCommit",
    "OwnMessage",
    "PendingCommit",
    "PendingJoin",
    "QueuedProposal",
    "Records",
    "StagedCommit",
    "StaleStage",
    "UnknownOwnCommit",
    "UnknownOwnUpdate",
    "generate_key_package",
]
