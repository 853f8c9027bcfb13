# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""No rule reads an account's age as a clock: whoever writes it would read moments off what it finds.

Pages say of what a rule found the day and no moment (`ladder.reading`), since one rule for who blocks and one for who
is blocked hold at the same one. An age in seconds or hours, in a sentence or in a condition, says that moment to
whoever knows when the account was made. So a rule may ask for such an age only of accounts in their first days, and not
where somebody says yes to somebody or blocks them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from privity.desk.signals.features.events import EventKind
from privity.desk.signals.language.nodes import Compare, Constant, Node, Read
from privity.desk.signals.language.rule import Rule
from privity.desk.signals.language.rule_set import RuleSet
from privity.desk.signals.language.which_can_hold import all_of, can_hold
from privity.desk.signals.lifecycle.errors import TellsWhen

FIRST_DAYS: Final = 3
_CLOCKS: Final = {"account_seconds": 86_400 * FIRST_DAYS, "account_hours": 24 * FIRST_DAYS}
_BOUNDS: Final = {**_CLOCKS, "account_days": FIRST_DAYS}
_ANSWERS: Final = (EventKind.ACCEPTED, EventKind.WAS_ACCEPTED, EventKind.BLOCKED, EventKind.WAS_BLOCKED)


def check_clocks(rules: RuleSet) -> None:
    """Raise TellsWhen for a rule that reads a clock."""
    for rule in rules.rules:
        read = sorted(_CLOCKS.keys() & rule.features)
        if not read:
            continue
        answers = [kind.value for kind in _ANSWERS if can_hold(rule, rules.names, "kind", kind.value)]
        if answers:
            raise TellsWhen(
                f"line {rule.line}: {rule.name} reads {read[0]} and may hold where kind is {answers[0]}, so that it"
                " says when somebody answered; ask for another kind, or for account_days"
            )
        if not any(_bounds(node) for node in _conditions(rule, rules.names)):
            raise TellsWhen(
                f"line {rule.line}: {rule.name} reads {read[0]} of accounts of any age; expected a condition such as"
                f" account_hours < {_CLOCKS['account_hours']}, or account_days in its place"
            )


def _conditions(rule: Rule, names: Mapping[str, Node]) -> Iterator[Node]:
    for node in rule.when:
        yield from all_of(node, names)


def _bounds(node: Node) -> bool:
    """Whether this keeps a rule to accounts in their first days."""
    match node:
        case Compare(sign="<" | "<=", left=Read(feature=name), right=Constant(value=int(most))):
            return most <= _BOUNDS.get(name, -1)
    return False
