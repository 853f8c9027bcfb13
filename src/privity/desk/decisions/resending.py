# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Sending again what the hub had done, after its database was put back from a copy that is older than that.

Each effect goes out under the id and in the place that it had, so that a hub which remembers it does nothing. What a
decision had done goes out only while it is in force, and what gave it back only while it is undone.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from privity.desk.audit import log as audit
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Said
from privity.desk.db.transaction import Db, transaction
from privity.desk.decisions import outbox
from privity.desk.decisions.effects import AT_ONCE, EffectHub, PutOff, ask
from privity.desk.decisions.errors import NotInForce, TimeRefused
from privity.desk.decisions.outbox import Ordered
from privity.desk.decisions.taking_effect import check_still_right, repeat
from privity.desk.errors import HubUnreachable
from privity.desk.limits import MAX_RESEND_MS
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from privity.identity.uris import Random
from privity.wire.errors import Refusal
from privity.wire.staff import EffectDone, EffectOutcome, Verb


class Outcome(StrEnum):
    """What became of one effect that was sent again."""

    DONE = "done"
    """The hub had lost it, and has done it now."""
    THERE = "there"
    """The hub knew it, or what it asks for was so already."""
    REFUSED = "refused"
    """The hub would not: it was asked anew as another effect, and stands where people look at what it refused."""
    OVER = "over"
    """Not sent: it has been undone, or has ended by itself."""
    LATER = "later"
    """The hub gave no answer that counts: the same command again."""


@dataclass(frozen=True, slots=True)
class Resent:
    """How many effects came to what, and the error that ended it early."""

    counts: Counter[Outcome]
    left: int
    stopped: HubUnreachable | Refusal | None


class Resending:
    """One run over what was settled since a time. A second run, or one that was cut off, does no harm."""

    def __init__(self, db: Db, acting: Acting, since_ms: int, now_ms: Callable[[], int], random: Random) -> None:
        """Raises NotYourRole or TimeRefused."""
        acting.must(Right.DECIDE)
        ago_ms = now_ms() - since_ms
        if not 0 <= ago_ms <= MAX_RESEND_MS:
            days = MAX_RESEND_MS // 86_400_000
            raise TimeRefused(f"the time must be in the last {days} days, for so long the hub knows what it has done")
        self._db = db
        self._acting = acting
        self._since_ms = since_ms
        self._now_ms = now_ms
        self._random = random
        self._lists: dict[str, list[int]] = {}
        for number, subject in outbox.applied_since(db, since_ms):
            self._lists.setdefault(subject, []).append(number)
        self._counts: Counter[Outcome] = Counter()
        self._stopped: HubUnreachable | Refusal | None = None

    @property
    def total(self) -> int:
        return sum(map(len, self._lists.values()))

    def planned(self) -> tuple[tuple[Ordered, bool], ...]:
        """Everything since then, in order, and whether it would be sent."""
        found = (outbox.find(self._db, number) for numbers in self._lists.values() for number in numbers)
        there = sorted((one for one in found if one is not None), key=lambda one: one.number)
        return tuple((one, self._is_right(one)) for one in there)

    async def run(self, hub: EffectHub, settled: Callable[[], None]) -> Resent:
        """Send them, in order for each subject; `settled` is called for each. What the hub answers is in the log."""
        self._say(Act.RESEND_BEGUN, effects=self.total)
        subjects = iter(self._lists.values())
        await asyncio.gather(*(self._work(hub, subjects, settled) for _ in range(AT_ONCE)))
        left = self.total - self._counts.total()
        self._say(Act.RESEND_ENDED, left=left, **{each.value: self._counts[each] for each in Outcome})
        return Resent(self._counts, left, self._stopped)

    async def _work(self, hub: EffectHub, subjects: Iterator[list[int]], settled: Callable[[], None]) -> None:
        """One subject after the other. Where one effect is left for later, so are those of its subject that follow."""
        for numbers in subjects:
            outcome: Outcome | None = None
            for number in numbers:
                if self._stopped is not None:
                    return
                if outcome is not Outcome.LATER:
                    outcome = await self._send(hub, number)
                if outcome is None:
                    return
                self._counts[outcome] += 1
                settled()

    async def _send(self, hub: EffectHub, number: int) -> Outcome | None:
        """None: the hub answers nobody now."""
        ordered = outbox.find(self._db, number)
        if ordered is None or not self._is_right(ordered):
            return Outcome.OVER
        done = await ask(hub, ordered.effect)
        if isinstance(done, PutOff):
            return Outcome.LATER
        if not isinstance(done, EffectDone):
            self._stopped = done
            return None
        if done.outcome is EffectOutcome.REFUSED:
            return self._refused(ordered)
        return Outcome.DONE if done.outcome is EffectOutcome.APPLIED else Outcome.THERE

    def _refused(self, ordered: Ordered) -> Outcome:
        """The hub remembers a refusal under the id, so that only a new effect can be taken one day. A line for whoever
        reported needs nobody."""
        with transaction(self._db):
            if not self._is_right(ordered):
                return Outcome.OVER
            if ordered.effect.verb is not Verb.TELL and outbox.sent_again(self._db, ordered.number) is None:
                repeat(self._db, self._acting.who, ordered, self._now_ms(), self._random)
        return Outcome.REFUSED

    def _is_right(self, ordered: Ordered) -> bool:
        until_ms = ordered.effect.params.until_ms
        try:
            check_still_right(self._db, ordered)
        except NotInForce:
            return False
        return until_ms is None or until_ms > self._now_ms()

    def _say(self, act: Act, **said: Said) -> None:
        audit.add(
            self._db, at_ms=self._now_ms(), who=self._acting.who, act=act, about="", since_ms=self._since_ms, **said
        )
