# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Entering a room from outside while a dropped device's leaf still stands in its tree and its Remove is proposed.

An external commit can neither remove that leaf nor name the proposal (RFC 9420, section 12.2), so an entry is possible
only with it, and for that one moment: the hub's signed Remove of exactly this leaf in exactly this epoch lets it pass.
Nothing is sealed before the leaf is gone (`listed`), and nothing that comes from it is believed (`RoomRecord.leaving`).
"""

from __future__ import annotations

from collections.abc import Sequence

from privity.client.engine.proven_rules import CheckFresh, ProvenRules
from privity.client.engine.trust import UnknownDevice
from privity.mls.errors import PolicyRefused
from privity.mls.messages.envelope import decode_public_message
from privity.mls.messages.framing import SenderType
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.messages.proposals import Remove
from privity.mls.rules import LeafUse
from privity.mls.state import PublicState
from privity.mls.validation.content import verify_content
from privity.policy.members import member_of
from privity.policy.room_rules import CheckDevice, CheckFrankingKey, RoomRules

MAX_PROPOSALS = 1_000
"""Proposals that wait in a room: one for each member of the largest. The hub can sign as many as it likes."""


class EnteringRules(ProvenRules):
    """The rules of rooms for one entry: leaves that are on their way out may still stand in the tree."""

    __slots__ = ("_leaving",)

    def __init__(
        self,
        check_device: CheckDevice,
        check_fresh: CheckFresh,
        check_franking_key: CheckFrankingKey,
        leaving: Sequence[LeafNode],
    ) -> None:
        super().__init__(check_device, check_fresh, check_franking_key)
        self._leaving = tuple(leaving)

    def check_credential(self, leaf: LeafNode, use: LeafUse) -> None:
        try:
            super().check_credential(leaf, use)
        except UnknownDevice:
            if use is not LeafUse.TREE or leaf not in self._leaving:
                raise


class AnyLeaf(RoomRules):
    """The rules of rooms before anybody in one is known: for a look at who is there, never for a group to keep."""

    __slots__ = ()

    def check_credential(self, leaf: LeafNode, use: LeafUse) -> None:
        member_of(leaf)


def leaving(state: PublicState, proposals: Sequence[bytes]) -> list[LeafNode]:
    """The leaves whose Remove the hub has proposed in this epoch, each proposal verified. Raises ProtocolError."""
    if len(proposals) > MAX_PROPOSALS:
        raise PolicyRefused(f"{len(proposals)} proposals wait in the room, at most {MAX_PROPOSALS} are looked at")
    context = state.context.encode()
    leaves: list[LeafNode] = []
    for raw in proposals:
        auth = decode_public_message(raw).authenticated
        verify_content(state, auth, context)
        body = auth.content.body
        if auth.content.sender.type is SenderType.EXTERNAL and isinstance(body, Remove):
            leaves.append(state.tree.leaf(body.removed))
    return leaves
