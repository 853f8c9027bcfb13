# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Which franks the hub attests to: those it would verify for its desk, of times at which the asker was there.

It reads, and keeps nothing of what was asked: whoever hands messages over is nobody's business.
"""

from __future__ import annotations

from collections.abc import Sequence

from privity.message.franking import Frank
from privity.message.franking import attest as sign_attestation
from privity.message.safe_aad import TAG_BYTES
from privity.server.context import HubContext
from privity.server.db.database import Query
from privity.server.franking import service as franking
from privity.server.franking.model import Franker
from privity.server.rooms import service as rooms
from privity.server.rooms.model import Room
from privity.wire import staff
from privity.wire.attest import Attest, Attested, AttestOutcome, FranksAttested, FrankToAttest
from privity.wire.staff import FrankOutcome


async def attest(context: HubContext, franker: Franker, user_uri: str, asked: Attest) -> FranksAttested:
    """The answers, in order. A room that is not known here answers like one that the asker was never in."""
    context.limits.take("frank.attest", user_uri)
    at_ms = context.now_ms()

    def read(query: Query) -> list[Attested]:
        agents, room = rooms.agents(query), rooms.find(query, asked.room_uri)
        return [_one(query, franker, user_uri, room, one, at_ms, agents) for one in asked.franks]

    return FranksAttested(at_ms, await context.db.read(read))


def _one(
    query: Query,
    franker: Franker,
    user_uri: str,
    room: Room | None,
    asked: FrankToAttest,
    at_ms: int,
    agents: Sequence[bytes],
) -> Attested:
    if room is None or not rooms.participated(query, room.id, user_uri, asked.ts_ms):
        return Attested(AttestOutcome.NOT_THERE)
    if len(asked.tag) != TAG_BYTES:
        return Attested(AttestOutcome.MISMATCH)
    sender, room_uri = asked.sender_uri, room.room_uri
    question = staff.FrankQuestion(asked.tag, asked.ts_ms, asked.server_frank, asked.ciphersuite, asked.signature)
    outcome = franking.verify(franker, sender, room_uri, question, at_ms, agents)
    if outcome is not FrankOutcome.VERIFIED:
        return Attested(AttestOutcome(outcome.value))
    frank = Frank(asked.server_frank, asked.ciphersuite, asked.signature)
    signature = sign_attestation(frank, franker.signing, asked.tag, sender, room_uri, asked.ts_ms, at_ms)
    return Attested(AttestOutcome.VERIFIED, signature)
