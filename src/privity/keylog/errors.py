# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every way in which an answer of the key log, or an epoch of it, can be refused.

KeylogError
+-- UsageError       our own caller asked for something that the log does not allow
+-- Malformed        the bytes are not the one encoding of a proof, an update or a state
+-- VrfError         a VRF key or proof
+-- PrefixError      a proof of the prefix tree does not show what it should
+-- ProofError       an answer does not prove what it claims, to this reader, now
+-- AuditError       an epoch does not follow from the one before it

What the log's note, signatures and hashes of the log tree can do wrong has its names in privity.tlog.errors.
"""

from __future__ import annotations


class KeylogError(Exception):
    """Root of this package's errors."""


class UsageError(KeylogError):
    """Our own caller asked for something that the log does not allow. A bug on this side."""


class BrokenTree(KeylogError):
    """A stored node is missing or is not the one that its parent names: our own store is damaged."""


class Malformed(KeylogError):
    """The bytes are not the one encoding of what they should be."""


# VRF (RFC 9381)


class VrfError(KeylogError):
    """A VRF key or proof is not good."""


class BadVrfKey(VrfError):
    """The bytes are no point of prime order in its one encoding."""


class BadVrfProof(VrfError):
    """The proof does not verify under this key for this input."""


# Prefix tree


class PrefixError(KeylogError):
    """A proof of the prefix tree does not show what it should."""


class NotIncluded(PrefixError):
    """A leaf that should be there is not where its key leads."""


class NotAbsent(PrefixError):
    """A leaf that should be missing is there."""


class MisplacedLeaf(PrefixError):
    """A leaf is said to stand on a path that its own key does not lead along."""


class UnevenProof(PrefixError):
    """The proof has more or fewer parts than its keys call for."""


class WrongPrefixRoot(PrefixError):
    """The proof leads to another root of the prefix tree."""


# An answer (spec/keylog.md, the checks of a reader)


class ProofError(KeylogError):
    """An answer does not prove what it claims."""


class EmptyLog(ProofError):
    """The checkpoint is of a log without entries."""


class WentBack(ProofError):
    """The log is smaller, or its time earlier, than what was seen before."""


class WrongEntry(ProofError):
    """The entry is not the last one under the checkpoint."""


class EntryTooOld(ProofError):
    """The newest entry is older than a live log's may be."""


class EntryFromTheFuture(ProofError):
    """The newest entry is dated later than now."""


class WrongLadder(ProofError):
    """The versions that are there and missing are not those that show the claimed version to be the greatest."""


class WrongEpoch(ProofError):
    """A version is said to have appeared after the newest entry, or before an earlier version."""


class WrongCommitment(ProofError):
    """The commitment does not open to this label, version and value."""


class WrongVersion(ProofError):
    """A dated version is above the newest, or the dated versions are not in ascending order."""


class WrongDate(ProofError):
    """The entry that dates a version is not the one of its epoch under the checkpoint."""


# Audit


class AuditError(KeylogError):
    """An epoch does not follow from the one before it."""


class TimeWentBack(AuditError):
    """The epoch is dated earlier than the one before it."""


class Unsorted(AuditError):
    """The additions are not in ascending order, or one occurs twice."""


class AddedAgain(AuditError):
    """An addition was in the tree before."""


class WrongOldRoot(AuditError):
    """The proof starts from another tree than the one that the epoch before left."""


class BadAuditProof(AuditError):
    """The proof does not fit the additions."""


class WrongHead(AuditError):
    """The log's checkpoint is not the one that the audited epochs lead to."""
