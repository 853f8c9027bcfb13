# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Trees of RFC 6962: the known roots, every small proof against the formulas, and no proof of anything else."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privity.tlog.errors import BadConsistency, BadFrontier, BadInclusion, UsageError
from privity.tlog.tree import (
    EMPTY_ROOT,
    MAX_SIZE,
    Frontier,
    NodeAt,
    completed_by,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_at,
    verify_consistency,
    verify_inclusion,
)
from tests.tlog import naive

SIZE = 40
ENTRIES = naive.entries(SIZE)
LEAVES = [leaf_hash(entry) for entry in ENTRIES]
ROOTS = [naive.root(ENTRIES[:size]) for size in range(SIZE + 1)]
NODE_AT: NodeAt = cache(naive.node_at(ENTRIES))


def test_the_eight_known_roots() -> None:
    frontier = Frontier(0, ())
    assert frontier.root() == EMPTY_ROOT == naive.root([])
    for count, (entry, root) in enumerate(zip(naive.KNOWN_ENTRIES, naive.KNOWN_ROOTS, strict=True), 1):
        frontier = frontier.append(leaf_hash(entry))
        assert frontier.root() == root == root_at(naive.node_at(naive.KNOWN_ENTRIES), count)


def test_every_inclusion_up_to_forty_is_that_of_the_formula_and_verifies() -> None:
    for size in range(1, SIZE + 1):
        for index in range(size):
            proof = inclusion_proof(NODE_AT, index, size)
            assert proof == naive.path(index, ENTRIES[:size])
            verify_inclusion(LEAVES[index], index, size, proof, ROOTS[size])


def test_every_consistency_up_to_forty_is_that_of_the_formula_and_verifies() -> None:
    for size in range(SIZE + 1):
        for old in range(size + 1):
            proof = consistency_proof(NODE_AT, old, size)
            assert proof == (naive.proof(old, ENTRIES[:size]) if old else [])
            verify_consistency(old, ROOTS[old], size, ROOTS[size], proof)


def test_no_leaf_is_included_at_another_place_or_in_another_tree() -> None:
    for size in range(1, 12):
        for index in range(size):
            proof = inclusion_proof(NODE_AT, index, size)
            for other_size in range(1, 13):
                for other in range(other_size):
                    if (other, other_size) != (index, size):
                        with pytest.raises(BadInclusion):
                            verify_inclusion(LEAVES[index], other, other_size, proof, ROOTS[other_size])


def test_no_proof_shows_the_consistency_of_other_sizes() -> None:
    for size in range(1, 12):
        for old in range(1, size):
            proof = consistency_proof(NODE_AT, old, size)
            for other in range(1, 13):
                for other_old in range(1, other + 1):
                    if (other_old, other) != (old, size):
                        with pytest.raises(BadConsistency):
                            verify_consistency(other_old, ROOTS[other_old], other, ROOTS[other], proof)


def test_a_proof_with_a_hash_too_many_or_too_few_is_refused() -> None:
    for size in range(1, SIZE + 1):
        for index in range(size):
            included = inclusion_proof(NODE_AT, index, size)
            for wrong in filter(lambda p: p != included, ([*included, EMPTY_ROOT], included[:-1], included[1:])):
                with pytest.raises(BadInclusion):
                    verify_inclusion(LEAVES[index], index, size, wrong, ROOTS[size])
        for old in range(size + 1):
            continued = consistency_proof(NODE_AT, old, size)
            for wrong in filter(lambda p: p != continued, ([*continued, EMPTY_ROOT], continued[:-1], continued[1:])):
                with pytest.raises(BadConsistency):
                    verify_consistency(old, ROOTS[old], size, ROOTS[size], wrong)


def test_a_proof_of_a_taller_tree_is_not_one_of_this_size() -> None:
    """Whoever makes the roots can make a longer proof fit them; the size says how long it has to be."""
    more = b"\x07" * 32
    for size in range(2, SIZE + 1):
        taller = node_hash(more, ROOTS[size])
        with pytest.raises(BadInclusion, match="more than"):
            verify_inclusion(LEAVES[0], 0, size, [*inclusion_proof(NODE_AT, 0, size), more], taller)
        for old in range(1, size):
            proof = [*consistency_proof(NODE_AT, old, size), more]
            if old & (old - 1):  # otherwise the older root is where the proof begins
                with pytest.raises(BadConsistency, match="more than"):
                    verify_consistency(old, node_hash(more, ROOTS[old]), size, taller, proof)


@given(st.data())
def test_any_changed_byte_of_an_inclusion_is_refused(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, SIZE))
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(NODE_AT, index, size)
    parts = changed(data, [LEAVES[index], ROOTS[size], *proof])
    with pytest.raises(BadInclusion):
        verify_inclusion(parts[0], index, size, parts[2:], parts[1])


@given(st.data())
def test_any_changed_byte_of_a_consistency_is_refused(data: st.DataObject) -> None:
    size = data.draw(st.integers(0, SIZE))
    old = data.draw(st.integers(0, size))
    parts = changed(data, [ROOTS[old], ROOTS[size], *consistency_proof(NODE_AT, old, size)])
    if old == 0 and size and parts[1] != ROOTS[size]:
        verify_consistency(old, parts[0], size, parts[1], parts[2:])  # any tree continues the empty one
        return
    with pytest.raises(BadConsistency):
        verify_consistency(old, parts[0], size, parts[1], parts[2:])


