# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How an act on a set of rules is refused. Nothing of it is kept then.

DeskError
+-- LifecycleError
    +-- VersionUnknown     no such version
    +-- RuleUnknown        the version has no such rule
    +-- NameRefused        what a set of rules is called
    +-- WordsMissing       an act that others must understand says why
    +-- TooHardInElection  a rule that asks whether an election is on does more than slow, label or ask people
    +-- TellsWhen          a rule reads an age as a clock, where pages say no moment
    +-- WrongStage         something comes before this, or it is over
    +-- TooEarly           a version is watched in shadow for a day at least before it acts
    +-- NothingKept        there are no observations to try it on
    +-- SecondPerson       nobody agrees to what they asked for
    +-- BudgetRefused      no number of actions, or more than was agreed to
    +-- NotPaused          the rule is not paused, or is already
    +-- ElectionRefused    no time, too long a time, or another election is on
"""

from __future__ import annotations

from privity.desk.errors import DeskError


class LifecycleError(DeskError):
    """Root of what is refused here."""


class VersionUnknown(LifecycleError):
    """There is no version with this number."""


class RuleUnknown(LifecycleError):
    """The version has no rule of this name."""


class NameRefused(LifecycleError):
    """A set of rules is called by 1 to 40 small letters, digits and underscores."""


class WordsMissing(LifecycleError):
    """It says why, in 1 to 2,000 characters."""


class TooHardInElection(LifecycleError):
    """What comes earlier in an election is friction, never more."""


class TellsWhen(LifecycleError):
    """What a rule finds would say when somebody answered somebody else, and so whom."""


class WrongStage(LifecycleError):
    """A version goes through its stages one by one, and is never changed."""


class TooEarly(LifecycleError):
    """It was not watched for long enough."""


class NothingKept(LifecycleError):
    """A look back needs something to look at."""


class SecondPerson(LifecycleError):
    """Nobody is their own second person."""


class BudgetRefused(LifecycleError):
    """A budget is agreed to with the version, and only lowered afterwards."""


class NotPaused(LifecycleError):
    """Only what is paused is resumed, and only what goes on is paused."""


class ElectionRefused(LifecycleError):
    """Election mode lasts days, and ends by itself."""
