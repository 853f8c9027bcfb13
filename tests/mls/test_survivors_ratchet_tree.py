# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What changes of the ratchet tree no other test noticed: places by hand, what is worked out once, what is counted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from privity.mls import codec
from privity.mls.errors import (
    BadEnum,
    DuplicateEncryptionKey,
    DuplicateSignatureKey,
    ParentHashMismatch,
    UsageError,
    VectorMisaligned,
)
from privity.mls.messages.commit import Ciphertexts, HPKECiphertext, UpdatePath, UpdatePathNode
from privity.mls.messages.credential import Credential
from privity.mls.messages.leaf_node import LeafNode, LeafSource
from privity.mls.tree import math
from privity.mls.tree.keys import KeyCounts
from privity.mls.tree.node import Node, ParentNode, encode_optional_node, read_node
from privity.mls.tree.path import apply_update_path, path_parents
from privity.mls.tree.ratchet_tree import RatchetTree
from tests.mls.public.builders import SUITE, capabilities, hpke_key, leaf, party


def newcomer() -> LeafNode:
    return leaf(party("somebody"))


def parent(*unmerged: int) -> ParentNode:
    return ParentNode(hpke_key(), b"", unmerged)


def tree(*nodes: Node | None) -> RatchetTree:
    return RatchetTree(SUITE, list(nodes))


def four() -> RatchetTree:
    """Four members, every parent filled."""
    return tree(newcomer(), parent(), newcomer(), parent(), newcomer(), parent(), newcomer())


# Arithmetic, against a tree of ranges


def places(low: int, high: int) -> dict[int, tuple[int, int]]:
    """For each node of a full tree over the leaves low..high - 1: the first and the last node below it."""
    first, last = 2 * low, 2 * high - 2
    if high - low == 1:
        return {first: (first, last)}
    middle = (low + high) // 2
    return {2 * middle - 1: (first, last), **places(low, middle), **places(middle, high)}


@pytest.mark.parametrize("leaves", [1, 2, 4, 16])
def test_arithmetic_is_that_of_a_tree_of_ranges(leaves: int) -> None:
    reach = places(0, leaves)
    assert math.node_width(leaves) == len(reach)
    assert reach[math.root(leaves)] == (0, 2 * leaves - 2)

    def above(x: int) -> list[int]:
        found = [each for each, (low, high) in reach.items() if low <= x <= high and each != x]
        return sorted(found, key=lambda each: reach[each][1] - reach[each][0])

    for x, (low, high) in reach.items():
        assert math.level(x) == len([each for each in reach if each >= x and low <= each <= high]).bit_length() - 1
        assert math.direct_path(x, leaves) == above(x)
        for other, (bottom, top) in reach.items():
            assert math.in_subtree(x, other) == (bottom <= x <= top)
            both = [each for each in (x, *above(x)) if each in (other, *above(other))]
            assert math.common_ancestor(x, other) == both[0]
        if x & 1:
            assert [math.parent(child) for child in (math.left(x), math.right(x))] == [x, x]
            assert (reach[math.left(x)][0], reach[math.right(x)][1]) == (low, high)
        else:
            for step in (math.left, math.right):
                with pytest.raises(UsageError):
                    step(x)


def test_no_leaves_have_no_nodes() -> None:
    assert math.node_width(0) == 0


# Parent nodes


def test_a_parent_node_is_what_it_says_and_not_whether_it_was_encoded() -> None:
    one, other = (ParentNode(b"key", b"hash", (1, 2)) for _ in range(2))
    encoded = one.encode()
    assert one == other
    assert repr(one) == repr(other)
    assert encoded == codec.vec(b"key") + codec.vec(b"hash") + codec.vec(codec.u32(1) + codec.u32(2))
    assert one.encode() is encoded, "worked out once"
    assert ParentNode.decode(encoded) == one
    with pytest.raises(TypeError):
        ParentNode(b"key", b"hash", (), b"bytes that are no encoding of it")  # type: ignore[call-arg]  # it must not


@pytest.mark.parametrize("size", [1, 3, 5, 6])
def test_unmerged_leaves_have_four_bytes_each(size: int) -> None:
    with pytest.raises(VectorMisaligned):
        ParentNode.decode(codec.vec(b"key") + codec.vec(b"hash") + codec.vec(bytes(size)))


@pytest.mark.parametrize("kind", [0, 3, 4])
def test_a_node_is_a_leaf_or_a_parent(kind: int) -> None:
    encoded = encode_optional_node(parent())
    assert codec.decode(lambda r: r.optional(read_node), encoded) is not None
    with pytest.raises(BadEnum):
        codec.decode(lambda r: r.optional(read_node), encoded[:1] + bytes([kind]) + encoded[2:])


# Reading


def test_what_is_worked_out_is_kept() -> None:
    full = four()
    for x in range(7):
        assert full.node_hash(x) is full.node_hash(x)
    assert full.copath(1) is full.copath(1)
    assert full.copath(2) == ((5, 6), (3, 1)), "and not for another leaf"
    assert full.keys is full.keys
    hashes: list[bytes | None] = [bytes(32)] * 7
    handed = RatchetTree(SUITE, full.nodes, hashes, full.keys)
    assert (handed.hashes, handed.keys, handed.tree_hash) == (hashes, full.keys, bytes(32))


