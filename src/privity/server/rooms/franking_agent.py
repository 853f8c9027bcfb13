# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A room names the hub's key for franks in its context; when the hub signs with another one, it proposes that.

Members cover the proposal with their next commit, as they cover a removal. Until then no message is taken in the room:
its devices would hide what the new key signs. What the earlier key signed stays verifiable (`store.agents`).
"""

from __future__ import annotations

from typing import Final

from privity.mls.messages.app_data import AppDataDictionary
from privity.mls.messages.proposals import AppDataUpdate, Proposal
from privity.mls.public_group import PublicGroup
from privity.policy.room_components import FRANKING_AGENT, FrankingAgent
from privity.server.context import HubContext
from privity.server.db.database import Tx
from privity.server.delivery import log
from privity.server.delivery.model import Effect
from privity.server.rooms import groups, store
from privity.server.rooms.departures import Proposer, append_proposals
from privity.server.rooms.model import Room

AT_ONCE: Final = 50
"""Rooms of one transaction of the pass over all rooms: others that write wait for it."""


def owed(proposer: Proposer, group: PublicGroup) -> list[Proposal]:
    """The update of a room's agent that the hub owes it: none where it names the key of now, or that is proposed."""
    data = AppDataDictionary.of(group.context.extensions).get(FRANKING_AGENT)
    if data is None:
        raise LookupError("the group names no franking agent")
    agent = FrankingAgent.decode(data)
    if agent.signature_key == proposer.franking_key:
        return []
    update = AppDataUpdate(FRANKING_AGENT, FrankingAgent(proposer.franking_key, agent.credential).encode())
    return [] if any(queued.sent.proposal == update for queued in group.proposals.values()) else [update]


def propose_franking_key(tx: Tx, proposer: Proposer, room: Room) -> None:
    """Propose the key of now to a room that names another one. Again is harmless."""
    stored, group = groups.load(proposer.cache, tx, room)
    proposals = owed(proposer, group)
    if not proposals:
        return
    effects: list[Effect] = []
    append_proposals(tx, room.head, proposer.key, group, proposals, proposer.now_ms(), effects)
    groups.save(proposer.cache, tx, room, stored.version + 1, group, stored.group_info)
    log.after_commit(tx, proposer.fanout, effects)


def propose_in(tx: Tx, room_uri: str, proposer: Proposer) -> None:
    """The same for a room by its URI, when somebody sends in it."""
    room = store.find(tx, room_uri)
    if room is not None:
        propose_franking_key(tx, proposer, room)


async def propose_everywhere(context: HubContext, proposer: Proposer) -> None:
    """One pass over all rooms that name another key, a few in each transaction."""
    after = 0

    def some(tx: Tx) -> int:
        rooms = store.with_other_agent(tx, proposer.franking_key, after, AT_ONCE)
        for room in rooms:
            propose_franking_key(tx, proposer, room)
        return rooms[-1].id if len(rooms) == AT_ONCE else 0

    while after := await context.db.write(some):
        pass
