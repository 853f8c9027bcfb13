# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Arithmetic on the array form of a full binary tree (RFC 9420, appendix C): leaves at even places, parents at odd."""

from __future__ import annotations

from privity.mls.errors import UsageError


def node_width(leaves: int) -> int:
    """Nodes of a full tree with this many leaves."""
    return 2 * leaves - 1 if leaves else 0


def level(x: int) -> int:
    """Height above the leaves: the number of trailing one bits."""
    return (x ^ (x + 1)).bit_length() - 1


def root(leaves: int) -> int:
    """The root of a full tree; `leaves` is a power of two."""
    return leaves - 1


def left(x: int) -> int:
    if not x & 1:
        raise UsageError(f"node {x} is a leaf and has no children")
    return x ^ (1 << (level(x) - 1))


def right(x: int) -> int:
    if not x & 1:
        raise UsageError(f"node {x} is a leaf and has no children")
    return x ^ (3 << (level(x) - 1))


def parent(x: int) -> int:
    """The parent in an endless tree: callers know where the root is."""
    k = level(x)
    return (x | (1 << k)) & ~(1 << (k + 1))


def direct_path(x: int, leaves: int) -> list[int]:
    """The ancestors of `x`, from its parent to the root."""
    path: list[int] = []
    top = root(leaves)
    while x != top:
        x = parent(x)
        path.append(x)
    return path


def in_subtree(x: int, ancestor: int) -> bool:
    """Whether `x` is `ancestor` or below it."""
    reach = (1 << level(ancestor)) - 1
    return ancestor - reach <= x <= ancestor + reach


def common_ancestor(x: int, y: int) -> int:
    """The lowest node that has both below it."""
    while not in_subtree(y, x):
        x = parent(x)
    return x
