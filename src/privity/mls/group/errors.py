# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0

"""Refusals of a running group, beside those that the public half already has names for."""

from __future__ import annotations

from privity.mls.errors import MlsError, ProtocolError, UsageError, WrongEpoch


class NotInTree(ProtocolError):
    """A Welcome leads to a tree without our leaf."""


class GroupKnown(ProtocolError):
    """A Welcome or a GroupInfo leads to a group with the id of one that we are in."""


class EpochForgotten(WrongEpoch):
    """A message of a past epoch whose keys are gone."""


class OwnMessage(ProtocolError):
    """An application message of our own: its key was deleted when it was sent."""


class UnknownOwnCommit(ProtocolError):
    """A commit in our name that is not the pending one. We cannot follow it; enter again by external commit."""


class UnknownOwnUpdate(ProtocolError):
    """A commit takes up an Update of ours whose private key we no longer hold. Enter again by external commit."""


class NoPendingCommit(UsageError):
    """There is no pending commit to merge."""


class CommitPending(UsageError):
    """A commit is pending: merge or clear it first."""


class UncommittedProposals(UsageError):
    """Nothing is encrypted while proposals wait: whom they remove would read it (section 12.4). Commit first."""


class StaleStage(UsageError):
    """A staged commit was made on another epoch than the current one."""


class BadPartition(UsageError):
    """The leaves named as one's own side of a fork are not members, leave us out, or are all of them."""


class NotARepair(UsageError):
    """A KeyPackage that would bring in somebody whom the repair of a fork does not concern, or somebody twice."""


class DamagedRecords(MlsError):
    """The stored records of a group do not fit together. Enter again by external commit."""
