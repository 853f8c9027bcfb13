# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every way in which a tree, a checkpoint or a cosignature can be refused has a class here.

TlogError
├── UsageError            our own caller asked for something that cannot be
├── BadInclusion          a leaf is not proven to be in the tree
├── BadConsistency        a tree is not proven to continue another
├── BadFrontier           the bytes are no frontier
├── BadLogPolicy          the bytes or keys are no policy anybody could follow
├── MalformedRequest      not what a log sends to a witness, or a witness answers
├── NoteError
│   ├── MalformedNote         not a signed note
│   ├── MalformedCheckpoint   a note, but its text is no checkpoint
│   ├── BadVerifierKey        not a verifier key, or not a usable one
│   ├── WrongOrigin           the checkpoint of another log
│   ├── LogSignatureMissing   the log has not signed it
│   ├── BadLogSignature       the log's signature does not verify
│   └── BadCosignature        a known witness's cosignature does not verify
└── QuorumError
    ├── QuorumMissing     fewer witnesses have cosigned than it takes
    ├── Stale             enough have, but too long ago
    ├── FromTheFuture     enough have, but at a time that has not come
    └── NoAuditor         none of those who count checks that the map only grows
"""

from __future__ import annotations


class TlogError(Exception):
    """Root of this package's errors."""


class UsageError(TlogError):
    """Our own caller asked for something that cannot be. A bug on this side."""


class BadInclusion(TlogError):
    """The proof does not lead from the leaf to the root."""


class BadConsistency(TlogError):
    """The proof does not show that the newer tree begins with the older one."""


class BadFrontier(TlogError):
    """The bytes are not the complete subtrees of a tree."""


class BadLogPolicy(TlogError):
    """The policy contradicts itself, or its bytes are not one."""


class MalformedRequest(TlogError):
    """The bytes are not what a log sends to a witness, or not what a witness answers."""


class NoteError(TlogError):
    """A signed note, or a key for one, is refused."""


class MalformedNote(NoteError):
    """The bytes are not a signed note."""


class MalformedCheckpoint(NoteError):
    """The text of the note is not a checkpoint."""


class BadVerifierKey(NoteError):
    """The text is not a verifier key of a kind that is known here, or the key in it verifies nothing."""


class WrongOrigin(NoteError):
    """The checkpoint names another log."""


class LogSignatureMissing(NoteError):
    """No signature is by the log's key."""


class BadLogSignature(NoteError):
    """A signature claims to be by the log's key and is not."""


class BadCosignature(NoteError):
    """A signature claims to be a cosignature by a known key and is not."""


class QuorumError(TlogError):
    """The log has signed, but those who watch it have not done what the policy asks for."""


class QuorumMissing(QuorumError):
    """Fewer witnesses than the quorum have cosigned."""


class Stale(QuorumError):
    """Too few of the cosignatures are recent."""


class FromTheFuture(QuorumError):
    """Too few of the cosignatures are from a time that has come."""


class NoAuditor(QuorumError):
    """None of the cosignatures that count is by a key that also says that the map only grows."""
