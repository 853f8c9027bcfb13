# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Small invented histories, put through counters and features as a hub would: which shipped rules hold for whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from privity.desk.signals import shipped
from privity.desk.signals.features.known import Known
from privity.desk.signals.lifecycle.checked import checked
from privity.desk.signals.lifecycle.replaying import Replayed
from privity.wire.age import AgeBand
from privity.wire.observed import Observed, ObservedKind

NOW: int = 1_800_000_000_000
SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000
RULES = checked(shipped.everything())
USED = frozenset().union(*(rule.features for rule in RULES.rules))


@dataclass(slots=True)
class History:
    """What happened, in any order; `days_old` of an account at the time `NOW`."""

    known: Known = field(default_factory=Known)
    seen: list[tuple[int, dict[str, object]]] = field(default_factory=list)
    ages: dict[str, AgeBand] = field(default_factory=dict)
    born: dict[str, int] = field(default_factory=dict)

    def account(self, name: str, *, age: AgeBand = AgeBand.ADULT, days_old: float = 400.0) -> str:
        self.ages[name], self.born[name] = age, NOW - int(days_old * DAY)
        return name

    def people(self, count: int, name: str, *, age: AgeBand = AgeBand.ADULT, days_old: float = 400.0) -> list[str]:
        return [self.account(f"{name}{number}", age=age, days_old=days_old) for number in range(count)]

    def did(self, who: str, kind: ObservedKind, at_ms: int, other: str = "", **given: object) -> None:
        self.seen.append((at_ms, {"kind": kind, "account": who, "other": other} | given))

    def asks(self, who: str, others: list[str], at_ms: int, every_ms: int = 10 * SECOND, **given: object) -> None:
        for number, other in enumerate(others):
            self.did(who, ObservedKind.ASKED, at_ms + number * every_ms, other, **given)

    def each(self, others: list[str], kind: ObservedKind, whom: str, at_ms: int, every_ms: int = MINUTE) -> None:
        """All of them do this to one."""
        for number, other in enumerate(others):
            self.did(other, kind, at_ms + number * every_ms, whom)

    def sends(self, who: str, at_ms: int, windows: int, every_ms: int = 15 * SECOND, **given: int) -> None:
        for number in range(windows):
            self.did(who, ObservedKind.SENT, at_ms + number * every_ms, "", largest=10, **given)

    def held(self, only: Callable[[str], bool] = lambda _: True) -> dict[str, set[str]]:
        """Names of the rules that held, by account; accounts for which none did are not in it."""
        found: dict[str, set[str]] = defaultdict(set)
        replayed = Replayed(self._observed(), USED, self.known)
        for asked in replayed.events():
            hits = RULES.evaluate(*asked.values)
            if hits and only(asked.subject):
                found[asked.subject] |= {rule.name for rule in RULES.held(hits)}
        return dict(found)

    def _observed(self) -> list[Observed]:
        rows = []
        for number, (at_ms, given) in enumerate(sorted(self.seen, key=lambda one: one[0])):
            who, other = str(given["account"]), str(given["other"])
            rows.append(
                Observed(
                    number=number + 1,
                    at_ms=at_ms,
                    born_ms=self.born[who],
                    age=self.ages[who],
                    other_age=self.ages.get(other, AgeBand.UNKNOWN),
                    **given,  # type: ignore[arg-type]  # the fields of an observation, by name
                )
            )
        return rows


def restricting(names: set[str]) -> set[str]:
    """Those that take something from somebody."""
    return {rule.name for rule in RULES.rules if rule.restricts} & names
