# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whether every leaf of a room is still in its user's device list: nothing is sealed for a tree with one that is not.

Leaves are checked when they come. A list that drops a device later makes the hub propose its Remove; until that is
committed, or if the hub never proposes it, the device's messages wait.
"""

from __future__ import annotations

from privity.client.engine.trust import Pins, UnknownDevice
from privity.mls.tree.ratchet_tree import RatchetTree
from privity.policy.members import member_of


class Listed:
    """Remembers the answer for a tree until a list changes."""

    __slots__ = ("_dropped", "_pins", "_tree", "_version")

    def __init__(self, pins: Pins) -> None:
        self._pins = pins
        self._tree: RatchetTree | None = None
        self._version = -1
        self._dropped: tuple[str, ...] = ()

    def dropped(self, tree: RatchetTree) -> tuple[str, ...]:
        """The devices in this tree that are in no verified list."""
        if tree is not self._tree or self._version != self._pins.version:
            self._dropped = tuple(self._look(tree))
            self._tree, self._version = tree, self._pins.version
        return self._dropped

    def _look(self, tree: RatchetTree) -> list[str]:
        found: list[str] = []
        for _, leaf in tree.leaves():
            member = member_of(leaf)
            try:
                self._pins.check_device(member.user_uri, member.client_uri, leaf.signature_key)
            except UnknownDevice:
                found.append(member.client_uri)
        return found
