# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What changes of the check of a whole tree no other test noticed: trees that grew, each damaged in one place, against
the rules said once more in the plainest way (RFC 9420, sections 7.9.2 and 12.4.3.1)."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from privity.mls.errors import BadUnmergedLeaves, ParentHashMismatch
from privity.mls.messages.leaf_node import LeafNode, LeafSource
from privity.mls.tree import math
from privity.mls.tree.editor import TreeEditor
from privity.mls.tree.hashes import parent_hash
from privity.mls.tree.node import Node, ParentNode
from privity.mls.tree.path import merge_path, path_parents
from privity.mls.tree.ratchet_tree import RatchetTree
from privity.mls.tree.validate import check_tree
from tests.mls.public.builders import SUITE, flip, hpke_key, leaf, party

STEPS, DAMAGES = 40, 12


def newcomer() -> LeafNode:
    return leaf(party("somebody"))


def with_path(tree: RatchetTree, index: int) -> RatchetTree:
    parents, above = path_parents(tree, index, [hpke_key() for _ in tree.copath(index)])
    own = leaf(party("somebody"), LeafSource.COMMIT, parent_hash=above, leaf_index=index)
    return merge_path(tree, index, own, parents)


def step(tree: RatchetTree, random: Random) -> RatchetTree:
    present = [index for index, _ in tree.leaves()]
    editor = TreeEditor(tree)
    match random.randrange(8):
        case 0 | 1 if len(present) < 12:
            editor.add(newcomer())
        case 2 if len(present) > 3:
            editor.remove(random.choice(present))
        case 3:
            editor.update(random.choice(present), newcomer())
        case _:
            return with_path(tree, random.choice(present))
    return editor.done()


# The rules


def below(x: int, top: int) -> bool:
    reach = (1 << math.level(top)) - 1
    return top - reach <= x <= top + reach


def unmerged_are_sound(nodes: list[Node | None], x: int, node: ParentNode) -> bool:
    listed = node.unmerged_leaves
    if list(listed) != sorted(set(listed)):
        return False
    for index in listed:
        at = 2 * index
        if at >= len(nodes) or nodes[at] is None or not below(at, x):
            return False
        for between in range(1, len(nodes), 2):
            inner = nodes[between]
            inside = between != x and below(between, x) and below(at, between)
            if inside and isinstance(inner, ParentNode) and index not in inner.unmerged_leaves:
                return False
    return True


def before_they_came(nodes: list[Node | None], gone: tuple[int, ...]) -> RatchetTree:
    then: list[Node | None] = []
    for x, node in enumerate(nodes):
        if isinstance(node, ParentNode):
            kept = tuple(each for each in node.unmerged_leaves if each not in gone)
            node = ParentNode(node.encryption_key, node.parent_hash, kept)
        then.append(None if not x % 2 and x // 2 in gone else node)
    return RatchetTree(SUITE, then)


def is_tied(nodes: list[Node | None], x: int, node: ParentNode) -> bool:
    then = before_they_came(nodes, node.unmerged_leaves)
    for child, sibling in ((math.left(x), math.right(x)), (math.right(x), math.left(x))):
        resolution = RatchetTree(SUITE, nodes).resolution(child)
        came = {2 * each for each in node.unmerged_leaves if below(2 * each, child)}
        expected = parent_hash(SUITE, node, then.node_hash(sibling))
        for each in resolution:
            carrier = nodes[each]
            assert carrier is not None
            if carrier.parent_hash == expected and set(resolution) - {each} == came and each not in came:
                return True
    return False


def verdict(nodes: list[Node | None]) -> type[Exception] | None:
    parents = [(x, node) for x, node in enumerate(nodes) if isinstance(node, ParentNode)]
    if not all(unmerged_are_sound(nodes, x, node) for x, node in parents):
        return BadUnmergedLeaves
    return None if all(is_tied(nodes, x, node) for x, node in parents) else ParentHashMismatch


# Damage


def other_unmerged(node: ParentNode, random: Random, width: int) -> ParentNode:
    listed = set(node.unmerged_leaves) ^ {random.randrange(width + 1)}
    return replace(node, unmerged_leaves=tuple(sorted(listed)))


def damaged(nodes: list[Node | None], x: int, random: Random) -> list[Node | None]:
    """The same nodes but one, which keeps its kind."""
    out, node = list(nodes), nodes[x]
    match node, random.randrange(4):
        case ParentNode(), 0 | 1:
            out[x] = other_unmerged(node, random, len(nodes) // 2)
        case ParentNode(), 2:
            out[x] = replace(node, parent_hash=flip(node.parent_hash) if node.parent_hash else bytes(32))
        case ParentNode(), 3:
            out[x] = replace(node, encryption_key=hpke_key())
        case LeafNode(), 0 | 1:
            out[x] = newcomer()
        case LeafNode(), _ if node.parent_hash:
            out[x] = replace(node, parent_hash=flip(node.parent_hash))
        case None, _:
            out[x] = ParentNode(hpke_key(), b"") if x % 2 else newcomer()
        case _:
            out[x] = None
    return out


@pytest.mark.parametrize("seed", range(6))
def test_trees_that_grew_and_what_is_left_of_them_with_one_node_another(seed: int) -> None:
    random = Random(seed)
    tree = RatchetTree.of_leaf(SUITE, newcomer())
    seen: list[type[Exception] | None] = []
    for _ in range(STEPS):
        tree = step(tree, random)
        assert verdict(tree.nodes) is None
        check_tree(tree)
        for _ in range(DAMAGES):
            nodes = damaged(tree.nodes, random.randrange(len(tree.nodes)), random)
            expected = verdict(nodes)
            seen.append(expected)
            if expected is None:
                check_tree(RatchetTree(SUITE, nodes))
                continue
            with pytest.raises(expected) as caught:
                check_tree(RatchetTree(SUITE, nodes))
            assert caught.type is expected
    assert min(seen.count(each) for each in (None, BadUnmergedLeaves, ParentHashMismatch)) > 20
