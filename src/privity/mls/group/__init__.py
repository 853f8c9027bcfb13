# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0

"""A member's side of an MLS group (RFC 9420 sections 11 and 12): the names that clients use."""

from privity.mls.group.errors import (
    BadPartition,
    CommitPending,
    DamagedRecords,
    EpochForgotten,
    GroupKnown,
    NoPendingCommit,
    NotARepair,
    NotInTree,
    OwnMessage,
    StaleStage,
    UncommittedProposals,
    UnknownOwnCommit,
    UnknownOwnUpdate,
)
from privity.mls.group.group import Group
from privity.mls.group.identity import Identity, KeyPackageBundle, generate_key_package
from privity.mls.group.outcomes import ApplicationMessage, OwnCommit, PendingCommit, StagedCommit
from privity.mls.group.pending_join import PendingJoin
from privity.mls.group.records import Records
from privity.mls.group.repair import Missing
from privity.mls.validation.proposals import QueuedProposal

__all__ = [
    "ApplicationMessage",
    "BadPartition",
    "CommitPending",
    "DamagedRecords",
    "EpochForgotten",
    "Group",
    "GroupKnown",
    "Identity",
    "KeyPackageBundle",
    "Missing",
    "NoPendingCommit",
    "NotARepair",
    "NotInTree",
    "OwnCommit",
    "OwnMessage",
    "PendingCommit",
    "PendingJoin",
    "QueuedProposal",
    "Records",
    "StagedCommit",
    "StaleStage",
    "UncommittedProposals",
    "UnknownOwnCommit",
    "UnknownOwnUpdate",
    "generate_key_package",
]
