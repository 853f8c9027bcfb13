# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a tree remembers of itself and of those that it was made of is what one would work out from its nodes alone."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from privity.mls.errors import DuplicateEncryptionKey, DuplicateSignatureKey
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.tree import math
from privity.mls.tree.counts import Counts
from privity.mls.tree.editor import TreeEditor
from privity.mls.tree.keys import KeyCounts
from privity.mls.tree.node import ParentNode
from privity.mls.tree.ratchet_tree import RatchetTree
from tests.mls.public.builders import SUITE, capabilities, leaf, party

STEPS = 120


def newcomer(random: Random) -> LeafNode:
    return leaf(party(f"{random.random()}"), capabilities=capabilities(extensions=(random.choice((7, 8, 9)),)))


def change(editor: TreeEditor, tree: RatchetTree, random: Random) -> None:
    """One change of any kind; `tree` is how the editor found it."""
    present = [index for index, _ in tree.leaves()]
    match random.randrange(5):
        case 0 | 1:
            editor.add(newcomer(random))
        case 2 if len(present) > 2:
            editor.remove(random.choice(present))
        case 3:
            editor.update(random.choice(present), newcomer(random))
        case _:
            index = random.choice(present)
            path = [(x, ParentNode(random.randbytes(32), b"")) for x in math.direct_path(2 * index, tree.leaf_count)]
            editor.replace_path(index, newcomer(random), path)


def as_counted(keys: KeyCounts, tree: RatchetTree) -> tuple[set[object], set[int], bool]:
    known = all(keys.has_encryption_key(node.encryption_key) for node in tree.nodes if node is not None)
    return set(keys.capabilities()), set(keys.credential_types()), known


@pytest.mark.parametrize("seed", range(4))
def test_a_walk_of_changes(seed: int) -> None:
    random = Random(seed)
    trees = [RatchetTree.of_leaf(SUITE, newcomer(random))]
    for _ in range(STEPS):
        tree = trees[-1]
        before = list(tree.nodes), tree.tree_hash
        editor = TreeEditor(tree)
        change(editor, tree, random)
        following = editor.done()
        assert (tree.nodes, tree.tree_hash) == before, "the tree it was made of stays as it was"
        alone = RatchetTree(SUITE, list(following.nodes))
        assert following.tree_hash == alone.tree_hash
        assert all(following.node_hash(x) == alone.node_hash(x) for x in range(len(alone.nodes)))
        assert as_counted(following.keys, following) == as_counted(alone.keys, alone)
        before_keys, after_keys = ({node.encryption_key for node in each.nodes if node} for each in (tree, following))
        assert not any(following.keys.has_encryption_key(key) for key in before_keys - after_keys)
        trees.append(following)
        for old in trees[-4:]:
            assert differences(old, following) <= set(following.changed_since(old))
        for index, _ in following.leaves():
            assert following.copath(index) == naive_copath(following, index)


def differences(old: RatchetTree, new: RatchetTree) -> set[int]:
    before, after = (dict(enumerate(tree.nodes)) for tree in (old, new))
    return {x for x in before.keys() | after.keys() if before.get(x) is not after.get(x)}


def naive_copath(tree: RatchetTree, leaf_index: int) -> tuple[tuple[int, int], ...]:
    found, x = [], 2 * leaf_index
    for ancestor in math.direct_path(x, tree.leaf_count):
        sibling = math.left(ancestor) if x > ancestor else math.right(ancestor)
        if tree.resolution(sibling):
            found.append((ancestor, sibling))
        x = ancestor
    return tuple(found)


def large() -> RatchetTree:
    random = Random(9)
    editor = TreeEditor(RatchetTree.of_leaf(SUITE, newcomer(random)))
    for _ in range(63):
        editor.add(newcomer(random))
    return editor.done()


def test_what_changed_is_known_for_the_two_trees_of_a_commit_and_told_whole_for_others() -> None:
    random, tree = Random(1), large()
    proposals = TreeEditor(tree)
    proposals.update(5, newcomer(random))
    middle = proposals.done()
    path = TreeEditor(middle)
    path.replace_path(60, newcomer(random), [])
    last = path.done()
    assert list(last.changed_since(middle)) == [120]
    assert list(last.changed_since(tree)) == [10, 120]
    assert list(last.changed_since(last)) == []
    assert len(list(last.changed_since(large()))) == len(last.nodes), "a tree that it was not made of"
    assert len(list(tree.changed_since(last))) == len(tree.nodes), "nor does one know those that came after"


def test_an_editor_that_changes_nothing_copies_nothing() -> None:
    tree = large()
    assert TreeEditor(tree).done() is tree


def test_two_editors_of_one_tree_do_not_disturb_each_other() -> None:
    random, tree = Random(2), large()
    one, other = TreeEditor(tree), TreeEditor(tree)
    one.remove(3)
    other.update(4, newcomer(random))
    first, second = one.done(), other.done()
    assert first.get_leaf(3) is None and second.get_leaf(3) is tree.leaf(3)
    assert first.leaf(4) is tree.leaf(4) is not second.leaf(4)
    for each in (first, second):
        assert each.tree_hash == RatchetTree(SUITE, list(each.nodes)).tree_hash


@pytest.mark.parametrize(("what", "error"), [("both", DuplicateEncryptionKey), ("signature", DuplicateSignatureKey)])
def test_a_key_that_comes_a_second_time_is_seen_in_a_tree_made_of_others(what: str, error: type[Exception]) -> None:
    random, tree = Random(3), large()
    known, fresh = tree.leaf(7), newcomer(random)
    twin = known if what == "both" else leaf(party("twin"), signature_key=known.signature_key)
    editor = TreeEditor(tree)
    editor.update(8, fresh)
    sound = editor.done()
    again = TreeEditor(sound)
    again.update(9, twin)
    with pytest.raises(error):
        again.done()
    mended = TreeEditor(sound)
    mended.update(9, twin)
    mended.update(7, newcomer(random))
    mended.done()


@pytest.mark.parametrize("seed", range(3))
def test_counts_are_those_of_a_counter_whatever_is_copied_when(seed: int) -> None:
    random = Random(seed)
    pairs: list[tuple[Counts[int], Counter[int]]] = [(Counts(), Counter())]
    for _ in range(600):
        counts, plain = random.choice(pairs[-4:])
        if random.random() < 0.2:
            pairs.append((counts.copy(), Counter(plain)))
            continue
        what = random.randrange(200)
        if plain[what] and random.random() < 0.5:
            counts.drop(what)
            plain[what] -= 1
        else:
            counts.add(what)
            plain[what] += 1
    for counts, plain in pairs:
        assert {what: counts.of(what) for what in range(200)} == {what: plain[what] for what in range(200)}
        assert sorted(counts) == sorted(+plain)
        assert counts.repeated == {what for what, count in plain.items() if count > 1}
