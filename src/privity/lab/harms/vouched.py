# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Spam behind accounts of one's own: most of those whom an account asks say yes, because they are the sender's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from privity.lab.attacker import HOUR_MS, MINUTE_MS, Act, ActKind, Attacker, Outside, Own, Seen, Told
from privity.lab.harms.moves import asks, writes
from privity.lab.truth import Harm
from privity.wire.age import AgeBand


@dataclass(slots=True)
class Vouched(Attacker):
    """Thirty accounts, made over a day from several networks. Two of them at a time ask twenty-five strangers each, and
    for each stranger one of their own and a little more, which says yes; then the next two do. Whoever is limited or
    banned makes way for the next at once."""

    harm: Harm = Harm.VOUCHED
    every_ms: int = 4 * HOUR_MS
    says: AgeBand = AgeBand.ADULT
    accounts: int = 6
    most: int = 30
    at_once: int = 2
    strangers_each: int = 25
    yes_for_each: float = 1.2
    asked: dict[int, int] = field(default_factory=dict)
    """Strangers that each account has asked."""

    def turn(self, seen: Seen, outside: Outside) -> Sequence[Act]:
        acts = [
            Act(ActKind.REGISTER, network=10 + (len(seen.own) + nth) // 8, after_ms=nth * MINUTE_MS)
            for nth in range(min(6, self.most - len(seen.own)))
        ]
        if acts:  # it begins once all of them are there
            return acts
        free = [
            one for one in seen.usable if one.told is Told.GOOD and self.asked.get(one.account, 0) < self.strangers_each
        ]
        for asker in free[: self.at_once]:
            acts += self._asks(asker, seen.usable, outside)
        mine = {one.account for one in seen.own}
        for one in seen.usable:
            victims = tuple(other for other in one.contacts if other not in mine)
            if victims:
                acts.append(writes(one, victims))
        return acts

    def _asks(self, asker: Own, usable: Sequence[Own], outside: Outside) -> list[Act]:
        """Own accounts first, so that there are always enough who said yes."""
        others = [one.account for one in usable if one.account != asker.account and one.account not in asker.contacts]
        acts: list[Act] = []
        for nth, helper in enumerate(others[:4]):
            acts.append(Act(ActKind.ASK, asker.account, (helper,), nth * 10 * MINUTE_MS, harmful=False))
            acts.append(Act(ActKind.ACCEPT, helper, (asker.account,), (nth * 10 + 7) * MINUTE_MS))
        done = self.asked.get(asker.account, 0)
        own_yes = sum(1 for one in usable if one.account in asker.contacts)
        if own_yes >= self.yes_for_each * (done + 2) or not others:
            found = outside.people(3, minors=False)[: self.strangers_each - done]
            self.asked[asker.account] = done + len(found)
            acts += asks(asker, found, 20 * MINUTE_MS)
        return acts
