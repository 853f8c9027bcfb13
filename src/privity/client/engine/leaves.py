# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The leaves of one room as this device sees them: under which proof each came, who let it in, and who is leaving."""

from __future__ import annotations

from typing import TYPE_CHECKING

from privity.client.engine.listed import Listed
from privity.client.engine.proven import note_leaves
from privity.mls.errors import PolicyRefused
from privity.policy.members import members

if TYPE_CHECKING:
    from privity.client.engine.room import Room
    from privity.mls.group import Group
    from privity.mls.tree.ratchet_tree import RatchetTree


class ResetEntry(PolicyRefused):
    """Devices that follow a reset do not come into a conversation by themselves."""


class Leaves:
    """Of one room. What it finds out is kept in the room's record."""

    __slots__ = ("_listed", "_noted", "_room")

    def __init__(self, room: Room) -> None:
        self._room = room
        self._listed = Listed(room.device.pins)
        group = room.group
        self._noted = None if group is None or room.record.epoch != group.epoch else group.tree

    def note(self) -> None:
        """Keep under which proof each leaf came that is new in this epoch, and which keys of its account let it in."""
        room = self._room
        if room.group is None or room.group.tree is self._noted:
            return
        tree = room.group.tree
        came = note_leaves(room.device.batch, room.device.pins, room.uri, room.group.epoch, self._noted, tree)
        for user_uri in came:
            account = room.device.pins.account(user_uri)
            if account is not None:
                room.record.let_in[user_uri] = account.resets
        self._note_dropped(tree)
        self._noted = tree

    def _note_dropped(self, tree: RatchetTree) -> None:
        """A device that came with a commit of the past and is listed no more: nothing that it says is believed."""
        before = frozenset() if self._noted is None else frozenset(members(self._noted).values())
        came = {member.client_uri for member in members(tree).values() if member not in before}
        dropped = came & set(self._listed.dropped(tree))
        if dropped:
            self._room.record.leaving = tuple(sorted({*self._room.record.leaving, *dropped}))

    def dropped(self, group: Group) -> tuple[str, ...]:
        """The devices in this group that are in no verified list."""
        return self._listed.dropped(group.tree)

    def unasked(self, group: Group) -> tuple[str, ...]:
        """The people in this group whose account was reset, and about whom this device's person was not asked."""
        return self._listed.unasked(group.tree)

    def is_going(self, client_uri: str) -> bool:
        """Whether this device stands in the tree and nowhere else any more: nothing that it says is believed."""
        group = self._room.group
        return client_uri in self._room.record.leaving or (group is not None and client_uri in self.dropped(group))

    def check_reentry(self, user_uri: str) -> None:
        """Raise ResetEntry for a person who enters by themselves with keys that nobody here has let in."""
        room, pins = self._room, self._room.device.pins
        account, pin = pins.account(user_uri), pins.pin(user_uri)
        if account is None or pin is None:
            return
        let_in = room.record.let_in.get(user_uri, pin.accepted_resets)
        if room.record.direct:  # where nobody can be invited, the word of this device's person lets in
            let_in = max(let_in, pin.accepted_resets)
        if account.resets > let_in:
            raise ResetEntry(
                f"the account of {user_uri} was reset since it was let in; a member must confirm and invite it again"
            )

    def check_accepted(self) -> None:
        """Raise AccountKeyChanged while somebody is here whose account was reset, and nobody agreed to that."""
        for user_uri in self.unasked(self._room.require_group()):
            self._room.device.pins.check_accepted(user_uri)
