# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Sending to the hub what was decided: each effect until it is answered, in order for each subject, done once.

An effect has an id, and the hub does each id once. So whatever is lost between the two - a request, an answer, either
process - the same request again is right. What the hub refuses for good comes back to a person, in the case.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from privity.desk.audit import log as audit
from privity.desk.audit.acts import Act
from privity.desk.cases import service as cases
from privity.desk.db.transaction import Db, transaction
from privity.desk.decisions import outbox
from privity.desk.decisions.outbox import EffectState, Ordered
from privity.desk.errors import AnswerTooLarge, HubMisbehaved, HubUnreachable
from privity.desk.intake.loop import backoff_s
from privity.desk.limits import MAX_DETAIL_CHARS
from privity.wire.errors import Code, Refusal
from privity.wire.staff import Effect, EffectDone, EffectOutcome, Verb

PAGE: Final = 100
"""Effects in one step: between two steps the process may end."""

AT_ONCE: Final = 16
"""Requests at the same time, and answers written down together: enough that neither disk waits for the other's."""

DESK: Final = "desk"

ABOUT_THE_HUB: Final = frozenset({Code.UNAVAILABLE, Code.TOO_MANY, Code.UNAUTHENTICATED, Code.REPLAYED})
"""Refusals that say how the hub is right now, whatever it is asked: everything waits."""

ABOUT_THE_EFFECT: Final = frozenset({Code.MALFORMED, Code.NOT_FOUND, Code.TOO_LARGE, Code.ACCOUNT_CLOSED})
"""Refusals that asking again would not change. With any other this one effect waits, and others go on."""

log: Final = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class PutOff:
    """This effect is tried later, and others go on."""

    why: str


class EffectHub(Protocol):
    """What this needs of a hub. Raises HubError or Refusal."""

    async def effect(self, effect: Effect) -> EffectDone: ...


async def ask(hub: EffectHub, effect: Effect) -> EffectDone | PutOff | HubUnreachable | Refusal:
    """The hub's answer; why this effect waits; or what says that everything does."""
    try:
        done = await hub.effect(effect)
    except Refusal as err:
        if err.code in ABOUT_THE_EFFECT:
            return EffectDone(effect.id, EffectOutcome.REFUSED, f"{err.code.value}: {err}")
        return err if err.code in ABOUT_THE_HUB else PutOff(err.code.value)
    except HubUnreachable as err:
        return err
    except (HubMisbehaved, AnswerTooLarge) as err:
        return PutOff(type(err).__name__)
    return done if done.id == effect.id else PutOff("the hub answers another effect")


class Effects:
    """The outbox at work. Two of them on one database do no harm: the hub does each id once."""

    def __init__(self, db: Db, hub: EffectHub, now_ms: Callable[[], int]) -> None:
        self._db = db
        self._hub = hub
        self._now_ms = now_ms

    async def step(self) -> int:
        """Send what is due, at most one page; returns how many the hub has answered for good.

        What is due at the same time is about different subjects, so it may go side by side. Raises HubUnreachable, or
        the Refusal of a hub that can do nothing now; then what it has not answered waits.
        """
        settled = 0
        due = outbox.due(self._db, self._now_ms(), PAGE)
        for start in range(0, len(due), AT_ONCE):
            some = due[start : start + AT_ONCE]
            answers = await asyncio.gather(*(ask(self._hub, ordered.effect) for ordered in some))
            settled += self._write(zip(some, answers, strict=True))
            for answer in answers:
                if isinstance(answer, HubUnreachable | Refusal):
                    raise answer
        return settled

    def _write(self, answered: Iterable[tuple[Ordered, EffectDone | PutOff | HubUnreachable | Refusal]]) -> int:
        settled = 0
        with transaction(self._db):
            for ordered, answer in answered:
                if isinstance(answer, EffectDone):
                    self._settle(ordered, answer)
                    settled += 1
                elif isinstance(answer, PutOff):
                    self._put_off(ordered, answer.why)
        return settled

    def _put_off(self, ordered: Ordered, why: str) -> None:
        pause = backoff_s(ordered.tries)
        outbox.put_off(self._db, ordered.number, self._now_ms() + int(pause * 1000))
        log.warning("desk.effect_put_off", effect=ordered.number, reason=why, retry_in_s=round(pause, 1))

    def _settle(self, ordered: Ordered, done: EffectDone) -> None:
        """Lines to those who reported are as many as reports, and need nobody: the outbox alone says what became of
        them."""
        now_ms = self._now_ms()
        refused = done.outcome is EffectOutcome.REFUSED
        state = EffectState.REFUSED if refused else EffectState.APPLIED
        answer = done.reason[:MAX_DETAIL_CHARS] if refused else done.outcome.value
        if not outbox.settle(self._db, ordered.number, state, answer, now_ms) or ordered.effect.verb is Verb.TELL:
            return
        audit.add(
            self._db,
            at_ms=now_ms,
            who=DESK,
            act=Act.EFFECT_REFUSED if refused else Act.EFFECT_APPLIED,
            about=f"effect:{ordered.number}",
            case=ordered.case,
            decision=ordered.decision,
            verb=ordered.effect.verb.value,
        )
        if refused and ordered.case is not None:
            words = f"The hub refused effect {ordered.number} ({ordered.effect.verb.value}): {answer}"
            cases.event(self._db, ordered.case, at_ms=now_ms, who=DESK, kind=Act.EFFECT_REFUSED.value, words=words)
        log.info("desk.effect_settled", effect=ordered.number, verb=ordered.effect.verb.value, state=state.value)
