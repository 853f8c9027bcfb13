# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Declaring who keeps a copy of a group, withdrawing it, and agreeing to what others declared.

An archive comes with all its devices in the commit that declares it, and goes in the one that withdraws it; what was
said before it came it cannot read.
"""

from __future__ import annotations

import hmac

from privity.client.engine import consent
from privity.client.engine.commits import Job, Plan
from privity.client.engine.effects import Finished
from privity.client.engine.flow import Flow
from privity.client.engine.inputs import AcceptPolicy, DeclareArchive
from privity.client.engine.inviting import claim, nobody_to_add
from privity.client.engine.room import Room
from privity.client.errors import CommandRefused
from privity.mls.messages.key_package import KeyPackage
from privity.policy.members import member_of
from privity.policy.roles import Role


def declare_archive(room: Room, command: DeclareArchive) -> None:
    """One commit: the declaration, the archive, and all its devices."""
    room.require_group()
    user_uri = command.user_uri
    if room.state.direct:
        raise CommandRefused("a conversation of two has no archive; an organisation that keeps a copy uses a group")
    claimed: list[KeyPackage] = []

    def plan() -> Flow[Plan | None]:
        if not claimed:
            claimed.extend((yield from claim(room.device, user_uri, room.require_group().suite, room.uri)))
        state = room.state
        if user_uri in state.logging.archives:
            raise CommandRefused(f"{user_uri} is declared here already; withdraw it first")
        if state.participants.role(user_uri) != Role.NONE:
            raise CommandRefused(f"{user_uri} takes part here; an archive is an account that does nothing else")
        if not claimed:
            raise nobody_to_add(user_uri, room.require_group().suite)
        policy = state.logging.declaring(user_uri, command.policy)
        return Plan(adds=tuple(claimed), roles=((user_uri, int(Role.ARCHIVE)),), logging=policy)

    room.add_job(Job(plan, command.command))


def withdraw_archive(room: Room, command: int, user_uri: str) -> None:
    """One commit: the withdrawal, the archive, and all its devices."""
    room.require_group()

    def plan() -> Flow[Plan | None]:
        yield from ()
        state = room.state
        if user_uri not in state.logging.archives:
            raise CommandRefused(f"{user_uri} is no archive here")
        leaves = tuple(index for index, leaf in room.require_group().members() if member_of(leaf).user_uri == user_uri)
        present = state.participants.role(user_uri) == Role.ARCHIVE
        roles = ((user_uri, int(Role.NONE)),) if present else ()
        return Plan(removes=leaves, roles=roles, logging=state.logging.without(user_uri))

    room.add_job(Job(plan, command))


def accept_policy(room: Room, command: AcceptPolicy) -> None:
    """The person agrees to exactly the policy that they were shown. What waited is sent."""
    context = room.require_group().context
    if not hmac.compare_digest(consent.policy_hash(context), command.policy_hash):
        raise CommandRefused("the policy changed again meanwhile; look at it, and accept that")
    consent.agree(room.record, context)
    room.device.effects.append(Finished(command.command))
    room.advance()
