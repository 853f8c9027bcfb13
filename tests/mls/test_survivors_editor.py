# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What changes of the tree's editor no other test noticed: the tree before it, the next one, and what differs."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from privity.mls.errors import UsageError
from privity.mls.tree import math
from privity.mls.tree.editor import TreeEditor
from privity.mls.tree.node import Node
from privity.mls.tree.ratchet_tree import RatchetTree
from tests.mls.test_survivors_ratchet_tree import four, newcomer, parent, tree

Change = Callable[[TreeEditor], object]


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
    lambda editor: editor.replace_path(2, newcomer(), [(5, parent()), (3, parent())]),
    lambda editor: editor.replace_path(1, newcomer(), [(3, parent())]),
    shrink,
    change_twice,
    replace_a_member,
]


def sparse() -> RatchetTree:
    """Four members who never sent a path."""
    return tree(newcomer(), None, newcomer(), None, newcomer(), None, newcomer())


def changed(before: RatchetTree, after: RatchetTree) -> list[int]:
    then, now = (dict(enumerate(each.nodes)) for each in (before, after))
    return sorted(x for x in then | now if then.get(x) is not now.get(x))


@pytest.mark.parametrize("start", [four, sparse])
@pytest.mark.parametrize("change", CHANGES)
def test_a_tree_keeps_its_hashes_and_the_next_one_those_of_what_stayed(
    change: Change, start: Callable[[], RatchetTree]
) -> None:
    before = start()
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
    assert after.changed_since(before) == changed(before, after)
    assert len(after.hashes) == len(after.nodes)


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


def test_what_stood_by_mistake_in_a_half_that_goes_counts_no_more() -> None:
    stray, right = parent(), newcomer()
    nodes: list[Node | None] = [*four().nodes, None, right, None, None, None, None, stray, None]
    large = tree(*nodes)
    assert large.tree_hash
    editor = TreeEditor(large)
    editor.remove(4)
    small = editor.done()
    assert small.nodes == nodes[:7]
    assert len(small.hashes) == 7
    assert small.changed_since(large) == changed(large, small) == [8, 13]
    assert not small.keys.has_encryption_key(stray.encryption_key)
    assert not small.keys.has_encryption_key(right.encryption_key)


def test_who_comes_after_the_first_place_was_filled_again_gets_the_next_one() -> None:
    editor = TreeEditor(sparse())
    editor.remove(0)
    assert [editor.add(newcomer()) for _ in range(3)] == [0, 4, 5]


def test_a_tree_without_members_has_one_place() -> None:
    editor = TreeEditor(tree(newcomer()))
    editor.remove(0)
    assert editor.done().nodes == [None]


def test_a_tree_knows_two_before_it_and_no_more() -> None:
    trees = [sparse()]
    for index in range(4):
        editor = TreeEditor(trees[-1])
        editor.update(index, newcomer())
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
            arriving = newcomer()
            first = next((at for at in range(alone.leaf_count) if at not in present), alone.leaf_count)
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
