# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every way in which a text of rules is refused. Each says where, what was expected and what came.

RuleError
+-- TooLarge            more text, names, rules, steps or nesting than one set of rules may have
+-- NotARuleText        Python itself cannot read it
+-- NotInTheLanguage    Python, but not a part of this language
+-- AssignedTwice       one name, two meanings
+-- UnknownName         nothing is called that
+-- GoesInACircle       a name is explained by itself
+-- NeverUsed           a name, or a rule, from which nothing follows
+-- WrongType           a number where a condition is expected, or the like
+-- WrongArguments      a function, a rule or an effect is called with something else than it takes
+-- OutOfRange          a number that no event can have, or a division that could be by zero
+-- AlwaysTheSame       a comparison that holds for every event, or for none
"""

from __future__ import annotations


class RuleError(Exception):
    """Root of this package's errors.

    Attributes:
        line: Counted from one; 0 where the text as a whole is meant.
        column: Counted from one.
    """

    def __init__(self, says: str, line: int = 0, column: int = 0) -> None:
        super().__init__(f"line {line}, column {column}: {says}" if line else says)
        self.line = line
        self.column = column


class TooLarge(RuleError):
    """More text, names, rules, steps or nesting than one set of rules may have."""


class NotARuleText(RuleError):
    """Python itself cannot read it."""


class NotInTheLanguage(RuleError):
    """Python, but not a part of this language."""


class AssignedTwice(RuleError):
    """One name, two meanings."""


class UnknownName(RuleError):
    """Nothing is called that."""


class GoesInACircle(RuleError):
    """A name is explained by itself."""


class NeverUsed(RuleError):
    """A name, or a rule, from which nothing follows."""


class WrongType(RuleError):
    """A number where a condition is expected, or the like."""


class WrongArguments(RuleError):
    """A function, a rule or an effect is called with something else than it takes."""


class OutOfRange(RuleError):
    """A number that no event can have, or a division that could be by zero."""


class AlwaysTheSame(RuleError):
    """A comparison that holds for every event, or for none."""
