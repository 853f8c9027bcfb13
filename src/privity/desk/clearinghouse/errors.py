# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What can go wrong on the way to a clearinghouse.

DeskError
+-- ClearinghouseError
    +-- BadDocument              what would be sent is not what the other side takes
    |   +-- TextTooLong          a text is over its limit
    |   +-- TextIsBlank          a text that says nothing where words are asked for
    |   +-- TextNotXml           a character that XML cannot carry
    |   +-- NumberOutOfRange     a number that its field does not hold
    |   +-- TimeWithoutZone      a time without a zone is no moment
    |   +-- DocumentTooLarge     the whole document is over the limit
    |   +-- SchemaRefuses        the schema does not accept the document
    |   +-- BadStatement         a statement of reasons lacks what the database asks for
    |   +-- PersonalData         a public statement would name somebody
    +-- SchemaInvalid            the configured schema is none, or not the pinned one
    +-- BadAnswer                bytes that are no answer of this clearinghouse
    +-- NoAnswer                 no answer came, or one that was cut off
    +-- ReferralUnknown          no referral has this number
    +-- NothingToRefer           the draft names nothing that could be reported
    +-- StatedAlready            this decision has been stated
    +-- NotInThatState           the act does not fit what the referral is now
    +-- OwnDraft                 the second person has to be another one
    +-- TooThin                  nobody could act on this report as it is
    +-- LeaseLost                another sender works on this referral meanwhile
    +-- ChainBroken              the kept requests and answers are not those that were sent and came
"""

from __future__ import annotations

from privity.desk.errors import DeskError


class ClearinghouseError(DeskError):
    """Root of what can go wrong with a referral."""


class BadDocument(ClearinghouseError):
    """The document breaks a rule of the other side; nothing was sent."""


class TextTooLong(BadDocument):
    """A text is over its limit."""


class TextIsBlank(BadDocument):
    """A text without words."""


class TextNotXml(BadDocument):
    """A text holds a character that no XML document can carry."""


class NumberOutOfRange(BadDocument):
    """A number is outside what its field holds."""


class TimeWithoutZone(BadDocument):
    """A time has no zone."""


class DocumentTooLarge(BadDocument):
    """The document as a whole is over the limit."""


class SchemaRefuses(BadDocument):
    """The schema does not accept the document; the message names line and element, never their content."""


class BadStatement(BadDocument):
    """A statement of reasons is incomplete."""


class PersonalData(BadDocument):
    """A statement of reasons is public and names nobody."""


class SchemaInvalid(ClearinghouseError):
    """The schema cannot be used: not readable, no schema, or not the one that was pinned."""


class BadAnswer(ClearinghouseError):
    """The answer is too large, malformed, or says less than an answer must."""


class NoAnswer(ClearinghouseError):
    """Nothing is known about what the other side did."""


class ReferralUnknown(ClearinghouseError):
    """There is no referral with this number."""


class NothingToRefer(ClearinghouseError):
    """No report, message or account to refer, or more than one referral holds."""


class StatedAlready(ClearinghouseError):
    """A statement of reasons with this puid was drafted before and was not taken back."""


class NotInThatState(ClearinghouseError):
    """What was asked fits another state of the referral."""


class OwnDraft(ClearinghouseError):
    """Whoever drafted a referral may not approve it."""


class TooThin(ClearinghouseError):
    """The report is below the floor of what somebody could act on, and nobody has accepted that."""


class LeaseLost(ClearinghouseError):
    """Somebody else sends this referral, or changed it meanwhile; nothing of this step counts."""


class ChainBroken(ClearinghouseError):
    """A kept request or answer was altered, moved or removed."""
