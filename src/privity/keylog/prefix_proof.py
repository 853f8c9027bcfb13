# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Proofs of the prefix tree for many keys at once: what several ways from the root share is said once.

Seen from the root, each key's way ends at the key's own leaf, at a missing child, or at the leaf of another key. A
proof lists these ends from left to right, each with its depth, and the hashes of the subtrees that no key's way enters.
Depths and keys alone say where each of them belongs, so a set of keys has exactly one proof under one root.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from privity.keylog.encoding import HASH_BYTES, decode, hashes, read_hashes
from privity.keylog.errors import Malformed, MisplacedLeaf, NotAbsent, NotIncluded, UnevenProof, WrongPrefixRoot
from privity.keylog.prefix_tree import (
    KEY_BITS,
    LEAF,
    MISSING,
    Leaf,
    Nodes,
    children,
    leaf_in,
    node_hash,
    parent,
    read_node,
    root_of,
    split,
)
from privity.mls.codec import MAX_MESSAGE, Reader, u8, u16, vector_of

_END_BYTES: Final = 3 + 2 * HASH_BYTES
MAX_ENDS: Final = MAX_MESSAGE // _END_BYTES
"""An epoch that adds this many leaves, about a million, is more than one audit can be asked to read at once."""


class EndKind(IntEnum):
    """Where a way from the root ends."""

    NOTHING = 0
    ITSELF = 1
    OTHER = 2


@dataclass(frozen=True, slots=True)
class End:
    """`other` is the leaf of a key that was not asked for, at the end of the ways of keys that are not there."""

    depth: int
    kind: EndKind
    other: Leaf | None = None

    def encode(self) -> bytes:
        leaf = b"" if self.other is None else self.other.out + self.other.stamped
        return u16(self.depth) + u8(self.kind) + leaf

    @classmethod
    def read(cls, r: Reader) -> End:
        depth, kind = r.u16(), r.u8()
        if depth > KEY_BITS or kind > EndKind.OTHER:
            raise Malformed(f"no way from the root ends at depth {depth} in a way numbered {kind}")
        other = Leaf.of(r.fixed(HASH_BYTES), r.fixed(HASH_BYTES)) if kind == EndKind.OTHER else None
        return cls(depth, EndKind(kind), other)


@dataclass(frozen=True, slots=True)
class PrefixProof:
    ends: tuple[End, ...]
    hashes: tuple[bytes, ...]

    def encode(self) -> bytes:
        return vector_of(self.ends) + hashes(self.hashes)

    @classmethod
    def read(cls, r: Reader) -> PrefixProof:
        return cls(r.vector_of(End.read, MAX_MESSAGE), read_hashes(r, MAX_MESSAGE // HASH_BYTES))

    @classmethod
    def decode(cls, data: bytes) -> PrefixProof:
        """Raise Malformed unless it is exactly one proof."""
        return decode(cls.read, data)


def prove(nodes: Nodes, outs: Sequence[bytes]) -> PrefixProof:
    """The proof for these keys, there or not. They may come in any order and more than once."""
    keys = sorted({int.from_bytes(out, "big") for out in outs})
    ends: list[End] = []
    beside: list[bytes] = []

    def walk(content: bytes | None, prefix: int, depth: int, low: int, high: int) -> None:
        if content is None:
            ends.append(End(depth, EndKind.NOTHING))
            return
        if content[:1] == LEAF:
            leaf = leaf_in(content)
            asked = leaf.key in keys[low:high]
            ends.append(End(depth, EndKind.ITSELF) if asked else End(depth, EndKind.OTHER, leaf))
            return
        middle = split(keys, prefix, depth, low, high)
        for bit, child, start, stop in zip((0, 1), children(content), (low, middle), (middle, high), strict=True):
            if start == stop:
                beside.append(child)
            else:
                way = prefix << 1 | bit
                walk(read_node(nodes, way, depth + 1, child), way, depth + 1, start, stop)

    if keys:
        walk(read_node(nodes, 0, 0, root_of(nodes)), 0, 0, 0, len(keys))
    return PrefixProof(tuple(ends), tuple(beside))


@dataclass(frozen=True, slots=True)
class Place:
    """Where the ways of the keys from `low` to `high` end together."""

    end: End
    prefix: int
    low: int
    high: int


def fold(keys: Sequence[int], proof: PrefixProof, hash_at: Callable[[Place], bytes]) -> bytes:
    """The root that the proof leads to for these sorted keys, if the ends have these hashes. Raises UnevenProof."""
    ends, beside = iter(proof.ends), iter(proof.hashes)
    end: End | None = next(ends, None)

    def hash_of(prefix: int, depth: int, low: int, high: int) -> bytes:
        nonlocal end
        if low == high:
            found = next(beside, None)
            if found is None:
                raise UnevenProof("the proof has fewer hashes than its ends call for")
            return found
        if end is None or end.depth < depth:
            raise UnevenProof("the proof has fewer ends than its keys call for, or at other depths")
        if end.depth == depth:
            place = Place(end, prefix, low, high)
            end = next(ends, None)
            return hash_at(place)
        middle = split(keys, prefix, depth, low, high)
        left = hash_of(prefix << 1, depth + 1, low, middle)
        return node_hash(parent(left, hash_of(prefix << 1 | 1, depth + 1, middle, high)))

    root = hash_of(0, 0, 0, len(keys))
    if end is not None or next(beside, None) is not None:
        raise UnevenProof("the proof has more parts than its keys call for")
    return root


def verify(root: bytes, wanted: dict[bytes, bytes | None], proof: PrefixProof) -> None:
    """Raise a PrefixError unless under `root` each key has the stamped value it is wanted with, or is absent (None)."""
    outs = sorted(wanted)
    stamps = [wanted[out] for out in outs]

    def hash_at(place: Place) -> bytes:
        return _wanted_hash(place, outs[place.low : place.high], stamps[place.low : place.high])

    if fold([int.from_bytes(out, "big") for out in outs], proof, hash_at) != root:
        raise WrongPrefixRoot("the proof leads to another root of the prefix tree")


def _wanted_hash(place: Place, outs: Sequence[bytes], stamps: Sequence[bytes | None]) -> bytes:
    """The hash of an end as the keys that meet there are wanted."""
    there = [(out, stamped) for out, stamped in zip(outs, stamps, strict=True) if stamped is not None]
    if place.end.kind == EndKind.ITSELF:
        if not there:
            raise NotAbsent("a key that should be absent ends at its own leaf")
        if len(there) > 1:
            raise NotIncluded("two keys that should be there end at one leaf")
        ((out, stamped),) = there
        return node_hash(Leaf.of(out, stamped).content())
    if there:
        raise NotIncluded("a key that should be there ends at nothing, or at the leaf of another")
    if place.end.other is None:
        return MISSING
    if place.end.other.out in outs:
        raise NotAbsent("a key that should be absent is there")
    return node_hash(placed(place.end.other, place).content())


def placed(leaf: Leaf, place: Place) -> Leaf:
    """The leaf, if its own key leads to this place: else any leaf could be shown anywhere, and hide what is there."""
    if leaf.key >> (KEY_BITS - place.end.depth) != place.prefix:
        raise MisplacedLeaf(f"the leaf at depth {place.end.depth} does not belong on the way of these keys")
    return leaf
