# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The shipped rules at work in a world: the desk's counters, features, language and protection, without a database."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from privity.desk.cases.priority import LOWEST
from privity.desk.decisions.policies import PolicyName
from privity.desk.signals.counters.accounts import Accounts
from privity.desk.signals.counters.commons import Commons
from privity.desk.signals.counters.marks import Marks
from privity.desk.signals.features.counting import Counting
from privity.desk.signals.features.known import Known
from privity.desk.signals.ladder.catalogue import CATALOGUE
from privity.desk.signals.ladder.effects import REASONS, REMOVED_HOURS, REMOVED_PRIORITY, EffectName
from privity.desk.signals.ladder.evidence import agree
from privity.desk.signals.ladder.measures import INSTEAD_PRIORITY
from privity.desk.signals.ladder.protection import LOOKS_AT, long_known, minor_acted_upon
from privity.desk.signals.language.rule import Rule
from privity.desk.signals.language.rule_set import RuleSet, compile_rules
from privity.desk.signals.running.hits import Hit
from privity.desk.signals.running.judging import Judging
from privity.desk.signals.shipped import everything
from privity.lab.watching import Finding
from privity.message.report import Reason
from privity.wire.observed import Observed

DAY_MS: Final = 86_400_000
MOST_ACCOUNTS: Final = 2_000_000
"""A world has as many at the most: none is let go for want of room."""
_KEY: Final = bytes(32)
"""Nobody needs to be kept from reading the counters of invented people."""


@dataclass(frozen=True, slots=True)
class Version:
    """The shipped rules as one version in force."""

    number: int
    rules: RuleSet


def shipped_rules() -> RuleSet:
    """All rules that come with the house."""
    return compile_rules(everything(), CATALOGUE)


class ShippedRules:
    """A watcher. `without`: names of rules whose effects are left out, labels included, as if they were not there."""

    def __init__(
        self, rules: RuleSet, without: Collection[str] = (), *, matching: bool = True, aids: bool = True
    ) -> None:
        self.matching, self.aids = matching, aids
        self._rules, self._without = rules, frozenset(without)
        self._known = Known()
        self._counting = Counting(Accounts(MOST_ACCOUNTS), Commons(), Marks(_KEY), self._known)
        self._judging = Judging([Version(1, rules)], LOOKS_AT)
        self._held: set[tuple[str, str, int]] = set()
        self._restricted: dict[str, dict[str, tuple[Rule, int]]] = {}
        self._names = [feature.name for feature in rules.catalogue.features]

    def seen(self, observed: Observed) -> Sequence[Finding]:
        return [
            finding
            for moment in self._counting.count(observed)
            for hit in self._judging.judged(moment)
            for finding in self._findings(hit)
        ]

    def _findings(self, hit: Hit) -> Iterator[Finding]:
        values = dict(zip(self._names, hit.values, strict=True))
        for rule in self._rules.held(hit.hits):
            once = (rule.name, hit.account, hit.at_ms // DAY_MS)  # for each rule, account and day, as the ladder
            if rule.name not in self._without and once not in self._held:
                self._held.add(once)
                yield self._finding(rule, hit, values)

    def _finding(self, rule: Rule, hit: Hit, values: dict[str, Any]) -> Finding:
        restricts = rule.restricts and not self._kept_from(rule, hit, values)
        slow = hide = 0
        review = rule.restricts and not restricts
        priority, reason = INSTEAD_PRIORITY if review else LOWEST, Reason.OTHER
        for effect in rule.effects:
            match effect.kind:
                case EffectName.LABEL:
                    until_ms = hit.at_ms + int(effect.given["days"]) * DAY_MS
                    self._known.label(hit.account, str(effect.given["word"]), until_ms)
                case EffectName.REVIEW:
                    review = True
                    priority = min(priority, int(effect.given["priority"]))
                case EffectName.SLOW if restricts:
                    slow = int(effect.given["hours"])
                case EffectName.REMOVE if restricts:
                    hide, review = REMOVED_HOURS, True
                    priority = min(priority, REMOVED_PRIORITY)
            if "about" in effect.given:
                reason = REASONS[PolicyName(str(effect.given["about"]))]
        return Finding(hit.account, rule.name, slow, hide, review, priority, reason)

    def _kept_from(self, rule: Rule, hit: Hit, values: dict[str, Any]) -> bool:
        """As the ladder: one rule alone restricts nobody long known, and none a minor for what was done to them."""
        before = self._restricted.setdefault(hit.account, {})
        others = any(agree(rule, other) and hit.at_ms - at_ms <= DAY_MS for other, at_ms in before.values())
        before[rule.name] = (rule, hit.at_ms)
        return minor_acted_upon(values) or (long_known(values) and not others)
