# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The rules of rooms on a device: a leaf that is new to it counts only under a fresh checkpoint of the key log.

Who is in a room already stays when the log falls silent; nobody can come (key transparency note, section 7).
A device that was away meets commits of the past by devices that were dropped since. It follows them, so that what
others said then is not lost; it believes nothing that such a device says (`RoomRecord.leaving`), and seals nothing
while its leaf stands (`listed`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from privity.client.engine.trust import UnknownDevice
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.rules import LeafUse
from privity.policy.members import member_of
from privity.policy.room_rules import CheckDevice, CheckFrankingKey, RoomRules

CheckFresh = Callable[[str, str], None]
"""(user URI, client URI): raises StaleList unless the user's list was proven lately."""

NEW_HERE: Final = (LeafUse.ADD, LeafUse.EXTERNAL_JOIN, LeafUse.TREE)
"""Uses in which a leaf comes that this device has not accepted before."""


WasListed = Callable[[str, str, bytes], bool]
"""(user URI, client URI, signature key): whether a list in force named this device once."""


def never_listed(user_uri: str, client_uri: str, signature_key: bytes) -> bool:
    """For an entry, which is about today."""
    return False


class ProvenRules(RoomRules):
    """`RoomRules` that ask for a fresh proof where a leaf is new."""

    __slots__ = ("_check_fresh", "_was_listed")

    def __init__(
        self,
        check_device: CheckDevice,
        check_fresh: CheckFresh,
        check_franking_key: CheckFrankingKey,
        was_listed: WasListed = never_listed,
    ) -> None:
        super().__init__(check_device, check_franking_key)
        self._check_fresh = check_fresh
        self._was_listed = was_listed

    def check_credential(self, leaf: LeafNode, use: LeafUse) -> None:
        try:
            super().check_credential(leaf, use)
        except UnknownDevice:
            member = member_of(leaf)
            if use is LeafUse.TREE or not self._was_listed(member.user_uri, member.client_uri, leaf.signature_key):
                raise
        if use in NEW_HERE:
            member = member_of(leaf)
            self._check_fresh(member.user_uri, member.client_uri)
