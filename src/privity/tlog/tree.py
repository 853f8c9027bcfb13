# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The append-only Merkle tree of RFC 6962: roots, proofs and their verification (RFC 9162, section 2.1).

No tree is held here: who makes proofs hands in `node_at`, who follows a log keeps a `Frontier`.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from privity.mls.codec import Reader, u64, vec
from privity.mls.errors import CodecError
from privity.tlog.errors import BadConsistency, BadFrontier, BadInclusion, UsageError

HASH_BYTES = 32
MAX_LEVELS = 63
"""A tree has fewer than 2^63 leaves, so no proof is longer."""
MAX_SIZE = (1 << MAX_LEVELS) - 1
EMPTY_ROOT = hashlib.sha256(b"").digest()

NodeAt = Callable[[int, int], bytes]
"""(level, index) of a complete subtree to its hash: level 0 are the leaf hashes, index counts within the level."""


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Raise BadInclusion unless the leaf hash stands at `index` of the tree with this size and root."""
    if not 0 <= index < size <= MAX_SIZE:
        raise BadInclusion(f"leaf {index} cannot be in a tree of size {size}")
    _check_hashes([leaf, root, *proof], BadInclusion)
    at, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise BadInclusion(f"{len(proof)} hashes are more than leaf {index} of {size} needs")
        if at & 1 or at == last:
            found = node_hash(sibling, found)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        at, last = at >> 1, last >> 1
    if last:
        raise BadInclusion(f"{len(proof)} hashes are fewer than leaf {index} of {size} needs")
    if not hmac.compare_digest(found, root):
        raise BadInclusion(f"the proof of leaf {index} of {size} leads to another root")


def verify_consistency(old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    """Raise BadConsistency unless the tree with `size` and `root` begins with the older one."""
    if not 0 <= old_size <= size <= MAX_SIZE:
        raise BadConsistency(f"a tree of size {size} cannot continue one of size {old_size}")
    _check_hashes([old_root, root, *proof], BadConsistency)
    for count, given in ((old_size, old_root), (size, root)):
        if count == 0 and not hmac.compare_digest(given, EMPTY_ROOT):
            raise BadConsistency("the root of an empty tree is the hash of nothing, this is another")
    if old_size in (0, size):
        if proof:
            raise BadConsistency(f"from size {old_size} to {size} no proof is needed, {len(proof)} hashes came")
        if old_size == size and not hmac.compare_digest(old_root, root):
            raise BadConsistency(f"two roots for one size, {size}")
        return
    path = [old_root, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    at, last = old_size - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    if not path:
        raise BadConsistency(f"no hashes came, from size {old_size} to {size} some are needed")
    old_found = found = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise BadConsistency(f"{len(proof)} hashes are more than from size {old_size} to {size} are needed")
        if at & 1 or at == last:
            old_found, found = node_hash(sibling, old_found), node_hash(sibling, found)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        at, last = at >> 1, last >> 1
    if last:
        raise BadConsistency(f"{len(proof)} hashes are fewer than from size {old_size} to {size} are needed")
    if not hmac.compare_digest(old_found, old_root):
        raise BadConsistency(f"the proof leads to another root for the older size, {old_size}")
    if not hmac.compare_digest(found, root):
        raise BadConsistency(f"the proof leads to another root for the newer size, {size}")


def root_at(node_at: NodeAt, size: int) -> bytes:
    """The root of the tree of the first `size` leaves."""
    _check_size(size)
    return EMPTY_ROOT if size == 0 else _range_hash(node_at, 0, size)


def inclusion_proof(node_at: NodeAt, index: int, size: int) -> list[bytes]:
    """PATH(index, D[size]), the sibling of the leaf first."""
    _check_size(size)
    if not 0 <= index < size:
        raise UsageError(f"leaf {index} is not in a tree of size {size}")
    start, stop, path = 0, size, []
    while stop - start > 1:
        split = start + _split(stop - start)
        if index < split:
            path.append(_range_hash(node_at, split, stop))
            stop = split
        else:
            path.append(_range_hash(node_at, start, split))
            start = split
    return path[::-1]


def consistency_proof(node_at: NodeAt, old_size: int, size: int) -> list[bytes]:
    """PROOF(old_size, D[size]); empty where none is needed."""
    _check_size(size)
    if not 0 <= old_size <= size:
        raise UsageError(f"a tree of size {size} has no older size {old_size}")
    if old_size in (0, size):
        return []
    start, stop, path = 0, size, []
    while stop != old_size:
        split = start + _split(stop - start)
        if old_size <= split:
            path.append(_range_hash(node_at, split, stop))
            stop = split
        else:
            path.append(_range_hash(node_at, start, split))
            start = split
    if start:
        path.append(_range_hash(node_at, start, stop))
    return path[::-1]


def completed_by(node_at: NodeAt, size: int, leaf: bytes) -> list[tuple[int, int, bytes]]:
    """(level, index, hash) of every subtree that this leaf hash completes at index `size`: the leaf, then upwards."""
    _check_size(size + 1)
    level, index, found = 0, size, leaf
    completed = [(level, index, found)]
    while index & 1:
        found = node_hash(node_at(level, index - 1), found)
        level, index = level + 1, index >> 1
        completed.append((level, index, found))
    return completed


@dataclass(frozen=True, slots=True)
class Frontier:
    """What it takes to go on with a tree without its leaves: its complete subtrees, the largest first."""

    size: int
    hashes: tuple[bytes, ...]

    def __post_init__(self) -> None:
        if not 0 <= self.size <= MAX_SIZE or len(self.hashes) != self.size.bit_count():
            raise BadFrontier(f"{len(self.hashes)} complete subtrees cannot make up a tree of size {self.size}")
        _check_hashes(self.hashes, BadFrontier)

    def append(self, leaf: bytes) -> Frontier:
        """The frontier after one more leaf hash."""
        kept, found = list(self.hashes), leaf
        rest = self.size
        while rest & 1:
            found = node_hash(kept.pop(), found)
            rest >>= 1
        return Frontier(self.size + 1, (*kept, found))

    @classmethod
    def at(cls, node_at: NodeAt, size: int) -> Frontier:
        """That of the tree of the first `size` leaves."""
        _check_size(size)
        levels = [level for level in range(size.bit_length() - 1, -1, -1) if size >> level & 1]
        return cls(size, tuple(node_at(level, (size >> level) - 1) for level in levels))

    def root(self) -> bytes:
        if not self.hashes:
            return EMPTY_ROOT
        *larger, found = self.hashes
        for left in reversed(larger):
            found = node_hash(left, found)
        return found

    def encode(self) -> bytes:
        return u64(self.size) + vec(b"".join(self.hashes))

    @classmethod
    def read(cls, reader: Reader) -> Frontier:
        """The frontier in a larger struct. Raises BadFrontier or CodecError."""
        size = reader.u64()
        return cls(size, reader.vector_of(lambda r: r.fixed(HASH_BYTES), HASH_BYTES * MAX_LEVELS))

    @classmethod
    def decode(cls, data: bytes) -> Frontier:
        """Raises BadFrontier."""
        reader = Reader(data)
        try:
            frontier = cls.read(reader)
            reader.end()
        except CodecError as err:
            raise BadFrontier(f"not a frontier: {err}") from None
        return frontier


def _range_hash(node_at: NodeAt, start: int, stop: int) -> bytes:
    """The hash over leaves `start` to `stop`, where `start` is one at which RFC 6962 splits."""
    count = stop - start
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return node_at(level, start >> level)
    split = start + _split(count)
    return node_hash(_range_hash(node_at, start, split), _range_hash(node_at, split, stop))


def _split(count: int) -> int:
    """The largest power of two smaller than `count`."""
    return 1 << ((count - 1).bit_length() - 1)


def _check_size(size: int) -> None:
    if not 0 <= size <= MAX_SIZE:
        raise UsageError(f"a tree cannot have {size} leaves")


def _check_hashes(hashes: Sequence[bytes], error: type[BadInclusion | BadConsistency | BadFrontier]) -> None:
    for value in hashes:
        if len(value) != HASH_BYTES:
            raise error(f"a hash has {HASH_BYTES} bytes, one here has {len(value)}")
