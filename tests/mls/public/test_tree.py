# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The shape of the tree, its changes, and what makes a whole tree invalid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from privity.mls import codec
from privity.mls.errors import (
    BadPublicKey,
    BadUnmergedLeaves,
    BlankLeaf,
    DuplicateEncryptionKey,
    DuplicateSignatureKey,
    EmptyTree,
    ParentHashMismatch,
    ProtocolError,
    TrailingBlank,
    UsageError,
    WrongNodeType,
)
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.messages.proposals import Add, Remove
from privity.mls.tree import math
from privity.mls.tree.editor import TreeEditor
from privity.mls.tree.node import Node, ParentNode
from privity.mls.tree.path import path_parents
from privity.mls.tree.ratchet_tree import RatchetTree
from privity.mls.tree.validate import check_tree
from tests.mls.public.builders import SUITE, Room, flip, hpke_key, key_package, leaf, party

NAMES = ("ana", "ben", "cyd", "dov", "eva", "fay", "gil", "hal")


@pytest.fixture(scope="module")
def full() -> RatchetTree:
    """Eight members, every node filled."""
    return Room(NAMES).group.tree


@pytest.fixture(scope="module")
def with_unmerged() -> RatchetTree:
    """Seven members; then leaf 6 leaves and somebody comes, so that filled parents have an unmerged leaf."""
    room = Room(NAMES)
    room.accept(room.commit(0, [Remove(6)]))
    room.accept(room.commit(7))
    room.accept(room.commit(4))
    room.accept(room.commit(0, [Add(key_package(party("ivo")))], path=False))
    assert any(node.unmerged_leaves == (6,) for node in room.group.tree.nodes if isinstance(node, ParentNode))
    return room.group.tree


def broken(tree: RatchetTree, change: Callable[[list[Node | None]], None]) -> RatchetTree:
    nodes = list(tree.nodes)
    change(nodes)
    return RatchetTree(SUITE, nodes)


def parent(nodes: list[Node | None], x: int) -> ParentNode:
    node = nodes[x]
    assert isinstance(node, ParentNode)
    return node


def test_valid_trees_pass(full: RatchetTree, with_unmerged: RatchetTree) -> None:
    check_tree(full)
    check_tree(with_unmerged)
    check_tree(RatchetTree.decode(SUITE, with_unmerged.encode()))


def test_an_empty_tree() -> None:
    with pytest.raises(EmptyTree):
        RatchetTree.decode(SUITE, codec.vec(b""))


def test_a_blank_at_the_end(full: RatchetTree) -> None:
    inner = full.encode()[4 if len(full.encode()) >= 0x4000 else 2 :]
    with pytest.raises(TrailingBlank):
        RatchetTree.decode(SUITE, codec.vec(inner + b"\x00"))


def test_a_leaf_at_a_parents_place(full: RatchetTree) -> None:
    nodes = list(full.nodes)
    nodes[1], nodes[2] = nodes[2], nodes[1]
    with pytest.raises(WrongNodeType):
        RatchetTree.decode(SUITE, RatchetTree(SUITE, nodes).encode())


def test_a_changed_parent_key(full: RatchetTree) -> None:
    def change(nodes: list[Node | None]) -> None:
        nodes[3] = replace(parent(nodes, 3), encryption_key=hpke_key())

    with pytest.raises(ParentHashMismatch):
        check_tree(broken(full, change))


def test_a_changed_parent_hash(full: RatchetTree) -> None:
    def change(nodes: list[Node | None]) -> None:
        nodes[3] = replace(parent(nodes, 3), parent_hash=flip(parent(nodes, 3).parent_hash))

    with pytest.raises(ParentHashMismatch):
        check_tree(broken(full, change))


def test_a_parent_from_nowhere(full: RatchetTree) -> None:
    tree = TreeEditor(full)
    tree.update(0, leaf(party("ana")))
    blanked = tree.done()
    check_tree(blanked)
    with pytest.raises(ParentHashMismatch):
        check_tree(broken(blanked, lambda nodes: nodes.__setitem__(1, ParentNode(hpke_key(), b""))))


def test_a_missing_carrier(full: RatchetTree) -> None:
    """The only node that ties the root to the tree is blanked."""
    carrier = next(x for x in (3, 11) if parent(list(full.nodes), x).parent_hash)
    with pytest.raises(ParentHashMismatch):
        check_tree(broken(full, lambda nodes: nodes.__setitem__(carrier, None)))


@pytest.mark.parametrize(
    ("x", "unmerged"),
    [
        (11, (6, 6)),  # twice
        (11, (7, 6)),  # falling
        (11, (1,)),  # not below
        (7, (99,)),  # outside of the tree
    ],
)
def test_unmerged_leaves(with_unmerged: RatchetTree, x: int, unmerged: tuple[int, ...]) -> None:
    tree = broken(
        with_unmerged, lambda nodes: nodes.__setitem__(x, replace(parent(nodes, x), unmerged_leaves=unmerged))
    )
    with pytest.raises(BadUnmergedLeaves):
        check_tree(tree)


