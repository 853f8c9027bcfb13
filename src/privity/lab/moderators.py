# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Cases wait for moderators, of whom there are few: how long an answer takes is what comes out, not what is put in.

What is urgent is looked at first, by the desk's own order: priority, then deadline, then number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from privity.desk.cases.deadlines import deadline_of
from privity.desk.cases.priority import Said, priority
from privity.desk.intake.findings import Level
from privity.lab.chances import chance, lognormal
from privity.lab.parameters import Parameters
from privity.lab.truth import Harm
from privity.message.report import Reason

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 3_600_000
BUSY: Final = 0.2
"""Share of their time that goes to cases of benign people, which come whatever abusers do."""

REPORTED_AS: Final[Mapping[Harm, Reason]] = MappingProxyType(
    {
        Harm.SPAM: Reason.SPAM,
        Harm.EXTORTION: Reason.THREAT,
        Harm.GROOMING: Reason.CHILD_SAFETY,
        Harm.BRIGADING: Reason.HARASSMENT,
        Harm.INFLUENCE: Reason.SPAM,
        Harm.FARM: Reason.SPAM,
        Harm.KNOWN_MEDIA: Reason.CHILD_SAFETY,
        Harm.INTIMATE: Reason.INTIMATE_IMAGERY,
        Harm.VOUCHED: Reason.SPAM,
    }
)
"""What people choose who report what did harm to them."""


@dataclass(frozen=True, slots=True)
class Urgency:
    """How urgent a case is, and what it is about."""

    priority: int
    reason: Reason


def of_report(harm: Harm, *, severe: bool) -> Urgency:
    """Of what one person reports: a message with its frank, or an unwanted request, which proves nothing."""
    reason = REPORTED_AS[harm] if severe else Reason.SPAM
    level = Level.HUB if severe else Level.TIP
    return Urgency(priority([Said(reason, level, 0.5)]).number, reason)


@dataclass(slots=True)
class _Waiting:
    priority: int
    deadline_ms: int
    number: int
    from_ms: int
    """Nobody comes to it earlier, even where nothing else waits."""


class Moderators:
    """One queue; a world of fewer people has as many moderators fewer."""

    def __init__(self, seed: int, size: int, parameters: Parameters) -> None:
        at_work = parameters["desk.moderators"] * size / 1e6 * (1 - BUSY)
        self._each_ms = parameters["desk.minutes_a_case"] * MINUTE_MS / at_work
        self._seed, self._parameters = seed, parameters
        self._waiting: dict[int, _Waiting] = {}
        self._cases = 0
        self._looks: Counter[int] = Counter()
        self.free_ms = 0
        """When the next case can be begun: as many are done in a time as people can do."""

    def opened(self, account: int, case: int, urgency: Urgency, now_ms: int) -> int | None:
        """When somebody comes to it at the earliest; None where it waits already, maybe more urgent than before."""
        waiting = self._waiting.get(account)
        if waiting is not None:
            waiting.priority = min(waiting.priority, urgency.priority)
            return None
        u = chance(self._seed, "first look", case, self._looks[case])
        from_ms = now_ms + int(lognormal(self._parameters["desk.first_look_hours"], 0.7, u) * HOUR_MS)
        deadline_ms, _ = deadline_of(urgency.reason, now_ms, {})
        self._waiting[account] = _Waiting(urgency.priority, deadline_ms, self._cases, from_ms)
        self._cases += 1
        self._looks[case] += 1
        return from_ms

    def begun(self, now_ms: int) -> tuple[int, int] | None:
        """The account of the case that is looked at now, and when that ends. None where nobody or nothing is ready."""
        ready = [(one.priority, one.deadline_ms, one.number, account) for account, one in self._waiting.items()
                 if one.from_ms <= now_ms]  # fmt: skip
        if now_ms < self.free_ms or not ready:
            return None
        account = min(ready)[-1]
        del self._waiting[account]
        self.free_ms = now_ms + int(self._each_ms)
        return account, now_ms + int(self._parameters["desk.minutes_a_case"] * MINUTE_MS)

    def acts(self, case: int, nth: int, *, reported: bool) -> bool:
        """Whether they act on the nth account of an abuser."""
        right = self._parameters["desk.right" if reported else "desk.right_unreported"]
        return chance(self._seed, "decided", case, nth) < right
