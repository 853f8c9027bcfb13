# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A room of five that a server follows, for the checks that need no secret: and what is valid in it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from privity.mls.messages.commit import ProposalOrRef, ProposalRef
from privity.mls.messages.envelope import PublicMessage
from privity.mls.messages.leaf_node import LeafSource
from privity.mls.messages.proposals import Proposal, Update
from privity.mls.public_group import PublicGroup
from tests.mls.checks.showing import breaks
from tests.mls.public.builders import NOW, Room, TestRules, leaf

T = TypeVar("T")

_FIVE = Room(("ana", "ben", "cyd", "dov", "eva"))


def five() -> Room:
    """Ana (leaf 0), ben, cyd, dov and eva, all of whom have committed once."""
    twin = copy.copy(_FIVE)
    twin.parties = dict(_FIVE.parties)
    twin.rules = TestRules()
    twin.group = PublicGroup.decode(_FIVE.group.encode(), twin.rules)
    return twin


def refuses(room: Room, number: str, make: Callable[[T], PublicMessage], valid: T, broken: T) -> None:
    """The room takes the message that `make` builds of the valid thing, refuses that of the broken one, and stays."""
    before = room.group.encode()
    breaks(number, lambda thing: room.group.process(make(thing), NOW), valid, broken)
    assert room.group.encode() == before


def refuses_list(
    room: Room, number: str, valid: Sequence[ProposalOrRef], broken: Sequence[ProposalOrRef], by: int = 0
) -> None:
    """A commit by leaf `by` of the valid list is taken, one of the broken list is refused."""
    refuses(room, number, lambda proposals: room.commit(by, proposals), valid, broken)


def refuses_proposal(room: Room, number: str, valid: Proposal, broken: Proposal, by: int = 0) -> None:
    """A proposal of leaf `by` is taken, its broken twin is refused: as a message, and in a commit where that can be."""
    refuses(room, number, lambda proposal: room.propose(by, proposal), valid, broken)
    if not isinstance(valid, Update):
        refuses_list(room, number, [valid], [broken], by)


def update(room: Room, index: int, **changes: Any) -> Update:
    """An Update of this leaf; `changes` are fields of its new leaf."""
    return Update(leaf(room.parties[index], LeafSource.UPDATE, **{"leaf_index": index, **changes}))


def queued(room: Room, index: int, proposal: Proposal) -> ProposalRef:
    """A proposal of this leaf that waits in the room."""
    return ProposalRef(room.queue(room.propose(index, proposal)).reference)
