# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whether every leaf of a room is still in its user's device list: nothing is sealed for a tree with one that is not.

Leaves are checked when they come. A list that drops a device later makes the hub propose its Remove; until that is
committed, or if the hub never proposes it, the device's messages wait. They wait too for a person's word about keys
that came with a reset, whoever let them into the room.
"""

from __future__ import annotations

from privity.client.engine.trust import Pins, UnknownDevice
from privity.client.errors import AccountKeyChanged
from privity.mls.tree.ratchet_tree import RatchetTree
from privity.policy.members import member_of


class Listed:
    """Remembers the answers for a tree until a list changes."""

    __slots__ = ("_dropped", "_pins", "_tree", "_unasked", "_version")

    def __init__(self, pins: Pins) -> None:
        self._pins = pins
        self._tree: RatchetTree | None = None
        self._version = -1
        self._dropped: tuple[str, ...] = ()
        self._unasked: tuple[str, ...] = ()

    def dropped(self, tree: RatchetTree) -> tuple[str, ...]:
        """The devices in this tree that are in no verified list."""
        self._look_once(tree)
        return self._dropped

    def unasked(self, tree: RatchetTree) -> tuple[str, ...]:
        """The people in this tree whose account was reset, and about whom this device's person was not asked."""
        self._look_once(tree)
        return self._unasked

    def _look_once(self, tree: RatchetTree) -> None:
        if tree is not self._tree or self._version != self._pins.version:
            self._look(tree)
            self._tree, self._version = tree, self._pins.version

    def _look(self, tree: RatchetTree) -> None:
        dropped: list[str] = []
        unasked: set[str] = set()
        for _, leaf in tree.leaves():
            member = member_of(leaf)
            try:
                self._pins.check_device(member.user_uri, member.client_uri, leaf.signature_key)
                self._pins.check_accepted(member.user_uri)
            except UnknownDevice:
                dropped.append(member.client_uri)
            except AccountKeyChanged:
                unasked.add(member.user_uri)
        self._dropped, self._unasked = tuple(dropped), tuple(sorted(unasked))
