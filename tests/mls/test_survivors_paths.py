# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What changes of the secret side of paths no other test noticed: secrets for nodes that are not ours, or not there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from privity.mls.errors import DecryptionFailed
from privity.mls.messages.commit import UpdatePath
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.schedule.errors import MissingPathSecret, PathSecretMismatch
from privity.mls.schedule.path_secrets import (
    check_held,
    derive_path,
    new_path,
    open_path,
    path_from_welcome,
    seal_path,
)
from privity.mls.tree.node import Node, ParentNode
from privity.mls.tree.path import path_receivers
from privity.mls.tree.ratchet_tree import RatchetTree
from tests.mls.group.builders import Member, randomness
from tests.mls.public.builders import SUITE

SECRET = bytes(range(32))
RANDOM = randomness("paths")
MEMBERS = {index: Member(f"{index} of a tree by hand") for index in (0, 1, 2, 3)}


def leaf(index: int) -> LeafNode:
    return MEMBERS[index].bundle.key_package.leaf_node


def keys(index: int) -> dict[int, bytes]:
    return {2 * index: MEMBERS[index].bundle.leaf_private}


def tree(*nodes: Node | None) -> RatchetTree:
    return RatchetTree(SUITE, list(nodes))


def parents(*places: int) -> dict[int, ParentNode]:
    """Filled nodes whose keys follow from SECRET."""
    known = derive_path(SUITE, places, SECRET)
    return {place: ParentNode(key, b"") for place, key in zip(places, known.public_keys, strict=True)}


# A Welcome's path secret, from leaf 0 to a newcomer


def test_a_newcomer_learns_all_from_the_common_ancestor_up() -> None:
    known = parents(1, 3)
    full = tree(leaf(0), known[1], leaf(1), known[3], leaf(2), None, leaf(3))
    learnt = path_from_welcome(full, 0, 1, SECRET)
    assert learnt.places == (1, 3)
    assert learnt.public_keys == (known[1].encryption_key, known[3].encryption_key)
    upper = parents(3)
    full = tree(leaf(0), known[1], leaf(1), upper[3], leaf(2), None, leaf(3))
    assert path_from_welcome(full, 0, 3, SECRET).places == (3,)
    right = parents(5, 3)
    full = tree(leaf(0), None, leaf(1), right[3], leaf(2), right[5], leaf(3))
    assert path_from_welcome(full, 2, 3, SECRET).places == (5, 3)


def test_a_newcomer_holds_the_key_of_each_node_above_it_at_which_it_is_not_unmerged() -> None:
    known = parents(1, 5, 3)
    unmerged = replace(known[5], unmerged_leaves=(3,))
    full = tree(leaf(0), known[1], leaf(1), known[3], leaf(2), unmerged, leaf(3))
    check_held(full, 3, {6, 3})
    check_held(full, 2, {4, 5, 3})
    for own, held, missing in ((3, {6, 5}, 3), (2, {4, 3}, 5), (2, {4, 5}, 3)):
        with pytest.raises(MissingPathSecret, match=f"the key of node {missing}"):
            check_held(full, own, held)


def test_a_secret_is_sealed_to_all_below_but_the_newcomers() -> None:
    blank = tree(leaf(0), None, leaf(1), None, leaf(2), None, leaf(3))
    assert path_receivers(blank, 0, ()) == [(1, [2]), (3, [4, 6])]
    assert path_receivers(blank, 0, (3,)) == [(1, [2]), (3, [4])]
    assert path_receivers(blank, 0, (1, 2)) == [(1, []), (3, [6])]


def test_a_secret_for_a_node_below_which_nobody_is() -> None:
    """The newcomer's place is blank, so the signer's path leaves the common ancestor out; another node is on it."""
    upper = parents(3)
    with pytest.raises(PathSecretMismatch):
        path_from_welcome(tree(leaf(0), None, None, upper[3], leaf(2), None, None), 0, 1, SECRET)


def test_a_secret_where_the_signer_has_no_path() -> None:
    with pytest.raises(PathSecretMismatch):
        path_from_welcome(tree(leaf(0), None, None), 0, 1, SECRET)


def test_a_secret_for_a_blank_node() -> None:
    with pytest.raises(PathSecretMismatch):
        path_from_welcome(tree(leaf(0), None, leaf(1)), 0, 1, SECRET)


def test_a_secret_that_leads_to_another_key() -> None:
    known = parents(1)
    path_from_welcome(tree(leaf(0), known[1], leaf(1)), 0, 1, SECRET)
    with pytest.raises(PathSecretMismatch):
        path_from_welcome(tree(leaf(0), known[1], leaf(1)), 0, 1, bytes(32))


# A path that was received


def sealed(full: RatchetTree) -> UpdatePath:
    secrets = new_path(full, 0, RANDOM)
    return UpdatePath(leaf(0), seal_path(full, 0, secrets, (), b"context", RANDOM))


def test_only_a_key_of_ours_opens_it() -> None:
    full = tree(leaf(0), None, leaf(1), None, leaf(2), None, leaf(3))
    path = sealed(full)
    assert open_path(full, 0, 1, path, (), keys(1), b"context").places == (1, 3)
    assert open_path(full, 0, 3, path, (), keys(3), b"context").places == (3,)
    with pytest.raises(DecryptionFailed):
        open_path(full, 0, 1, path, (), {}, b"context")
    with pytest.raises(DecryptionFailed):  # the key of another, who learns a higher node
        open_path(full, 0, 1, path, (), keys(3), b"context")
    with pytest.raises(DecryptionFailed):
        open_path(full, 0, 1, path, (), keys(1), b"another context")


def test_each_node_must_show_the_key_that_its_secret_gives() -> None:
    full = tree(leaf(0), None, leaf(1), None, leaf(2), None, leaf(3))
    first, second = sealed(full), sealed(full)
    mixed = UpdatePath(first.leaf_node, (first.nodes[0], second.nodes[1]))
    assert open_path(full, 0, 3, mixed, (), keys(3), b"context").places == (3,)
    with pytest.raises(PathSecretMismatch):
        open_path(full, 0, 1, mixed, (), keys(1), b"context")