def test_an_unmerged_leaf_that_is_blank(with_unmerged: RatchetTree) -> None:
    with pytest.raises(BadUnmergedLeaves):
        check_tree(broken(with_unmerged, lambda nodes: nodes.__setitem__(12, None)))


def test_an_unmerged_leaf_that_a_node_between_forgets(with_unmerged: RatchetTree) -> None:
    tree = broken(with_unmerged, lambda nodes: nodes.__setitem__(11, replace(parent(nodes, 11), unmerged_leaves=())))
    assert parent(tree.nodes, 7).unmerged_leaves == (6,)
    with pytest.raises(BadUnmergedLeaves):
        check_tree(tree)


def test_an_unmerged_leaf_that_was_merged(full: RatchetTree) -> None:
    tree = broken(full, lambda nodes: nodes.__setitem__(1, replace(parent(nodes, 1), unmerged_leaves=(0,))))
    with pytest.raises(ProtocolError):
        check_tree(tree)


def test_a_parent_key_nobody_can_encrypt_to(full: RatchetTree) -> None:
    tree = broken(full, lambda nodes: nodes.__setitem__(3, replace(parent(nodes, 3), encryption_key=b"\x00" * 32)))
    with pytest.raises(BadPublicKey):
        check_tree(tree)


def test_repeated_keys(full: RatchetTree) -> None:
    first = full.leaf(0)

    def same_encryption(nodes: list[Node | None]) -> None:
        nodes[3] = replace(parent(nodes, 3), encryption_key=first.encryption_key)

    def same_signature(nodes: list[Node | None]) -> None:
        nodes[2] = replace(full.leaf(1), signature_key=first.signature_key)

    with pytest.raises(DuplicateEncryptionKey):
        check_tree(broken(full, same_encryption))
    with pytest.raises(DuplicateSignatureKey):
        check_tree(broken(full, same_signature))


def test_the_editor_counts_keys(full: RatchetTree) -> None:
    editor = TreeEditor(full)
    editor.update(1, replace(full.leaf(1), encryption_key=full.leaf(0).encryption_key))
    with pytest.raises(DuplicateEncryptionKey):
        editor.done()
    editor = TreeEditor(full)
    twin = full.leaf(1)
    editor.update(1, replace(twin, encryption_key=full.leaf(0).encryption_key))
    editor.update(1, twin)
    editor.done()


def test_leaves_that_are_not_there(full: RatchetTree) -> None:
    for index in (8, 1 << 31, -1):
        with pytest.raises(BlankLeaf):
            full.leaf(index)
    editor = TreeEditor(full)
    with pytest.raises(UsageError):
        editor.remove(8)


def test_the_editor_is_spent_and_the_old_tree_stays(full: RatchetTree) -> None:
    before = full.encode()
    editor = TreeEditor(full)
    editor.remove(7)
    smaller = editor.done()
    assert full.encode() == before
    assert smaller.get_leaf(7) is None and full.get_leaf(7) is not None
    with pytest.raises(UsageError):
        editor.add(leaf(party("late")))


def test_hashes_are_those_of_a_fresh_tree(with_unmerged: RatchetTree) -> None:
    tree = with_unmerged
    for step in range(12):
        _ = tree.tree_hash
        editor = TreeEditor(tree)
        if step % 3 == 0:
            editor.remove(next(index for index, _ in tree.leaves()))
        editor.add(leaf(party(f"new {step}")))
        if step % 4 == 0:
            editor.add(leaf(party(f"more {step}")))
        tree = editor.done()
        fresh = RatchetTree.decode(SUITE, tree.encode())
        assert fresh.tree_hash == tree.tree_hash
        assert len(fresh.nodes) == len(tree.nodes)


def test_growing_and_shrinking() -> None:
    tree = RatchetTree.of_leaf(SUITE, leaf(party("a")))
    editor = TreeEditor(tree)
    assert [editor.add(leaf(party(f"m{n}"))) for n in range(4)] == [1, 2, 3, 4]
    grown = editor.done()
    assert grown.leaf_count == 8
    editor = TreeEditor(grown)
    editor.remove(4)
    editor.remove(2)
    shrunk = editor.done()
    assert shrunk.leaf_count == 4
    assert shrunk.resolution(shrunk.root) == [0, 2, 6]
    assert shrunk.filtered_direct_path(3) == [3]


def test_path_parents_wants_one_key_for_each_node(full: RatchetTree) -> None:
    with pytest.raises(UsageError):
        path_parents(full, 0, [hpke_key()])


def test_math_knows_leaves() -> None:
    for step in (math.left, math.right):
        with pytest.raises(UsageError):
            step(4)
    assert math.common_ancestor(0, 6) == 3
    assert math.common_ancestor(2, 1) == 1


def test_leaf_nodes_know_their_place(full: RatchetTree) -> None:
    found = full.find_signature_key(full.leaf(5).signature_key)
    assert found == 5
    assert isinstance(full.nodes[10], LeafNode)
    assert full.find_signature_key(b"nobody") is None
