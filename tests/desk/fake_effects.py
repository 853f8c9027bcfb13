# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The part of a stand-in for the hub that does what was decided: each id once, in order for each subject."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Final

from privity.wire.staff import Effect, EffectDone, EffectOutcome, Verb

_ENDS: Final = frozenset({Verb.LIMIT, Verb.CHALLENGE, Verb.SUSPEND})
"""What the hub ends by itself, and takes only with a time; the others it takes only without one."""
_RESTRICTS: Final = _ENDS | {Verb.BAN, Verb.REMOVE_PUBLIC, Verb.CLOSE_ROOM, Verb.REMOVE_LINKS}


@dataclass(slots=True)
class EffectsAtHub:
    """What a hub has done, in memory. It can stop for ever at one request, before the work or after it."""

    done: list[Effect] = field(default_factory=list)
    answers: dict[str, EffectDone] = field(default_factory=dict)
    refuses: dict[Verb, str] = field(default_factory=dict)
    fails: dict[Verb, Exception] = field(default_factory=dict)
    asked: int = 0
    stop_before: int = 0
    """Never answer the request of this number, and do nothing."""
    stop_after: int = 0
    """Never answer it, but do what it asks for."""
    stopped: asyncio.Event = field(default_factory=asyncio.Event)

    async def effect(self, effect: Effect) -> EffectDone:
        """As `HttpHub.effect`, and behind the fake hub's route."""
        self.asked += 1
        number = self.asked
        await asyncio.sleep(0)  # as over a network, others go on meanwhile
        if effect.verb in self.fails:
            raise self.fails[effect.verb]
        if number == self.stop_before:
            await self._stop()
        answer = self._apply(effect)
        if number == self.stop_after:
            await self._stop()
        return answer

    def _apply(self, effect: Effect) -> EffectDone:
        if effect.id in self.answers:
            return EffectDone(effect.id, EffectOutcome.ALREADY)
        newest = max((one.order for one in self.done if one.subject == effect.subject), default=-1)
        if effect.order <= newest:
            return EffectDone(effect.id, EffectOutcome.REFUSED, "it is older than what was done to this subject")
        if effect.verb in _RESTRICTS and (effect.params.until_ms is None) is (effect.verb in _ENDS):
            takes = "a" if effect.verb in _ENDS else "no"
            return EffectDone(effect.id, EffectOutcome.REFUSED, f"{effect.verb.value} takes {takes} time of its end")
        if effect.verb in self.refuses:
            return EffectDone(effect.id, EffectOutcome.REFUSED, self.refuses[effect.verb])
        self.done.append(effect)
        self.answers[effect.id] = EffectDone(effect.id, EffectOutcome.APPLIED)
        return self.answers[effect.id]

    async def _stop(self) -> None:
        self.stopped.set()
        await asyncio.Event().wait()