@given(st.data())
def test_another_history_is_never_consistent(data: st.DataObject) -> None:
    """The older tree had another leaf somewhere: no proof that could be made of either history is accepted."""
    size = data.draw(st.integers(1, SIZE))
    old = data.draw(st.integers(1, size))
    changed_leaf = data.draw(st.integers(0, old - 1))
    other = [*ENTRIES[:changed_leaf], b"rewritten", *ENTRIES[changed_leaf + 1 :]]
    for node_at in (NODE_AT, naive.node_at(other)):
        with pytest.raises(BadConsistency):
            verify_consistency(old, naive.root(other[:old]), size, ROOTS[size], consistency_proof(node_at, old, size))


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_hash_of_another_length_is_refused(length: int) -> None:
    odd = bytes(length)
    with pytest.raises(BadInclusion, match="32 bytes"):
        verify_inclusion(LEAVES[0], 0, 2, [odd], ROOTS[2])
    with pytest.raises(BadInclusion, match="32 bytes"):
        verify_inclusion(odd, 0, 1, [], odd)
    with pytest.raises(BadConsistency, match="32 bytes"):
        verify_consistency(1, ROOTS[1], 2, ROOTS[2], [odd])
    with pytest.raises(BadFrontier, match="32 bytes"):
        Frontier(1, (odd,))


@pytest.mark.parametrize(("old", "size"), [(2, 1), (-1, 1), (1, MAX_SIZE + 1)])
def test_impossible_sizes_are_refused(old: int, size: int) -> None:
    with pytest.raises(BadConsistency):
        verify_consistency(old, ROOTS[1], size, ROOTS[1], [])
    with pytest.raises(BadInclusion):
        verify_inclusion(LEAVES[0], old, size, [], ROOTS[1])


def test_two_roots_of_one_size_are_inconsistent() -> None:
    with pytest.raises(BadConsistency, match="two roots for one size, 3"):
        verify_consistency(3, ROOTS[3], 3, ROOTS[4], [])


def test_an_empty_tree_has_one_root() -> None:
    verify_consistency(0, EMPTY_ROOT, 0, EMPTY_ROOT, [])
    verify_consistency(0, EMPTY_ROOT, 5, ROOTS[5], [])
    for old, new in ((ROOTS[1], EMPTY_ROOT), (EMPTY_ROOT, ROOTS[1]), (ROOTS[1], ROOTS[1])):
        with pytest.raises(BadConsistency, match="empty tree"):
            verify_consistency(0, old, 0, new, [])


def test_makers_of_impossible_proofs_are_told() -> None:
    for ask in (
        lambda: inclusion_proof(NODE_AT, 3, 3),
        lambda: consistency_proof(NODE_AT, 4, 3),
        lambda: root_at(NODE_AT, -1),
        lambda: completed_by(NODE_AT, MAX_SIZE, EMPTY_ROOT),
    ):
        with pytest.raises(UsageError):
            ask()


def test_appending_completes_exactly_the_nodes_that_proofs_ask_for() -> None:
    """Whoever stores what `completed_by` names holds a tree from which every proof can be made."""
    nodes: dict[tuple[int, int], bytes] = {}

    def stored(level: int, index: int) -> bytes:
        return nodes[level, index]

    for size, leaf in enumerate(LEAVES):
        new = completed_by(stored, size, leaf)
        assert nodes.keys().isdisjoint((level, index) for level, index, _ in new)
        nodes.update({(level, index): found for level, index, found in new})
    assert len(nodes) == sum(SIZE >> level for level in range(SIZE.bit_length()))
    assert all(found == NODE_AT(level, index) for (level, index), found in nodes.items())
    for size in range(SIZE + 1):
        assert root_at(stored, size) == ROOTS[size]


def test_a_frontier_is_the_tree_without_its_leaves() -> None:
    frontiers = [Frontier(0, ())]
    for leaf in LEAVES:
        frontiers.append(frontiers[-1].append(leaf))
    assert [frontier.root() for frontier in frontiers] == ROOTS
    assert all(Frontier.decode(frontier.encode()) == frontier for frontier in frontiers)
    assert all(newer.size == older.size + 1 for older, newer in pairwise(frontiers))


@pytest.mark.parametrize(("size", "count"), [(0, 1), (1, 0), (3, 1), (4, 2), (-1, 0), (MAX_SIZE + 1, 1)])
def test_a_frontier_with_another_number_of_subtrees_is_refused(size: int, count: int) -> None:
    with pytest.raises(BadFrontier, match="cannot make up a tree"):
        Frontier(size, tuple(LEAVES[:count]))


@given(st.binary(max_size=120))
def test_frontiers_decode_totally_and_canonically(data: bytes) -> None:
    try:
        frontier = Frontier.decode(data)
    except BadFrontier:
        return
    assert frontier.encode() == data


def test_cut_or_lengthened_frontiers_are_refused() -> None:
    whole = Frontier(3, (node_hash(LEAVES[0], LEAVES[1]), LEAVES[2])).encode()
    for wrong in (whole[:-1], whole + b"\x00", b""):
        with pytest.raises(BadFrontier):
            Frontier.decode(wrong)


def changed(data: st.DataObject, parts: list[bytes]) -> list[bytes]:
    """The same parts with one byte of one of them changed."""
    which = data.draw(st.integers(0, len(parts) - 1))
    at = data.draw(st.integers(0, len(parts[which]) - 1))
    flip = data.draw(st.integers(1, 255))
    part = bytearray(parts[which])
    part[at] ^= flip
    return [*parts[:which], bytes(part), *parts[which + 1 :]]
