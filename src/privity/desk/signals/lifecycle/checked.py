# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A text of rules as the language takes it, and as this desk does: an election makes friction earlier, never more, and
no rule is a clock."""

from __future__ import annotations

from typing import Final

from privity.desk.signals.ladder.catalogue import CATALOGUE
from privity.desk.signals.ladder.effects import ONLY_FRICTION
from privity.desk.signals.language.rule import Rule
from privity.desk.signals.language.rule_set import RuleSet, compile_rules
from privity.desk.signals.lifecycle.clocks import check_clocks
from privity.desk.signals.lifecycle.errors import TooHardInElection

ELECTION: Final = "election"


def checked(text: str) -> RuleSet:
    """Raises RuleError, TooHardInElection or TellsWhen."""
    rules = compile_rules(text, CATALOGUE)
    check_clocks(rules)
    for rule in rules.rules:
        harder = [effect.kind for effect in rule.effects if effect.kind not in ONLY_FRICTION]
        if ELECTION in rule.features and harder:
            allowed = ", ".join(sorted(ONLY_FRICTION))
            raise TooHardInElection(
                f"line {rule.line}: {rule.name} asks whether an election is on, so it may {allowed}; got {harder[0]}"
            )
    return rules


def takes_two(rules: RuleSet) -> bool:
    """Whether two people agree before it acts: wherever anything follows from it.

    For a word other rules restrict. And a case says when something happened: whoever alone wrote a rule for who blocks,
    and one for who is blocked, read off two cases who blocked whom (`tests/attacks/test_rules_open_no_pairs.py`).
    """
    return any(map(acts, rules.rules))


def acts(rule: Rule) -> bool:
    """Whether anything follows from it."""
    return bool(rule.effects)
