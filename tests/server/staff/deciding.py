# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A desk as the hub sees it: signed effects in order, and what the hub answers."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import Any

import msgspec

from privity.wire import staff
from privity.wire.staff import Effect, EffectDone, EffectOutcome, EffectParams, Verb
from privity.wire.standing import OwnStanding, Statement, StatementKind
from tests.server.core.people import NOW_MS
from tests.server.rooms.world import Device, World

DAY_MS = 86_400_000
APPLIED, ALREADY, REFUSED = EffectOutcome.APPLIED, EffectOutcome.ALREADY, EffectOutcome.REFUSED


@dataclass
class Desk:
    """Decides about people of an invented world."""

    world: World
    order: int = 0

    def effect(self, verb: Verb, subject: str, *, order: int | None = None, **params: Any) -> Effect:
        self.order += 1
        number = self.order if order is None else order
        return Effect(secrets.token_hex(16), number, verb, subject, EffectParams(**params))

    async def send(self, effect: Effect) -> EffectDone:
        status, answer = await self.world.staff("POST", "/staff/v1/effects", effect)
        assert status == 200, answer
        done = msgspec.convert(answer, EffectDone)
        assert done.id == effect.id
        return done

    async def do(self, verb: Verb, subject: str, **params: Any) -> EffectDone:
        return await self.send(self.effect(verb, subject, **params))

    async def done(self, verb: Verb, subject: str, **params: Any) -> None:
        done = await self.do(verb, subject, **params)
        assert done.outcome is APPLIED, done

    async def limit(self, subject: str, decision: str = "D-1", days: float = 7) -> None:
        await self.done(Verb.LIMIT, subject, decision=decision, until_ms=self._after(days))

    async def suspend(self, subject: str, decision: str = "D-1", days: float = 7) -> None:
        await self.done(Verb.SUSPEND, subject, decision=decision, until_ms=self._after(days))

    async def ban(self, subject: str, decision: str = "D-1") -> None:
        await self.done(Verb.BAN, subject, decision=decision)

    async def facts(self, user_uri: str) -> staff.AccountFacts:
        status, answer = await self.world.staff("POST", "/staff/v1/account", staff.AskAccount(user_uri))
        assert status == 200, answer
        return msgspec.json.decode(json.dumps(answer), type=staff.AccountFacts)

    def _after(self, days: float) -> int:
        return self.world.clock.now + int(days * DAY_MS)


def statement(reference: str = "D-1", kind: StatementKind = StatementKind.DECIDED, **other: Any) -> Statement:
    words = {"action": "suspended for 7 days", "policy": "spam", "text": "You sent teapots to people who wanted none."}
    return Statement(reference=reference, kind=kind, at_ms=NOW_MS, **(words | other))


async def standing_of(device: Device) -> OwnStanding:
    return await device.call("GET", "/v1/standing", None, OwnStanding)
