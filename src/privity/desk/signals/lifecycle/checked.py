# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A text of rules as the language takes it, and as this desk does: an election makes friction earlier, never more."""

from __future__ import annotations

from typing import Final

from privity.desk.signals.ladder.catalogue import CATALOGUE
from privity.desk.signals.ladder.effects import ONLY_FRICTION, EffectName
from privity.desk.signals.language.rule import Rule
from privity.desk.signals.language.rule_set import RuleSet, compile_rules
from privity.desk.signals.lifecycle.errors import TooHardInElection

ELECTION: Final = "election"
NOTES: Final = frozenset({EffectName.LABEL.value})
"""A word takes nothing itself; but rules ask for it that do."""


def checked(text: str) -> RuleSet:
    """Raises RuleError, or TooHardInElection."""
    rules = compile_rules(text, CATALOGUE)
    for rule in rules.rules:
        harder = [effect.kind for effect in rule.effects if effect.kind not in ONLY_FRICTION]
        if ELECTION in rule.features and harder:
            allowed = ", ".join(sorted(ONLY_FRICTION))
            raise TooHardInElection(
                f"line {rule.line}: {rule.name} asks whether an election is on, so it may {allowed}; got {harder[0]}"
            )
    return rules


def takes_two(rules: RuleSet) -> bool:
    """Whether two people agree before it acts: it restricts, or notes a word on which another rule may restrict."""
    return any(rule.restricts or notes_a_word(rule) for rule in rules.rules)


def notes_a_word(rule: Rule) -> bool:
    """Whether it puts a word on accounts, for which other rules may ask."""
    return any(effect.kind in NOTES for effect in rule.effects)
