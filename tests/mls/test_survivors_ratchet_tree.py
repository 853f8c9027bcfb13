# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What changes of the ratchet tree and its editor no other test noticed: places by hand, what is worked out once."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from privity.mls import codec
from privity.mls.errors import BadEnum, ParentHashMismatch, UsageError, VectorMisaligned
from privity.mls.messages.commit import Ciphertexts, HPKECiphertext, UpdatePath, UpdatePathNode
from privity.mls.messages.leaf_node import LeafNode, LeafSource
from privity.mls.tree import math
from privity.mls.tree.editor import TreeEditor
from privity.mls.tree.keys import KeyCounts
from privity.mls.tree.node import Node, ParentNode, encode_optional_node, read_node
from privity.mls.tree.path import apply_update_path, path_parents
from privity.mls.tree.ratchet_tree import RatchetTree
from tests.mls.public.builders import SUITE, hpke_key, leaf, party

Change = Callable[[TreeEditor], object]


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
            assert math.sibling(math.left(x)) == math.right(x)
            assert math.sibling(math.right(x)) == math.left(x)
            assert [math.child_towards(x, each) for each in (low, high)] == [math.left(x), math.right(x)]
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
    assert tree(full.nodes[0], None, None, parent(), full.nodes[4], None, None).first_blank_leaf() == 1
    assert full.first_blank_leaf() == 4
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


# Changes


def shrink(editor: TreeEditor) -> None:
    editor.remove(2)
    editor.remove(3)


def change_twice(editor: TreeEditor) -> None:
    editor.update(1, newcomer())
    editor.replace_path(1, newcomer(), [(3, parent())])


def replace_a_member(editor: TreeEditor) -> None:
    editor.remove(1)
    editor.add(newcomer())


CHANGES: list[Change] = [
    lambda editor: editor.add(newcomer()),
    lambda editor: editor.update(1, newcomer()),
    lambda editor: editor.remove(1),
    lambda editor: editor.remove(3),
    lambda editor: editor.put_leaf(1, newcomer()),
    lambda editor: editor.put_leaf(3, newcomer()),
    lambda editor: editor.put_parent(5, parent()),
    lambda editor: editor.put_parent(1, None),
    lambda editor: editor.replace_path(2, newcomer(), [(5, parent()), (3, parent())]),
    lambda editor: editor.replace_path(1, newcomer(), [(3, parent())]),
    shrink,
    change_twice,
    replace_a_member,
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_tree_keeps_its_hashes_and_the_next_one_those_of_what_stayed(change: Change) -> None:
    before = four()
    assert before.tree_hash
    nodes, hashes = list(before.nodes), list(before.hashes)
    editor = TreeEditor(before)
    change(editor)
    after = editor.done()
    assert (before.nodes, before.hashes) == (nodes, hashes)
    known = {x for x, each in enumerate(after.hashes) if each is not None}
    alone = tree(*after.nodes)
    same = {x for x in range(min(7, len(alone.nodes))) if alone.node_hash(x) == hashes[x]}
    assert known == same
    assert after.tree_hash == alone.tree_hash
    then, now = (dict(enumerate(each.nodes)) for each in (before, after))
    assert after.changed_since(before) == sorted(x for x in then | now if then.get(x) is not now.get(x))


def test_who_comes_below_filled_parents_is_unmerged_in_them() -> None:
    nodes = four().nodes
    before = tree(nodes[0], parent(0), None, parent(2), *nodes[4:])
    editor, arriving = TreeEditor(before), newcomer()
    assert editor.add(arriving) == 1
    after = editor.done()
    assert after.changed_since(before) == [1, 2, 3]
    low, top = after.parent_node(1), after.parent_node(3)
    assert low is not None and top is not None
    assert (low.unmerged_leaves, after.nodes[2], top.unmerged_leaves) == ((0, 1), arriving, (1, 2))
    assert after.tree_hash == tree(*after.nodes).tree_hash
    assert before.first_blank_leaf() == 1


def test_what_stood_by_mistake_in_a_half_that_goes_counts_no_more() -> None:
    stray, right = parent(), newcomer()
    nodes: list[Node | None] = [*four().nodes, None, right, None, None, None, None, stray, None]
    editor = TreeEditor(tree(*nodes))
    editor.remove(4)
    small = editor.done()
    assert small.nodes == nodes[:7]
    assert not small.keys.has_encryption_key(stray.encryption_key)
    assert not small.keys.has_encryption_key(right.encryption_key)


def test_a_tree_without_members_has_one_place() -> None:
    editor = TreeEditor(tree(newcomer()))
    editor.remove(0)
    assert editor.done().nodes == [None]


def test_a_tree_knows_two_before_it_and_no_more() -> None:
    trees = [four()]
    for index in range(4):
        editor = TreeEditor(trees[-1])
        editor.put_leaf(index, newcomer())
        trees.append(editor.done())
    last = trees[-1]
    assert [list(last.changed_since(each)) for each in trees[2:]] == [[4, 6], [6], []]
    assert [list(last.changed_since(each)) for each in trees[:2]] == [list(range(7))] * 2


@pytest.mark.parametrize("seed", range(6))
def test_many_changes_by_one_editor_are_those_of_one_editor_each(seed: int) -> None:
    random = Random(seed)
    alone = four()
    editor = TreeEditor(alone)
    for _ in range(60):
        present = [index for index, _ in alone.leaves()]
        step = TreeEditor(alone)
        if len(present) < 2 or random.random() < 0.5:
            arriving, first = newcomer(), alone.first_blank_leaf()
            assert editor.add(arriving) == step.add(arriving) == first
        elif random.random() < 0.7:
            leaving = random.choice(present)
            editor.remove(leaving)
            step.remove(leaving)
        else:
            index, fresh = random.choice(present), newcomer()
            path = [(x, parent()) for x in math.direct_path(2 * index, alone.leaf_count)]
            editor.replace_path(index, fresh, path)
            step.replace_path(index, fresh, path)
        alone = step.done()
        assert (alone.nodes[-1] is not None or any(alone.nodes[len(alone.nodes) // 2 :])) and alone.nodes
    whole = editor.done()
    assert whole.nodes == alone.nodes
    assert whole.tree_hash == tree(*alone.nodes).tree_hash


def test_a_tree_shrinks_as_far_as_its_right_half_is_empty_and_no_further() -> None:
    for index in range(1, 9):
        editor = TreeEditor(tree(newcomer()))
        while editor.add(newcomer()) < index:
            pass
        grown = editor.done()
        editor = TreeEditor(grown)
        for gone in range(index, 0, -1):
            editor.remove(gone)
        last = editor.done()
        assert (last.nodes, last.leaf_count) == ([grown.nodes[0]], 1)


@pytest.mark.parametrize("index", [-1, -2, 1, 4, 5])
def test_only_a_member_is_removed(index: int) -> None:
    full = four().nodes
    editor = TreeEditor(tree(full[0], None, None, None, *full[4:]))
    with pytest.raises(UsageError):
        editor.remove(index)
    for present in (0, 2, 3):
        TreeEditor(tree(full[0], None, None, None, *full[4:])).remove(present)
