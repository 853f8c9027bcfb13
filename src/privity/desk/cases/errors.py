# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How the desk refuses what cannot be done to a case.

DeskError
+-- CaseError
    +-- CaseUnknown       there is no such case
    +-- CaseInOtherState  the case is not in a state in which this can be done
    +-- CaseIsTaken       a colleague works on it
    +-- NotOfThisCase     the report or message belongs to another case
    +-- NoteMissing       what was to be said is empty or too long
    +-- BadPriority       a priority is 0 to 4
    +-- CasesDiffer       two cases that are about different subjects are not one
    +-- NoSubject         a case is about an account or a conversation, by its address
    +-- CaseOpenAlready   there is an open case about it; whoever knows more notes it there
    +-- NotAboutThem      a profile, or a copy of one, that is none of this case
    +-- TooManyCopies     the profile was looked at as often as one case keeps copies
"""

from __future__ import annotations

from privity.desk.errors import DeskError


class CaseError(DeskError):
    """Root of what cannot be done to a case."""


class CaseUnknown(CaseError):
    """There is no case of this number."""


class CaseInOtherState(CaseError):
    """The case is not in a state in which this can be done; the message names both."""


class CaseIsTaken(CaseError):
    """Somebody else works on this case."""


class NotOfThisCase(CaseError):
    """The report is not in this case, or has no such message."""


class NoteMissing(CaseError):
    """A note or a reason is empty, too long, or no text."""


class BadPriority(CaseError):
    """Not a priority."""


class CasesDiffer(CaseError):
    """A case is joined to another one about the same subject, and not to itself."""


class NoSubject(CaseError):
    """What a case should be about has no address of an account or a conversation."""


class CaseOpenAlready(CaseError):
    """An open case is about the same; the message names it."""


class NotAboutThem(CaseError):
    """The profile is not that of the account that the case is about, or there is no such copy."""


class TooManyCopies(CaseError):
    """No further copy of the profile is kept for this case."""
