# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How urgent a case is: what is reported, what of it is proven, and only then how many say so.

One pure function over one table. Numbers alone lift a case by one step at most, and only where something is proven:
what many say without proof is still what nobody has proven. Reporters who came as a cluster lift nothing, and a case
that rests on them alone stands a step below one that an ordinary reporter has proven.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from privity.desk.cases.clusters import tied
from privity.desk.cases.model import Reporting
from privity.desk.intake.findings import Level
from privity.message.report import Reason

HIGHEST: Final = 0
LOWEST: Final = 4

SEVERITY: Final[Mapping[Reason, int]] = {
    Reason.CHILD_SAFETY: 0,
    Reason.THREAT: 0,
    Reason.SELF_HARM: 1,
    Reason.INTIMATE_IMAGERY: 1,
    Reason.ILLEGAL_GOODS: 2,
    Reason.HATE: 2,
    Reason.FRAUD: 2,
    Reason.HARASSMENT: 2,
    Reason.IMPERSONATION: 3,
    Reason.SPAM: 3,
    Reason.OTHER: 3,
}
"""The priority of a case in which this is proven by one ordinary reporter. Below the lowest here one step is left: for
what is not proven, and for what a cluster says."""

MANY: Final = 10.0
"""Reporters, each counted by weight, that lift a case by a step; with proof by the sender's own key a third does."""

WITH_AUTHORSHIP: Final = 0.5
"""What that proof is worth on the logarithmic scale of the reporters."""


@dataclass(frozen=True, slots=True)
class Said:
    """What was reported for one reason, by those outside a cluster or by those inside it."""

    reason: Reason
    level: Level
    """Of the best that was proven for it."""
    weighed: float
    """Distinct reporters whose reports proved something, each by weight."""
    clustered: bool = False
    own: bool = False
    """Not reported: somebody of the staff says so."""


@dataclass(frozen=True, slots=True)
class Priority:
    """0 is the most urgent. `because` is for people: one short statement each."""

    number: int
    because: tuple[str, ...]


def priority(facts: Iterable[Said]) -> Priority:
    """The most urgent of what the facts give by themselves. Without facts the least urgent of all."""
    found = [_one(said) for said in facts]
    return min(found, key=lambda one: one.number, default=Priority(LOWEST, ("nothing is said",)))


def by_the_desk(reason: int) -> Said:
    """What a case rests on that was opened without a report: it is as urgent as an unproven one."""
    return Said(Reason(reason), Level.TIP, 0.0, own=True)


def facts_of(reports: Sequence[Reporting]) -> tuple[Said, ...]:
    """The facts of a case. Whoever is in a cluster never counts together with who is not."""
    names = tied(reports)
    groups: dict[tuple[int, bool], list[Reporting]] = {}
    for one in reports:
        groups.setdefault((one.reason, one.reporter_uri in names), []).append(one)
    return tuple(
        Said(Reason(reason), max(one.level for one in group), _weighed(group, clustered), clustered)
        for (reason, clustered), group in sorted(groups.items())
    )


def _weighed(group: Sequence[Reporting], clustered: bool) -> float:
    weights = {one.reporter_uri: one.weight for one in group if one.level > Level.TIP}
    if clustered:
        return max(weights.values(), default=0.0)
    return sum(weights.values())


def _one(said: Said) -> Priority:
    name = said.reason.name.lower().replace("_", " ")
    number = SEVERITY[said.reason]
    because = [f"{name}, {_PROOF[said.level]}"]
    if said.level is Level.TIP:
        number += 1
    elif not said.clustered and _lift(said) >= 1:
        number -= 1
        because.append("proven by many, weighed by how their earlier reports ended")
    if said.own:
        because.append("opened by the desk itself")
    if said.clustered:
        number += 1
        because.append("reported by a cluster only")
    return Priority(min(max(number, HIGHEST), LOWEST), tuple(because))


def _lift(said: Said) -> float:
    """On a logarithmic scale: ten times as many count as one step."""
    proof = WITH_AUTHORSHIP if said.level is Level.AUTHORSHIP else 0.0
    return math.log(max(said.weighed, 1.0), MANY) + proof


_PROOF: Final[Mapping[Level, str]] = {
    Level.TIP: "not proven",
    Level.HUB: "proven by the hub",
    Level.AUTHORSHIP: "proven by the sender's own key",
}
