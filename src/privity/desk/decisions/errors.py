# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How a decision, or an act on one, is refused. Nothing of it is kept then.

DeskError
+-- DecisionError
    +-- DecisionUnknown        no such decision
    +-- ProposalRefused        what is proposed may not be decided
    |   +-- CaseNotYours       the case is not taken by whoever decides
    |   +-- WrongTarget        this cannot be done to that
    |   +-- NobodyReported     without a report it may not be done, whatever the desk saw
    |   +-- EvidenceNotInCase  a report or message that does not belong to the case
    |   +-- EvidenceOfAnother  a message of another account or conversation than the decision is about
    |   +-- EvidenceMissing    it must rest on a proven message and names none
    |   +-- EvidenceTooWeak    a message it rests on is not proven as far as it must be
    |   +-- DaysRefused        no end where there must be one, or the other way round, or too long
    |   +-- NotByRule          a rule may not do this, or not for so long
    |   +-- DecidedBefore      somebody else decides anew after an appeal
    |   +-- DecidedAlready     the same was decided or proposed already, or the opposite is in force
    +-- TextRefused            words that go out are empty or too long
    |   +-- NamesAReporter     words that go out say who reported
    +-- NotWaiting             confirmed or refused already, or never in need of it
    +-- SamePerson             the second person is the first
    +-- NotInForce             undone already, or never in force
    +-- EffectUnknown          no such effect
    +-- EffectNotRefused       only what the hub has refused is sent again
    +-- TimeRefused            a time from which on nothing can be sent again
"""

from __future__ import annotations

from privity.desk.errors import DeskError


class DecisionError(DeskError):
    """Root of what is refused here."""


class DecisionUnknown(DecisionError):
    """There is no decision with this number or reference."""


class ProposalRefused(DecisionError):
    """What is proposed may not be decided."""


class CaseNotYours(ProposalRefused):
    """Whoever decides must have taken the case."""


class WrongTarget(ProposalRefused):
    """The action is about accounts and this is a conversation, or the other way round."""


class NobodyReported(ProposalRefused):
    """The case is of the desk's own initiative, and the action is none that may rest on that."""


class EvidenceNotInCase(ProposalRefused):
    """A report of another case, or a message that the report does not have."""


class EvidenceOfAnother(ProposalRefused):
    """A message of somebody else, or of another conversation."""


class EvidenceMissing(ProposalRefused):
    """The action must rest on a proven message."""


class EvidenceTooWeak(ProposalRefused):
    """A message is not proven as far as the action needs."""


class DaysRefused(ProposalRefused):
    """The time does not fit the action."""


class NotByRule(ProposalRefused):
    """A rule restricts for hours or days; anything else is for people to decide."""


class DecidedAlready(ProposalRefused):
    """The case holds the same or the opposite already."""


class DecidedBefore(ProposalRefused):
    """An appeal has opened the case again, and whoever had a part in the decision before does not decide anew."""


class TextRefused(DecisionError):
    """Words that leave the desk are empty, too long, or no text."""


class NamesAReporter(TextRefused):
    """Words that leave the desk must not say who reported."""


class NotWaiting(DecisionError):
    """The decision does not wait for a second person."""


class SamePerson(DecisionError):
    """Nobody is their own second person."""


class NotInForce(DecisionError):
    """Only what is in force can be undone, and once."""


class EffectUnknown(DecisionError):
    """There is no effect with this number."""


class EffectNotRefused(DecisionError):
    """The hub has this effect, or will be asked anyway."""


class TimeRefused(DecisionError):
    """It is yet to come, or so long ago that the hub may have forgotten what it has done."""
