# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How an appeal, or an answer to one, is refused.

DeskError
+-- AppealError
    +-- AppealUnknown          no such appeal
    +-- TurnedAway             it is not taken; whoever sent it is told why
    |   +-- NothingToAppeal    no decision of this reference that is about whoever appeals
    |   +-- NotDecidedYet      the report is still worked on
    |   +-- AppealTooLate      more than six months after the decision
    |   +-- AppealedAlready    each appeals once against a decision
    |   +-- UndoneAlready      the decision is in force no more
    +-- OwnDecision            whoever answers had a part in the decision
    +-- AnsweredAlready        an appeal is answered once
    +-- DecisionUndone         what was undone meanwhile cannot stay
"""

from __future__ import annotations

from privity.desk.errors import DeskError


class AppealError(DeskError):
    """Root of what is refused here."""


class AppealUnknown(AppealError):
    """There is no appeal with this number."""


class TurnedAway(AppealError):
    """The appeal is not taken."""


class NothingToAppeal(TurnedAway):
    """No decision of this reference is about whoever appeals. Whether there is one about others is told to nobody."""


class NotDecidedYet(TurnedAway):
    """Nothing was decided about the report."""


class AppealTooLate(TurnedAway):
    """The time in which an appeal is taken is over."""


class AppealedAlready(TurnedAway):
    """There is an appeal of theirs against this decision."""


class UndoneAlready(TurnedAway):
    """The decision was undone."""


class OwnDecision(AppealError):
    """Nobody answers an appeal against a decision that they proposed or confirmed."""


class AnsweredAlready(AppealError):
    """The appeal has its answer."""


class DecisionUndone(AppealError):
    """The decision was undone since; the appeal can only be answered with yes."""
