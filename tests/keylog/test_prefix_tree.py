# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The prefix tree is what its definition says, however it grew; its proofs show what is there and what is not."""

from __future__ import annotations

import os
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privity.keylog import errors as e
from privity.keylog.encoding import HASH_BYTES
from privity.keylog.prefix_proof import End, EndKind, PrefixProof, prove, verify
from privity.keylog.prefix_tree import MISSING, Leaf, insert, path, root_of
from tests.keylog.naive_tree import naive_root

BATCH = int(os.environ.get("PRIVITY_PROVE_BATCH", "100000"))
RND = random.Random(8)

# Keys that part early, late, and at the very last bit.
near_the_root = st.integers(0, 31).map(lambda n: (n << 251).to_bytes(32, "big"))
in_the_middle = st.integers(0, 31).map(lambda n: (n << 120).to_bytes(32, "big"))
at_the_end = st.integers(0, 31).map(lambda n: n.to_bytes(32, "big"))
outs = near_the_root | in_the_middle | at_the_end | st.binary(min_size=32, max_size=32)
stamps = st.binary(min_size=32, max_size=32)
trees = st.dictionaries(outs, stamps, max_size=24)


def grown(*batches: dict[bytes, bytes]) -> dict[bytes, bytes]:
    """The nodes after inserting these leaves, batch by batch."""
    nodes: dict[bytes, bytes] = {}
    for batch in batches:
        nodes.update(insert(nodes, sorted(batch.items())).changes)
    return nodes


def wanted(leaves: dict[bytes, bytes], keys: list[bytes]) -> dict[bytes, bytes | None]:
    return {key: leaves.get(key) for key in keys}


def leaves_of(count: int) -> dict[bytes, bytes]:
    return {RND.randbytes(32): RND.randbytes(32) for _ in range(count)}


@given(trees, st.randoms(use_true_random=False))
def test_tree_is_the_one_of_its_definition_however_it_grew(leaves: dict[bytes, bytes], rnd: random.Random) -> None:
    items = list(leaves.items())
    rnd.shuffle(items)
    cut = rnd.randint(0, len(items))
    one_by_one = grown(*({out: stamped} for out, stamped in items))
    in_two = grown(dict(items[:cut]), dict(items[cut:]))
    assert one_by_one == in_two == grown(leaves)
    assert root_of(one_by_one) == naive_root(leaves)


def test_small_trees() -> None:
    """An empty tree is 32 zero bytes; a tree of one leaf is that leaf."""
    out, stamped = RND.randbytes(32), RND.randbytes(32)
    assert root_of({}) == MISSING == naive_root({})
    nodes = grown({out: stamped})
    assert nodes == {b"\0\0": b"\x02" + out + stamped}
    assert root_of(nodes) == naive_root({out: stamped})


def test_paths_are_the_bits_of_the_way() -> None:
    assert path(0, 0) == b"\0\0"
    assert path(1, 1) == b"\0\x01\x80"
    assert path(0b1010_0101_1, 9) == b"\0\x09\xa5\x80"
    assert path((1 << 256) - 1, 256) == b"\x01\0" + b"\xff" * 32
    assert len({path(prefix, depth) for depth in range(10) for prefix in range(1 << depth)}) == 1023


def test_batch_into_a_large_tree() -> None:
    old, new = leaves_of(10_000), leaves_of(1_000)
    nodes = grown(old)
    done = insert(nodes, sorted(new.items()))
    assert done.root == naive_root(old | new)
    assert len(done.changes) < 1_000 * 20