def test_a_tree_has_an_end() -> None:
    full = four()
    for index in (-1, -2, 4, 5):
        assert full.get_leaf(index) is None
    assert [full.get_leaf(index) for index in range(4)] == full.nodes[::2]
    assert [full.parent_node(x) is None for x in range(7)] == [True, False] * 3 + [True]


def test_a_resolution_goes_from_left_to_right_with_unmerged_leaves_after_their_parent() -> None:
    full = four().nodes
    assert tree(full[0], parent(0, 1), full[2], None, full[4], None, full[6]).resolution(3) == [1, 0, 2, 4, 6]
    assert tree(full[0], None, full[2], None, None, parent(3), full[6]).resolution(3) == [0, 2, 5, 6]


def test_an_ancestor_is_on_the_copath_for_whatever_is_filled_below_its_other_child() -> None:
    for filled in (4, 5, 6):
        nodes: list[Node | None] = [newcomer(), None, newcomer(), parent(), None, None, None]
        nodes[filled] = parent() if filled & 1 else newcomer()
        assert tree(*nodes).copath(0) == ((1, 2), (3, 5))
    lonely = tree(newcomer(), None, newcomer(), parent(), None, None, None)
    assert (lonely.copath(0), lonely.filtered_direct_path(0)) == (((1, 2),), [1])
    wide = [None] * 15
    assert tree(newcomer(), None, None, parent(), *wide[4:7], parent(), newcomer(), *wide[9:]).copath(0) == ((7, 11),)


# Encoding


@pytest.mark.parametrize("kept", range(1, 8))
def test_only_blanks_at_the_end_are_left_out(kept: int) -> None:
    full = four().nodes
    nodes = [*full[:kept], *([None] * (7 - kept))]
    encoded = tree(*nodes).encode()
    assert encoded == codec.vec(b"".join(map(encode_optional_node, full[:kept])))
    again = RatchetTree.decode(SUITE, encoded)
    assert again.nodes == nodes[: len(again.nodes)]
    assert (kept + 1) // 2 <= again.leaf_count < 2 * ((kept + 2) // 2)
    assert again.leaf_count.bit_count() == 1


def test_a_tree_of_blanks_is_an_empty_list() -> None:
    assert tree(None, None, None).encode() == codec.vec(b"")


# Counts of keys


def test_keys_are_counted_in_all_nodes_and_signature_keys_in_leaves() -> None:
    full = four()
    counts = KeyCounts.of([*full.nodes, None])
    assert all(counts.has_encryption_key(node.encryption_key) for node in full.nodes if node)
    assert all(counts.has_signature_key(each.signature_key) for _, each in full.leaves())
    assert not counts.has_encryption_key(b"nobody's") and not counts.has_signature_key(b"nobody's")
    twin, first = counts.copy(), full.leaf(0)
    twin.drop(first)
    assert not twin.has_signature_key(first.signature_key) and not twin.has_encryption_key(first.encryption_key)
    assert counts.has_signature_key(first.signature_key) and counts.has_encryption_key(first.encryption_key)


def test_what_members_say_of_themselves_is_counted_in_each_copy_apart() -> None:
    plain, other = newcomer(), replace(newcomer(), capabilities=capabilities(extensions=(9,)))
    odd = replace(other, credential=Credential.x509((b"certificate",)), encryption_key=hpke_key())
    counts = KeyCounts.of([plain, other, parent(), odd])
    both, kinds = {plain.capabilities, other.capabilities}, {1, 2}
    assert (set(counts.capabilities()), set(counts.credential_types())) == (both, kinds)
    twin = counts.copy()
    assert (set(twin.capabilities()), set(twin.credential_types())) == (both, kinds)
    twin.drop(odd)
    assert (set(twin.capabilities()), set(twin.credential_types())) == (both, {1})
    twin.drop(other)
    assert (set(twin.capabilities()), set(twin.credential_types())) == ({plain.capabilities}, {1})
    assert (set(counts.capabilities()), set(counts.credential_types())) == (both, kinds)
    counts.add(plain)
    assert counts.copy().has_signature_key(plain.signature_key)
    for each in (counts, counts.copy()):
        with pytest.raises(DuplicateEncryptionKey):
            each.check_unique()
    twin.check_unique()
    twin.add(replace(newcomer(), signature_key=plain.signature_key))
    with pytest.raises(DuplicateSignatureKey):
        twin.copy().check_unique()


# Update paths


def test_the_leaf_of_a_path_carries_a_parent_hash() -> None:
    full = tree(newcomer(), None, newcomer())
    key = hpke_key()
    _, above = path_parents(full, 0, [key])
    sealed = Ciphertexts.of([HPKECiphertext(bytes(32), bytes(48))])

    def path(own: LeafNode) -> UpdatePath:
        return UpdatePath(own, (UpdatePathNode(key, sealed),))

    own = leaf(party("somebody"), LeafSource.COMMIT, parent_hash=above, leaf_index=0)
    assert apply_update_path(full, 0, path(own), ()).nodes == [own, ParentNode(key, b""), full.nodes[2]]
    other = leaf(party("somebody"), LeafSource.COMMIT, parent_hash=bytes(32), leaf_index=0)
    for wrong in (other, newcomer()):
        with pytest.raises(ParentHashMismatch):
            apply_update_path(full, 0, path(wrong), ())
