# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What an auditor checks of each epoch: that the map behind the log only grows (spec/keylog.md).

An auditor sees no label and no value. It holds the root of the prefix tree and the frontier of the log, and works out
by itself what the next epoch must make of both: every addition was absent, all else is where it was, and each new leaf
is stamped with the epoch that is being checked.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from privity.keylog.commitment import stamp
from privity.keylog.encoding import HASH_BYTES, decode
from privity.keylog.entry import Entry
from privity.keylog.errors import (
    AddedAgain,
    BadAuditProof,
    Malformed,
    MisplacedLeaf,
    TimeWentBack,
    UnevenProof,
    Unsorted,
    WrongHead,
    WrongOldRoot,
)
from privity.keylog.prefix_proof import EndKind, Place, PrefixProof, fold, placed, prove
from privity.keylog.prefix_tree import MISSING, Leaf, Nodes, node_hash, plant
from privity.mls.codec import MAX_MESSAGE, Reader, u64, vec
from privity.tlog.checkpoint import Checkpoint
from privity.tlog.errors import BadFrontier
from privity.tlog.tree import Frontier, leaf_hash


@dataclass(frozen=True, slots=True)
class AuditUpdate:
    """One epoch as auditors get it: its time, its additions as (out, commitment), and as much of the tree before."""

    timestamp_ms: int
    added: tuple[tuple[bytes, bytes], ...]
    proof: PrefixProof

    def encode(self) -> bytes:
        added = b"".join([out + commitment for out, commitment in self.added])
        return u64(self.timestamp_ms) + vec(added) + self.proof.encode()

    @classmethod
    def read(cls, r: Reader) -> AuditUpdate:
        return cls(r.u64(), r.vector_of(_read_added, MAX_MESSAGE), PrefixProof.read(r))

    @classmethod
    def decode(cls, data: bytes) -> AuditUpdate:
        """Raise Malformed unless it is exactly one update."""
        return decode(cls.read, data)


@dataclass(frozen=True, slots=True)
class AuditState:
    """All that an auditor remembers of a log."""

    prefix_root: bytes
    timestamp_ms: int
    frontier: Frontier

    def encode(self) -> bytes:
        return self.prefix_root + u64(self.timestamp_ms) + self.frontier.encode()

    @classmethod
    def read(cls, r: Reader) -> AuditState:
        prefix_root, timestamp_ms = r.fixed(HASH_BYTES), r.u64()
        try:
            return cls(prefix_root, timestamp_ms, Frontier.read(r))
        except BadFrontier as err:
            raise Malformed(str(err)) from None

    @classmethod
    def decode(cls, data: bytes) -> AuditState:
        """Raise Malformed unless it is exactly one state."""
        return decode(cls.read, data)


EMPTY: Final = AuditState(MISSING, 0, Frontier(0, ()))
"""Before the first epoch."""


def make_update(nodes: Nodes, timestamp_ms: int, added: Sequence[tuple[bytes, bytes]]) -> AuditUpdate:
    """The update for sorted additions to the tree of `nodes`, which does not have them yet."""
    return AuditUpdate(timestamp_ms, tuple(added), prove(nodes, [out for out, _ in added]))


def audit(state: AuditState, update: AuditUpdate) -> AuditState:
    """The state after the next epoch. Raises an AuditError; then the log must not be cosigned any more."""
    if update.timestamp_ms < state.timestamp_ms:
        raise TimeWentBack(f"the epoch is dated {update.timestamp_ms}, the one before it {state.timestamp_ms}")
    outs = [out for out, _ in update.added]
    if any(one >= other for one, other in pairwise(outs)):
        raise Unsorted("the additions are not in ascending order, or one occurs twice")
    prefix_root = _root_with(state.prefix_root, update, state.frontier.size)
    entry = Entry(update.timestamp_ms, prefix_root)
    return AuditState(prefix_root, update.timestamp_ms, state.frontier.append(leaf_hash(entry.encode())))


def check_head(state: AuditState, checkpoint: Checkpoint) -> None:
    """Raise WrongHead unless the log's checkpoint is that of the epochs audited so far."""
    if checkpoint.size != state.frontier.size:
        raise WrongHead(f"the checkpoint is of size {checkpoint.size}, {state.frontier.size} epochs were audited")
    if not hmac.compare_digest(checkpoint.root, state.frontier.root()):
        raise WrongHead(f"the checkpoint of size {checkpoint.size} has another root than the audited epochs")


def _root_with(old_root: bytes, update: AuditUpdate, epoch: int) -> bytes:
    """The root of the prefix tree with the additions."""
    if not update.added:
        if update.proof != PrefixProof((), ()):
            raise BadAuditProof("an epoch that adds nothing has an empty proof, this one has parts")
        return old_root
    leaves = [Leaf.of(out, stamp(commitment, epoch)) for out, commitment in update.added]
    keys = [leaf.key for leaf in leaves]

    def before(place: Place) -> bytes:
        added = leaves[place.low : place.high]
        if place.end.kind == EndKind.ITSELF or (
            place.end.other and place.end.other.key in keys[place.low : place.high]
        ):
            raise AddedAgain(f"one of {len(added)} additions at depth {place.end.depth} was in the tree before")
        return MISSING if place.end.other is None else node_hash(placed(place.end.other, place).content())

    def after(place: Place) -> bytes:
        there = [] if place.end.other is None else [place.end.other]
        together = sorted(leaves[place.low : place.high] + there, key=lambda leaf: leaf.key)
        return plant(together, place.prefix, place.end.depth, {})

    try:
        found = fold(keys, update.proof, before)
    except (UnevenProof, MisplacedLeaf) as err:
        raise BadAuditProof(f"the proof does not fit the additions: {err}") from None
    if not hmac.compare_digest(found, old_root):
        raise WrongOldRoot("the proof starts from another tree than the epoch before left")
    return fold(keys, update.proof, after)


def _read_added(r: Reader) -> tuple[bytes, bytes]:
    return r.fixed(HASH_BYTES), r.fixed(HASH_BYTES)