@pytest.mark.prove
def test_batch_into_a_huge_tree() -> None:
    old, new = leaves_of(BATCH), leaves_of(BATCH // 10)
    nodes = grown(old)
    nodes.update(insert(nodes, sorted(new.items())).changes)
    assert root_of(nodes) == naive_root(old | new)
    keys = sorted(new)[:1000] + [RND.randbytes(32) for _ in range(1000)]
    verify(root_of(nodes), wanted(old | new, keys), prove(nodes, keys))


def test_insertion_reads_only_the_ways_of_its_keys() -> None:
    class Counting(dict[bytes, bytes]):
        reads = 0

        def get(self, key: bytes, default: bytes | None = None, /) -> bytes | None:  # type: ignore[override]
            self.reads += 1
            return super().get(key, default)

    nodes = Counting(grown(leaves_of(5_000)))
    insert(nodes, sorted(leaves_of(1).items()))
    assert nodes.reads < 40


def test_insertion_refuses_what_is_no_insertion() -> None:
    leaves = leaves_of(20)
    (out, stamped), *rest = sorted(leaves.items())
    nodes = grown(leaves)
    for bad in (
        [(out, stamped)],
        [(out, bytes(32))],
        [(RND.randbytes(32), stamped)] * 2,
        rest[::-1],
        [(out[:31], stamped)],
        [(out, stamped + b"\0")],
    ):
        with pytest.raises(e.UsageError):
            insert(nodes, bad)
    with pytest.raises(e.UsageError):
        insert({}, rest[1::-1])
    assert insert(nodes, []) == insert(nodes, ()) and insert(nodes, []).changes == {}


def test_damaged_store_is_noticed() -> None:
    leaves = leaves_of(50)
    nodes = grown(leaves)
    new = sorted(leaves_of(50).items())
    for at, content in sorted(nodes.items())[1:40]:
        for damaged in (
            {**nodes, at: content[:-1] + bytes([content[-1] ^ 1])},
            {k: v for k, v in nodes.items() if k != at},
        ):
            with pytest.raises(e.BrokenTree):
                insert(damaged, new)
                prove(damaged, list(leaves))


@given(trees, st.lists(outs, min_size=1, max_size=8))
def test_proof_shows_what_is_there_and_what_is_not(leaves: dict[bytes, bytes], others: list[bytes]) -> None:
    nodes = grown(leaves)
    keys = [*others, *list(leaves)[:6]]
    proof = prove(nodes, keys)
    assert PrefixProof.decode(proof.encode()) == proof
    verify(root_of(nodes), wanted(leaves, keys), proof)


@given(trees.filter(bool), st.lists(outs, min_size=1, max_size=4), st.data())
def test_proof_shows_nothing_else(leaves: dict[bytes, bytes], others: list[bytes], data: st.DataObject) -> None:
    """One key said to be absent that is there, there that is absent, or there with another value."""
    nodes = grown(leaves)
    keys = [*others, *list(leaves)[:4]]
    said = wanted(leaves, keys)
    key = data.draw(st.sampled_from(sorted(said)))
    bent = data.draw(stamps) if said[key] is None else data.draw(st.none() | stamps)
    if bent == said[key]:
        return
    with pytest.raises(e.PrefixError):
        verify(root_of(nodes), {**said, key: bent}, prove(nodes, keys))


@settings(max_examples=300)
@given(trees, st.lists(outs, min_size=1, max_size=4), st.data())
def test_every_changed_byte_of_a_proof_is_refused(
    leaves: dict[bytes, bytes], others: list[bytes], data: st.DataObject
) -> None:
    nodes = grown(leaves)
    keys = [*others, *list(leaves)[:3]]
    encoded = bytearray(prove(nodes, keys).encode())
    at = data.draw(st.integers(0, len(encoded) - 1))
    encoded[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises((e.PrefixError, e.Malformed)):
        verify(root_of(nodes), wanted(leaves, keys), PrefixProof.decode(bytes(encoded)))


KEY = bytes([0b0100_0000]) + bytes(31)
BESIDE = bytes([0b0110_0000]) + bytes(31)
ELSEWHERE = bytes([0b1100_0000]) + bytes(31)
VALUE = bytes(range(32))
TREE = {KEY: VALUE, ELSEWHERE: bytes(32)}


def test_leaf_that_is_there_cannot_be_hidden() -> None:
    nodes = grown(TREE)
    with pytest.raises(e.NotAbsent):
        verify(root_of(nodes), {KEY: None}, prove(nodes, [KEY]))


def test_leaf_that_is_there_cannot_be_hidden_as_its_own_neighbour() -> None:
    """The leaf itself given as the other leaf that ends the way."""
    nodes = grown(TREE)
    proof = prove(nodes, [KEY])
    bent = replace(proof, ends=(End(1, EndKind.OTHER, Leaf.of(KEY, VALUE)),))
    with pytest.raises(e.NotAbsent):
        verify(root_of(nodes), {KEY: None}, bent)


def test_leaf_that_is_not_there_cannot_be_made_up() -> None:
    nodes = grown(TREE)
    for key in (BESIDE, bytes(32)):
        with pytest.raises(e.NotIncluded):
            verify(root_of(nodes), {key: VALUE}, prove(nodes, [key]))
    with pytest.raises(e.WrongPrefixRoot):
        verify(root_of(nodes), {BESIDE: VALUE}, replace(prove(nodes, [BESIDE]), ends=(End(1, EndKind.ITSELF),)))


def test_two_keys_cannot_share_one_leaf() -> None:
    nodes = grown(TREE)
    proof = replace(prove(nodes, [KEY]), ends=(End(1, EndKind.ITSELF),))
    verify(root_of(nodes), {KEY: VALUE, BESIDE: None}, proof)
    with pytest.raises(e.NotIncluded):
        verify(root_of(nodes), {KEY: VALUE, BESIDE: VALUE}, proof)


def test_misplaced_leaf_cannot_hide_what_is_there() -> None:
    """A log that built its tree with a leaf on a way that is not its own, in the place of one that is there.

    The hashes hold: the leaf really is in that tree. Only its own leading bits say that it has no business there.
    """
    other = Leaf.of(ELSEWHERE, VALUE)
    forged = {b"\0\0": b"\x03" + _leaf_hash(other) + _leaf_hash(Leaf.of(ELSEWHERE, bytes(32)))}
    proof = PrefixProof((End(1, EndKind.OTHER, other),), (_leaf_hash(Leaf.of(ELSEWHERE, bytes(32))),))
    with pytest.raises(e.MisplacedLeaf):
        verify(root_of(forged), {KEY: None}, proof)


def _leaf_hash(leaf: Leaf) -> bytes:
    return root_of({path(0, 0): leaf.content()})


def test_proof_with_parts_left_over_or_missing_is_refused() -> None:
    leaves = leaves_of(64)
    nodes = grown(leaves)
    keys = list(leaves)[:3]
    proof = prove(nodes, keys)
    for bent in (
        replace(proof, hashes=proof.hashes[:-1]),
        replace(proof, hashes=(*proof.hashes, bytes(HASH_BYTES))),
        replace(proof, ends=proof.ends[:-1]),
        replace(proof, ends=(*proof.ends, proof.ends[0])),
        replace(proof, ends=(proof.ends[0], replace(proof.ends[1], depth=0), *proof.ends[2:])),
        PrefixProof((), ()),
    ):
        with pytest.raises(e.UnevenProof):
            verify(root_of(nodes), wanted(leaves, keys), bent)


def test_proof_of_another_tree_is_refused() -> None:
    leaves = leaves_of(64)
    nodes, other = grown(leaves), grown(leaves, leaves_of(1))
    keys = list(leaves)[:3]
    with pytest.raises(e.WrongPrefixRoot):
        verify(root_of(other), wanted(leaves, keys), prove(nodes, keys))


def test_depth_goes_to_the_last_bit_and_no_further() -> None:
    leaves = {bytes(32): VALUE, bytes(31) + b"\x01": VALUE}
    nodes = grown(leaves)
    keys = [*leaves, bytes(31) + b"\x02"]
    proof = prove(nodes, keys)
    assert [end.depth for end in proof.ends] == [256, 256, 255]
    verify(root_of(nodes), wanted(leaves, keys), proof)
    deeper = replace(proof, ends=(replace(proof.ends[0], depth=257), *proof.ends[1:]))
    with pytest.raises(e.Malformed):
        PrefixProof.decode(deeper.encode())
    with pytest.raises(e.Malformed):
        PrefixProof.decode(PrefixProof((End(1, EndKind.NOTHING),), ()).encode().replace(b"\0\x01\0", b"\0\x01\x03"))


def test_way_that_never_ends_is_refused() -> None:
    """An end nearer to the root than where the keys part, and enough hashes to go on to the last bit and beyond."""
    nodes = grown(TREE)
    ends = (End(1, EndKind.ITSELF), End(0, EndKind.ITSELF))
    with pytest.raises(e.UnevenProof):
        verify(root_of(nodes), wanted(TREE, list(TREE)), PrefixProof(ends, (bytes(32),) * 300))


def test_ways_that_part_below_every_end_are_refused() -> None:
    """An end said to be at the depth of the last bit, for keys that the tree has long parted."""
    nodes = grown(TREE)
    with pytest.raises(e.UnevenProof):
        verify(root_of(nodes), {KEY: VALUE}, PrefixProof((End(256, EndKind.ITSELF),), (bytes(32),)))
