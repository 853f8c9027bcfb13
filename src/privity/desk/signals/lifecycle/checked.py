# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A text of rules as the language takes it, and as this desk does: an election makes friction earlier, never more."""

from __future__ import annotations

from typing import Final

from privity.desk.signals.ladder.catalogue import CATALOGUE
from privity.desk.signals.ladder.effects import ONLY_FRICTION
from privity.desk.signals.language.rule_set import RuleSet, compile_rules
from privity.desk.signals.lifecycle.errors import TooHardInElection

ELECTION: Final = "election"


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
